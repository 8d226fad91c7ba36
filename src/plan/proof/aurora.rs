//! Proof of an Aurora move: the global cluster's own members, and what RDS tells on the way.
//!
//! The receiving Region is asked first; the one that is left may be the one that is broken.

use jiff::{SignedDuration, Timestamp};

use super::{Already, Prove, Shown, Sight, Stance, Witness};
use crate::model::World;
use crate::model::reading::{AuroraReading, Feed, Reading, Source};
use crate::model::topology::Region;
use crate::plan::Rung;
use crate::plan::operation::{AuroraTarget, Failover, Switchover};

/// A move is told from a little before its write on, because the service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// So long after the write the writer's own status is waited for; then its global cluster's is taken, and named.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// What is said of a status that nobody told.
const UNREAD: &str = "own status not read";

impl Prove for Switchover {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        sources(&self.0)
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        already(&self.0, sight.world, sight.since, Voucher::Any)
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        read_back(&self.0, sight.world, sight.since).by(witnesses(&self.0, sight.world, sight.since))
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        told(&self.0, sight.world, sight.since)
    }
}

impl Prove for Failover {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        sources(&self.0)
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        already(&self.0, sight.world, sight.since, Voucher::Receiver)
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        read_back(&self.0, sight.world, sight.since).by(witnesses(&self.0, sight.world, sight.since))
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        told(&self.0, sight.world, sight.since)
    }
}

fn sources(target: &AuroraTarget) -> Vec<Source> {
    let regions = [&target.to, &target.from];
    let states = regions.map(|r| Source::Aurora(target.store.clone(), r.clone()));
    let events = regions.map(|r| Source::AuroraEvents(target.store.clone(), r.clone()));
    states.into_iter().chain(events).collect()
}

fn read_back(target: &AuroraTarget, world: &World, since: Timestamp) -> Shown {
    let open = |why| Shown::open(Rung::ReadBack, why);
    let Some(Told { reading, asked, .. }) = told_by(target, world, |asked| asked > since) else {
        return open(unread(target, world));
    };
    if let Some(words) = moving(reading) {
        return open(words);
    }
    match reading.writer() {
        None => open("no single writer".to_owned()),
        Some(writer) if writer != &target.to => open(format!("writer {writer}")),
        Some(writer) => {
            let after = asked.duration_since(since);
            let words = |status: &str| {
                format!("writer {writer}, {status}, read {:.1}s after the write", after.as_secs_f64())
            };
            match own_status(reading, writer) {
                Some("available") => Shown::proved(Rung::ReadBack, words("available")),
                Some(other) => open(words(other)),
                None if reading.status == "available" && after >= PATIENCE => {
                    Shown::proved(Rung::ReadBack, words(&format!("{UNREAD}, its global cluster available")))
                }
                None => open(words(UNREAD)),
            }
        }
    }
}

/// What the RDS of each of the two Regions tells of the global cluster.
fn witnesses(target: &AuroraTarget, world: &World, since: Timestamp) -> Vec<Witness> {
    let witness = |region: &Region| {
        let feed = world.feed(&Source::Aurora(target.store.clone(), region.clone()));
        let seen = feed.filter(|feed| feed.asked() > Some(since)).and_then(Feed::seen);
        let name = format!("RDS {region}");
        let Some((Reading::Aurora(reading), at)) = seen else {
            let failed = feed.and_then(Feed::failed).filter(|at| *at > since);
            let why = feed.and_then(Feed::trouble).map(|(trouble, _)| trouble.to_string());
            return failed.map_or_else(
                || Witness::new(&*name, Stance::Unheard, "not asked since"),
                |at| Witness::new(&*name, Stance::Silent, why.unwrap_or_default()).at(at),
            );
        };
        let moving = moving(reading);
        let there = reading.writer() == Some(&target.to) && moving.is_none();
        let writer =
            reading.writer().map_or("no single writer".to_owned(), |writer| format!("writer {writer}"));
        let says = moving.map_or_else(|| writer.clone(), |moving| format!("{writer}, {moving}"));
        Witness {
            took: feed.and_then(Feed::round_trip),
            ..Witness::new(name, Stance::agrees(there), says).at(at)
        }
    };
    [&target.to, &target.from].map(witness).to_vec()
}

/// Whose word counts that a move is still needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Voucher {
    /// Any Region's: both serve.
    Any,
    /// The receiving Region's alone: the one that is left may be broken and not know.
    Receiver,
}

fn already(target: &AuroraTarget, world: &World, since: Timestamp, by: Voucher) -> Already {
    let Some(Told { reading, region, .. }) = told_by(target, world, |asked| asked >= since) else {
        return Already::Unread(unread(target, world));
    };
    let vouches = by == Voucher::Any || region == &target.to;
    if let Some(words) = moving(reading) {
        return Already::Moving(words);
    }
    match reading.writer() {
        None => Already::Unread("no single writer".to_owned()),
        Some(writer) if writer == &target.to => {
            Already::So(format!("writer {writer}, {}", own_status(reading, writer).unwrap_or(UNREAD)))
        }
        Some(writer) if writer == &target.from && !vouches => Already::Unread(unread(target, world)),
        Some(writer) if writer == &target.from => Already::NotSo(format!("writer {writer}")),
        Some(writer) => Already::Moving(format!("writer {writer}, and not {}", target.from)),
    }
}

