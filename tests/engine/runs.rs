//! Runs from the first line to the last: confirmed, refused, lost, throttled, late, decided about.

use std::time::Duration;

use jiff::SignedDuration;
use pointsman::ledger::memory::Journal;
use pointsman::model::reading::{ControlState, Source, TroubleKind};
use pointsman::model::topology::{Control, Rule, RuleKind, RuleLogic, Topology};
use pointsman::plan::event::{Decision, End};
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::{Playbook, StepId};

use super::shop::{EAST, Reply, Shop, WEST};
use super::stage::Stage;

pub(crate) const FAIL: &str = "FailoverGlobalCluster";
pub(crate) const SWITCH: &str = "SwitchoverGlobalCluster";
pub(crate) const SET: &str = "UpdateRoutingControlStates";

pub(crate) fn outcomes(progress: &Progress) -> Vec<String> {
    let word = |state: &StepState| match state {
        StepState::Done(outcome) => outcome.to_string(),
        StepState::Waiting => "waiting".to_owned(),
        other => format!("{other:?}"),
    };
    progress.steps.values().map(|s| word(&s.state)).collect()
}

pub(crate) fn end(progress: &Progress) -> Option<End> {
    progress.closed.as_ref().map(|(_, end, _)| *end)
}

pub(crate) fn why(progress: &Progress, step: u16) -> &str {
    &progress.steps[&StepId(step)].why
}

#[tokio::test(start_paused = true)]
async fn a_failover_is_confirmed_at_the_orders_rung() {
    let stage = Stage::new();
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", stage.lines());
    assert_eq!(stage.shop.writer("orders").as_str(), WEST);
    assert_eq!(stage.shop.writer("catalog").as_str(), WEST);
    assert_eq!(
        stage.shop.controls().into_values().collect::<Vec<_>>(),
        [ControlState::Off, ControlState::On]
    );
    assert_eq!(
        stage.lines(),
        [
            "- started failover us-east-1 → us-west-2, 4 steps, by maria: us-east-1 is gone",
            "1 intended no write of its own",
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
            "2 event failover completed",
            "2 proved read back: writer us-west-2, available, read 50.5s after the write",
            "2 confirmed writer us-west-2, available, read 50.5s after the write",
            "3 event failover completed",
            "3 proved read back: writer us-west-2, available, read 50.5s after the write",
            "3 confirmed writer us-west-2, available, read 50.5s after the write",
            "4 intended UpdateRoutingControlStates cluster endpoint eu-west-1",
            "4 sent UpdateRoutingControlStates cluster endpoint eu-west-1",
            "4 accepted cluster endpoint eu-west-1 request request-20",
            "4 proved read back: 5 of 5 endpoints",
            "4 proved health check: us-east-1 unhealthy, us-west-2 healthy",
            "4 proved canary: canary local 100%",
            "4 proved orders: 586 a minute of 586 usual, 100%",
            "4 proved traffic: us-east-1 0%, us-west-2 100%",
            "4 confirmed 586 a minute of 586 usual, 100%",
            "- counted no orders fewer than usual; ~4 orders taken and not replicated (orders was 0.4s behind)",
            "- closed confirmed: 4 steps confirmed in 4m02s",
        ]
    );
}

/// The Region that is left publishes, minutes late: a fresh and stronger rung is not held up by it.
#[tokio::test(start_paused = true)]
async fn late_metrics_of_the_region_that_is_left_hold_nothing_up() {
    let stage = Stage::new();
    stage.shop.delay(EAST, SignedDuration::from_mins(3));
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", stage.lines());
    let traffic = &progress.steps[&StepId(4)];
    let took = traffic.ended.unwrap().duration_since(traffic.sent.unwrap());
    assert!(took < SignedDuration::from_mins(4), "{took:?}");
    let blind = |rung: &str| stage.lines().iter().any(|line| line.starts_with(&format!("4 blind {rung}")));
    assert!(blind("traffic"), "{:#?}", stage.lines());
}

