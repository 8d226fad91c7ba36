//! The reads that prove what FIS and ARC Region switch were asked for.

use std::time::Duration;

use super::{plain, quoted};
use crate::plan::operation::{ExperimentRef, FisLever, SwitchRun};

/// Experiments that are not over.
const ACTIVE: &str = "contains(['pending','initiating','running','stopping'], state.status)";

/// The newest experiment of the template runs, and its targets came to something.
pub(super) fn started(of: &ExperimentRef, within: Duration) -> String {
    let ExperimentRef { experiment, region, template } = of;
    let newest = |what: &str| {
        format!(
            "aws fis list-experiments --region {region} --experiment-template-id {} \\\n    --query {} --output text",
            quoted(template),
            quoted(&format!("sort_by(experiments, &creationTime)[-1].{what}")),
        )
    };
    format!(
        "# must be seen: {name} runs, and its targets resolved to something\n\
         until_seen {seconds} running \\\n    {status}\n\
         experiment=$({id})\n\
         until_seen {seconds} True \\\n    \
             aws fis list-experiment-resolved-targets --region {region} --experiment-id \"$experiment\" \\\n    \
             --query {some} --output text\n",
        name = plain(experiment),
        seconds = within.as_secs(),
        status = newest("state.status"),
        id = newest("id"),
        some = quoted("length(resolvedTargets) > `0`"),
    )
}

/// No experiment of the template is active.
pub(super) fn stopped(of: &ExperimentRef, within: Duration) -> String {
    let ExperimentRef { experiment, region, template } = of;
    format!(
        "# must be seen: no experiment {name} is active\n\
         until_seen {seconds} 0 \\\n    \
             aws fis list-experiments --region {region} --experiment-template-id {template} \\\n    \
             --query {query} --output text\n",
        name = plain(experiment),
        seconds = within.as_secs(),
        template = quoted(template),
        query = quoted(&format!("length(experiments[?{ACTIVE}])")),
    )
}

/// The lever is where it was put.
pub(super) fn lever(lever: &FisLever, within: Duration) -> String {
    let word = if lever.engage { "engaged" } else { "disengaged" };
    format!(
        "# must be seen: the safety lever is {word}\n\
         until_seen {seconds} {word} \\\n    \
             aws fis get-safety-lever --region {region} --id default --query safetyLever.state.status --output text\n",
        seconds = within.as_secs(),
        region = lever.region,
    )
}

/// The newest execution has come to its own end; its steps may want a person until then.
pub(super) fn executed(run: &SwitchRun, within: Duration) -> String {
    let SwitchRun { plan, arn, to, .. } = run;
    let query =
        "contains(['completed','completedWithExceptions'], sort_by(items, &startTime)[-1].executionState)";
    format!(
        "# must be seen: the execution of {name} has completed; approve, skip or switch its steps where they wait\n\
         until_seen {seconds} True \\\n    \
             aws arc-region-switch list-plan-executions --region {to} --plan-arn {arn} \\\n    \
             --query {query} --output text\n",
        name = plain(plan),
        seconds = within.as_secs(),
        arn = quoted(arn),
        query = quoted(query),
    )
}
