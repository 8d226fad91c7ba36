//! Holds Route 53's selection rules against a table, and how long resolvers keep an answer.

use super::*;
use crate::sim::world::arc::ControlState;
use crate::sim::world::dns::choice::{Vantage, choose};
use crate::sim::world::dns::{Action, Geo, Record, Routing};
use crate::sim::world::health::HealthCheckUpdate;

fn record(id: &str, routing: Routing) -> Record {
    Record {
        name: "store.example.com.".into(),
        kind: "A".into(),
        set_id: Some(id.into()),
        routing,
        ttl: Some(60),
        values: vec![id.into()],
        alias: None,
        health_check: None,
    }
}

/// What answers, as `id share`, when these are unhealthy.
fn answer(records: &[Record], country: &str, continent: &str, sick: &[&str]) -> Vec<String> {
    let latency = [("near".to_owned(), 10.0), ("far".to_owned(), 90.0)];
    let from = Vantage { country, continent, latency: &latency };
    let records: Vec<&Record> = records.iter().collect();
    let chosen = choose(&records, &from, |r| !sick.contains(&r.set_id.as_deref().unwrap_or("")));
    chosen.iter().map(|(r, share)| format!("{} {share:.2}", r.set_id.as_deref().unwrap_or(""))).collect()
}

#[test]
fn latency_answers_with_the_nearest_healthy() {
    let records = [record("a", Routing::Latency("near".into())), record("b", Routing::Latency("far".into()))];
    assert_eq!(answer(&records, "US", "NA", &[]), ["a 1.00"]);
    assert_eq!(answer(&records, "US", "NA", &["a"]), ["b 1.00"]);
    assert_eq!(answer(&records, "US", "NA", &["a", "b"]), ["a 1.00"], "none healthy: all are");
}

#[test]
fn weighted_shares_and_zero_weights() {
    let weights =
        |w: &[(&str, u16)]| w.iter().map(|(id, w)| record(id, Routing::Weighted(*w))).collect::<Vec<_>>();
    let two = weights(&[("a", 30), ("b", 10)]);
    assert_eq!(answer(&two, "US", "NA", &[]), ["a 0.75", "b 0.25"]);
    assert_eq!(answer(&two, "US", "NA", &["a"]), ["b 1.00"]);
    assert_eq!(answer(&two, "US", "NA", &["a", "b"]), ["a 0.75", "b 0.25"], "none healthy: all are");
    let spare = weights(&[("a", 10), ("b", 0)]);
    assert_eq!(answer(&spare, "US", "NA", &[]), ["a 1.00"]);
    assert_eq!(answer(&spare, "US", "NA", &["a"]), ["b 1.00"], "zero weight: only when no other is healthy");
    assert_eq!(answer(&spare, "US", "NA", &["a", "b"]), ["a 1.00"]);
    assert_eq!(answer(&weights(&[("a", 0), ("b", 0)]), "US", "NA", &[]), ["a 0.50", "b 0.50"]);
}

#[test]
fn failover_goes_second_only_while_the_first_is_sick() {
    let records = [record("first", Routing::Failover(true)), record("second", Routing::Failover(false))];
    assert_eq!(answer(&records, "US", "NA", &[]), ["first 1.00"]);
    assert_eq!(answer(&records, "US", "NA", &["first"]), ["second 1.00"]);
    assert_eq!(answer(&records, "US", "NA", &["first", "second"]), ["first 1.00"]);
}

#[test]
fn geolocation_takes_the_closest_match_and_falls_back_to_the_default() {
    let records = [
        record("any", Routing::Geolocation(Geo::Default)),
        record("europe", Routing::Geolocation(Geo::Continent("EU".into()))),
        record("ireland", Routing::Geolocation(Geo::Country("IE".into()))),
    ];
    assert_eq!(answer(&records, "IE", "EU", &[]), ["ireland 1.00"]);
    assert_eq!(answer(&records, "IE", "EU", &["ireland"]), ["europe 1.00"]);
    assert_eq!(answer(&records, "FR", "EU", &["europe"]), ["any 1.00"]);
    assert_eq!(answer(&records, "US", "NA", &["any"]), ["any 1.00"], "its only match, sick or not");
    assert_eq!(answer(&records[1..], "US", "NA", &[]), Vec::<String>::new(), "no default: no answer");
}

