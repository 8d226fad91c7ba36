//! ARC Region switch: plans, and their executions in the Region that is being activated.
//!
//! A Region's endpoint knows the executions its own data plane runs and no others.
//! It must never do a step's work: the world does, second by second.

mod block;

use super::Call;
use super::page::{limit, page};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::noise::uuid;
use crate::sim::world::switch::{
    Direction, Event, Execution, Mode, Plan, Start, StepChange, StepRun, Update,
};

const LIST_PAGE: usize = 100;
/// Where its control plane is.
pub(super) const CONTROL_PLANE: &str = "us-east-1";

/// Whether an operation is of the control plane, whose one endpoint is in us-east-1.
pub(super) fn is_control_plane(operation: &str) -> bool {
    matches!(operation, "GetPlan" | "ListPlans" | "ListRoute53HealthChecks")
}

/// Performs a Region switch operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "StartPlanExecution" => start(world, call),
        "CancelPlanExecution" => {
            let (plan, id) = (call.required("planArn")?, call.required("executionId")?);
            world.cancel_plan_execution(&call.region, plan, id)?;
            Ok(Record::new().into())
        }
        "UpdatePlanExecution" => update(world, call),
        "UpdatePlanExecutionStep" => {
            let change = match call.required("actionToTake")? {
                "skip" => StepChange::Skip,
                "switchToUngraceful" => StepChange::ToUngraceful,
                other => return Err(unknown("actionToTake", other)),
            };
            call.required("comment")?;
            change_step(world, call, change)
        }
        "ApprovePlanExecutionStep" => {
            let change = match call.required("approval")? {
                "approve" => StepChange::Approve,
                "decline" => StepChange::Decline,
                other => return Err(unknown("approval", other)),
            };
            change_step(world, call, change)
        }
        "GetPlanExecution" => get_execution(world, call),
        "ListPlanExecutions" => list_executions(world, call),
        "ListPlanExecutionEvents" => list_events(world, call),
        "GetPlan" | "GetPlanInRegion" => {
            let plan = plan_record(world, plan(world, call, "arn")?);
            Ok(Record::new().with("plan", plan).into())
        }
        "ListPlans" | "ListPlansInRegion" => {
            let plans = world.switch.plans.iter().map(|p| plan_summary(world, p).into());
            listed(call, "plans", plans.collect())
        }
        "GetPlanEvaluationStatus" => evaluation(world, call),
        "ListRoute53HealthChecks" | "ListRoute53HealthChecksInRegion" => {
            plan(world, call, "arn")?;
            listed(call, "healthChecks", Vec::new())
        }
        other => Err(call.service.unknown_operation(other)),
    }
}

fn unknown(member: &str, word: &str) -> Refusal {
    illegal(format!("{member} cannot be {word}."))
}

fn illegal(words: String) -> Refusal {
    Refusal::new("IllegalArgumentException", words)
}

fn not_found(words: String) -> Refusal {
    Refusal::new("ResourceNotFoundException", words).status(404)
}

fn listed(call: &Call, name: &str, all: Vec<Value>) -> Result<Value, Refusal> {
    let (name, page) = (name, paged(call, all)?);
    Ok(Record::new().list(name, "member", page.items).maybe("nextToken", page.next).into())
}

fn paged(call: &Call, all: Vec<Value>) -> Result<super::page::Page<Value>, Refusal> {
    let limit = limit(call.input.int("maxResults"), LIST_PAGE, 1..=100)
        .ok_or_else(|| illegal("maxResults must be between 1 and 100.".to_owned()))?;
    page(all, call.input.text("nextToken"), limit)
        .ok_or_else(|| illegal("The nextToken is not valid.".to_owned()))
}

fn plan<'a>(world: &'a World, call: &Call, member: &str) -> Result<&'a Plan, Refusal> {
    let arn = call.required(member)?;
    world.switch.plan(arn).ok_or_else(|| not_found(format!("There is no plan {arn}.")))
}

