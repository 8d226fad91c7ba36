//! Who writes: the writer of each Aurora store, what is moving, and the role of a Region.
//!
//! A role is what a member says of itself; it is never taken from an intent or from a name.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::{Dated, replica};
use crate::model::World;
use crate::model::reading::{AuroraMove, AuroraReading, Feed, Freshness, Reading, Source};
use crate::model::topology::Region;

/// What a Region does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It holds the writer of every Aurora store.
    Writer,
    /// It holds the writer of some stores and not of others.
    Split,
    /// It holds readers only.
    Reader,
    /// The workload has no store with roles, or none was seen yet.
    None,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Writer => "writer",
            Self::Split => "split",
            Self::Reader => "reader",
            Self::None => "–",
        })
    }
}

/// The Region that holds a store's writer, by the newest reading of any Region; of a store with read replicas, the
/// one that the others copy.
///
/// While it moves the old one is the writer until a member says otherwise; `None` when the newest reading
/// shows no writer or two.
#[must_use]
pub fn writer(world: &World, store: &str, now: Timestamp) -> Option<Dated<Region>> {
    if replica::declared(world, store).is_some() {
        return replica::writer(world, store, now);
    }
    if claims(world, store, now).len() > 1 {
        return None;
    }
    // One that has left counts when nobody speaks for the global cluster any more.
    let gone = |(_, feed): &(_, &Feed)| feed.freshness(now) == Freshness::Gone;
    let newest = newest_reading(world, store);
    let alone = newest.filter(gone).and_then(|_| detached(world, store).find(|seen| !gone(seen)));
    let (reading, feed) = alone.or(newest)?;
    let (_, at) = feed.seen()?;
    let value = reading.writer().cloned().or_else(|| giving_up(reading))?;
    Some(Dated { value, at, freshness: feed.freshness(now) })
}

/// A move of a store's writer that is in progress by the newest reading; `None` once that reading is gone.
#[must_use]
pub fn moving<'a>(world: &'a World, store: &str, now: Timestamp) -> Option<&'a AuroraMove> {
    let (reading, feed) = newest_reading(world, store)?;
    reading.moving.as_ref().filter(|_| feed.freshness(now) != Freshness::Gone)
}

/// What a Region does now, over all Aurora stores whose writer is known.
#[must_use]
pub fn role(world: &World, region: &Region, now: Timestamp) -> Role {
    let (mut held, mut elsewhere) = (0_usize, 0_usize);
    let mut member = false;
    for replica in &world.topology().replicas {
        let claims = replica::claims(world, &replica.store, now);
        member |= replica.databases.contains_key(region) && !claims.is_empty();
        held += usize::from(claims.contains(&region.as_str()));
        elsewhere += usize::from(!claims.is_empty() && !claims.contains(&region.as_str()));
    }
    for aurora in &world.topology().auroras {
        let Some(writer) = writer(world, &aurora.store, now).filter(|w| w.freshness != Freshness::Gone)
        else {
            continue;
        };
        member |= aurora.clusters.contains_key(region);
        if &writer.value == region {
            held += 1;
        } else {
            elsewhere += 1;
        }
    }
    match (held, elsewhere) {
        (0, _) if member => Role::Reader,
        (0, _) => Role::None,
        (_, 0) => Role::Writer,
        _ => Role::Split,
    }
}

/// The Regions that claim to write a store by what is seen now; more than one is a split brain.
#[must_use]
pub fn claims<'a>(world: &'a World, store: &str, now: Timestamp) -> Vec<&'a str> {
    if replica::declared(world, store).is_some() {
        return replica::claims(world, store, now);
    }
    let seen = |feed: &Feed| feed.freshness(now) != Freshness::Gone;
    let newest = newest_reading(world, store).filter(|(_, feed)| seen(feed));
    let members = newest.into_iter().flat_map(|(reading, _)| &reading.members);
    let detached = detached(world, store).filter(|(_, feed)| seen(feed));
    let alone = detached.flat_map(|(reading, _)| &reading.members);
    let mut claims: Vec<&str> =
        members.chain(alone).filter(|member| member.writer).map(|member| member.region.as_str()).collect();
    claims.dedup();
    claims
}

/// The readings of clusters that have left the store's global cluster.
pub(super) fn detached<'a>(
    world: &'a World,
    store: &str,
) -> impl Iterator<Item = (&'a AuroraReading, &'a Feed)> {
    readings(world, store).filter(|(reading, _)| reading.is_detached())
}

