//! Conditions on the routing change: its controls are known, its endpoints answer, every rule allows it.

use super::{Interlock, Question};
use crate::model::reading::{ControlState, Freshness, Source};
use crate::model::topology::Routing;
use crate::model::verdict::{self, ControlCell, ControlVerdict};
use crate::plan::operation::{ControlChange, Operation};
use crate::plan::{playbook, rules};

pub(super) fn controls(question: &Question<'_>) -> Vec<Interlock> {
    let change = question.plan.steps.iter().find_map(|step| match step.operation() {
        Some(Operation::RoutingSet(set)) => Some(&set.entries),
        _ => None,
    });
    let Some((entries, routing)) = change.zip(question.world.topology().routing.as_ref()) else {
        return Vec::new();
    };
    let mut all = vec![endpoints(question, routing), known(question, entries)];
    all.extend(allowed(question, routing, entries));
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

/// The change states its whole end, so it may be made on what fewer than a quorum tell; not on what nobody tells.
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

fn allowed(question: &Question<'_>, routing: &Routing, entries: &[ControlChange]) -> Vec<Interlock> {
    let states = playbook::states(question.world, question.now);
    let blockers = rules::blockers(routing, &states, entries);
    let mut all = vec![];
    if blockers.is_empty() {
        all.push(Interlock::pass("safety rules allow it"));
    }
    all.extend(
        blockers
            .iter()
            .map(|b| Interlock::hold(format!("rule {}", b.name), format!("{}; {}", b.why, b.lift))),
    );
    let after = rules::after(&states, entries);
    let on =
        routing.controls.iter().any(|c| c.region.is_some() && after.get(&c.name) == Some(&ControlState::On));
    if on {
        all.push(Interlock::pass("a Region stays On"));
    }
    all
}
