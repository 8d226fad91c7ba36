//! Whole scenarios: simulator, real SDK, sampler, playbook, interlocks, engine and journal on one virtual clock.
//!
//! Expectations are held against the ground truth and the laws against what left for the wire. Where chance or
//! faults have a say, a scenario is played twice with one seed, on the journal on disk and on the one in memory, and
//! both must tell the same.

mod book;
mod cut;
mod door;
mod expect;
mod faults;
mod kinds;
mod laws;
mod overlap;
mod people;
mod ride;
mod soak;
mod stage;
mod tampered;
mod told;
mod variations;

use book::Book;
use pointsman::sim::scenario::{self, Scenario};
use stage::{Played, Stage};

/// The seed of every play, unless it is about seeds.
const SEED: u64 = 7;

macro_rules! played {
    ($($test:ident: $name:literal $how:ident,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                $how(&scenario::find($name).unwrap()).await;
            }
        )*
        /// The scenarios that are played here.
        const PLAYED: &[&str] = &[$($name),*];
    };
}

played! {
    calm: "calm" once,
    region_loss: "region-loss" once,
    region_gone: "region-gone" twice,
    lag_spike: "lag-spike" once,
    endpoint_rotation: "endpoint-rotation" once,
    safety_rule_blocks: "safety-rule-blocks" twice,
    partition: "partition" once,
    three_regions: "three-regions" once,
    endpoints_three_down: "endpoints-three-down" twice,
    endpoints_four_down: "endpoints-four-down" twice,
    throttled: "throttled" twice,
    denied: "denied" twice,
    expired_token: "expired-token" twice,
    partition_during_promotion: "partition-during-promotion" once,
    lost_answer: "lost-answer" twice,
    dns_weights: "dns-weights" twice,
    pilot_light: "pilot-light" twice,
    runbook: "runbook" twice,
    runbook_lies: "runbook-lies" once,
    warm_standby: "warm-standby" once,
    game_day: "game-day" twice,
    region_switch: "region-switch" twice,
    failback: "failback" once,
    restore: "restore" twice,
    two_panels: "two-panels" twice,
    detach: "detach" once,
    inverted_check: "inverted-check" twice,
    safety_lever: "safety-lever" twice,
    sso_expired: "sso-expired" twice,
    mfa_code: "mfa-code" twice,
}

#[test]
fn every_scenario_is_played() {
    let mut all: Vec<_> = scenario::names().collect();
    let mut played = PLAYED.to_vec();
    all.sort_unstable();
    played.sort_unstable();
    assert_eq!(played, all);
}

/// Plays a scenario on the journal on disk.
async fn once(scenario: &Scenario) {
    on(Book::on_disk(), scenario).await;
}

/// The same, and again in memory: one seed, one journal.
async fn twice(scenario: &Scenario) {
    let on_disk = on(Book::on_disk(), scenario).await;
    let in_memory = on(Book::in_memory(), scenario).await;
    laws::same(&in_memory, &on_disk);
}

/// Plays a scenario and checks its expectations and the laws.
async fn on(book: Book, scenario: &Scenario) -> Played {
    let played = Stage::new(scenario, SEED, book).play().await;
    laws::hold(&played);
    kinds::are_shown(&played);
    played
}
