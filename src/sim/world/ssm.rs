//! Systems Manager Automation: executions of the scenario's runbooks, walked through second by second.
//! It must never end an execution for its effect: a runbook that does nothing ends as well as one that does.

mod effect;
mod request;

pub(in crate::sim) use request::unknown;
pub use request::{Signal, Start};

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::World;
use crate::sim::scenario::runbook::{Runbook, RunbookStep};

/// Seconds until an accepted execution starts, and until a cancelled one has stopped.
const STARTS: i64 = 1;
const STOPS: i64 = 3;
/// What `aws:approve` and `aws:pause` wait for when the document does not say: seven days.
const PATIENCE: Duration = Duration::from_hours(7 * 24);

/// Parameters as the wire has them: each a list of strings.
pub type Parameters = BTreeMap<String, Vec<String>>;

/// The status of an execution, or of one of its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Status {
    /// Not begun.
    Pending,
    /// Under way.
    InProgress,
    /// For a person.
    Waiting,
    /// Ended well.
    Success,
    /// A wait was over before it was answered.
    TimedOut,
    /// On its way to be cancelled.
    Cancelling,
    /// Stopped by a person.
    Cancelled,
    /// Ended badly.
    Failed,
}

impl Status {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "InProgress",
            Self::Waiting => "Waiting",
            Self::Success => "Success",
            Self::TimedOut => "TimedOut",
            Self::Cancelling => "Cancelling",
            Self::Cancelled => "Cancelled",
            Self::Failed => "Failed",
        }
    }

    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Success | Self::TimedOut | Self::Cancelled | Self::Failed)
    }
}

/// All executions, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Automations {
    /// The executions.
    pub executions: Vec<Execution>,
}

/// One execution of a document.
#[derive(Clone, Debug, Serialize)]
pub struct Execution {
    /// Its id, a UUID.
    pub id: String,
    /// Index of the Region it runs in.
    pub region: usize,
    /// Name of the document.
    pub document: String,
    /// What it was started with, defaults included.
    pub parameters: Parameters,
    /// Whether each step waits to be started.
    pub interactive: bool,
    /// Status.
    pub status: Status,
    /// When it was accepted.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why it ended badly.
    pub failure: Option<String>,
    /// Its steps.
    pub steps: Vec<Step>,
    #[serde(skip)]
    token: Option<String>,
    #[serde(skip)]
    stop: Option<Stop>,
}

/// How a person stopped an execution.
#[derive(Clone, Copy, Debug)]
enum Stop {
    /// At once; since when.
    Cancel(Timestamp),
    /// After the step that runs.
    Complete,
}

/// One step of an execution.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its id, a UUID.
    pub id: String,
    /// What it does.
    pub spec: RunbookStep,
    /// Status.
    pub status: Status,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why it ended badly.
    pub failure: Option<String>,
    /// What it gave.
    pub outputs: Parameters,
    #[serde(skip)]
    released: bool,
}

impl Step {
    fn end(&mut self, status: Status, now: Timestamp, failure: Option<String>) {
        self.status = status;
        self.ended = Some(now);
        self.failure = failure;
    }

    /// How long it has been under way.
    fn age(&self, now: Timestamp) -> Duration {
        self.started.map_or(Duration::ZERO, |since| now.duration_since(since).unsigned_abs())
    }

    /// How long it may take.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.spec.timeout.or_else(|| self.spec.waits_for_a_person().then_some(PATIENCE))
    }
}

impl Execution {
    /// The step that has not ended, if there is one.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        self.steps.iter().position(|step| !step.status.is_end())
    }

    fn end(&mut self, status: Status, now: Timestamp, failure: Option<String>) {
        self.status = status;
        self.ended = Some(now);
        self.failure = failure;
    }

    /// Ends the step and the execution with it.
    fn fail(&mut self, step: usize, status: Status, now: Timestamp, why: &str) {
        let name = self.steps[step].spec.name.clone();
        self.steps[step].end(status, now, Some(why.to_owned()));
        self.end(status, now, Some(format!("Step {name} did not end well: {why}")));
    }

    /// One second without an effect on the world; the step whose effect is due now.
    fn advance(&mut self, now: Timestamp) -> Option<usize> {
        if self.status == Status::Pending && seconds(now, self.started) < STARTS {
            return None;
        }
        if let Some(Stop::Cancel(since)) = self.stop {
            self.cancel(now, since);
            return None;
        }
        let Some(at) = self.current() else {
            self.end(Status::Success, now, None);
            return None;
        };
        match self.steps[at].status {
            Status::Pending => self.begin(at, now),
            Status::InProgress if self.steps[at].age(now) >= self.steps[at].spec.takes => return Some(at),
            Status::Waiting
                if self.steps[at].timeout().is_some_and(|most| self.steps[at].age(now) >= most) =>
            {
                self.fail(at, Status::TimedOut, now, "Nobody answered in time.");
            }
            _ => {}
        }
        None
    }

    fn begin(&mut self, at: usize, now: Timestamp) {
        if matches!(self.stop, Some(Stop::Complete)) {
            self.end(Status::Success, now, None);
            return;
        }
        if self.interactive && !self.steps[at].released {
            self.status = Status::Waiting;
            return;
        }
        let waits = self.steps[at].spec.waits_for_a_person();
        let status = if waits { Status::Waiting } else { Status::InProgress };
        self.steps[at].status = status;
        self.steps[at].started = Some(now);
        self.status = status;
    }

    fn cancel(&mut self, now: Timestamp, since: Timestamp) {
        if seconds(now, since) < STOPS {
            return;
        }
        if let Some(at) = self.current() {
            self.steps[at].end(Status::Cancelled, now, None);
        }
        self.end(Status::Cancelled, now, None);
    }
}

fn seconds(now: Timestamp, since: Timestamp) -> i64 {
    now.duration_since(since).max(SignedDuration::ZERO).as_secs()
}

impl World {
    /// The document of that name in a Region.
    #[must_use]
    pub fn runbook(&self, region: &str, document: &str) -> Option<&Runbook> {
        let here = |book: &&Runbook| book.regions.is_empty() || book.regions.iter().any(|r| r == region);
        self.scenario.world.runbooks.iter().filter(here).find(|book| book.document == document)
    }

    /// The execution with this id in a Region.
    #[must_use]
    pub fn automation(&self, region: &str, id: &str) -> Option<&Execution> {
        let here = self.region_ix(region)?;
        self.automations.executions.iter().find(|e| e.region == here && e.id == id)
    }

    /// One second of every execution; those of a lost Region stand still.
    pub(super) fn run_automations(&mut self) {
        let now = self.now;
        for at in 0..self.automations.executions.len() {
            let execution = &mut self.automations.executions[at];
            if execution.status.is_end() || self.regions[execution.region].now.lost {
                continue;
            }
            if let Some(step) = execution.advance(now) {
                self.finish_step(at, step);
            }
        }
    }

    /// The step is over: it fails as the document says, or has its effect, or has none.
    fn finish_step(&mut self, execution: usize, step: usize) {
        let now = self.now;
        let spec = self.automations.executions[execution].steps[step].spec.clone();
        let came = match (&spec.fails, &spec.effect) {
            (Some(why), _) => Err(why.clone()),
            (None, Some(effect)) => self.runbook_effect(effect),
            (None, None) => Ok(Parameters::new()),
        };
        let execution = &mut self.automations.executions[execution];
        match came {
            Ok(outputs) => {
                execution.steps[step].outputs = outputs;
                execution.steps[step].end(Status::Success, now, None);
            }
            Err(why) => execution.fail(step, Status::Failed, now, &why),
        }
    }
}
