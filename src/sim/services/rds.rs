//! RDS: Aurora clusters, global clusters, read replicas, snapshots, their events, and what changes them.
//!
//! It must never move a role: the world takes the time that takes.

mod describe;
mod event;
mod filter;
mod replica;
mod snapshot;

use super::Call;
use super::page::{limit, page};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::aurora::GlobalCluster;

/// Performs an RDS operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "DescribeGlobalClusters" => describe_globals(world, call),
        "DescribeDBClusters" => describe::clusters(world, call),
        "DescribeDBInstances" => describe::instances(world, call),
        "DescribeEvents" => event::describe(world, call),
        "SwitchoverGlobalCluster" => switchover(world, call),
        "FailoverGlobalCluster" => failover(world, call),
        "RemoveFromGlobalCluster" => remove(world, call),
        "PromoteReadReplicaDBCluster" => replica::promote_cluster(world, call),
        "PromoteReadReplica" => replica::promote_instance(world, call),
        "DescribeDBClusterSnapshots" => snapshot::describe(world, call),
        "CopyDBClusterSnapshot" => snapshot::copy(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

/// One page of a list, by `MaxRecords` (20 to 100) and `Marker`.
fn listed(call: &Call, name: &str, item: &'static str, all: Vec<Record>) -> Result<Value, Refusal> {
    let limit = limit(call.input.int("MaxRecords"), 100, 20..=100)
        .ok_or_else(|| call.service.invalid("Invalid value for max records. Must be between 20 and 100"))?;
    let page = page(all, call.input.text("Marker"), limit)
        .ok_or_else(|| call.service.invalid("The parameter Marker is invalid."))?;
    Ok(Record::new().maybe("Marker", page.next).list(name, item, page.items).into())
}

fn describe_globals(world: &World, call: &Call) -> Result<Value, Refusal> {
    filter::check(call, &["db-cluster-id", "region"])?;
    let wanted = call.input.text("GlobalClusterIdentifier");
    let here = world.region_ix(&call.region);
    let found: Vec<Record> = world
        .aurora
        .globals
        .iter()
        .filter(|global| global.members.iter().any(|member| Some(member.region) == here))
        .filter(|global| wanted.is_none_or(|id| id.eq_ignore_ascii_case(&global.id)))
        .map(global_record)
        .collect();
    match wanted {
        Some(id) if found.is_empty() => Err(global_not_found(id)),
        _ => listed(call, "GlobalClusters", "GlobalClusterMember", found),
    }
}

fn global_not_found(id: &str) -> Refusal {
    Refusal::new("GlobalClusterNotFoundFault", format!("Global cluster {id} not found")).status(404)
}

/// A global cluster as every operation shows it.
fn global_record(global: &GlobalCluster) -> Record {
    let readers = || global.members.iter().filter(|member| !member.writer);
    let members = global.members.iter().map(|member| {
        let readers = readers().filter(|_| member.writer).map(|reader| reader.cluster.as_str());
        let record = Record::new()
            .with("DBClusterArn", member.cluster.as_str())
            .list("Readers", "member", readers)
            .with("IsWriter", member.writer);
        let record = match (member.writer, member.forwarding) {
            (true, _) => record,
            (false, true) => record.with("GlobalWriteForwardingStatus", "enabled"),
            (false, false) => record.with("GlobalWriteForwardingStatus", "disabled"),
        };
        record.with("SynchronizationStatus", member.sync.as_str())
    });
    let state = global.change.as_ref().map(|change| {
        Record::new()
            .with("Status", change.status())
            .with("FromDbClusterArn", change.from.as_str())
            .with("ToDbClusterArn", change.to.as_str())
            .with("IsDataLossAllowed", change.data_loss_allowed())
    });
    Record::new()
        .with("GlobalClusterIdentifier", global.id.as_str())
        .with("GlobalClusterResourceId", global.resource_id.as_str())
        .with("GlobalClusterArn", global.arn.as_str())
        .with("Status", global.status.as_str())
        .with("Engine", global.engine.as_str())
        .with("EngineVersion", global.engine_version.as_str())
        .with("EngineLifecycleSupport", "open-source-rds-extended-support")
        .with("StorageEncrypted", true)
        .with("DeletionProtection", true)
        .list("GlobalClusterMembers", "GlobalClusterMember", members)
        .with("Endpoint", global.endpoint.as_str())
        .maybe("FailoverState", state)
}

/// The answer of a change: the global cluster as it is now.
fn changed(world: &World, id: &str) -> Result<Value, Refusal> {
    let global = world.aurora.global(id).ok_or_else(|| global_not_found(id))?;
    Ok(Record::new().with("GlobalCluster", global_record(global)).into())
}

fn switchover(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = call.required("GlobalClusterIdentifier")?;
    let target = call.required("TargetDbClusterIdentifier")?;
    world.switchover_global(&call.region, id, target).map_err(|error| call.service.refusal(error))?;
    changed(world, id)
}

/// Without `AllowDataLoss` it is a switchover; with `Switchover` as well it is a contradiction.
fn failover(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = call.required("GlobalClusterIdentifier")?;
    let target = call.required("TargetDbClusterIdentifier")?;
    let flag = |name| call.input.flag(name).unwrap_or(false);
    let (loss, switchover) = (flag("AllowDataLoss"), flag("Switchover"));
    if loss && switchover {
        let words = "The parameters AllowDataLoss and Switchover cannot be used together.";
        return Err(Refusal::new("InvalidParameterCombination", words));
    }
    world.failover_global(&call.region, id, target, loss).map_err(|error| call.service.refusal(error))?;
    changed(world, id)
}

fn remove(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = call.required("GlobalClusterIdentifier")?;
    let cluster = call.required("DbClusterIdentifier")?;
    world.remove_from_global(&call.region, id, cluster).map_err(|error| call.service.refusal(error))?;
    changed(world, id)
}
