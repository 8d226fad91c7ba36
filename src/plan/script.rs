//! A plan as a shell script of AWS CLI calls: each write followed by the reads that prove it, so that the work can be
//! finished where pointsman cannot run.
//!
//! It never hides an error: it stops at the first thing that is not as it must be, and nothing in it undoes itself.

mod brief;
mod drill;
mod reads;

use std::fmt::Write as _;

use super::operation::{Operation, RoutingSet};
use super::{Action, Intent, Plan, Step};
use crate::model::topology::{Routing, Topology};

pub use brief::lines;

/// Names for the shell, before the steps.
const HEAD: &str = include_str!("script/head.sh");

/// How long a script waits between two looks at the same thing, seconds.
const EVERY: u64 = 5;

/// The whole plan as a script for `sh`; it does nothing unless the Region that receives is its argument.
#[must_use]
pub fn script(plan: &Plan, topology: &Topology) -> String {
    let mut text = head(plan, topology);
    for (at, wave) in plan.waves().iter().enumerate() {
        let steps: Vec<&Step> = wave.iter().filter_map(|id| plan.step(*id)).collect();
        let _ok = writeln!(text, "\n# ---- wave {}", at + 1);
        for step in &steps {
            write(&mut text, plan, step, topology);
        }
        for step in &steps {
            prove(&mut text, step, topology);
        }
    }
    let _ok = writeln!(
        text,
        "\necho 'Every write was read back. Left to see: users arrive in {to}, its canaries succeed, orders come back.'",
        to = plan.intent.to
    );
    text
}

fn head(plan: &Plan, topology: &Topology) -> String {
    let Intent { playbook, from, to } = &plan.intent;
    let mut text = "#!/bin/sh\n".to_owned();
    let about = [
        format!("{playbook} {from} → {to} of {} ({})", topology.workload, topology.environment),
        format!(
            "Made at {} from what was read then; what has changed since is not in it.",
            plan.made.strftime("%Y-%m-%d %H:%M:%S UTC")
        ),
        format!("Run it with the name of the Region that receives: sh FILE {to}"),
        "It stops at the first thing that is not as it must be, and undoes nothing.".to_owned(),
    ];
    for line in &about {
        let _ok = writeln!(text, "# {}", plain(line));
    }
    let _ok = writeln!(text, "set -eu\n\nreceives={}\nevery={EVERY}", quoted(to.as_str()));
    text.push_str(HEAD);
    if let Some(account) = &topology.account {
        let _ok = writeln!(
            text,
            "\n# These credentials must be of the account of the workload.\nuntil_seen 30 {} aws sts get-caller-identity --region \"$receives\" --query Account --output text",
            quoted(account)
        );
    }
    text
}

fn write(text: &mut String, plan: &Plan, step: &Step, topology: &Topology) {
    for condition in &step.interlocks {
        let _ok = writeln!(text, "\nlooked_at {}", quoted(&plain(&condition.to_string())));
    }
    let Some(operation) = step.operation() else { return by_hand(text, step) };
    if plan.point_of_no_return() == Some(step.id) {
        text.push_str("\n# ==== from here on the only way back is another playbook ====\n");
    }
    let undo = operation.inverse().map_or_else(|| "none".to_owned(), |undo| undo.to_string());
    let _ok = writeln!(
        text,
        "\n# {} {} ({}; undo: {})",
        step.id,
        plain(&step.title),
        operation.plane(),
        plain(&undo)
    );
    let _ok = match operation {
        Operation::RoutingSet(change) => match &topology.routing {
            Some(routing) => writeln!(text, "{}", set(change, routing)),
            None => writeln!(text, "{}", operation.cli(topology)),
        },
        _ => writeln!(text, "{}", operation.cli(topology)),
    };
}

/// A step that sends nothing: what a person must do or see before the script goes on.
fn by_hand(text: &mut String, step: &Step) {
    let _ok = writeln!(text, "\n# {} {}", step.id, plain(&step.title));
    let asked = match &step.action {
        Action::Wait(condition) => condition.to_string(),
        Action::Approve(approval) => format!("a second person has approved: {}", approval.of),
        Action::Note { text } => format!("this was done by hand: {text}"),
        Action::Record | Action::Operate(_) => {
            text.push_str("# nothing is sent\n");
            return;
        }
    };
    let _ok = writeln!(text, "looked_at {}", quoted(&plain(&asked)));
}

/// One atomic update at whichever endpoint takes it: each is asked until one does, and what each says is shown.
fn set(change: &RoutingSet, routing: &Routing) -> String {
    let RoutingSet { entries, overrides, .. } = change;
    let overridden = match overrides.as_slice() {
        [] => String::new(),
        rules => {
            let arns: Vec<String> = rules.iter().map(|rule| quoted(&rule.arn)).collect();
            format!(" \\\n        --safety-rules-to-override {}", arns.join(" "))
        }
    };
    let states: Vec<String> = entries
        .iter()
        .map(|entry| quoted(&format!("RoutingControlArn={},RoutingControlState={}", entry.arn, entry.state)))
        .collect();
    format!(
        "# Setting a state twice is the same as once, so the next endpoint may be asked when one does not answer.\n\
         taken=\n\
         for endpoint in {endpoints}; do\n    \
             region=${{endpoint%%,*}}\n    \
             echo \"asking $region\" >&2\n    \
             if aws route53-recovery-cluster update-routing-control-states \\\n        \
                 --region \"$region\" --endpoint-url \"${{endpoint#*,}}\" --cli-connect-timeout 3 --cli-read-timeout 5 \\\n        \
                 --update-routing-control-state-entries {states}{overridden}; then\n        \
                 taken=$region\n        \
                 break\n    \
             fi\n    \
             echo \"$region did not take it; it says why above\" >&2\n\
         done\n\
         [ -n \"$taken\" ] || give_up 'no endpoint took the update'\n\
         echo \"taken by $taken\"",
        endpoints = endpoints(routing),
        states = states.join(" "),
    )
}

/// The cluster endpoints as words of `for`: Region, comma, URL.
fn endpoints(routing: &Routing) -> String {
    let words = routing.endpoints.iter().map(|at| quoted(&format!("{},{}", at.region, at.url)));
    words.collect::<Vec<_>>().join(" ")
}

fn prove(text: &mut String, step: &Step, topology: &Topology) {
    let Some(operation) = step.operation() else { return };
    let _ok = writeln!(text, "\n# {} {}: read back", step.id, plain(&step.title));
    text.push_str(&reads::read_back(operation, step.deadline, topology));
}

/// A word of the shell that is taken as it is written.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A comment stays on its line.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests;
