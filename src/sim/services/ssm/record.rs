//! Automation documents, executions and steps as the wire has them.
//!
//! It must never leave out a step that has not begun: the service lists them all.

use crate::sim::scenario::runbook::{Effect, Runbook};
use crate::sim::wire::{Record, Value};
use crate::sim::world::World;
use crate::sim::world::ssm::{Execution, Parameters, Status, Step};

/// A map of lists of strings.
fn lists(parameters: &Parameters) -> Record {
    parameters.iter().fold(Record::new(), |record, (name, values)| {
        record.list(name, "member", values.iter().map(String::as_str))
    })
}

fn filled(parameters: &Parameters) -> Option<Record> {
    Some(lists(parameters)).filter(|record| !record.0.is_empty())
}

/// What `DescribeAutomationExecutions` and `GetAutomationExecution` both show.
pub(super) fn metadata(world: &World, execution: &Execution) -> Record {
    let current =
        execution.current().filter(|_| !execution.status.is_end()).map(|at| &execution.steps[at].spec);
    Record::new()
        .with("AutomationExecutionId", execution.id.as_str())
        .with("DocumentName", execution.document.as_str())
        .with("DocumentVersion", "1")
        .with("AutomationExecutionStatus", execution.status.as_str())
        .with("ExecutionStartTime", execution.started)
        .maybe("ExecutionEndTime", execution.ended)
        .with("ExecutedBy", format!("arn:aws:sts::{}:assumed-role/ops-failover/pointsman", world.account))
        .with("Mode", if execution.interactive { "Interactive" } else { "Auto" })
        .maybe("CurrentStepName", current.map(|spec| spec.name.as_str()))
        .maybe("CurrentAction", current.map(|spec| spec.action.as_str()))
        .maybe("FailureMessage", execution.failure.as_deref())
}

/// An execution with its steps.
pub(super) fn execution(world: &World, execution: &Execution) -> Record {
    metadata(world, execution)
        .list("StepExecutions", "member", execution.steps.iter().map(step))
        .with("StepExecutionsTruncated", false)
        .maybe("Parameters", filled(&execution.parameters))
}

/// A step of an execution.
pub(super) fn step(step: &Step) -> Record {
    let record = Record::new()
        .with("StepName", step.spec.name.as_str())
        .with("Action", step.spec.action.as_str())
        .with("OnFailure", "Abort")
        .with("MaxAttempts", 1)
        .maybe("TimeoutSeconds", step.timeout().map(|t| i64::try_from(t.as_secs()).unwrap_or(i64::MAX)))
        .maybe("ExecutionStartTime", step.started)
        .maybe("ExecutionEndTime", step.ended)
        .with("StepStatus", step.status.as_str())
        .maybe("Inputs", inputs(step))
        .maybe("Outputs", filled(&step.outputs))
        .maybe("FailureMessage", step.failure.as_deref())
        .with("StepExecutionId", step.id.as_str());
    match (&step.failure, step.status) {
        (Some(why), Status::Failed) => {
            let details = Record::new().list("ErrorMessage", "member", [why.as_str()]);
            let failure = Record::new()
                .with("FailureStage", "Invocation")
                .with("FailureType", "Action")
                .with("Details", details);
            record.with("FailureDetails", failure)
        }
        _ => record,
    }
}

/// The inputs of a step that has begun; each value is JSON in a string.
fn inputs(step: &Step) -> Option<Record> {
    step.started?;
    let quoted = |text: &str| Value::Text(format!("\"{text}\""));
    match &step.spec.effect {
        Some(Effect::Scale { tasks, .. }) => Some(
            Record::new()
                .with("Service", quoted("ecs"))
                .with("Api", quoted("UpdateService"))
                .with("desiredCount", tasks.to_string()),
        ),
        Some(Effect::Control { name, state }) => Some(
            Record::new()
                .with("Service", quoted("route53-recovery-cluster"))
                .with("Api", quoted("UpdateRoutingControlState"))
                .with("RoutingControlName", quoted(name))
                .with("RoutingControlState", quoted(state.as_str())),
        ),
        None if step.spec.action == "aws:sleep" => {
            let duration = format!("PT{}S", step.spec.takes.as_secs());
            Some(Record::new().with("Duration", quoted(&duration)))
        }
        None => None,
    }
}

/// A document.
pub(super) fn document(world: &World, book: &Runbook) -> Record {
    let parameters = book.parameters.iter().map(|(name, default)| {
        let default = Some(default.as_str()).filter(|default| !default.is_empty());
        Record::new().with("Name", name.as_str()).with("Type", "String").maybe("DefaultValue", default)
    });
    Record::new()
        .with("Name", book.document.as_str())
        .with("Owner", world.account.as_str())
        .with("Status", "Active")
        .with("DocumentVersion", "1")
        .with("DefaultVersion", "1")
        .with("LatestVersion", "1")
        .with("DocumentType", "Automation")
        .with("SchemaVersion", "0.3")
        .with("DocumentFormat", "YAML")
        .list("Parameters", "member", parameters)
}
