//! What is next in a run: pure, from where it stands, what the world shows and what time it is.
//!
//! It never sends, writes or waits; on anything but a confirmed step it decides nothing but to hold.

mod cost;
mod pace;
mod proving;
mod ready;
mod runway;

use jiff::Timestamp;

use super::event::{Decision, End, Event, Outcome, RunId};
use super::operation::Operation;
use super::progress::{Progress, StepProgress, StepState};
use super::{Step, StepId, proof};
use crate::model::World;
use crate::model::reading::Source;
use crate::model::verdict;

pub use runway::{ITSELF, ended};

/// One thing to do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Write this line; nothing leaves.
    Write(Event),
    /// Write down the intent and the sending, then send.
    Send {
        /// Which step.
        step: StepId,
        /// Which attempt, from 1.
        attempt: u32,
        /// The write.
        operation: Operation,
    },
}

/// Everything that is next, at most one write for each step; nothing when the run waits, holds or is closed.
///
/// What it says is true of this moment: apply it, then ask again.
#[must_use]
pub fn decide(progress: &Progress, world: &World, now: Timestamp) -> Vec<Next> {
    if !progress.is_open() {
        return Vec::new();
    }
    if let Some(reason) = &progress.aborted {
        let lines = abort(progress, reason);
        let counted = if lines.is_empty() { None } else { cost::counted(progress, world, now) };
        return counted.into_iter().chain(lines).map(Next::Write).collect();
    }
    if let Some(closed) = close(progress) {
        return vec![Next::Write(cost::counted(progress, world, now).unwrap_or(closed))];
    }
    if let Some(paused) = runway::pause(progress, world, now) {
        return vec![Next::Write(paused)];
    }
    let case = Case { progress, world, now };
    progress.plan.steps.iter().flat_map(|step| case.next_of(step)).collect()
}

/// The sources that must be read afresh now, because a step is about to send or is being proved by them, or because
/// a service still tells of one that is proved.
#[must_use]
pub fn sources(progress: &Progress, world: &World) -> Vec<Source> {
    let mut wanted: Vec<Source> = Vec::new();
    // So that it is seen at once when they were renewed.
    if progress.paused && progress.why_paused.is_for_credentials() {
        wanted.push(Source::Identity(progress.plan.intent.to.clone()));
    }
    for step in &progress.plan.steps {
        let Some(at) = progress.steps.get(&step.id) else { continue };
        if reads(progress, step, at) {
            wanted.extend(step.conditions().flat_map(|condition| condition.sources(world)));
        }
        let Some(planned) = step.operation() else { continue };
        let operation = at.operation.as_ref().unwrap_or(planned);
        let sources = proof::sources(operation, world, at.handle.as_deref());
        if reads(progress, step, at) {
            wanted.extend(sources);
        } else if at.sent.is_some() {
            wanted.extend(
                sources
                    .into_iter()
                    .filter(|source| matches!(source, Source::AuroraEvents(..) | Source::Experiments(..))),
            );
        }
    }
    wanted.sort();
    wanted.dedup();
    wanted
}

/// The lines that end a run now; none while an answer is still awaited.
///
/// What is on its way is not stopped: it ends as `unknown`.
#[must_use]
pub fn abort(progress: &Progress, reason: &str) -> Vec<Event> {
    if progress.in_flight() {
        return Vec::new();
    }
    let ends = |(id, at): (&StepId, &StepProgress)| {
        let (outcome, why) = cut_short(at)?;
        Some(Event::Ended { step: *id, outcome, why })
    };
    let mut lines: Vec<Event> = progress.steps.iter().filter_map(ends).collect();
    let confirmed = count(progress, Outcome::Confirmed);
    let summary = format!("{confirmed} of {} steps confirmed: {reason}", progress.steps.len());
    lines.push(Event::Closed { end: End::Aborted, summary });
    lines
}

