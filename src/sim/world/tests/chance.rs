//! Holds that the same seed gives the same run, however often it is asked.

use std::fmt::Write;

use super::*;
use crate::sim::world::Call;

/// All that can be seen of a world, as text.
fn trace(world: &World) -> String {
    let mut all = world.truth().to_string();
    for region in &world.regions {
        for id in world.metrics.list(&region.name, world.now) {
            let samples: Vec<_> = world.metrics.samples(&region.name, id, world.now).collect();
            write!(all, "{id:?}{samples:?}").unwrap();
        }
    }
    all
}

#[test]
fn the_same_seed_gives_the_same_run_however_often_it_is_asked() {
    let scenario = scenario::find("region-loss").unwrap();
    let (mut once, mut often) = (World::new(&scenario, 3, start()), World::new(&scenario, 3, start()));
    let end = once.moment(Duration::from_mins(10));
    once.run_to(end);
    let mut step = 0;
    while often.now < end {
        step += 1;
        let next = often.now.checked_add(jiff::SignedDuration::from_millis(137 + step % 1700)).unwrap();
        often.run_to(next.min(end));
        let call = Call { region: "us-east-1", service: "rds", operation: "DescribeEvents", endpoint: None };
        let _ = often.gate(&call);
        let _ = often.truth();
    }
    assert_eq!(trace(&once), trace(&often));
}

#[test]
fn another_seed_gives_another_run() {
    let scenario = scenario::find("region-loss").unwrap();
    let run = |seed| {
        let mut world = World::new(&scenario, seed, start());
        at(&mut world, 300);
        trace(&world)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn time_never_goes_back() {
    let mut world = calm();
    at(&mut world, 100);
    let before = trace(&world);
    at(&mut world, 40);
    assert_eq!(trace(&world), before);
}
