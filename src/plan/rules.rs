//! The safety-rule solver: whether a routing change is allowed, everything that blocks it, and what would be allowed.
//!
//! ARC names one blocking rule at a time (aws-facts section 2); this lists all of them before anything is sent, finds
//! the calls that the rules let through, and tells what is known of wait periods. It never sends and never guesses.

mod blocker;
#[cfg(test)]
mod tests;
mod wait;
mod way;

use std::collections::BTreeMap;

use super::operation::{ControlChange, RoutingSet};
use crate::model::reading::ControlState;
use crate::model::topology::{Routing, Rule, RuleKind, RuleLogic};

pub use blocker::Blocker;
pub use wait::{Left, Wait, waits};
pub use way::{Call, Way, way};

/// ARC takes at most so many entries in one update (aws-facts section 2).
pub const MAX_ENTRIES: usize = 10;

/// Known states of controls, by name; a control that is not in it is not known.
pub type States = BTreeMap<String, ControlState>;

/// Everything that forbids an update: laws of the program first, which nobody overrides, then each safety rule that
/// it does not override itself. A rule watches controls of its own panel only, so one panel never blocks another.
#[must_use]
pub fn blockers(routing: &Routing, now: &States, set: &RoutingSet) -> Vec<Blocker> {
    let panels = routing.touched(set.entries.iter().map(|entry| entry.arn.as_str()));
    let mut all: Vec<Blocker> = blocker::several_panels(&panels).into_iter().collect();
    all.extend(panels.iter().filter_map(|panel| blocker::zero_regions(routing, panel, now, &set.entries)));
    let rules = solve(&routing.rules, now, &set.entries).into_iter();
    all.extend(rules.filter(|blocker| !blocker.arn.as_ref().is_some_and(|arn| set.overridden(arn))));
    all
}

/// Every safety rule and limit of a call that these changes run into.
///
/// Assertion rules judge the state after the whole update; gating rules judge the state before it, and hold back
/// every entry that names a target, also one that would change nothing.
#[must_use]
pub fn solve(rules: &[Rule], now: &States, changes: &[ControlChange]) -> Vec<Blocker> {
    let mut all = blocker::malformed(changes);
    let then = after(now, changes);
    all.extend(rules.iter().filter_map(|rule| match &rule.kind {
        RuleKind::Assertion { asserted } => blocker::assertion(rule, asserted, &then, changes),
        RuleKind::Gating { gating, targets } => blocker::gate(rule, gating, targets, now, changes),
    }));
    all
}

/// The states after all changes.
#[must_use]
pub fn after(now: &States, changes: &[ControlChange]) -> States {
    let mut then = now.clone();
    then.extend(changes.iter().map(|c| (c.control.clone(), c.state)));
    then
}

/// Whether a rule's logic holds for the controls it watches; `None` when an unknown control decides.
#[must_use]
pub fn holds(rule: &Rule, watched: &[String], states: &States) -> Option<bool> {
    rule.holds(watched, |control| states.get(control).map(|state| *state == ControlState::On))
}

/// The controls whose change a rule judges, and holds back while its wait period runs.
fn held(rule: &Rule) -> &[String] {
    match &rule.kind {
        RuleKind::Assertion { asserted } => asserted,
        RuleKind::Gating { targets, .. } => targets,
    }
}

/// The controls whose states a rule counts.
fn counted(rule: &Rule) -> &[String] {
    match &rule.kind {
        RuleKind::Assertion { asserted } => asserted,
        RuleKind::Gating { gating, .. } => gating,
    }
}

/// How many controls must be On for the logic before any inversion: AND is N of N, OR is one of N.
fn needed(rule: &Rule) -> usize {
    match rule.logic {
        RuleLogic::AtLeast(threshold) => threshold,
        RuleLogic::And => counted(rule).len(),
        RuleLogic::Or => 1,
    }
}
