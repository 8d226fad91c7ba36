//! Holds switchover and failover to their states, durations and RDS events.

use super::*;
use crate::sim::world::aurora::Sync;

const ORDERS: &str = "orders-global-db-cluster";

fn arn(world: &World, region: usize) -> String {
    world.aurora.global(ORDERS).unwrap().member_in(region).unwrap().cluster.clone()
}

fn switchover(world: &mut World) {
    let target = arn(world, 1);
    world.switchover_global("us-east-1", ORDERS, &target).unwrap();
}

fn failover(world: &mut World) {
    let target = arn(world, 1);
    world.failover_global("us-west-2", ORDERS, &target, true).unwrap();
}

fn writer(world: &World) -> usize {
    world.aurora.global(ORDERS).unwrap().writer().unwrap().region
}

/// Runs until the change is over; the second in which it was.
fn until_done(world: &mut World, from: u64) -> u64 {
    for second in from..from + 900 {
        at(world, second);
        if world.aurora.global(ORDERS).unwrap().change.is_none() {
            return second;
        }
    }
    panic!("the change never ends: {:?}", world.aurora.global(ORDERS).unwrap().change);
}

fn events(world: &World) -> Vec<&'static str> {
    let of_store = world.aurora.events.iter().filter(|e| e.source.starts_with("orders"));
    of_store.map(|e| e.id).collect()
}

#[test]
fn a_switchover_walks_through_its_phases_and_loses_nothing() {
    let mut world = calm();
    at(&mut world, 10);
    switchover(&mut world);
    let mut seen: Vec<String> = Vec::new();
    let mut down = 0;
    for second in 10..140 {
        at(&mut world, second);
        let global = world.aurora.global(ORDERS).unwrap();
        let status = global.change.as_ref().map_or("gone", |c| c.status()).to_owned();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        down += u64::from(world.orders() < 1.0);
    }
    assert_eq!(seen, ["pending", "switching-over", "gone"]);
    assert_eq!(writer(&world), 1);
    assert!((8..=25).contains(&down), "orders stand still while nobody writes: {down} s");
    let told = events(&world);
    let order = ["RDS-EVENT-0181", "RDS-EVENT-0182", "RDS-EVENT-0184", "RDS-EVENT-0397", "RDS-EVENT-0185"];
    assert_eq!(told.iter().filter(|e| order.contains(e)).copied().collect::<Vec<_>>(), order);
    let global = world.aurora.global(ORDERS).unwrap();
    assert!(global.losses.is_empty());
    assert!(global.members.iter().all(|m| m.sync == Sync::Connected), "the topology is kept");
    assert_eq!(global.status, "available");
}

#[test]
fn it_takes_half_a_minute_to_a_minute_and_a_half() {
    for seed in 0..20 {
        let mut world = World::new(&scenario::find("calm").unwrap(), seed, start());
        switchover(&mut world);
        let took = until_done(&mut world, 1);
        assert!((28..=90).contains(&took), "seed {seed}: {took} s");
    }
}

#[test]
fn it_waits_for_the_lag() {
    let mut world = calm();
    break_it(
        &mut world,
        r#"{"kind": "lag", "store": "orders", "from": "us-east-1", "to": "us-west-2", "growth": 1, "for": "200s"}"#,
    );
    at(&mut world, 150);
    switchover(&mut world);
    let done = until_done(&mut world, 151);
    assert!(done > 250, "200 s of lag are worked off at 4 s a second: {done}");
    assert_eq!(writer(&world), 1);
    let told = events(&world);
    assert!(told.contains(&"RDS-EVENT-0183") && told.contains(&"RDS-EVENT-0423"), "{told:?}");
    assert!(world.aurora.global(ORDERS).unwrap().losses.is_empty());
}

#[test]
fn a_partition_while_it_synchronises_cancels_it() {
    let mut world = calm();
    at(&mut world, 10);
    switchover(&mut world);
    at(&mut world, 16);
    break_it(&mut world, r#"{"kind": "partition", "a": "us-east-1", "b": "us-west-2"}"#);
    let done = until_done(&mut world, 17);
    assert!((300..340).contains(&done), "{done}");
    assert_eq!(writer(&world), 0);
    assert!(events(&world).contains(&"RDS-EVENT-0186"));
    assert!(world.regions[0].now.orders > 300.0, "the old writer goes on");
}

#[test]
fn a_partition_while_it_promotes_fails_it_and_the_old_writer_comes_back() {
    let mut world = calm();
    switchover(&mut world);
    let promoting = (1..60).find(|s| {
        at(&mut world, *s);
        world.orders() < 1.0
    });
    at(&mut world, promoting.unwrap() + 2);
    break_it(&mut world, r#"{"kind": "partition", "a": "us-east-1", "b": "us-west-2"}"#);
    let done = until_done(&mut world, promoting.unwrap() + 3);
    at(&mut world, done + 5);
    assert_eq!(writer(&world), 0);
    assert!(events(&world).contains(&"RDS-EVENT-0187"));
    assert!(world.regions[0].now.orders > 300.0);
}

#[test]
fn a_failover_takes_what_has_arrived_and_counts_what_has_not() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "region-impaired", "region": "us-east-1", "severity": 0.6}"#);
    at(&mut world, 60);
    failover(&mut world);
    let behind = world.link_lag("orders", 0, 1).unwrap();
    let done = until_done(&mut world, 61);
    assert!((50..=120).contains(&(done - 60)), "{done}");
    assert_eq!(writer(&world), 1);
    let loss = &world.aurora.global(ORDERS).unwrap().losses[0];
    assert!((loss.seconds - behind).abs() < 3.0, "{loss:?} against {behind}");
    // About 156 + 196 orders a minute were written before.
    let expected = loss.seconds * 352.0 / 60.0;
    assert!((loss.orders - expected).abs() < expected * 0.15, "{loss:?}");
    assert!(
        events(&world).ends_with(&["RDS-EVENT-0390", "RDS-EVENT-0397", "RDS-EVENT-0238"]),
        "{:?}",
        events(&world)
    );
}

