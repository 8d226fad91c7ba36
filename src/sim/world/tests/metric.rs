//! Holds that metrics come late, are absent when nothing was measured, and keep their statistics.

use super::*;
use crate::sim::world::metric::{MetricId, Query, Stat, StatSet};

fn orders() -> MetricId {
    MetricId::new("ecommerce", "OrdersCreated", &[])
}

fn lag_of(cluster: &str, source: &str) -> MetricId {
    MetricId::new(
        "AWS/RDS",
        "AuroraGlobalDBRPOLag",
        &[("DBClusterIdentifier", cluster), ("SourceRegion", source)],
    )
}

fn carts(to: &str) -> MetricId {
    MetricId::new(
        "AWS/DynamoDB",
        "ReplicationLatency",
        &[("TableName", "cartsTable"), ("ReceivingRegion", to)],
    )
}

/// Points of the minutes `from..to` after the start that can be seen now.
fn points(world: &World, region: &str, id: &MetricId, minutes: std::ops::Range<u64>, stat: Stat) -> Vec<f64> {
    let moment = |minute: u64| world.moment(Duration::from_mins(minute));
    let (first, end) = (moment(minutes.start), moment(minutes.end));
    let query = Query { region, id, start: first, end, period: Duration::from_mins(1), stat };
    world.metrics.series(&query, world.now).into_iter().map(|(_, value)| value).collect()
}

#[test]
fn a_minute_is_seen_a_minute_after_it_closed() {
    let mut world = calm();
    at(&mut world, 119);
    assert!(points(&world, "us-east-1", &orders(), 0..1, Stat::Sum).is_empty());
    at(&mut world, 135);
    let seen = points(&world, "us-east-1", &orders(), 0..1, Stat::Sum);
    assert_eq!(seen.len(), 1);
    assert!((seen[0] - 390.0).abs() < 40.0, "{seen:?}");
    assert!(
        points(&world, "us-east-1", &orders(), 1..2, Stat::Sum).is_empty(),
        "the next one is not there yet"
    );
}

#[test]
fn an_hour_lies_behind_and_the_end_is_exclusive() {
    let world = calm();
    let hour = Query {
        region: "us-west-2",
        id: &orders(),
        start: "2026-03-01T13:00:00Z".parse().unwrap(),
        end: "2026-03-01T13:30:00Z".parse().unwrap(),
        period: Duration::from_mins(5),
        stat: Stat::Sum,
    };
    let points = world.metrics.series(&hour, world.now);
    assert_eq!(points.len(), 6);
    assert_eq!(points[0].0.to_string(), "2026-03-01T13:00:00Z");
    assert_eq!(points[5].0.to_string(), "2026-03-01T13:25:00Z");
    assert!(
        points.iter().all(|(_, v)| (800.0..1200.0).contains(v)),
        "five minutes of orders each: {points:?}"
    );
}

#[test]
fn nothing_measured_is_absent() {
    let mut world = calm();
    let alb = world.regions[0].alb.clone();
    let errors = MetricId::new("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", &[("LoadBalancer", &alb)]);
    assert!(!world.metrics.list("us-east-1", world.now).any(|id| *id == errors), "no 5xx, no metric");
    break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 400);
    assert!(
        points(&world, "us-east-1", &orders(), 0..4, Stat::Sum).is_empty(),
        "a lost Region tells nothing"
    );
    assert!(points(&world, "us-west-2", &orders(), 1..4, Stat::Sum).is_empty(), "no order is not a zero");
    let remote = MetricId::new("CloudWatchSynthetics", "SuccessPercent", &[("CanaryName", "rmt-rgnl-home")]);
    assert_eq!(
        points(&world, "us-west-2", &remote, 1..4, Stat::Average),
        [0.0; 3],
        "the healthy Region testifies"
    );
}

#[test]
fn errors_have_a_count_when_there_are_some() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "error-rate", "region": "us-east-1", "rate": 0.1}"#);
    at(&mut world, 300);
    let alb = world.regions[0].alb.clone();
    let id = |name| MetricId::new("AWS/ApplicationELB", name, &[("LoadBalancer", &alb)]);
    let failed: f64 =
        points(&world, "us-east-1", &id("HTTPCode_Target_5XX_Count"), 0..3, Stat::Sum).iter().sum();
    let all: f64 = points(&world, "us-east-1", &id("RequestCount"), 0..3, Stat::Sum).iter().sum();
    assert!((failed / all - 0.1).abs() < 0.01, "{failed} of {all}");
}

