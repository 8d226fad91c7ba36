//! Scaling a service and running a document through the gate, and the reads that prove them.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::model::reading::{Reading, Source};
use pointsman::plan::event::Answer;
use pointsman::plan::operation::{EcsScale, Operation, Signal, SsmRun, SsmSignal};
use pointsman::sim::fault::Fault;

use super::{Bench, west};

fn scale(desired: u32) -> Operation {
    Operation::EcsScale(EcsScale {
        service: "ui".to_owned(),
        region: west(),
        cluster: "mr-app-ecs-cluster".to_owned(),
        ecs: "ui".to_owned(),
        desired,
        was: 2,
        sum: None,
    })
}

fn run() -> SsmRun {
    SsmRun {
        runbook: "scale out".to_owned(),
        document: "retail-ScaleOut".to_owned(),
        region: west(),
        parameters: BTreeMap::from([("Reason".to_owned(), "a test".to_owned())]),
        check: None,
        again: 0,
    }
}

fn say(execution: &str, say: Signal) -> Operation {
    let execution = execution.to_owned();
    Operation::SsmSignal(SsmSignal { runbook: "scale out".to_owned(), region: west(), execution, say })
}

fn lost(service: &str, operation: &str) -> Fault {
    Fault::LostAnswer { service: service.into(), operation: operation.into(), times: 1 }
}

fn handle(answer: &Answer) -> String {
    match answer {
        Answer::Accepted { handle: Some(handle), .. } => handle.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_is_scaled_and_read_back() {
    let bench = Bench::new("pilot-light");
    assert!(matches!(bench.send(&scale(8)).await, Answer::Accepted { .. }));
    let Reading::Service(service) = bench.read(&Source::Service("ui".into(), west())).await else { panic!() };
    assert_eq!((service.desired, service.running, service.pending), (8, 2, 6));
    assert!(!service.is_steady() && service.events.last().unwrap().message.contains("has started 6 tasks"));
    bench.inject(lost("ecs", "UpdateService"));
    assert!(matches!(bench.send(&scale(9)).await, Answer::Lost { .. }), "it may have happened");
    assert_eq!(bench.written().len(), 2);
    bench.inject(Fault::Refuse {
        service: "ecs".into(),
        operation: "UpdateService".into(),
        times: 1,
        code: "ServiceNotActiveException".into(),
    });
    let Answer::Refused { code, .. } = bench.send(&scale(9)).await else { panic!() };
    assert_eq!(code, "ServiceNotActiveException");
}

#[tokio::test(start_paused = true)]
async fn a_start_that_got_no_answer_goes_again_and_starts_nothing_twice() {
    let bench = Bench::new("runbook");
    bench.inject(lost("ssm", "StartAutomationExecution"));
    let start = Operation::SsmRun(run());
    assert!(matches!(bench.send(&start).await, Answer::Lost { .. }));
    let first = handle(&bench.send(&start).await);
    assert_eq!(bench.written().len(), 1, "one token, one execution");
    let again = handle(&bench.send(&start.afresh(1)).await);
    assert_ne!(first, again, "a person's second try is another");
    let Reading::Automation(reading) = bench.read(&Source::Automation(west(), first.clone())).await else {
        panic!()
    };
    assert_eq!((reading.document.as_str(), reading.steps.len()), ("retail-ScaleOut", 3));
}

#[tokio::test(start_paused = true)]
async fn a_signal_reaches_what_waits_and_is_refused_by_what_does_not() {
    let bench = Bench::new("runbook");
    let id = handle(&bench.send(&Operation::SsmRun(run())).await);
    bench.sim.advance(Duration::from_secs(5));
    let approve = || say(&id, Signal::Approve { step: "ApproveScaling".to_owned() });
    assert!(matches!(bench.send(&approve()).await, Answer::Accepted { handle: None, .. }));
    bench.sim.advance(Duration::from_secs(2));
    let Answer::Refused { code, .. } = bench.send(&approve()).await else { panic!() };
    assert_eq!(code, "InvalidAutomationSignalException");
    assert!(matches!(bench.send(&say(&id, Signal::Stop)).await, Answer::Accepted { .. }));
    bench.sim.advance(Duration::from_secs(5));
    let Reading::Automation(reading) = bench.read(&Source::Automation(west(), id)).await else { panic!() };
    assert_eq!(reading.status, "Cancelled");
    assert!(reading.ended_badly());
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_is_not_there_is_told_as_missing() {
    let bench = Bench::new("pilot-light");
    let trouble =
        bench.trouble(&Source::Automation(west(), "0b1c2d3e-4f50-4617-a829-3a4b5c6d7e8f".into())).await;
    assert!(trouble.text.starts_with("AutomationExecutionNotFoundException"), "{trouble}");
}