fn told(target: &AuroraTarget, world: &World, since: Timestamp) -> Vec<(Timestamp, String)> {
    let from = since.saturating_sub(SKEW).unwrap_or(since);
    let mut told: Vec<(Timestamp, String)> = [&target.from, &target.to]
        .into_iter()
        .filter_map(|region| world.seen(&Source::AuroraEvents(target.store.clone(), region.clone())))
        .filter_map(|(reading, _)| match reading {
            Reading::AuroraEvents(events) => Some(events),
            _ => None,
        })
        .flatten()
        .filter(|event| event.at >= from)
        .map(|event| (event.at, event.message.clone()))
        .collect();
    told.sort();
    told.dedup();
    told
}

/// What a Region's RDS told of the global cluster, and when it was asked.
struct Told<'a> {
    reading: &'a AuroraReading,
    asked: Timestamp,
    region: &'a Region,
}

/// The newest reading that is fresh enough: the receiving Region's if there is one, else any other's.
fn told_by<'a>(
    target: &'a AuroraTarget,
    world: &'a World,
    fresh: impl Fn(Timestamp) -> bool,
) -> Option<Told<'a>> {
    let of = |region: &'a Region| {
        let feed = world.feed(&Source::Aurora(target.store.clone(), region.clone()))?;
        let asked = feed.asked().filter(|asked| fresh(*asked))?;
        match feed.seen()? {
            (Reading::Aurora(reading), _) => Some(Told { reading, asked, region }),
            _ => None,
        }
    };
    let others = world.topology().auroras.iter().filter(|a| a.store == target.store);
    let others = others.flat_map(|a| a.clusters.keys()).filter(|r| **r != target.to);
    of(&target.to).or_else(|| others.filter_map(of).max_by_key(|told| told.asked))
}

fn moving(reading: &AuroraReading) -> Option<String> {
    let moving = reading.moving.as_ref()?;
    Some(format!("{} to {}", moving.status, moving.to.rsplit(':').next().unwrap_or(&moving.to)))
}

/// The writer's own status, which only its own Region tells.
fn own_status<'a>(reading: &'a AuroraReading, writer: &Region) -> Option<&'a str> {
    reading.members.iter().find(|m| &m.region == writer)?.status.as_deref()
}

fn unread(target: &AuroraTarget, world: &World) -> String {
    let source = Source::Aurora(target.store.clone(), target.to.clone());
    let trouble = world.feed(&source).and_then(|feed| feed.trouble());
    trouble.map_or_else(|| format!("{source} not read yet"), |(trouble, _)| format!("{source}: {trouble}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::AuroraMember;
    use crate::plan::event::RungState;

    fn target() -> AuroraTarget {
        AuroraTarget {
            store: "orders".to_owned(),
            global: "orders-global-db-cluster".to_owned(),
            from: east(),
            to: west(),
            cluster: "arn:aws:rds:us-west-2:111122223333:cluster:orders-dbcluster-02-us-west-2".to_owned(),
        }
    }

    /// us-west-2 writes and its own status is this, as a Region tells it so long after the write.
    fn shown(own: Option<&str>, seconds: i64) -> Shown {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(seconds);
        let member = |region: Region, writer, status: Option<&str>| AuroraMember {
            region,
            arn: String::new(),
            writer,
            status: status.map(str::to_owned),
            sync: None,
            instances: None,
        };
        let members = vec![member(east(), false, None), member(west(), true, own)];
        let reading = AuroraReading { status: "available".to_owned(), members, moving: None };
        scene.aurora("orders", WEST, reading);
        read_back(&target(), &scene.world, since)
    }

    #[test]
    fn the_writers_own_status_proves_it_and_its_global_clusters_only_after_a_while() {
        let proved = shown(Some("available"), 3);
        assert_eq!(
            (proved.state, proved.evidence.as_str()),
            (RungState::Proved, "writer us-west-2, available, read 2.9s after the write")
        );
        assert_eq!(shown(Some("promoting"), 300).state, RungState::Open);
        let unread = shown(None, 3);
        assert_eq!(
            (unread.state, unread.evidence.as_str()),
            (RungState::Open, "writer us-west-2, own status not read, read 2.9s after the write")
        );
        let named = shown(None, 122);
        let words = "writer us-west-2, own status not read, its global cluster available, read 121.9s after the write";
        assert_eq!((named.state, named.evidence.as_str()), (RungState::Proved, words));
    }

    #[test]
    fn only_the_receiving_region_says_that_a_failover_is_still_needed() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(1);
        scene.writer("orders", EAST, EAST);
        let already = |scene: &Scene, by| already(&target(), &scene.world, since, by);
        assert!(matches!(already(&scene, Voucher::Receiver), Already::Unread(_)));
        assert_eq!(already(&scene, Voucher::Any), Already::NotSo("writer us-east-1".to_owned()));
        scene.writer("orders", EAST, WEST);
        assert_eq!(already(&scene, Voucher::Receiver), Already::NotSo("writer us-east-1".to_owned()));
    }
}
