//! Proof of a routing update by reading the controls back at the cluster endpoints.
//!
//! One endpoint alone is never believed; it takes a quorum of answers asked after the write, or, where too few
//! endpoints answer at all, the word of those that do together with a stronger rung.

use jiff::Timestamp;

use super::shift::Shift;
use super::{Already, Prove, Shown, Sight, effect};
use crate::model::World;
use crate::model::reading::{Feed, Reading, Source};
use crate::plan::Rung;
use crate::plan::operation::{ControlChange, RoutingSet};

/// What the endpoints that answered say of the wanted states.
struct Count {
    endpoints: usize,
    quorum: usize,
    agree: usize,
    contradict: Vec<String>,
    silent: Vec<String>,
    unheard: usize,
}

/// So many endpoints must agree before the others' absence can be covered by a stronger rung.
const WITNESSES: usize = 2;

impl Count {
    fn of(entries: &[ControlChange], world: &World, fresh: impl Fn(Timestamp) -> bool) -> Self {
        let routing = world.topology().routing.as_ref();
        let endpoints = routing.map(|r| r.endpoints.as_slice()).unwrap_or_default();
        let quorum = routing.map_or(usize::MAX, crate::model::topology::Routing::quorum);
        let mut count = Self {
            endpoints: endpoints.len(),
            quorum,
            agree: 0,
            contradict: Vec::new(),
            silent: Vec::new(),
            unheard: 0,
        };
        for endpoint in endpoints {
            let feed = world.feed(&Source::Endpoint(endpoint.region.clone()));
            let answered = feed.filter(|feed| feed.asked().is_some_and(&fresh)).and_then(|feed| feed.seen());
            let Some((Reading::Controls(states), _)) = answered else {
                let failed = feed.and_then(Feed::failed).is_some_and(&fresh);
                count.unheard += usize::from(!failed);
                count.silent.push(endpoint.region.to_string());
                continue;
            };
            match entries.iter().find(|entry| states.get(&entry.control) != Some(&entry.state)) {
                None => count.agree += 1,
                Some(entry) => {
                    let says =
                        states.get(&entry.control).map_or_else(|| "unknown".to_owned(), ToString::to_string);
                    count.contradict.push(format!("{} says {} {says}", endpoint.region, entry.control));
                }
            }
        }
        count
    }

    fn answered(&self) -> usize {
        self.agree + self.contradict.len()
    }

    fn words(&self) -> String {
        let mut words = format!("{} of {} endpoints", self.agree, self.endpoints);
        if let Some(first) = self.contradict.first() {
            words = format!("{words}; {first}");
        }
        if !self.silent.is_empty() && self.agree < self.quorum {
            words = format!("{words}; no answer from {}", self.silent.join(", "));
        }
        words
    }
}

impl Prove for RoutingSet {
    fn sources(&self, world: &World, _: Option<&str>) -> Vec<Source> {
        let endpoints = world.topology().routing.iter().flat_map(|r| &r.endpoints);
        endpoints.map(|e| Source::Endpoint(e.region.clone())).collect()
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let count = Count::of(&self.entries, sight.world, |asked| asked >= sight.since);
        if count.agree >= count.quorum {
            Already::So(count.words())
        } else if count.answered() >= count.quorum {
            Already::NotSo(count.words())
        } else {
            Already::Unread(count.words())
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let count = Count::of(&self.entries, sight.world, |asked| asked > sight.since);
        if count.agree >= count.quorum {
            Shown::proved(Rung::ReadBack, count.words())
        } else if count.agree >= WITNESSES && count.contradict.is_empty() && count.unheard == 0 {
            Shown::blind(Rung::ReadBack, count.words())
        } else {
            Shown::open(Rung::ReadBack, count.words())
        }
    }

    fn above(&self, world: &World) -> Vec<Rung> {
        effect::declared(&Shift::of_controls(self, world), world)
    }

    fn effect(&self, rung: Rung, sight: &Sight<'_>) -> Shown {
        effect::shown(rung, &Shift::of_controls(self, sight.world), sight)
    }
}
