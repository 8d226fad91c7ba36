//! ECS: the service of each Region, its counts, its deployment and its events.
//!
//! It must never start a task itself: the world does, after its delay.

use super::page::{limit, page};
use super::{Call, Service};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::ecs::{CLUSTER, SERVICE};
use crate::sim::world::noise::hex;

/// Services that one call may ask for.
const MOST_NAMES: usize = 10;

/// Performs an ECS operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "DescribeServices" => describe_services(world, call),
        "UpdateService" => update_service(world, call),
        "ListServices" => list_services(world, call),
        "DescribeClusters" => Ok(describe_clusters(world, call)),
        other => Err(call.service.unknown_operation(other)),
    }
}

/// The Region whose cluster the call names.
fn cluster(world: &World, call: &Call) -> Result<usize, Refusal> {
    let named = world.ecs_cluster(&call.region, call.input.text("cluster"));
    named.map_err(|error| call.service.refusal(error))
}

fn describe_services(world: &World, call: &Call) -> Result<Value, Refusal> {
    let names = call.input.texts("services");
    if names.is_empty() {
        return Err(Service::Ecs.invalid("Services cannot be empty."));
    }
    if names.len() > MOST_NAMES {
        return Err(Service::Ecs.invalid(format!("Services must have at most {MOST_NAMES} members.")));
    }
    let at = cluster(world, call)?;
    let (known, unknown): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| world.is_ecs_service(&call.region, name));
    let failures = unknown.into_iter().map(|name| missing(world, call, "service", name));
    Ok(Record::new()
        .list("services", "member", known.into_iter().map(|_| service_record(world, at)))
        .list("failures", "member", failures)
        .into())
}

/// What could not be found: its ARN, and why.
fn missing(world: &World, call: &Call, kind: &str, name: &str) -> Record {
    let arn = match (name.starts_with("arn:"), kind) {
        (true, _) => name.to_owned(),
        (false, "service") => {
            format!("arn:aws:ecs:{}:{}:service/{CLUSTER}/{name}", call.region, world.account)
        }
        (false, kind) => format!("arn:aws:ecs:{}:{}:{kind}/{name}", call.region, world.account),
    };
    Record::new().with("arn", arn).with("reason", "MISSING")
}

fn update_service(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let service = call.required("service")?;
    let (cluster, desired) = (call.input.text("cluster"), call.input.int("desiredCount"));
    let at = world
        .update_service(&call.region, cluster, service, desired)
        .map_err(|error| call.service.refusal(error))?;
    Ok(Record::new().with("service", service_record(world, at)).into())
}

fn list_services(world: &World, call: &Call) -> Result<Value, Refusal> {
    cluster(world, call)?;
    let limit = limit(call.input.int("maxResults"), 10, 1..=100)
        .ok_or_else(|| Service::Ecs.invalid("maxResults must be between 1 and 100."))?;
    let page = page(vec![world.ecs_service_arn(&call.region)], call.input.text("nextToken"), limit)
        .ok_or_else(|| Service::Ecs.invalid("Invalid token."))?;
    Ok(Record::new().list("serviceArns", "member", page.items).maybe("nextToken", page.next).into())
}

fn describe_clusters(world: &World, call: &Call) -> Value {
    let names = match call.input.texts("clusters") {
        names if names.is_empty() => vec!["default"],
        names => names,
    };
    let found = |name: &&str| world.ecs_cluster(&call.region, Some(name)).is_ok();
    let (known, unknown): (Vec<&str>, Vec<&str>) = names.into_iter().partition(found);
    let at = world.region_ix(&call.region);
    let clusters = known.into_iter().filter_map(|_| at).map(|at| {
        let service = &world.regions[at].ecs;
        Record::new()
            .with("clusterArn", world.ecs_cluster_arn(&call.region))
            .with("clusterName", CLUSTER)
            .with("status", "ACTIVE")
            .with("registeredContainerInstancesCount", 0)
            .with("runningTasksCount", world.regions[at].now.running)
            .with("pendingTasksCount", service.pending())
            .with("activeServicesCount", 1)
    });
    let failures = unknown.into_iter().map(|name| missing(world, call, "cluster", name));
    Record::new().list("clusters", "member", clusters).list("failures", "member", failures).into()
}

fn service_record(world: &World, at: usize) -> Record {
    let region = &world.regions[at];
    let service = &region.ecs;
    let definition = format!("arn:aws:ecs:{}:{}:task-definition/{SERVICE}:3", region.name, world.account);
    let events = service.events.iter().map(|event| {
        Record::new()
            .with("id", event.id.as_str())
            .with("createdAt", event.at)
            .with("message", event.message.as_str())
    });
    let id = format!("ecs-svc/{}", hex(&format!("deployment {}", region.name), 16));
    let completed = format!("ECS deployment {id} completed.");
    let counts = |record: Record| {
        record
            .with("desiredCount", service.desired)
            .with("pendingCount", service.pending())
            .with("runningCount", region.now.running)
    };
    let deployment = counts(Record::new().with("id", id).with("status", "PRIMARY"))
        .with("taskDefinition", definition.as_str())
        .with("failedTasks", 0)
        .with("createdAt", service.made)
        .with("updatedAt", service.made)
        .with("launchType", "FARGATE")
        .with("rolloutState", "COMPLETED")
        .with("rolloutStateReason", completed);
    let record = Record::new()
        .with("serviceArn", world.ecs_service_arn(&region.name))
        .with("serviceName", SERVICE)
        .with("clusterArn", world.ecs_cluster_arn(&region.name))
        .with("status", "ACTIVE");
    counts(record)
        .with("launchType", "FARGATE")
        .with("taskDefinition", definition)
        .list("deployments", "member", [deployment])
        .list("events", "member", events)
        .with("createdAt", service.made)
        .with("schedulingStrategy", "REPLICA")
}