#[test]
fn the_old_writer_comes_back_only_with_its_region() {
    let mut world = calm();
    let fault = break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 30);
    failover(&mut world);
    at(&mut world, 600);
    let old = |world: &World| world.aurora.global(ORDERS).unwrap().member_in(0).unwrap().sync;
    assert_eq!(writer(&world), 1);
    assert_eq!(old(&world), Sync::PendingResync);
    assert!(events(&world).contains(&"RDS-EVENT-0391"), "nobody could be fenced");
    assert!(world.aurora.snapshots.is_empty());
    break_it(&mut world, &format!(r#"{{"kind": "clear", "id": {fault}}}"#));
    at(&mut world, 610);
    assert!(
        world.aurora.snapshots[0]
            .id
            .starts_with("rds:unplanned-global-failover-orders-dbcluster-01-us-east-1-")
    );
    assert_eq!(old(&world), Sync::PendingResync);
    at(&mut world, 1000);
    assert_eq!(old(&world), Sync::Connected);
    assert!(events(&world).ends_with(&["RDS-EVENT-0240", "RDS-EVENT-0241"]));
    assert_eq!(writer(&world), 1, "roles do not go back by themselves");
}

#[test]
fn an_unfenced_old_writer_takes_orders_that_are_lost() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "partition", "a": "us-east-1", "b": "us-west-2", "for": "5m"}"#);
    at(&mut world, 10);
    failover(&mut world);
    at(&mut world, 200);
    assert_eq!(writer(&world), 1);
    assert!(world.regions[0].now.orders > 300.0 && world.regions[1].now.orders > 150.0, "both write");
    let early = world.aurora.global(ORDERS).unwrap().losses[0].orders;
    at(&mut world, 260);
    let late = world.aurora.global(ORDERS).unwrap().losses[0].orders;
    assert!((late - early - 390.0).abs() < 40.0, "a minute of stray orders: {early} to {late}");
    at(&mut world, 320);
    assert!(world.regions[0].now.orders > 300.0, "it forwards to the new writer once they meet again");
    let healed = world.aurora.global(ORDERS).unwrap().losses[0].orders;
    at(&mut world, 380);
    assert!((world.aurora.global(ORDERS).unwrap().losses[0].orders - healed).abs() < f64::EPSILON);
}

#[test]
fn a_target_without_instances_is_promoted_and_cannot_write() {
    let mut world = of(
        "[[world.aurora]]\nstore = \"orders\"\nlag = \"400ms\"\norders = true\nheadless = [\"us-west-2\"]\n",
    );
    failover(&mut world);
    let done = until_done(&mut world, 1);
    at(&mut world, done + 10);
    assert_eq!(writer(&world), 1);
    assert!(events(&world).contains(&"RDS-EVENT-0519"));
    assert!(world.orders() < 1.0);
}

#[test]
fn what_may_not_be_started() {
    let mut world = calm();
    let (own, other) = (arn(&world, 0), arn(&world, 1));
    let mut code = |region: &str, id: &str, target: &str, loss: bool| {
        if loss {
            world.failover_global(region, id, target, true).unwrap_err().code
        } else {
            world.switchover_global(region, id, target).unwrap_err().code
        }
    };
    assert_eq!(code("us-east-1", "none", &other, false), "GlobalClusterNotFoundFault");
    assert_eq!(code("eu-west-1", ORDERS, &other, false), "GlobalClusterNotFoundFault");
    assert_eq!(code("us-east-1", ORDERS, "arn:aws:none", false), "DBClusterNotFoundFault");
    assert_eq!(code("us-east-1", ORDERS, &own, false), "InvalidDBClusterStateFault");
    assert_eq!(code("us-west-2", ORDERS, &other, false), "InvalidGlobalClusterStateFault");
    assert_eq!(code("us-east-1", ORDERS, &other, true), "InvalidGlobalClusterStateFault");
    assert!(world.log.is_empty(), "what was refused is not in the log");
    switchover(&mut world);
    let twice = world.switchover_global("us-east-1", ORDERS, &other).unwrap_err();
    assert_eq!((twice.status, twice.code.as_str()), (400, "InvalidGlobalClusterStateFault"));
    assert_eq!(world.log.len(), 1);
}

#[test]
fn a_removed_member_stands_alone_and_writes() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 10);
    let target = arn(&world, 1);
    world.remove_from_global("us-west-2", ORDERS, &target).unwrap();
    assert!(world.aurora.cluster(&target).unwrap().global.is_none());
    at(&mut world, 30);
    assert!(world.orders() < 1.0, "it takes a moment");
    at(&mut world, 60);
    assert!(world.regions[1].now.orders > 150.0, "{:?}", world.regions[1].now);
    let loss = &world.aurora.global(ORDERS).unwrap().losses[0];
    assert!((8.0..14.0).contains(&loss.seconds), "what had not arrived: {loss:?}");
}
