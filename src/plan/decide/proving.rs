//! A step after its write: climb the ladder by what the world shows, confirm, send a lost set again, or give up
//! to `unknown`.
//!
//! It never takes an answer for proof, and never calls failed what may have happened.

use std::time::Duration;

use jiff::Timestamp;

use super::pace::{self, Meaning};
use super::{Case, Next, end, runway};
use crate::model::verdict;
use crate::plan::event::{Answer, Event, Outcome, RungState};
use crate::plan::operation::Operation;
use crate::plan::progress::StepProgress;
use crate::plan::proof::{self, Already, Shown};
use crate::plan::{Rung, Step};

/// A lost Aurora call that took effect shows a move by then.
const STIRS: Duration = Duration::from_secs(30);

impl Case<'_> {
    pub(super) fn proving(&self, step: &Step, at: &StepProgress) -> Vec<Next> {
        let operation = at.operation.as_ref().or(step.operation()).filter(|_| at.since.is_some());
        let Some(operation) = operation else {
            let evidence = evidence(at, Rung::ReadBack);
            let why = if evidence.is_empty() { "recorded".to_owned() } else { evidence };
            return vec![end(step, Outcome::Confirmed, why)];
        };
        let shown = proof::seen(self.progress, step, self.world, self.now);
        let mut next = self.told(step, at, operation);
        next.extend(self.awaits(step, at, operation));
        next.extend(shown.iter().filter(|s| is_news(at, s)).map(|s| climbed(step, s)));
        if !next.is_empty() {
            return next;
        }
        self.settle(step, at, operation, &shown).into_iter().collect()
    }

    /// Everything the world shows is in the journal: is it enough, or too late, or to be sent again?
    fn settle(&self, step: &Step, at: &StepProgress, operation: &Operation, shown: &[Shown]) -> Option<Next> {
        let undoing = self.progress.is_undoing(step);
        if undoing && at.proved(Rung::ReadBack) {
            let why = format!("undone: {}", evidence(at, Rung::ReadBack));
            return Some(end(step, Outcome::Failed, why));
        }
        if !undoing && self.climbed_all(step, at) {
            return Some(end(step, Outcome::Confirmed, evidence(at, step.rung)));
        }
        if self.is_blind() {
            return None;
        }
        let over = self.given_up(step, at, operation);
        let over = over.or_else(|| proof::dead(operation, &self.sight(at, self.read_since(step, at))));
        let over = over.or_else(|| self.too_late(step, at, operation, shown));
        if let Some(why) = over {
            return Some(end(step, Outcome::Unknown, why));
        }
        if at.read_back_stands(step) { None } else { self.send_again(step, at, operation) }
    }

    /// The rung of the plan is proved, and each one below is proved or cannot be seen; the read-back stands.
    fn climbed_all(&self, step: &Step, at: &StepProgress) -> bool {
        let ladder = proof::ladder(step, self.world);
        let below = ladder.into_iter().filter(|rung| *rung > Rung::Accepted);
        let covered = below.map(|rung| at.rungs.get(&rung).map(|(_, state, _)| *state));
        let mut covered = covered.map(|state| matches!(state, Some(RungState::Proved | RungState::Blind)));
        at.read_back_stands(step) && at.proved(step.rung) && covered.all(|yes| yes)
    }

    /// The service says that it cancelled the move, and a reading from after that shows the old writer and none on
    /// its way: whoever waits for the deadline learns nothing more.
    fn given_up(&self, step: &Step, at: &StepProgress, operation: &Operation) -> Option<String> {
        let (when, words) = at.told.iter().rev().find(|(_, words)| words.contains("cancelled"))?;
        let since = (*when).max(self.began(step, at));
        match proof::already(operation, &self.sight(at, since)) {
            Already::NotSo(evidence) => Some(format!("{words} {evidence}")),
            _ => None,
        }
    }

    /// What was read before a person decided to read again is what they have seen.
    fn read_since(&self, step: &Step, at: &StepProgress) -> Timestamp {
        self.began(step, at).max(at.since.unwrap_or_default())
    }

    fn too_late(
        &self,
        step: &Step,
        at: &StepProgress,
        operation: &Operation,
        shown: &[Shown],
    ) -> Option<String> {
        let refused =
            at.answer.as_ref().filter(|a| matches!(a, Answer::Refused { .. } | Answer::NotSent { .. }));
        if let Some(answer) =
            refused.filter(|answer| self.progress.is_undoing(step) && pace::meaning(answer) == Meaning::Final)
        {
            let why = answer.trouble().map(ToString::to_string).unwrap_or_default();
            return Some(format!("the undo was not accepted: {why}"));
        }
        let began = self.began(step, at);
        let since = if at.read_back_stands(step) { began } else { began.max(at.maybe.unwrap_or(began)) };
        let limit = self.limit(step, at, operation);
        if !self.passed(since, limit) {
            return None;
        }
        let open: Vec<String> = shown
            .iter()
            .filter(|s| s.state != RungState::Proved)
            .map(|s| format!("{}: {}", s.rung, s.evidence))
            .collect();
        let lost = match &at.answer {
            Some(Answer::Lost { .. }) => "no answer came; ",
            _ => "",
        };
        Some(format!("{lost}not proved within {}: {}", verdict::span(limit), open.join("; ")))
    }

    fn limit(&self, step: &Step, at: &StepProgress, operation: &Operation) -> Duration {
        if at.read_back_stands(step) {
            return step.deadline;
        }
        if let Some(limit) = operation.read_back_within() {
            return limit.min(step.deadline);
        }
        let accepted = matches!(at.answer, Some(Answer::Accepted { .. }));
        let stirs = at.since.is_some_and(|since| proof::is_moving(operation, &self.sight(at, since)));
        if accepted || stirs { step.deadline } else { (step.usual.p95 + STIRS * 2).min(step.deadline) }
    }

    /// A set whose answer was lost, or a write that was turned away after one was lost. A lost promotion may still be
    /// on its way, whatever is read: only a person sends that again.
    fn send_again(&self, step: &Step, at: &StepProgress, operation: &Operation) -> Option<Next> {
        let answer = at.answer.as_ref()?;
        if at.only_reads() || matches!(answer, Answer::Accepted { .. }) {
            return None;
        }
        let worth_it = match answer {
            Answer::Lost { .. } => operation.is_idempotent(),
            _ => match pace::meaning(answer) {
                Meaning::Again => true,
                Meaning::Renew => !runway::was_turned_away(self.progress, at),
                Meaning::Final => false,
            },
        };
        if worth_it { self.again(step, at, operation) } else { None }
    }

    /// RDS tells that a move is over when the read-back has proved it already.
    pub(super) fn told_after(&self, step: &Step, at: &StepProgress) -> Vec<Next> {
        let operation = at.operation.as_ref().filter(|_| at.sent.is_some());
        operation.map(|operation| self.told(step, at, operation)).unwrap_or_default()
    }

    /// What it started has come to wait for a person, or has gone on.
    fn awaits(&self, step: &Step, at: &StepProgress, operation: &Operation) -> Option<Next> {
        let since = at.since.unwrap_or_default();
        let waits = proof::awaits(operation, &self.sight(at, since));
        if waits == at.awaits { None } else { Some(Next::Write(Event::Awaits { step: step.id, at: waits })) }
    }

    fn told(&self, step: &Step, at: &StepProgress, operation: &Operation) -> Vec<Next> {
        let from = at.sent.or(at.since);
        let told = from.map(|from| proof::told(operation, &self.sight(at, from))).unwrap_or_default();
        let new = told.into_iter().filter(|one| !at.told.contains(one));
        new.map(|(when, text)| Next::Write(Event::Told { step: step.id, when, text })).collect()
    }
}

/// A rung that was proved stays so until the world shows otherwise: that it cannot be seen any more is no news, but
/// one that was blind and is seen again is.
fn is_news(at: &StepProgress, shown: &Shown) -> bool {
    let known = at.rungs.get(&shown.rung).map_or(RungState::Open, |(_, state, _)| *state);
    match (known, shown.state) {
        (RungState::Proved, RungState::Blind) => false,
        (known, now) => known != now,
    }
}

fn climbed(step: &Step, shown: &Shown) -> Next {
    let Shown { rung, state, evidence, .. } = shown.clone();
    Next::Write(Event::Climbed { step: step.id, rung, state, evidence })
}

fn evidence(at: &StepProgress, rung: Rung) -> String {
    at.rungs.get(&rung).map(|(_, _, evidence)| evidence.clone()).unwrap_or_default()
}
