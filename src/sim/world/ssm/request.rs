//! Starting, signalling and stopping an execution.
//! It must never walk one on: the second does.

use serde_json::json;

use super::{Execution, Parameters, Status, Step, Stop};
use crate::sim::scenario::runbook::Runbook;
use crate::sim::world::noise::uuid;
use crate::sim::world::{ApiError, World};

/// Executions of an account in a Region that run or queue (100 and 1,000: the quotas of Automation).
const MOST_OPEN: usize = 1100;

/// What `StartAutomationExecution` was asked.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Name of the document.
    pub document: String,
    /// Its parameters.
    pub parameters: Parameters,
    /// The caller's token, a UUID: the same one again starts nothing.
    pub token: Option<String>,
    /// Whether each step waits to be started.
    pub interactive: bool,
}

/// A signal to an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// For a step that waits for approval, with a comment.
    Approve(Option<String>),
    /// The same, refused.
    Reject(Option<String>),
    /// For a paused step, by its name.
    Resume(Option<String>),
    /// In interactive mode: the step's name.
    StartStep(Option<String>),
    /// The step's execution id.
    StopStep(Option<String>),
}

impl World {
    /// `StartAutomationExecution`; gives the id.
    ///
    /// # Errors
    /// `AutomationDefinitionNotFoundException`, `InvalidAutomationExecutionParametersException`,
    /// `IdempotentParameterMismatch`, `AutomationExecutionLimitExceededException`.
    pub fn start_automation(&mut self, region: &str, start: Start) -> Result<String, ApiError> {
        let book = self.runbook(region, &start.document).zip(self.region_ix(region));
        let (book, here) = book.ok_or_else(|| {
            let message = format!("Automation definition {} not found.", start.document);
            ApiError::new(400, "AutomationDefinitionNotFoundException", message)
        })?;
        let parameters = filled(book, &start.parameters)?;
        let token = start.token.as_ref().map(|token| token.to_lowercase());
        if let Some(same) = self.started_with(here, token.as_deref()) {
            if same.document == start.document && same.parameters == parameters {
                return Ok(same.id.clone());
            }
            let message = "The token was used with other parameters.";
            return Err(ApiError::new(400, "IdempotentParameterMismatch", message));
        }
        let open = self.automations.executions.iter().filter(|e| e.region == here && !e.status.is_end());
        if open.count() >= MOST_OPEN {
            let message = "The number of simultaneously running automation executions exceeded the limit.";
            return Err(ApiError::new(400, "AutomationExecutionLimitExceededException", message));
        }
        let id = uuid(&format!("automation {region} {}", self.automations.executions.len()));
        let step = |(at, spec): (usize, &crate::sim::scenario::runbook::RunbookStep)| Step {
            id: uuid(&format!("step {id} {at}")),
            spec: spec.clone(),
            status: Status::Pending,
            started: None,
            ended: None,
            failure: None,
            outputs: Parameters::new(),
            released: false,
        };
        let steps = book.steps.iter().enumerate().map(step).collect();
        let detail = json!({ "document": start.document, "parameters": parameters, "execution": id });
        self.automations.executions.push(Execution {
            id: id.clone(),
            region: here,
            document: start.document,
            parameters,
            interactive: start.interactive,
            status: Status::Pending,
            started: self.now,
            ended: None,
            failure: None,
            steps,
            token,
            stop: None,
        });
        self.record(region, "ssm", "StartAutomationExecution", detail);
        Ok(id)
    }

    fn started_with(&self, region: usize, token: Option<&str>) -> Option<&Execution> {
        let token = token?;
        self.automations.executions.iter().find(|e| e.region == region && e.token.as_deref() == Some(token))
    }

