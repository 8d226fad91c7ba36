//! How an event that was admitted changes where the run stands.
//!
//! The only place where a run's state is written; it never refuses and never looks at the world.

use jiff::Timestamp;

use super::{Cost, Progress, StepProgress, StepState};
use crate::plan::Rung;
use crate::plan::event::{Answer, Awaited, Decision, Event, Outcome, Pause, RungState};

impl Progress {
    pub(super) fn take(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Paused { why, .. } => {
                self.paused = true;
                self.why_paused.clone_from(why);
            }
            Event::Resumed { .. } => {
                self.paused = false;
                self.why_paused = Pause::Asked;
                self.goes_on(at);
            }
            Event::TakenUp { .. } => self.goes_on(at),
            Event::Counted { missed, behind } => {
                self.cost = Some(Cost { missed: missed.clone(), behind: behind.clone() });
            }
            Event::Closed { end, summary } => self.closed = Some((at, *end, summary.clone())),
            Event::Decided { decision: Decision::Abort { reason }, .. } => {
                self.aborted = Some(reason.clone());
            }
            Event::Recorded { at_risk, .. } => self.at_risk.clone_from(at_risk),
            _ => {}
        }
        let step = event.step().and_then(|id| self.steps.get_mut(&id));
        if let Some(step) = step {
            step.take(at, event);
        }
    }

    fn goes_on(&mut self, at: Timestamp) {
        self.resumed = Some(at);
        self.steps.values_mut().for_each(|step| step.not_after(at));
    }
}

impl StepProgress {
    fn take(&mut self, at: Timestamp, event: &Event) {
        if self.take_aside(at, event) {
            return;
        }
        match event {
            Event::Intended { attempt, operation, .. } => {
                self.state = StepState::Intended;
                self.started = self.started.or(Some(at));
                self.attempts = *attempt;
                if self.operation != *operation {
                    self.handle = None;
                }
                self.operation.clone_from(operation);
                self.answer = None;
                self.decision = None;
            }
            Event::Sent { .. } => {
                self.state = StepState::Sent;
                self.sent = Some(at);
                self.since = Some(at);
                self.rungs.clear();
                self.climb(at, Rung::Sent, RungState::Proved, "");
            }
            Event::Answered { answer, .. } => self.answered(at, answer),
            Event::AlreadySo { evidence, .. } => {
                self.state = StepState::Proving;
                self.started = self.started.or(Some(at));
                self.since = Some(at);
                self.maybe = self.maybe.or(Some(at));
                self.operation = None;
                self.answer = None;
                self.rungs.clear();
                self.climb(at, Rung::ReadBack, RungState::Proved, evidence);
            }
            Event::Climbed { rung, state, evidence, .. } => self.climb(at, *rung, *state, evidence),
            Event::Recorded { .. } => self.state = StepState::Proving,
            Event::Met { evidence, .. } => self.done_without_a_write(at, evidence),
            Event::Approved { who, host, .. } => {
                self.done_without_a_write(at, &format!("approved by {who} on {host}"));
            }
            Event::Ticked { who, .. } => self.done_without_a_write(at, &format!("ticked off by {who}")),
            Event::Awaits { at, .. } => self.wait_for(at.as_ref()),
            Event::Told { when, text, .. } => self.told.push((*when, text.clone())),
            Event::Ended { outcome, why, .. } => self.end(at, *outcome, why),
            Event::Decided { decision, .. } => self.decide(at, decision),
            _ => {}
        }
    }

