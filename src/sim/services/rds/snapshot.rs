//! `DescribeDBClusterSnapshots` and `CopyDBClusterSnapshot`.
//!
//! It must never show what stands in another Region, nor what is over.

use super::{filter, listed};
use crate::sim::services::Call;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::aurora::Snapshot;

/// Answers `DescribeDBClusterSnapshots`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, Refusal> {
    filter::check(call, &["db-cluster-id", "db-cluster-snapshot-id", "snapshot-type", "engine"])?;
    let wanted = call.input.text("DBClusterSnapshotIdentifier");
    let cluster = call.input.text("DBClusterIdentifier");
    let kind = call.input.text("SnapshotType");
    let here = world.region_ix(&call.region);
    let found: Vec<Record> = world
        .aurora
        .snapshots
        .iter()
        .filter(|s| Some(s.region) == here)
        .filter(|s| wanted.is_none_or(|id| id.eq_ignore_ascii_case(&s.id) || id == s.arn))
        .filter(|s| cluster.is_none_or(|id| id.eq_ignore_ascii_case(&s.cluster) || id == s.of))
        .filter(|s| kind.is_none_or(|kind| kind == word(s)))
        .filter(|s| filter::passes(call, |name| property(s, name)))
        .map(|s| record(world, s))
        .collect();
    match wanted {
        Some(id) if found.is_empty() => {
            let words = format!("DBClusterSnapshot {id} not found.");
            Err(Refusal::new("DBClusterSnapshotNotFoundFault", words).status(404))
        }
        _ => listed(call, "DBClusterSnapshots", "DBClusterSnapshot", found),
    }
}

/// Answers `CopyDBClusterSnapshot`.
pub(super) fn copy(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let source = call.required("SourceDBClusterSnapshotIdentifier")?;
    let target = call.required("TargetDBClusterSnapshotIdentifier")?;
    let key = call.input.text("KmsKeyId");
    let copied = world.copy_snapshot(&call.region, source, target, key);
    let copied = copied.map_err(|error| call.service.refusal(error))?;
    Ok(Record::new().with("DBClusterSnapshot", record(world, &copied)).into())
}

const fn word(snapshot: &Snapshot) -> &'static str {
    if snapshot.manual { "manual" } else { "automated" }
}

fn property(snapshot: &Snapshot, name: &str) -> Vec<String> {
    match name {
        "db-cluster-id" => vec![snapshot.cluster.clone(), snapshot.of.clone()],
        "db-cluster-snapshot-id" => vec![snapshot.id.clone(), snapshot.arn.clone()],
        "snapshot-type" => vec![word(snapshot).to_owned()],
        "engine" => vec!["aurora-mysql".to_owned()],
        _ => Vec::new(),
    }
}

fn record(world: &World, snapshot: &Snapshot) -> Record {
    let there = snapshot.status == "available";
    let cluster = world.aurora.cluster(&snapshot.of);
    Record::new()
        .with("DBClusterSnapshotIdentifier", snapshot.id.as_str())
        .with("DBClusterIdentifier", snapshot.cluster.as_str())
        .with("SnapshotCreateTime", snapshot.at)
        .with("Engine", "aurora-mysql")
        .with("EngineMode", "provisioned")
        .with("AllocatedStorage", 1)
        .with("Status", snapshot.status.as_str())
        .with("Port", 0)
        .maybe("ClusterCreateTime", cluster.map(|cluster| cluster.created))
        .with("MasterUsername", "admin")
        .with("SnapshotType", word(snapshot))
        .with("PercentProgress", if there { 100 } else { progress(world, snapshot) })
        .with("StorageEncrypted", true)
        .with("KmsKeyId", snapshot.key.as_str())
        .with("DBClusterSnapshotArn", snapshot.arn.as_str())
        .maybe("SourceDBClusterSnapshotArn", snapshot.source.as_deref())
        .with("IAMDatabaseAuthenticationEnabled", false)
}

/// How far it is, percent.
fn progress(world: &World, snapshot: &Snapshot) -> i64 {
    let whole = snapshot.ready.duration_since(snapshot.at).as_secs().max(1);
    (world.now.duration_since(snapshot.at).as_secs() * 100 / whole).clamp(0, 99)
}
