//! ARC Region switch through the SDK: in the Region that is activated, step by step, with a person's hand.

use std::time::Duration;

use aws_sdk_arcregionswitch::Client;
use aws_sdk_arcregionswitch::types::{
    Approval, ExecutionAction, ExecutionMode, ExecutionState, StepStatus, UpdatePlanExecutionAction,
    UpdatePlanExecutionStepAction,
};
use pointsman::clock::Clock;
use pointsman::sim::Sim;
use pointsman::sim::scenario;
use pointsman::sim::world::arc::ControlState;

use super::{EAST, START, WEST, inject};
use crate::support::sdk_config;

struct Stage {
    sim: Sim,
    client: Client,
    plan: String,
    id: String,
}

fn sim() -> Sim {
    let scenario = scenario::parse(include_str!("regionswitch.toml")).unwrap();
    let sim = Sim::new(&scenario, 7, Clock::starting_at(START.parse().unwrap(), 1));
    // The alarms of a new world need a look before they are OK.
    sim.advance(Duration::from_mins(5));
    sim
}

async fn plan(client: &Client, name: &str) -> String {
    let listed = client.list_plans_in_region().send().await.unwrap();
    listed.plans().iter().find(|p| p.name() == name).unwrap().arn().to_owned()
}

/// An execution of a plan that activates us-west-2.
async fn started(name: &str) -> Stage {
    let sim = sim();
    let client = Client::new(&sdk_config(&sim, WEST));
    let plan = plan(&client, name).await;
    let start = client.start_plan_execution().plan_arn(&plan).target_region(WEST);
    let start = start.action(ExecutionAction::Activate).latest_version("true").comment("a test");
    let started = start.send().await.unwrap();
    assert_eq!((started.activate_region(), started.deactivate_region()), (Some(WEST), Some(EAST)));
    let id = started.execution_id().unwrap().to_owned();
    assert!(id.starts_with("us-west-2/"));
    Stage { sim, client, plan, id }
}

impl Stage {
    async fn state(&self) -> ExecutionState {
        let got = self.client.get_plan_execution().plan_arn(&self.plan).execution_id(&self.id);
        got.send().await.unwrap().execution_state().clone()
    }

    async fn step(&self, name: &str) -> StepStatus {
        let got = self.client.get_plan_execution().plan_arn(&self.plan).execution_id(&self.id);
        let got = got.send().await.unwrap();
        got.step_states().iter().find(|s| s.name() == Some(name)).unwrap().status().unwrap().clone()
    }

