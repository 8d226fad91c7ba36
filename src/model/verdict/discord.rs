//! Resolvers that answer a name otherwise than its records say: for a while after a change that is only what they
//! keep, and after that it is worth a look.
//!
//! Answers that differ because the routing policy sends users to different Regions are no disagreement.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::names::{Answered, NameAnswer, answers, is_record, record_region, records};
use super::points::Periods;
use super::text::span;
use super::{Lamp, health_check_metric, routing};
use crate::model::World;
use crate::model::reading::{ControlState, Freshness, RecordReading, RecordRouting, Turn};
use crate::model::topology::{DnsName, DnsRecord, Policy, Region};

/// The name servers have a change by then, and act on a health check (aws-facts section 6).
const SYNC: SignedDuration = SignedDuration::from_secs(75);

/// How many of those that do not agree are named.
const NAMED: usize = 2;

/// Resolvers that disagree about a name, with each other or with its records.
#[derive(Clone, Debug, PartialEq)]
pub struct Discord<'a> {
    /// The name.
    pub name: &'a DnsName,
    /// Those that answer what they should not, in the order of the config, with the Regions that each answers.
    pub odd: Vec<(&'a str, Vec<Region>)>,
    /// How many answer at all.
    pub heard: usize,
    /// How long old answers may still be given; `None` once that is over.
    pub left: Option<Duration>,
}

impl Discord<'_> {
    /// `ok` while a TTL runs out, and worth a look after that.
    #[must_use]
    pub fn lamp(&self) -> Lamp {
        if self.left.is_some() { Lamp::Ok } else { Lamp::Look }
    }

    /// In words, from the longest way to say it to the shortest; `short` gives a Region its name.
    #[must_use]
    pub fn words(&self, short: impl Fn(&Region) -> String) -> Vec<String> {
        if let Some(left) = self.left {
            let left = format!("{} of TTL left", span(left));
            return vec![format!("resolvers disagree, {left}"), format!("disagree, {left}"), left];
        }
        let says = |(resolver, leads): &(&str, Vec<Region>)| {
            let leads: Vec<String> = leads.iter().map(&short).collect();
            let leads = if leads.is_empty() { "nothing known".to_owned() } else { leads.join("+") };
            format!("{resolver} answers {leads}")
        };
        let named: Vec<String> = self.odd.iter().take(NAMED).map(says).collect();
        let more = self.odd.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let said = format!("{}{more}", named.join(", "));
        let (odd, heard) = (self.odd.len(), self.heard);
        vec![
            format!("resolvers disagree: {said}"),
            said,
            format!("{odd} of {heard} resolvers disagree"),
            format!("{odd} of {heard} disagree"),
        ]
    }
}

impl fmt::Display for Discord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words(ToString::to_string);
        f.write_str(words.first().map_or("resolvers disagree", String::as_str))
    }
}

/// The names about which resolvers disagree, in the order of the config. Only answers that are fresh are heard, and
/// only of names where it is declared what stands behind each record.
#[must_use]
pub fn discords(world: &World, now: Timestamp) -> Vec<Discord<'_>> {
    let all = answers(world, now);
    let names = world.topology().dns.iter();
    let known = names.filter(|name| name.records.iter().all(|record| record.target.is_some()));
    known.filter_map(|name| discord(world, name, &all, now)).collect()
}

fn discord<'a>(
    world: &'a World,
    name: &'a DnsName,
    all: &[Answered<'a>],
    now: Timestamp,
) -> Option<Discord<'a>> {
    let mine = all.iter().filter(|answer| answer.name == name);
    let fresh = mine.filter_map(|answer| Some((answer.resolver, answer.seen.as_ref()?)));
    let heard: Vec<(&str, &NameAnswer)> =
        fresh.filter(|(_, seen)| seen.freshness == Freshness::Fresh).collect();
    let right = expected(world, name, now).or_else(|| commonest(&heard))?;
    let odd =
        |seen: &NameAnswer| seen.leads.is_empty() || !seen.leads.iter().all(|lead| right.contains(&lead));
    let odd: Vec<&(&str, &NameAnswer)> = heard.iter().filter(|(_, seen)| odd(seen)).collect();
    if odd.is_empty() {
        return None;
    }
    let until = turned(world, name).map(|at| plus(plus(at, SYNC), ttl(name)));
    // One that was last asked while it might still keep the old answer is not accused by that answer.
    let until = until.filter(|until| odd.iter().all(|(_, seen)| seen.asked <= *until));
    Some(Discord {
        name,
        odd: odd.iter().map(|(resolver, seen)| (*resolver, seen.leads.clone())).collect(),
        heard: heard.len(),
        left: until.map(|until| Duration::try_from(until.duration_since(now)).unwrap_or_default()),
    })
}

