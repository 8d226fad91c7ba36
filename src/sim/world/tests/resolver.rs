//! Holds what resolvers answer and for how long, and the health checks that a scenario adds.

use std::collections::BTreeSet;

use super::*;
use crate::sim::world::dns::resolver::Answer;
use crate::sim::world::dns::{Action, Record, Routing};
use crate::sim::world::health::Probe;

const NAME: &str = "store.example.com.";

const WEIGHTED: &str = r#"
[world]
arc = false

[world.dns]
name = "store.example.com"
zone = "Z0RETAILSTORE"
policy = "weighted"
ttl = "60s"

[[world.resolvers]]
name = "keeps to it"
near = "us-west-2"

[[world.resolvers]]
name = "stubborn"
near = "us-west-2"
holds = "10m"

[[world.resolvers]]
name = "of the VPC"
near = "us-east-1"
inside = true
"#;

const STANDBY: &str = r#"
[world]
arc = false

[world.dns]
name = "store.example.com"
zone = "Z0RETAILSTORE"
policy = "failover"
ttl = "60s"

[[world.checks]]
name = "home-page"
kind = "endpoint"
region = "us-east-1"
search = "store"

[[world.checks]]
name = "down-for-5-minutes"
decides = "us-east-1"
kind = "alarm"
of = "home-page"
points = 5
"#;

/// The Region a resolver's answer leads to.
fn leads_to(world: &World, answer: &Answer) -> String {
    let values: BTreeSet<&str> = answer.found.iter().map(|found| found.value.as_str()).collect();
    let of = |at: usize| world.answer_of(at, 0.0, &format!("{}.", world.regions[at].alb_dns), "A");
    let hit = (0..world.regions.len()).find(|at| of(*at).found.iter().any(|f| values.contains(&*f.value)));
    world.regions[hit.unwrap()].name.clone()
}

/// A batch that gives everything to one Region.
fn all_to(world: &World, region: &str) -> Vec<(Action, Record)> {
    let ours = world.dns.zones[0].records.iter().filter(|r| r.name == NAME).cloned();
    let weigh = |r: Record| {
        let weight = if r.set_id.as_deref() == Some(region) { 100 } else { 0 };
        (Action::Upsert, Record { routing: Routing::Weighted(weight), ..r })
    };
    ours.map(weigh).collect()
}

#[test]
fn a_resolver_counts_down_and_asks_again() {
    let mut world = calm();
    let first = world.ask_resolver(0, NAME, "A").unwrap();
    assert_eq!(leads_to(&world, &first), "us-east-1");
    assert_eq!(first.found.len(), 3);
    let left = first.found[0].ttl;
    assert!((1..=60).contains(&left), "{left}");
    at(&mut world, u64::from(left) - 1);
    assert_eq!(world.ask_resolver(0, NAME, "A").unwrap().found[0].ttl, 1);
    at(&mut world, u64::from(left));
    assert_eq!(world.ask_resolver(0, NAME, "A").unwrap().found[0].ttl, 60);
    assert_eq!(leads_to(&world, &world.clone().ask_resolver(1, NAME, "A").unwrap()), "us-west-2", "latency");
}

#[test]
fn what_is_not_there_is_told_from_what_has_no_such_record() {
    let mut world = calm();
    let none = world.ask_resolver(0, "no.example.com.", "A").unwrap();
    assert_eq!(none, Answer { exists: false, found: Vec::new() });
    let other = world.ask_resolver(0, NAME, "AAAA").unwrap();
    assert_eq!(other, Answer { exists: true, found: Vec::new() });
}

#[test]
fn a_cname_is_followed_to_the_load_balancer() {
    let mut world = of(&WEIGHTED.replace("ttl = \"60s\"", "ttl = \"20s\"\nform = \"cname\""));
    let answer = world.ask_resolver(0, NAME, "A").unwrap();
    let kinds: Vec<&str> = answer.found.iter().map(|f| f.kind.as_str()).collect();
    assert_eq!(kinds, ["CNAME", "A", "A", "A"]);
    assert!(answer.found.iter().all(|f| f.ttl <= 20));
    assert!(world.regions.iter().any(|r| format!("{}.", r.alb_dns) == answer.found[0].value));
    at(&mut world, 300);
    assert!(world.region("us-west-2").unwrap().now.share > 0.3, "clients follow CNAMEs too");
}

