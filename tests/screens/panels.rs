//! The shop with two control panels, `store` and `api`, of which one has left us-east-1 already.

use std::time::Duration;

use pointsman::model::World;
use pointsman::model::reading::{ControlState, Observation, Reading, Source};
use pointsman::model::topology::{Panel, RuleKind};

use crate::fixture::{State, now, retail, world};

/// The shop in two Regions with two panels that disagree on us-east-1.
pub(crate) fn two_panels() -> World {
    let mut topology = retail();
    let routing = topology.routing.as_mut().unwrap();
    let first = routing.panels.remove(0).arn;
    let (controls, rules) = (std::mem::take(&mut routing.controls), std::mem::take(&mut routing.rules));
    for (name, end) in [("store", "ef"), ("api", "fe")] {
        let arn = format!("{}{end}", &first[..first.len() - 2]);
        for control in &controls {
            let mut own = control.clone();
            (own.name, own.arn) = (format!("{name}/{}", own.name), own.arn.replace(&first, &arn));
            own.health_check =
                own.health_check.map(|id| if name == "store" { id } else { id.replace("1111", "2222") });
            routing.controls.push(own);
        }
        for rule in &rules {
            let mut own = rule.clone();
            (own.name, own.arn) = (format!("{name}/{}", own.name), own.arn.replace(&first, &arn));
            if let RuleKind::Assertion { asserted } = &mut own.kind {
                for control in asserted {
                    *control = format!("{name}/{control}");
                }
            }
            routing.rules.push(own);
        }
        routing.panels.push(Panel { name: Some(name.to_owned()), arn });
    }
    let mut api = topology.dns[0].clone();
    api.name = api.name.replace("store.", "api.");
    for record in &mut api.records {
        record.health_check = record.health_check.take().map(|id| id.replace("1111", "2222"));
    }
    topology.dns.push(api);
    let mut world = world(topology, State::Degraded);
    let routing = world.topology().routing.clone().unwrap();
    let state = |name: &str| if name == "api/us-east-1" { ControlState::Off } else { ControlState::On };
    for endpoint in &routing.endpoints {
        let states = routing.controls.iter().map(|c| (c.name.clone(), state(&c.name))).collect();
        world.apply(Observation {
            source: Source::Endpoint(endpoint.region.clone()),
            asked: now(),
            at: now(),
            every: Duration::from_secs(5),
            result: Ok(Reading::Controls(states)),
        });
    }
    world
}
