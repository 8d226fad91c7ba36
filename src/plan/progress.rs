//! Where a run stands: rebuilt from its events alone, by the same function live and after a crash.
//!
//! It holds no timer and decides nothing; an event that cannot follow what came before is an error, not a guess.

mod admit;
mod left;
mod pace;
mod take;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::event::{Answer, Awaited, Decision, End, Entry, Event, Outcome, Pause, RunId, RungState, Start};
use super::operation::{Operation, Signal, WriterMove};
use super::{Plan, Rung, Step, StepId};
use crate::model::topology::Region;
use crate::model::verdict::{AtRisk, Missed};

pub use pace::Pace;

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
    /// What the incident cost, once it was counted.
    pub cost: Option<Cost>,
    /// It is paused.
    pub paused: bool,
    /// Why.
    pub why_paused: Pause,
    /// When it last went on, after a pause or taken up after it was cut off; what was read before proves nothing new.
    pub resumed: Option<Timestamp>,
    /// A person ended it, for this reason; what is on its way gets its outcome first.
    pub aborted: Option<String>,
    /// How and when it ended.
    pub closed: Option<(Timestamp, End, String)>,
}

/// What an incident cost in orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Orders that did not come.
    pub missed: Option<Missed>,
    /// Orders that were taken and had not replicated.
    pub behind: Option<AtRisk>,
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
    /// The write of the newest attempt; it differs from the plan's while that is being undone.
    pub operation: Option<Operation>,
    /// What the service named the thing that the write started, once it said so.
    pub handle: Option<String>,
    /// How often the service named such a thing: each start of one that was decided by a person is another.
    pub starts: u32,
    /// When the newest answer, or the lack of one, was written down.
    pub answered: Option<Timestamp>,
    /// Since when it may have happened: the first attempt that was accepted or got no answer.
    pub maybe: Option<Timestamp>,
    /// Proof counts only what was asked after this: the newest write, or the reading that made one needless.
    pub since: Option<Timestamp>,
    /// Where what it started waits for a person.
    pub awaits: Option<Awaited>,
    /// A write beside its own that a person decided on and that has no answer yet.
    pub aside: Option<Operation>,
    /// When a person last decided about it.
    pub decided: Option<Timestamp>,
    /// What that person decided, until another write is intended.
    pub decision: Option<Decision>,
    /// How it had ended before that decision.
    pub before: Option<Outcome>,
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

impl StepState {
    /// It has begun, or is decided about, and has no outcome.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Intended | Self::Sent | Self::Proving | Self::Deciding(_))
    }
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

impl StepProgress {
    /// A rung is proved.
    #[must_use]
    pub fn proved(&self, rung: Rung) -> bool {
        self.rungs.get(&rung).is_some_and(|(_, state, _)| *state == RungState::Proved)
    }

