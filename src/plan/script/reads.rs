//! The reads of a script that prove a write, and what must be seen in them.
//!
//! They are the same that pointsman itself goes by, and they end in an error when it is not seen in time.

use std::time::Duration;

use super::{drill, endpoints, plain, quoted};
use crate::model::topology::{ReplicaEngine, Routing, Topology};
use crate::plan::operation::{
    AuroraTarget, ControlChange, Detach, EcsScale, Failover, FisStart, FisStop, Operation, Promote,
    SnapshotCopy, SsmRun, Switchover,
};

/// The lines that prove an operation within a time.
pub(super) fn read_back(operation: &Operation, within: Duration, topology: &Topology) -> String {
    match operation {
        Operation::RoutingSet(set) => match &topology.routing {
            Some(routing) => controls(&set.entries, routing, within),
            None => by_hand(operation, topology),
        },
        Operation::FisStart(FisStart(of)) => drill::started(of, within),
        Operation::FisStop(FisStop(of)) => drill::stopped(of, within),
        Operation::FisLever(lever) => drill::lever(lever, within),
        Operation::SwitchRun(run) => drill::executed(run, within),
        Operation::AuroraSwitchover(Switchover(target)) | Operation::AuroraFailover(Failover(target)) => {
            writer(target, within)
        }
        Operation::AuroraDetach(Detach(target)) => detached(target, within),
        Operation::ReplicaPromote(promote) => promoted(promote, within),
        Operation::SnapshotCopy(copy) => copied(copy, within),
        Operation::EcsScale(scale) => tasks(scale, within),
        Operation::SsmRun(run) => ended(run, within),
        _ => by_hand(operation, topology),
    }
}

/// The global cluster is available and its writer is the one that was asked for.
fn writer(target: &AuroraTarget, within: Duration) -> String {
    let AuroraTarget { store, global, to, cluster, .. } = target;
    let query = "GlobalClusters[0].join(' ', [Status, GlobalClusterMembers[?IsWriter].DBClusterArn | [0]])";
    format!(
        "# must be seen: the writer of {store} is the cluster in {to}, and the global cluster is available\n\
         until_seen {seconds} {wanted} \\\n    \
             aws rds describe-global-clusters --region {to} --global-cluster-identifier {global} \\\n    \
             --query {query} --output text\n",
        store = plain(store),
        seconds = within.as_secs(),
        wanted = quoted(&format!("available {cluster}")),
        global = quoted(global),
        query = quoted(query),
    )
}

/// As many tasks run as are wanted, and none is on its way.
fn tasks(scale: &EcsScale, within: Duration) -> String {
    let EcsScale { service, region, cluster, ecs, desired, .. } = scale;
    until(
        &format!("{desired} tasks of {service} run in {region}, and none is pending"),
        within,
        &format!("{desired} {desired} 0"),
        &format!(
            "aws ecs describe-services --region {region} --cluster {} --services {}",
            quoted(cluster),
            quoted(ecs)
        ),
        "services[0].join(' ', [to_string(desiredCount), to_string(runningCount), to_string(pendingCount)])",
    )
}

/// The newest execution of the document ended well; what it must have changed is for a person to look at.
fn ended(run: &SsmRun, within: Duration) -> String {
    let SsmRun { document, region, check, .. } = run;
    let also = check.as_ref().map_or_else(String::new, |check| format!(", and by hand: {check}"));
    let filter = quoted(&format!("Key=DocumentNamePrefix,Values={document}"));
    until(
        &format!("the newest execution of {document} is a success{also}"),
        within,
        "Success",
        &format!(
            "aws ssm describe-automation-executions --region {region} --filters {filter} --max-results 1"
        ),
        "AutomationExecutionMetadataList[0].AutomationExecutionStatus",
    )
}

/// The cluster is available and is a member of nothing.
fn detached(target: &AuroraTarget, within: Duration) -> String {
    let AuroraTarget { store, to, cluster, .. } = target;
    let id = cluster.rsplit(':').next().unwrap_or(cluster);
    until(
        &format!("{store} in {to} is available and in no global database; the old writer is not fenced"),
        within,
        "available alone",
        &format!("aws rds describe-db-clusters --region {to} --db-cluster-identifier {}", quoted(id)),
        "DBClusters[0].join(' ', [Status, not_null(GlobalClusterIdentifier, 'alone')])",
    )
}

