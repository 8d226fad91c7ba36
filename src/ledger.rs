//! The journal: hash-chained events, appended before and after each write, from which a run is rebuilt.
//!
//! A line is never changed or removed, and nothing here decides what a line means for a run: that is
//! [`crate::plan::progress`].

mod chain;
pub mod memory;
pub mod past;
pub mod shared;
pub mod sqlite;

use jiff::Timestamp;
use serde::Serialize;

use crate::plan::Intent;
use crate::plan::event::{End, Entry, Event, RunId, Start};

pub use chain::{Broken, GENESIS, Line};

/// One run as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    /// Its name.
    pub run: RunId,
    /// When its first line was written.
    pub at: Timestamp,
    /// What was wanted.
    pub intent: Intent,
    /// Who wanted it.
    pub who: String,
    /// Who, where and why, if it started.
    pub start: Option<Start>,
    /// How it stands.
    pub state: RunState,
    /// How many lines it has.
    pub lines: usize,
}

/// How a run stands by its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RunState {
    /// It was refused at the confirmation; nothing was sent.
    Refused {
        /// Why.
        why: String,
    },
    /// It has not ended: it is in flight, on hold, or was cut off.
    Open,
    /// It has ended.
    Closed {
        /// When.
        at: Timestamp,
        /// How.
        end: End,
        /// In one sentence.
        summary: String,
    },
}

/// Sums one run up from its lines; `None` when it has none that begins a run.
#[must_use]
pub fn summary(entries: &[Entry]) -> Option<RunSummary> {
    let first = entries.first()?;
    let closed = entries.iter().rev().find_map(|entry| match &entry.event {
        Event::Closed { end, summary } => {
            Some(RunState::Closed { at: entry.at, end: *end, summary: summary.clone() })
        }
        _ => None,
    });
    let (intent, who, start, state) = match &first.event {
        Event::ConfirmationRefused { intent, why, who } => {
            (intent.clone(), who.clone(), None, RunState::Refused { why: why.clone() })
        }
        Event::Started { plan, start } => {
            (plan.intent.clone(), start.who.clone(), Some(start.clone()), closed.unwrap_or(RunState::Open))
        }
        _ => return None,
    };
    Some(RunSummary { run: first.run.clone(), at: first.at, intent, who, start, state, lines: entries.len() })
}
