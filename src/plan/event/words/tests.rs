//! Journal lines as they are read.

use super::*;
use crate::model::fixture::Scene;
use crate::model::reading::{Trouble, TroubleKind};
use crate::plan::event::{Outcome, RunId};
use crate::plan::operation::{AuroraTarget, Failover};
use crate::plan::{Intent, Playbook, Rung};

use crate::model::reading::Freshness;

#[test]
fn a_long_request_id_keeps_both_ends_and_a_short_one_everything() {
    assert_eq!(short("986b3b7d-1c2e-4f00-9a11-00000000002a"), "986b3b7d…002a");
    assert_eq!(short("request-6"), "request-6");
}

#[test]
fn the_loss_comes_first_and_links_of_the_other_way_stay_out() {
    let risk = AtRisk {
        orders: 17.2,
        rate: 300.0,
        lag: 3.4,
        store: "orders".to_owned(),
        freshness: Freshness::Fresh,
    };
    let links = ["orders a→b 3.4s", "catalog a→b 0.4s", "carts a→b 3.1s", "carts b→a 0.6s"];
    assert_eq!(
        at_risk(&risk, &links.map(str::to_owned)),
        "~17 orders at risk, orders 3.4s behind, catalog 0.4s, carts 3.1s"
    );
}

#[test]
fn no_reason_leaves_no_colon() {
    assert_eq!(because(" "), "");
    assert_eq!(because("INC-7"), ": INC-7");
}

const STEP: StepId = StepId(3);

fn trouble(kind: TroubleKind, text: &str) -> Trouble {
    Trouble { kind, text: text.to_owned(), request_id: None }
}

fn intended(attempt: u32) -> Event {
    let operation = Operation::AuroraFailover(Failover(AuroraTarget {
        store: "orders".to_owned(),
        global: "orders-global-db-cluster".to_owned(),
        from: "us-east-1".into(),
        to: "us-west-2".into(),
        cluster: "arn".to_owned(),
    }));
    Event::Intended { step: STEP, attempt, operation: Some(operation), endpoint: "us-west-2".to_owned() }
}

fn answered(attempt: u32, answer: Answer) -> String {
    Event::Answered { step: STEP, attempt, answer }.to_string()
}

#[test]
fn each_line_begins_with_one_word_in_a_column() {
    let accepted = Answer::Accepted {
        endpoint: "us-west-2".to_owned(),
        request_id: Some("8c1f".to_owned()),
        handle: None,
    };
    assert_eq!(answered(1, accepted), "accepted us-west-2 request 8c1f");
    let lost = Answer::Lost { trouble: trouble(TroubleKind::TimedOut, "no answer in 3 s") };
    assert_eq!(
        answered(2, lost),
        "lost     no answer, it may have happened: timed out: no answer in 3 s (attempt 2)"
    );
    let refused = Answer::Refused {
        code: "AccessDenied".to_owned(),
        trouble: trouble(TroubleKind::Denied, "not authorized"),
    };
    assert_eq!(answered(1, refused), "refused  AccessDenied: not authorized");
    let twice = Answer::Refused {
        code: "AccessDenied".to_owned(),
        trouble: trouble(TroubleKind::Denied, "AccessDenied: not authorized"),
    };
    assert_eq!(answered(1, twice), "refused  AccessDenied: not authorized", "the code is said once");
    let ended = Event::Ended { step: STEP, outcome: Outcome::Unknown, why: "2 of 5 endpoints".to_owned() };
    assert_eq!(ended.to_string(), "unknown  2 of 5 endpoints");
    let climbed = Event::Climbed {
        step: STEP,
        rung: Rung::ReadBack,
        state: RungState::Proved,
        evidence: "4 of 5 endpoints".to_owned(),
    };
    assert_eq!(climbed.to_string(), "proved   read back: 4 of 5 endpoints");
    let skipped = Event::Decided {
        step: STEP,
        decision: Decision::Skip { reason: "read-only today".to_owned(), typed: None },
        who: "maria".to_owned(),
    };
    assert_eq!(skipped.to_string(), "skip     by maria: read-only today");
    let refused = Event::ConfirmationRefused {
        intent: Intent { playbook: Playbook::Failover, from: "us-east-1".into(), to: "us-west-2".into() },
        why: "the name does not match".to_owned(),
        who: "maria".to_owned(),
    };
    assert_eq!(
        refused.to_string(),
        "refused  the name does not match; failover us-east-1 → us-west-2, by maria"
    );
}

#[test]
fn a_sent_line_says_what_was_sent_and_where_to() {
    let entry = |seq, event| Entry {
        seq,
        run: RunId("3f9a0001".to_owned()),
        at: jiff::Timestamp::UNIX_EPOCH,
        event,
        previous: String::new(),
        hash: String::new(),
    };
    let lines = [
        entry(1, intended(1)),
        entry(2, intended(2)),
        entry(3, Event::Sent { step: STEP, attempt: 1, fence: None }),
    ];
    assert_eq!(line(&lines[2], &lines), "sent     FailoverGlobalCluster us-west-2");
    assert_eq!(line(&lines[2], &[]), "sent     attempt 1");
    assert_eq!(line(&lines[1], &lines), "intended FailoverGlobalCluster us-west-2 (attempt 2)");
}

#[test]
fn only_directions_that_run_are_frozen() {
    let scene = Scene::region_loss();
    let frozen = links(&verdict::links(&scene.world, scene.now));
    assert!(frozen.contains(&"orders us-east-1→us-west-2 8.9s".to_owned()), "{frozen:?}");
    assert!(!frozen.iter().any(|l| l.starts_with("orders us-west-2")), "{frozen:?}");
    assert!(frozen.contains(&"assets us-east-1→us-west-2 --".to_owned()), "{frozen:?}");
}

/// What is written to disk is read back as the same event.
#[test]
fn events_survive_the_journal() {
    let lost = Answer::Lost { trouble: trouble(TroubleKind::TimedOut, "no answer") };
    let recorded = Event::Recorded {
        step: StepId(1),
        at_risk: verdict::at_risk(&Scene::region_loss().world, Scene::region_loss().now),
        links: vec!["orders us-east-1→us-west-2 8.9s".to_owned()],
    };
    for event in [intended(2), Event::Answered { step: STEP, attempt: 2, answer: lost }, recorded] {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event, "{text}");
    }
}
