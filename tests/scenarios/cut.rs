//! Every scenario cut off after every line of its run, and taken up again: the same end, no write outside the plan, none
//! twice unless it is an idempotent set, each with its lines. All of it from the simulator's own log.
//!
//! After a `sent` line the process goes both at once and after the answer came; after any other line there is no
//! difference. With `POINTSMAN_EXHAUSTIVE` set, and without debug assertions, every cut of every scenario is made; else
//! one scenario is cut after each line that says what may leave next, and of the others each takes a share of these.

use pointsman::plan::event::Event;
use pointsman::sim::scenario::{self, Scenario};

use super::ride::{self, Calm, Fuse, Rider};
use super::stage::Played;
use super::{SEED, laws};

/// The scenario that is cut everywhere also in a hurry.
const WHOLE: &str = "lost-answer";

/// Of the others so many lines are passed over for each cut.
const SHARE: usize = 23;

async fn play(scenario: &Scenario, fuse: std::sync::Arc<Fuse>, retries: usize) -> Played {
    let mut rider = Rider::new(scenario, SEED, fuse);
    rider.retries = retries;
    let played = rider.ride(&mut Calm).await;
    laws::hold(&played);
    played
}

/// Cuts one scenario after each of its lines that this share is about.
pub(super) async fn cut(name: &str, share: usize) {
    let scenario = scenario::find(name).unwrap();
    if scenario.act.is_empty() {
        return;
    }
    let whole = play(&scenario, Fuse::none(), 0).await;
    let (end, journal) = (ride::end(&whole), whole.journal());
    let hurry = cfg!(debug_assertions) && std::env::var_os("POINTSMAN_EXHAUSTIVE").is_none();
    let tells =
        |event: &Event| matches!(event, Event::Climbed { .. } | Event::Told { .. } | Event::Noted { .. });
    for line in 1..journal.len() {
        let passed =
            if name == WHOLE { tells(&journal[line - 1].event) } else { line % SHARE != share % SHARE };
        if hurry && passed {
            continue;
        }
        let left = matches!(journal[line - 1].event, Event::Sent { .. });
        for at_once in [true, false].into_iter().filter(|at_once| left || !*at_once) {
            // A lost write that is no set is sent again by a person only; whoever looks after this run does so, where
            // the whole run needed nobody.
            let retries = if end[0] == "confirmed" { 2 } else { 0 };
            let played = play(&scenario, Fuse::after(line, at_once), retries).await;
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
    ($($(#[$how:meta])* $test:ident: $share:literal,)*) => {
        $(
            $(#[$how])*
            #[tokio::test(start_paused = true)]
            async fn $test() {
                let names: Vec<_> = scenario::names().collect();
                for (at, name) in names.into_iter().enumerate().filter(|(at, _)| at % 3 == $share) {
                    cut(name, at).await;
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
