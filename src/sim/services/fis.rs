//! FIS: experiment templates, experiments, and the safety lever. One service a Region.
//!
//! It must never have an effect itself: an experiment has, when the world comes to it.

use std::time::Duration;

use super::Call;
use super::page::{limit, page};
use crate::sim::scenario::world::{Action, Experiment as Spec};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::fis::{ActionRun, Experiment, Lever, Status, Template};

const LIST_PAGE: usize = 100;
/// The one lever of a Region.
const LEVER: &str = "default";

/// Performs a FIS operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "StartExperiment" => start(world, call),
        "StopExperiment" => {
            let at = world.stop_experiment(&call.region, call.required("id")?)?;
            Ok(named("experiment", experiment_record(world, &world.fis.experiments[at])))
        }
        "GetExperiment" => {
            let experiment = experiment(world, call, "id")?;
            Ok(named("experiment", experiment_record(world, experiment)))
        }
        "ListExperiments" => list_experiments(world, call),
        "ListExperimentResolvedTargets" => resolved_targets(world, call),
        "GetExperimentTemplate" => {
            let id = call.required("id")?;
            let template = world.fis.template(&call.region, id);
            let template = template.ok_or_else(|| not_found(&format!("Experiment template {id}")))?;
            Ok(named("experimentTemplate", template_record(world, template)))
        }
        "ListExperimentTemplates" => {
            let own = world.fis.templates.iter().filter(|t| t.spec.region == call.region);
            listed(call, "experimentTemplates", own.map(|t| template_summary(t).into()).collect())
        }
        "GetSafetyLever" => Ok(named("safetyLever", lever_record(lever(world, call)?))),
        "UpdateSafetyLeverState" => move_lever(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

fn named(name: &str, record: Record) -> Value {
    Record::new().with(name, record).into()
}

fn not_found(what: &str) -> Refusal {
    Refusal::new("ResourceNotFoundException", format!("{what} was not found.")).status(404)
}

fn listed(call: &Call, name: &str, all: Vec<Value>) -> Result<Value, Refusal> {
    let limit = limit(call.input.int("maxResults"), LIST_PAGE, 1..=100)
        .ok_or_else(|| call.service.invalid("maxResults must be between 1 and 100."))?;
    let page = page(all, call.input.text("nextToken"), limit)
        .ok_or_else(|| call.service.invalid("The nextToken is not valid."))?;
    Ok(Record::new().list(name, "member", page.items).maybe("nextToken", page.next).into())
}

fn experiment<'a>(world: &'a World, call: &Call, label: &str) -> Result<&'a Experiment, Refusal> {
    let id = call.required(label)?;
    world.fis.experiment(&call.region, id).ok_or_else(|| not_found(&format!("Experiment {id}")))
}

fn start(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let template = call.required("experimentTemplateId")?;
    let token = call.required("clientToken")?;
    let at = world.start_experiment(&call.region, template, token)?;
    Ok(named("experiment", experiment_record(world, &world.fis.experiments[at])))
}

fn list_experiments(world: &World, call: &Call) -> Result<Value, Refusal> {
    let template = call.input.text("experimentTemplateId");
    let own = world.fis.experiments.iter().filter(|e| e.region == call.region);
    let fits = own.filter(|e| template.is_none_or(|t| e.template == t)).rev();
    let summary = |e: &Experiment| {
        Record::new()
            .with("id", e.id.as_str())
            .with("arn", e.arn.as_str())
            .with("experimentTemplateId", e.template.as_str())
            .with("state", state_record(world, e))
            .with("creationTime", e.created)
            .with("tags", Record::new())
            .with("experimentOptions", options(e.empty.as_str()).with("actionsMode", "run-all"))
            .into()
    };
    listed(call, "experiments", fits.map(summary).collect())
}

fn resolved_targets(world: &World, call: &Call) -> Result<Value, Refusal> {
    let experiment = experiment(world, call, "experimentId")?;
    let target = call.input.text("targetName");
    let fits = experiment.resolved.iter().filter(|r| target.is_none_or(|t| r.target == t));
    let record = |r: &crate::sim::world::fis::Resolved| {
        Record::new()
            .with("resourceType", r.kind.as_str())
            .with("targetName", r.target.as_str())
            .with("targetInformation", Record::new().with("arn", r.arn.as_str()))
            .into()
    };
    listed(call, "resolvedTargets", fits.map(record).collect())
}

fn lever<'a>(world: &'a World, call: &Call) -> Result<&'a Lever, Refusal> {
    let id = call.required("id")?;
    // The CLI takes the id, some callers give the ARN.
    let own = world.fis.lever(&call.region).filter(|l| id == LEVER || l.arn == id);
    own.ok_or_else(|| not_found(&format!("Safety lever {id}")))
}

fn move_lever(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    lever(world, call)?;
    let state = call.input.get("state").ok_or_else(|| call.service.missing("state"))?;
    let engage = match state.text("status") {
        Some("engaged") => true,
        Some("disengaged") => false,
        _ => return Err(call.service.invalid("state.status must be engaged or disengaged.")),
    };
    let reason = state.text("reason").filter(|r| !r.is_empty());
    let reason = reason.ok_or_else(|| call.service.missing("state.reason"))?.to_owned();
    world.move_safety_lever(&call.region, engage, &reason)?;
    Ok(named("safetyLever", lever_record(lever(world, call)?)))
}

