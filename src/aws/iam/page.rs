//! `docs/iam.md` as text: what each read and write needs, and the least that watching and acting can do with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::json;

use super::{READS, SHARED, SHARES, When, on};
use crate::plan::operation::Operation;

const HEAD: &str = "\
# IAM

This page is written by `POINTSMAN_WRITE=1 cargo test` from the tables that the program reads and writes by; a test
compares them.

Words in capitals are yours: `ACCOUNT`, `REGION` (each Region of the workload; a Region that cannot be reached must not
be the only one that is allowed), names and ids. Leave out the statements of services that `pointsman.toml` does not
declare. `*` stands where a service knows nothing narrower. `pointsman check` reads everything once and names the
action that is denied.

Two roles are worth having: one to watch with, which can change nothing, and one to act with, that is assumed for the
incident.
";

const OVERRIDE: &str = "
A safety rule of ARC can be overridden by whoever may update controls. To keep that from the role that acts, add to its
statement for `UpdateRoutingControlStates` the condition
`\"Bool\": { \"route53-recovery-cluster:AllowSafetyRulesOverrides\": \"false\" }`, and have a third role without it for
breaking the glass.

`CopyDBClusterSnapshot` of an encrypted snapshot needs the use of its KMS key, and `StartAutomationExecution` the
right to pass the role that the document names.
";

/// The page, with these operations: one of each kind at least.
#[must_use]
pub fn page(operations: &[Operation]) -> String {
    let mut page = HEAD.to_owned();
    reads(&mut page);
    page.push_str("\n### A role that watches\n\n");
    policy(&mut page, READS.iter().filter(|p| p.when < When::Sharing).map(|p| (p.action, p.on)));
    writes(&mut page, operations);
    page.push_str("\n### A role that acts\n\nAll of the above, and:\n\n");
    let actions = operations.iter().flat_map(Operation::iam);
    let acts = actions.filter(|action| !READS.iter().any(|permit| permit.action == **action));
    policy(&mut page, acts.filter_map(|action| Some((*action, on(action)?))));
    page.push_str(OVERRIDE);
    shared(&mut page);
    page
}

fn reads(page: &mut String) {
    page.push_str("\n## What it reads\n\n| action | on | what | when |\n|---|---|---|---|\n");
    for permit in READS.iter().filter(|permit| permit.when < When::Sharing) {
        let when = if permit.when == When::Checking { "`pointsman check`" } else { "watching" };
        row(page, &[&code(permit.action), &codes(permit.on), permit.reads, when]);
    }
}

fn writes(page: &mut String, operations: &[Operation]) {
    page.push_str("\n## What it writes\n\nOnly in a run that a person confirmed by name.\n\n");
    page.push_str("| step | call | plane | needs | on |\n|---|---|---|---|---|\n");
    let mut rows: BTreeMap<(&str, &str), [String; 3]> = BTreeMap::new();
    for operation in operations {
        let on: BTreeSet<&str> =
            operation.iam().iter().filter_map(|action| on(action)).flatten().copied().collect();
        let on: Vec<&str> = on.into_iter().collect();
        let cells = [operation.plane().to_string(), codes(operation.iam()), codes(&on)];
        rows.insert((operation.kind(), operation.api()), cells);
    }
    for ((kind, api), [plane, needs, on]) in rows {
        row(page, &[&code(kind), &code(api), &plane, &needs, &on]);
    }
}

/// The statements for the table that several bastions share.
fn shared(page: &mut String) {
    page.push_str("\n## The table that bastions share\n\nWhere `[shared]` is configured, whoever acts or attends needs:\n\n");
    let reads =
        READS.iter().filter(|permit| permit.when == When::Sharing).map(|permit| (permit.action, permit.on));
    policy(page, reads.chain(SHARES.iter().map(|action| (*action, [SHARED].as_slice()))));
}

/// A policy document of these actions: a statement for each service and what its actions are on.
fn policy<'a>(page: &mut String, actions: impl Iterator<Item = (&'a str, &'a [&'a str])>) {
    let mut statements: BTreeMap<(&str, &[&str]), BTreeSet<&str>> = BTreeMap::new();
    for (action, on) in actions {
        let service = action.split(':').next().unwrap_or_default();
        statements.entry((service, on)).or_default().insert(action);
    }
    let statement = |((_, on), actions): (&(&str, &[&str]), &BTreeSet<&str>)| json!({ "Effect": "Allow", "Action": actions, "Resource": on });
    let all: Vec<String> = statements.iter().map(statement).map(|one| format!("    {one}")).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(
        page,
        "```json\n{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}\n```",
        all.join(",\n")
    );
}

fn codes(words: &[&str]) -> String {
    words.iter().map(|word| code(word)).collect::<Vec<_>>().join(" ")
}

fn code(word: &str) -> String {
    format!("`{word}`")
}

fn row(page: &mut String, cells: &[&str]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}
