//! Holds that orders and requests follow DNS, health and capacity.

use super::*;
use crate::sim::world::arc::ControlState::{Off, On};

fn share(world: &World, region: usize) -> f64 {
    world.regions[region].now.share
}

fn flip(world: &mut World) {
    let arns = controls(world);
    world.set_routing_controls("eu-west-1", &[(arns[0].clone(), Off), (arns[1].clone(), On)], &[]).unwrap();
}

#[test]
fn a_calm_day_has_the_baselines() {
    let mut world = calm();
    let mut orders = [0.0, 0.0];
    for minute in 0..10 {
        at(&mut world, 60 * minute + 30);
        for (sum, region) in orders.iter_mut().zip(&world.regions) {
            *sum += region.now.orders / 10.0;
        }
    }
    assert!((orders[0] - 390.0).abs() < 20.0, "{orders:?}");
    assert!((orders[1] - 196.0).abs() < 12.0, "{orders:?}");
}

#[test]
fn answers_are_held_for_their_ttl_and_a_few_for_longer() {
    let mut world = calm();
    at(&mut world, 100);
    let before = share(&world, 0);
    flip(&mut world);
    at(&mut world, 102);
    assert!((share(&world, 0) - before).abs() < 0.03, "nothing moves before the health check turns");
    let turned = (103..115).find(|s| {
        at(&mut world, *s);
        !world.health_checks[0].healthy
    });
    let turned = turned.expect("the health check follows its control within seconds");
    at(&mut world, turned + 30);
    let half = share(&world, 0) / before;
    assert!((0.45..0.58).contains(&half), "half of the TTL, half of the clients: {half}");
    at(&mut world, turned + 61);
    assert!((0.01..0.04).contains(&share(&world, 0)), "the tail holds on");
    at(&mut world, turned + 3600);
    assert!(share(&world, 0) < 0.003, "and lets go in the end");
}

#[test]
fn both_off_is_both_on_for_dns() {
    let mut world = of("[[world.rules]]\nname = \"none\"\nassert = [\"us-east-1\"]\ntype = \"ATLEAST\"\n");
    at(&mut world, 10);
    let entries: Vec<_> = controls(&world).into_iter().map(|arn| (arn, Off)).collect();
    world.set_routing_controls("eu-west-1", &entries, &[]).unwrap();
    at(&mut world, 200);
    assert!(world.health_checks.iter().all(|c| !c.healthy));
    assert!((0.6..0.73).contains(&share(&world, 0)), "{}", share(&world, 0));
}

#[test]
fn too_much_load_is_answered_with_5xx_until_tasks_come_up() {
    let mut world = of(r#"
        [[world.regions]]
        name = "us-east-1"
        short = "use1"
        orders = 390
        capacity = 600
        [[world.regions]]
        name = "us-west-2"
        short = "usw2"
        orders = 196
        capacity = 300
    "#);
    flip(&mut world);
    at(&mut world, 80);
    assert!(world.regions[1].now.errors > 0.3, "{:?}", world.regions[1].now);
    at(&mut world, 300);
    assert!(world.regions[1].now.running > 6);
    assert!(world.regions[1].now.errors < 0.01, "{:?}", world.regions[1].now);
}

#[test]
fn orders_need_the_writer() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "partition", "a": "us-east-1", "b": "us-west-2"}"#);
    at(&mut world, 5);
    assert!(world.regions[0].now.orders > 350.0);
    assert!(world.regions[1].now.orders < 1.0, "its writes are forwarded to a writer it cannot reach");
    assert!(world.regions[1].now.works > 0.99, "reads go on");
}

#[test]
fn a_lost_region_loses_its_traffic_by_evaluate_target_health() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 25);
    assert!(share(&world, 0) > 0.6);
    at(&mut world, 95);
    assert!(share(&world, 0) < 0.05);
    assert!(world.orders() < 1.0, "and yet nothing is ordered: the writer is gone");
}
