//! Holds read replicas to their lag, what their metric says of it, and promotion with what it leaves behind.

use super::*;
use crate::sim::world::metric::{MetricId, Query, Stat};
use crate::sim::world::replica::{Engine, Replicated};

const WORLD: &str = r#"
[world]
aurora = []
tables = []
[[world.replicas]]
store = "orders"
kind = "aurora-binlog"
lag = "3s"
orders = true
[[world.replicas]]
store = "billing"
kind = "rds"
lag = "2s"
[world.dns]
name = "store.example.com"
zone = "Z0RETAILSTORE"
policy = "failover"
ttl = "60s"
"#;

const ORDERS_WEST: &str = "orders-dbcluster-02-us-west-2";
const BILLING_WEST: &str = "billing-db-us-west-2";

fn store<'a>(world: &'a World, name: &str) -> &'a Replicated {
    world.replicas.iter().find(|r| r.store == name).unwrap()
}

fn statuses(world: &mut World, name: &str, seconds: std::ops::Range<u64>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for second in seconds {
        at(world, second);
        let db = &store(world, name).end_in(1).unwrap().db;
        let status = format!("{} {}", db.status, db.instances[0].status);
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    }
    seen
}

fn shown(world: &World) -> Vec<f64> {
    let id = MetricId::new("AWS/RDS", "AuroraBinlogReplicaLag", &[("DBClusterIdentifier", ORDERS_WEST)]);
    let (start, end) = (world.moment(Duration::from_secs(0)), world.now);
    let (period, stat) = (Duration::from_mins(1), Stat::Maximum);
    let query = Query { region: "us-west-2", id: &id, start, end, period, stat };
    world.metrics.series(&query, world.now).into_iter().map(|(_, v)| v).collect()
}

#[test]
fn a_calm_stream_is_a_few_seconds_behind() {
    let mut world = of(WORLD);
    at(&mut world, 400);
    let lag = world.link_lag("orders", 0, 1).unwrap();
    assert!((1.0..6.0).contains(&lag), "{lag}");
    assert_eq!(world.link_lag("orders", 1, 0), None);
    assert!(shown(&world).iter().all(|v| (1.0..6.0).contains(v)), "{:?}", shown(&world));
}

