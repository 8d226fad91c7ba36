//! What each member of a store does now: the two ends of every link.
//!
//! A role is what the member or its service says; only a store of which nothing but a lag is declared has the roles of
//! its declaration. It never guesses: what was not seen is unknown, and what is not there is absent.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::metrics::LinkSpec;
use super::{replica, role};
use crate::model::World;
use crate::model::reading::{Feed, Freshness, Reading, Source, TableReading};
use crate::model::topology::{Region, Table};

/// What a member of a store does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// It takes the writes of the store.
    Writer,
    /// It copies the writer.
    Reader,
    /// It takes writes beside the others, as each replica of a table does.
    Active,
    /// It takes writes, and nobody copies them.
    Alone,
    /// The store has no member there any more.
    Absent,
    /// It was not seen, or too long ago.
    Unknown,
}

impl fmt::Display for MemberRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Active => "active",
            Self::Alone => "alone",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        })
    }
}

/// The roles of members that were asked for, each worked out once.
pub(super) struct Members<'a> {
    world: &'a World,
    now: Timestamp,
    known: BTreeMap<(&'a str, &'a Region), MemberRole>,
}

impl<'a> Members<'a> {
    pub(super) fn of(world: &'a World, now: Timestamp) -> Self {
        Self { world, now, known: BTreeMap::new() }
    }

    /// The roles of a link's ends.
    pub(super) fn ends(&mut self, link: &'a LinkSpec) -> [MemberRole; 2] {
        let topology = self.world.topology();
        if topology.lag_links.iter().any(|declared| declared.store == link.store) {
            return declared(self.world, link);
        }
        [&link.from, &link.to].map(|region| self.role(&link.store, region))
    }

    fn role(&mut self, store: &'a str, region: &'a Region) -> MemberRole {
        if let Some(known) = self.known.get(&(store, region)) {
            return *known;
        }
        let (world, now) = (self.world, self.now);
        let role = if replica::declared(world, store).is_some() {
            of_replica(world, store, region, now)
        } else if let Some(table) = world.topology().tables.iter().find(|table| table.store == store) {
            of_table(world, table, region, now)
        } else {
            of_aurora(world, store, region, now)
        };
        self.known.insert((store, region), role);
        role
    }
}

fn of_replica(world: &World, store: &str, region: &Region, now: Timestamp) -> MemberRole {
    let ends = replica::ends(world, store, now);
    let own = ends.iter().find(|end| end.region == *region && end.freshness != Freshness::Gone);
    match own.map(|end| &end.reading) {
        None => MemberRole::Unknown,
        Some(reading) if reading.source.is_some() => MemberRole::Reader,
        Some(reading) if reading.replicas.is_empty() => MemberRole::Alone,
        Some(_) => MemberRole::Writer,
    }
}

fn of_aurora(world: &World, store: &str, region: &Region, now: Timestamp) -> MemberRole {
    let seen = |feed: &Feed| feed.freshness(now) != Freshness::Gone;
    let mut detached = role::detached(world, store).filter(|(_, feed)| seen(feed));
    if detached.any(|(reading, _)| reading.members.iter().any(|member| member.region == *region)) {
        return MemberRole::Alone;
    }
    let newest = role::newest_reading(world, store).filter(|(_, feed)| seen(feed));
    let Some((reading, _)) = newest.filter(|(reading, _)| !reading.is_detached()) else {
        return MemberRole::Unknown;
    };
    match reading.members.iter().find(|member| member.region == *region) {
        None => MemberRole::Absent,
        Some(member) if member.writer => MemberRole::Writer,
        Some(_) if role::giving_up(reading).as_ref() == Some(region) => MemberRole::Writer,
        Some(_) => MemberRole::Reader,
    }
}

/// By what its own Region says of the table, else by what the other Regions say of this replica.
fn of_table(world: &World, table: &Table, region: &Region, now: Timestamp) -> MemberRole {
    let reading = |region: &Region| -> Option<&TableReading> {
        let feed = world.feed(&Source::Table(table.store.clone(), region.clone()))?;
        let (Reading::Table(reading), _) = feed.seen()? else { return None };
        (feed.freshness(now) != Freshness::Gone).then_some(reading)
    };
    if reading(region).is_some() {
        return MemberRole::Active;
    }
    let others = table.regions.iter().filter(|other| *other != region);
    let listed: Vec<bool> =
        others.filter_map(reading).map(|reading| reading.replicas.contains_key(region)).collect();
    match listed.as_slice() {
        [] => MemberRole::Unknown,
        listed if listed.contains(&true) => MemberRole::Active,
        _ => MemberRole::Absent,
    }
}

