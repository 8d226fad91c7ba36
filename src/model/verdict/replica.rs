//! Stores with read replicas: what each database is now, which one is copied, and whether any still is.
//!
//! Two databases that stand alone are two writers; nothing here may choose between them.

use jiff::Timestamp;

use super::Dated;
use super::metrics::LinkSpec;
use crate::model::World;
use crate::model::reading::{Freshness, Reading, ReplicaReading, Source};
use crate::model::topology::{Region, Replica};

/// What one database of a store is now.
#[derive(Clone, Debug, PartialEq)]
pub struct EndVerdict {
    /// Its Region.
    pub region: Region,
    /// What RDS says of it.
    pub reading: ReplicaReading,
    /// The Region of the database that it copies; `None` also when that one is not declared.
    pub of: Option<Region>,
    /// When it was read.
    pub at: Timestamp,
    /// How far that is of now.
    pub freshness: Freshness,
}

impl EndVerdict {
    /// What it is, in a word: `replica`, `source`, `alone`, or its status while it changes.
    #[must_use]
    pub fn word(&self) -> &str {
        match (&self.reading.source, self.reading.status.as_str()) {
            (_, status) if status != "available" && status != "backing-up" => status,
            (Some(_), _) => "replica",
            (None, _) if !self.reading.replicas.is_empty() => "source",
            (None, _) => "alone",
        }
    }
}

/// Every database of a store that was read, in the order of the Regions; none for a store of another kind.
#[must_use]
pub fn ends(world: &World, store: &str, now: Timestamp) -> Vec<EndVerdict> {
    let Some(replica) = declared(world, store) else { return Vec::new() };
    let regions = world.topology().regions.iter().filter(|r| replica.databases.contains_key(&r.name));
    regions.filter_map(|spec| end(world, replica, &spec.name, now)).collect()
}

fn end(world: &World, replica: &Replica, region: &Region, now: Timestamp) -> Option<EndVerdict> {
    let feed = world.feed(&Source::Replica(replica.store.clone(), region.clone()))?;
    let (Reading::Replica(reading), at) = feed.seen()? else { return None };
    let of = reading.source.as_ref().and_then(|source| replica.region_of(source)).cloned();
    Some(EndVerdict {
        region: region.clone(),
        reading: reading.clone(),
        of,
        at,
        freshness: feed.freshness(now),
    })
}

pub(super) fn declared<'a>(world: &'a World, store: &str) -> Option<&'a Replica> {
    world.topology().replicas.iter().find(|replica| replica.store == store)
}

/// The Region whose database writes, when there is one: the one that others copy, or the only one that stands alone.
///
/// A replica's word for its source counts also when the source itself cannot be read.
pub(super) fn writer(world: &World, store: &str, now: Timestamp) -> Option<Dated<Region>> {
    let ends = ends(world, store, now);
    let seen = ends.iter().filter(|end| end.freshness != Freshness::Gone);
    let seen: Vec<&EndVerdict> =
        if seen.clone().next().is_some() { seen.collect() } else { ends.iter().collect() };
    let mut writers = seen.iter().filter_map(|end| Some((writes(end)?, end.at, end.freshness)));
    let (value, mut at, mut freshness) = writers.next()?;
    for (other, seen, fresh) in writers {
        if other != value {
            return None;
        }
        at = at.max(seen);
        freshness = freshness.min(fresh);
    }
    Some(Dated { value: value.clone(), at, freshness })
}

/// The Regions whose databases take writes by what is seen now; more than one when a promotion has parted them.
pub(super) fn claims<'a>(world: &'a World, store: &str, now: Timestamp) -> Vec<&'a str> {
    let ends = ends(world, store, now);
    let seen = ends.iter().filter(|end| end.freshness != Freshness::Gone);
    let writers: Vec<&Region> = seen.filter_map(writes).collect();
    let regions = world.topology().regions.iter().map(|spec| &spec.name);
    regions.filter(|region| writers.contains(region)).map(Region::as_str).collect()
}

/// The Region that writes, by the word of one database.
fn writes(end: &EndVerdict) -> Option<&Region> {
    match (&end.reading.source, &end.of) {
        (Some(_), of) => of.as_ref(),
        (None, _) => Some(&end.region),
    }
}

/// A promotion that is under way, and where; a source that is worked on is none.
#[must_use]
pub fn promoting(world: &World, store: &str, now: Timestamp) -> Option<EndVerdict> {
    let moves = |end: &EndVerdict| {
        let status = end.reading.status.as_str();
        end.reading.replicas.is_empty() && matches!(status, "promoting" | "modifying" | "rebooting")
    };
    ends(world, store, now).into_iter().find(|end| end.freshness != Freshness::Gone && moves(end))
}

/// Snapshots that a failover left behind, that will expire, and of which no copy is listed: store, Region, identifier.
#[must_use]
pub fn left_behind(world: &World, now: Timestamp) -> Vec<(String, Region, String)> {
    let mut left = Vec::new();
    for (source, feed) in world.feeds() {
        let Source::Snapshots(store, region) = source else { continue };
        let Some((Reading::Snapshots(reading), _)) = feed.seen() else { continue };
        if feed.freshness(now) == Freshness::Gone {
            continue;
        }
        let copied =
            |arn: &str| reading.snapshots.iter().any(|s| s.manual && s.source.as_deref() == Some(arn));
        let expiring = reading.snapshots.iter().filter(|s| s.is_left_behind() && !copied(&s.arn));
        left.extend(expiring.map(|s| (store.clone(), region.clone(), s.id.clone())));
    }
    left
}

/// A store's replica in this Region is being promoted.
#[must_use]
pub fn promoting_in(world: &World, region: &Region, now: Timestamp) -> bool {
    let mut replicas = world.topology().replicas.iter();
    replicas.any(|replica| promoting(world, &replica.store, now).is_some_and(|end| end.region == *region))
}

/// Nothing comes to the receiving end of a link: it says so itself, or, where it cannot be seen, the other end does.
pub(super) fn parted(world: &World, link: &LinkSpec, now: Timestamp) -> bool {
    let Some(replica) = declared(world, &link.store) else { return false };
    let seen = |region| end(world, replica, region, now).filter(|end| end.freshness != Freshness::Gone);
    if let Some(to) = seen(&link.to) {
        return to.reading.source.is_none();
    }
    let copied = |from: &EndVerdict| {
        from.reading.replicas.iter().any(|copy| replica.region_of(copy) == Some(&link.to))
    };
    seen(&link.from).is_some_and(|from| !copied(&from))
}
