//! The write gate in front of the simulator, with a real journal before it: what was sent is what took effect.

use std::time::Duration;

use pointsman::aws::actuator::Hands;
use pointsman::ledger::memory::Journal;
use pointsman::model::reading::{
    ChangeStatus, ControlState, Reading, RecordReading, RecordRouting, Source, TroubleKind,
};
use pointsman::model::verdict::record_region;
use pointsman::plan::StepId;
use pointsman::plan::event::{Answer, Event, RunId};
use pointsman::plan::operation::{
    AuroraTarget, ControlChange, DnsSet, Failover, HealthCheckInvert, Operation, RecordChange, RoutingSet,
    Switchover,
};
use pointsman::plan::run::{Actuator, Ledger};
use pointsman::sim::fault::Fault;

use super::{Bench, east, west};

impl Bench {
    /// Writes the journal line and sends.
    pub(super) async fn send(&self, operation: &Operation) -> Answer {
        let mut journal = Journal::new();
        let event = Event::Sent { step: StepId(1), attempt: 1, fence: None };
        let receipt = journal.append(&RunId("4f2a9c01".into()), self.sim.now(), &event).unwrap();
        let receipt = receipt.planned_for(self.clients.topology().which());
        Hands::new(self.clients.clone(), 7).send(operation, &receipt).await
    }

    fn controls(&self, states: &[(&str, ControlState)]) -> Operation {
        let routing = self.clients.topology().routing.as_ref().unwrap();
        let change = |(name, state): &(&str, ControlState)| ControlChange {
            control: (*name).to_owned(),
            arn: routing.control(name).unwrap().arn.clone(),
            state: *state,
            was: ControlState::On,
            guessed: false,
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

    pub(super) fn written(&self) -> Vec<(String, String)> {
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

/// The batch that a failover plans of weighted records, and the clients that read them.
async fn weighted() -> (Bench, DnsSet) {
    let bench = Bench::new("dns-weights");
    let name = bench.clients.topology().dns[0].clone();
    let Reading::Records(records) = bench.read(&Source::Records(name.name.clone())).await else { panic!() };
    let change = |(record, weight): (&RecordReading, u8)| {
        let region = record_region(&name, record).cloned();
        RecordChange {
            to: region.clone(),
            from: region,
            wanted: RecordReading { routing: RecordRouting::Weight(weight), ..record.clone() },
            was: record.clone(),
        }
    };
    let changes = records.iter().zip([0, 70]).map(change).collect();
    let set = DnsSet { name: name.name, zone: name.zone, record_type: name.kind, changes };
    (bench, set)
}

#[tokio::test(start_paused = true)]
async fn records_are_set_in_one_batch_and_its_id_tells_when_all_name_servers_have_it() {
    let (bench, set) = weighted().await;
    let answer = bench.send(&Operation::DnsSet(set.clone())).await;
    let Answer::Accepted { endpoint, request_id: Some(_), handle: Some(change) } = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(endpoint, "us-east-1");
    assert_eq!(bench.written(), [("ChangeResourceRecordSets".to_owned(), "us-east-1".to_owned())]);
    let source = Source::RecordChange(change);
    assert_eq!(bench.read(&source).await, Reading::RecordChange(ChangeStatus::Pending));
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(bench.read(&source).await, Reading::RecordChange(ChangeStatus::Insync));
    let Reading::Records(records) = bench.read(&Source::Records(set.name.clone())).await else { panic!() };
    let wanted: Vec<RecordReading> = set.changes.iter().map(|change| change.wanted.clone()).collect();
    assert_eq!(records, wanted, "nothing else of the records has changed");
    let undo = Operation::DnsSet(set.clone()).inverse().unwrap();
    let answer = bench.send(&undo).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    tokio::time::sleep(Duration::from_mins(1)).await;
    let Reading::Records(records) = bench.read(&Source::Records(set.name.clone())).await else { panic!() };
    let was: Vec<RecordReading> = set.changes.iter().map(|change| change.was.clone()).collect();
    assert_eq!(records, was);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_wrong_is_refused_with_all_that_is_wrong_and_a_busy_zone_may_be_asked_again() {
    let (bench, set) = weighted().await;
    let mut strange = set.clone();
    strange.changes[0].wanted.routing = RecordRouting::First;
    let answer = bench.send(&Operation::DnsSet(strange)).await;
    let Answer::Refused { code, trouble } = answer else { panic!("{answer:?}") };
    assert_eq!(code, "InvalidChangeBatch");
    assert!(trouble.text.contains("mixes routing policies"), "{trouble}");
    bench.send(&Operation::DnsSet(set.clone())).await;
    let busy = bench.send(&Operation::DnsSet(set.clone())).await;
    let Answer::NotSent { trouble } = busy else { panic!("{busy:?}") };
    assert_eq!(trouble.kind, TroubleKind::Throttled, "{trouble}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    bench.inject(Fault::RegionLost { region: "us-east-1".into() });
    let dead = bench.send(&Operation::DnsSet(set)).await;
    assert!(matches!(dead, Answer::Lost { .. }), "the control plane of Route 53 is in us-east-1: {dead:?}");
}

#[tokio::test(start_paused = true)]
async fn a_health_check_is_turned_round_unless_somebody_else_has_changed_it() {
    let bench = Bench::new("calm");
    let check = bench.clients.topology().dns[0].records[0].health_check.clone().unwrap();
    let Reading::HealthCheck(before) = bench.read(&Source::HealthCheck(check.clone())).await else {
        panic!()
    };
    assert_eq!((before.version, before.kind.as_str(), before.inverted), (1, "RECOVERY_CONTROL", false));
    let invert = HealthCheckInvert { check: check.clone(), region: east(), inverted: true, version: 1 };
    let operation = Operation::HealthCheckInvert(invert);
    let answer = bench.send(&operation).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    let Reading::HealthCheck(after) = bench.read(&Source::HealthCheck(check.clone())).await else { panic!() };
    assert_eq!((after.version, after.inverted), (2, true));
    let answer = bench.send(&operation).await;
    let Answer::Refused { code, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(code, "HealthCheckVersionMismatch");
    let answer = bench.send(&operation.inverse().unwrap()).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let Reading::HealthCheck(back) = bench.read(&Source::HealthCheck(check)).await else { panic!() };
    assert_eq!((back.version, back.inverted), (3, false));
}
