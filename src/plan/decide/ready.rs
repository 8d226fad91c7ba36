//! A step before its write: read first, then send, or say why not.
//!
//! Nothing is sent that the world already shows, that a safety rule would block, or that reads cannot vouch for
//! where the write is no idempotent set.

use std::time::Duration;

use jiff::Timestamp;

use super::pace::{self, Meaning};
use super::{Case, Next, end, runway};
use crate::model::verdict;
use crate::plan::condition::{Condition, Standing};
use crate::plan::event::{self, Answer, Decision, Event, Outcome};
use crate::plan::operation::{Operation, Signal, WriterMove};
use crate::plan::progress::{StepProgress, StepState};
use crate::plan::proof::{self, Already};
use crate::plan::rules::{self, Left};
use crate::plan::{Action, Step, playbook};

/// So long the fresh reads before a write may take; then a set that turns a control On is sent without them.
const READ: Duration = Duration::from_secs(10);

/// So long any other write waits for a read that vouches for it.
const VOUCH: Duration = Duration::from_mins(1);

/// So long a write that never left is tried again.
const TRY: Duration = Duration::from_mins(3);

impl Case<'_> {
    /// A step whose needs may be met.
    pub(super) fn ready(&self, step: &Step, at: &StepProgress) -> Option<Next> {
        let free = !self.progress.paused && self.progress.held().is_empty();
        if !free || !self.progress.needs_met(step) {
            return None;
        }
        match &step.action {
            Action::Operate(operation) => self.read_then_send(step, at, operation, at.attempts + 1),
            Action::Record | Action::Wait(_) | Action::Approve(_) | Action::Note { .. } => {
                self.interlocked(step, at).or_else(|| Some(begin(step, at)))
            }
        }
    }

    /// A step whose work is on disk: it was cut off before it left, or it was turned away and may be tried again.
    pub(super) fn intended(&self, step: &Step, at: &StepProgress) -> Option<Next> {
        if let Some(aside) = &at.aside {
            return self.aside(step, at, (at.attempts, aside));
        }
        let Some(operation) = &at.operation else { return self.waits(step, at) };
        let Some(answer) = &at.answer else {
            return if self.progress.is_undoing(step) {
                Some(send(step, at.attempts, operation))
            } else {
                self.read_then_send(step, at, operation, at.attempts)
            };
        };
        let trouble = answer.trouble().map(ToString::to_string).unwrap_or_default();
        let outcome = match answer {
            Answer::Refused { .. } => Outcome::Refused,
            _ => Outcome::Failed,
        };
        match pace::meaning(answer) {
            Meaning::Final => return Some(end(step, outcome, trouble)),
            Meaning::Renew if runway::was_turned_away(self.progress, at) => return None,
            Meaning::Renew | Meaning::Again => {}
        }
        if self.passed(self.began(step, at), TRY.min(step.deadline)) {
            let why = format!("nothing was accepted in {} attempts: {trouble}", at.attempts);
            return Some(end(step, Outcome::Failed, why));
        }
        self.again(step, at, operation)
    }

    /// The next attempt, once its wait is over; what must not be sent blind needs a reading since the last one.
    pub(super) fn again(&self, step: &Step, at: &StepProgress, operation: &Operation) -> Option<Next> {
        let answered = at.answered?;
        let wait = pace::wait(self.run(), step.id, at.attempts, operation, at.answer.as_ref()?);
        if self.progress.paused || !self.passed(answered, wait) {
            return None;
        }
        let attempt = at.attempts + 1;
        if operation.may_go_unread() {
            return Some(self.send(step, at, operation, attempt));
        }
        let untouched = at.state == StepState::Intended && !self.progress.is_undoing(step);
        match proof::already(operation, &self.sight(at, answered)) {
            Already::NotSo(_) => self.send_if_allowed(step, at, operation, attempt),
            Already::So(evidence) if untouched => {
                Some(Next::Write(Event::AlreadySo { step: step.id, evidence }))
            }
            Already::So(_) | Already::Moving(_) | Already::Unread(_) => None,
        }
    }

    /// What a person decided about a held step.
    pub(super) fn decided(&self, step: &Step, at: &StepProgress, decision: &Decision) -> Option<Next> {
        match decision {
            Decision::Skip { reason, .. } => Some(end(step, Outcome::Skipped, reason.clone())),
            Decision::Abort { .. } => None,
            Decision::Tell { say } => self.tell(step, at, say),
            Decision::ReadAgain => self.read_again(step, at),
            Decision::Retry if self.progress.paused => None,
            Decision::Retry => match step.operation() {
                Some(operation) => {
                    self.read_then_send(step, at, &operation.afresh(at.starts), at.attempts + 1)
                }
                None => Some(begin(step, at)),
            },
            Decision::Undo => self.undo(step, at),
        }
    }

    /// A step without a write has begun: it records, or waits for the world or for people.
    fn waits(&self, step: &Step, at: &StepProgress) -> Option<Next> {
        let late = !self.is_blind() && self.passed(self.began(step, at), step.deadline);
        let span = || verdict::span(step.deadline);
        match &step.action {
            Action::Record | Action::Operate(_) => Some(self.record(step)),
            Action::Wait(condition) => match condition.judge(self.world, self.now) {
                Standing::Met(evidence) => Some(Next::Write(Event::Met { step: step.id, evidence })),
                other => late.then(|| {
                    let why = format!("not within {}: {}", span(), other.evidence());
                    end(step, Outcome::Failed, why)
                }),
            },
            Action::Approve(_) => {
                late.then(|| end(step, Outcome::Failed, format!("nobody approved it within {}", span())))
            }
            Action::Note { .. } => {
                late.then(|| end(step, Outcome::Failed, format!("nobody ticked it off within {}", span())))
            }
        }
    }

    /// The step's own interlocks, judged when its turn comes: what cannot be seen is waited for a while.
    fn interlocked(&self, step: &Step, at: &StepProgress) -> Option<Next> {
        let standing = |condition: &Condition| (condition.to_string(), condition.judge(self.world, self.now));
        let mut open =
            step.interlocks.iter().map(standing).filter(|(_, how)| !matches!(how, Standing::Met(_)));
        let (name, how) = open.next()?;
        let why = format!("not begun: {name}: {}", how.evidence());
        Some(end(step, not_sent(at, Outcome::Refused), why))
    }

    fn record(&self, step: &Step) -> Next {
        Next::Write(Event::Recorded {
            step: step.id,
            at_risk: verdict::at_risk(self.world, self.now),
            links: event::links(&verdict::links(self.world, self.now)),
        })
    }

    fn read_then_send(
        &self,
        step: &Step,
        at: &StepProgress,
        operation: &Operation,
        attempt: u32,
    ) -> Option<Next> {
        let since = self.began(step, at);
        match proof::already(operation, &self.sight(at, since)) {
            Already::So(evidence) => Some(Next::Write(Event::AlreadySo { step: step.id, evidence })),
            Already::NotSo(_) => self.send_if_allowed(step, at, operation, attempt),
            Already::Moving(evidence) => {
                Some(end(step, not_sent(at, Outcome::Refused), format!("not sent: {evidence}")))
            }
            Already::Unread(evidence) => self.unread(step, at, operation, (attempt, since, evidence)),
        }
    }

    /// The fresh reads did not come: a set that turns a control On may go without them, anything else may not.
    fn unread(
        &self,
        step: &Step,
        at: &StepProgress,
        operation: &Operation,
        (attempt, since, evidence): (u32, Timestamp, String),
    ) -> Option<Next> {
        if operation.may_go_unread() {
            return self.passed(since, READ).then(|| self.send(step, at, operation, attempt));
        }
        let why = format!("not sent, because no reading vouches for it: {evidence}");
        self.passed(since, VOUCH).then(|| end(step, not_sent(at, Outcome::Failed), why))
    }

    /// Nothing while a wait period is known to run: the cluster would refuse the call for it.
    fn send_if_allowed(
        &self,
        step: &Step,
        at: &StepProgress,
        operation: &Operation,
        attempt: u32,
    ) -> Option<Next> {
        let forbidden = self.interlocked(step, at).or_else(|| self.forbidden(step, at, operation));
        if let Some(forbidden) = forbidden {
            return Some(forbidden);
        }
        match self.wait(operation) {
            None => Some(self.send(step, at, operation, attempt)),
            Some((most, why)) if most > step.deadline => {
                Some(end(step, not_sent(at, Outcome::Refused), format!("not sent: {why}")))
            }
            Some(_) => None,
        }
    }

    /// The longest wait period that is known to run against this write, and its words.
    fn wait(&self, operation: &Operation) -> Option<(Duration, String)> {
        let Operation::RoutingSet(set) = operation else { return None };
        let routing = self.world.topology().routing.as_ref()?;
        let waits = rules::waits(routing, self.world.turns(), set, self.now);
        let runs = waits.iter().filter_map(|wait| match wait.left {
            Left::Runs { most, .. } => Some((most, format!("rule {}: {wait}", wait.rule))),
            Left::Unknown(_) => None,
        });
        runs.max()
    }

    /// Sends, unless traffic would move before a writer of the plan has (law 7).
    fn send(&self, step: &Step, at: &StepProgress, operation: &Operation, attempt: u32) -> Next {
        let is_planned = step.operation().is_some_and(|planned| planned.is_same(operation));
        let behind = self.progress.writer_behind().filter(|_| is_planned);
        match behind.filter(|_| operation.moves_traffic()) {
            None => send(step, attempt, operation),
            Some(WriterMove { store, to }) => {
                let why = format!("not sent: the writer of {store} has not moved to {to}");
                end(step, not_sent(at, Outcome::Refused), why)
            }
        }
    }

    /// The safety rules, solved again by what the endpoints say now.
    fn forbidden(&self, step: &Step, at: &StepProgress, operation: &Operation) -> Option<Next> {
        let Operation::RoutingSet(set) = operation else { return None };
        let routing = self.world.topology().routing.as_ref()?;
        let known = playbook::states(self.world, self.now);
        let blockers = rules::blockers(routing, &known, set);
        if blockers.is_empty() {
            return None;
        }
        let why: Vec<String> = blockers.iter().map(ToString::to_string).collect();
        Some(end(step, not_sent(at, Outcome::Refused), format!("not sent: {}", why.join("; "))))
    }

    /// A person's word goes once, and only while what it is for is seen to wait for it.
    fn tell(&self, step: &Step, at: &StepProgress, say: &Signal) -> Option<Next> {
        let aside = self.progress.telling(step, say)?;
        if self.progress.paused { None } else { self.aside(step, at, (at.attempts + 1, &aside)) }
    }

    fn aside(&self, step: &Step, at: &StepProgress, (attempt, aside): (u32, &Operation)) -> Option<Next> {
        let since = self.began(step, at);
        match proof::already(aside, &self.sight(at, since)) {
            Already::So(evidence) | Already::Moving(evidence) => {
                Some(Next::Write(Event::AlreadySo { step: step.id, evidence }))
            }
            Already::NotSo(_) => Some(send(step, attempt, aside)),
            Already::Unread(evidence) => {
                let why = format!("no reading shows that it waits: {evidence}");
                let gives_up = Next::Write(Event::AlreadySo { step: step.id, evidence: why });
                self.passed(since, READ).then_some(gives_up)
            }
        }
    }

    /// Only for steps of which nothing had happened: the others are being proved again.
    fn read_again(&self, step: &Step, at: &StepProgress) -> Option<Next> {
        let (operation, before) = (step.operation()?, at.before.unwrap_or(Outcome::Failed));
        let since = self.began(step, at);
        match proof::already(operation, &self.sight(at, since)) {
            Already::So(evidence) => Some(Next::Write(Event::AlreadySo { step: step.id, evidence })),
            Already::NotSo(evidence) | Already::Moving(evidence) => {
                Some(end(step, before, format!("read again: {evidence}")))
            }
            Already::Unread(evidence) => self
                .passed(since, READ)
                .then(|| end(step, before, format!("could not be read again: {evidence}"))),
        }
    }

    fn undo(&self, step: &Step, at: &StepProgress) -> Option<Next> {
        if self.progress.paused {
            return None;
        }
        let inverse = step.operation()?.inverse()?;
        let sight = self.sight(at, self.began(step, at));
        let unread = matches!(proof::already(&inverse, &sight), Already::Unread(_));
        if unread && !self.passed(self.began(step, at), READ) {
            return None;
        }
        let forbidden = if unread { None } else { self.forbidden(step, at, &inverse) };
        if forbidden.is_none() && self.wait(&inverse).is_some_and(|(most, _)| most <= step.deadline) {
            return None;
        }
        Some(forbidden.unwrap_or_else(|| send(step, at.attempts + 1, &inverse)))
    }
}

/// The outcome of a write that is not sent: what went before may still have happened.
fn not_sent(at: &StepProgress, outcome: Outcome) -> Outcome {
    if at.maybe.is_some() { Outcome::Unknown } else { outcome }
}

fn begin(step: &Step, at: &StepProgress) -> Next {
    let (attempt, endpoint) = (at.attempts + 1, String::new());
    Next::Write(Event::Intended { step: step.id, attempt, operation: None, endpoint })
}

fn send(step: &Step, attempt: u32, operation: &Operation) -> Next {
    Next::Send { step: step.id, attempt, operation: operation.clone() }
}
