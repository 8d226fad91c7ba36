//! Automation through the SDK: an approval, an effect, a lie, a failure, a stop.

use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::ProvideErrorMetadata;
use aws_sdk_ssm::types::{AutomationExecution, AutomationExecutionStatus as Status, SignalType, StopType};
use pointsman::clock::Clock;
use pointsman::sim::{Sim, scenario};
use serde_json::json;

use super::{START, WEST, inject};
use crate::support::sdk_config;

const TOKEN: &str = "0b1c2d3e-4f50-4617-a829-3a4b5c6d7e8f";

const BOOKS: &str = r#"
[scenario]
name = "books"
about = "Three runbooks."
length = "10m"

[[world.runbooks]]
document = "retail-Scale"
regions = ["us-west-2"]
parameters = { Reason = "", Tasks = "9" }
steps = [
    { name = "approve", action = "aws:approve" },
    { name = "scale", action = "aws:executeAwsApi", effect = { kind = "scale", region = "us-west-2", tasks = 9 } },
    { name = "breathe", action = "aws:sleep", takes = "30s" },
]

[[world.runbooks]]
document = "retail-Lie"
steps = [{ name = "scale", action = "aws:executeAwsApi" }, { name = "look", action = "aws:pause", timeout = "1m" }]

[[world.runbooks]]
document = "retail-Close"
steps = [
    { name = "close", action = "aws:executeAwsApi", effect = { kind = "control", name = "us-east-1", state = "Off" } },
    { name = "again", action = "aws:executeAwsApi", effect = { kind = "control", name = "us-west-2", state = "Off" } },
    { name = "never", action = "aws:sleep" },
]
"#;

fn books() -> Sim {
    Sim::new(&scenario::parse(BOOKS).unwrap(), 7, Clock::starting_at(START.parse().unwrap(), 1))
}

fn client(sim: &Sim) -> Client {
    Client::new(&sdk_config(sim, WEST))
}

async fn start(client: &Client, document: &str) -> String {
    let started = client.start_automation_execution().document_name(document);
    let started = if document == "retail-Scale" {
        started.parameters("Reason", vec!["drill".to_owned()])
    } else {
        started
    };
    let started = started.client_token(TOKEN).send().await.unwrap();
    started.automation_execution_id().unwrap().to_owned()
}

async fn get(client: &Client, id: &str) -> AutomationExecution {
    let got = client.get_automation_execution().automation_execution_id(id).send().await.unwrap();
    got.automation_execution().unwrap().clone()
}

fn is(execution: &AutomationExecution) -> (Status, Vec<Status>) {
    let steps = execution.step_executions().iter().map(|step| step.step_status().unwrap().clone());
    (execution.automation_execution_status().unwrap().clone(), steps.collect())
}

async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn an_approved_runbook_has_its_effect_and_ends_well() {
    let sim = books();
    let ssm = client(&sim);
    let id = start(&ssm, "retail-Scale").await;
    assert_eq!(start(&ssm, "retail-Scale").await, id, "the same token starts nothing");
    wait(5).await;
    let waiting = get(&ssm, &id).await;
    assert_eq!(is(&waiting), (Status::Waiting, vec![Status::Waiting, Status::Pending, Status::Pending]));
    assert_eq!(waiting.current_step_name(), Some("approve"));
    assert_eq!(waiting.parameters().unwrap()["Tasks"], ["9"]);
    let signal = |kind| ssm.send_automation_signal().automation_execution_id(&id).signal_type(kind);
    let unfit = signal(SignalType::Resume).payload("StepName", vec!["approve".to_owned()]).send().await;
    assert!(unfit.unwrap_err().into_service_error().is_invalid_automation_signal_exception());
    signal(SignalType::Approve).payload("Comment", vec!["go".to_owned()]).send().await.unwrap();
    wait(2).await;
    assert_eq!(is(&get(&ssm, &id).await).0, Status::Inprogress);
    assert_eq!(sim.look(|w| w.regions[1].ecs.desired), 6);
    wait(8).await;
    assert_eq!(sim.look(|w| w.regions[1].ecs.desired), 9);
    wait(40).await;
    assert_eq!(is(&get(&ssm, &id).await), (Status::Success, vec![Status::Success; 3]));
    let operations: Vec<_> = sim.writes().iter().map(|w| w.operation.clone()).collect();
    assert_eq!(
        operations,
        ["StartAutomationExecution", "SendAutomationSignal"],
        "its own calls are not ours"
    );
}

