//! Conditions on the routing change: its controls are known, its endpoints answer, every rule allows it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Interlock, Question};
use crate::model::World;
use crate::model::reading::{ControlState, Freshness, Source};
use crate::model::topology::Routing;
use crate::model::verdict::{self, ControlCell, ControlVerdict};
use crate::plan::Plan;
use crate::plan::operation::{ControlChange, Operation, RoutingSet};
use crate::plan::rules::Left;
use crate::plan::{playbook, rules};

/// What the rules would let through instead, where they block.
const WAY: &str = "what the rules let through";

pub(super) fn controls(question: &Question<'_>) -> Vec<Interlock> {
    let routing = question.world.topology().routing.as_ref();
    let Some((set, routing)) = change(question.plan).zip(routing) else {
        return Vec::new();
    };
    let mut all = vec![endpoints(question, routing), known(question, &set.entries)];
    all.extend(allowed(question, routing, set));
    all.extend(waits(question, routing, set));
    all
}

/// Any endpoint takes the change; a quorum is needed to prove it.
fn endpoints(question: &Question<'_>, routing: &Routing) -> Interlock {
    let answers = |region: &crate::model::topology::Region| {
        let feed = question.world.feed(&Source::Endpoint(region.clone()));
        feed.is_some_and(|f| f.freshness(question.now) == Freshness::Fresh && f.trouble().is_none())
    };
    let (mut up, mut away) = (0, Vec::new());
    for endpoint in &routing.endpoints {
        if answers(&endpoint.region) {
            up += 1;
        } else {
            away.push(endpoint.region.as_str());
        }
    }
    let (total, quorum) = (routing.endpoints.len(), routing.quorum());
    let name = "cluster endpoints answer";
    let why = format!("{up} of {total}; no answer from {}", away.join(", "));
    if up >= quorum {
        Interlock::pass(name)
    } else if up > 0 {
        Interlock::warn(name, format!("{why}; a change could not be proved before {quorum} answer"))
    } else {
        Interlock::hold(name, why)
    }
}

/// A quorum knows. The change states its whole end, so it may be made on what fewer tell, not on what nobody tells.
fn known(question: &Question<'_>, entries: &[ControlChange]) -> Interlock {
    let name = "control states known";
    let verdicts = verdict::controls(question.world, question.now);
    let changed: Vec<&ControlVerdict> =
        verdicts.iter().filter(|v| entries.iter().any(|c| c.control == v.name)).collect();
    let names = |of: &dyn Fn(&ControlVerdict) -> bool| {
        changed.iter().filter(|v| of(v)).map(|v| v.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let unheard = names(&|v| !v.cells.iter().any(is_fresh));
    if !unheard.is_empty() {
        return Interlock::hold(name, format!("no endpoint tells the state of {unheard}"));
    }
    let few = names(&|v| v.state.is_none());
    if !few.is_empty() {
        return Interlock::warn(name, format!("no quorum of endpoints tells the state of {few}"));
    }
    let split = names(&|v| v.split);
    if !split.is_empty() {
        return Interlock::warn(name, format!("endpoints contradict each other on {split}"));
    }
    Interlock::pass(name)
}

fn is_fresh(cell: &ControlCell) -> bool {
    cell.state.as_ref().is_some_and(|state| state.freshness == Freshness::Fresh)
}

/// What cannot be known of wait periods that a plan's routing change may run into, in words; those that end within
/// `over` are left out.
#[must_use]
pub fn unknown_waits(world: &World, plan: &Plan, over: Duration, now: Timestamp) -> Vec<String> {
    let Some((set, routing)) = change(plan).zip(world.topology().routing.as_ref()) else {
        return Vec::new();
    };
    let waits = rules::waits(routing, world.turns(), set, now);
    let unknown = waits.iter().filter(|wait| match wait.left {
        Left::Unknown(most) => most.unwrap_or(wait.period) > over,
        Left::Runs { .. } => false,
    });
    unknown.map(|wait| format!("rule {}: {wait}", wait.rule)).collect()
}

fn change(plan: &Plan) -> Option<&RoutingSet> {
    plan.steps.iter().find_map(|step| match step.operation() {
        Some(Operation::RoutingSet(set)) => Some(set),
        _ => None,
    })
}

/// Wait periods that run. They hold nothing back, because a run lets them pass before it sends.
fn waits(question: &Question<'_>, routing: &Routing, set: &RoutingSet) -> Vec<Interlock> {
    let waits = rules::waits(routing, question.world.turns(), set, question.now);
    let runs = waits.iter().filter(|wait| matches!(wait.left, Left::Runs { .. }));
    runs.map(|wait| Interlock::warn(format!("rule {}", wait.rule), wait.to_string())).collect()
}

fn allowed(question: &Question<'_>, routing: &Routing, set: &RoutingSet) -> Vec<Interlock> {
    let states = playbook::states(question.world, question.now);
    let entries = &set.entries;
    let blockers = rules::blockers(routing, &states, set);
    let broken = set.overrides.iter().map(|broken| {
        Interlock::warn(format!("rule {}", broken.rule), format!("OVERRIDDEN, because {}", broken.reason))
    });
    let mut all: Vec<Interlock> = broken.collect();
    if blockers.is_empty() && all.is_empty() {
        all.push(Interlock::pass("safety rules allow it"));
    }
    all.extend(
        blockers
            .iter()
            .map(|b| Interlock::hold(format!("rule {}", b.name), format!("{}; {}", b.why, b.lift))),
    );
    if !blockers.is_empty() {
        all.push(Interlock::warn(WAY, rules::way(routing, &states, entries).to_string()));
    }
    let after = rules::after(&states, entries);
    let on =
        routing.controls.iter().any(|c| c.region.is_some() && after.get(&c.name) == Some(&ControlState::On));
    if on {
        all.push(Interlock::pass("a Region stays On"));
    }
    all
}
