//! Names: which Region a record and an answer lead to, and how long a resolver will go on saying so.
//!
//! A Region is known by what the config says stands behind its record; an answer that shows none of these is strange,
//! and never taken for one of them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::model::World;
use crate::model::reading::{
    Feed, Freshness, Lead, Reading, RecordReading, Resolved, Source, Trouble, same_name,
};
use crate::model::topology::{DnsName, DnsRecord, Region};

/// What one resolver says of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered<'a> {
    /// The name.
    pub name: &'a DnsName,
    /// The resolver, as the config calls it.
    pub resolver: &'a str,
    /// Its newest answer.
    pub seen: Option<NameAnswer>,
    /// Its trouble since.
    pub trouble: Option<&'a Trouble>,
}

/// A resolver's newest answer, as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct NameAnswer {
    /// The Regions it leads to; none when it answers nothing, or something strange.
    pub leads: Vec<Region>,
    /// It answers what stands behind no declared record.
    pub strange: bool,
    /// How long it keeps the answer from now on; nothing once it has to ask again.
    pub left: Duration,
    /// When it was asked.
    pub asked: Timestamp,
    /// When it answered.
    pub at: Timestamp,
    /// How far the answer can be trusted to be of now.
    pub freshness: Freshness,
}

/// What every declared resolver says of every declared name, in the order of the config.
#[must_use]
pub fn answers(world: &World, now: Timestamp) -> Vec<Answered<'_>> {
    let topology = world.topology();
    let asked = topology.dns.iter().flat_map(|name| topology.resolvers.iter().map(move |r| (name, r)));
    asked
        .map(|(name, resolver)| {
            let feed = world.feed(&Source::Resolver(name.name.clone(), resolver.name.clone()));
            Answered {
                name,
                resolver: &resolver.name,
                seen: feed.and_then(|feed| seen(name, feed, now)),
                trouble: feed.and_then(Feed::trouble).map(|(trouble, _)| trouble),
            }
        })
        .collect()
}

fn seen(name: &DnsName, feed: &Feed, now: Timestamp) -> Option<NameAnswer> {
    let (Reading::Resolved(resolved), at) = feed.seen()? else { return None };
    let leads = led_to(name, resolved);
    let ttl = SignedDuration::try_from(resolved.ttl).unwrap_or(SignedDuration::MAX);
    let left = ttl.saturating_sub(now.duration_since(at));
    Some(NameAnswer {
        strange: leads.is_empty() && !resolved.addresses.is_empty(),
        leads,
        left: Duration::try_from(left).unwrap_or_default(),
        asked: feed.asked()?,
        at,
        freshness: feed.freshness(now),
    })
}

/// The Regions that an answer leads to: by a name on the way, or by an address that the resolver also gives for what
/// stands behind a Region's record.
fn led_to(name: &DnsName, resolved: &Resolved) -> Vec<Region> {
    let leads = |record: &&DnsRecord| {
        let Some(target) = &record.target else { return false };
        let named = resolved.chain.iter().any(|on_the_way| same_name(on_the_way, target));
        let behind = resolved.behind.get(&record.region);
        named || behind.is_some_and(|behind| resolved.addresses.iter().any(|one| behind.contains(one)))
    };
    name.records.iter().filter(leads).map(|record| record.region.clone()).collect()
}

/// The Region that a record of the zone leads to now: by what stands behind the declared records, else the one its
/// identifier is declared for, if nothing is declared to stand behind that.
#[must_use]
pub fn record_region<'a>(name: &'a DnsName, record: &RecordReading) -> Option<&'a Region> {
    let by_target = name
        .records
        .iter()
        .find(|declared| declared.target.as_ref().is_some_and(|target| leads_to(&record.lead, target)));
    let by_id = || {
        let own = name.records.iter().find(|declared| is_record(name, declared, record))?;
        own.target.is_none().then_some(own)
    };
    by_target.or_else(by_id).map(|declared| &declared.region)
}

