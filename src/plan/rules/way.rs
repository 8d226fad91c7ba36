//! The calls that lead to a wanted state where the wanted call itself is blocked: one that works, or several in order.
//!
//! Controls that every rule treats alike are counted and not told apart, so that a panel of many Regions stays a small
//! search. It proposes and never plans: what it turns on beyond what was wanted is for a person to agree to.

mod classes;
mod search;

use std::fmt;
use std::time::Duration;

use super::{ControlChange, States, held};
use crate::model::reading::ControlState;
use crate::model::topology::Routing;
use crate::model::verdict;
use classes::Classes;

/// How a wanted change can be made when it cannot be made as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By these calls, in this order; none when nothing would change.
    Calls(Vec<Call>),
    /// By no order of calls: under these rules the wanted state cannot be reached.
    None,
    /// These controls are not known, and it depends on them.
    Unread(Vec<String>),
    /// So many controls depend on each other in so many ways that not all orders could be looked at.
    TooMany(usize),
}

/// One update of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its entries, each of which changes something.
    pub entries: Vec<ControlChange>,
    /// So long it must come after the call before it, because of wait periods that that one starts.
    pub pause: Duration,
    /// Controls of Regions that it changes although nobody wanted that.
    pub beyond: Vec<String>,
}

/// The shortest way to the wanted states that the rules let through, and that never leaves zero Regions On (law 6).
///
/// Of several the one that touches the fewest Regions beyond those wanted comes first, then the one with the fewest
/// calls. Wait periods that run already are not looked at: [`super::waits`] tells of them.
#[must_use]
pub fn way(routing: &Routing, now: &States, wanted: &[ControlChange]) -> Way {
    let classes = match Classes::of(routing, now, wanted) {
        Ok(classes) => classes,
        Err(stuck) => return stuck,
    };
    let Some(path) = search::shortest(&classes) else { return Way::None };
    let mut states = now.clone();
    let mut calls: Vec<Call> = Vec::new();
    for step in path.windows(2) {
        let entries = classes.entries(routing, &states, &step[1]);
        states.extend(entries.iter().map(|entry| (entry.control.clone(), entry.state)));
        let beyond = |entry: &&ControlChange| {
            let wanted = wanted.iter().any(|w| w.control == entry.control && w.state == entry.state);
            let carries = routing.control(&entry.control).is_some_and(|control| control.region.is_some());
            carries && !wanted
        };
        let beyond = entries.iter().filter(beyond).map(|entry| entry.control.clone()).collect();
        let pause = pause(routing, &calls, &entries);
        calls.push(Call { entries, pause, beyond });
    }
    Way::Calls(calls)
}

/// How long after the last call the next one must come: each rule that holds an entry waits since it was last touched.
fn pause(routing: &Routing, calls: &[Call], entries: &[ControlChange]) -> Duration {
    let touches = |rule: &crate::model::topology::Rule, entries: &[ControlChange]| {
        entries.iter().any(|entry| held(rule).contains(&entry.control))
    };
    let left = routing.rules.iter().filter(|rule| touches(rule, entries)).map(|rule| {
        let mut gone = Duration::ZERO;
        for call in calls.iter().rev() {
            if touches(rule, &call.entries) {
                return rule.wait.saturating_sub(gone);
            }
            gone += call.pause;
        }
        Duration::ZERO
    });
    left.max().unwrap_or_default()
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calls(calls) => match calls.as_slice() {
                [] => f.write_str("nothing would change"),
                [one] => write!(f, "this one call: {one}"),
                several => {
                    write!(f, "{} calls in this order: ", several.len())?;
                    for (at, call) in several.iter().enumerate() {
                        let then = if at == 0 { "" } else { "; then " };
                        write!(f, "{then}{}) {call}", at + 1)?;
                    }
                    Ok(())
                }
            },
            Self::None => f.write_str(
                "no order of calls; only a rule that is changed, or overridden by its name, would let it",
            ),
            Self::Unread(controls) => write!(f, "cannot be told before {} is known", controls.join(", ")),
            Self::TooMany(controls) => {
                write!(f, "cannot be told: {controls} controls depend on each other in too many ways")
            }
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pause.is_zero() {
            write!(f, "after {} ", verdict::limit_text(self.pause))?;
        }
        for (at, entry) in self.entries.iter().enumerate() {
            let plus = if at == 0 { "" } else { " + " };
            write!(f, "{plus}{} {}", entry.control, entry.state)?;
        }
        let more: Vec<&str> = self
            .entries
            .iter()
            .filter(|entry| entry.state == ControlState::On && self.beyond.contains(&entry.control))
            .map(|entry| entry.control.as_str())
            .collect();
        if more.is_empty() {
            Ok(())
        } else {
            write!(f, " (turns {} On beyond what was asked)", more.join(", "))
        }
    }
}
