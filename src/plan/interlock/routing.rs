//! Conditions on the routing change: its controls are known, its endpoints answer, every rule allows it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Interlock, Question};
use crate::model::World;
use crate::model::reading::{ControlState, Freshness, Source};
use crate::model::topology::{Control, Routing};
use crate::model::verdict::{self, ControlCell, ControlVerdict};
use crate::plan::Plan;
use crate::plan::operation::{ControlChange, Operation, RoutingSet};
use crate::plan::rules::{Blocker, Left, States};
use crate::plan::{playbook, rules};

/// What the rules would let through instead, where they block.
const WAY: &str = "what the rules let through";

pub(super) fn controls(question: &Question<'_>) -> Vec<Interlock> {
    let sets = changes(question.plan);
    let Some(routing) = question.world.topology().routing.as_ref().filter(|_| !sets.is_empty()) else {
        return Vec::new();
    };
    let entries: Vec<&ControlChange> = sets.iter().flat_map(|set| &set.entries).collect();
    let mut all = vec![endpoints(question, routing), known(question, &entries)];
    all.extend(allowed(question, routing, &sets));
    all.extend(sets.iter().flat_map(|set| waits(question, routing, set)));
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
fn known(question: &Question<'_>, entries: &[&ControlChange]) -> Interlock {
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
    let Some(routing) = world.topology().routing.as_ref() else { return Vec::new() };
    let waits: Vec<_> =
        changes(plan).into_iter().flat_map(|set| rules::waits(routing, world.turns(), set, now)).collect();
    let unknown = waits.iter().filter(|wait| match wait.left {
        Left::Unknown(most) => most.unwrap_or(wait.period) > over,
        Left::Runs { .. } => false,
    });
    unknown.map(|wait| format!("rule {}: {wait}", wait.rule)).collect()
}

/// The first change of each panel: what comes after it in the same panel finds other states than are known now.
fn changes(plan: &Plan) -> Vec<&RoutingSet> {
    let mut first: Vec<&RoutingSet> = Vec::new();
    for step in &plan.steps {
        if let Some(Operation::RoutingSet(set)) = step.operation()
            && !first.iter().any(|other| other.panel == set.panel)
        {
            first.push(set);
        }
    }
    first
}

/// Wait periods that run. They hold nothing back, because a run lets them pass before it sends.
fn waits(question: &Question<'_>, routing: &Routing, set: &RoutingSet) -> Vec<Interlock> {
    let waits = rules::waits(routing, question.world.turns(), set, question.now);
    let runs = waits.iter().filter(|wait| matches!(wait.left, Left::Runs { .. }));
    runs.map(|wait| Interlock::warn(format!("rule {}", wait.rule), wait.to_string())).collect()
}

/// All blockers of all panels.
fn allowed(question: &Question<'_>, routing: &Routing, sets: &[&RoutingSet]) -> Vec<Interlock> {
    let states = playbook::states(question.world, question.now);
    let broken = sets.iter().flat_map(|set| &set.overrides).map(|broken| {
        Interlock::warn(format!("rule {}", broken.rule), format!("OVERRIDDEN, because {}", broken.reason))
    });
    let mut all: Vec<Interlock> = broken.collect();
    let blocked: Vec<_> = sets.iter().map(|set| (*set, rules::blockers(routing, &states, set))).collect();
    if all.is_empty() && blocked.iter().all(|(_, blockers)| blockers.is_empty()) {
        all.push(Interlock::pass("safety rules allow it"));
    }
    for (set, blockers) in blocked.iter().filter(|(_, blockers)| !blockers.is_empty()) {
        let hold =
            |b: &Blocker| Interlock::hold(format!("rule {}", b.name), format!("{}; {}", b.why, b.lift));
        all.extend(blockers.iter().map(hold));
        let within = set.panel.as_ref().map_or_else(String::new, |panel| format!(" in {panel}"));
        let way = rules::way(routing, &states, &set.entries).to_string();
        all.push(Interlock::warn(format!("{WAY}{within}"), way));
    }
    if sets.iter().all(|set| stays_on(routing, &states, set)) {
        all.push(Interlock::pass("a Region stays On"));
    }
    all
}

/// A Region is On after the change in each panel that it touches.
fn stays_on(routing: &Routing, states: &States, set: &RoutingSet) -> bool {
    let after = rules::after(states, &set.entries);
    let is_on = |c: &Control| c.region.is_some() && after.get(&c.name) == Some(&ControlState::On);
    let panels = routing.touched(set.entries.iter().map(|entry| entry.arn.as_str()));
    panels.iter().all(|panel| routing.controls_in(panel).any(is_on))
}