    /// A person asked to read again and for nothing else: then nothing may be sent.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        self.decision == Some(Decision::ReadAgain)
    }

    /// The read-back is proved; or, where a stronger rung confirms the step, too few can be asked and none of them
    /// contradicts.
    #[must_use]
    pub fn read_back_stands(&self, step: &Step) -> bool {
        let blind = self.rungs.get(&Rung::ReadBack).is_some_and(|(_, state, _)| *state == RungState::Blind);
        self.proved(Rung::ReadBack) || (blind && step.rung > Rung::ReadBack)
    }
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
        let mut progress = Self::begin(first.run.clone(), first.at, plan.clone(), start.clone());
        for entry in &entries[1..] {
            progress.apply(entry)?;
        }
        Ok(progress)
    }

    fn begin(run: RunId, started: Timestamp, plan: Plan, start: Start) -> Self {
        Self {
            run,
            steps: plan.steps.iter().map(|s| (s.id, StepProgress::default())).collect(),
            plan,
            start,
            started,
            at_risk: None,
            cost: None,
            paused: false,
            why_paused: Pause::Asked,
            resumed: None,
            aborted: None,
            closed: None,
        }
    }

    /// Takes in the next line.
    ///
    /// # Errors
    /// When the event cannot follow what came before it; then nothing has changed.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), IllegalEvent> {
        if entry.run != self.run {
            let why = format!("it belongs to run {} and not to {}", entry.run, self.run);
            return Err(IllegalEvent { seq: entry.seq, why });
        }
        self.admits(&entry.event).map_err(|why| IllegalEvent { seq: entry.seq, why })?;
        self.take(entry.at, &entry.event);
        Ok(())
    }

    /// Whether a person may decide this about a step now; the error says why not.
    ///
    /// # Errors
    /// When the step does not wait for a decision, or this one does not fit it.
    pub fn may_decide(&self, step: StepId, decision: &Decision) -> Result<(), String> {
        self.admits(&Event::Decided { step, decision: decision.clone(), who: String::new() })
    }

    /// Whether every step that a step needs is confirmed or skipped.
    #[must_use]
    pub fn needs_met(&self, step: &Step) -> bool {
        let done =
            |s: &StepProgress| matches!(s.state, StepState::Done(Outcome::Confirmed | Outcome::Skipped));
        step.needs.iter().all(|need| self.steps.get(need).is_some_and(done))
    }

    /// The writer of the plan that has not moved: its step is not confirmed, and nobody skipped it under the name of
    /// the Region that receives. While there is one, no traffic may move (law 7).
    #[must_use]
    pub fn writer_behind(&self) -> Option<WriterMove<'_>> {
        let behind = |step: &Step| match self.steps.get(&step.id) {
            Some(StepProgress { state: StepState::Done(Outcome::Confirmed), .. }) => false,
            Some(StepProgress { state: StepState::Done(Outcome::Skipped), decision, .. }) => {
                let to = step.operation().and_then(Operation::writer).map(|moved| moved.to);
                !matches!(decision, Some(Decision::Skip { typed, .. }) if typed.as_ref() == to)
            }
            _ => true,
        };
        let moves = self.plan.steps.iter().filter(|step| behind(step));
        moves.filter_map(Step::operation).find_map(Operation::writer)
    }

    /// The Region whose name a person must type to skip this step: the one that traffic would move to although its
    /// writer may not be there. `None` where no traffic follows.
    #[must_use]
    pub fn named_to_skip(&self, step: StepId) -> Option<&Region> {
        let moved = self.plan.step(step)?.operation()?.writer()?;
        let mut writes = self.plan.steps.iter().filter_map(Step::operation);
        writes.any(Operation::moves_traffic).then_some(moved.to)
    }

    /// Whether a person may ask for this now: whether it may come next, and the name is typed that must be.
    ///
    /// # Errors
    /// When it cannot follow what came before it, or a name is missing.
    pub fn may_ask(&self, event: &Event) -> Result<(), String> {
        self.admits(event)?;
        let Event::Decided { step, decision: Decision::Skip { typed, .. }, .. } = event else {
            return Ok(());
        };
        match self.named_to_skip(*step) {
            Some(to) if typed.as_ref() != Some(to) => Err(format!(
                "step {step}: traffic would move to {to} and its writer may not, so {to} must be typed"
            )),
            _ => Ok(()),
        }
    }

    /// When a step's needs were met; the start of the run for a step that needs none.
    #[must_use]
    pub fn ready_at(&self, step: &Step) -> Timestamp {
        let ends = step.needs.iter().filter_map(|need| self.steps.get(need)?.ended);
        let started = self.resumed.map_or(self.started, |resumed| self.started.min(resumed));
        ends.max().unwrap_or(started).max(started)
    }

    /// A step's newest write is the inverse of the plan's.
    #[must_use]
    pub fn is_undoing(&self, step: &Step) -> bool {
        let newest = self.steps.get(&step.id).and_then(|s| s.operation.as_ref());
        newest.zip(step.operation()).is_some_and(|(newest, planned)| !newest.is_same(planned))
    }

    /// The write that tells what a step started what a person says.
    #[must_use]
    pub fn telling(&self, step: &Step, say: &Signal) -> Option<Operation> {
        let handle = self.steps.get(&step.id)?.handle.as_deref()?;
        step.operation()?.telling(handle, say)
    }

    /// A write has left whose answer is not known yet.
    #[must_use]
    pub fn in_flight(&self) -> bool {
        self.steps.values().any(|s| s.state == StepState::Sent)
    }

    /// Steps that ended in a way that needs a person, in the plan's order.
    #[must_use]
    pub fn held(&self) -> Vec<StepId> {
        let bad = |s: &StepProgress| matches!(s.state, StepState::Done(outcome) if outcome.needs_a_person());
        self.steps.iter().filter(|(_, s)| bad(s)).map(|(id, _)| *id).collect()
    }

    /// It has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}
