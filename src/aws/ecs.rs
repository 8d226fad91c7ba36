//! ECS: a service's counts, deployments and newest events, as its own Region tells them.

use aws_sdk_ecs::types::Service;

use super::error::trouble;
use super::time::from_sdk;
use super::{Clients, undeclared};
use crate::model::reading::{ServiceEvent, ServiceReading, Trouble, TroubleKind};
use crate::model::topology::Region;

/// Events that are kept of the hundred that ECS shows.
const EVENTS: usize = 20;

impl Clients {
    /// The service of that name in the config, as `region` tells it.
    pub(super) async fn service(&self, name: &str, region: &Region) -> Result<ServiceReading, Trouble> {
        let found = self.inner.topology.service(name).and_then(|service| service.regions.get(region));
        let here = found.ok_or_else(|| undeclared(&format!("the service {name} in {region}")))?;
        self.inner.tally.call();
        let request = self.inner.bound.ecs(region).describe_services();
        let answer = request.cluster(&here.cluster).services(&here.service).send().await.map_err(trouble)?;
        answer.services().first().map(reading).ok_or_else(|| {
            let why = answer.failures().first().and_then(|failure| failure.reason()).unwrap_or("MISSING");
            let text =
                format!("{why}: no service {} in the cluster {} of {region}", here.service, here.cluster);
            Trouble { kind: TroubleKind::NotFound, text, request_id: None }
        })
    }
}

fn reading(service: &Service) -> ServiceReading {
    let count = |tasks: i32| u32::try_from(tasks).unwrap_or_default();
    // The newest come first.
    let newest = service.events().iter().take(EVENTS).rev();
    let events = newest.filter_map(|event| {
        let at = from_sdk(event.created_at()?)?;
        Some(ServiceEvent { at, message: event.message().unwrap_or_default().to_owned() })
    });
    ServiceReading {
        status: service.status().unwrap_or_default().to_owned(),
        desired: count(service.desired_count()),
        running: count(service.running_count()),
        pending: count(service.pending_count()),
        deployments: service.deployments().len(),
        events: events.collect(),
    }
}
