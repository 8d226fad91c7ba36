//! Holds the snapshot that a failover leaves behind to its name, its end, and its copies.

use super::*;

const ORDERS: &str = "orders-global-db-cluster";

/// A world in which us-east-1 was lost, orders failed over, and us-east-1 came back.
fn come_back(more: &str) -> World {
    let mut world = of(&format!(
        "{more}[[timeline]]\nat = \"1s\"\nfault = {{ kind = \"region-lost\", region = \"us-east-1\", for = \"5m\" }}\n"
    ));
    at(&mut world, 30);
    let target = world.aurora.global(ORDERS).unwrap().member_in(1).unwrap().cluster.clone();
    world.failover_global("us-west-2", ORDERS, &target, true).unwrap();
    at(&mut world, 290);
    assert!(world.aurora.snapshots.is_empty(), "the old Region is still away");
    at(&mut world, 310);
    world
}

fn word(world: &World, n: usize) -> &str {
    &world.aurora.snapshots[n].status
}

#[test]
fn it_appears_when_the_old_writer_comes_back() {
    let mut world = come_back("");
    let id = world.aurora.snapshots[0].id.clone();
    assert!(
        id.starts_with("rds:unplanned-global-failover-orders-dbcluster-01-us-east-1-2026-03-01-"),
        "{id}"
    );
    assert_eq!((word(&world, 0), world.aurora.snapshots[0].region), ("creating", 0));
    let early = world.copy_snapshot("us-east-1", &id, "kept", None).unwrap_err();
    assert_eq!(early.code, "InvalidDBClusterSnapshotStateFault");
    at(&mut world, 420);
    assert_eq!(word(&world, 0), "available");
}

#[test]
fn a_copy_takes_minutes_and_outlives_it() {
    let kept = "[[world.aurora]]\nstore = \"orders\"\nlag = \"400ms\"\norders = true\nretention = \"20m\"\n";
    let mut world = come_back(kept);
    at(&mut world, 420);
    let id = world.aurora.snapshots[0].id.clone();
    world.copy_snapshot("us-east-1", &id, "kept", None).unwrap();
    assert_eq!(word(&world, 1), "copying");
    let twice = world.copy_snapshot("us-east-1", &id, "kept", None).unwrap_err();
    assert_eq!(twice.code, "DBClusterSnapshotAlreadyExistsFault");
    at(&mut world, 600);
    assert_eq!(word(&world, 1), "available");
    at(&mut world, 305 + 20 * 60 + 5);
    let left: Vec<_> = world.aurora.snapshots.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(left, ["kept"], "the automated one is over");
    let gone = world.copy_snapshot("us-east-1", &id, "late", None).unwrap_err();
    assert_eq!(gone.code, "DBClusterSnapshotNotFoundFault");
    let told: Vec<_> = world.aurora.events.iter().filter(|e| e.source == "kept").map(|e| e.id).collect();
    assert_eq!(told, ["RDS-EVENT-0074", "RDS-EVENT-0075"]);
}

#[test]
fn another_region_needs_a_key_of_its_own_and_more_time() {
    let mut world = come_back("");
    at(&mut world, 420);
    let arn = world.aurora.snapshots[0].arn.clone();
    let code = |world: &mut World, key| world.copy_snapshot("us-west-2", &arn, "kept", key).unwrap_err().code;
    assert_eq!(code(&mut world, None), "KMSKeyNotAccessibleFault");
    let foreign = "arn:aws:kms:us-east-1:111122223333:key/x";
    assert_eq!(code(&mut world, Some(foreign)), "KMSKeyNotAccessibleFault");
    let own = "arn:aws:kms:us-west-2:111122223333:key/x";
    let copy = world.copy_snapshot("us-west-2", &arn, "kept", Some(own)).unwrap();
    assert!(copy.ready.duration_since(copy.at).as_secs() >= 200);
    let name = world.copy_snapshot("us-west-2", &arn, "rds:kept", Some(own)).unwrap_err();
    assert_eq!(name.code, "InvalidParameterValue");
}

#[test]
fn the_quota_of_manual_snapshots_refuses() {
    let mut world = come_back("");
    at(&mut world, 420);
    let id = world.aurora.snapshots[0].id.clone();
    for n in 0..100 {
        world.copy_snapshot("us-east-1", &id, &format!("kept-{n}"), None).unwrap();
    }
    let full = world.copy_snapshot("us-east-1", &id, "kept", None).unwrap_err();
    assert_eq!(full.code, "SnapshotQuotaExceeded");
}

#[test]
fn a_detached_member_writes_alone_beside_the_old_writer() {
    let mut world = calm();
    at(&mut world, 60);
    let target = world.aurora.global(ORDERS).unwrap().member_in(1).unwrap().cluster.clone();
    world.remove_from_global("us-west-2", ORDERS, &target).unwrap();
    assert_eq!(world.aurora.cluster(&target).unwrap().status, "promoting");
    let lost = world.aurora.global(ORDERS).unwrap().losses[0].clone();
    assert!(lost.seconds < 1.0, "{lost:?}");
    at(&mut world, 120);
    let detached = world.aurora.cluster(&target).unwrap();
    assert!(detached.writable && detached.global.is_none() && detached.status == "available");
    let global = world.aurora.global(ORDERS).unwrap();
    let old = &global.writer().unwrap().cluster;
    assert!(world.aurora.cluster(old).unwrap().writable, "nobody fenced it");
    assert!(global.losses[0].orders > lost.orders, "what it takes from now on is not in the other one");
    assert_eq!(world.truth()["stores"]["orders"]["alone"], serde_json::json!(["us-west-2"]));
    assert!(world.aurora.snapshots.is_empty());
    let told: Vec<_> = world.aurora.events.iter().map(|e| e.id).collect();
    assert_eq!(told, ["RDS-EVENT-0004", "RDS-EVENT-0006", "RDS-EVENT-0385"]);
}
