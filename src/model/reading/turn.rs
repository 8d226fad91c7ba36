//! When a routing control last changed, as far as was seen: what the wait period of a safety rule is counted from.
//!
//! It tells what was seen and never what may have happened between two looks.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{ControlState, Observation, Reading, Source};
use crate::model::topology::Region;

/// When each control last changed, as each endpoint showed it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turns {
    seen: BTreeMap<(Region, String), Steady>,
}

/// A control as one endpoint has shown it without a break.
#[derive(Clone, Debug, PartialEq)]
struct Steady {
    state: ControlState,
    first: Timestamp,
    asked: Timestamp,
    changed: bool,
}

/// Until when a control may have changed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It was seen to change, at the latest then.
    Changed(Timestamp),
    /// It was never seen to change; it was first seen then, and may have changed right before.
    Since(Timestamp),
}

impl Turns {
    /// Takes in what an endpoint says; an answer that was asked for earlier than the newest one changes nothing.
    pub(in crate::model) fn take(&mut self, observation: &Observation) {
        let Observation {
            source: Source::Endpoint(endpoint),
            asked,
            at,
            result: Ok(Reading::Controls(states)),
            ..
        } = observation
        else {
            return;
        };
        for (control, state) in states {
            let fresh = Steady { state: *state, first: *at, asked: *asked, changed: false };
            let steady = self.seen.entry((endpoint.clone(), control.clone())).or_insert(fresh);
            if *asked < steady.asked {
                continue;
            }
            if steady.state != *state {
                *steady = Steady { state: *state, first: *at, asked: *asked, changed: true };
            }
            steady.asked = *asked;
        }
    }

    /// Until when a control may have changed last; `None` before any endpoint told of it.
    #[must_use]
    pub fn of(&self, control: &str) -> Option<Turn> {
        let all = || self.seen.iter().filter(|((_, name), _)| name == control).map(|(_, steady)| steady);
        let changed = all().filter(|steady| steady.changed).map(|steady| steady.first).max();
        changed.map(Turn::Changed).or_else(|| all().map(|steady| steady.first).min().map(Turn::Since))
    }
}