/// What the operator may read, retried and found the same in any order of nothing but time.
#[tokio::test(start_paused = true)]
async fn the_same_world_gives_the_same_journal() {
    let journal = || async {
        let stage = Stage::new();
        stage.shop.replies(SET, [Reply::NotSent(TroubleKind::Throttled)]);
        stage.run(Playbook::Failover).await.unwrap();
        stage.entries()
    };
    assert_eq!(journal().await, journal().await);
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_refused_and_locks_what_depends_on_it() {
    let stage = Stage::new();
    stage.shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "refused", "confirmed", "waiting"]);
    assert_eq!(why(&progress, 2), "denied: as scripted");
    assert_eq!((progress.is_open(), progress.held()), (true, vec![StepId(2)]));
    assert_eq!(stage.shop.controls()[EAST], ControlState::On);
    assert_eq!(stage.shop.written().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_proved_by_reading_and_not_sent_again() {
    let stage = Stage::new();
    stage.shop.replies(FAIL, [Reply::Lose { took: true }]);
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed));
    assert_eq!(stage.shop.written().len(), 3);
    assert!(
        stage.lines().contains(&"2 lost no answer, it may have happened: timed out: as scripted".to_owned())
    );
}

/// The promotions of orders that the shop saw, and whether each took effect.
fn promotions_of_orders(stage: &Stage) -> Vec<bool> {
    let written = stage.shop.written().into_iter();
    written.filter(|w| w.operation.to_string().contains("orders")).map(|w| w.took).collect()
}

#[tokio::test(start_paused = true)]
async fn a_lost_promotion_is_sent_again_only_by_a_person() {
    let lost = |stage: Stage| {
        stage.shop.replies(FAIL, [Reply::Lose { took: false }]);
        stage
    };
    let stage = lost(Stage::new());
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "unknown", "confirmed", "waiting"]);
    assert_eq!(why(&progress, 2), "no answer came; not proved within 4m00s: read back: writer us-east-1");
    assert_eq!(promotions_of_orders(&stage), [false]);

    let stage = lost(Stage::new().deciding([Decision::Retry]));
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", stage.lines());
    assert_eq!(promotions_of_orders(&stage), [false, true]);
}

/// The Region that is left may be the one that does not know: it cannot say that a promotion is still needed.
#[tokio::test(start_paused = true)]
async fn a_failover_is_not_sent_on_the_word_of_the_region_that_is_left() {
    let stage = Stage::new();
    stage.shop.lose(Source::Aurora("orders".to_owned(), WEST.into()));
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "failed", "confirmed", "waiting"]);
    assert_eq!(
        why(&progress, 2),
        "not sent, because no reading vouches for it: RDS us-west-2 (orders): unreachable: as scripted"
    );
    assert_eq!(promotions_of_orders(&stage), [false; 0]);
}

/// Each try of a promotion that was turned away needs a reading of its own.
#[tokio::test(start_paused = true)]
async fn a_throttled_promotion_that_cannot_be_read_is_not_tried_again() {
    let stage = Stage::new();
    stage.shop.replies(FAIL, std::iter::repeat_n(Reply::NotSent(TroubleKind::Throttled), 500));
    let (shop, began) = (stage.shop.clone(), stage.shop.clock.now());
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(10)).await;
        shop.lose(Source::Aurora("orders".to_owned(), WEST.into()));
    });
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "failed", "failed", "waiting"]);
    let written = stage.shop.written();
    let newest = |store: &str| {
        let of = written.iter().filter(|w| w.operation.to_string().contains(store));
        of.map(|w| w.at.duration_since(began).as_secs()).max().unwrap()
    };
    assert!(newest("orders") <= 11, "{written:?}");
    assert!(newest("catalog") > 100, "{written:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_stays_unknown_and_locks_what_depends_on_it() {
    let stage = Stage::new();
    let blind = [EAST, WEST].map(|r| Source::Aurora("orders".to_owned(), r.into()));
    stage.shop.replies(FAIL, [Reply::Dark(blind.to_vec())]);
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "unknown", "confirmed", "waiting"]);
    assert_eq!(
        why(&progress, 2),
        "no answer came; not proved within 4m00s: read back: RDS us-west-2 (orders): unreachable: as scripted"
    );
    assert_eq!(stage.shop.written().len(), 2, "a promotion that may have happened is not sent twice");
}

#[tokio::test(start_paused = true)]
async fn an_actuator_that_never_answers_is_a_lost_answer() {
    let stage = Stage::new();
    stage.shop.replies(SET, [Reply::Hang]);
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed));
    assert!(stage.lines().iter().any(|l| l.starts_with("2 lost") && l.contains("no answer within 1m")));
}