/// How a step ends that an abort meets on its way; one that was held ends as it had.
fn cut_short(at: &StepProgress) -> Option<(Outcome, String)> {
    let unproved = || (Outcome::Unknown, "the run was aborted before it was proved".to_owned());
    match &at.state {
        StepState::Proving | StepState::Deciding(Decision::Tell { .. }) => Some(unproved()),
        StepState::Intended if at.maybe.is_some() => Some(unproved()),
        StepState::Intended => Some((Outcome::Failed, "the run was aborted before it was sent".to_owned())),
        StepState::Deciding(_) => Some((at.before?, at.why.clone())),
        StepState::Waiting | StepState::Sent | StepState::Done(_) => None,
    }
}

/// A step needs a person and nothing can go on without one.
#[must_use]
pub fn is_on_hold(progress: &Progress) -> bool {
    let busy = |s: &StepProgress| s.state.is_under_way();
    progress.is_open() && !progress.held().is_empty() && !progress.steps.values().any(busy)
}

fn close(progress: &Progress) -> Option<Event> {
    let total = progress.steps.len();
    let (confirmed, skipped) = (count(progress, Outcome::Confirmed), count(progress, Outcome::Skipped));
    if confirmed + skipped < total {
        return None;
    }
    let took = progress.steps.values().filter_map(|s| s.ended).max().unwrap_or(progress.started);
    let took = verdict::span(verdict::age(progress.started, took));
    Some(if skipped == 0 {
        Event::Closed { end: End::Confirmed, summary: format!("{total} steps confirmed in {took}") }
    } else {
        let summary = format!("{confirmed} steps confirmed and {skipped} skipped in {took}");
        Event::Closed { end: End::ConfirmedWithSkips, summary }
    })
}

fn count(progress: &Progress, of: Outcome) -> usize {
    progress.steps.values().filter(|s| s.state == StepState::Done(of)).count()
}

/// The step is about to send or is being proved, so its sources are read faster than usual.
fn reads(progress: &Progress, step: &Step, at: &StepProgress) -> bool {
    match &at.state {
        StepState::Waiting => progress.needs_met(step) && progress.held().is_empty(),
        StepState::Intended | StepState::Sent | StepState::Proving => true,
        StepState::Deciding(decision) => !matches!(decision, Decision::Skip { .. } | Decision::Abort { .. }),
        StepState::Done(_) => false,
    }
}

/// What one decision is made from.
struct Case<'a> {
    progress: &'a Progress,
    world: &'a World,
    now: Timestamp,
}

impl Case<'_> {
    fn next_of(&self, step: &Step) -> Vec<Next> {
        let Some(at) = self.progress.steps.get(&step.id) else { return Vec::new() };
        match &at.state {
            StepState::Waiting => self.ready(step, at).into_iter().collect(),
            StepState::Intended => self.intended(step, at).into_iter().collect(),
            StepState::Sent => Vec::new(),
            StepState::Done(_) => self.told_after(step, at),
            StepState::Proving => self.proving(step, at),
            StepState::Deciding(decision) => self.decided(step, at, decision).into_iter().collect(),
        }
    }

    fn run(&self) -> &RunId {
        &self.progress.run
    }

    fn began(&self, step: &Step, at: &StepProgress) -> Timestamp {
        self.progress.began(step, at)
    }

    /// What proof is judged by, of readings asked since then.
    fn sight<'s>(&'s self, at: &'s StepProgress, since: Timestamp) -> proof::Sight<'s> {
        proof::Sight { world: self.world, since, now: self.now, handle: at.handle.as_deref() }
    }

    /// The run is paused because the credentials have ended: while nothing can be read, time proves nothing.
    fn is_blind(&self) -> bool {
        self.progress.paused && runway::ended(self.progress, self.world, self.now).is_some()
    }

    fn passed(&self, since: Timestamp, limit: std::time::Duration) -> bool {
        verdict::age(since, self.now) >= limit
    }
}

fn end(step: &Step, outcome: Outcome, why: String) -> Next {
    Next::Write(Event::Ended { step: step.id, outcome, why })
}
