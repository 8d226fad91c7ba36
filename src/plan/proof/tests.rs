//! Ladders climbed by what the world shows, and not by what it showed before the write.

use super::*;
use crate::model::fixture::{
    EAST, Scene, WEST, alb, canary, created, east, requests, tasks, two_regions, west,
};
use crate::model::reading::{AuroraMember, AuroraReading, ControlState, RdsEvent, Reading, TroubleKind};
use crate::model::topology::{Formula, Metric, Region};
use crate::model::verdict::health_check_metric;
use crate::plan::{Action, Intent, Playbook, playbook};

const SWAPPED: [ControlState; 2] = [ControlState::Off, ControlState::On];

fn step(scene: &Scene, playbook: Playbook, at: usize) -> Step {
    let intent = Intent { playbook, from: east(), to: west() };
    playbook::plan(&scene.world, &intent, scene.now).unwrap().steps.swap_remove(at)
}

/// A scene whose write left, and the step that is to be proved.
fn written(playbook: Playbook, at: usize) -> (Scene, Step, Timestamp) {
    let mut scene = Scene::calm();
    let step = step(&scene, playbook, at);
    let since = scene.now;
    scene.later(1);
    (scene, step, since)
}

fn rung(scene: &Scene, step: &Step, since: Timestamp, rung: Rung) -> (RungState, String) {
    let all = shown(step, &sight(scene, since));
    let one = all.into_iter().find(|s| s.rung == rung).unwrap();
    (one.state, one.evidence)
}

fn sight(scene: &Scene, since: Timestamp) -> Sight<'_> {
    Sight { world: &scene.world, since, now: scene.now, handle: None }
}

fn value(signal: &crate::model::topology::Signal) -> Metric {
    match &signal.formula {
        Formula::Value(metric) => metric.clone(),
        _ => unreachable!(),
    }
}

/// Everything that us-east-1 and us-west-2 publish in calm, so many minutes long, with these orders.
fn publish(scene: &mut Scene, minutes: usize, orders: [f64; 2]) {
    for (name, rate) in [(EAST, orders[0]), (WEST, orders[1])] {
        for label in ["lcl-rgnl-home", "rmt-rgnl-home"] {
            scene.tail(&value(&canary(name, label, label)), &vec![100.0; minutes]);
        }
        scene.tail(&requests(name), &vec![rate * 10.0; minutes]);
        scene.tail(&created(name), &vec![rate; minutes]);
        scene.tail(
            &health_check_metric(&format!("check-{name}")),
            &vec![f64::from(u8::from(rate > 0.0)); minutes],
        );
    }
}

#[test]
fn a_ladder_has_a_rung_for_each_declared_source() {
    let scene = Scene::calm();
    let all = [
        Rung::Sent,
        Rung::Accepted,
        Rung::ReadBack,
        Rung::HealthCheck,
        Rung::Traffic,
        Rung::Canary,
        Rung::Orders,
    ];
    assert_eq!(ladder(&step(&scene, Playbook::Evacuate, 1), &scene.world), all);
    assert_eq!(ladder(&step(&scene, Playbook::Failover, 1), &scene.world), all[..3]);
    assert_eq!(ladder(&step(&scene, Playbook::Failover, 0), &scene.world), []);
    let mut bare = two_regions();
    bare.orders = None;
    bare.regions
        .iter_mut()
        .for_each(|r| r.signals.retain(|s| *s == alb(r.name.as_str()) || *s == tasks(r.name.as_str())));
    let bare = Scene::new(bare);
    assert_eq!(ladder(&step(&bare, Playbook::Evacuate, 1), &bare.world), all[..5]);
}

#[test]
fn readings_from_before_the_write_prove_nothing() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    let before = rung(&scene, &step, since, Rung::ReadBack);
    assert_eq!(
        (before.0, before.1.as_str()),
        (
            RungState::Open,
            "0 of 5 endpoints; no answer from us-east-1, us-west-2, eu-west-1, ap-northeast-1, ap-southeast-2"
        )
    );
    scene.controls_everywhere(SWAPPED);
    assert_eq!(
        rung(&scene, &step, since, Rung::ReadBack),
        (RungState::Proved, "5 of 5 endpoints".to_owned())
    );
    let now = scene.now;
    assert_eq!(
        rung(&scene, &step, now, Rung::ReadBack).0,
        RungState::Open,
        "a later write needs later readings"
    );
}

#[test]
fn each_endpoint_is_a_witness_of_its_own() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    scene.controls(EAST, SWAPPED);
    scene.controls("eu-west-1", [ControlState::On, ControlState::On]);
    scene.fail(Source::Endpoint(west()), TroubleKind::TimedOut);
    let all = shown(&step, &sight(&scene, since));
    let witnesses = &all[0].witnesses;
    let stances: Vec<_> = witnesses.iter().map(|witness| (witness.who.as_str(), witness.stance)).collect();
    let (agrees, differs, silent, unheard) =
        (Stance::Agrees, Stance::Differs, Stance::Silent, Stance::Unheard);
    assert_eq!(
        stances,
        [
            (EAST, agrees),
            (WEST, silent),
            ("eu-west-1", differs),
            ("ap-northeast-1", unheard),
            ("ap-southeast-2", unheard)
        ]
    );
    assert_eq!(witnesses[0].says, "us-east-1 Off, us-west-2 On");
    assert_eq!(witnesses[0].took, Some(std::time::Duration::from_millis(80)));
    assert_eq!(witnesses[2].says, "us-east-1 On");
}

