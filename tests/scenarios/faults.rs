//! At every write of the playbooks that move something in a world that is well, and of the scenarios of the way back:
//! refused once, its answer lost although it took effect, its answer late, and so late that nobody waits any more. A
//! person tries again what did not end well; the end is that of an undisturbed run.
//!
//! Of a scenario's writes each meets one of these, in turn; all of them with `POINTSMAN_EXHAUSTIVE` set.

use std::time::Duration;

use pointsman::plan::event::{Answer, Event};
use pointsman::sim::scenario::{self, Act, Scenario};

use super::door::Mischief;
use super::ride::{self, Calm, Fuse, Rider};
use super::stage::Played;
use super::{SEED, laws};

/// A late answer that is waited for, and one that is not.
const LATE: [Duration; 2] = [Duration::from_millis(1_500), Duration::from_secs(80)];

fn scenario(playbook: &str) -> Scenario {
    let mut scenario = scenario::find("calm").unwrap();
    scenario.expect.clear();
    let (from, to) = ("us-east-1".to_owned(), "us-west-2".to_owned());
    scenario.act = vec![Act { at: Duration::from_mins(3), playbook: playbook.to_owned(), from, to }];
    scenario
}

async fn play(scenario: &Scenario, mischief: Option<(usize, Mischief)>) -> Played {
    let mut rider = Rider::new(scenario, SEED, Fuse::none());
    rider.retries = 3;
    if let Some((write, mischief)) = mischief {
        rider.stage.door.trouble(write, mischief);
    }
    let played = rider.ride(&mut Calm).await;
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

async fn survives(playbook: &str) {
    let scenario = scenario(playbook);
    let whole = play(&scenario, None).await;
    let end = ride::end(&whole);
    assert_eq!(end[0], "confirmed", "{}", laws::told(&whole.book));
    for write in 1..=whole.left.len() {
        // The answer that is late and still waited for is the least of them: once is enough.
        let late = LATE
            .map(Mischief::Late)
            .into_iter()
            .filter(|late| write == 1 || *late != Mischief::Late(LATE[0]));
        for mischief in [Mischief::Refused, Mischief::Lost].into_iter().chain(late) {
            disturbed(&scenario, (write, mischief), &end).await;
        }
    }
}

/// One write of a scenario meets this, and all ends as it would have.
async fn disturbed(scenario: &Scenario, (write, mischief): (usize, Mischief), end: &[String]) {
    let played = play(scenario, Some((write, mischief))).await;
    let (name, told) = (&scenario.scenario.name, laws::told(&played.book));
    assert_eq!(ride::end(&played), end, "{name}, write {write}, {mischief:?}:\n{told}");
    let shown = mischief == Mischief::Late(LATE[0]) || shows(&played, mischief);
    assert!(shown, "{name}, write {write}, {mischief:?}:\n{told}");
}

async fn survives_in(name: &str) {
    let mut scenario = scenario::find(name).unwrap();
    scenario.expect.clear();
    let whole = play(&scenario, None).await;
    let end = ride::end(&whole);
    let meets = [Mischief::Refused, Mischief::Lost, Mischief::Late(LATE[1])];
    let hurry = std::env::var_os("POINTSMAN_EXHAUSTIVE").is_none();
    for write in 1..=whole.left.len() {
        for (_, mischief) in meets.into_iter().enumerate().filter(|(turn, _)| !hurry || write % 3 == *turn) {
            disturbed(&scenario, (write, mischief), &end).await;
        }
    }
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

#[tokio::test(start_paused = true)]
async fn every_write_of_the_way_back_survives_a_no_a_lost_and_a_late_answer() {
    survives_in("failback").await;
    survives_in("restore").await;
}

#[tokio::test(start_paused = true)]
async fn every_write_of_a_detachment_survives_a_no_a_lost_and_a_late_answer() {
    survives_in("detach").await;
}

#[tokio::test(start_paused = true)]
async fn every_write_of_a_drain_by_health_check_survives_a_no_a_lost_and_a_late_answer() {
    survives_in("inverted-check").await;
}

#[tokio::test(start_paused = true)]
async fn every_move_of_the_safety_levers_survives_a_no_a_lost_and_a_late_answer() {
    survives_in("safety-lever").await;
}
