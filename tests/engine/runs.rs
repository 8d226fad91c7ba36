//! Runs from the first line to the last: confirmed, refused, lost, throttled, late, decided about.

use std::time::Duration;

use pointsman::model::reading::{ControlState, Source, TroubleKind};
use pointsman::plan::event::{Decision, End, Outcome};
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::{Playbook, StepId};

use super::shop::{EAST, Reply, WEST};
use super::stage::Stage;

const FAIL: &str = "FailoverGlobalCluster";
const SWITCH: &str = "SwitchoverGlobalCluster";
const SET: &str = "UpdateRoutingControlStates";

fn outcomes(progress: &Progress) -> Vec<String> {
    let word = |state: &StepState| match state {
        StepState::Done(outcome) => outcome.to_string(),
        StepState::Waiting => "waiting".to_owned(),
        other => format!("{other:?}"),
    };
    progress.steps.values().map(|s| word(&s.state)).collect()
}

fn end(progress: &Progress) -> Option<End> {
    progress.closed.as_ref().map(|(_, end, _)| *end)
}

fn why(progress: &Progress, step: u16) -> &str {
    &progress.steps[&StepId(step)].why
}

#[tokio::test(start_paused = true)]
async fn a_failover_is_confirmed_at_the_orders_rung() {
    let stage = Stage::new();
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed));
    assert_eq!(stage.shop.writer("orders").as_str(), WEST);
    assert_eq!(stage.shop.writer("catalog").as_str(), WEST);
    assert_eq!(
        stage.shop.controls().into_values().collect::<Vec<_>>(),
        [ControlState::Off, ControlState::On]
    );
    let lines = stage.lines();
    assert_eq!(
        lines,
        [
            "- started failover us-east-1 → us-west-2, 4 steps, by maria: us-east-1 is gone",
            "1 intended read and record",
            "1 recorded ~4 orders at risk (orders 0.4s behind); orders us-east-1→us-west-2 0.4s, catalog us-east-1→us-west-2 0.4s",
            "1 confirmed recorded",
            "2 intended FailoverGlobalCluster us-west-2",
            "2 sent FailoverGlobalCluster us-west-2",
            "3 intended FailoverGlobalCluster us-west-2",
            "3 sent FailoverGlobalCluster us-west-2",
            "2 accepted us-west-2 request request-6",
            "3 accepted us-west-2 request request-8",
            "2 event failover started",
            "3 event failover started",
            "2 proved read back: writer us-west-2, available, read 51.2s after the write",
            "2 confirmed writer us-west-2, available, read 51.2s after the write",
            "3 proved read back: writer us-west-2, available, read 51.2s after the write",
            "3 confirmed writer us-west-2, available, read 51.2s after the write",
            "4 intended UpdateRoutingControlStates cluster endpoint eu-west-1",
            "4 sent UpdateRoutingControlStates cluster endpoint eu-west-1",
            "4 accepted cluster endpoint eu-west-1 request request-18",
        ],
        "{lines:#?}"
    );
}