#[tokio::test(start_paused = true)]
async fn throttling_is_ridden_out_with_growing_waits() {
    let stage = Stage::new();
    let throttled = || std::iter::repeat_n(Reply::NotSent(TroubleKind::Throttled), 4);
    stage.shop.replies(SET, throttled());
    stage.shop.replies(SWITCH, throttled());
    let progress = stage.run(Playbook::Switchover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed));
    assert_eq!(progress.steps[&StepId(4)].attempts, 5);
    let sets: Vec<_> =
        stage.shop.written().into_iter().filter(|w| w.operation.kind() == "routing.set").collect();
    let waits: Vec<f64> = sets.windows(2).map(|w| w[1].at.duration_since(w[0].at).as_secs_f64()).collect();
    assert!(waits[0] >= 0.5 && waits[3] >= 4.0 && waits.iter().sum::<f64>() < 30.0, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn what_never_leaves_fails_and_nothing_has_happened() {
    let stage = Stage::new();
    stage.shop.replies(SET, std::iter::repeat_n(Reply::NotSent(TroubleKind::Unreachable), 500));
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "failed"]);
    assert!(why(&progress, 2).ends_with("attempts: unreachable: as scripted"), "{}", why(&progress, 2));
    let took = progress.steps[&StepId(2)].ended.unwrap().duration_since(progress.started);
    assert!((180..200).contains(&took.as_secs()), "{took:?}");
    assert!(progress.steps[&StepId(2)].attempts < 40, "{}", progress.steps[&StepId(2)].attempts);
}

#[tokio::test(start_paused = true)]
async fn with_four_endpoints_away_a_change_is_unknown() {
    let stage = Stage::new();
    stage.shop.lose_endpoints(&[EAST, WEST, "eu-west-1", "ap-northeast-1"]);
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "unknown"]);
    assert!(
        why(&progress, 2).starts_with(
            "not proved within 2m00s: read back: 1 of 5 endpoints; no answer from us-east-1, us-west-2, eu-west-1, ap-northeast-1"
        ),
        "{}",
        why(&progress, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn with_two_endpoints_away_a_quorum_proves_it() {
    let stage = Stage::new();
    stage.shop.lose_endpoints(&[EAST, WEST]);
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed));
    assert!(stage.lines().contains(&"2 proved read back: 3 of 5 endpoints".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn endpoints_that_come_back_in_time_prove_it() {
    let stage = Stage::new();
    let away = [EAST, WEST, "eu-west-1"];
    stage.shop.lose_endpoints(&away);
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(90)).await;
        for region in away {
            shop.find(&Source::Endpoint(region.into()));
        }
    });
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed));
}

#[tokio::test(start_paused = true)]
async fn a_yes_that_nothing_follows_is_unknown_and_says_what_is_seen() {
    let stage = Stage::new();
    stage.shop.replies(SET, [Reply::Lie]);
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "unknown"]);
    assert!(
        why(&progress, 2).starts_with(
            "not proved within 2m00s: read back: 0 of 5 endpoints; us-east-1 says us-east-1 On;"
        ),
        "{}",
        why(&progress, 2)
    );
    assert_eq!(stage.shop.written().len(), 1, "an accepted change is not sent again");
}

#[tokio::test(start_paused = true)]
async fn a_rung_that_is_lost_again_is_told_and_does_not_confirm() {
    let stage = Stage::new();
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(30)).await;
        shop.set(EAST, ControlState::On);
    });
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "unknown"]);
    let lost = "2 open read back: 0 of 5 endpoints; us-east-1 says us-east-1 On".to_owned();
    assert!(stage.lines().contains(&lost), "{:#?}", stage.lines());
}

