//! ARC Region switch: plans, and their executions step by step.
//! It must never move a writer or a control by itself: its blocks go the way every caller goes.

mod block;
mod request;
mod run;

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::noise::hex;
use crate::sim::scenario::world::{self as spec, Workflow};
pub use crate::sim::scenario::world::{Approach, Block, Direction};

pub use request::{Start, StepChange, Update};

/// Where an execution is; the words are those of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Accepted.
    Pending,
    /// Steps run.
    InProgress,
    /// A step failed; somebody has to skip it, switch it, or cancel.
    PausedByFailedStep,
    /// Somebody paused it.
    PausedByOperator,
    /// A step waits for an approval.
    PendingManualApproval,
    /// All steps are done; alarms are not all green yet.
    CompletedMonitoringApplicationHealth,
    /// Done.
    Completed,
    /// Done, but for what was skipped.
    CompletedWithExceptions,
    /// Cancelled.
    Canceled,
    /// It took longer than it may.
    PlanExecutionTimedOut,
    /// It cannot go on.
    Failed,
}

impl State {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "inProgress",
            Self::PausedByFailedStep => "pausedByFailedStep",
            Self::PausedByOperator => "pausedByOperator",
            Self::PendingManualApproval => "pendingManualApproval",
            Self::CompletedMonitoringApplicationHealth => "completedMonitoringApplicationHealth",
            Self::Completed => "completed",
            Self::CompletedWithExceptions => "completedWithExceptions",
            Self::Canceled => "canceled",
            Self::PlanExecutionTimedOut => "planExecutionTimedOut",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more comes of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Completed
                | Self::CompletedWithExceptions
                | Self::Canceled
                | Self::PlanExecutionTimedOut
                | Self::Failed
        )
    }
}

/// How an execution or a step of it goes about its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nothing is lost.
    Graceful,
    /// Time counts more.
    Ungraceful,
}

impl Mode {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graceful => "graceful",
            Self::Ungraceful => "ungraceful",
        }
    }
}

/// Where a step is; the words are those of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StepStatus {
    /// Its turn has not come.
    NotStarted,
    /// At work.
    Running,
    /// It waits for an approval.
    PendingApproval,
    /// It did not work.
    Failed,
    /// Done.
    Completed,
    /// The execution was cancelled.
    Canceled,
    /// Somebody left it out.
    Skipped,
}

impl StepStatus {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "notStarted",
            Self::Running => "running",
            Self::PendingApproval => "pendingApproval",
            Self::Failed => "failed",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Skipped => "skipped",
        }
    }

    /// Whether nothing more comes of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Canceled | Self::Skipped)
    }
}

/// A Region switch plan.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// ARN.
    pub arn: String,
    /// Its two Regions, the primary first.
    pub regions: Vec<String>,
    /// When it was last changed.
    pub updated: Timestamp,
    /// What it holds.
    pub spec: spec::Plan,
}

impl Plan {
    /// The Region that is not this one.
    #[must_use]
    pub fn other(&self, region: &str) -> Option<&str> {
        self.regions.iter().find(|r| *r != region).map(String::as_str)
    }

    /// The workflow of a direction and a Region.
    #[must_use]
    pub fn workflow(&self, direction: Direction, region: &str) -> Option<&Workflow> {
        let fits = |w: &&Workflow| w.action == direction && w.region.as_deref().is_none_or(|r| r == region);
        self.spec.workflows.iter().find(fits)
    }
}

/// A step of an execution.
#[derive(Clone, Debug, Serialize)]
pub struct StepRun {
    /// Name.
    pub name: String,
    /// Steps with the same number run at the same time.
    pub stage: usize,
    /// What it does.
    pub block: Block,
    /// Time after which it has failed.
    pub timeout: Duration,
    /// Where it is.
    pub status: StepStatus,
    /// How it goes about it.
    pub mode: Mode,
    /// When it started.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Whether its call has been made, for the blocks that make one.
    pub(super) called: bool,
}

/// What happened in an execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Which type, in the word of the wire.
    pub kind: &'static str,
    /// Of which step, and its block type.
    pub step: Option<(String, &'static str)>,
    /// What went wrong.
    pub error: Option<String>,
    /// In words.
    pub words: String,
}

/// An execution of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct Execution {
    /// Id (`us-west-2/<16 hex>`).
    pub id: String,
    /// ARN of the plan.
    pub plan: String,
    /// The Region it is about.
    pub region: String,
    /// The Region whose data plane runs it: the one being activated.
    pub runs_in: String,
    /// Direction.
    pub direction: Direction,
    /// Mode.
    pub mode: Mode,
    /// Where it is.
    pub state: State,
    /// What was said when it was started.
    pub comment: Option<String>,
    /// The token it was started with.
    pub token: String,
    /// When it was accepted.
    pub started: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Steps; those of a parallel block stand after it, in its stage.
    pub steps: Vec<StepRun>,
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// Whether somebody wants it paused after what runs now.
    pub(super) pausing: bool,
    /// Whether somebody wants it cancelled after what runs now.
    pub(super) canceling: bool,
}

impl Execution {
    pub(super) fn tell(
        &mut self,
        at: Timestamp,
        kind: &'static str,
        step: Option<usize>,
        words: impl Into<String>,
    ) {
        let step = step.map(|n| (self.steps[n].name.clone(), self.steps[n].block.kind()));
        let (words, failed) = (words.into(), matches!(kind, "stepFailed" | "executionFailed"));
        let error = failed.then(|| words.clone());
        self.events.push(Event { at, kind, step, error, words });
        self.updated = at;
    }
}

/// All of Region switch.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Switch {
    /// Plans.
    pub plans: Vec<Plan>,
    /// Executions, oldest first.
    pub executions: Vec<Execution>,
}

impl Switch {
    /// The service as a scenario has it.
    #[must_use]
    pub fn new(w: &spec::World, made: Timestamp) -> Self {
        let mut regions: Vec<String> = w.regions.iter().take(2).map(|r| r.name.clone()).collect();
        regions.sort_by_key(|r| *r != w.writer);
        let plan = |spec: &spec::Plan| Plan {
            arn: format!(
                "arn:aws:arc-region-switch::{}:plan/{}:{}",
                w.account,
                spec.name,
                hex(&format!("plan {}", spec.name), 6)
            ),
            regions: regions.clone(),
            updated: made,
            spec: spec.clone(),
        };
        Self { plans: w.plans.iter().map(plan).collect(), executions: Vec::new() }
    }

    /// The plan with this ARN.
    #[must_use]
    pub fn plan(&self, arn: &str) -> Option<&Plan> {
        self.plans.iter().find(|p| p.arn == arn)
    }

    /// The execution, if this Region's data plane runs it.
    #[must_use]
    pub fn execution(&self, region: &str, plan: &str, id: &str) -> Option<&Execution> {
        self.executions.iter().find(|e| e.id == id && e.plan == plan && e.runs_in == region)
    }
}
