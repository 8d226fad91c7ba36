//! The equal AWS CLI lines of a plan: each write, and the reads that show whether it took effect.
//!
//! They are there so that the console is never the only way: they can be run from any shell.

use crate::model::topology::Topology;
use crate::plan::{Plan, Step};

/// A comment and a line for each write, and a line for each read-back, in the order of the plan.
pub(super) fn lines(plan: &Plan, topology: &Topology) -> Vec<String> {
    let intent = &plan.intent;
    let mut lines = vec![format!("# {} {} → {}", intent.playbook, intent.from, intent.to)];
    for step in &plan.steps {
        lines.extend(step_lines(step, topology));
    }
    lines
}

/// The lines of one step.
pub(super) fn step_lines(step: &Step, topology: &Topology) -> Vec<String> {
    let Some(operation) = step.operation() else {
        return vec![format!("# {} {}: nothing is sent", step.id, step.title)];
    };
    let mut lines = vec![
        format!("# {} {} ({})", step.id, step.title, operation.plane()),
        operation.cli(topology),
        "# to read it back:".to_owned(),
    ];
    lines.extend(operation.cli_read_back(topology));
    lines
}