/// The Regions that users may be led to by the records as they are; `None` when that was not read.
fn expected<'a>(world: &'a World, name: &'a DnsName, now: Timestamp) -> Option<Vec<&'a Region>> {
    let read = records(world, &name.name).map(|(records, _)| records).unwrap_or_default();
    let of = |declared: &'a DnsRecord| read.iter().find(|record| is_record(name, declared, record));
    let leads = |declared: &'a DnsRecord| {
        of(declared).and_then(|record| record_region(name, record)).unwrap_or(&declared.region)
    };
    let serving: Vec<&DnsRecord> =
        name.records.iter().filter(|declared| serves(world, declared, of(declared), now)).collect();
    // With no healthy record Route 53 takes all for healthy (aws-facts section 6).
    let serving = if serving.is_empty() { name.records.iter().collect() } else { serving };
    if name.policy != Policy::Failover {
        return Some(serving.into_iter().map(leads).collect());
    }
    let routed = |routing: &RecordRouting| {
        serving.iter().copied().find(|declared| of(declared).is_some_and(|record| record.routing == *routing))
    };
    let first = routed(&RecordRouting::First).or_else(|| routed(&RecordRouting::Second));
    first.map(|declared| vec![leads(declared)])
}

/// Users may be led to it: neither its control, nor its health check, nor its weight keeps them out, as far as is known.
fn serves(world: &World, declared: &DnsRecord, read: Option<&RecordReading>, now: Timestamp) -> bool {
    if read.is_some_and(|record| record.routing == RecordRouting::Weight(0)) {
        return false;
    }
    let Some(check) = &declared.health_check else { return true };
    let routing = world.topology().routing.as_ref();
    let control = routing.and_then(|routing| {
        let control = routing.controls.iter().find(|one| one.health_check.as_ref() == Some(check))?;
        routing::state(world, routing, &control.name, now)
    });
    if control.is_some() {
        return control == Some(ControlState::On);
    }
    let status = Periods::of(world, &health_check_metric(check)).dated(now);
    status.filter(|status| status.freshness != Freshness::Gone).is_none_or(|status| status.value >= 1.0)
}

/// What most answer, where the records do not tell; the first of equals.
fn commonest<'a>(heard: &[(&str, &'a NameAnswer)]) -> Option<Vec<&'a Region>> {
    let count = |leads: &[Region]| heard.iter().filter(|(_, other)| other.leads == leads).count();
    let best = heard.iter().rev().max_by_key(|(_, seen)| count(&seen.leads))?;
    Some(best.1.leads.iter().collect())
}

/// When what the name should lead to may last have changed: its controls, its health checks, its records.
fn turned(world: &World, name: &DnsName) -> Option<Timestamp> {
    let checks = || name.records.iter().filter_map(|record| record.health_check.as_ref());
    let controls = world.topology().routing.iter().flat_map(|routing| &routing.controls);
    let mine = controls.filter(|control| checks().any(|check| control.health_check.as_ref() == Some(check)));
    let by_control = mine.filter_map(|control| world.turns().of(&control.name));
    let by_record = world.turns().of_records(&name.name);
    let turns = by_control.chain(by_record).map(|turn| match turn {
        Turn::Changed(at) | Turn::Since(at) => at,
    });
    turns.chain(checks().filter_map(|check| checked(world, check))).max()
}

/// The end of the first period in which a health check said what it says now, if it said something else before.
fn checked(world: &World, check: &str) -> Option<Timestamp> {
    let view = Periods::of(world, &health_check_metric(check));
    let now = view.newest()?.value >= 1.0;
    let first = view.newest_first().take_while(|point| (point.value >= 1.0) == now).last()?;
    let before = view.newest_first().any(|point| point.at < first.at);
    before.then(|| view.end(first.at))
}

fn ttl(name: &DnsName) -> SignedDuration {
    SignedDuration::try_from(name.ttl).unwrap_or(SignedDuration::MAX)
}

