//! The write gate in front of the simulator, with a real journal before it: what was sent is what took effect.

use std::time::Duration;

use pointsman::aws::actuator::Hands;
use pointsman::ledger::memory::Journal;
use pointsman::model::reading::{ControlState, Reading, Source, TroubleKind};
use pointsman::plan::StepId;
use pointsman::plan::event::{Answer, Event, RunId};
use pointsman::plan::operation::{AuroraTarget, ControlChange, Failover, Operation, RoutingSet, Switchover};
use pointsman::plan::run::{Actuator, Ledger};
use pointsman::sim::fault::Fault;

use super::{Bench, east, west};

impl Bench {
    /// Writes the journal line and sends.
    pub(super) async fn send(&self, operation: &Operation) -> Answer {
        let mut journal = Journal::new();
        let event = Event::Sent { step: StepId(1), attempt: 1, fence: None };
        let receipt = journal.append(&RunId("4f2a9c01".into()), self.sim.now(), &event).unwrap();
        Hands::new(self.clients.clone(), 7).send(operation, &receipt).await
    }

    fn controls(&self, states: &[(&str, ControlState)]) -> Operation {
        let routing = self.clients.topology().routing.as_ref().unwrap();
        let change = |(name, state): &(&str, ControlState)| ControlChange {
            control: (*name).to_owned(),
            arn: routing.control(name).unwrap().arn.clone(),
            state: *state,
            was: ControlState::On,
        };
        Operation::RoutingSet(RoutingSet::of(states.iter().map(change).collect()))
    }

    fn orders(&self) -> AuroraTarget {
        let aurora = self.clients.topology().auroras.iter().find(|a| a.store == "orders").unwrap();
        AuroraTarget {
            store: "orders".into(),
            global: aurora.global.clone(),
            from: east(),
            to: west(),
            cluster: aurora.clusters[&west()].clone(),
        }
    }

    fn written(&self) -> Vec<(String, String)> {
        self.sim.writes().into_iter().map(|write| (write.operation, write.region)).collect()
    }
}

const SHIFT: [(&str, ControlState); 2] = [("us-east-1", ControlState::Off), ("us-west-2", ControlState::On)];

#[tokio::test(start_paused = true)]
async fn off_and_on_take_effect_in_one_write_and_every_endpoint_shows_it() {
    let bench = Bench::new("calm");
    let answer = bench.send(&bench.controls(&SHIFT)).await;
    let Answer::Accepted { request_id: Some(id), .. } = answer else { panic!("{answer:?}") };
    let writes = bench.sim.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].operation, "UpdateRoutingControlStates");
    assert_eq!(writes[0].request_id.as_ref(), Some(&id), "the journal can be held against CloudTrail");
    bench.sim.advance(Duration::from_secs(5));
    let Reading::Controls(states) = bench.read(&Source::Endpoint("eu-west-1".into())).await else { panic!() };
    assert_eq!((states["us-east-1"], states["us-west-2"]), (ControlState::Off, ControlState::On));
}

#[tokio::test(start_paused = true)]
async fn a_safety_rule_refuses_and_nothing_happened() {
    let bench = Bench::new("calm");
    let both_off = [("us-east-1", ControlState::Off), ("us-west-2", ControlState::Off)];
    let answer = bench.send(&bench.controls(&both_off)).await;
    let Answer::Refused { code, trouble } = answer else { panic!("{answer:?}") };
    assert_eq!((code.as_str(), trouble.kind), ("ConflictException", TroubleKind::Refused));
    assert!(trouble.text.contains("safetyrule"), "it names the rule: {trouble}");
    assert_eq!(bench.written(), []);
}

