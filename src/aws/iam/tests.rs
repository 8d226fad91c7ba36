//! The table is what the code calls: nothing more, nothing less.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::super::script::snake;
use super::*;

/// Beginnings of the SDK's names of calls that read.
const VERBS: [&str; 7] = ["describe_", "get_", "list_", "lookup_", "batch_get_", "scan", "query"];

#[test]
fn every_call_that_reads_is_in_the_table() {
    let mut called = BTreeSet::new();
    calls(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/aws"), &mut called);
    // The token of a sign-in is what it is asked by; IAM has no part in it.
    assert!(called.remove("get_role_credentials"));
    let listed: BTreeSet<String> =
        READS.iter().map(|permit| snake(permit.action.rsplit(':').next().unwrap())).collect();
    assert_eq!(called, listed);
}

#[test]
fn what_a_source_needs_is_in_the_table() {
    let region = || "us-west-2".into();
    let name = || "orders".to_owned();
    let sources = [
        Source::Metrics(region()),
        Source::Endpoint(region()),
        Source::Aurora(name(), region()),
        Source::AuroraEvents(name(), region()),
        Source::Replica(name(), region()),
        Source::Snapshots(name(), region()),
        Source::Table(name(), region()),
        Source::Experiments(name(), region()),
        Source::Lever(region()),
        Source::Executions(name(), region()),
        Source::Service(name(), region()),
        Source::Automation(region(), name()),
        Source::Records(name()),
        Source::RecordChange(name()),
        Source::HealthCheck(name()),
        Source::Alarms(region()),
        Source::Identity(region()),
    ];
    let mut watched: BTreeSet<&str> =
        READS.iter().filter(|permit| permit.when == When::Watching).map(|permit| permit.action).collect();
    for source in &sources {
        for action in needs(source) {
            assert!(READS.iter().any(|permit| permit.action == *action), "{source} needs {action}");
            watched.remove(action);
        }
    }
    assert!(watched.is_empty(), "read while watching, and no source needs it: {watched:?}");
}

/// The SDK's names of the reads that the files under a folder call.
fn calls(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            calls(&path, into);
        } else if !path.ends_with("tests.rs") {
            let code = fs::read_to_string(&path).unwrap();
            let code = code.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
            let names = code.split("()").filter_map(|before| before.rsplit_once('.')).map(|(_, name)| name);
            let names = names.filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
            into.extend(names.filter(|n| VERBS.iter().any(|v| n.starts_with(v))).map(str::to_owned));
        }
    }
}
