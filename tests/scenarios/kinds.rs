//! Every kind of step that operators may write is played to its end by a scenario, through engine, SDK and simulator.

use std::collections::BTreeSet;

use pointsman::config;
use pointsman::plan::event::Outcome;
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::{Action, Step};

use super::stage::{Came, Played};
use super::{PLAYED, laws};

/// Each kind, and the scenario whose play confirms a step of it.
const SHOWN: &[(&str, &str)] = &[
    ("record", "warm-standby"),
    ("routing.set", "game-day"),
    ("aurora.switchover", "lag-spike"),
    ("aurora.failover", "game-day"),
    ("aurora.detach", "detach"),
    ("replica.promote", "warm-standby"),
    ("snapshot.copy", "detach"),
    ("dns.set", "warm-standby"),
    ("healthcheck.invert", "inverted-check"),
    ("ecs.scale", "pilot-light"),
    ("ssm.run", "runbook"),
    ("regionswitch.run", "region-switch"),
    ("fis.start", "game-day"),
    ("fis.stop", "game-day"),
    ("fis.lever", "safety-lever"),
    ("wait.lag", "warm-standby"),
    ("wait.metric", "game-day"),
    ("wait.canary", "warm-standby"),
    ("wait.dns", "game-day"),
    ("approve", "warm-standby"),
    ("note", "warm-standby"),
];

/// What the table says of a scenario is so.
pub(super) fn are_shown(played: &Played) {
    let name = &*played.scenario.scenario.name;
    let runs = played.came.iter().filter_map(|came| match came {
        Came::Ran(run) => Some(run),
        Came::Refused(_) => None,
    });
    let done: BTreeSet<&str> = runs.flat_map(|run| confirmed(run)).collect();
    for (kind, _) in SHOWN.iter().filter(|(_, by)| *by == name) {
        assert!(done.contains(kind), "{name} confirms no {kind}:\n{}", laws::told(&played.book));
    }
}

/// The kinds of the steps that were confirmed; of a write only where it left.
fn confirmed(run: &Progress) -> impl Iterator<Item = &'static str> {
    let done = |step: &&Step| {
        let at = &run.steps[&step.id];
        let left = step.operation().is_none() || at.sent.is_some();
        at.state == StepState::Done(Outcome::Confirmed) && left
    };
    run.plan.steps.iter().filter(done).map(kind)
}

fn kind(step: &Step) -> &'static str {
    match &step.action {
        Action::Record => "record",
        Action::Operate(operation) => operation.kind(),
        Action::Wait(condition) => condition.kind(),
        Action::Approve(_) => "approve",
        Action::Note { .. } => "note",
    }
}

#[test]
fn every_kind_of_step_is_played() {
    let shown = SHOWN.iter().map(|(kind, _)| *kind);
    let mut shown: Vec<&str> = shown.collect();
    let mut kinds: Vec<&str> = config::step_kinds().collect();
    shown.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(shown, kinds);
    for (kind, scenario) in SHOWN {
        assert!(PLAYED.contains(scenario), "{kind} is shown by {scenario}, which is not played");
    }
}
