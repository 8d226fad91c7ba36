//! What FIS and ARC Region switch tell: experiments with their targets and lever, executions with their steps.
//!
//! Their words for states are kept as they came; sets of them are open.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What FIS of a Region tells of one template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentsReading {
    /// Its experiments that are not over, and the newest that are, newest first.
    pub experiments: Vec<ExperimentReading>,
    /// Ids of experiments of other templates in this Region that are not over.
    pub others: Vec<String>,
    /// The Region's safety lever, if it could be read.
    pub lever: Option<LeverReading>,
}

/// One experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentReading {
    /// Its id.
    pub id: String,
    /// `pending`, `initiating`, `running`, `completed`, `stopping`, `stopped`, `failed`, `cancelled`.
    pub status: String,
    /// Why, in FIS's words.
    pub reason: String,
    /// When it was accepted.
    pub created: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How many resources its targets came to; `None` when that could not be read.
    pub targets: Option<usize>,
    /// Its actions, by name.
    pub actions: Vec<ActionReading>,
}

impl ExperimentReading {
    /// Nothing more comes of it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "completed" | "stopped" | "failed" | "cancelled")
    }
}

/// One action of an experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionReading {
    /// Its name.
    pub name: String,
    /// As an experiment's, or `skipped`.
    pub status: String,
    /// Why, in FIS's words.
    pub reason: String,
    /// When its effect began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// The safety lever of a Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeverReading {
    /// `engaged`, `engaging`, `disengaged`.
    pub status: String,
    /// Why, in the words of who moved it.
    pub reason: String,
}

/// What the Region switch of a Region tells of one plan: the executions that it runs itself, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionsReading {
    /// The newest execution, whole.
    pub newest: Option<Box<ExecutionReading>>,
}

/// One execution of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionReading {
    /// Its id.
    pub id: String,
    /// `pending`, `inProgress`, `pausedByFailedStep`, `pausedByOperator`, `pendingManualApproval`, `completed`, …
    pub state: String,
    /// `graceful` or `ungraceful`.
    pub mode: String,
    /// `activate` or `deactivate`.
    pub action: String,
    /// The Region it is about.
    pub region: String,
    /// When it was accepted.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Its steps, in order.
    pub steps: Vec<ExecutionStep>,
    /// What happened, oldest first.
    pub events: Vec<ExecutionEvent>,
}

impl ExecutionReading {
    /// It came to its own end, with or without what was skipped.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        matches!(self.state.as_str(), "completed" | "completedWithExceptions")
    }

    /// It ended otherwise and does nothing more.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        matches!(self.state.as_str(), "canceled" | "failed" | "planExecutionTimedOut")
    }

    /// Names of its steps in a status (`failed`, `pendingApproval`).
    pub fn steps_in<'a>(&'a self, status: &'a str) -> impl Iterator<Item = &'a str> {
        self.steps.iter().filter(move |step| step.status == status).map(|step| step.name.as_str())
    }
}

/// One step of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionStep {
    /// Its name.
    pub name: String,
    /// `notStarted`, `running`, `failed`, `completed`, `canceled`, `skipped`, `pendingApproval`.
    pub status: String,
}

/// One event of an execution.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExecutionEvent {
    /// When.
    pub at: Timestamp,
    /// `executionStarted`, `stepFailed`, …
    pub kind: String,
    /// Of which step.
    pub step: Option<String>,
    /// What went wrong, or the event in words.
    pub words: String,
}
