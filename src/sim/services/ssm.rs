//! Systems Manager: Automation documents and their executions.
//!
//! It must never walk an execution on: the world does, second by second.

mod record;

use super::page::{limit, page};
use super::{Call, Service};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::ssm::{Execution, Parameters, Signal, Start, unknown};

/// Length of an execution id and of a token.
const UUID: usize = 36;

/// Performs a Systems Manager operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let answer = match call.operation.as_str() {
        "StartAutomationExecution" => start(world, call),
        "GetAutomationExecution" => get(world, call),
        "DescribeAutomationExecutions" => describe(world, call),
        "DescribeAutomationStepExecutions" => describe_steps(world, call),
        "SendAutomationSignal" => signal(world, call),
        "StopAutomationExecution" => stop(world, call),
        "DescribeDocument" => document(world, call),
        other => Err(call.service.unknown_operation(other)),
    };
    answer.map_err(|refusal| call.service.spelled(refusal))
}

fn start(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let token = call.input.text("ClientToken");
    if token.is_some_and(|token| token.len() != UUID) {
        return Err(Service::Ssm.invalid("ClientToken must be a UUID of 36 characters."));
    }
    let interactive = match call.input.text("Mode") {
        None | Some("Auto") => false,
        Some("Interactive") => true,
        Some(other) => {
            return Err(Service::Ssm.invalid(format!("Mode must be Auto or Interactive, not {other}.")));
        }
    };
    let asked = Start {
        document: document_name(call)?.to_owned(),
        parameters: parameters(call.input.get("Parameters")),
        token: token.map(str::to_owned),
        interactive,
    };
    let id = world.start_automation(&call.region, asked).map_err(|error| call.service.refusal(error))?;
    Ok(Record::new().with("AutomationExecutionId", id).into())
}

/// The document by name or ARN.
fn document_name(call: &Call) -> Result<&str, Refusal> {
    let name = call.required(if call.operation == "DescribeDocument" { "Name" } else { "DocumentName" })?;
    Ok(name.rsplit_once('/').filter(|_| name.starts_with("arn:")).map_or(name, |(_, name)| name))
}

fn parameters(value: Option<&Value>) -> Parameters {
    let members = value.and_then(Value::as_record).map(|record| record.0.as_slice()).unwrap_or_default();
    let texts =
        |value: &Value| value.as_items().iter().filter_map(Value::as_text).map(str::to_owned).collect();
    members.iter().map(|(name, value)| (name.clone(), texts(value))).collect()
}

fn execution<'a>(world: &'a World, call: &Call) -> Result<&'a Execution, Refusal> {
    let id = call.required("AutomationExecutionId")?;
    if id.len() != UUID {
        return Err(Service::Ssm.invalid("AutomationExecutionId must have 36 characters."));
    }
    world.automation(&call.region, id).ok_or_else(|| call.service.refusal(unknown(id)))
}

fn get(world: &World, call: &Call) -> Result<Value, Refusal> {
    let execution = execution(world, call)?;
    Ok(Record::new().with("AutomationExecution", record::execution(world, execution)).into())
}

fn describe(world: &World, call: &Call) -> Result<Value, Refusal> {
    let here = world.region_ix(&call.region);
    let mut found = Vec::new();
    for execution in world.automations.executions.iter().rev().filter(|e| Some(e.region) == here) {
        if passes(call, execution)? {
            found.push(record::metadata(world, execution));
        }
    }
    listed(call, "AutomationExecutionMetadataList", found)
}

fn describe_steps(world: &World, call: &Call) -> Result<Value, Refusal> {
    let execution = execution(world, call)?;
    let mut steps: Vec<Record> = execution.steps.iter().map(record::step).collect();
    if call.input.flag("ReverseOrder") == Some(true) {
        steps.reverse();
    }
    listed(call, "StepExecutions", steps)
}

/// One page of a list, by `MaxResults` and `NextToken`.
fn listed(call: &Call, name: &str, all: Vec<Record>) -> Result<Value, Refusal> {
    let limit = limit(call.input.int("MaxResults"), 50, 1..=50)
        .ok_or_else(|| Service::Ssm.invalid("MaxResults must be between 1 and 50."))?;
    let page = page(all, call.input.text("NextToken"), limit)
        .ok_or_else(|| Refusal::new("InvalidNextToken", "The specified token isn't valid."))?;
    Ok(Record::new().list(name, "member", page.items).maybe("NextToken", page.next).into())
}

/// Whether an execution passes every filter of the call.
fn passes(call: &Call, execution: &Execution) -> Result<bool, Refusal> {
    for filter in call.input.items("Filters") {
        let values = filter.texts("Values");
        let fits = match filter.text("Key") {
            Some("ExecutionId") => values.contains(&execution.id.as_str()),
            Some("ExecutionStatus") => values.contains(&execution.status.as_str()),
            Some("DocumentNamePrefix") => values.iter().any(|v| execution.document.starts_with(v)),
            key => {
                let words = format!("The filter key {} isn't valid.", key.unwrap_or("(none)"));
                return Err(Service::Ssm.invalid(words));
            }
        };
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

fn signal(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = execution(world, call)?.id.clone();
    let payload = parameters(call.input.get("Payload"));
    let of = |name: &str| payload.get(name).and_then(|values| values.first()).cloned();
    let signal = match call.required("SignalType")? {
        "Approve" => Signal::Approve(of("Comment")),
        "Reject" => Signal::Reject(of("Comment")),
        "Resume" => Signal::Resume(of("StepName")),
        "StartStep" => Signal::StartStep(of("StepName")),
        "StopStep" => Signal::StopStep(of("StepExecutionId")),
        other => return Err(Service::Ssm.invalid(format!("SignalType {other} is not one."))),
    };
    world.signal_automation(&call.region, &id, &signal).map_err(|error| call.service.refusal(error))?;
    Ok(Record::new().into())
}

fn stop(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = execution(world, call)?.id.clone();
    let complete = match call.input.text("Type") {
        None | Some("Cancel") => false,
        Some("Complete") => true,
        Some(other) => {
            return Err(Service::Ssm.invalid(format!("Type must be Cancel or Complete, not {other}.")));
        }
    };
    world.stop_automation(&call.region, &id, complete).map_err(|error| call.service.refusal(error))?;
    Ok(Record::new().into())
}

fn document(world: &World, call: &Call) -> Result<Value, Refusal> {
    let name = document_name(call)?;
    let book = world.runbook(&call.region, name).ok_or_else(|| {
        Refusal::new("InvalidDocument", format!("Document with name {name} does not exist."))
    })?;
    Ok(Record::new().with("Document", record::document(world, book)).into())
}