#[test]
fn a_sick_target_counts_as_well_as_a_sick_check() {
    let mut world = calm();
    let records: Vec<Record> = world.dns.zones[0].live.iter().filter(|r| r.kind == "A").cloned().collect();
    assert!(world.record_healthy(&records[0]));
    world.health_checks[0].healthy = false;
    assert!(!world.record_healthy(&records[0]));
    world.health_checks[0].healthy = true;
    break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 60);
    assert!(world.health_checks[0].healthy);
    assert!(!world.record_healthy(&records[0]), "EvaluateTargetHealth");
}

#[test]
fn a_change_is_pending_until_the_name_servers_have_it() {
    let mut world = calm();
    let mut record = world.dns.zones[0].records.iter().find(|r| r.kind == "A").unwrap().clone();
    record.health_check = None;
    let zone = world.dns.zones[0].id.clone();
    let change = world.change_records(&zone, vec![(Action::Upsert, record.clone())]).unwrap();
    assert_eq!(change.status(), "PENDING");
    at(&mut world, 15);
    assert_eq!(world.dns.change(&change.id).unwrap().status(), "PENDING");
    assert!(world.dns.zones[0].records.contains(&record), "the control plane has it at once");
    assert!(!world.dns.zones[0].live.contains(&record));
    at(&mut world, 60);
    assert_eq!(world.dns.change(&change.id).unwrap().status(), "INSYNC");
    assert!(world.dns.zones[0].live.contains(&record));
}

#[test]
fn a_batch_is_all_or_nothing() {
    let mut world = calm();
    let zone = world.dns.zones[0].id.clone();
    let before = world.dns.zones[0].records.clone();
    let own = before.iter().find(|r| r.kind == "A").unwrap().clone();
    let other = record("new", Routing::Latency("eu-west-1".into()));
    let code = |world: &mut World, batch| world.change_records(&zone, batch).unwrap_err().code;
    let twice = vec![(Action::Create, other), (Action::Create, own.clone())];
    assert_eq!(code(&mut world, twice), "InvalidChangeBatch");
    let mut altered = own;
    altered.routing = Routing::Weighted(1);
    assert_eq!(code(&mut world, vec![(Action::Delete, altered.clone())]), "InvalidChangeBatch");
    assert_eq!(
        code(&mut world, vec![(Action::Upsert, altered)]),
        "InvalidChangeBatch",
        "one policy for one name"
    );
    assert_eq!(world.dns.zones[0].records, before);
    assert!(world.log.is_empty());
    assert_eq!(world.change_records("ZNONE", Vec::new()).unwrap_err().code, "NoSuchHostedZone");
}

#[test]
fn disabled_is_healthy_and_inverted_drains() {
    let mut world = calm();
    let id = world.health_checks[0].id.clone();
    let update = |version, inverted, disabled| HealthCheckUpdate {
        version: Some(version),
        inverted,
        disabled,
        ..HealthCheckUpdate::default()
    };
    world.update_health_check(&id, &update(1, Some(true), None)).unwrap();
    at(&mut world, 12);
    assert!(!world.health_checks[0].healthy, "inverted");
    world.update_health_check(&id, &update(2, Some(false), Some(true))).unwrap();
    let entries: Vec<_> = controls(&world).into_iter().map(|arn| (arn, ControlState::Off)).take(1).collect();
    world.set_routing_controls("us-west-2", &entries, &[]).unwrap();
    at(&mut world, 24);
    assert!(world.health_checks[0].healthy, "disabled, though its control is Off");
    let stale = world.update_health_check(&id, &update(2, None, None)).unwrap_err();
    assert_eq!(stale.code, "HealthCheckVersionMismatch");
}
