//! At every write of the playbooks: refused once, its answer lost although it took effect, its answer late, and so late
//! that nobody waits any more. A person tries again what did not end well; the end is that of an undisturbed run.
//!
//! The built-in playbooks are played in a world that is well, the operators' own in their scenarios. Without
//! optimisation each write of these meets one of the troubles, unless `POINTSMAN_EXHAUSTIVE` is set.

mod kinds;

use std::time::Duration;

use pointsman::plan::event::{Answer, Event};
use pointsman::sim::fault::Fault;
use pointsman::sim::scenario::{self, Act, Scenario};

use super::door::Mischief;
use super::ride::{self, Calm, Fuse, Mind, Rider};
use super::stage::Played;
use super::{SEED, laws};

/// A late answer that is waited for, and one that is not.
const LATE: [Duration; 2] = [Duration::from_millis(1_500), Duration::from_secs(80)];

fn scenario(playbook: &str) -> Scenario {
    let mut scenario = scenario::find("calm").unwrap();
    scenario.expect.clear();
    playbook.clone_into(&mut scenario.scenario.name);
    let (from, to) = ("us-east-1".to_owned(), "us-west-2".to_owned());
    scenario.act = vec![Act { at: Duration::from_mins(3), playbook: playbook.to_owned(), from, to }];
    scenario
}

async fn play(scenario: &Scenario, mischief: Option<(usize, Mischief)>) -> Played {
    disturbed(Rider::new(scenario, SEED, Fuse::none()), mischief, &mut Calm).await
}

async fn disturbed(mut rider: Rider, mischief: Option<(usize, Mischief)>, mind: &mut dyn Mind) -> Played {
    rider.retries = 3;
    if let Some((write, mischief)) = mischief {
        rider.stage.door.trouble(write, mischief);
    }
    let played = rider.ride(mind).await;
    laws::hold(&played);
    played
}

/// Whether any answer of the run tells of what was done to it.
fn shows(played: &Played, mischief: Mischief) -> bool {
    played.journal().iter().any(|entry| {
        let Event::Answered { answer, .. } = &entry.event else { return false };
        match (mischief, answer) {
            (Mischief::Refused, Answer::Refused { .. } | Answer::NotSent { .. })
            | (Mischief::Lost | Mischief::Late(_), Answer::Lost { .. }) => true,
            // One endpoint said nothing and the next one no: what the first did with it is not known.
            (Mischief::Refused, Answer::Lost { trouble }) => trouble.text.contains("Injected"),
            // The next cluster endpoint takes the update, and its line names the one before.
            (_, Answer::Accepted { endpoint, .. }) => endpoint.contains(", after "),
            _ => false,
        }
    })
}

/// What a write may meet.
fn mischiefs() -> impl Iterator<Item = Mischief> {
    [Mischief::Refused, Mischief::Lost].into_iter().chain(LATE.map(Mischief::Late))
}

async fn survives(playbook: &str) {
    // The answer that is late and still waited for is the least of them: once is enough.
    let all = |write| mischiefs().filter(|what| write == 1 || *what != Mischief::Late(LATE[0])).collect();
    survives_all(&scenario(playbook), all).await;
}

/// The same of a scenario with playbooks of its own.
async fn survives_in(name: &str) {
    let mut scenario = scenario::find(name).unwrap();
    scenario.expect.clear();
    // One trouble at a time: of two nobody can say which was survived.
    scenario.timeline.retain(|moment| !matches!(moment.fault.fault, Fault::LostAnswer { .. }));
    let hurry = cfg!(debug_assertions) && std::env::var_os("POINTSMAN_EXHAUSTIVE").is_none();
    survives_all(&scenario, |write| {
        let all = mischiefs().filter(|what| *what != Mischief::Late(LATE[0])).enumerate();
        all.filter(|(at, _)| !hurry || write % 3 == *at).map(|(_, what)| what).collect()
    })
    .await;
}

async fn survives_all(scenario: &Scenario, meets: impl Fn(usize) -> Vec<Mischief>) {
    let name = &scenario.scenario.name;
    let whole = play(scenario, None).await;
    let end = ride::end(&whole);
    assert_eq!(end[0], "confirmed", "{}", laws::told(&whole.book));
    for write in 1..=whole.left.len() {
        for mischief in meets(write) {
            let played = play(scenario, Some((write, mischief))).await;
            let story = || format!("{name}, write {write}, {mischief:?}:\n{}", laws::told(&played.book));
            assert_eq!(ride::end(&played), end, "{}", story());
            assert!(mischief == Mischief::Late(LATE[0]) || shows(&played, mischief), "{}", story());
        }
    }
}

macro_rules! survive_in {
    ($($test:ident: $name:literal,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                survives_in($name).await;
            }
        )*
    };
}

survive_in! {
    every_write_of_a_warm_standby_survives_a_no_a_lost_and_a_late_answer: "warm-standby",
    every_write_of_a_game_day_survives_a_no_a_lost_and_a_late_answer: "game-day",
    every_write_of_a_region_switch_survives_a_no_a_lost_and_a_late_answer: "region-switch",
    every_write_of_a_runbook_survives_a_no_a_lost_and_a_late_answer: "runbook",
    every_write_of_two_panels_survives_a_no_a_lost_and_a_late_answer: "two-panels",
    every_write_of_the_way_back_survives_a_no_a_lost_and_a_late_answer: "failback",
    every_write_of_a_restore_survives_a_no_a_lost_and_a_late_answer: "restore",
    every_write_of_a_detachment_survives_a_no_a_lost_and_a_late_answer: "detach",
    every_write_of_a_drain_by_health_check_survives_a_no_a_lost_and_a_late_answer: "inverted-check",
    every_move_of_the_safety_levers_survives_a_no_a_lost_and_a_late_answer: "safety-lever",
}

#[tokio::test(start_paused = true)]
async fn every_write_of_a_switchover_survives_a_no_a_lost_and_a_late_answer() {
    survives("switchover").await;
}

#[tokio::test(start_paused = true)]
async fn every_write_of_a_failover_survives_a_no_a_lost_and_a_late_answer() {
    survives("failover").await;
}

#[tokio::test(start_paused = true)]
async fn every_write_of_an_evacuation_survives_a_no_a_lost_and_a_late_answer() {
    survives("evacuate").await;
}
