//! What the world shows of a step: which rungs are proved, by which evidence, from readings asked after the write.
//!
//! A 200 is not proof; a reading older than the write proves nothing, and what cannot be seen is blind, not proved.

mod aurora;
mod check;
mod detach;
mod ecs;
mod effect;
mod fis;
mod names;
mod regionswitch;
mod replica;
mod resolvers;
mod routing;
mod shift;
mod snapshot;
mod ssm;

use jiff::Timestamp;

use super::event::{Awaited, RungState};
use super::operation::Operation;
use super::{Rung, Step};
use crate::model::World;
use crate::model::reading::Source;

/// One rung as the world shows it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which rung.
    pub rung: Rung,
    /// What the world shows.
    pub state: RungState,
    /// By what: `4 of 5 endpoints`, `writer us-west-2, available`, `99% of requests in us-west-2`.
    pub evidence: String,
}

impl Shown {
    fn proved(rung: Rung, evidence: String) -> Self {
        Self { rung, state: RungState::Proved, evidence }
    }

    fn open(rung: Rung, evidence: String) -> Self {
        Self { rung, state: RungState::Open, evidence }
    }

    fn blind(rung: Rung, evidence: String) -> Self {
        Self { rung, state: RungState::Blind, evidence }
    }
}

/// Whether the world is already as a write would make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Already {
    /// It is; with what shows it.
    So(String),
    /// It is not, and nothing stands in the way of the write; with what shows it.
    NotSo(String),
    /// It is on its way there or elsewhere, so the write would be refused; with what shows it.
    Moving(String),
    /// It could not be read since then; with why.
    Unread(String),
}

/// What proof is judged by: the world, and since when its readings count.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// What was seen.
    pub world: &'a World,
    /// What was asked before proves nothing.
    pub since: Timestamp,
    /// The time of judging.
    pub now: Timestamp,
    /// What the service named the thing that the write started, once it did: a change, an execution, an experiment.
    pub handle: Option<&'a str>,
}

/// How the world shows that a write took effect.
trait Prove {
    /// The sources to read afresh before and after the write; its metrics are read at their own pace.
    fn sources(&self, world: &World, handle: Option<&str>) -> Vec<Source>;

