//! Systems Manager Automation: an execution with its steps, as its own Region tells it.

use std::collections::BTreeMap;

use aws_sdk_ssm::types::{AutomationExecution, DocumentType, StepExecution};

use super::error::trouble;
use super::time::from_sdk;
use super::{Clients, undeclared};
use crate::model::reading::{AutomationReading, AutomationStep, Trouble, TroubleKind};
use crate::model::topology::{Region, Runbook};

/// A document as Systems Manager has it, for `pointsman check` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDocument {
    /// Its type is `Automation`.
    pub is_automation: bool,
    /// Its default version.
    pub version: String,
    /// Its parameters by name, and whether each has a default.
    pub parameters: BTreeMap<String, bool>,
}

impl Clients {
    /// The document of a runbook.
    ///
    /// # Errors
    /// The trouble of asking; `NotFound` where the Region has no such document.
    pub async fn found_document(&self, book: &Runbook) -> Result<FoundDocument, Trouble> {
        self.signer().await?;
        self.inner.tally.call();
        let request = self.inner.bound.ssm(&book.region).describe_document().name(&book.document);
        let answer = request.send().await.map_err(|error| {
            let trouble = trouble(error);
            let missing = trouble.text.starts_with("InvalidDocument");
            if missing { Trouble { kind: TroubleKind::NotFound, ..trouble } } else { trouble }
        })?;
        let document = answer.document().ok_or_else(|| undeclared(&book.document))?;
        let parameters = document.parameters().iter().filter_map(|parameter| {
            Some((parameter.name()?.to_owned(), parameter.default_value().is_some()))
        });
        Ok(FoundDocument {
            is_automation: document.document_type() == Some(&DocumentType::Automation),
            version: document.default_version().or(document.document_version()).unwrap_or("1").to_owned(),
            parameters: parameters.collect(),
        })
    }

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
