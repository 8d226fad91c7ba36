//! What holds, warns and passes, for each playbook, in worlds that are well, broken and unseen.

use jiff::SignedDuration;

use super::*;
use crate::model::fixture::{EAST, Scene, WEST, created, east, errors, two_regions, west};
use crate::model::reading::{
    AuroraMember, AuroraReading, ControlState, Identity, Reading, Source, TroubleKind,
};
use crate::plan::Playbook;

const ACCOUNT: &str = "111122223333";

fn intent(playbook: Playbook) -> Intent {
    Intent { playbook, from: east(), to: west() }
}

fn identified(scene: &mut Scene, account: &str, minutes: i64) {
    let expires = Some(scene.now + SignedDuration::from_mins(minutes));
    let arn = format!("arn:aws:sts::{account}:assumed-role/ops-failover/maria");
    let identity = Identity { account: account.to_owned(), arn, expires, ..Identity::default() };
    scene.see(Source::Identity(west()), Ok(Reading::Identity(identity)));
}

fn calm() -> Scene {
    let mut scene = Scene::calm();
    identified(&mut scene, ACCOUNT, 52);
    scene
}

/// Everything that is not a plain pass: `hold name: why`.
fn wrong(scene: &Scene, playbook: Playbook) -> Vec<String> {
    let all = check(&scene.world, &intent(playbook), scene.now);
    let word = |i: &Interlock| Some(format!("{} {}: {}", i.verdict.word(), i.name, i.verdict.reason()?));
    all.iter().filter_map(word).collect()
}

#[test]
fn a_switchover_in_calm_is_clear() {
    assert_eq!(wrong(&calm(), Playbook::Switchover), Vec::<String>::new());
}

#[test]
fn what_is_asked_is_named() {
    let scene = calm();
    let all = check(&scene.world, &intent(Playbook::Failover), scene.now);
    let names: Vec<&str> = all.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "us-west-2 healthy",
            "us-east-1 is bad",
            "writer of orders in us-east-1",
            "no move of orders in progress",
            "orders can write in us-west-2",
            "lag of orders within RPO",
            "writer of catalog in us-east-1",
            "no move of catalog in progress",
            "catalog can write in us-west-2",
            "lag of catalog within RPO",
            "cluster endpoints answer",
            "control states known",
            "safety rules allow it",
            "a Region stays On",
            "headroom of us-west-2",
            "account",
            "credentials last",
            "control plane of us-west-2",
        ]
    );
}

#[test]
fn a_failover_of_a_region_that_is_fine_is_worth_a_word() {
    assert_eq!(
        wrong(&calm(), Playbook::Failover),
        ["warn us-east-1 is bad: us-east-1 looks ok: a switchover loses nothing"]
    );
}

#[test]
fn a_failover_tells_the_loss_and_goes_on() {
    let mut scene = Scene::region_loss();
    identified(&mut scene, ACCOUNT, 52);
    assert_eq!(
        wrong(&scene, Playbook::Failover),
        ["warn lag of orders within RPO: may lose 8.9s, about 51 orders"]
    );
    scene.lag("orders", &[45_000.0]);
    let wrong = wrong(&scene, Playbook::Failover);
    assert!(
        wrong.iter().any(|w| w.contains("may lose 45.0s") && w.contains("over the RPO of 30s")),
        "{wrong:?}"
    );
    assert!(!wrong.iter().any(|w| w.starts_with("hold")), "{wrong:?}");
}

#[test]
fn a_switchover_holds_on_lag_that_is_too_long_or_not_known() {
    let mut scene = calm();
    scene.lag("orders", &[31_000.0]);
    assert_eq!(
        wrong(&scene, Playbook::Switchover),
        ["hold lag of orders within RPO: 31.0s behind, over the RPO of 30s"]
    );
    let mut blind = Scene::new(two_regions());
    blind.writer("orders", EAST, EAST);
    let wrong = wrong(&blind, Playbook::Switchover);
    assert!(wrong.contains(&"hold lag of orders within RPO: the lag is not known".to_owned()), "{wrong:?}");
}

#[test]
fn nothing_seen_holds_on_everything_that_must_be_known() {
    let scene = Scene::new(two_regions());
    let holds: Vec<String> =
        wrong(&scene, Playbook::Failover).into_iter().filter(|w| w.starts_with("hold")).collect();
    assert_eq!(
        holds,
        [
            "hold writer of orders in us-east-1: no reading shows which Region writes",
            "hold orders can write in us-west-2: its members were not read",
            "hold writer of catalog in us-east-1: no reading shows which Region writes",
            "hold catalog can write in us-west-2: its members were not read",
            "hold cluster endpoints answer: 0 of 5; no answer from us-east-1, us-west-2, eu-west-1, ap-northeast-1, ap-southeast-2",
            "hold control states known: no endpoint tells the state of us-east-1, us-west-2",
            "hold credentials: not read yet",
        ]
    );
}

