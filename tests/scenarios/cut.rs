//! Every scenario cut off after every line of its run, and taken up again: the same end, no write outside the plan, none
//! twice unless it is an idempotent set, each with its lines. All of it from the simulator's own log.
//!
//! After a `sent` line the process goes both at once and after the answer came; after any other line there is no
//! difference. With `POINTSMAN_EXHAUSTIVE` set every cut of every scenario is made; else of the scenarios outside the
//! first few each cut is made in every third one.

use pointsman::plan::event::Event;
use pointsman::sim::scenario::{self, Scenario};

use super::ride::{self, Calm, Fuse, Rider};
use super::stage::Played;
use super::{SEED, laws};

/// Scenarios that are cut after every line also in a hurry.
const WHOLE: [&str; 3] = ["region-gone", "lost-answer", "endpoint-rotation"];

async fn play(scenario: &Scenario, fuse: std::sync::Arc<Fuse>, retries: usize) -> Played {
    let mut rider = Rider::new(scenario, SEED, fuse);
    rider.retries = retries;
    let played = rider.ride(&mut Calm).await;
    laws::hold(&played);
    played
}

/// Cuts one scenario after each of its lines that this share is about.
async fn cut(name: &str, share: usize) {
    let scenario = scenario::find(name).unwrap();
    if scenario.act.is_empty() {
        return;
    }
    let whole = play(&scenario, Fuse::none(), 0).await;
    let (end, journal) = (ride::end(&whole), whole.journal());
    let every = std::env::var_os("POINTSMAN_EXHAUSTIVE").is_some() || WHOLE.contains(&name);
    for line in 1..journal.len() {
        if !every && line % 3 != share {
            continue;
        }
        let left = matches!(journal[line - 1].event, Event::Sent { .. });
        for at_once in [true, false].into_iter().filter(|at_once| left || !*at_once) {
            // A lost write that is no set is sent again by a person only; whoever looks after this run does so.
            let played = play(&scenario, Fuse::after(line, at_once), 2).await;
            assert_eq!(
                ride::end(&played),
                end,
                "{name}, cut after line {line}{}:\n{}",
                if at_once { " at once" } else { "" },
                laws::told(&played.book)
            );
        }
    }
}

macro_rules! cut_everywhere {
    ($($test:ident: $share:literal,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                let names: Vec<_> = scenario::names().collect();
                for (at, name) in names.into_iter().enumerate().filter(|(at, _)| at % 3 == $share) {
                    cut(name, at % 3).await;
                }
            }
        )*
    };
}

// Three tests, so that they are spread over the cores.
cut_everywhere! {
    every_scenario_cut_off_anywhere_ends_the_same_1: 0,
    every_scenario_cut_off_anywhere_ends_the_same_2: 1,
    every_scenario_cut_off_anywhere_ends_the_same_3: 2,
}
