//! What stands in the way of one call, and what would lift it, in words.
//!
//! It lists everything and never stops at the first; it knows the controls only as they were read.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{MAX_ENTRIES, States, after, holds, needed};
use crate::model::reading::ControlState;
use crate::model::topology::{Panel, Routing, Rule};
use crate::plan::operation::ControlChange;

/// One thing that stands in the way of a routing change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// The safety rule's name, or what else forbids it.
    pub name: String,
    /// The rule's ARN, when a safety rule forbids it.
    pub arn: Option<String>,
    /// Why it forbids the change, in a few words.
    pub why: String,
    /// What would lift it.
    pub lift: String,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.name, self.why, self.lift)
    }
}

pub(super) fn malformed(changes: &[ControlChange]) -> Vec<Blocker> {
    let mut all = Vec::new();
    if changes.len() > MAX_ENTRIES {
        all.push(Blocker {
            name: "ten entries a call".to_owned(),
            arn: None,
            why: format!(
                "the change has {} entries and ARC takes {MAX_ENTRIES} in one update",
                changes.len()
            ),
            lift: "leave controls out that need not change".to_owned(),
        });
    }
    let mut seen = BTreeSet::new();
    for change in changes.iter().filter(|c| !seen.insert(&c.control)) {
        all.push(Blocker {
            name: "one entry a control".to_owned(),
            arn: None,
            why: format!("the change names {} more than once", change.control),
            lift: "name each control once".to_owned(),
        });
    }
    all
}

/// ARC promises one transaction within a panel only: see [`Panel`].
pub(super) fn several_panels(panels: &[&Panel]) -> Option<Blocker> {
    if panels.len() < 2 {
        return None;
    }
    let names: Vec<&str> = panels.iter().filter_map(|panel| panel.name.as_deref()).collect();
    Some(Blocker {
        name: "one panel a call".to_owned(),
        arn: None,
        why: format!("the change names controls of {}", list(&names)),
        lift: "change each panel in a call of its own".to_owned(),
    })
}

/// Law 6, in each panel: with no Region On, Route 53 takes every record as healthy and the traffic of that panel goes
/// everywhere (aws-facts 6), whatever the other panels say.
pub(super) fn zero_regions(
    routing: &Routing,
    panel: &Panel,
    now: &States,
    changes: &[ControlChange],
) -> Option<Blocker> {
    let then = after(now, changes);
    let carriers = || routing.controls_in(panel).filter(|c| c.region.is_some());
    if carriers().next().is_none() || carriers().any(|c| then.get(&c.name) == Some(&ControlState::On)) {
        return None;
    }
    let unknown: Vec<&str> =
        carriers().filter(|c| !then.contains_key(&c.name)).map(|c| c.name.as_str()).collect();
    let why = if unknown.is_empty() {
        "no Region would be On".to_owned()
    } else {
        format!("no Region is known to be On: {} not known", list(&unknown))
    };
    let within = panel.name.as_ref().filter(|_| routing.has_several_panels());
    let why = within.map_or_else(|| why.clone(), |name| format!("{why}, in panel {name}"));
    let lift = "turn a Region On in the same call".to_owned();
    Some(Blocker { name: "never zero Regions on".to_owned(), arn: None, why, lift })
}

pub(super) fn assertion(
    rule: &Rule,
    asserted: &[String],
    then: &States,
    changes: &[ControlChange],
) -> Option<Blocker> {
    if !changes.iter().any(|c| asserted.contains(&c.control)) {
        return None;
    }
    let why = match holds(rule, asserted, then) {
        Some(true) => return None,
        Some(false) => format!(
            "after the change {} of {} would be On, {}",
            count_on(asserted, then),
            names(asserted),
            wants(rule)
        ),
        None => format!("cannot be told: {} not known", list(&unknown(asserted, then))),
    };
    let lift = format!("{} in the same call", lift(rule, asserted, then));
    Some(Blocker { name: rule.name.clone(), arn: Some(rule.arn.clone()), why, lift })
}

pub(super) fn gate(
    rule: &Rule,
    gating: &[String],
    targets: &[String],
    now: &States,
    changes: &[ControlChange],
) -> Option<Blocker> {
    let behind: Vec<&str> =
        changes.iter().filter(|c| targets.contains(&c.control)).map(|c| c.control.as_str()).collect();
    if behind.is_empty() {
        return None;
    }
    let held = list(&behind);
    let why = match holds(rule, gating, now) {
        Some(true) => return None,
        Some(false) => format!(
            "{held} may not change while {} of {} are On, {}",
            count_on(gating, now),
            names(gating),
            wants(rule)
        ),
        None => format!("{held} may not change before {} is known", list(&unknown(gating, now))),
    };
    let lift = format!("{} first, in a call of its own", lift(rule, gating, now));
    Some(Blocker { name: rule.name.clone(), arn: Some(rule.arn.clone()), why, lift })
}

fn wants(rule: &Rule) -> String {
    let needed = needed(rule);
    if rule.inverted {
        format!("and it wants fewer than {needed}")
    } else {
        format!("and it wants at least {needed}")
    }
}

/// The smallest change of the watched controls after which the rule holds.
fn lift(rule: &Rule, watched: &[String], states: &States) -> String {
    let known = |state: ControlState| -> Vec<&str> {
        watched.iter().filter(|c| states.get(*c) == Some(&state)).map(String::as_str).collect()
    };
    let unknown = unknown(watched, states);
    if !unknown.is_empty() && holds(rule, watched, states).is_none() {
        return format!("read {}", list(&unknown));
    }
    let (needed, on) = (needed(rule), known(ControlState::On).len());
    if rule.inverted && needed == 0 || !rule.inverted && needed > watched.len() {
        return "no state of its controls satisfies this rule: mend the rule".to_owned();
    }
    if rule.inverted {
        return turn((on + 1).saturating_sub(needed), &known(ControlState::On), ControlState::Off);
    }
    let mut off = known(ControlState::Off);
    off.extend(unknown);
    turn(needed.saturating_sub(on), &off, ControlState::On)
}

fn turn(count: usize, among: &[&str], state: ControlState) -> String {
    if count >= among.len() {
        format!("turn {} {state}", list(among))
    } else {
        format!("turn {count} of {} {state}", list(among))
    }
}

fn count_on(watched: &[String], states: &States) -> usize {
    watched.iter().filter(|c| states.get(*c) == Some(&ControlState::On)).count()
}

fn unknown<'a>(watched: &'a [String], states: &States) -> Vec<&'a str> {
    watched.iter().filter(|c| !states.contains_key(*c)).map(String::as_str).collect()
}

fn names(watched: &[String]) -> String {
    watched.join(", ")
}

fn list(names: &[&str]) -> String {
    names.join(", ")
}