    /// `SendAutomationSignal`.
    ///
    /// # Errors
    /// `AutomationExecutionNotFoundException`, `AutomationStepNotFoundException`,
    /// `InvalidAutomationSignalException`.
    pub fn signal_automation(&mut self, region: &str, id: &str, signal: &Signal) -> Result<(), ApiError> {
        let now = self.now;
        let by = format!("arn:aws:sts::{}:assumed-role/ops-failover/pointsman", self.account);
        let execution = self.automation_mut(region, id)?;
        let at = execution.current().filter(|_| !execution.status.is_end()).ok_or_else(unfit)?;
        let step = &mut execution.steps[at];
        let waits = step.status == Status::Waiting;
        match signal {
            Signal::Approve(_) if waits && step.spec.action == "aws:approve" => {
                step.end(Status::Success, now, None);
                step.outputs.insert("ApprovalStatus".to_owned(), vec!["Approved".to_owned()]);
                execution.status = Status::InProgress;
            }
            Signal::Reject(comment) if waits && step.spec.action == "aws:approve" => {
                step.outputs.insert("ApprovalStatus".to_owned(), vec!["Rejected".to_owned()]);
                let comment = comment.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
                execution.fail(at, Status::Failed, now, &format!("Approval was rejected by {by}{comment}."));
            }
            Signal::Resume(name) if waits && step.spec.action == "aws:pause" => {
                named(name.as_deref(), &step.spec.name)?;
                step.end(Status::Success, now, None);
                execution.status = Status::InProgress;
            }
            Signal::StartStep(name) if execution.interactive && step.status == Status::Pending => {
                named(name.as_deref(), &step.spec.name)?;
                step.released = true;
            }
            Signal::StopStep(which) if step.status == Status::InProgress || waits => {
                named(which.as_deref(), &step.id)?;
                execution.fail(at, Status::Cancelled, now, "The step was stopped.");
            }
            _ => return Err(unfit()),
        }
        let detail = json!({ "execution": id, "signal": signal.word() });
        self.record(region, "ssm", "SendAutomationSignal", detail);
        Ok(())
    }

    /// `StopAutomationExecution`; with `complete` the step that runs may end first.
    ///
    /// # Errors
    /// `AutomationExecutionNotFoundException`, `InvalidAutomationStatusUpdateException`.
    pub fn stop_automation(&mut self, region: &str, id: &str, complete: bool) -> Result<(), ApiError> {
        let now = self.now;
        let execution = self.automation_mut(region, id)?;
        if execution.status.is_end() || execution.status == Status::Cancelling {
            let message = format!("The execution is {} and cannot be stopped.", execution.status.as_str());
            return Err(ApiError::new(400, "InvalidAutomationStatusUpdateException", message));
        }
        if complete {
            execution.stop = Some(Stop::Complete);
        } else {
            execution.stop = Some(Stop::Cancel(now));
            execution.status = Status::Cancelling;
        }
        self.record(
            region,
            "ssm",
            "StopAutomationExecution",
            json!({ "execution": id, "complete": complete }),
        );
        Ok(())
    }

    fn automation_mut(&mut self, region: &str, id: &str) -> Result<&mut Execution, ApiError> {
        let here = self.region_ix(region);
        let found = self.automations.executions.iter_mut().find(|e| Some(e.region) == here && e.id == id);
        found.ok_or_else(|| unknown(id))
    }
}

impl Signal {
    /// The word on the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Approve(_) => "Approve",
            Self::Reject(_) => "Reject",
            Self::Resume(_) => "Resume",
            Self::StartStep(_) => "StartStep",
            Self::StopStep(_) => "StopStep",
        }
    }
}

/// There is no execution with this id in the Region.
pub(in crate::sim) fn unknown(id: &str) -> ApiError {
    let message = format!("Automation execution {id} not found.");
    ApiError::new(400, "AutomationExecutionNotFoundException", message)
}

fn unfit() -> ApiError {
    let message = "The signal is not valid for the current state of the execution.";
    ApiError::new(400, "InvalidAutomationSignalException", message)
}

/// The payload names the step that the signal is for.
fn named(said: Option<&str>, is: &str) -> Result<(), ApiError> {
    if said == Some(is) {
        return Ok(());
    }
    let message = format!("The step {} is not the one that waits.", said.unwrap_or("(none)"));
    Err(ApiError::new(400, "AutomationStepNotFoundException", message))
}

/// The parameters with the document's defaults.
fn filled(book: &Runbook, given: &Parameters) -> Result<Parameters, ApiError> {
    let refuse =
        |message: String| Err(ApiError::new(400, "InvalidAutomationExecutionParametersException", message));
    if let Some(stranger) = given.keys().find(|name| !book.parameters.contains_key(*name)) {
        return refuse(format!("The document {} has no parameter {stranger}.", book.document));
    }
    let mut all = given.clone();
    for (name, default) in &book.parameters {
        if all.contains_key(name) {
            continue;
        }
        if default.is_empty() {
            return refuse(format!("The document {} needs the parameter {name}.", book.document));
        }
        all.insert(name.clone(), vec![default.clone()]);
    }
    Ok(all)
}
