//! The declared services of a Region: how many tasks run, of how many that are wanted.
//!
//! What was never read is said so; a count that is old says how old.

use std::fmt;

use jiff::Timestamp;

use super::Dated;
use crate::model::World;
use crate::model::reading::{Reading, ServiceReading, Source};
use crate::model::topology::Region;

/// A service of a Region.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceVerdict {
    /// Its name in the config.
    pub name: String,
    /// Its counts; `None` before it was first read.
    pub reading: Option<Dated<ServiceReading>>,
    /// Their age in words, where they are not fresh.
    age: Option<String>,
}

/// Every declared service of a Region.
#[must_use]
pub fn services(world: &World, region: &Region, now: Timestamp) -> Vec<ServiceVerdict> {
    let here = world.topology().services.iter().filter(|service| service.regions.contains_key(region));
    here.map(|service| {
        let source = Source::Service(service.name.clone(), region.clone());
        let reading = world.feed(&source).and_then(|feed| match feed.seen()? {
            (Reading::Service(reading), at) => {
                Some(Dated { value: reading.clone(), at, freshness: feed.freshness(now) })
            }
            _ => None,
        });
        let old = reading.as_ref().filter(|reading| reading.freshness != super::Freshness::Fresh);
        let age = old.map(|reading| super::age_text(reading.at, now));
        ServiceVerdict { name: service.name.clone(), reading, age }
    })
    .collect()
}

impl fmt::Display for ServiceVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(reading) = &self.reading else { return write!(f, "service {}: not read yet", self.name) };
        let ServiceReading { desired, running, pending, .. } = &reading.value;
        write!(f, "service {}: {running} of {desired} tasks run", self.name)?;
        if *pending > 0 {
            write!(f, ", {pending} pending")?;
        }
        self.age.iter().try_for_each(|age| write!(f, " ({age})"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::fixture::{Scene, two_regions, west};
    use crate::model::topology::{EcsService, Service};

    #[test]
    fn counts_are_told_with_their_age_and_never_guessed() {
        let mut topology = two_regions();
        let here = EcsService { cluster: "shop".to_owned(), service: "ui".to_owned() };
        let regions = BTreeMap::from([(west(), here)]);
        topology.services.push(Service { name: "ui".to_owned(), regions, receive: None });
        let mut scene = Scene::new(topology);
        let told = |scene: &Scene| services(&scene.world, &west(), scene.now)[0].to_string();
        assert_eq!(told(&scene), "service ui: not read yet");
        let reading = ServiceReading {
            status: "ACTIVE".to_owned(),
            desired: 8,
            running: 2,
            pending: 6,
            deployments: 1,
            events: Vec::new(),
        };
        scene.see(Source::Service("ui".to_owned(), west()), Ok(Reading::Service(reading)));
        assert_eq!(told(&scene), "service ui: 2 of 8 tasks run, 6 pending");
        scene.later(3600);
        assert!(told(&scene).starts_with("service ui: 2 of 8 tasks run, 6 pending ("), "{}", told(&scene));
        assert!(services(&scene.world, &crate::model::fixture::east(), scene.now).is_empty());
    }
}