/// The newest reading of a store's global cluster: the one that was asked for last, from whichever Region; where no
/// Region knows one any more, of a cluster that left it.
pub(super) fn newest_reading<'a>(world: &'a World, store: &str) -> Option<(&'a AuroraReading, &'a Feed)> {
    let newest = |readings: &mut dyn Iterator<Item = (&'a AuroraReading, &'a Feed)>| {
        readings.max_by_key(|(_, feed)| feed.asked())
    };
    let mut of_global = readings(world, store).filter(|(reading, _)| !reading.is_detached());
    newest(&mut of_global).or_else(|| newest(&mut detached(world, store)))
}

fn readings<'a>(world: &'a World, store: &str) -> impl Iterator<Item = (&'a AuroraReading, &'a Feed)> {
    world.feeds().filter_map(move |(source, feed)| match (source, feed.seen()) {
        (Source::Aurora(of, _), Some((Reading::Aurora(reading), _))) if of == store => Some((reading, feed)),
        _ => None,
    })
}

/// The member that still holds the role while no one claims it in the middle of a move.
pub(super) fn giving_up(reading: &AuroraReading) -> Option<Region> {
    let moving = reading.moving.as_ref()?;
    if reading.members.iter().any(|member| member.writer) {
        return None;
    }
    reading.members.iter().find(|member| member.arn == moving.from).map(|member| member.region.clone())
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};

    use super::*;

    fn writes(scene: &Scene) -> Option<String> {
        writer(&scene.world, "orders", scene.now).map(|writer| writer.value.to_string())
    }

    fn roles(scene: &Scene) -> [Role; 2] {
        [east(), west()].map(|region| role(&scene.world, &region, scene.now))
    }

    #[test]
    fn the_reading_asked_last_counts() {
        let mut scene = Scene::new(two_regions());
        assert_eq!(writes(&scene), None);
        scene.writer("orders", EAST, EAST);
        assert_eq!(writes(&scene).as_deref(), Some(EAST));
        scene.later(5);
        scene.writer("orders", WEST, WEST);
        assert_eq!(writes(&scene).as_deref(), Some(WEST));
        scene.later(5);
        scene.writer("orders", EAST, EAST);
        assert_eq!(writes(&scene).as_deref(), Some(EAST));
    }

    #[test]
    fn while_it_moves_the_old_one_writes_until_a_member_says_otherwise() {
        let mut scene = Scene::new(two_regions());
        scene.moving("orders", &[EAST]);
        assert_eq!(writes(&scene).as_deref(), Some(EAST));
        scene.later(5);
        scene.moving("orders", &[]);
        assert_eq!(writes(&scene).as_deref(), Some(EAST));
        scene.later(5);
        scene.moving("orders", &[WEST]);
        assert_eq!(writes(&scene).as_deref(), Some(WEST));
        scene.later(5);
        scene.moving("orders", &[EAST, WEST]);
        assert_eq!(writes(&scene), None, "two claim it");
    }

    #[test]
    fn a_move_is_told_as_long_as_it_is_seen() {
        let mut scene = Scene::new(two_regions());
        scene.moving("orders", &[EAST]);
        let status = |scene: &Scene| moving(&scene.world, "orders", scene.now).map(|m| m.status.clone());
        assert_eq!(status(&scene).as_deref(), Some("failing-over"));
        assert_eq!(moving(&scene.world, "catalog", scene.now), None);
        scene.later(51);
        assert_eq!(status(&scene), None);
        scene.moving("orders", &[EAST]);
        scene.later(5);
        scene.writer("orders", WEST, WEST);
        assert_eq!(status(&scene), None);
    }

    #[test]
    fn roles_over_all_stores() {
        let mut scene = Scene::new(two_regions());
        assert_eq!(roles(&scene), [Role::None, Role::None]);
        scene.writer("orders", EAST, EAST);
        assert_eq!(roles(&scene), [Role::Writer, Role::Reader]);
        scene.writer("catalog", EAST, EAST);
        assert_eq!(roles(&scene), [Role::Writer, Role::Reader]);
        scene.later(5);
        scene.writer("orders", WEST, WEST);
        assert_eq!(roles(&scene), [Role::Split, Role::Split]);
        scene.writer("catalog", WEST, WEST);
        assert_eq!(roles(&scene), [Role::Reader, Role::Writer]);
        scene.later(51);
        assert_eq!(roles(&scene), [Role::None, Role::None], "old is not now");
        assert_eq!(writer(&scene.world, "orders", scene.now).map(|w| w.freshness), Some(Freshness::Gone));
    }

    #[test]
    fn a_region_without_a_member_has_no_role() {
        let mut scene = Scene::new(two_regions());
        scene.writer("orders", EAST, EAST);
        assert_eq!(role(&scene.world, &"eu-west-1".into(), scene.now), Role::None);
    }
}