/// Of a link that is nothing but a lag: it leads from whoever writes, and where both ways are declared both do.
fn declared(world: &World, link: &LinkSpec) -> [MemberRole; 2] {
    let mut others = world.topology().lag_links.iter();
    let back = others.any(|one| one.store == link.store && one.from == link.to && one.to == link.from);
    if back { [MemberRole::Active; 2] } else { [MemberRole::Writer, MemberRole::Reader] }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions};
    use crate::model::reading::AuroraReading;
    use crate::model::topology::LagLink;
    use crate::model::verdict::{links, table_lag_metric};

    /// `writer→reader` of the link of that store from a Region.
    fn ends(scene: &Scene, store: &str, from: &str) -> String {
        let links = links(&scene.world, scene.now);
        let link = links.iter().find(|link| link.store == store && link.from.as_str() == from).unwrap();
        let [from, to] = link.ends;
        format!("{from}→{to}")
    }

    #[test]
    fn the_ends_of_an_aurora_store_are_what_its_members_say() {
        let mut scene = Scene::new(two_regions());
        assert_eq!(ends(&scene, "orders", EAST), "unknown→unknown");
        scene.writer("orders", EAST, EAST);
        assert_eq!(ends(&scene, "orders", EAST), "writer→reader");
        assert_eq!(ends(&scene, "orders", WEST), "reader→writer");
        scene.later(5);
        scene.moving("orders", &[]);
        assert_eq!(ends(&scene, "orders", EAST), "writer→reader", "until a member says otherwise");
        scene.later(5);
        scene.moving("orders", &[EAST, WEST]);
        assert_eq!(ends(&scene, "orders", EAST), "writer→writer", "what is wrong is shown as it is");
        scene.later(60);
        assert_eq!(ends(&scene, "orders", EAST), "unknown→unknown", "old is not now");
    }

    #[test]
    fn a_member_that_left_is_absent_and_stands_alone() {
        let mut scene = Scene::new(two_regions());
        scene.moving("orders", &[EAST]);
        let feed = scene.world.feed(&Source::Aurora("orders".to_owned(), Region::new(WEST))).unwrap();
        let (Reading::Aurora(whole), _) = feed.seen().unwrap() else { unreachable!() };
        let whole = AuroraReading { moving: None, ..whole.clone() };
        let (left, stayed) = whole.members.iter().cloned().partition(|member| member.region == east());
        scene.later(1);
        scene.aurora("orders", WEST, AuroraReading { members: stayed, ..whole.clone() });
        assert_eq!(ends(&scene, "orders", EAST), "absent→reader");
        let alone = AuroraReading { status: AuroraReading::DETACHED.to_owned(), members: left, moving: None };
        scene.aurora("orders", EAST, alone);
        assert_eq!(ends(&scene, "orders", EAST), "alone→reader");
    }

    #[test]
    fn replicas_of_a_table_are_active_where_they_are() {
        let mut scene = Scene::new(two_regions());
        let reading = |others: &[&str]| TableReading {
            status: "ACTIVE".to_owned(),
            replicas: others.iter().map(|other| (Region::new(other), "ACTIVE".to_owned())).collect(),
            strong: false,
        };
        assert_eq!(ends(&scene, "carts", EAST), "unknown→unknown");
        let source = || Source::Table("carts".to_owned(), east());
        scene.see(source(), Ok(Reading::Table(reading(&[WEST]))));
        assert_eq!(ends(&scene, "carts", EAST), "active→active");
        scene.later(1);
        scene.see(source(), Ok(Reading::Table(reading(&[]))));
        assert_eq!(ends(&scene, "carts", EAST), "active→absent");
    }

    #[test]
    fn a_lag_alone_has_the_roles_of_its_declaration() {
        let mut topology = two_regions();
        let metric = table_lag_metric(&topology.tables[0], &east(), &Region::new(WEST));
        let link = |from: &str, to: &str| LagLink {
            store: "assets".to_owned(),
            from: Region::new(from),
            to: Region::new(to),
            metric: metric.clone(),
            unit: crate::model::topology::Unit::Seconds,
            rpo: Duration::from_mins(15),
        };
        topology.lag_links = vec![link(EAST, WEST)];
        assert_eq!(ends(&Scene::new(topology.clone()), "assets", EAST), "writer→reader");
        topology.lag_links.push(link(WEST, EAST));
        assert_eq!(ends(&Scene::new(topology), "assets", EAST), "active→active");
    }
}
