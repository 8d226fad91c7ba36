//! The reads of a script that prove a write, and what must be seen in them.
//!
//! They are the same that pointsman itself goes by, and they end in an error when it is not seen in time.

use std::time::Duration;

use super::{endpoints, plain, quoted, services};
use crate::model::topology::{Routing, Topology};
use crate::plan::operation::{
    AuroraTarget, ControlChange, Failover, FisStart, FisStop, Operation, Switchover,
};

/// The lines that prove an operation within a time.
pub(super) fn read_back(operation: &Operation, within: Duration, topology: &Topology) -> String {
    match operation {
        Operation::RoutingSet(set) => match &topology.routing {
            Some(routing) => controls(&set.entries, routing, within),
            None => by_hand(operation),
        },
        Operation::FisStart(FisStart(of)) => services::started(of, within),
        Operation::FisStop(FisStop(of)) => services::stopped(of, within),
        Operation::FisLever(lever) => services::lever(lever, within),
        Operation::SwitchRun(run) => services::executed(run, within),
        Operation::AuroraSwitchover(Switchover(target)) | Operation::AuroraFailover(Failover(target)) => {
            writer(target, within)
        }
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

/// What only a person can look at.
fn by_hand(operation: &Operation) -> String {
    format!(
        "give_up 'look by hand whether this took effect, then go on below it: {}'\n",
        plain(&operation.to_string()).replace('\'', "")
    )
}