#[test]
fn a_region_that_is_left_and_still_serves_differs() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    scene.later(179);
    publish(&mut scene, 3, [100.0, 300.0]);
    let all = shown(&step, &sight(&scene, since));
    let traffic = all.iter().find(|shown| shown.rung == Rung::Traffic).unwrap();
    let told: Vec<_> =
        traffic.witnesses.iter().map(|w| (w.who.as_str(), w.stance, w.says.as_str())).collect();
    assert_eq!(told, [(EAST, Stance::Differs, "25%"), (WEST, Stance::Agrees, "75%")]);
}

#[test]
fn a_quorum_proves_and_a_contradiction_is_in_the_evidence() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    for endpoint in [EAST, WEST] {
        scene.controls(endpoint, SWAPPED);
    }
    scene.controls("eu-west-1", [ControlState::On, ControlState::On]);
    let (state, evidence) = rung(&scene, &step, since, Rung::ReadBack);
    assert_eq!(state, RungState::Open);
    assert_eq!(
        evidence,
        "2 of 5 endpoints; eu-west-1 says us-east-1 On; no answer from ap-northeast-1, ap-southeast-2"
    );
    scene.controls("ap-northeast-1", SWAPPED);
    assert_eq!(
        rung(&scene, &step, since, Rung::ReadBack),
        (RungState::Proved, "3 of 5 endpoints; eu-west-1 says us-east-1 On".to_owned())
    );
}

#[test]
fn two_that_agree_are_blind_only_when_the_others_were_asked_and_failed() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    for endpoint in [EAST, WEST] {
        scene.controls(endpoint, SWAPPED);
    }
    assert_eq!(rung(&scene, &step, since, Rung::ReadBack).0, RungState::Open);
    for endpoint in ["eu-west-1", "ap-northeast-1", "ap-southeast-2"] {
        scene.fail(Source::Endpoint(Region::new(endpoint)), TroubleKind::Unreachable);
    }
    assert_eq!(rung(&scene, &step, since, Rung::ReadBack).0, RungState::Blind);
}

#[test]
fn effects_are_proved_by_periods_that_began_after_the_write() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    let above = [Rung::HealthCheck, Rung::Traffic, Rung::Canary, Rung::Orders];
    let states = |scene: &Scene| above.map(|r| rung(scene, &step, since, r).0);
    scene.later(119);
    publish(&mut scene, 3, [0.0, 586.0]);
    assert_eq!(states(&scene), [RungState::Open; 4], "the minute of the write is no proof");
    scene.later(60);
    publish(&mut scene, 3, [0.0, 586.0]);
    assert_eq!(states(&scene), [RungState::Proved; 4]);
    let words = above.map(|r| rung(&scene, &step, since, r).1);
    assert_eq!(
        words,
        [
            "us-east-1 unhealthy, us-west-2 healthy",
            "us-east-1 0%, us-west-2 100%",
            "canary local 100%",
            "586 a minute of 586 usual, 100%"
        ]
    );
}

#[test]
fn canaries_of_two_regions_are_told_apart() {
    let (mut scene, mut step, since) = written(Playbook::Evacuate, 1);
    step.action = Action::Operate(step.operation().unwrap().inverse().unwrap());
    scene.later(179);
    publish(&mut scene, 3, [390.0, 196.0]);
    assert_eq!(
        rung(&scene, &step, since, Rung::Canary),
        (
            RungState::Proved,
            "us-east-1 canary local 100%, us-east-1 canary remote 100%, us-west-2 canary local 100%, us-west-2 \
             canary remote 100%"
                .to_owned()
        )
    );
}

#[test]
fn what_did_not_follow_is_open_with_its_numbers() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    scene.later(179);
    publish(&mut scene, 3, [100.0, 300.0]);
    scene.tail(&value(&canary(WEST, "lcl-rgnl-home", "canary local")), &[90.0]);
    let words = |r| rung(&scene, &step, since, r);
    assert_eq!(
        words(Rung::HealthCheck),
        (RungState::Open, "us-east-1 healthy, us-west-2 healthy".to_owned())
    );
    assert_eq!(words(Rung::Traffic), (RungState::Open, "us-east-1 25%, us-west-2 75%".to_owned()));
    assert_eq!(words(Rung::Canary), (RungState::Open, "canary local 90%".to_owned()));
    assert_eq!(words(Rung::Orders), (RungState::Open, "400 a minute of 586 usual, 68%".to_owned()));
}

#[test]
fn a_canary_that_runs_in_the_region_that_is_left_is_no_witness() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    scene.later(179);
    publish(&mut scene, 3, [0.0, 586.0]);
    scene.tail(&value(&canary(EAST, "rmt-rgnl-home", "canary remote")), &[0.0, 0.0]);
    assert_eq!(rung(&scene, &step, since, Rung::Canary).0, RungState::Proved);
}

