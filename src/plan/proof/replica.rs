//! Proof of a promotion: the database's own Region says that it is available and copies nothing.
//!
//! Its lag proves nothing about a promotion; it decides only whether one that must lose nothing may be sent.

use jiff::{SignedDuration, Timestamp};

use super::{Already, Prove, Shown, Sight};
use crate::model::World;
use crate::model::reading::{Freshness, Reading, ReplicaReading, Source};
use crate::model::verdict;
use crate::plan::Rung;
use crate::plan::operation::Promote;

/// A promotion is told from a little before its write on, because the service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// Takes writes already, though RDS still works on it.
const WRITES: [&str; 2] = ["available", "backing-up"];

impl Prove for Promote {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        let (store, to) = (self.store.clone(), self.to.clone());
        let mut sources =
            vec![Source::Replica(store.clone(), to.clone()), Source::AuroraEvents(store, to.clone())];
        if self.lossless {
            sources.push(Source::Metrics(to));
        }
        sources
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let Some(reading) = read(self, sight.world, |asked| asked >= sight.since) else {
            return Already::Unread(unread(self, sight.world));
        };
        let status = &reading.status;
        match &reading.source {
            None if WRITES.contains(&status.as_str()) => {
                Already::So(format!("{} copies nothing, {status}", self.id()))
            }
            None => Already::Moving(format!("{} copies nothing, {status}", self.id())),
            Some(_) if status != "available" => Already::Moving(format!("{} is {status}", self.id())),
            Some(source) => match behind(self, sight) {
                None => {
                    Already::NotSo(format!("a replica of {}", source.rsplit(':').next().unwrap_or(source)))
                }
                Some(why) => Already::Unread(why),
            },
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let open = |why| Shown::open(Rung::ReadBack, why);
        let Some(reading) = read(self, sight.world, |asked| asked > sight.since) else {
            return open(unread(self, sight.world));
        };
        let ReplicaReading { status, source, .. } = reading;
        match source {
            Some(_) => open(format!("{status}, still a replica")),
            None if status == "available" => {
                Shown::proved(Rung::ReadBack, format!("{} available, no longer a replica", self.id()))
            }
            None => open(format!("{status}, no longer a replica")),
        }
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        let from = sight.since.saturating_sub(SKEW).unwrap_or(sight.since);
        let source = Source::AuroraEvents(self.store.clone(), self.to.clone());
        let Some((Reading::AuroraEvents(events), _)) = sight.world.seen(&source) else { return Vec::new() };
        let mut told: Vec<_> =
            events.iter().filter(|e| e.at >= from).map(|e| (e.at, e.message.clone())).collect();
        told.sort();
        told.dedup();
        told
    }
}

fn read<'a>(
    promote: &Promote,
    world: &'a World,
    fresh: impl Fn(Timestamp) -> bool,
) -> Option<&'a ReplicaReading> {
    let feed = world.feed(&Source::Replica(promote.store.clone(), promote.to.clone()))?;
    feed.asked().filter(|asked| fresh(*asked))?;
    match feed.seen()? {
        (Reading::Replica(reading), _) => Some(reading),
        _ => None,
    }
}

/// What is still behind, of a promotion that must lose nothing.
fn behind(promote: &Promote, sight: &Sight<'_>) -> Option<String> {
    if !promote.lossless {
        return None;
    }
    let links = verdict::links(sight.world, sight.now);
    let link = links.iter().find(|l| l.store == promote.store && l.to == promote.to && l.live);
    let lag = link.and_then(|link| link.lag.as_ref()).filter(|lag| lag.freshness == Freshness::Fresh);
    match lag {
        Some(lag) if lag.value <= 0.0 => None,
        Some(lag) => Some(format!("{:.0}s behind, and it must be 0", lag.value)),
        None => Some("how far it is behind is not known, and it must be 0".to_owned()),
    }
}

