//! What ECS and Automation tell: counts and events of a service, status and steps of an execution.
//!
//! Statuses are open strings, as the services may add to them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A service as `DescribeServices` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceReading {
    /// `ACTIVE`, `DRAINING`, `INACTIVE`.
    pub status: String,
    /// Tasks that are wanted.
    pub desired: u32,
    /// Tasks that run.
    pub running: u32,
    /// Tasks on their way up.
    pub pending: u32,
    /// Deployments; more than one is a deployment under way.
    pub deployments: usize,
    /// Its newest events, oldest first.
    pub events: Vec<ServiceEvent>,
}

impl ServiceReading {
    /// As ECS's own waiter judges it: one deployment, and as many tasks run as are wanted.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.deployments == 1 && self.running == self.desired && self.pending == 0
    }
}

/// One event of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Its text.
    pub message: String,
}

/// An execution as `GetAutomationExecution` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationReading {
    /// The document.
    pub document: String,
    /// `Pending`, `InProgress`, `Waiting`, `Success`, `Failed`, `TimedOut`, `Cancelling`, `Cancelled`, …
    pub status: String,
    /// Why it did not end well.
    pub failure: Option<String>,
    /// Its steps, in their order.
    pub steps: Vec<AutomationStep>,
}

impl AutomationReading {
    /// It ended as it should.
    #[must_use]
    pub fn ended_well(&self) -> bool {
        self.status == "Success"
    }

    /// Nothing follows any more, and it did not end as it should.
    #[must_use]
    pub fn ended_badly(&self) -> bool {
        const BAD: [&str; 6] =
            ["Failed", "TimedOut", "Cancelled", "Rejected", "CompletedWithFailure", "Exited"];
        BAD.contains(&self.status.as_str())
    }

    /// The step that waits for a person.
    #[must_use]
    pub fn waits_at(&self) -> Option<&AutomationStep> {
        self.steps.iter().find(|step| step.status == "Waiting")
    }

    /// The step that is under way.
    #[must_use]
    pub fn current(&self) -> Option<&AutomationStep> {
        self.steps.iter().find(|step| ["InProgress", "Waiting", "Cancelling"].contains(&step.status.as_str()))
    }
}

/// One step of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationStep {
    /// Its name in the document.
    pub name: String,
    /// What it does: `aws:approve`, `aws:executeAwsApi`, …
    pub action: String,
    /// As the execution's own.
    pub status: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why it did not end well.
    pub failure: Option<String>,
}
