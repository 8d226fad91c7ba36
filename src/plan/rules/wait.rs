//! Wait periods: which rules hold a change back for a while, since when, and how long at most.
//!
//! They run in the cluster, which tells nobody; what is said here follows from the last change that was seen.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::held;
use crate::model::reading::{Turn, Turns};
use crate::model::topology::{Routing, Rule};
use crate::model::verdict;
use crate::plan::operation::RoutingSet;

/// The wait period of one rule that holds a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The rule's name.
    pub rule: String,
    /// Its wait period.
    pub period: Duration,
    /// How long it may still run.
    pub left: Left,
}

/// How long a wait period may still run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// It runs, at most for so long, because this control was seen to change then.
    Runs {
        /// At most so long.
        most: Duration,
        /// The control.
        control: String,
        /// When it was seen to have changed.
        changed: Timestamp,
    },
    /// It cannot be known: the controls were not watched for as long as it takes. If it runs, then at most for so long;
    /// `None` when some of its controls were never read.
    Unknown(Option<Duration>),
}

/// The wait periods that run, or may run, against an update; those that are over, and of rules
/// that it overrides, are left out.
#[must_use]
pub fn waits(routing: &Routing, turns: &Turns, set: &RoutingSet, now: Timestamp) -> Vec<Wait> {
    let touches = |rule: &&Rule| set.entries.iter().any(|change| held(rule).contains(&change.control));
    let touched = |rule: &&Rule| touches(rule) && !set.overridden(&rule.arn);
    let rules = routing.rules.iter().filter(|rule| !rule.wait.is_zero()).filter(touched);
    rules
        .filter_map(|rule| {
            let left = left(rule, turns, now)?;
            Some(Wait { rule: rule.name.clone(), period: rule.wait, left })
        })
        .collect()
}

fn left(rule: &Rule, turns: &Turns, now: Timestamp) -> Option<Left> {
    let rest = |since: Timestamp| {
        let gone = Duration::try_from(now.duration_since(since)).unwrap_or_default();
        rule.wait.checked_sub(gone).filter(|rest| !rest.is_zero())
    };
    let mut runs: Option<(Duration, &String, Timestamp)> = None;
    let (mut unread, mut unknown) = (false, None);
    for control in held(rule) {
        match turns.of(control) {
            None => unread = true,
            Some(Turn::Changed(at)) => runs = runs.max(rest(at).map(|most| (most, control, at))),
            Some(Turn::Since(at)) => unknown = unknown.max(rest(at)),
        }
    }
    match (runs, unread, unknown) {
        (Some((most, control, changed)), ..) => Some(Left::Runs { most, control: control.clone(), changed }),
        (None, true, _) => Some(Left::Unknown(None)),
        (None, false, most) => most.map(|most| Left::Unknown(Some(most))),
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = verdict::limit_text(self.period);
        match &self.left {
            Left::Runs { most, control, changed } => write!(
                f,
                "its wait of {period} runs for at most {:.1} s more: {control} changed at {}",
                most.as_secs_f64(),
                changed.strftime("%H:%M:%S")
            ),
            Left::Unknown(Some(most)) => write!(
                f,
                "whether its wait of {period} runs is not known: no change was seen, and nobody looked before; over in {:.1} s at the latest",
                most.as_secs_f64()
            ),
            Left::Unknown(None) => {
                write!(f, "whether its wait of {period} runs is not known: its controls were not read yet")
            }
        }
    }
}