#[test]
fn a_region_that_does_not_answer_is_blind_and_not_zero() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    scene.later(100);
    scene.fail(Source::Metrics(east()), TroubleKind::Unreachable);
    assert_eq!(rung(&scene, &step, since, Rung::HealthCheck).0, RungState::Open, "it may only be late");
    scene.later(60);
    let blind = (RungState::Blind, "CloudWatch us-east-1: unreachable: no answer in 3 s".to_owned());
    assert_eq!(rung(&scene, &step, since, Rung::HealthCheck), blind);
    assert_eq!(rung(&scene, &step, since, Rung::Traffic), blind);
}

#[test]
fn a_region_that_falls_silent_behind_the_others_is_blind() {
    let (mut scene, step, since) = written(Playbook::Evacuate, 1);
    scene.later(179);
    scene.tail(&created(WEST), &[586.0, 586.0]);
    scene.tail(&requests(WEST), &[5_860.0, 5_860.0]);
    let early = rung(&scene, &step, since, Rung::Traffic).0;
    assert_eq!(early, RungState::Open, "us-east-1 was not yet heard in this round");
    scene.minutes(&requests(EAST), &[None, None]);
    let (state, evidence) = rung(&scene, &step, since, Rung::Traffic);
    assert_eq!(
        (state, evidence.as_str()),
        (RungState::Blind, "CloudWatch us-east-1 has published nothing since the write")
    );
    assert_eq!(rung(&scene, &step, since, Rung::Orders).0, RungState::Proved);
}

#[test]
fn a_promotion_is_proved_by_the_writer_and_its_status() {
    let (mut scene, step, since) = written(Playbook::Failover, 1);
    let words = |scene: &Scene| rung(scene, &step, since, Rung::ReadBack);
    assert_eq!(words(&scene), (RungState::Open, "RDS us-west-2 (orders) not read yet".to_owned()));
    scene.moving("orders", &[EAST]);
    assert_eq!(words(&scene).1, "failing-over to orders-dbcluster-02-us-west-2");
    scene.later(50);
    let member = |region: &str, writer, status: &str| AuroraMember {
        region: Region::new(region),
        arn: String::new(),
        writer,
        status: Some(status.to_owned()),
        sync: None,
        instances: Some(2),
    };
    let read = |status: &str| AuroraReading {
        status: "available".to_owned(),
        members: vec![member(EAST, false, "available"), member(WEST, true, status)],
        moving: None,
    };
    scene.aurora("orders", WEST, read("promoting"));
    assert_eq!(
        words(&scene),
        (RungState::Open, "writer us-west-2, promoting, read 50.9s after the write".to_owned())
    );
    scene.later(1);
    scene.aurora("orders", WEST, read("available"));
    assert_eq!(
        words(&scene),
        (RungState::Proved, "writer us-west-2, available, read 51.9s after the write".to_owned())
    );
}

/// The Region that is left may still call itself the writer; the receiving one is asked first.
#[test]
fn the_receiving_region_is_believed_over_the_one_that_is_left() {
    let (mut scene, step, since) = written(Playbook::Failover, 1);
    scene.writer("orders", WEST, WEST);
    scene.later(1);
    scene.writer("orders", EAST, EAST);
    assert_eq!(rung(&scene, &step, since, Rung::ReadBack).0, RungState::Proved);
}

#[test]
fn a_write_that_is_needless_or_untimely_is_known_before() {
    let (mut scene, step, since) = written(Playbook::Failover, 1);
    let operation = step.operation().unwrap();
    let now = |scene: &Scene| already(operation, &sight(scene, since));
    assert!(matches!(now(&scene), Already::Unread(_)));
    scene.writer("orders", EAST, WEST);
    assert_eq!(now(&scene), Already::NotSo("writer us-east-1".to_owned()));
    scene.later(1);
    scene.moving("orders", &[EAST]);
    assert_eq!(now(&scene), Already::Moving("failing-over to orders-dbcluster-02-us-west-2".to_owned()));
    scene.later(1);
    scene.writer("orders", WEST, WEST);
    assert_eq!(now(&scene), Already::So("writer us-west-2, available".to_owned()));
}

#[test]
fn what_rds_tells_is_taken_from_the_write_on() {
    let (mut scene, step, since) = written(Playbook::Failover, 1);
    let event = |seconds: i64, message: &str| RdsEvent {
        at: since + jiff::SignedDuration::from_secs(seconds),
        cluster: "orders-dbcluster-02-us-west-2".to_owned(),
        message: message.to_owned(),
    };
    let events =
        vec![event(-3600, "backup finished"), event(1, "failover started"), event(40, "failover completed")];
    scene.see(Source::AuroraEvents("orders".to_owned(), west()), Ok(Reading::AuroraEvents(events)));
    let told = told(step.operation().unwrap(), &sight(&scene, since));
    let texts: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["failover started", "failover completed"]);
}
