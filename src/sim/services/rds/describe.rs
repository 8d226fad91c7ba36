//! `DescribeDBClusters` and `DescribeDBInstances`.
//!
//! It must never show what stands in another Region.

use super::replica::{self, of};
use super::{filter, listed};
use crate::sim::services::Call;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::aurora::{DbCluster, DbInstance};
use crate::sim::world::replica::Engine;

/// Answers `DescribeDBClusters`.
pub(super) fn clusters(world: &World, call: &Call) -> Result<Value, Refusal> {
    filter::check(call, &["clone-group-id", "db-cluster-id", "db-cluster-resource-id", "domain", "engine"])?;
    let wanted = call.input.text("DBClusterIdentifier");
    let found: Vec<Record> = here(world, call)
        .chain(replica::clusters(world, call))
        .filter(|cluster| wanted.is_none_or(|id| is(id, &cluster.id, &cluster.arn)))
        .filter(|cluster| filter::passes(call, |name| cluster_property(world, cluster, name)))
        .map(|cluster| cluster_record(world, cluster))
        .collect();
    match wanted {
        Some(id) if found.is_empty() => {
            Err(Refusal::new("DBClusterNotFoundFault", format!("DBCluster {id} not found.")).status(404))
        }
        _ => listed(call, "DBClusters", "DBCluster", found),
    }
}

/// Answers `DescribeDBInstances`.
pub(super) fn instances(world: &World, call: &Call) -> Result<Value, Refusal> {
    filter::check(call, &["db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"])?;
    let wanted = call.input.text("DBInstanceIdentifier");
    let found: Vec<Record> = here(world, call)
        .chain(replica::all(world, call))
        .flat_map(|cluster| cluster.instances.iter().map(move |instance| (cluster, instance)))
        .filter(|(_, instance)| wanted.is_none_or(|id| is(id, &instance.id, &instance.arn)))
        .filter(|(cluster, instance)| {
            filter::passes(call, |name| instance_property(world, cluster, instance, name))
        })
        .map(|(cluster, instance)| instance_record(world, cluster, instance))
        .collect();
    match wanted {
        Some(id) if found.is_empty() => {
            Err(Refusal::new("DBInstanceNotFound", format!("DBInstance {id} not found.")).status(404))
        }
        _ => listed(call, "DBInstances", "DBInstance", found),
    }
}

fn here<'a>(world: &'a World, call: &Call) -> impl Iterator<Item = &'a DbCluster> + use<'a> {
    let region = world.region_ix(&call.region);
    world.aurora.clusters.iter().filter(move |cluster| Some(cluster.region) == region)
}

fn is(wanted: &str, id: &str, arn: &str) -> bool {
    wanted.eq_ignore_ascii_case(id) || wanted == arn
}

fn cluster_property(world: &World, cluster: &DbCluster, name: &str) -> Vec<String> {
    match name {
        "db-cluster-id" => vec![cluster.id.clone(), cluster.arn.clone()],
        "db-cluster-resource-id" => vec![cluster.resource_id.clone()],
        "engine" => vec![engine(world, cluster).0.to_owned()],
        _ => Vec::new(),
    }
}

fn instance_property(world: &World, cluster: &DbCluster, instance: &DbInstance, name: &str) -> Vec<String> {
    match name {
        "db-instance-id" => vec![instance.id.clone(), instance.arn.clone()],
        "dbi-resource-id" => vec![instance_resource_id(instance)],
        _ => cluster_property(world, cluster, name),
    }
}

/// Engine and version; a cluster that left its global cluster keeps what that one had.
fn engine<'a>(world: &'a World, cluster: &DbCluster) -> (&'a str, &'a str) {
    if let Some((store, _)) = of(world, cluster) {
        return store.engine.words();
    }
    let global = cluster.global.as_deref().and_then(|id| world.aurora.global(id));
    let global = global.or_else(|| world.aurora.globals.first());
    global.map_or(("aurora-mysql", "8.0.mysql_aurora.3.08.0"), |global| {
        (&global.engine, &global.engine_version)
    })
}

fn port(engine: &str) -> i64 {
    if engine.contains("postgres") { 5432 } else { 3306 }
}

/// The eight letters that make an endpoint's name unique in its Region.
fn suffix(resource_id: &str) -> String {
    let letters = resource_id.trim_start_matches("cluster-").chars().filter(char::is_ascii_alphanumeric);
    letters.take(12).collect::<String>().to_lowercase()
}