#[test]
fn a_cut_stream_says_zero_and_then_minus_one_while_the_truth_grows() {
    let mut world = of(WORLD);
    at(&mut world, 60);
    break_it(&mut world, r#"{"kind":"partition","a":"us-east-1","b":"us-west-2"}"#);
    at(&mut world, 420);
    assert!(world.link_lag("orders", 0, 1).unwrap() > 350.0);
    let seen = shown(&world);
    assert_eq!(seen[1].to_bits(), 0.0_f64.to_bits(), "{seen:?}");
    assert!(seen[3..].iter().all(|v| (v + 1.0).abs() < 1e-9), "{seen:?}");
    let told: Vec<_> = world.aurora.events.iter().map(|e| e.id).collect();
    assert!(told.contains(&"RDS-EVENT-0045"), "{told:?}");
}

#[test]
fn a_cluster_promotes_in_minutes_with_a_restart_and_stands_alone() {
    let mut world = of(WORLD);
    at(&mut world, 60);
    world.promote_replica("us-west-2", Engine::AuroraBinlog, ORDERS_WEST).unwrap();
    let seen = statuses(&mut world, "orders", 60..260);
    assert_eq!(
        seen,
        ["promoting available", "promoting rebooting", "modifying available", "available available"]
    );
    let orders = store(&world, "orders");
    assert!(orders.ends.iter().all(|e| e.source.is_none() && e.db.writable), "both take writes now");
    assert!(orders.losses[0].seconds < 6.0 && orders.losses[0].orders > 0.0, "{:?}", orders.losses);
    assert!(world.link_lag("orders", 0, 1).is_none());
    let again = world.promote_replica("us-west-2", Engine::AuroraBinlog, ORDERS_WEST).unwrap_err();
    assert_eq!((again.status, again.code.as_str()), (400, "InvalidDBClusterStateFault"));
}

#[test]
fn an_instance_promotes_through_its_first_backup() {
    let mut world = of(WORLD);
    at(&mut world, 60);
    world.promote_replica("us-west-2", Engine::Rds, BILLING_WEST).unwrap();
    let twice = world.promote_replica("us-west-2", Engine::Rds, BILLING_WEST).unwrap_err();
    assert_eq!(twice.code, "InvalidDBInstanceState");
    let seen = statuses(&mut world, "billing", 60..400);
    assert_eq!(
        seen,
        ["modifying modifying", "rebooting rebooting", "backing-up backing-up", "available available",]
    );
    let told: Vec<_> = world.aurora.events.iter().map(|e| e.id).collect();
    let order = ["0057", "0004", "0006", "0001", "0002"].map(|id| format!("RDS-EVENT-{id}"));
    assert_eq!(told, order);
}

#[test]
fn what_had_not_arrived_is_lost_and_the_old_source_goes_on() {
    let mut world = of(WORLD);
    at(&mut world, 60);
    break_it(&mut world, r#"{"kind":"partition","a":"us-east-1","b":"us-west-2"}"#);
    at(&mut world, 160);
    world.promote_replica("us-west-2", Engine::AuroraBinlog, ORDERS_WEST).unwrap();
    let loss = store(&world, "orders").losses[0].clone();
    assert!((98.0..106.0).contains(&loss.seconds), "{loss:?}");
    at(&mut world, 400);
    let later = store(&world, "orders").losses[0].orders;
    assert!(later > loss.orders * 2.0, "its orders go on to be left behind: {loss:?} {later}");
}

#[test]
fn a_source_and_a_stranger_cannot_be_promoted() {
    let mut world = of(WORLD);
    let code = |world: &mut World, region: &str, engine, id: &str| {
        world.promote_replica(region, engine, id).unwrap_err().code
    };
    let source = "orders-dbcluster-01-us-east-1";
    assert_eq!(code(&mut world, "us-east-1", Engine::AuroraBinlog, source), "InvalidDBClusterStateFault");
    assert_eq!(code(&mut world, "us-east-1", Engine::AuroraBinlog, ORDERS_WEST), "DBClusterNotFoundFault");
    assert_eq!(code(&mut world, "us-west-2", Engine::Rds, "nope"), "DBInstanceNotFound");
    assert!(world.log.is_empty());
}

#[test]
fn buckets_fall_behind_and_catch_up() {
    let buckets = "[[world.buckets]]\nstore = \"assets\"\nlag = \"10s\"\n";
    let mut world = of(&format!("{WORLD}{buckets}"));
    at(&mut world, 60);
    break_it(&mut world, r#"{"kind":"partition","a":"us-east-1","b":"us-west-2","for":"5m"}"#);
    at(&mut world, 350);
    let (lag, pending) = (world.buckets[0].lag, world.buckets[0].pending);
    assert!(lag > 280.0 && pending > 500.0, "{lag} {pending}");
    at(&mut world, 700);
    assert!(world.buckets[0].lag < 20.0 && world.buckets[0].pending < 100.0);
    let dims = world.buckets[0].dimensions();
    for name in ["ReplicationLatency", "OperationsPendingReplication", "BytesPendingReplication"] {
        let id = MetricId::new("AWS/S3", name, &dims);
        assert!(world.metrics.list("us-west-2", world.now).any(|m| *m == id), "{name}");
    }
}

#[test]
fn a_source_that_nobody_writes_to_is_caught_up_with() {
    let mut world = of(WORLD);
    at(&mut world, 60);
    assert!(world.link_lag("orders", 0, 1).unwrap() > 1.0);
    break_it(&mut world, r#"{"kind":"error-rate","region":"us-east-1","rate":1.0}"#);
    at(&mut world, 200);
    assert_eq!(world.link_lag("orders", 0, 1).map(f64::to_bits), Some(0.0_f64.to_bits()));
    world.promote_replica("us-west-2", Engine::AuroraBinlog, ORDERS_WEST).unwrap();
    assert!(store(&world, "orders").losses[0].seconds <= 0.0, "nothing is left behind");
}

fn inject(world: &mut World, fault: crate::sim::fault::Fault) {
    world.inject(&crate::sim::fault::Injection { lasts: None, fault });
}

#[test]
fn a_replica_is_built_anew_only_of_what_was_promoted() {
    use crate::sim::fault::Fault;
    let mut world = of(WORLD);
    at(&mut world, 100);
    let rebuilt = || Fault::ReplicaRebuilt { store: "orders".to_owned(), region: "us-east-1".to_owned() };
    inject(&mut world, rebuilt());
    assert!(store(&world, "orders").end_in(0).unwrap().db.writable, "nothing was promoted");
    world.promote_replica("us-west-2", Engine::AuroraBinlog, ORDERS_WEST).unwrap();
    at(&mut world, 400);
    inject(&mut world, rebuilt());
    let orders = store(&world, "orders");
    let end = orders.end_in(0).unwrap();
    assert_eq!((orders.source_of(end), end.db.writable), (Some(1), false));
    assert!(world.link_lag("orders", 1, 0).unwrap() > 400.0);
    at(&mut world, 600);
    assert_eq!(world.link_lag("orders", 1, 0), Some(0.0));
}

#[test]
fn a_closed_shop_answers_its_pages_and_takes_no_order() {
    let mut world = of(WORLD);
    at(&mut world, 100);
    let errors = world.regions[0].now.errors;
    assert!(world.orders() > 100.0);
    inject(&mut world, crate::sim::fault::Fault::OrdersClosed {});
    at(&mut world, 160);
    assert_eq!((world.orders(), world.link_lag("orders", 0, 1)), (0.0, Some(0.0)));
    assert!(world.regions[0].now.errors <= errors + 0.01 && world.regions[0].now.works > 0.9);
}
