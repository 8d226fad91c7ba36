//! The simulator read and written by the real SDK, without a socket, on tokio's paused clock.

mod cloudwatch;
mod sts;

use pointsman::clock::Clock;
use pointsman::sim::Sim;
use pointsman::sim::scenario;

/// When every simulated world here begins.
const START: &str = "2026-03-02T09:00:00Z";

/// A world in which nothing goes wrong.
pub(crate) fn calm() -> Sim {
    world("calm")
}

/// The world of a scenario, seed 7, on tokio's clock.
pub(crate) fn world(name: &str) -> Sim {
    let scenario = scenario::find(name).unwrap();
    Sim::new(&scenario, 7, Clock::starting_at(START.parse().unwrap(), 1))
}