#[test]
fn a_member_that_cannot_serve_holds() {
    let member = |region: &str, writer, sync: Option<&str>, instances| AuroraMember {
        region: crate::model::topology::Region::new(region),
        arn: String::new(),
        writer,
        status: Some("available".to_owned()),
        sync: sync.map(str::to_owned),
        instances: Some(instances),
    };
    let with = |sync, instances| {
        let mut scene = calm();
        scene.later(1);
        let members = vec![member(EAST, true, None, 2), member(WEST, false, Some(sync), instances)];
        let reading = AuroraReading { status: "available".to_owned(), members, moving: None };
        scene.aurora("orders", WEST, reading);
        wrong(&scene, Playbook::Switchover)
    };
    assert_eq!(with("connected", 0), ["hold orders can write in us-west-2: its cluster has no instances"]);
    assert_eq!(
        with("pending-resync", 2),
        ["hold orders can write in us-west-2: its cluster is pending-resync"]
    );
}

#[test]
fn a_move_in_progress_holds() {
    let mut scene = calm();
    scene.later(1);
    scene.moving("orders", &[EAST]);
    let wrong = wrong(&scene, Playbook::Failover);
    let held = "hold no move of orders in progress: failing-over to orders-dbcluster-02-us-west-2";
    assert!(wrong.contains(&held.to_owned()), "{wrong:?}");
}

#[test]
fn endpoints_are_counted() {
    let with = |down: &[&str]| {
        let mut scene = calm();
        scene.later(1);
        for region in down {
            let source = Source::Endpoint(crate::model::topology::Region::new(region));
            scene.fail(source, TroubleKind::Unreachable);
        }
        let all = check(&scene.world, &intent(Playbook::Evacuate), scene.now);
        all.into_iter().find(|i| i.name == "cluster endpoints answer").unwrap().verdict.word()
    };
    let five = [EAST, WEST, "eu-west-1", "ap-northeast-1", "ap-southeast-2"];
    assert_eq!([with(&five[..2]), with(&five[..3]), with(&five)], ["pass", "warn", "hold"]);
}

#[test]
fn every_blocking_rule_is_a_hold_of_its_own() {
    let mut topology = two_regions();
    let routing = topology.routing.as_mut().unwrap();
    let mut second = routing.rules[0].clone();
    second.name = "both-on".to_owned();
    second.logic = crate::model::topology::RuleLogic::And;
    routing.rules[0].logic = crate::model::topology::RuleLogic::AtLeast(2);
    routing.rules.push(second);
    let mut scene = Scene::new(topology);
    scene.controls_everywhere([ControlState::On, ControlState::On]);
    let wrong = wrong(&scene, Playbook::Evacuate);
    let rules: Vec<&String> = wrong.iter().filter(|w| w.starts_with("hold rule")).collect();
    assert_eq!(rules.len(), 2, "{wrong:?}");
    assert!(rules[0].contains("turn us-east-1 On in the same call"), "{rules:?}");
}

#[test]
fn credentials_must_be_of_the_account_and_outlive_the_plan() {
    let with = |account: &str, minutes| {
        let mut scene = Scene::calm();
        identified(&mut scene, account, minutes);
        wrong(&scene, Playbook::Switchover)
    };
    assert_eq!(
        with("999999999999", 52),
        ["hold account: these credentials are of 999999999999, the workload is in 111122223333"]
    );
    assert_eq!(
        with(ACCOUNT, 3),
        ["hold credentials last: 3m00s left, less than the 6m35s the plan may take"]
    );
    assert_eq!(
        with(ACCOUNT, 8),
        ["warn credentials last: 8m00s left, little more than the 6m35s the plan may take"]
    );
}

#[test]
fn credentials_that_have_ended_hold_though_they_were_read_before() {
    let mut scene = calm();
    scene.later(5);
    scene.fail(Source::Identity(east()), TroubleKind::TimedOut);
    assert_eq!(wrong(&scene, Playbook::Switchover), Vec::<String>::new(), "one slow STS says nothing");
    scene.fail(Source::Identity(west()), TroubleKind::Expired);
    assert_eq!(wrong(&scene, Playbook::Switchover), ["hold credentials: expired: no answer in 3 s"]);
}

#[test]
fn an_impaired_home_is_named_before_it_is_tried() {
    let mut scene = Scene::region_loss();
    identified(&mut scene, ACCOUNT, 52);
    let wrong = wrong(&scene, Playbook::Switchover);
    let home = "warn control plane of us-east-1: us-east-1 is bad, and promote orders, promote catalog \
                must be answered there: it may not be";
    assert!(wrong.contains(&home.to_owned()), "{wrong:?}");
}

#[test]
fn a_receiver_that_the_lost_writer_drags_down_is_worth_a_word() {
    let mut scene = Scene::region_loss();
    identified(&mut scene, ACCOUNT, 52);
    scene.tail(&crate::model::fixture::requests(WEST), &[400.0, 400.0, 400.0]);
    scene.tail(&crate::model::fixture::errors(WEST), &[90.0, 90.0, 90.0]);
    scene.tail(&crate::model::fixture::created(WEST), &[20.0, 20.0, 20.0]);
    let held = |playbook| -> Vec<String> {
        wrong(&scene, playbook).into_iter().filter(|w| w.starts_with("hold us-west-2 healthy")).collect()
    };
    assert_eq!(held(Playbook::Failover), Vec::<String>::new());
    assert_eq!(held(Playbook::Switchover).len(), 1);
    assert_eq!(held(Playbook::Evacuate).len(), 1, "traffic alone mends nothing there");
}

