//! Holds that lag grows while a link is cut and drains after, for each store and direction.

use super::*;

fn lag(world: &World, store: &str) -> f64 {
    world.link_lag(store, 0, 1).unwrap()
}

#[test]
fn it_grows_a_second_a_second_while_the_link_is_cut_and_drains_after() {
    for store in ["orders", "carts"] {
        let mut world = calm();
        at(&mut world, 10);
        let base = lag(&world, store);
        assert!(base < 1.0);
        let fault = break_it(&mut world, r#"{"kind": "partition", "a": "us-east-1", "b": "us-west-2"}"#);
        at(&mut world, 110);
        assert!((lag(&world, store) - base - 100.0).abs() < 0.01, "{store}: {}", lag(&world, store));
        break_it(&mut world, &format!(r#"{{"kind": "clear", "id": {fault}}}"#));
        at(&mut world, 120);
        assert!((55.0..65.0).contains(&lag(&world, store)), "{store} drains: {}", lag(&world, store));
        at(&mut world, 140);
        assert!(lag(&world, store) < 1.0, "{store} has drained: {}", lag(&world, store));
    }
}

#[test]
fn an_impaired_region_strains_the_busy_store_most() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "region-impaired", "region": "us-east-1", "severity": 0.6}"#);
    at(&mut world, 60);
    assert!((6.0..10.0).contains(&lag(&world, "orders")), "{}", lag(&world, "orders"));
    assert!((0.5..2.0).contains(&lag(&world, "catalog")), "{}", lag(&world, "catalog"));
}

#[test]
fn a_lag_fault_holds_or_grows_one_direction_of_one_store() {
    let mut world = calm();
    break_it(
        &mut world,
        r#"{"kind": "lag", "store": "carts", "from": "us-east-1", "to": "us-west-2", "seconds": 20}"#,
    );
    let growth = r#"{"kind": "lag", "store": "orders", "from": "us-east-1", "to": "us-west-2", "growth": 0.5, "for": "60s"}"#;
    break_it(&mut world, growth);
    at(&mut world, 59);
    assert!((19.0..21.0).contains(&lag(&world, "carts")), "{}", lag(&world, "carts"));
    assert!(world.link_lag("carts", 1, 0).unwrap() < 1.0, "the other direction is free");
    assert!((29.0..30.5).contains(&lag(&world, "orders")), "{}", lag(&world, "orders"));
    at(&mut world, 75);
    assert!(lag(&world, "orders") < 1.0, "the fault ended by itself");
    assert!((19.0..21.0).contains(&lag(&world, "carts")), "this one did not");
}
