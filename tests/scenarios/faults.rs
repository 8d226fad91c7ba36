//! At every write of every playbook: refused once, its answer lost although it took effect, its answer late, and so late
//! that nobody waits any more. A person tries again what did not end well; the end is that of an undisturbed run.

use std::time::Duration;

use pointsman::plan::event::{Answer, Event};
use pointsman::sim::scenario::{self, Act, Scenario};

use super::door::Mischief;
use super::ride::{self, Calm, Fuse, Rider};
use super::stage::Played;
use super::{SEED, laws};

/// Every built-in playbook that moves something in a world that is well.
const PLAYBOOKS: [&str; 3] = ["switchover", "failover", "evacuate"];

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
            (Mischief::Refused, Answer::Refused { .. } | Answer::NotSent { .. }) => true,
            (Mischief::Lost | Mischief::Late(_), Answer::Lost { .. }) => true,
            // The next cluster endpoint takes the update, and its line names the one before.
            (_, Answer::Accepted { endpoint, .. }) => endpoint.contains(", after "),
            _ => false,
        }
    })
}

#[tokio::test(start_paused = true)]
async fn every_write_of_every_playbook_survives_a_no_a_lost_and_a_late_answer() {
    for playbook in PLAYBOOKS {
        let scenario = scenario(playbook);
        let whole = play(&scenario, None).await;
        let end = ride::end(&whole);
        assert_eq!(end[0], "confirmed", "{}", laws::told(&whole.book));
        for write in 1..=whole.left.len() {
            let late = LATE.map(Mischief::Late);
            for mischief in [Mischief::Refused, Mischief::Lost].into_iter().chain(late) {
                let played = play(&scenario, Some((write, mischief))).await;
                let story =
                    || format!("{playbook}, write {write}, {mischief:?}:\n{}", laws::told(&played.book));
                assert_eq!(ride::end(&played), end, "{}", story());
                assert!(mischief == Mischief::Late(LATE[0]) || shows(&played, mischief), "{}", story());
            }
        }
    }
}
