//! The simulator read and written by the real SDK, without a socket, on tokio's paused clock.

mod backstage;
mod cloudwatch;
mod cluster;
mod control;
mod doors;
mod dynamodb;
mod ecs;
mod fis;
mod nonsense;
mod rds;
mod regionswitch;
mod route53;
mod ssm;
mod sso;
mod sts;

use pointsman::clock::Clock;
use pointsman::sim::Sim;
use pointsman::sim::scenario;

/// When every simulated world here begins.
const START: &str = "2026-03-02T09:00:00Z";
/// The Regions of the two-Region world.
const EAST: &str = "us-east-1";
const WEST: &str = "us-west-2";

/// A world in which nothing goes wrong.
pub(crate) fn calm() -> Sim {
    world("calm")
}

/// The world of a scenario, seed 7, on tokio's clock.
pub(crate) fn world(name: &str) -> Sim {
    let scenario = scenario::find(name).unwrap();
    Sim::new(&scenario, 7, Clock::starting_at(START.parse().unwrap(), 1))
}

/// The world of a scenario that a test spells out.
pub(crate) fn of(toml: &str) -> Sim {
    Sim::new(&scenario::parse(toml).unwrap(), 7, Clock::starting_at(START.parse().unwrap(), 1))
}

/// A fault as in `POST /_sim/inject`.
pub(crate) fn inject(sim: &Sim, json: &serde_json::Value) -> u32 {
    sim.inject(&serde_json::from_value(json.clone()).unwrap())
}