    /// What belongs to a write beside the step's own, which neither its proof nor its answer is touched by.
    fn take_aside(&mut self, at: Timestamp, event: &Event) -> bool {
        match event {
            Event::Intended { attempt, operation: Some(operation), .. } if operation.is_aside() => {
                self.state = StepState::Intended;
                self.attempts = *attempt;
                self.aside = Some(operation.clone());
            }
            Event::Sent { .. } if self.aside.is_some() => self.state = StepState::Sent,
            Event::Answered { answer, .. } if self.aside.is_some() => {
                let came = match answer {
                    Answer::Accepted { .. } => "accepted".to_owned(),
                    other => other.trouble().map(ToString::to_string).unwrap_or_default(),
                };
                self.after_aside(at, &came);
            }
            Event::AlreadySo { evidence, .. }
                if self.aside.is_some()
                    || matches!(self.state, StepState::Deciding(Decision::Tell { .. })) =>
            {
                self.after_aside(at, &format!("not sent: {evidence}"));
            }
            Event::Decided { decision: Decision::Tell { say }, .. } => {
                if let StepState::Done(outcome) = self.state {
                    self.before = Some(outcome);
                    self.ended = None;
                }
                self.decided = Some(at);
                self.state = StepState::Deciding(Decision::Tell { say: say.clone() });
            }
            _ => return false,
        }
        true
    }

    fn after_aside(&mut self, at: Timestamp, came: &str) {
        let words = match (self.aside.take(), &self.state) {
            (Some(aside), _) => aside.to_string(),
            (None, StepState::Deciding(Decision::Tell { say })) => say.to_string(),
            (None, _) => String::new(),
        };
        self.told.push((at, format!("{words}: {came}")));
        self.state = StepState::Proving;
    }

    /// What waits is known by its name from now on, also where the answer that would have told it was lost.
    fn wait_for(&mut self, awaited: Option<&Awaited>) {
        if let Some(name) =
            awaited.and_then(|awaited| awaited.handle.clone()).filter(|_| self.handle.is_none())
        {
            self.starts += 1;
            self.handle = Some(name);
        }
        self.awaits = awaited.map(|awaited| Awaited { handle: None, ..awaited.clone() });
    }

    fn done_without_a_write(&mut self, at: Timestamp, evidence: &str) {
        self.state = StepState::Proving;
        self.since = Some(at);
        self.climb(at, Rung::ReadBack, RungState::Proved, evidence);
    }

    fn answered(&mut self, at: Timestamp, answer: &Answer) {
        self.answered = Some(at);
        match answer {
            Answer::Accepted { endpoint, request_id, handle } => {
                self.starts += u32::from(handle.is_some());
                self.handle = handle.clone().or_else(|| self.handle.take());
                let request = request_id.as_ref().map_or_else(String::new, |id| format!(", request {id}"));
                self.climb(at, Rung::Accepted, RungState::Proved, &format!("{endpoint}{request}"));
                self.maybe = self.maybe.or(Some(at));
            }
            Answer::Lost { trouble } => {
                self.climb(at, Rung::Accepted, RungState::Blind, &trouble.to_string());
                self.maybe = self.maybe.or(Some(at));
            }
            Answer::Refused { .. } | Answer::NotSent { .. } => {}
        }
        self.answer = Some(answer.clone());
        self.state = if self.maybe.is_some() { StepState::Proving } else { StepState::Intended };
    }

    /// Nothing has happened after `at`: where the host's clock was set back while the run was cut off, what the
    /// journal tells is still the past.
    fn not_after(&mut self, at: Timestamp) {
        let Self { started, sent, ended, answered, maybe, since, decided, .. } = self;
        for moment in [started, sent, ended, answered, maybe, since, decided] {
            *moment = moment.map(|moment| moment.min(at));
        }
    }

    fn climb(&mut self, at: Timestamp, rung: Rung, state: RungState, evidence: &str) {
        self.rungs.insert(rung, (at, state, evidence.to_owned()));
    }

    fn end(&mut self, at: Timestamp, outcome: Outcome, why: &str) {
        self.state = StepState::Done(outcome);
        self.ended = Some(at);
        why.clone_into(&mut self.why);
        if matches!(outcome, Outcome::Refused | Outcome::Failed) {
            self.maybe = None;
        }
    }

    fn decide(&mut self, at: Timestamp, decision: &Decision) {
        let StepState::Done(outcome) = self.state else { return };
        self.before = Some(outcome);
        self.decided = Some(at);
        self.decision = Some(decision.clone());
        self.ended = None;
        let proves_on = *decision == Decision::ReadAgain && outcome == Outcome::Unknown;
        self.state = if proves_on { StepState::Proving } else { StepState::Deciding(decision.clone()) };
    }
}
