//! When a routing control or the records of a name last changed, as far as was seen: what the wait period of a safety
//! rule and the TTL of an answer are counted from.
//!
//! It tells what was seen and never what may have happened between two looks.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{ControlState, Observation, Reading, RecordReading, Source};
use crate::model::topology::Region;

/// When each control last changed, as each endpoint showed it, and the records of each name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turns {
    seen: BTreeMap<(Region, String), Steady<ControlState>>,
    records: BTreeMap<String, Steady<Vec<RecordReading>>>,
}

/// What one source has shown without a break.
#[derive(Clone, Debug, PartialEq)]
struct Steady<T> {
    state: T,
    first: Timestamp,
    asked: Timestamp,
    changed: bool,
}

impl<T: PartialEq> Steady<T> {
    fn take(known: Option<Self>, state: T, (asked, at): (Timestamp, Timestamp)) -> Self {
        match known {
            None => Self { state, first: at, asked, changed: false },
            Some(steady) if asked < steady.asked => steady,
            Some(steady) if steady.state == state => Self { asked, ..steady },
            Some(_) => Self { state, first: at, asked, changed: true },
        }
    }

    fn turn(&self) -> Turn {
        if self.changed { Turn::Changed(self.first) } else { Turn::Since(self.first) }
    }
}

/// Until when something may have changed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It was seen to change, at the latest then.
    Changed(Timestamp),
    /// It was never seen to change; it was first seen then, and may have changed right before.
    Since(Timestamp),
}

impl Turns {
    /// Takes in what an endpoint or a zone says; an answer that was asked for earlier than the newest one changes nothing.
    pub(in crate::model) fn take(&mut self, observation: &Observation) {
        let Observation { source, asked, at, result: Ok(reading), .. } = observation else { return };
        match (source, reading) {
            (Source::Endpoint(endpoint), Reading::Controls(states)) => {
                for (control, state) in states {
                    let key = (endpoint.clone(), control.clone());
                    let steady = Steady::take(self.seen.remove(&key), *state, (*asked, *at));
                    self.seen.insert(key, steady);
                }
            }
            (Source::Records(name), Reading::Records(records)) => {
                let steady = Steady::take(self.records.remove(name), records.clone(), (*asked, *at));
                self.records.insert(name.clone(), steady);
            }
            _ => {}
        }
    }

    /// Until when the records of a name may have changed last; `None` before they were read.
    #[must_use]
    pub fn of_records(&self, name: &str) -> Option<Turn> {
        self.records.get(name).map(Steady::turn)
    }

    /// Until when a control may have changed last; `None` before any endpoint told of it.
    #[must_use]
    pub fn of(&self, control: &str) -> Option<Turn> {
        let all = || self.seen.iter().filter(|((_, name), _)| name == control).map(|(_, steady)| steady);
        let changed = all().filter(|steady| steady.changed).map(|steady| steady.first).max();
        changed.map(Turn::Changed).or_else(|| all().map(|steady| steady.first).min().map(Turn::Since))
    }
}
