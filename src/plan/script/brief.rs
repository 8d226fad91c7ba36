//! The same calls without the shell around them, for a screen: a line to copy for each write and each read.
//!
//! It proves nothing by itself: what must be seen in an answer is said beside the read, and a person looks.

use super::plain;
use crate::model::topology::Topology;
use crate::plan::operation::Operation;
use crate::plan::{Plan, Step};

/// A comment and a line for each write, and what must be seen with a line for each read, in the order of the plan.
#[must_use]
pub fn lines(plan: &Plan, topology: &Topology) -> Vec<String> {
    let intent = &plan.intent;
    let (playbook, from, to) = (&intent.playbook, &intent.from, &intent.to);
    let mut lines = vec![
        format!("# {playbook} {from} → {to}; each write, then what proves it"),
        format!("# as a script: pointsman plan {playbook} --from {from} --to {to} --as sh"),
    ];
    lines.extend(plan.steps.iter().flat_map(|step| step_lines(step, topology)));
    lines
}

fn step_lines(step: &Step, topology: &Topology) -> Vec<String> {
    let Some(operation) = step.operation() else {
        return vec![format!("# {} {}: nothing is sent", step.id, plain(&step.title))];
    };
    let mut lines = vec![
        format!("# {} {} ({})", step.id, plain(&step.title), operation.plane()),
        operation.cli(topology),
        format!("# must be seen: {}", wanted(operation, topology)),
    ];
    lines.extend(operation.cli_read_back(topology));
    lines
}

/// What must be seen in the answers to the reads.
fn wanted(operation: &Operation, topology: &Topology) -> String {
    match (operation, &topology.routing, operation.target()) {
        (Operation::RoutingSet(set), Some(routing), _) => {
            let states = set.entries.iter().map(|entry| format!("{} {}", entry.control, entry.state));
            let states = states.collect::<Vec<_>>().join(", ");
            format!("{states} at {} of {} endpoints", routing.quorum(), routing.endpoints.len())
        }
        (Operation::AuroraSwitchover(_) | Operation::AuroraFailover(_), _, Some(target)) => {
            let cluster = target.cluster.rsplit(':').next().unwrap_or(&target.cluster);
            format!("available, with {cluster} as the writer")
        }
        _ => format!("{operation} has taken effect"),
    }
}
