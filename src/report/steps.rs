//! What became of each step, how long it took against its usual time, and what showed it; it judges nothing but time.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::verdict;
use crate::plan::event::RungState;
use crate::plan::progress::{Progress, StepProgress, StepState};
use crate::plan::{Action, Rung, Step};

/// One step, told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepReport {
    /// Its number.
    pub id: u16,
    /// What it did.
    pub title: String,
    /// The AWS call it made, if it was to make one.
    pub api: Option<String>,
    /// How it ended, or how far it came: `confirmed`, `not begun`, `left on its way`.
    pub outcome: String,
    /// Why it ended so.
    pub why: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When its work began.
    pub began: Option<Timestamp>,
    /// How long it took, seconds.
    pub took: Option<f64>,
    /// Half of the runs take at most this, seconds.
    pub p50: f64,
    /// Past this it is late, seconds.
    pub p95: f64,
    /// In how many earlier runs that was measured; `None` where it is what the playbook expects.
    pub measured_in: Option<usize>,
    /// It took longer than its p95.
    pub late: bool,
    /// What showed it, rung by rung.
    pub evidence: Vec<Climb>,
}

/// One rung that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Climb {
    /// Which.
    pub rung: Rung,
    /// What became of it.
    pub state: RungState,
    /// When.
    pub at: Timestamp,
    /// What shows it.
    pub evidence: String,
}

/// Every step of a run, in the plan's order.
pub(super) fn steps(run: &Progress) -> Vec<StepReport> {
    let told = run.plan.steps.iter().filter_map(|step| Some((step, run.steps.get(&step.id)?)));
    told.map(|(step, at)| tell(run, step, at)).collect()
}

fn tell(run: &Progress, step: &Step, at: &StepProgress) -> StepReport {
    let took = at.started.zip(at.ended).map(|(from, until)| verdict::age(from, until));
    let is_human = matches!(step.action, Action::Approve(_) | Action::Note { .. });
    StepReport {
        id: step.id.0,
        title: step.title.clone(),
        api: step.operation().map(|operation| operation.api().to_owned()),
        outcome: outcome(&at.state).to_owned(),
        why: at.why.clone(),
        attempts: at.attempts,
        began: at.started,
        took: took.as_ref().map(Duration::as_secs_f64),
        p50: step.usual.p50.as_secs_f64(),
        p95: step.usual.p95.as_secs_f64(),
        measured_in: run.plan.runs(step.id),
        late: !is_human && took.is_some_and(|took| took > step.usual.p95),
        evidence: climbs(at),
    }
}

/// The word for how far a step came.
fn outcome(state: &StepState) -> &'static str {
    match state {
        StepState::Done(outcome) => outcome.word(),
        StepState::Waiting => "not begun",
        StepState::Intended | StepState::Sent | StepState::Proving | StepState::Deciding(_) => {
            "left on its way"
        }
    }
}

fn climbs(at: &StepProgress) -> Vec<Climb> {
    let climb = |(rung, (at, state, evidence)): (&Rung, &(Timestamp, RungState, String))| Climb {
        rung: *rung,
        state: *state,
        at: *at,
        evidence: evidence.clone(),
    };
    at.rungs.iter().map(climb).collect()
}