/// The database is available and copies nothing.
fn promoted(promote: &Promote, within: Duration) -> String {
    let Promote { store, to, engine, .. } = promote;
    let id = quoted(promote.id());
    let (call, query) = match engine {
        ReplicaEngine::AuroraBinlog => (
            format!("aws rds describe-db-clusters --region {to} --db-cluster-identifier {id}"),
            "DBClusters[0].join(' ', [Status, not_null(ReplicationSourceIdentifier, 'alone')])",
        ),
        ReplicaEngine::Rds => (
            format!("aws rds describe-db-instances --region {to} --db-instance-identifier {id}"),
            "DBInstances[0].join(' ', [DBInstanceStatus, not_null(ReadReplicaSourceDBInstanceIdentifier, 'alone')])",
        ),
    };
    until(
        &format!("{store} in {to} is available and no longer a replica"),
        within,
        "available alone",
        &call,
        query,
    )
}

/// The copy is available.
fn copied(copy: &SnapshotCopy, within: Duration) -> String {
    let SnapshotCopy { store, region, target, .. } = copy;
    until(
        &format!("the copy of the {store} snapshot is available"),
        within,
        "available",
        &format!(
            "aws rds describe-db-cluster-snapshots --region {region} --db-cluster-snapshot-identifier {}",
            quoted(target)
        ),
        "DBClusterSnapshots[0].Status",
    )
}

/// Asks until the answer is the one that is wanted.
fn until(what: &str, within: Duration, wanted: &str, call: &str, query: &str) -> String {
    format!(
        "# must be seen: {what}\n\
         until_seen {seconds} {wanted} \\\n    \
             {call} \\\n    \
             --query {query} --output text\n",
        what = plain(what),
        seconds = within.as_secs(),
        wanted = quoted(wanted),
        query = quoted(query),
    )
}

/// As many endpoints as make a quorum tell every state that was asked for.
fn controls(entries: &[ControlChange], routing: &Routing, within: Duration) -> String {
    let wanted: Vec<String> =
        entries.iter().map(|entry| format!("{} {}", entry.control, entry.state)).collect();
    let asked: Vec<String> = entries
        .iter()
        .map(|entry| {
            format!(
                "        seen=$(aws route53-recovery-cluster get-routing-control-state --region \"$region\" \\\n            \
                 --endpoint-url \"$url\" --cli-connect-timeout 3 --cli-read-timeout 5 \\\n            \
                 --routing-control-arn {arn} \\\n            \
                 --query RoutingControlState --output text) || continue\n        \
                 [ \"$seen\" = {state} ] || {{ echo \"$region: {control} is $seen\" >&2; continue; }}",
                arn = quoted(&entry.arn),
                state = entry.state,
                control = plain(&entry.control).replace(['"', '$', '`', '\\'], "?"),
            )
        })
        .collect();
    format!(
        "# must be seen at {quorum} of {all} endpoints: {wanted}\n\
         left={seconds}\n\
         while :; do\n    \
             agree=0\n    \
             for endpoint in {endpoints}; do\n        \
                 region=${{endpoint%%,*}}\n        \
                 url=${{endpoint#*,}}\n\
         {asked}\n        \
                 agree=$((agree + 1))\n    \
             done\n    \
             echo \"$agree of {all} endpoints agree\"\n    \
             [ \"$agree\" -lt {quorum} ] || break\n    \
             [ \"$left\" -gt 0 ] || give_up 'the update is not read back'\n    \
             sleep \"$every\"\n    \
             left=$((left - every))\n\
         done\n",
        quorum = routing.quorum(),
        all = routing.endpoints.len(),
        wanted = plain(&wanted.join(", ")),
        seconds = within.as_secs(),
        endpoints = endpoints(routing),
        asked = asked.join("\n"),
    )
}

/// What a person must look at: it is read, and nothing goes on before they say that it is so.
fn by_hand(operation: &Operation, topology: &Topology) -> String {
    let what = quoted(&format!("{operation} has taken effect"));
    let reads = operation.cli_read_back(topology).join("\n");
    format!("{reads}\nlooked_at {what}\n")
}
