//! The physics, one noun a file, on worlds that no request but the test's own has touched.

mod arc;
mod aurora;
mod chance;
mod dns;
mod gate;
mod lag;
mod metric;
mod replica;
mod resolver;
mod snapshot;
mod table;
mod traffic;

use std::time::Duration;

use jiff::Timestamp;

use super::World;
use crate::sim::fault::Injection;
use crate::sim::scenario::{self, Scenario};

fn start() -> Timestamp {
    "2026-03-01T14:00:00Z".parse().unwrap()
}

fn calm() -> World {
    World::new(&scenario::find("calm").unwrap(), 7, start())
}

fn of(toml: &str) -> World {
    World::new(&scenario(toml), 7, start())
}

fn scenario(world: &str) -> Scenario {
    let head = "[scenario]\nname = \"test\"\nabout = \"A test.\"\nlength = \"10m\"\n";
    scenario::parse(&format!("{head}{world}")).unwrap()
}

/// Moves to so many seconds after the start.
fn at(world: &mut World, seconds: u64) {
    world.run_to(world.moment(Duration::from_secs(seconds)));
}

fn break_it(world: &mut World, json: &str) -> u32 {
    world.inject(&serde_json::from_str::<Injection>(json).unwrap())
}

/// ARNs of the controls, in the order of the Regions.
fn controls(world: &World) -> Vec<String> {
    world.arc.controls.iter().map(|c| c.arn.clone()).collect()
}
