//! Proof of an Aurora move: the global cluster's own members, and what RDS tells on the way.
//!
//! The receiving Region is asked first; the one that is left may be the one that is broken.

use jiff::{SignedDuration, Timestamp};

use super::{Already, Shown};
use crate::model::World;
use crate::model::reading::{AuroraReading, Reading, Source};
use crate::model::topology::Region;
use crate::plan::Rung;
use crate::plan::operation::AuroraTarget;

/// A move is told from a little before its write on, because the service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

pub(super) fn read_back(target: &AuroraTarget, world: &World, since: Timestamp) -> Shown {
    let open = |why| Shown::open(Rung::ReadBack, why);
    let Some((reading, asked)) = reading(target, world, |asked| asked > since) else {
        return open(unread(target, world));
    };
    if let Some(words) = moving(reading) {
        return open(words);
    }
    match reading.writer() {
        None => open("no single writer".to_owned()),
        Some(writer) if writer != &target.to => open(format!("writer {writer}")),
        Some(writer) => {
            let status = status(reading, writer);
            let words =
                format!("writer {writer}, {status}, read {:.1}s after the write", seconds(since, asked));
            if status == "available" { Shown::proved(Rung::ReadBack, words) } else { open(words) }
        }
    }
}

pub(super) fn already(target: &AuroraTarget, world: &World, since: Timestamp) -> Already {
    let Some((reading, _)) = reading(target, world, |asked| asked >= since) else {
        return Already::Unread(unread(target, world));
    };
    if let Some(words) = moving(reading) {
        return Already::Moving(words);
    }
    match reading.writer() {
        None => Already::Unread("no single writer".to_owned()),
        Some(writer) if writer == &target.to => {
            Already::So(format!("writer {writer}, {}", status(reading, writer)))
        }
        Some(writer) if writer == &target.from => Already::NotSo(format!("writer {writer}")),
        Some(writer) => Already::Moving(format!("writer {writer}, and not {}", target.from)),
    }
}

pub(super) fn told(target: &AuroraTarget, world: &World, since: Timestamp) -> Vec<(Timestamp, String)> {
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

/// The newest reading that is fresh enough: the receiving Region's if there is one, else any other's.
fn reading<'a>(
    target: &AuroraTarget,
    world: &'a World,
    fresh: impl Fn(Timestamp) -> bool,
) -> Option<(&'a AuroraReading, Timestamp)> {
    let of = |region: &Region| {
        let feed = world.feed(&Source::Aurora(target.store.clone(), region.clone()))?;
        let asked = feed.asked().filter(|asked| fresh(*asked))?;
        match feed.seen()? {
            (Reading::Aurora(reading), _) => Some((reading, asked)),
            _ => None,
        }
    };
    let others = world.topology().auroras.iter().filter(|a| a.store == target.store);
    let others = others.flat_map(|a| a.clusters.keys()).filter(|r| **r != target.to);
    of(&target.to).or_else(|| others.filter_map(of).max_by_key(|(_, asked)| *asked))
}

fn moving(reading: &AuroraReading) -> Option<String> {
    let moving = reading.moving.as_ref()?;
    Some(format!("{} to {}", moving.status, moving.to.rsplit(':').next().unwrap_or(&moving.to)))
}

/// The writer's own status; where a Region cannot tell that of another one's member, the global cluster's.
fn status<'a>(reading: &'a AuroraReading, writer: &Region) -> &'a str {
    let member = reading.members.iter().find(|m| &m.region == writer);
    member.and_then(|m| m.status.as_deref()).unwrap_or(&reading.status)
}

fn unread(target: &AuroraTarget, world: &World) -> String {
    let source = Source::Aurora(target.store.clone(), target.to.clone());
    let trouble = world.feed(&source).and_then(|feed| feed.trouble());
    trouble.map_or_else(|| format!("{source} not read yet"), |(trouble, _)| format!("{source}: {trouble}"))
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}