#[test]
fn what_two_endpoints_tell_may_be_acted_on_and_what_none_tells_may_not() {
    let on = [ControlState::On; 2];
    let with = |told: &[&str]| {
        let mut scene = Scene::new(two_regions());
        for endpoint in told {
            scene.controls(endpoint, on);
        }
        let known = wrong(&scene, Playbook::Evacuate);
        known.into_iter().find(|w| w.contains("control states known")).unwrap_or_default()
    };
    let why = |who: &str| format!("control states known: {who} tells the state of us-east-1, us-west-2");
    assert_eq!(with(&[]), format!("hold {}", why("no endpoint")));
    assert_eq!(with(&[EAST, WEST]), format!("warn {}", why("no quorum of endpoints")));
    assert_eq!(with(&[EAST, WEST, "eu-west-1"]), "");
}

#[test]
fn a_host_in_the_region_that_is_left_is_told_so() {
    let mut topology = two_regions();
    topology.home = Some(east());
    let wrong = wrong(&Scene::new(topology), Playbook::Failover);
    let home = "warn this host stands elsewhere: this host stands in us-east-1, the Region that is left";
    assert!(wrong.contains(&home.to_owned()), "{wrong:?}");
}

#[test]
fn an_evacuation_says_which_writers_stay() {
    assert_eq!(
        wrong(&calm(), Playbook::Evacuate),
        [
            "warn no writer in us-east-1: orders and catalog still write in us-east-1, so us-west-2 writes across Regions"
        ]
    );
}

#[test]
fn a_bad_receiver_holds_the_plan() {
    let scene = Scene::region_loss();
    let back = Intent { playbook: Playbook::Evacuate, from: west(), to: east() };
    let all = check(&scene.world, &back, scene.now);
    assert_eq!(all[0].verdict.word(), "hold");
    assert!(!clear(&all));
}

#[test]
fn a_receiver_that_the_lost_writer_drags_down_does_not_hold_the_failover() {
    let mut scene = Scene::region_loss();
    identified(&mut scene, ACCOUNT, 52);
    scene.tail(&errors(WEST), &[400.0; 10]);
    scene.tail(&created(WEST), &[50.0; 10]);
    let failover = wrong(&scene, Playbook::Failover);
    let planes = failover.iter().filter(|w| w.contains("control plane of us-west-2"));
    assert_eq!(planes.count(), 0, "its control plane is not what the lost writer drags down: {failover:?}");
    let dragged = "warn us-west-2 healthy: it is bad too, and writes in us-east-1, which may be why: ";
    assert!(failover.iter().any(|w| w.starts_with(dragged)), "{failover:?}");
    assert!(!failover.iter().any(|w| w.starts_with("hold")), "{failover:?}");
    for playbook in [Playbook::Switchover, Playbook::Evacuate] {
        let wrong = wrong(&scene, playbook);
        assert!(wrong.iter().any(|w| w.starts_with("hold us-west-2 healthy: it is bad: ")), "{wrong:?}");
    }
}

#[test]
fn drifting_numbers_are_no_difference() {
    let mut scene = Scene::region_loss();
    identified(&mut scene, ACCOUNT, 52);
    let before = prepare(&scene.world, &History::default(), &intent(Playbook::Failover), scene.now).unwrap();
    scene.later(5);
    scene.lag("orders", &[9_100.0]);
    let after = prepare(&scene.world, &History::default(), &intent(Playbook::Failover), scene.now).unwrap();
    assert_ne!(before, after);
    assert_eq!(difference(&before, &after), Vec::<String>::new());
}

#[test]
fn what_got_worse_or_changed_the_plan_is_a_difference() {
    let mut scene = Scene::region_loss();
    identified(&mut scene, ACCOUNT, 52);
    let before = prepare(&scene.world, &History::default(), &intent(Playbook::Failover), scene.now).unwrap();
    scene.later(5);
    scene.lag("orders", &[18_000.0]);
    scene.writer("catalog", WEST, WEST);
    for gone in [EAST, WEST, "eu-west-1"] {
        let source = Source::Endpoint(crate::model::topology::Region::new(gone));
        scene.fail(source, TroubleKind::TimedOut);
    }
    let after = prepare(&scene.world, &History::default(), &intent(Playbook::Failover), scene.now).unwrap();
    assert_eq!(
        difference(&before, &after),
        [
            "promote catalog is not needed any more, or not as it was",
            "cluster endpoints answer: 2 of 5; no answer from us-east-1, us-west-2, eu-west-1; a change could not be proved before 3 answer",
            "orders at risk rose from ~51 to ~103",
        ]
    );
}