    async fn events(&self) -> Vec<String> {
        let got = self.client.list_plan_execution_events().plan_arn(&self.plan).execution_id(&self.id);
        let got = got.send().await.unwrap();
        let line = |e: &aws_sdk_arcregionswitch::types::ExecutionEvent| {
            let step = e.step_name().map(|s| format!(" {s}")).unwrap_or_default();
            format!("{}{step}", e.r#type().unwrap())
        };
        got.items().iter().map(line).collect()
    }

    async fn approve(&self, step: &str, approval: Approval) {
        let call = self.client.approve_plan_execution_step().plan_arn(&self.plan).execution_id(&self.id);
        call.step_name(step).approval(approval).send().await.unwrap();
    }

    async fn update(&self, action: UpdatePlanExecutionAction) {
        let call = self.client.update_plan_execution().plan_arn(&self.plan).execution_id(&self.id);
        call.action(action).comment("a test").send().await.unwrap();
    }

    async fn change(&self, step: &str, action: UpdatePlanExecutionStepAction) {
        let call = self.client.update_plan_execution_step().plan_arn(&self.plan).execution_id(&self.id);
        call.step_name(step).action_to_take(action).comment("a test").send().await.unwrap();
    }

    fn pass(&self, seconds: u64) {
        self.sim.advance(Duration::from_secs(seconds));
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_waits_for_approval_and_moves_databases_and_traffic() {
    let stage = started("retail").await;
    assert_eq!(stage.state().await, ExecutionState::Pending);
    stage.pass(3);
    assert_eq!(stage.state().await, ExecutionState::PendingManualApproval);
    stage.approve("go", Approval::Approve).await;
    stage.pass(5);
    assert_eq!(stage.state().await, ExecutionState::InProgress);
    assert_eq!(stage.step("orders").await, StepStatus::Running);
    assert_eq!(stage.step("traffic").await, StepStatus::NotStarted);
    stage.pass(120);
    assert_eq!(stage.state().await, ExecutionState::Completed);
    stage.sim.look(|w| {
        let west = w.region_ix(WEST).unwrap();
        assert!(w.aurora.globals.iter().all(|g| g.writer().unwrap().region == west));
        assert!(w.aurora.globals.iter().all(|g| g.losses.is_empty()));
        assert_eq!(w.arc.control_named(EAST).unwrap().state, ControlState::Off);
        assert_eq!(w.region(WEST).unwrap().now.running, 9);
    });
    // Nobody sent what the plan did by itself.
    let writes = stage.sim.writes();
    let operations: Vec<_> = writes.iter().map(|w| w.operation.as_str()).collect();
    assert_eq!(operations, ["StartPlanExecution", "ApprovePlanExecutionStep"]);
    let events = stage.events().await;
    assert_eq!(
        events[..5],
        [
            "executionPending",
            "executionStarted",
            "stepStarted go",
            "stepPendingApproval go",
            "executionPendingApproval"
        ]
    );
    assert_eq!(events.last().unwrap(), "executionSucceeded");
}

#[tokio::test(start_paused = true)]
async fn a_declined_step_cancels() {
    let stage = started("retail").await;
    stage.pass(3);
    stage.approve("go", Approval::Decline).await;
    stage.pass(3);
    assert_eq!(stage.state().await, ExecutionState::Cancelled);
    assert_eq!(stage.step("traffic").await, StepStatus::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_pauses_until_it_is_skipped() {
    let stage = started("fragile").await;
    stage.pass(40);
    assert_eq!(stage.state().await, ExecutionState::PausedByFailedStep);
    assert_eq!(stage.step("verify").await, StepStatus::Failed);
    assert!(stage.events().await.contains(&"stepPausedByError verify".to_owned()));
    stage.change("verify", UpdatePlanExecutionStepAction::Skip).await;
    stage.pass(90);
    assert_eq!(stage.state().await, ExecutionState::CompletedWithExceptions);
    assert_eq!(stage.step("verify").await, StepStatus::Skipped);
}

#[tokio::test(start_paused = true)]
async fn ungraceful_mode_takes_what_has_arrived() {
    let stage = started("fragile").await;
    inject(&stage.sim, &serde_json::json!({"kind": "region-lost", "region": EAST}));
    stage.pass(40);
    stage.change("verify", UpdatePlanExecutionStepAction::SwitchToUngraceful).await;
    stage.pass(5);
    // A switchover cannot reach the old writer.
    assert_eq!(stage.step("orders").await, StepStatus::Failed);
    stage.update(UpdatePlanExecutionAction::SwitchToUngraceful).await;
    stage.pass(115);
    assert_eq!(stage.state().await, ExecutionState::CompletedWithExceptions);
    let west = stage.sim.look(|w| w.aurora.globals[0].writer().unwrap().region == w.region_ix(WEST).unwrap());
    assert!(west);
    assert!(stage.sim.look(|w| w.aurora.globals[0].losses.len()) == 1);
}

#[tokio::test(start_paused = true)]
async fn pause_resume_and_cancel_wait_for_the_step_that_runs() {
    let stage = started("fragile").await;
    stage.pass(3);
    stage.update(UpdatePlanExecutionAction::Pause).await;
    stage.pass(10);
    assert_eq!(stage.state().await, ExecutionState::InProgress);
    stage.pass(20);
    assert_eq!(stage.state().await, ExecutionState::PausedByOperator);
    assert_eq!(stage.step("verify").await, StepStatus::NotStarted);
    stage.update(UpdatePlanExecutionAction::Resume).await;
    stage.pass(3);
    assert_eq!(stage.step("verify").await, StepStatus::Running);
    let cancel = stage.client.cancel_plan_execution().plan_arn(&stage.plan).execution_id(&stage.id);
    cancel.comment("enough").send().await.unwrap();
    stage.pass(2);
    assert_eq!(stage.state().await, ExecutionState::InProgress);
    stage.pass(15);
    assert_eq!(stage.state().await, ExecutionState::Cancelled);
    assert_eq!(stage.step("orders").await, StepStatus::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn only_the_region_being_activated_answers() {
    let stage = started("retail").await;
    let east = Client::new(&sdk_config(&stage.sim, EAST));
    let got = east.get_plan_execution().plan_arn(&stage.plan).execution_id(&stage.id).send().await;
    assert!(got.unwrap_err().into_service_error().is_resource_not_found_exception());
    let listed = east.list_plan_executions().plan_arn(&stage.plan).send().await.unwrap();
    assert_eq!(listed.items().len(), 0);
    let listed = stage.client.list_plan_executions().plan_arn(&stage.plan).send().await.unwrap();
    assert_eq!(listed.items()[0].execution_id(), stage.id);
    let start = |client: &Client| {
        let start = client.start_plan_execution().plan_arn(&stage.plan).target_region(WEST);
        start.action(ExecutionAction::Activate).mode(ExecutionMode::Ungraceful).latest_version("true").send()
    };
    let elsewhere = start(&east).await.unwrap_err().into_service_error();
    assert!(elsewhere.is_illegal_argument_exception(), "{elsewhere:?}");
    let second = start(&stage.client).await.unwrap_err().into_service_error();
    assert!(second.is_illegal_state_exception(), "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn the_plan_is_read_from_its_home_and_from_its_regions() {
    let sim = sim();
    let client = Client::new(&sdk_config(&sim, WEST));
    let arn = plan(&client, "retail").await;
    let got = client.get_plan().arn(&arn).send().await.unwrap();
    let plan = got.plan().unwrap();
    assert_eq!((plan.name(), plan.regions().len(), plan.primary_region()), ("retail", 2, Some(EAST)));
    let steps = plan.workflows()[0].steps();
    assert_eq!(steps.len(), 3);
    let parallel = steps[1].execution_block_configuration().unwrap().as_parallel_config().unwrap();
    assert_eq!(parallel.steps().len(), 3);
    let evaluated = client.get_plan_evaluation_status().plan_arn(&arn).send().await.unwrap();
    assert_eq!(evaluated.evaluation_state().unwrap().as_str(), "passed");
    inject(&sim, &serde_json::json!({"kind": "region-lost", "region": EAST}));
    let here = client.get_plan_in_region().arn(&arn).send().await.unwrap();
    assert_eq!(here.plan().unwrap().version(), Some("1"));
    let checks = client.list_route53_health_checks_in_region().arn(&arn).send().await.unwrap();
    assert_eq!(checks.health_checks().len(), 0);
}
