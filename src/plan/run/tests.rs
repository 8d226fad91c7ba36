//! What a run says of a host whose clock was set back while it was driven.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::*;
use crate::clock::Clock;
use crate::ledger::memory::Journal;
use crate::model::fixture::Scene;
use crate::plan::{Playbook, fixture};

/// Hands that are never used.
struct Idle;

impl Actuator for Idle {
    fn endpoint(&self, _: &Operation, _: u32) -> String {
        String::new()
    }

    fn send<'a>(&'a self, _: &'a Operation, _: &'a Receipt) -> Boxed<'a, Answer> {
        Box::pin(std::future::pending())
    }

    fn look<'a>(&'a self, _: &'a Source) -> Boxed<'a, Observation> {
        Box::pin(std::future::pending())
    }
}

/// Drives a paused run, which needs a person and has none, and returns what it noted.
async fn noted(clock: &Clock) -> Vec<String> {
    let scene = Scene::calm();
    let begun = fixture::begun(&scene, Playbook::Failover, None);
    let mut journal = Journal::new();
    let mut progress = start(begun.plan, begun.start, &mut journal, clock).unwrap();
    let paused = Event::Paused { who: "maria".to_owned(), why: crate::plan::event::Pause::Asked };
    let receipt = journal.append(&progress.run, clock.now(), &paused).unwrap();
    progress.apply(receipt.entry()).unwrap();
    let (_observe, observations) = mpsc::channel(1);
    let (_command, commands) = mpsc::channel(1);
    let ports = Ports {
        actuator: Arc::new(Idle),
        ledger: Box::new(journal.clone()),
        clock: clock.clone(),
        observations,
        commands,
        entries: mpsc::unbounded_channel().0,
        inboxes: Vec::new(),
        when_held: WhenHeld::StopThere,
    };
    drive(progress, scene.world, ports).await.unwrap();
    let lines = journal.all().unwrap();
    assert!(lines.is_sorted_by_key(|line| line.at), "{lines:#?}");
    let text = |line: Entry| match line.event {
        Event::Noted { who, text } => Some(format!("{who}: {text}")),
        _ => None,
    };
    lines.into_iter().filter_map(text).collect()
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_under_a_run_is_said_once() {
    assert_eq!(noted(&Clock::wall()).await, [""; 0]);
    assert_eq!(noted(&Clock::set_back(Duration::from_secs(1))).await, [""; 0], "it is kept in step");
    let said = noted(&Clock::set_back(Duration::from_mins(10))).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("pointsman: the host's clock was set back by 9m59"), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_taken_up_before_its_last_line_says_so() {
    let scene = Scene::calm();
    let begun = fixture::begun(&scene, Playbook::Failover, None);
    let taken_up = |back: i64| {
        let mut journal = Journal::new();
        let first = Clock::starting_at(scene.now, 1);
        let run = start(begun.plan.clone(), begun.start.clone(), &mut journal, &first).unwrap().run;
        let clock = Clock::starting_at(scene.now - jiff::SignedDuration::from_secs(back), 1);
        let entries = journal.entries(&run).unwrap();
        take_up(&entries, "ben", &mut journal, &clock).unwrap();
        journal.all().unwrap().last().unwrap().event.clone()
    };
    assert!(matches!(taken_up(0), Event::TakenUp { .. }));
    assert!(matches!(taken_up(1), Event::TakenUp { .. }));
    let Event::Noted { who, text } = taken_up(600) else { panic!() };
    assert_eq!(who, "pointsman");
    assert!(text.starts_with("the clock stands 10m00s before line 1 ("), "{text}");
}