#[test]
fn weights_decide_once_the_change_is_in_sync_and_the_answer_has_run_out() {
    let mut world = of(WEIGHTED);
    let batch = all_to(&world, "us-west-2");
    let change = world.change_records("Z0RETAILSTORE", batch).unwrap();
    at(&mut world, 56 + 60);
    assert!(world.dns.change(&change.id).unwrap().applied);
    let told = |world: &mut World, resolver| {
        let answer = world.ask_resolver(resolver, NAME, "A").unwrap();
        leads_to(world, &answer)
    };
    assert_eq!(told(&mut world, 0), "us-west-2");
    let batch = all_to(&world, "us-east-1");
    world.change_records("Z0RETAILSTORE", batch).unwrap();
    at(&mut world, 2 * (56 + 60));
    assert_eq!(told(&mut world, 0), "us-east-1");
    let before = told(&mut world, 1);
    let left = world.ask_resolver(1, NAME, "A").unwrap().found[0].ttl;
    assert!(left <= 600, "{left}");
    at(&mut world, 2 * (56 + 60) + u64::from(left) - 1);
    assert_eq!(told(&mut world, 1), before, "the stubborn one still holds it");
    at(&mut world, 2 * (56 + 60) + u64::from(left));
    assert_eq!(told(&mut world, 1), "us-east-1");
}

#[test]
fn a_resolver_inside_a_lost_region_is_gone_with_it() {
    let mut world = of(WEIGHTED);
    assert!(world.ask_resolver(2, NAME, "A").is_some());
    break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 5);
    assert_eq!(world.ask_resolver(2, NAME, "A"), None);
    assert!(world.ask_resolver(0, NAME, "A").is_some());
    assert_eq!(world.ask_resolver(3, NAME, "A"), None, "there are three");
}

#[test]
fn a_check_on_an_alarm_decides_late_and_the_endpoint_check_beside_it_decides_nothing() {
    let mut world = of(STANDBY);
    let healthy = |world: &World| world.health_checks.iter().map(|c| c.healthy).collect::<Vec<_>>();
    let receives = |world: &World| world.answers(0).iter().position(|share| *share > 0.5).unwrap();
    assert!(world.arc.controls.is_empty() && world.arc.rules.is_empty());
    assert!(matches!(world.health_checks[0].probe, Probe::Endpoint { .. }));
    assert_eq!((healthy(&world), receives(&world)), (vec![true, true], 0));
    break_it(&mut world, r#"{"kind": "region-impaired", "region": "us-east-1", "severity": 0.95}"#);
    at(&mut world, 240);
    assert_eq!((healthy(&world), receives(&world)), (vec![false, true], 0), "it only alarms");
    at(&mut world, 420);
    assert_eq!(
        (healthy(&world), receives(&world)),
        (vec![false, true], 0),
        "five points, a minute late each"
    );
    at(&mut world, 660);
    assert_eq!((healthy(&world), receives(&world)), (vec![false, false], 1));
    let alarm = world.alarms.iter().find(|a| a.name == "down-for-5-minutes").unwrap();
    assert_eq!(alarm.state.as_str(), "ALARM");
    break_it(&mut world, r#"{"kind": "clear"}"#);
    at(&mut world, 1200);
    assert_eq!((healthy(&world), receives(&world)), (vec![true, true], 0), "and it goes back by itself");
}

#[test]
fn without_points_a_check_on_an_alarm_stays_as_it_was() {
    let mut world = of(STANDBY);
    break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 900);
    assert!(!world.health_checks[0].healthy);
    assert!(world.health_checks[1].healthy, "us-east-1 publishes nothing, so nobody tells it");
}

#[test]
fn a_batch_is_told_all_that_is_wrong_with_it_and_a_busy_zone_takes_none() {
    let mut world = of(WEIGHTED);
    let mut batch = all_to(&world, "us-west-2");
    let good = batch.clone();
    for (action, _) in &mut batch {
        *action = Action::Create;
    }
    let error = world.change_records("Z0RETAILSTORE", batch).unwrap_err();
    assert_eq!(error.code, "InvalidChangeBatch");
    assert_eq!(error.message.matches("already exists").count(), 2, "{}", error.message);
    world.change_records("Z0RETAILSTORE", good.clone()).unwrap();
    let busy = world.change_records("Z0RETAILSTORE", good.clone()).unwrap_err();
    assert_eq!(busy.code, "PriorRequestNotComplete");
    at(&mut world, 1);
    world.change_records("Z0RETAILSTORE", good).unwrap();
}
