//! Soak: hundreds of failovers in random worlds under random faults, with crashes, recoveries and people who decide at
//! random, each on a virtual clock of its own and each the same for its seed.
//!
//! However it goes, it ends confirmed, held, refused or ended by a person, and no law is broken on the way.
//! `SOAK_RIDES=N` rides another number than five hundred, `SOAK_SEED=N` one seed alone, aloud.

mod dice;
mod mind;
mod world;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pointsman::plan::event::{Event, Outcome};
use pointsman::plan::progress::{Progress, StepState};

use super::laws;
use super::ride::{Fuse, Rider};
use super::stage::{Came, Played};
use dice::Dice;
use mind::Trickster;

/// How many rides one test run makes.
const RIDES: u64 = 500;

/// How many are ridden side by side.
const LANES: usize = 2;

/// What came of one ride.
struct Told {
    ended: Vec<String>,
    holds: Vec<String>,
    crashes: usize,
    decisions: usize,
    calls: usize,
    virtual_time: Duration,
}

#[test]
fn random_faulted_failovers_break_no_law() {
    let alone: Option<u64> = std::env::var("SOAK_SEED").ok().map(|seed| seed.parse().unwrap());
    let rides = std::env::var("SOAK_RIDES").map_or(RIDES, |rides| rides.parse().unwrap());
    let (next, last) = alone.map_or((0, rides), |seed| (seed, seed + 1));
    let (next, told, fallen) = (AtomicU64::new(next), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let began = Instant::now();
    std::thread::scope(|lanes| {
        for _ in 0..LANES {
            lanes.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= last {
                        return;
                    }
                    match catch_unwind(AssertUnwindSafe(|| crate::virtually(ride(seed, alone.is_some())))) {
                        Ok(one) => told.lock().unwrap().push(one),
                        Err(_) => fallen.lock().unwrap().push(seed),
                    }
                }
            });
        }
    });
    // The harness keeps back what a test prints that passes; this is to be seen.
    let summary = summary(&told.into_inner().unwrap(), began.elapsed());
    writeln!(std::io::stderr().lock(), "\nsoak: {summary}").unwrap();
    let mut fallen = fallen.into_inner().unwrap();
    fallen.sort_unstable();
    let replay =
        fallen.iter().map(|seed| format!("SOAK_SEED={seed} cargo test --test main soak -- --nocapture"));
    assert!(
        fallen.is_empty(),
        "{} of {rides} fell; alone:\n{}",
        fallen.len(),
        replay.collect::<Vec<_>>().join("\n")
    );
}

async fn ride(seed: u64, aloud: bool) -> Told {
    let mut dice = Dice::new(seed);
    let scenario = world::scenario(&mut dice);
    if aloud {
        println!("{scenario:#?}");
    }
    let rider = Rider::new(&scenario, seed, Fuse::none());
    let mut mind = Trickster::new(dice);
    let began = rider.stage.sim.now();
    let played = rider.ride(&mut mind).await;
    if aloud {
        println!("{}", laws::told(&played.book));
    }
    laws::hold(&played);
    every_line_has_its_outcome(&played);
    assert_eq!(mind.believed_wrongly, Vec::<String>::new(), "{}", laws::told(&played.book));
    Told {
        ended: ended(&played),
        holds: mind.holds,
        crashes: mind.crashes,
        decisions: mind.decisions,
        calls: played.calls,
        virtual_time: played.sim.now().duration_since(began).unsigned_abs(),
    }
}

/// How each act ended, under its playbook.
fn ended(played: &Played) -> Vec<String> {
    let acts = played.scenario.act.iter().zip(&played.came);
    let end = |came: &Came| match came {
        Came::Refused(_) => "refused before the start".to_owned(),
        Came::Ran(run) => match &run.closed {
            Some((_, end, _)) => end.to_string(),
            None => held(run, played),
        },
    };
    acts.map(|(act, came)| format!("{}: {}", act.playbook, end(came))).collect()
}

fn held(run: &Progress, played: &Played) -> String {
    let held = run.held();
    assert!(!held.is_empty(), "neither ended nor held:\n{}", laws::told(&played.book));
    let of = |outcome| held.iter().any(|id| run.steps[id].state == StepState::Done(outcome));
    let worst = [Outcome::Unknown, Outcome::Failed, Outcome::Refused].into_iter().find(|o| of(*o));
    format!("held, {}", worst.unwrap())
}

/// After the last recovery every write that left has its answer, and its step an outcome.
fn every_line_has_its_outcome(played: &Played) {
    let journal = played.journal();
    let of = |is: fn(&Event) -> bool| journal.iter().filter(|entry| is(&entry.event)).count();
    let sent = of(|event| matches!(event, Event::Sent { .. }));
    let answered = of(|event| matches!(event, Event::Answered { .. }));
    assert_eq!(sent, answered, "{}", laws::told(&played.book));
    for came in &played.came {
        let Came::Ran(run) = came else { continue };
        for (id, step) in &run.steps {
            let settled = matches!(step.state, StepState::Waiting | StepState::Done(_));
            assert!(settled, "step {id} has no outcome: {:?}\n{}", step.state, laws::told(&played.book));
        }
    }
}

fn summary(told: &[Told], wall: Duration) -> String {
    let count = |all: &mut dyn Iterator<Item = &String>| {
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        all.for_each(|one| *counts.entry(one).or_default() += 1);
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        let lines: Vec<String> = counts.iter().map(|(word, times)| format!("  {times:>5}  {word}")).collect();
        lines.join("\n") + "\n"
    };
    let sum = |of: fn(&Told) -> usize| told.iter().map(of).sum::<usize>();
    let lived: Duration = told.iter().map(|one| one.virtual_time).sum();
    format!(
        "{} rides: {} h of virtual time and {} calls in {:.0} s, {} crashes, {} decisions\nends\n{}holds by cause\n{}",
        told.len(),
        lived.as_secs() / 3600,
        sum(|one| one.calls),
        wall.as_secs_f64(),
        sum(|one| one.crashes),
        sum(|one| one.decisions),
        count(&mut told.iter().flat_map(|one| &one.ended)),
        count(&mut told.iter().flat_map(|one| &one.holds)),
    )
}