pub(super) fn cluster_record(world: &World, cluster: &DbCluster) -> Record {
    let (engine, version) = engine(world, cluster);
    let region = world.regions.get(cluster.region).map_or("", |region| region.name.as_str());
    let host = |part: &str| {
        format!("{}.{part}{}.{region}.rds.amazonaws.com", cluster.id, suffix(&cluster.resource_id))
    };
    let member = cluster
        .global
        .as_deref()
        .and_then(|id| world.aurora.global(id))
        .and_then(|global| global.members.iter().find(|member| member.cluster == cluster.arn));
    let forwards = member.filter(|member| !member.writer).map(|member| member.forwarding);
    let source = cluster.global.as_deref().and_then(|id| world.aurora.global(id)?.writer());
    let source = source.map(|writer| writer.cluster.as_str()).filter(|arn| *arn != cluster.arn);
    let copied = of(world, cluster);
    let source = source.or(copied.and_then(|(_, end)| end.source.as_deref()));
    let replicas = copied.map(|(store, end)| store.replicas_of(end).collect::<Vec<_>>());
    let members = cluster.instances.iter().map(|instance| {
        Record::new()
            .with("DBInstanceIdentifier", instance.id.as_str())
            .with("IsClusterWriter", instance.writer)
            .with("DBClusterParameterGroupStatus", "in-sync")
            .with("PromotionTier", 1)
    });
    let zones = cluster.instances.iter().map(|instance| instance.zone.as_str());
    Record::new()
        .with("AllocatedStorage", 1)
        .list("AvailabilityZones", "AvailabilityZone", zones)
        .with("BackupRetentionPeriod", 7)
        .with("DBClusterIdentifier", cluster.id.as_str())
        .with("DBClusterParameterGroup", format!("default.{engine}8.0"))
        .with("DBSubnetGroup", "default")
        .with("Status", cluster.status.as_str())
        .with("EarliestRestorableTime", cluster.created)
        .with("Endpoint", host("cluster-"))
        .with("ReaderEndpoint", host("cluster-ro-"))
        .with("MultiAZ", cluster.instances.len() > 1)
        .with("Engine", engine)
        .with("EngineVersion", version)
        .with("LatestRestorableTime", world.now)
        .with("Port", port(engine))
        .with("MasterUsername", "admin")
        .maybe("ReplicationSourceIdentifier", source)
        .list("ReadReplicaIdentifiers", "ReadReplicaIdentifier", replicas.unwrap_or_default())
        .list("DBClusterMembers", "DBClusterMember", members)
        .with("StorageEncrypted", true)
        .with("DbClusterResourceId", cluster.resource_id.as_str())
        .with("DBClusterArn", cluster.arn.as_str())
        .with("ClusterCreateTime", cluster.created)
        .with("EngineMode", "provisioned")
        .with("DeletionProtection", true)
        .maybe("GlobalClusterIdentifier", cluster.global.as_deref())
        .maybe("GlobalWriteForwardingStatus", forwards.map(|on| if on { "enabled" } else { "disabled" }))
        .maybe("GlobalWriteForwardingRequested", forwards)
}

fn instance_resource_id(instance: &DbInstance) -> String {
    format!("db-{}", instance.id.to_uppercase().replace('-', ""))
}

pub(super) fn instance_record(world: &World, cluster: &DbCluster, instance: &DbInstance) -> Record {
    let (engine, version) = engine(world, cluster);
    let region = world.regions.get(cluster.region).map_or("", |region| region.name.as_str());
    let address = format!("{}.{}.{region}.rds.amazonaws.com", instance.id, suffix(&cluster.resource_id));
    let endpoint = Record::new().with("Address", address).with("Port", port(engine));
    let alone = of(world, cluster).filter(|(store, _)| store.engine == Engine::Rds);
    let member = alone.is_none().then_some(cluster.id.as_str());
    let record = Record::new()
        .with("DBInstanceIdentifier", instance.id.as_str())
        .with("DBInstanceClass", if alone.is_some() { "db.r6g.large" } else { "db.serverless" })
        .with("Engine", engine)
        .with("DBInstanceStatus", instance.status.as_str())
        .with("MasterUsername", "admin")
        .with("Endpoint", endpoint)
        .with("AllocatedStorage", 1)
        .with("InstanceCreateTime", cluster.created)
        .with("BackupRetentionPeriod", 7)
        .with("AvailabilityZone", instance.zone.as_str())
        .with("MultiAZ", false)
        .with("EngineVersion", version)
        .with("AutoMinorVersionUpgrade", false)
        .with("PubliclyAccessible", false)
        .with("StorageType", if alone.is_some() { "gp3" } else { "aurora" })
        .maybe("DBClusterIdentifier", member)
        .with("StorageEncrypted", true)
        .with("DbiResourceId", instance_resource_id(instance))
        .with("PromotionTier", 1)
        .with("DBInstanceArn", instance.arn.as_str())
        .with("DeletionProtection", false);
    alone.into_iter().fold(record, |record, (store, end)| replica::of_instance(record, store, end))
}