#[test]
fn lag_is_published_by_the_reader_and_changes_sides_with_the_writer() {
    let mut world = calm();
    let before = lag_of("orders-dbcluster-02-us-west-2", "us-east-1");
    let after = lag_of("orders-dbcluster-01-us-east-1", "us-west-2");
    at(&mut world, 300);
    let ms = points(&world, "us-west-2", &before, 0..3, Stat::Average);
    assert!(ms.len() == 3 && ms.iter().all(|v| (300.0..500.0).contains(v)), "{ms:?}");
    assert!(points(&world, "us-east-1", &before, 0..3, Stat::Average).is_empty());
    let target = world.aurora.global("orders-global-db-cluster").unwrap().members[1].cluster.clone();
    world.switchover_global("us-east-1", "orders-global-db-cluster", &target).unwrap();
    at(&mut world, 800);
    assert!(points(&world, "us-west-2", &before, 8..11, Stat::Average).is_empty());
    assert_eq!(points(&world, "us-east-1", &after, 8..11, Stat::Average).len(), 3);
}

#[test]
fn a_paused_table_tells_nothing_and_then_a_spike() {
    let mut world = calm();
    at(&mut world, 60);
    break_it(&mut world, r#"{"kind": "partition", "a": "us-east-1", "b": "us-west-2", "for": "5m"}"#);
    at(&mut world, 800);
    let id = carts("us-west-2");
    assert_eq!(
        points(&world, "us-east-1", &id, 0..1, Stat::Maximum).len(),
        1,
        "published in the source Region"
    );
    assert!(points(&world, "us-west-2", &id, 0..1, Stat::Maximum).is_empty());
    assert!(points(&world, "us-east-1", &id, 1..5, Stat::Maximum).is_empty());
    let spike = points(&world, "us-east-1", &id, 5..6, Stat::Maximum);
    assert!(spike[0] > 200_000.0, "{spike:?}");
}

#[test]
fn health_check_status_is_in_us_east_1_alone() {
    let mut world = calm();
    at(&mut world, 200);
    let id = world.health_checks[1].id.clone();
    let id = MetricId::new("AWS/Route53", "HealthCheckStatus", &[("HealthCheckId", &id)]);
    assert_eq!(points(&world, "us-east-1", &id, 0..1, Stat::Minimum), [1.0]);
    assert!(!world.metrics.list("us-west-2", world.now).any(|id| id.namespace == "AWS/Route53"));
}

#[test]
fn an_impaired_cloudwatch_is_late_or_silent() {
    let mut world = calm();
    break_it(
        &mut world,
        r#"{"kind": "region-impaired", "region": "us-east-1", "severity": 0.5, "control_plane": true}"#,
    );
    at(&mut world, 200);
    assert!(points(&world, "us-east-1", &orders(), 0..1, Stat::Sum).is_empty());
    assert_eq!(points(&world, "us-west-2", &orders(), 0..1, Stat::Sum).len(), 1);
    at(&mut world, 300);
    assert_eq!(points(&world, "us-east-1", &orders(), 0..1, Stat::Sum).len(), 1, "late");
    break_it(
        &mut world,
        r#"{"kind": "region-impaired", "region": "us-east-1", "severity": 0.95, "control_plane": true}"#,
    );
    at(&mut world, 2000);
    assert!(points(&world, "us-east-1", &orders(), 6..20, Stat::Sum).is_empty(), "silent");
}

#[test]
fn a_users_points_add_up() {
    let mut world = calm();
    let id = MetricId::new("drill", "Marks", &[("b", "2"), ("a", "1")]);
    at(&mut world, 70);
    world.put_metric("eu-central-1", &id, world.now, StatSet::one(2.0));
    world.put_metric("eu-central-1", &id, world.now, StatSet::one(6.0));
    at(&mut world, 80);
    let same = MetricId::new("drill", "Marks", &[("a", "1"), ("b", "2")]);
    let get = |stat| points(&world, "eu-central-1", &same, 1..2, stat);
    assert_eq!(get(Stat::Sum), [8.0]);
    assert_eq!(get(Stat::Average), [4.0]);
    assert_eq!(get(Stat::Minimum), [2.0]);
    assert_eq!(get(Stat::Maximum), [6.0]);
    assert_eq!(get(Stat::SampleCount), [2.0]);
}

#[test]
fn alarms_follow_what_cloudwatch_shows() {
    let mut world = calm();
    let state =
        |world: &World, name: &str| world.alarms.iter().find(|a| a.name == name).unwrap().state.as_str();
    assert_eq!(state(&world, "canary-success-low-use1"), "OK");
    assert_eq!(state(&world, "aurora-lag-orders-usw2"), "OK");
    break_it(&mut world, r#"{"kind": "canary-failure", "region": "us-east-1", "rate": 0.8}"#);
    at(&mut world, 121);
    assert_eq!(state(&world, "canary-success-low-use1"), "OK", "not seen yet");
    at(&mut world, 360);
    assert_eq!(state(&world, "canary-success-low-use1"), "ALARM");
    assert_eq!(state(&world, "canary-success-low-usw2"), "OK");
    assert_eq!(state(&world, "orders-created-zero-use1"), "OK", "the canary lies; orders go on");
}
