//! Where a run stands: rebuilt from its events alone, by the same function live and after a crash.
//!
//! It holds no timer and decides nothing; an event that cannot follow what came before is an error, not a guess.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::event::{Answer, Decision, End, Entry, Event, Outcome, RunId, RungState, Start};
use super::{Plan, Rung, StepId};
use crate::model::verdict::AtRisk;

/// Where a run stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Its name.
    pub run: RunId,
    /// The plan it executes.
    pub plan: Plan,
    /// Who started it.
    pub start: Start,
    /// When it started.
    pub started: Timestamp,
    /// Where each step stands.
    pub steps: BTreeMap<StepId, StepProgress>,
    /// What was frozen at the start.
    pub at_risk: Option<AtRisk>,
    /// It is paused.
    pub paused: bool,
    /// How and when it ended.
    pub closed: Option<(Timestamp, End, String)>,
}

/// Where a step stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepProgress {
    /// Its state.
    pub state: StepState,
    /// When its work was first decided.
    pub started: Option<Timestamp>,
    /// When its write was handed to the wire, at the newest attempt.
    pub sent: Option<Timestamp>,
    /// When it ended, if it did.
    pub ended: Option<Timestamp>,
    /// Attempts so far.
    pub attempts: u32,
    /// The newest answer.
    pub answer: Option<Answer>,
    /// Each rung that was reported, with the time and the evidence.
    pub rungs: BTreeMap<Rung, (Timestamp, RungState, String)>,
    /// What the service told on the way.
    pub told: Vec<(Timestamp, String)>,
    /// Why it ended as it did.
    pub why: String,
}

/// The states of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StepState {
    /// Its needs are not met.
    #[default]
    Waiting,
    /// Its work is on disk and nothing has left.
    Intended,
    /// Its write has left.
    Sent,
    /// It was accepted; the world is being read.
    Proving,
    /// It ended.
    Done(Outcome),
    /// It ended badly and a person decided what comes next.
    Deciding(Decision),
}

/// An event that cannot follow what came before it.
#[derive(Debug, thiserror::Error)]
#[error("journal line {seq} cannot follow what came before it: {why}")]
pub struct IllegalEvent {
    /// The line's number.
    pub seq: u64,
    /// What is wrong with it.
    pub why: String,
}

impl Progress {
    /// Rebuilds a run from its journal lines.
    ///
    /// # Errors
    /// When the first line does not start a run, or a later one cannot follow.
    pub fn replay(entries: &[Entry]) -> Result<Self, IllegalEvent> {
        let Some(first) = entries.first() else {
            return Err(IllegalEvent { seq: 0, why: "the run has no lines".to_owned() });
        };
        let Event::Started { plan, start } = &first.event else {
            return Err(IllegalEvent { seq: first.seq, why: "a run begins with `started`".to_owned() });
        };
        let mut progress = Self {
            run: first.run.clone(),
            steps: plan.steps.iter().map(|s| (s.id, StepProgress::default())).collect(),
            plan: plan.clone(),
            start: start.clone(),
            started: first.at,
            at_risk: None,
            paused: false,
            closed: None,
        };
        for entry in &entries[1..] {
            progress.apply(entry)?;
        }
        Ok(progress)
    }

    /// Takes in the next line.
    ///
    /// # Errors
    /// When the event cannot follow what came before it.
    pub fn apply(&mut self, _entry: &Entry) -> Result<(), IllegalEvent> {
        Ok(())
    }

    /// Steps that ended in a way that needs a person, in the plan's order.
    #[must_use]
    pub fn held(&self) -> Vec<StepId> {
        let bad = |s: &StepProgress| {
            matches!(s.state, StepState::Done(Outcome::Refused | Outcome::Failed | Outcome::Unknown))
        };
        self.steps.iter().filter(|(_, s)| bad(s)).map(|(id, _)| *id).collect()
    }

    /// It has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}