fn unread(promote: &Promote, world: &World) -> String {
    let source = Source::Replica(promote.store.clone(), promote.to.clone());
    let trouble = world.feed(&source).and_then(|feed| feed.trouble());
    trouble.map_or_else(|| format!("{source} not read yet"), |(trouble, _)| format!("{source}: {trouble}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east, two_regions, west};
    use crate::model::reading::TroubleKind;
    use crate::model::topology::{Replica, ReplicaEngine};
    use crate::model::verdict::replica_lag_metric;
    use crate::plan::event::RungState;

    fn arn(region: &str) -> String {
        format!("arn:aws:rds:{region}:111122223333:cluster:ledger-{region}")
    }

    fn scene() -> Scene {
        let mut topology = two_regions();
        topology.replicas.push(Replica {
            store: "ledger".to_owned(),
            engine: ReplicaEngine::AuroraBinlog,
            databases: [east(), west()].map(|r| (r.clone(), arn(r.as_str()))).into(),
            rpo: std::time::Duration::from_secs(30),
        });
        Scene::new(topology)
    }

    fn promote(lossless: bool) -> Promote {
        let engine = ReplicaEngine::AuroraBinlog;
        let store = "ledger".to_owned();
        Promote { store, engine, from: east(), to: west(), database: arn("us-west-2"), lossless }
    }

    fn see(scene: &mut Scene, status: &str, source: bool) {
        let reading = ReplicaReading {
            status: status.to_owned(),
            source: source.then(|| arn("us-east-1")),
            replicas: Vec::new(),
            instances: 2,
            stream: None,
        };
        let of = Source::Replica("ledger".to_owned(), west());
        scene.see(of, Ok(Reading::Replica(reading)));
    }

    fn shown(status: &str, source: bool) -> (RungState, String) {
        let mut scene = scene();
        let since = scene.now;
        scene.later(3);
        see(&mut scene, status, source);
        let sight = Sight { world: &scene.world, since, now: scene.now, handle: None };
        let shown = promote(false).read_back(&sight);
        (shown.state, shown.evidence)
    }

    #[test]
    fn only_an_available_database_that_copies_nothing_is_promoted() {
        let id = "ledger-us-west-2";
        let proved = format!("{id} available, no longer a replica");
        assert_eq!(shown("available", false), (RungState::Proved, proved));
        assert_eq!(shown("available", true).0, RungState::Open, "accepted is not done");
        assert_eq!(shown("modifying", false), (RungState::Open, "modifying, no longer a replica".to_owned()));
        assert_eq!(shown("promoting", true), (RungState::Open, "promoting, still a replica".to_owned()));
    }

    fn already(scene: &Scene, since: Timestamp, lossless: bool) -> Already {
        promote(lossless).already(&Sight { world: &scene.world, since, now: scene.now, handle: None })
    }

    #[test]
    fn it_is_needed_while_the_replica_says_that_it_is_one() {
        let mut scene = scene();
        let since = scene.now;
        scene.later(1);
        assert!(matches!(already(&scene, since, false), Already::Unread(_)));
        see(&mut scene, "available", true);
        assert_eq!(already(&scene, since, false), Already::NotSo("a replica of ledger-us-east-1".to_owned()));
        scene.later(1);
        see(&mut scene, "promoting", true);
        assert!(matches!(already(&scene, since, false), Already::Moving(_)));
        scene.later(1);
        see(&mut scene, "backing-up", false);
        assert!(matches!(already(&scene, since, false), Already::So(_)));
        scene.later(1);
        scene.fail(Source::Replica("ledger".to_owned(), west()), TroubleKind::TimedOut);
        assert!(matches!(already(&scene, scene.now, false), Already::Unread(_)));
    }

    #[test]
    fn one_that_must_lose_nothing_waits_until_nothing_is_behind() {
        let mut scene = scene();
        let since = scene.now;
        scene.later(1);
        see(&mut scene, "available", true);
        let unknown = "how far it is behind is not known, and it must be 0".to_owned();
        assert_eq!(already(&scene, since, true), Already::Unread(unknown));
        let lag = replica_lag_metric(&scene.world.topology().replicas[0], &west()).unwrap();
        scene.tail(&lag, &[4.0]);
        assert_eq!(already(&scene, since, true), Already::Unread("4s behind, and it must be 0".to_owned()));
        scene.tail(&lag, &[0.0]);
        assert!(matches!(already(&scene, since, true), Already::NotSo(_)));
        scene.tail(&lag, &[-1.0]);
        assert!(matches!(already(&scene, since, true), Already::Unread(_)), "stopped is not caught up");
    }
}