#[tokio::test(start_paused = true)]
async fn a_rejection_and_a_wait_too_long_end_badly() {
    let sim = books();
    let ssm = client(&sim);
    let id = start(&ssm, "retail-Scale").await;
    wait(5).await;
    let reject = ssm.send_automation_signal().automation_execution_id(&id).signal_type(SignalType::Reject);
    reject.payload("Comment", vec!["not now".to_owned()]).send().await.unwrap();
    let rejected = get(&ssm, &id).await;
    assert_eq!(is(&rejected), (Status::Failed, vec![Status::Failed, Status::Pending, Status::Pending]));
    assert!(rejected.failure_message().unwrap().contains("not now"));
    let lie = ssm.start_automation_execution().document_name("retail-Lie").send().await.unwrap();
    let lie = lie.automation_execution_id().unwrap();
    wait(30).await;
    assert_eq!(is(&get(&ssm, lie).await), (Status::Waiting, vec![Status::Success, Status::Waiting]));
    wait(45).await;
    assert_eq!(is(&get(&ssm, lie).await), (Status::Timedout, vec![Status::Success, Status::Timedout]));
    assert_eq!(sim.look(|w| w.regions[1].ecs.desired), 6, "it ended well, step by step, and did nothing");
}

#[tokio::test(start_paused = true)]
async fn what_the_world_refuses_fails_the_step() {
    let sim = books();
    let ssm = client(&sim);
    let id = start(&ssm, "retail-Close").await;
    wait(20).await;
    let failed = get(&ssm, &id).await;
    assert_eq!(is(&failed), (Status::Failed, vec![Status::Success, Status::Failed, Status::Pending]));
    let step = &failed.step_executions()[1];
    assert!(step.failure_message().unwrap().contains("ConflictException"), "{step:?}");
    assert!(step.failure_details().is_some());
    let listed = ssm.describe_automation_executions().send().await.unwrap();
    assert_eq!(listed.automation_execution_metadata_list()[0].automation_execution_id(), Some(id.as_str()));
    let steps = ssm.describe_automation_step_executions().automation_execution_id(&id).max_results(2);
    let steps = steps.send().await.unwrap();
    assert_eq!((steps.step_executions().len(), steps.next_token().is_some()), (2, true));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_execution_is_cancelled_and_cannot_be_stopped_again() {
    let sim = books();
    let ssm = client(&sim);
    let id = start(&ssm, "retail-Scale").await;
    wait(5).await;
    let stop =
        || ssm.stop_automation_execution().automation_execution_id(&id).r#type(StopType::Cancel).send();
    stop().await.unwrap();
    assert_eq!(is(&get(&ssm, &id).await).0, Status::Cancelling);
    wait(5).await;
    assert_eq!(is(&get(&ssm, &id).await).0, Status::Cancelled);
    let again = stop().await.unwrap_err().into_service_error();
    assert!(again.is_invalid_automation_status_update_exception(), "{again:?}");
    let late = ssm.send_automation_signal().automation_execution_id(&id).signal_type(SignalType::Approve);
    assert!(late.send().await.unwrap_err().into_service_error().is_invalid_automation_signal_exception());
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_start_is_said() {
    let sim = books();
    let ssm = client(&sim);
    let started = |document: &str| ssm.start_automation_execution().document_name(document);
    let refused = started("retail-None").send().await.unwrap_err().into_service_error();
    assert!(refused.is_automation_definition_not_found_exception(), "{refused:?}");
    assert!(refused.message().unwrap().contains("retail-None"));
    let refused = started("retail-Scale").send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_automation_execution_parameters_exception(), "{refused:?}");
    start(&ssm, "retail-Scale").await;
    let other = started("retail-Lie").client_token(TOKEN).send().await.unwrap_err().into_service_error();
    assert!(other.is_idempotent_parameter_mismatch(), "{other:?}");
    let east = Client::new(&sdk_config(&sim, "us-east-1"));
    let refused = east.start_automation_execution().document_name("retail-Scale").send().await.unwrap_err();
    assert!(refused.into_service_error().is_automation_definition_not_found_exception());
    let document = ssm.describe_document().name("retail-Scale").send().await.unwrap();
    assert_eq!(document.document().unwrap().parameters().len(), 2);
    let refused = ssm.describe_document().name("retail-None").send().await.unwrap_err();
    assert!(refused.into_service_error().is_invalid_document());
    inject(&sim, &json!({ "kind": "throttle", "service": "ssm", "rate": 1.0 }));
    let throttled = started("retail-Lie").send().await.unwrap_err().into_service_error();
    assert_eq!(throttled.code(), Some("ThrottlingException"));
}