/// The record of the zone that a declared one is; a name with simple routing has one, without an identifier.
#[must_use]
pub fn is_record(name: &DnsName, declared: &DnsRecord, record: &RecordReading) -> bool {
    match &record.id {
        Some(id) => *id == declared.id,
        None => name.records.len() == 1,
    }
}

fn leads_to(lead: &Lead, target: &str) -> bool {
    match lead {
        Lead::Alias { name, .. } => same_name(name, target),
        Lead::Values { values, .. } => values.iter().any(|value| same_name(value, target)),
    }
}

/// One record of a declared name as it was last read.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedRecord<'a> {
    /// The name.
    pub name: &'a DnsName,
    /// The record.
    pub record: &'a RecordReading,
    /// The Region it leads to, if that is known.
    pub region: Option<&'a Region>,
}

/// Every record of every declared name, as last read.
#[must_use]
pub fn named_records(world: &World) -> Vec<NamedRecord<'_>> {
    let mut all = Vec::new();
    for name in &world.topology().dns {
        let Some((records, _)) = records(world, &name.name) else { continue };
        let named = |record| NamedRecord { name, record, region: record_region(name, record) };
        all.extend(records.iter().map(named));
    }
    all
}

/// The newest reading of a name's records, with when it was asked for.
#[must_use]
pub fn records<'a>(world: &'a World, name: &str) -> Option<(&'a [RecordReading], Timestamp)> {
    let feed = world.feed(&Source::Records(name.to_owned()))?;
    let (Reading::Records(records), _) = feed.seen()? else { return None };
    Some((records, feed.asked()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, resolved_names, west};
    use crate::model::reading::{RecordRouting, TroubleKind};

    fn answer(scene: &Scene) -> NameAnswer {
        answers(&scene.world, scene.now).swap_remove(0).seen.unwrap()
    }

    #[test]
    fn an_answer_leads_where_its_addresses_stand_and_runs_out() {
        let mut scene = Scene::new(resolved_names());
        assert_eq!(answers(&scene.world, scene.now).len(), 3, "one name, three resolvers");
        scene.resolves("one", &[EAST], 37);
        assert_eq!((answer(&scene).leads, answer(&scene).left), (vec![east()], Duration::from_secs(37)));
        scene.later(30);
        assert_eq!(answer(&scene).left, Duration::from_secs(7));
        scene.later(30);
        assert_eq!(answer(&scene).left, Duration::ZERO);
        scene.resolves("one", &[EAST, WEST], 60);
        assert_eq!(answer(&scene).leads, [west(), east()], "in the order of the config");
        scene.resolves("one", &["eu-west-1"], 60);
        assert_eq!((answer(&scene).leads.len(), answer(&scene).strange), (0, true));
        scene.resolves("one", &[], 0);
        assert_eq!((answer(&scene).leads.len(), answer(&scene).strange), (0, false));
        scene.later(1);
        scene.fail(Source::Resolver("store.example.com".to_owned(), "one".to_owned()), TroubleKind::TimedOut);
        let all = answers(&scene.world, scene.now);
        assert_eq!(all[0].trouble.map(|trouble| trouble.kind), Some(TroubleKind::TimedOut));
        assert!(all[0].seen.is_some() && all[1].seen.is_none());
    }

    #[test]
    fn a_rewritten_record_leads_where_it_was_made_to() {
        let topology = resolved_names();
        let name = &topology.dns[0];
        let record = |id: &str, target: &str| RecordReading {
            id: Some(id.to_owned()),
            routing: RecordRouting::First,
            lead: Lead::Alias { name: target.to_owned(), zone: "Z".to_owned(), evaluate: true },
            health_check: None,
        };
        assert_eq!(record_region(name, &record(EAST, "dualstack.alb.us-east-1.example.")), Some(&east()));
        assert_eq!(record_region(name, &record(EAST, "ALB.us-west-2.example")), Some(&west()));
        assert_eq!(record_region(name, &record(EAST, "other.example.")), None, "its target is declared");
        let mut bare = topology.clone();
        bare.dns[0].records.iter_mut().for_each(|record| record.target = None);
        assert_eq!(record_region(&bare.dns[0], &record(EAST, "other.example.")), Some(&east()));
    }
}