    /// Whether the write is needed at all, by readings asked at `since` or later.
    fn already(&self, sight: &Sight<'_>) -> Already;

    /// What the service's own state shows, by readings asked after `since`.
    fn read_back(&self, sight: &Sight<'_>) -> Shown;

    /// What the service told on the way since `since`, oldest first.
    fn told(&self, _: &Sight<'_>) -> Vec<(Timestamp, String)> {
        Vec::new()
    }

    /// What it waits for a person at, by the newest reading: the name of its step, and what is done there.
    fn awaits(&self, _: &Sight<'_>) -> Option<Awaited> {
        None
    }

    /// Why nothing more will come of it, where the service says so itself: whoever waits on learns nothing.
    fn dead(&self, _: &Sight<'_>) -> Option<String> {
        None
    }

    /// The rungs above the read-back that the workload's declared sources can prove.
    fn above(&self, _: &World) -> Vec<Rung> {
        Vec::new()
    }

    /// What the world shows of one of those rungs.
    fn effect(&self, _: Rung, sight: &Sight<'_>) -> Shown {
        self.read_back(sight)
    }
}

fn prover(operation: &Operation) -> &dyn Prove {
    match operation {
        Operation::RoutingSet(set) => set,
        Operation::FisStart(start) => start,
        Operation::FisStop(stop) => stop,
        Operation::FisLever(lever) => lever,
        Operation::SwitchRun(run) => run,
        Operation::SwitchSignal(signal) => signal,
        Operation::AuroraSwitchover(switchover) => switchover,
        Operation::AuroraFailover(failover) => failover,
        Operation::EcsScale(scale) => scale,
        Operation::SsmRun(run) => run,
        Operation::SsmSignal(signal) => signal,
        Operation::AuroraDetach(detach) => detach,
        Operation::ReplicaPromote(promote) => promote,
        Operation::SnapshotCopy(copy) => copy,
        Operation::DnsSet(set) => set,
        Operation::HealthCheckInvert(invert) => invert,
    }
}

/// The rungs that this step climbs, from the weakest to the one that confirms it; none for a step without a write.
#[must_use]
pub fn ladder(step: &Step, world: &World) -> Vec<Rung> {
    let Some(operation) = step.operation() else { return Vec::new() };
    climbable(operation, world).into_iter().filter(|rung| *rung <= step.rung).collect()
}

/// The strongest rung that the workload's declared sources can prove of a write.
#[must_use]
pub fn highest(operation: &Operation, world: &World) -> Rung {
    climbable(operation, world).into_iter().max().unwrap_or(Rung::ReadBack)
}

/// What the world shows of each rung above [`Rung::Accepted`], by readings asked after `since`.
#[must_use]
pub fn shown(step: &Step, sight: &Sight<'_>) -> Vec<Shown> {
    let Some(operation) = step.operation() else { return Vec::new() };
    let above = ladder(step, sight.world).into_iter().filter(|rung| *rung > Rung::Accepted);
    above
        .map(|rung| match rung {
            Rung::ReadBack => read_back(operation, sight),
            rung => prover(operation).effect(rung, sight),
        })
        .collect()
}

/// What the world shows of a write's own service state, by readings asked after `since`.
#[must_use]
pub fn read_back(operation: &Operation, sight: &Sight<'_>) -> Shown {
    prover(operation).read_back(sight)
}

/// Whether a write is needed at all, by readings asked at `since` or later.
#[must_use]
pub fn already(operation: &Operation, sight: &Sight<'_>) -> Already {
    prover(operation).already(sight)
}

/// The sources to read afresh before and after a write; its metrics are read at their own pace.
#[must_use]
pub fn sources(operation: &Operation, world: &World, handle: Option<&str>) -> Vec<Source> {
    prover(operation).sources(world, handle)
}

/// What the service told of a write since it left, oldest first.
#[must_use]
pub fn told(operation: &Operation, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
    prover(operation).told(sight)
}

/// What a write's execution waits for a person at, by a reading from after the write.
#[must_use]
pub fn awaits(operation: &Operation, sight: &Sight<'_>) -> Option<Awaited> {
    prover(operation).awaits(sight)
}

/// Why nothing more will come of a write, where its service says so.
#[must_use]
pub fn dead(operation: &Operation, sight: &Sight<'_>) -> Option<String> {
    prover(operation).dead(sight)
}

/// A move to or from the operation's target is under way.
#[must_use]
pub(super) fn is_moving(operation: &Operation, sight: &Sight<'_>) -> bool {
    matches!(already(operation, sight), Already::Moving(_))
}

fn climbable(operation: &Operation, world: &World) -> Vec<Rung> {
    let mut rungs = vec![Rung::Sent, Rung::Accepted, Rung::ReadBack];
    rungs.extend(prover(operation).above(world));
    rungs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{
        EAST, Scene, WEST, alb, canary, created, east, requests, tasks, two_regions, west,
    };
    use crate::model::reading::{AuroraMember, AuroraReading, ControlState, RdsEvent, Reading, TroubleKind};
    use crate::model::topology::{Formula, Metric, Region};
    use crate::model::verdict::health_check_metric;
    use crate::plan::{Intent, Playbook, playbook};

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
        let events = vec![
            event(-3600, "backup finished"),
            event(1, "failover started"),
            event(40, "failover completed"),
        ];
        scene.see(Source::AuroraEvents("orders".to_owned(), west()), Ok(Reading::AuroraEvents(events)));
        let told = told(step.operation().unwrap(), &sight(&scene, since));
        let texts: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["failover started", "failover completed"]);
    }
}