#[tokio::test(start_paused = true)]
async fn a_stronger_rung_covers_a_blind_one() {
    let stage = Stage::new();
    stage.shop.replies(SET, [Reply::Dark(vec![Source::Metrics(EAST.into())])]);
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", stage.lines());
    let blind: Vec<String> = stage.lines().into_iter().filter(|l| l.starts_with("2 blind")).collect();
    assert_eq!(
        blind,
        [
            "2 blind health check: CloudWatch us-east-1: unreachable: as scripted",
            "2 blind traffic: CloudWatch us-east-1: unreachable: as scripted"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_so_already_is_proved_without_a_write() {
    let stage = Stage::new();
    stage.shop.replies(FAIL, [Reply::Accept, Reply::Accept]);
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(20)).await;
        shop.set(EAST, ControlState::Off);
    });
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed));
    assert!(stage.lines().contains(&"4 already so: 5 of 5 endpoints; nothing was sent".to_owned()));
    assert_eq!(stage.shop.written().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_the_rules_forbid_is_refused_before_it_is_sent() {
    let shop = Shop::with(|topology| {
        let routing = topology.routing.as_mut().unwrap();
        routing.rules[0].logic = RuleLogic::And;
        routing.rules[0].name = "both-on".to_owned();
    });
    let stage = Stage::on(shop, Journal::new());
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "refused"]);
    assert!(
        why(&progress, 2)
            .starts_with("not sent: both-on: after the change 1 of us-east-1, us-west-2 would be On")
    );
    assert_eq!(stage.shop.written(), []);
}

/// A gate forbids to name us-west-2, so the plan only turns us-east-1 Off.
fn only_off(topology: &mut Topology) {
    let routing = topology.routing.as_mut().unwrap();
    routing.controls.push(Control {
        name: "gate".to_owned(),
        arn: "arn:gate".to_owned(),
        region: None,
        health_check: None,
    });
    routing.rules.push(Rule {
        name: "gated".to_owned(),
        arn: "arn:gated".to_owned(),
        kind: RuleKind::Gating { gating: vec!["gate".to_owned()], targets: vec![WEST.to_owned()] },
        logic: RuleLogic::And,
        inverted: false,
        wait: Duration::ZERO,
    });
}

/// Nobody knows whether the other Region is still On, and the call does not turn it On (law 6).
#[tokio::test(start_paused = true)]
async fn a_change_that_only_turns_off_is_not_sent_blind() {
    let stage = Stage::on(Shop::with(only_off), Journal::new());
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        // The plan is made by now, and the step has not begun.
        shop.clock.sleep(Duration::from_millis(1200)).await;
        shop.lose_endpoints(&[EAST, WEST, "eu-west-1", "ap-northeast-1", "ap-southeast-2"]);
    });
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(progress.plan.steps[1].title, "routing us-east-1 Off");
    assert_eq!(outcomes(&progress), ["confirmed", "failed"]);
    assert!(
        why(&progress, 2).starts_with("not sent, because no reading vouches for it:"),
        "{}",
        why(&progress, 2)
    );
    assert_eq!(stage.shop.written(), []);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_only_turns_off_is_read_before_each_try() {
    let stage = Stage::on(Shop::with(only_off), Journal::new());
    stage.shop.replies(SET, std::iter::repeat_n(Reply::NotSent(TroubleKind::Throttled), 4));
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(3)).await;
        shop.set(WEST, ControlState::Off);
    });
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "refused"]);
    assert!(why(&progress, 2).contains("no Region would be On"), "{}", why(&progress, 2));
    assert!(stage.shop.written().iter().all(|w| !w.took));
}

#[tokio::test(start_paused = true)]
async fn promotions_run_at_the_same_time() {
    let stage = Stage::new();
    let progress = stage.run(Playbook::Failover).await.unwrap();
    let took = progress.steps[&StepId(4)].started.unwrap().duration_since(progress.started);
    assert!(took.as_secs() < 60, "{took:?}");
}

/// Two endpoints agree, the other three do not answer: a stronger rung may prove it.
#[tokio::test(start_paused = true)]
async fn with_three_endpoints_away_orders_prove_it() {
    let stage = Stage::new();
    stage.shop.lose_endpoints(&[EAST, WEST, "eu-west-1"]);
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", stage.lines());
    let blind =
        "2 blind read back: 2 of 5 endpoints; no answer from us-east-1, us-west-2, eu-west-1".to_owned();
    assert!(stage.lines().contains(&blind), "{:#?}", stage.lines());
}

/// The endpoint that comes back says otherwise: what was taken on trust is open again.
#[tokio::test(start_paused = true)]
async fn an_endpoint_that_contradicts_ends_the_trust() {
    let stage = Stage::new();
    let away = [EAST, WEST, "eu-west-1"];
    stage.shop.lose_endpoints(&away);
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(30)).await;
        shop.set(EAST, ControlState::On);
        for region in away {
            shop.find(&Source::Endpoint(region.into()));
        }
    });
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "unknown"]);
}
