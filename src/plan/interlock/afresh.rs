//! Conditions on the readings themselves: what the first writes rest on was asked for since a given moment.
//!
//! A reading from before that moment may be true still, but nobody looked; it never counts here.

use jiff::Timestamp;

use super::{Interlock, Question};
use crate::model::reading::{Feed, Source};
use crate::model::topology::{Region, Routing, Topology};
use crate::plan::operation::{AuroraTarget, Operation, Promote, SnapshotCopy};
use crate::plan::{Intent, Playbook, playbook};

/// What must be read afresh before an intent is confirmed: everything a plan decides on but metrics, which are never
/// asked more often than they are published.
#[must_use]
pub fn rests_on(topology: &Topology, intent: &Intent) -> Vec<Source> {
    let both = [&intent.to, &intent.from];
    let endpoints = topology.routing.iter().flat_map(|routing| &routing.endpoints);
    let mut sources: Vec<Source> = endpoints.map(|e| Source::Endpoint(e.region.clone())).collect();
    for aurora in &topology.auroras {
        sources.extend(both.map(|region| Source::Aurora(aurora.store.clone(), region.clone())));
        if matches!(intent.playbook, Playbook::Failback | Playbook::Own(_)) {
            sources.extend(both.map(|region| Source::Snapshots(aurora.store.clone(), region.clone())));
        }
    }
    for replica in &topology.replicas {
        sources.extend(both.map(|region| Source::Replica(replica.store.clone(), region.clone())));
    }
    for service in &topology.services {
        let there = both.into_iter().filter(|region| service.regions.contains_key(*region));
        sources.extend(there.map(|region| Source::Service(service.name.clone(), region.clone())));
    }
    sources.extend(playbook::sources(topology, &intent.playbook));
    sources.push(Source::Identity(intent.to.clone()));
    sources
}

/// What cannot be told because it was not read.
const NOT_READ: &str = "could not be read afresh";

pub(super) fn conditions(question: &Question<'_>, asked: Timestamp) -> Vec<Interlock> {
    let operations = || question.plan.steps.iter().filter_map(|step| step.operation());
    let databases = operations().filter_map(database);
    let mut all: Vec<Interlock> = databases
        .map(|(store, region, source)| {
            let of = if matches!(source, Source::Snapshots(..)) { "snapshots of " } else { "" };
            judge(format!("RDS {region} read afresh ({of}{store})"), was_read(question, &source, asked))
        })
        .collect();
    let routing = question.world.topology().routing.as_ref();
    let sets = operations().any(|operation| matches!(operation, Operation::RoutingSet(_)));
    all.extend(routing.filter(|_| sets).map(|routing| endpoints(question, routing, asked)));
    all.extend(operations().filter_map(|operation| {
        let source = match operation {
            Operation::DnsSet(set) => Source::Records(set.name.clone()),
            Operation::HealthCheckInvert(invert) => Source::HealthCheck(invert.check.clone()),
            _ => return None,
        };
        Some(judge(format!("{source} read afresh"), was_read(question, &source, asked)))
    }));
    let mut identities = question.world.feeds().map(|(source, _)| source);
    let known =
        identities.any(|source| matches!(source, Source::Identity(_)) && was_read(question, source, asked));
    all.push(judge("identity read afresh".to_owned(), known));
    all
}

/// The store and the Region whose RDS a write of a database rests on, and what tells of it.
fn database(operation: &Operation) -> Option<(&str, &Region, Source)> {
    if let Some(AuroraTarget { store, to, .. }) = operation.target() {
        return Some((store, to, Source::Aurora(store.clone(), to.clone())));
    }
    match operation {
        Operation::ReplicaPromote(Promote { store, to, .. }) => {
            Some((store, to, Source::Replica(store.clone(), to.clone())))
        }
        Operation::SnapshotCopy(SnapshotCopy { store, region, .. }) => {
            Some((store, region, Source::Snapshots(store.clone(), region.clone())))
        }
        _ => None,
    }
}

/// A quorum tells the states; fewer may still take the change, none may not.
fn endpoints(question: &Question<'_>, routing: &Routing, asked: Timestamp) -> Interlock {
    let name = "cluster endpoints read afresh";
    let read = |region| was_read(question, &Source::Endpoint(region), asked);
    let up = routing.endpoints.iter().filter(|endpoint| read(endpoint.region.clone())).count();
    let total = routing.endpoints.len();
    match up {
        0 => Interlock::hold(name, format!("none of {total} could be read afresh")),
        up if up < routing.quorum() => Interlock::warn(name, format!("only {up} of {total} answered")),
        _ => Interlock::pass(name),
    }
}

fn judge(name: String, read: bool) -> Interlock {
    if read { Interlock::pass(name) } else { Interlock::hold(name, NOT_READ) }
}

fn was_read(question: &Question<'_>, source: &Source, asked: Timestamp) -> bool {
    question.world.feed(source).and_then(Feed::asked).is_some_and(|at| at >= asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, west};
    use crate::model::reading::{ControlState, Identity, Reading};
    use crate::plan::history::History;
    use crate::plan::interlock::prepare_afresh;

    fn told(scene: &Scene, asked: Timestamp) -> Vec<String> {
        let intent = Intent { playbook: Playbook::Failover, from: east(), to: west() };
        let prepared =
            prepare_afresh(&scene.world, &History::default(), &intent, (asked, scene.now)).unwrap();
        let afresh = prepared
            .interlocks
            .into_iter()
            .filter(|i| i.name.ends_with("afresh") || i.name.contains("afresh ("));
        afresh
            .map(|i| format!("{} {}: {}", i.verdict.word(), i.name, i.verdict.reason().unwrap_or("so")))
            .collect()
    }

    #[test]
    fn only_what_was_asked_since_then_counts() {
        let mut scene = Scene::calm();
        scene.later(5);
        let asked = scene.now;
        assert_eq!(
            told(&scene, asked),
            [
                "hold RDS us-west-2 read afresh (orders): could not be read afresh",
                "hold RDS us-west-2 read afresh (catalog): could not be read afresh",
                "hold cluster endpoints read afresh: none of 5 could be read afresh",
                "hold identity read afresh: could not be read afresh",
            ]
        );
        scene.later(1);
        scene.writer("orders", EAST, WEST);
        scene.writer("catalog", EAST, EAST);
        scene.controls(EAST, [ControlState::On; 2]);
        let identity = Identity {
            account: "111122223333".to_owned(),
            arn: "arn:aws:sts::111122223333:assumed-role/ops-failover/maria".to_owned(),
            ..Identity::default()
        };
        scene.see(Source::Identity(east()), Ok(Reading::Identity(identity)));
        assert_eq!(
            told(&scene, asked),
            [
                "pass RDS us-west-2 read afresh (orders): so",
                "hold RDS us-west-2 read afresh (catalog): could not be read afresh",
                "warn cluster endpoints read afresh: only 1 of 5 answered",
                "pass identity read afresh: so",
            ]
        );
        scene.controls_everywhere([ControlState::On; 2]);
        assert_eq!(told(&scene, asked)[2], "pass cluster endpoints read afresh: so");
    }
}