fn execution<'a>(world: &'a World, call: &Call) -> Result<&'a Execution, Refusal> {
    let plan = plan(world, call, "planArn")?;
    let id = call.required("executionId")?;
    let found = world.switch.execution(&call.region, &plan.arn, id);
    found.ok_or_else(|| not_found(format!("There is no execution {id} in {}.", call.region)))
}

fn start(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let direction = match call.required("action")? {
        "activate" => Direction::Activate,
        "deactivate" => Direction::Deactivate,
        other => return Err(unknown("action", other)),
    };
    let mode = match call.input.text("mode") {
        None | Some("graceful") => Mode::Graceful,
        Some("ungraceful") => Mode::Ungraceful,
        Some(other) => return Err(unknown("mode", other)),
    };
    // Without a token each call is one of its own.
    let fresh = format!("{}-{}", world.now, world.switch.executions.len());
    let start = Start {
        plan: call.required("planArn")?,
        target: call.required("targetRegion")?,
        direction,
        mode,
        comment: call.input.text("comment"),
        token: call.input.text("clientToken").unwrap_or(&fresh),
    };
    let at = world.start_plan(&call.region, &start)?;
    let execution = &world.switch.executions[at];
    let plan = world.switch.plan(&execution.plan);
    let left = plan.and_then(|p| p.other(&execution.runs_in));
    Ok(Record::new()
        .with("executionId", execution.id.as_str())
        .with("plan", execution.plan.as_str())
        .with("planVersion", "1")
        .with("activateRegion", execution.runs_in.as_str())
        .maybe("deactivateRegion", left)
        .into())
}

fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let update = match call.required("action")? {
        "switchToGraceful" => Update::ToGraceful,
        "switchToUngraceful" => Update::ToUngraceful,
        "pause" => Update::Pause,
        "resume" => Update::Resume,
        other => return Err(unknown("action", other)),
    };
    let of = (call.required("planArn")?, call.required("executionId")?);
    world.update_plan_execution(&call.region, of, update)?;
    Ok(Record::new().into())
}

fn change_step(world: &mut World, call: &Call, change: StepChange) -> Result<Value, Refusal> {
    let of = (call.required("planArn")?, call.required("executionId")?, call.required("stepName")?);
    world.change_plan_step(&call.region, of, change)?;
    Ok(Record::new().into())
}

/// What an execution is, without its steps.
fn execution_record(e: &Execution) -> Record {
    let took = e.ended.map(|end| format!("PT{}S", (end.as_second() - e.started.as_second()).max(0)));
    Record::new()
        .with("planArn", e.plan.as_str())
        .with("executionId", e.id.as_str())
        .with("version", "1")
        .with("updatedAt", e.updated)
        .maybe("comment", e.comment.as_deref())
        .with("startTime", e.started)
        .maybe("endTime", e.ended)
        .with("mode", e.mode.as_str())
        .with("executionState", e.state.as_str())
        .with("executionAction", e.direction.as_str())
        .with("executionRegion", e.region.as_str())
        .maybe("actualRecoveryTime", took)
}

fn get_execution(world: &World, call: &Call) -> Result<Value, Refusal> {
    let execution = execution(world, call)?;
    let page = paged(call, execution.steps.iter().map(|s| step_record(s).into()).collect())?;
    let plan = world.switch.plan(&execution.plan).map(|p| plan_record(world, p));
    Ok(execution_record(execution)
        .list("stepStates", "member", page.items)
        .maybe("plan", plan)
        .maybe("nextToken", page.next)
        .into())
}

fn step_record(s: &StepRun) -> Record {
    Record::new()
        .with("name", s.name.as_str())
        .with("status", s.status.as_str())
        .maybe("startTime", s.started)
        .maybe("endTime", s.ended)
        .with("stepMode", s.mode.as_str())
}

fn list_executions(world: &World, call: &Call) -> Result<Value, Refusal> {
    let plan = plan(world, call, "planArn")?;
    let state = call.input.text("state");
    let own = world.switch.executions.iter().filter(|e| e.plan == plan.arn && e.runs_in == call.region);
    let fits = own.filter(|e| state.is_none_or(|s| e.state.as_str() == s)).rev();
    listed(call, "items", fits.map(|e| execution_record(e).into()).collect())
}