fn lever_record(lever: &Lever) -> Record {
    let state = Record::new().with("status", lever.state.as_str()).with("reason", lever.reason.as_str());
    Record::new().with("id", LEVER).with("arn", lever.arn.as_str()).with("state", state)
}

fn state_record(world: &World, e: &Experiment) -> Record {
    let error = e.error.map(|code| {
        Record::new().with("accountId", world.account.as_str()).with("code", code).with("location", "targets")
    });
    let state = Record::new().with("status", e.status.as_str()).with("reason", e.reason.as_str());
    state.maybe("error", error)
}

fn experiment_record(world: &World, e: &Experiment) -> Record {
    let actions = e.actions.iter().map(|a| (a.spec.name.clone(), action_record(a).into()));
    let targets = e.actions.iter().filter_map(|a| Some((a.spec.name.clone(), target(&a.spec)?.into())));
    let stops = stop_conditions(world, &e.region, &e.stop);
    Record::new()
        .with("id", e.id.as_str())
        .with("arn", e.arn.as_str())
        .with("experimentTemplateId", e.template.as_str())
        .with("roleArn", role(world))
        .with("state", state_record(world, e))
        .with("targets", Record(targets.collect()))
        .with("actions", Record(actions.collect()))
        .list("stopConditions", "member", stops)
        .with("creationTime", e.created)
        .maybe("startTime", e.started)
        .maybe("endTime", e.ended)
        .with("tags", Record::new())
        .with("experimentOptions", options(e.empty.as_str()).with("actionsMode", "run-all"))
        .with("targetAccountConfigurationsCount", 1)
}

fn action_record(a: &ActionRun) -> Record {
    let state = Record::new().with("status", a.status.as_str()).with("reason", a.reason.as_str());
    let record = action(&a.spec).with("state", state).maybe("startTime", a.started);
    // A pending action has no end, nor has one that runs.
    record.maybe("endTime", a.ended.filter(|_| a.status != Status::Running))
}

/// What an action has in common with the one of its template.
fn action(spec: &Action) -> Record {
    let lasts = spec.lasts.map(iso_duration);
    let parameters = Record::new()
        .maybe("duration", lasts)
        .maybe("region", spec.region.as_deref())
        .maybe("percent", spec.percent.filter(|_| spec.lasts.is_some()).map(|p| p.to_string()));
    let record = Record::new().with("actionId", spec.action.as_str()).with("parameters", parameters).list(
        "startAfter",
        "member",
        spec.after.iter().map(String::as_str),
    );
    match &spec.on {
        Some(kind) => record.with("targets", Record::new().with(key_of(kind), spec.name.as_str())),
        None => record.with("targets", Record::new()),
    }
}

/// The key under which an action names a target of a type (`Tasks`, `Subnets`).
fn key_of(kind: &str) -> &'static str {
    match kind {
        "aws:ec2:subnet" => "Subnets",
        "aws:dynamodb:global-table" => "Tables",
        "aws:ecs:task" => "Tasks",
        "aws:rds:cluster" => "Clusters",
        "aws:ec2:transit-gateway" => "TransitGateways",
        "aws:s3:bucket" => "Buckets",
        _ => "Targets",
    }
}

fn target(spec: &Action) -> Option<Record> {
    let kind = spec.on.as_deref()?;
    let tags = spec.tags.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
    let mode = match spec.percent.filter(|_| spec.lasts.is_none()) {
        Some(percent) => format!("PERCENT({percent})"),
        None => "ALL".to_owned(),
    };
    let record = Record::new().with("resourceType", kind).with("resourceTags", Record(tags.collect()));
    Some(record.with("selectionMode", mode))
}

fn iso_duration(lasts: Duration) -> String {
    match lasts.as_secs() {
        seconds if seconds % 60 == 0 => format!("PT{}M", seconds / 60),
        seconds => format!("PT{seconds}S"),
    }
}

fn stop_conditions(world: &World, region: &str, stop: &[String]) -> Vec<Value> {
    let alarm = |name: &String| {
        let arn = format!("arn:aws:cloudwatch:{region}:{}:alarm:{name}", world.account);
        Record::new().with("source", "aws:cloudwatch:alarm").with("value", arn).into()
    };
    if stop.is_empty() {
        return vec![Record::new().with("source", "none").into()];
    }
    stop.iter().map(alarm).collect()
}

fn options(empty: &str) -> Record {
    Record::new().with("accountTargeting", "single-account").with("emptyTargetResolutionMode", empty)
}

fn role(world: &World) -> String {
    format!("arn:aws:iam::{}:role/fis-experiments", world.account)
}

fn template_summary(t: &Template) -> Record {
    Record::new()
        .with("id", t.id.as_str())
        .with("arn", t.arn.as_str())
        .with("description", t.spec.name.as_str())
        .with("creationTime", t.created)
        .with("lastUpdateTime", t.created)
        .with("tags", Record::new().with("Name", t.spec.name.as_str()))
}

fn template_record(world: &World, t: &Template) -> Record {
    let spec: &Spec = &t.spec;
    let actions = spec.actions.iter().map(|a| (a.name.clone(), action(a).into()));
    let targets = spec.actions.iter().filter_map(|a| Some((a.name.clone(), target(a)?.into())));
    template_summary(t)
        .with("targets", Record(targets.collect()))
        .with("actions", Record(actions.collect()))
        .list("stopConditions", "member", stop_conditions(world, &spec.region, &spec.stop))
        .with("roleArn", role(world))
        .with("experimentOptions", options(spec.empty.as_str()))
        .with("targetAccountConfigurationsCount", 1)
}