fn plus(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, resolved_names, west};
    use crate::model::reading::{Lead, Reading, Source};
    use crate::model::topology::Topology;

    /// The shop whose controls' health checks are those of its records.
    fn shop() -> Topology {
        let mut topology = resolved_names();
        for control in &mut topology.routing.as_mut().unwrap().controls {
            control.health_check = Some(format!("check-{}", control.name));
        }
        topology
    }

    fn all_answer(scene: &mut Scene, regions: [&str; 3]) {
        for (resolver, region) in ["one", "two", "three"].into_iter().zip(regions) {
            scene.resolves(resolver, &[region], 60);
        }
    }

    fn told(scene: &Scene) -> Option<(Lamp, String)> {
        let all = discords(&scene.world, scene.now);
        assert!(all.len() < 2);
        all.first().map(|discord| (discord.lamp(), discord.to_string()))
    }

    fn weights(scene: &mut Scene, weights: [u8; 2]) {
        let record = |(region, weight): (&str, u8)| RecordReading {
            id: Some(region.to_owned()),
            routing: RecordRouting::Weight(weight),
            lead: Lead::Alias {
                name: format!("alb.{region}.example."),
                zone: "ZALB".to_owned(),
                evaluate: true,
            },
            health_check: None,
        };
        let records = [EAST, WEST].into_iter().zip(weights).map(record).collect();
        scene.see(Source::Records("store.example.com".to_owned()), Ok(Reading::Records(records)));
    }

    #[test]
    fn what_the_policy_sends_apart_is_no_disagreement() {
        let mut scene = Scene::new(shop());
        assert_eq!(told(&scene), None, "nobody was asked");
        scene.controls_everywhere([ControlState::On, ControlState::On]);
        all_answer(&mut scene, [EAST, WEST, WEST]);
        assert_eq!(told(&scene), None);
    }

    #[test]
    fn a_drained_region_may_be_answered_for_a_ttl_and_no_longer() {
        let mut scene = Scene::new(shop());
        scene.controls_everywhere([ControlState::On, ControlState::On]);
        all_answer(&mut scene, [EAST, WEST, WEST]);
        scene.later(300);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        all_answer(&mut scene, [EAST, WEST, WEST]);
        let within = |text: &str| Some((Lamp::Ok, text.to_owned()));
        assert_eq!(told(&scene), within("resolvers disagree, 2m15s of TTL left"));
        scene.later(95);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        all_answer(&mut scene, [EAST, WEST, WEST]);
        assert_eq!(told(&scene), within("resolvers disagree, 40s of TTL left"));
        scene.later(45);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        all_answer(&mut scene, [WEST, WEST, WEST]);
        assert_eq!(told(&scene), None);
        scene.resolves("two", &[EAST], 60);
        scene.resolves("three", &[EAST, WEST], 60);
        let text = "resolvers disagree: two answers us-east-1, three answers us-west-2+us-east-1";
        assert_eq!(told(&scene), Some((Lamp::Look, text.to_owned())));
    }

    #[test]
    fn an_answer_from_before_the_ttl_was_over_accuses_nobody() {
        let mut scene = Scene::new(shop());
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        scene.later(134);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        scene.resolves("one", &[EAST], 60);
        scene.later(3);
        assert_eq!(told(&scene), Some((Lamp::Ok, "resolvers disagree, 0s of TTL left".to_owned())));
        scene.resolves("one", &[EAST], 60);
        assert_eq!(told(&scene).map(|(lamp, _)| lamp), Some(Lamp::Look));
    }

    #[test]
    fn without_a_record_in_service_all_are_answered() {
        let mut scene = Scene::new(shop());
        scene.controls_everywhere([ControlState::Off, ControlState::Off]);
        all_answer(&mut scene, [EAST, WEST, EAST]);
        assert_eq!(told(&scene), None);
    }

    #[test]
    fn a_weight_of_zero_keeps_out_from_when_it_was_read() {
        let mut topology = shop();
        topology.routing = None;
        topology.dns[0].policy = Policy::Weighted;
        topology.dns[0].records.iter_mut().for_each(|record| record.health_check = None);
        let mut scene = Scene::new(topology);
        weights(&mut scene, [130, 70]);
        all_answer(&mut scene, [EAST, WEST, EAST]);
        assert_eq!(told(&scene), None);
        scene.later(200);
        weights(&mut scene, [0, 200]);
        all_answer(&mut scene, [EAST, WEST, EAST]);
        assert_eq!(told(&scene).map(|(lamp, _)| lamp), Some(Lamp::Ok));
        scene.later(140);
        weights(&mut scene, [0, 200]);
        all_answer(&mut scene, [EAST, WEST, WEST]);
        let text = "resolvers disagree: one answers us-east-1".to_owned();
        assert_eq!(told(&scene), Some((Lamp::Look, text)));
    }

    #[test]
    fn where_the_records_do_not_tell_most_are_right() {
        let mut topology = shop();
        topology.dns[0].policy = Policy::Failover;
        let mut scene = Scene::new(topology);
        all_answer(&mut scene, [EAST, WEST, EAST]);
        let all = discords(&scene.world, scene.now);
        assert_eq!(all[0].odd, [("two", vec![west()])]);
        all_answer(&mut scene, [EAST, EAST, EAST]);
        assert_eq!(told(&scene), None);
    }

    #[test]
    fn it_is_said_as_shortly_as_it_must_be() {
        let topology = shop();
        let discord = |left| Discord {
            name: &topology.dns[0],
            odd: vec![("one", vec![east()]), ("two", Vec::new()), ("three", vec![east()])],
            heard: 5,
            left,
        };
        let short = |region: &Region| topology.short(region);
        assert_eq!(
            discord(None).words(short),
            [
                "resolvers disagree: one answers use1, two answers nothing known and 1 more",
                "one answers use1, two answers nothing known and 1 more",
                "3 of 5 resolvers disagree",
                "3 of 5 disagree",
            ]
        );
        let left = Some(Duration::from_secs(40));
        assert_eq!(
            discord(left).words(short),
            ["resolvers disagree, 40s of TTL left", "disagree, 40s of TTL left", "40s of TTL left"]
        );
    }
}
