//! The moments of a run that count, and what was promised against what was kept.
//!
//! A promise that cannot be judged has no verdict; it is neither kept nor broken.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::{Goals, Losses, StoreLoss};
use crate::model::topology::Unit;
use crate::model::verdict::{self, Missed};
use crate::plan::event::{Entry, Event, Outcome};
use crate::plan::operation::Operation;
use crate::plan::progress::{Progress, StepState};

/// A moment that counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Milestone {
    /// What it is.
    pub what: String,
    /// When it was.
    pub at: Timestamp,
    /// Seconds from the start of the run; less than zero before it.
    pub after: f64,
}

/// What was promised and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Promise {
    /// `RTO`, or `RPO orders`.
    pub what: String,
    /// The most that is promised, seconds.
    pub limit: f64,
    /// What it was, seconds; `None` where that cannot be known.
    pub was: Option<f64>,
    /// It was kept; `None` where that cannot be known.
    pub kept: Option<bool>,
    /// How it was measured, in words.
    pub how: String,
}

/// The moments that count, in the order of time.
pub(super) fn milestones(run: &Progress, lines: &[Entry]) -> Vec<Milestone> {
    let mut moments: Vec<(String, Timestamp)> = vec![("the run began".to_owned(), run.started)];
    if let Some(missed) = missed(run) {
        moments.push(("first minute with fewer orders than usual".to_owned(), missed.from));
        let back = "orders were back at their usual rate".to_owned();
        moments.extend(missed.recovered.then_some((back, missed.until)));
    }
    let sent = lines.iter().find(|entry| matches!(entry.event, Event::Sent { .. }));
    moments.extend(sent.map(|entry| ("the first write left".to_owned(), entry.at)));
    let writers = ended(run, |operation| operation.writer().is_some());
    moments
        .extend(writers.map(|at| (format!("the last writer was confirmed in {}", run.plan.intent.to), at)));
    let traffic = ended(run, Operation::moves_traffic);
    moments.extend(
        traffic.map(|at| (format!("the move of traffic to {} was confirmed", run.plan.intent.to), at)),
    );
    moments.extend(run.closed.iter().map(|(at, end, _)| (format!("the run ended, {end}"), *at)));
    moments.sort_by_key(|(_, at)| *at);
    let after = |at: Timestamp| at.duration_since(run.started).as_secs_f64();
    moments.into_iter().map(|(what, at)| Milestone { what, at, after: after(at) }).collect()
}

/// What was promised: the time to serve again, and for each store that may have lost something how much.
pub(super) fn promises(run: &Progress, losses: &Losses, goals: &Goals) -> Vec<Promise> {
    let mut promises = vec![rto(run, goals.rto)];
    promises.extend(losses.stores.iter().map(|lost| rpo(lost, goals.rpo_of(&lost.store))));
    promises
}

/// What a store may have lost. A lag of the start that was within it may have grown until the move, so it proves
/// nothing; one that was beyond it does.
fn rpo(lost: &StoreLoss, limit: Duration) -> Promise {
    let StoreLoss { store, to, lag, counted, .. } = lost;
    let how = match lag.map(|lag| verdict::value_text(lag, Unit::Seconds)) {
        None => format!("how far {to} was behind could not be seen"),
        Some(lag) if *counted => format!("{to} was {lag} behind when the writer moved"),
        Some(lag) => {
            format!("{to} was {lag} behind when the run began; of the move itself it was not counted")
        }
    };
    let promise = promise(format!("RPO {store}"), limit, *lag, how);
    Promise { kept: promise.kept.filter(|kept| *counted || !kept), ..promise }
}

/// From the first minute with fewer orders until they were back; where none were missed, of the run itself.
fn rto(run: &Progress, limit: Duration) -> Promise {
    let counted = run.cost.as_ref().and_then(|cost| cost.missed.as_ref());
    let (was, how) = match (counted, missed(run)) {
        (_, Some(missed)) if missed.recovered => {
            let took = verdict::age(missed.from, missed.until);
            (Some(took), "from the first minute with fewer orders to the last, in whole minutes".to_owned())
        }
        (_, Some(_)) => (None, "orders were not back yet when they were counted".to_owned()),
        (Some(_), None) => (Some(Duration::ZERO), "no orders were missed".to_owned()),
        (None, None) => match run.closed.as_ref().and(ended(run, Operation::moves_traffic)) {
            Some(at) => {
                let how = "orders were not counted; from the start of the run until the move of traffic was confirmed";
                (Some(verdict::age(run.started, at)), how.to_owned())
            }
            None => (None, "neither orders nor traffic tell when users were served again".to_owned()),
        },
    };
    promise("RTO".to_owned(), limit, was.map(|was| was.as_secs_f64()), how)
}

fn promise(what: String, limit: Duration, was: Option<f64>, how: String) -> Promise {
    let limit = limit.as_secs_f64();
    Promise { what, limit, was, kept: was.map(|was| was <= limit), how }
}

/// Orders that were missed, if any were.
fn missed(run: &Progress) -> Option<&Missed> {
    run.cost.as_ref()?.missed.as_ref().filter(|missed| missed.orders >= 0.5)
}

/// When the last of the steps with such a write was confirmed; `None` unless all of them are, or there are none.
fn ended(run: &Progress, which: impl Fn(&Operation) -> bool) -> Option<Timestamp> {
    let steps = run.plan.steps.iter().filter(|step| step.operation().is_some_and(&which));
    let ends = steps.map(|step| {
        let at = run.steps.get(&step.id)?;
        at.ended.filter(|_| at.state == StepState::Done(Outcome::Confirmed))
    });
    ends.collect::<Option<Vec<Timestamp>>>()?.into_iter().max()
}