#[tokio::test(start_paused = true)]
async fn three_endpoints_gone_in_three_ways_leave_two_that_do_it() {
    let bench = Bench::new("calm");
    bench.inject(Fault::EndpointDown { endpoint: "us-east-1".into() });
    bench.inject(Fault::EndpointHang { endpoint: "us-west-2".into() });
    bench.inject(Fault::EndpointHang { endpoint: "eu-west-1".into() });
    let answer = bench.send(&bench.controls(&SHIFT)).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    assert_eq!(bench.written().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_lost_is_asked_again_elsewhere_because_a_state_is_set_and_not_toggled() {
    let bench = Bench::new("calm");
    let lost = |service: &str, operation: &str| Fault::LostAnswer {
        service: service.into(),
        operation: operation.into(),
        times: 1,
    };
    bench.inject(lost("route53-recovery-cluster", "UpdateRoutingControlStates"));
    let answer = bench.send(&bench.controls(&[("us-east-1", ControlState::Off)])).await;
    // The first one took effect, so the rule's wait period may refuse the second: either way it is not "refused".
    assert!(matches!(answer, Answer::Accepted { .. } | Answer::Lost { .. }), "{answer:?}");

    bench.inject(lost("rds", "FailoverGlobalCluster"));
    let answer = bench.send(&Operation::AuroraFailover(Failover(bench.orders()))).await;
    assert!(matches!(answer, Answer::Lost { .. }), "{answer:?}");
    let promotions =
        bench.written().into_iter().filter(|(operation, _)| operation == "FailoverGlobalCluster");
    assert_eq!(promotions.count(), 1, "it happened, and was not sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_switchover_goes_to_the_old_writers_region_and_a_failover_to_the_new_ones() {
    for (lossy, operation, region) in
        [(false, "SwitchoverGlobalCluster", "us-east-1"), (true, "FailoverGlobalCluster", "us-west-2")]
    {
        let bench = Bench::new("calm");
        let target = bench.orders();
        let write = if lossy {
            Operation::AuroraFailover(Failover(target))
        } else {
            Operation::AuroraSwitchover(Switchover(target))
        };
        let answer = bench.send(&write).await;
        assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
        assert_eq!(bench.written(), [(operation.to_owned(), region.to_owned())]);
        let Reading::Aurora(aurora) = bench.read(&Source::Aurora("orders".into(), west())).await else {
            panic!()
        };
        assert!(aurora.moving.is_some_and(|moving| moving.data_loss_allowed == lossy));
    }
}

#[tokio::test(start_paused = true)]
async fn denial_and_throttling_are_told_apart() {
    let bench = Bench::new("calm");
    bench.inject(Fault::AccessDenied {
        service: "rds".into(),
        operation: Some("FailoverGlobalCluster".into()),
        region: None,
    });
    let answer = bench.send(&Operation::AuroraFailover(Failover(bench.orders()))).await;
    let Answer::Refused { code, trouble } = answer else { panic!("{answer:?}") };
    assert_eq!((code.as_str(), trouble.kind), ("AccessDenied", TroubleKind::Denied));

    bench.inject(Fault::Throttle { service: "route53-recovery-cluster".into(), region: None, rate: 1.0 });
    let answer = bench.send(&bench.controls(&SHIFT)).await;
    let Answer::NotSent { trouble } = answer else { panic!("{answer:?}") };
    assert_eq!(trouble.kind, TroubleKind::Throttled);
    assert_eq!(bench.written(), []);
}

#[tokio::test(start_paused = true)]
async fn a_run_looks_afresh_and_never_at_metrics_within_their_period() {
    let bench = Bench::new("calm");
    let hands = Hands::new(bench.clients.clone(), 7);
    let first = bench.sim.now();
    for _ in 0..3 {
        let seen = hands.look(&Source::Endpoint(west())).await;
        assert_eq!(seen.asked, bench.sim.now());
        assert!(seen.result.is_ok());
        let metrics = hands.look(&Source::Metrics(west())).await;
        assert!(metrics.result.is_ok());
        assert_eq!(metrics.asked, first, "what was not asked again is not of now");
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let asked = |path: &str| bench.calls().iter().filter(|call| call.path.ends_with(path)).count();
    assert_eq!(asked("GetMetricData"), 1);
    assert_eq!(bench.calls().len(), 4);
}