fn list_events(world: &World, call: &Call) -> Result<Value, Refusal> {
    let execution = execution(world, call)?;
    let name = call.input.text("name");
    let id = |n: usize| uuid(&format!("{} event {n}", execution.id));
    let record = |(n, e): (usize, &Event)| {
        let before = n.checked_sub(1).map(id);
        Record::new()
            .with("timestamp", e.at)
            .with("type", e.kind)
            .maybe("stepName", e.step.as_ref().map(|(name, _)| name.as_str()))
            .maybe("executionBlockType", e.step.as_ref().map(|(_, block)| *block))
            .maybe("error", e.error.as_deref())
            .with("description", e.words.as_str())
            .with("eventId", id(n))
            .maybe("previousEventId", before)
            .into()
    };
    let all = execution.events.iter().enumerate();
    let fits = all.filter(|(_, e)| name.is_none_or(|n| e.step.as_ref().is_some_and(|(step, _)| step == n)));
    listed(call, "items", fits.map(record).collect())
}

fn evaluation(world: &World, call: &Call) -> Result<Value, Refusal> {
    let plan = plan(world, call, "planArn")?;
    // It is evaluated every half hour.
    let last = world.now.as_second().div_euclid(1800) * 1800;
    let last = jiff::Timestamp::from_second(last).unwrap_or(world.now);
    Ok(Record::new()
        .with("planArn", plan.arn.as_str())
        .with("lastEvaluationTime", last)
        .with("lastEvaluatedVersion", "1")
        .with("region", call.region.as_str())
        .with("evaluationState", "passed")
        .list("warnings", "member", Vec::<Value>::new())
        .into())
}

fn plan_summary(world: &World, p: &Plan) -> Record {
    let active = world.switch.executions.iter().find(|e| e.plan == p.arn && !e.state.is_over());
    Record::new()
        .with("arn", p.arn.as_str())
        .with("owner", world.account.as_str())
        .with("name", p.spec.name.as_str())
        .list("regions", "member", p.regions.iter().map(String::as_str))
        .with("recoveryApproach", p.spec.approach.as_str())
        .maybe("primaryRegion", p.regions.first().map(String::as_str))
        .with("version", "1")
        .with("updatedAt", p.updated)
        .with("executionRole", role(world))
        .maybe("activePlanExecution", active.map(|e| e.id.as_str()))
        .with("recoveryTimeObjectiveMinutes", p.spec.rto)
}

fn plan_record(world: &World, p: &Plan) -> Record {
    let workflows = p.spec.workflows.iter().map(|w| {
        Record::new()
            .list("steps", "member", w.steps.iter().map(|s| block::step(world, p, s)))
            .with("workflowTargetAction", w.action.as_str())
            .maybe("workflowTargetRegion", w.region.as_deref())
    });
    let alarms = world.alarms.iter().filter(|a| p.spec.health.iter().any(|h| a.name.starts_with(h.as_str())));
    let alarms = alarms.map(|a| {
        let alarm =
            Record::new().with("resourceIdentifier", a.arn.as_str()).with("alarmType", "applicationHealth");
        (a.name.clone(), alarm.into())
    });
    Record::new()
        .with("arn", p.arn.as_str())
        .list("workflows", "member", workflows)
        .with("executionRole", role(world))
        .with("recoveryTimeObjectiveMinutes", p.spec.rto)
        .with("associatedAlarms", Record(alarms.collect()))
        .with("name", p.spec.name.as_str())
        .list("regions", "member", p.regions.iter().map(String::as_str))
        .with("recoveryApproach", p.spec.approach.as_str())
        .maybe("primaryRegion", p.regions.first().map(String::as_str))
        .with("owner", world.account.as_str())
        .with("version", "1")
        .with("updatedAt", p.updated)
}

fn role(world: &World) -> String {
    format!("arn:aws:iam::{}:role/region-switch", world.account)
}
