//! Whole scenarios: simulator, real SDK, sampler, playbook, interlocks, engine and journal on one virtual clock.
//!
//! Each is played twice with one seed, on the journal in memory and on the one on disk. Its expectations are held
//! against the ground truth, the laws against what left for the wire, and both journals against each other.

mod book;
mod door;
mod expect;
mod laws;
mod stage;
mod variations;

use book::Book;
use pointsman::sim::scenario::{self, Scenario};
use stage::{Played, Stage};

/// The seed of every play, unless it is about seeds.
const SEED: u64 = 7;

macro_rules! played {
    ($($test:ident: $name:literal,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                twice(&scenario::find($name).unwrap()).await;
            }
        )*
        /// The scenarios that are played here.
        const PLAYED: &[&str] = &[$($name),*];
    };
}

played! {
    calm: "calm",
    region_loss: "region-loss",
    lag_spike: "lag-spike",
    endpoint_rotation: "endpoint-rotation",
    safety_rule_blocks: "safety-rule-blocks",
    partition: "partition",
    three_regions: "three-regions",
    endpoints_three_down: "endpoints-three-down",
    endpoints_four_down: "endpoints-four-down",
    throttled: "throttled",
    denied: "denied",
    expired_token: "expired-token",
    partition_during_promotion: "partition-during-promotion",
    lost_answer: "lost-answer",
    region_gone: "region-gone",
}

#[test]
fn every_scenario_is_played() {
    let mut all: Vec<_> = scenario::names().collect();
    let mut played = PLAYED.to_vec();
    all.sort_unstable();
    played.sort_unstable();
    assert_eq!(played, all);
}

/// Plays a scenario on both journals and checks all there is to check.
async fn twice(scenario: &Scenario) -> Played {
    let in_memory = once(scenario, Book::in_memory()).await;
    let on_disk = once(scenario, Book::on_disk()).await;
    laws::same(&in_memory, &on_disk);
    in_memory
}

/// Plays a scenario once, and checks its expectations and the laws.
async fn once(scenario: &Scenario, book: Book) -> Played {
    let played = Stage::new(scenario, SEED, book).play().await;
    laws::hold(&played);
    played
}
