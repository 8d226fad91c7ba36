//! The ARC data plane: routing control states, read and changed at one of five endpoints.
//!
//! It must never check a safety rule: the world does, for every entry of a call or for none.

use super::page::{limit, page};
use super::{Call, Service};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::arc::{Control, ControlState};

const LIST_PAGE: usize = 500;

/// Performs an ARC data plane operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    if !world.arc.endpoints.iter().any(|one| one.region == endpoint(call)) {
        let words = format!("The cluster has no endpoint in {}.", endpoint(call));
        return Err(Refusal::new("UnknownEndpointException", words).status(404));
    }
    match call.operation.as_str() {
        "ListRoutingControls" => list(world, call),
        "GetRoutingControlState" => get_state(world, call),
        "UpdateRoutingControlState" => update_one(world, call),
        "UpdateRoutingControlStates" => update_many(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

/// The endpoint's Region; every call of this service has one.
fn endpoint(call: &Call) -> &str {
    call.endpoint.as_deref().unwrap_or(&call.region)
}

fn not_found(arn: &str, kind: &str) -> Refusal {
    Refusal::new("ResourceNotFoundException", format!("There is no {kind} {arn}."))
        .member("resourceId", arn)
        .member("resourceType", kind)
}

fn list(world: &World, call: &Call) -> Result<Value, Refusal> {
    let panel = call.input.text("ControlPanelArn");
    if let Some(arn) = panel.filter(|arn| world.arc.panel(arn).is_none()) {
        return Err(not_found(arn, "controlpanel"));
    }
    let limit = limit(call.input.int("MaxResults"), LIST_PAGE, 1..=i64::from(u16::MAX))
        .ok_or_else(|| call.service.invalid("MaxResults must be at least 1."))?;
    let found: Vec<Record> = world
        .arc
        .controls
        .iter()
        .filter(|control| panel.is_none_or(|panel| panel == control.panel))
        .map(|control| listed(world, call, control))
        .collect();
    let page = page(found, call.input.text("NextToken"), limit)
        .ok_or_else(|| call.service.invalid("The NextToken is not valid."))?;
    Ok(Record::new().list("RoutingControls", "member", page.items).maybe("NextToken", page.next).into())
}

fn listed(world: &World, call: &Call, control: &Control) -> Record {
    let state = world.control_state_at(endpoint(call), &control.arn).unwrap_or(control.state);
    let panel = world.arc.panel(&control.panel).map(|panel| panel.name.as_str());
    Record::new()
        .with("ControlPanelArn", control.panel.as_str())
        .maybe("ControlPanelName", panel)
        .with("RoutingControlArn", control.arn.as_str())
        .with("RoutingControlName", control.name.as_str())
        .with("RoutingControlState", state.as_str())
        .with("Owner", world.account.as_str())
}

fn get_state(world: &World, call: &Call) -> Result<Value, Refusal> {
    let arn = call.required("RoutingControlArn")?;
    let known = world.control_state_at(endpoint(call), arn).zip(world.arc.control(arn));
    let (state, control) = known.ok_or_else(|| not_found(arn, "routingcontrol"))?;
    Ok(Record::new()
        .with("RoutingControlArn", arn)
        .with("RoutingControlState", state.as_str())
        .with("RoutingControlName", control.name.as_str())
        .into())
}

fn update_one(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let entry = entry(&call.input)?;
    update(world, call, &[entry])
}

fn update_many(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    if call.input.get("UpdateRoutingControlStateEntries").is_none() {
        return Err(call.service.missing("UpdateRoutingControlStateEntries"));
    }
    let entries = call.input.items("UpdateRoutingControlStateEntries");
    let entries = entries.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    update(world, call, &entries)
}

fn update(world: &mut World, call: &Call, entries: &[(String, ControlState)]) -> Result<Value, Refusal> {
    let overrides: Vec<String> =
        call.input.texts("SafetyRulesToOverride").into_iter().map(str::to_owned).collect();
    world
        .set_routing_controls(endpoint(call), entries, &overrides)
        .map_err(|error| call.service.refusal(error))?;
    Ok(Record::new().into())
}

fn entry(input: &Value) -> Result<(String, ControlState), Refusal> {
    let member = |name| input.text(name).ok_or_else(|| Service::Cluster.missing(name));
    let arn = member("RoutingControlArn")?;
    let word = member("RoutingControlState")?;
    let state = ControlState::parse(word)
        .ok_or_else(|| Service::Cluster.invalid(format!("A routing control is On or Off, not {word}.")))?;
    Ok((arn.to_owned(), state))
}
