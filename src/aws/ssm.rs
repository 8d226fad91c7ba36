//! Systems Manager Automation: an execution with its steps, as its own Region tells it.

use aws_sdk_ssm::types::{AutomationExecution, StepExecution};

use super::error::trouble;
use super::time::from_sdk;
use super::{Clients, undeclared};
use crate::model::reading::{AutomationReading, AutomationStep, Trouble};
use crate::model::topology::Region;

impl Clients {
    /// The execution with this id in `region`.
    pub(super) async fn automation(&self, region: &Region, id: &str) -> Result<AutomationReading, Trouble> {
        self.inner.tally.call();
        let request = self.inner.bound.ssm(region).get_automation_execution().automation_execution_id(id);
        let answer = request.send().await.map_err(trouble)?;
        answer.automation_execution().map(reading).ok_or_else(|| undeclared(&format!("the execution {id}")))
    }
}

fn reading(execution: &AutomationExecution) -> AutomationReading {
    AutomationReading {
        document: execution.document_name().unwrap_or_default().to_owned(),
        status: execution.automation_execution_status().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        failure: execution.failure_message().map(str::to_owned),
        steps: execution.step_executions().iter().map(step).collect(),
    }
}

fn step(step: &StepExecution) -> AutomationStep {
    AutomationStep {
        name: step.step_name().unwrap_or_default().to_owned(),
        action: step.action().unwrap_or_default().to_owned(),
        status: step.step_status().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        started: step.execution_start_time().and_then(from_sdk),
        ended: step.execution_end_time().and_then(from_sdk),
        failure: step.failure_message().map(str::to_owned),
    }
}
