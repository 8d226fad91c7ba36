//! FIS through the SDK: experiments that hurt, that find nothing to hurt, and that are stopped.

use std::time::Duration;

use aws_sdk_fis::Client;
use aws_sdk_fis::types::{
    ExperimentActionStatus, ExperimentStatus, SafetyLeverStatus, SafetyLeverStatusInput,
    UpdateSafetyLeverStateInput,
};
use pointsman::clock::Clock;
use pointsman::sim::Sim;
use pointsman::sim::scenario;

use super::{EAST, START, WEST};
use crate::support::sdk_config;

fn sim() -> Sim {
    let scenario = scenario::parse(include_str!("fis.toml")).unwrap();
    Sim::new(&scenario, 7, Clock::starting_at(START.parse().unwrap(), 1))
}

fn client(sim: &Sim) -> Client {
    Client::new(&sdk_config(sim, EAST))
}

async fn template(client: &Client, name: &str) -> String {
    let listed = client.list_experiment_templates().send().await.unwrap();
    let found = listed.experiment_templates().iter().find(|t| t.description() == Some(name)).unwrap();
    found.id().unwrap().to_owned()
}

async fn start(client: &Client, name: &str, token: &str) -> String {
    let template = template(client, name).await;
    let started = client.start_experiment().experiment_template_id(template).client_token(token);
    started.send().await.unwrap().experiment().unwrap().id().unwrap().to_owned()
}

async fn status(client: &Client, id: &str) -> (ExperimentStatus, String) {
    let got = client.get_experiment().id(id).send().await.unwrap();
    let state = got.experiment().unwrap().state().unwrap();
    (state.status().unwrap().clone(), state.reason().unwrap().to_owned())
}

fn errors(sim: &Sim) -> f64 {
    sim.look(|w| w.region(EAST).unwrap().now.errors)
}

#[tokio::test(start_paused = true)]
async fn an_experiment_begins_runs_and_ends_with_its_effect() {
    let (sim, client) = {
        let sim = sim();
        (sim.clone(), client(&sim))
    };
    let id = start(&client, "errors", "a").await;
    assert_eq!(status(&client, &id).await.0, ExperimentStatus::Pending);
    sim.advance(Duration::from_secs(2));
    assert_eq!(status(&client, &id).await.0, ExperimentStatus::Initiating);
    assert!(errors(&sim) < 0.01);
    sim.advance(Duration::from_secs(6));
    assert_eq!(status(&client, &id).await.0, ExperimentStatus::Running);
    assert!((0.5..0.7).contains(&errors(&sim)), "{}", errors(&sim));
    let experiment = client.get_experiment().id(&id).send().await.unwrap().experiment().unwrap().clone();
    let action = |name: &str| experiment.actions().unwrap()[name].clone();
    assert_eq!(action("blackhole").state().unwrap().status(), Some(&ExperimentActionStatus::Running));
    assert_eq!(action("blackhole").parameters().unwrap()["duration"], "PT10M");
    assert_eq!(action("transit").state().unwrap().status(), Some(&ExperimentActionStatus::Skipped));
    assert_eq!(experiment.stop_conditions()[0].source(), Some("aws:cloudwatch:alarm"));
    assert_eq!(experiment.targets().unwrap()["blackhole"].resource_tags().unwrap()["ChaosAllowed"], "true");
    sim.advance(Duration::from_mins(6));
    // One action is over and its effect with it; the other holds.
    let pauses = || sim.look(|w| w.faults.iter().filter(|f| f.fault.kind() == "lag").count());
    assert_eq!(pauses(), 0);
    assert!(errors(&sim) > 0.5);
    sim.advance(Duration::from_mins(5));
    assert_eq!(status(&client, &id).await, (ExperimentStatus::Completed, "Experiment completed.".to_owned()));
    assert!(errors(&sim) < 0.05, "{}", errors(&sim));
    assert_eq!(sim.look(|w| w.faults.len()), 0);
}

#[tokio::test(start_paused = true)]
async fn targets_are_found_by_their_tags_or_not_at_all() {
    let (sim, client) = {
        let sim = sim();
        (sim.clone(), client(&sim))
    };
    let id = start(&client, "errors", "a").await;
    let resolved =
        async || client.list_experiment_resolved_targets().experiment_id(&id).send().await.unwrap();
    assert_eq!(resolved().await.resolved_targets().len(), 0);
    sim.advance(Duration::from_secs(9));
    let of = |name: &str, all: &aws_sdk_fis::operation::list_experiment_resolved_targets::ListExperimentResolvedTargetsOutput| {
        all.resolved_targets().iter().filter(|t| t.target_name() == Some(name)).count()
    };
    let all = resolved().await;
    assert_eq!((of("blackhole", &all), of("replication", &all), of("transit", &all)), (6, 1, 0));
    assert!(all.resolved_targets()[0].target_information().unwrap()["arn"].contains(":task/"));

    let nothing = start(&client, "nothing", "b").await;
    sim.advance(Duration::from_secs(9));
    let got = client.get_experiment().id(&nothing).send().await.unwrap();
    let state = got.experiment().unwrap().state().unwrap();
    assert_eq!(state.status(), Some(&ExperimentStatus::Failed));
    assert_eq!(state.reason(), Some("Target resolution returned empty set."));
    assert_eq!(state.error().unwrap().code(), Some("InvalidTarget"));
}

#[tokio::test(start_paused = true)]
async fn a_token_starts_one_experiment_and_a_stop_ends_its_effect_at_once() {
    let (sim, client) = {
        let sim = sim();
        (sim.clone(), client(&sim))
    };
    let id = start(&client, "errors", "a").await;
    assert_eq!(start(&client, "errors", "a").await, id);
    let other = template(&client, "guarded").await;
    let conflict = client.start_experiment().experiment_template_id(other).client_token("a").send().await;
    assert!(conflict.unwrap_err().into_service_error().is_conflict_exception());
    sim.advance(Duration::from_secs(10));
    assert!(errors(&sim) > 0.5);
    let stopping = client.stop_experiment().id(&id).send().await.unwrap();
    let state = stopping.experiment().unwrap().state().unwrap();
    assert_eq!(state.status(), Some(&ExperimentStatus::Stopping));
    sim.advance(Duration::from_secs(2));
    assert!(errors(&sim) < 0.05);
    sim.advance(Duration::from_secs(30));
    assert_eq!(status(&client, &id).await.0, ExperimentStatus::Stopped);
    let again = client.stop_experiment().id(&id).send().await.unwrap_err();
    assert!(again.into_service_error().is_validation_exception());
    let writes = sim.writes();
    let operations: Vec<_> = writes.iter().map(|w| w.operation.as_str()).collect();
    assert_eq!(operations, ["StartExperiment", "StopExperiment"]);
    // Another Region's FIS knows nothing of it.
    let west = Client::new(&sdk_config(&sim, WEST));
    let unknown = west.get_experiment().id(&id).send().await.unwrap_err();
    assert!(unknown.into_service_error().is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn a_stop_condition_halts_it() {
    let (sim, client) = {
        let sim = sim();
        (sim.clone(), client(&sim))
    };
    sim.advance(Duration::from_mins(5));
    let id = start(&client, "guarded", "a").await;
    sim.advance(Duration::from_secs(30));
    assert_eq!(status(&client, &id).await.0, ExperimentStatus::Running);
    sim.advance(Duration::from_mins(8));
    let halted = (ExperimentStatus::Stopped, "Experiment halted by stop condition.".to_owned());
    assert_eq!(status(&client, &id).await, halted);
    assert!(errors(&sim) < 0.05);
}

#[tokio::test(start_paused = true)]
async fn the_safety_lever_stops_what_runs_and_lets_nothing_start() {
    let (sim, client) = {
        let sim = sim();
        (sim.clone(), client(&sim))
    };
    let lever = async || {
        let got = client.get_safety_lever().id("default").send().await.unwrap();
        got.safety_lever().unwrap().state().unwrap().status().unwrap().clone()
    };
    assert_eq!(lever().await, SafetyLeverStatus::Disengaged);
    let id = start(&client, "errors", "a").await;
    sim.advance(Duration::from_secs(10));
    let engage = |status| {
        let state = UpdateSafetyLeverStateInput::builder().status(status).reason("a real incident");
        client.update_safety_lever_state().id("default").state(state.build().unwrap()).send()
    };
    engage(SafetyLeverStatusInput::Engaged).await.unwrap();
    assert_eq!(lever().await, SafetyLeverStatus::Engaging);
    sim.advance(Duration::from_secs(30));
    assert_eq!(lever().await, SafetyLeverStatus::Engaged);
    assert_eq!(status(&client, &id).await.0, ExperimentStatus::Stopped);
    let late = start(&client, "errors", "b").await;
    sim.advance(Duration::from_secs(5));
    assert_eq!(status(&client, &late).await.0, ExperimentStatus::Cancelled);
    engage(SafetyLeverStatusInput::Disengaged).await.unwrap();
    let fresh = start(&client, "errors", "c").await;
    sim.advance(Duration::from_secs(10));
    assert_eq!(status(&client, &fresh).await.0, ExperimentStatus::Running);
    let listed = client.list_experiments().send().await.unwrap();
    let ids: Vec<_> = listed.experiments().iter().filter_map(|e| e.id()).collect();
    assert_eq!(ids, [fresh.as_str(), &late, &id]);
}

#[tokio::test(start_paused = true)]
async fn actions_cut_regions_stop_tasks_and_fail_databases_over() {
    let (sim, client) = {
        let sim = sim();
        (sim.clone(), client(&sim))
    };
    start(&client, "network", "a").await;
    sim.advance(Duration::from_secs(9));
    sim.look(|w| {
        assert!(w.cut(0, 1));
        assert_eq!(w.region(EAST).unwrap().now.running, 3);
    });
    sim.advance(Duration::from_secs(6));
    let writable = || sim.look(|w| w.aurora.clusters.iter().filter(|c| c.writable).count());
    assert_eq!(writable(), 0);
    sim.advance(Duration::from_secs(45));
    assert_eq!(writable(), 2);
    assert_eq!(sim.look(|w| w.region(EAST).unwrap().now.running), 6);
    assert!(sim.look(|w| w.aurora.clusters[0].instances[1].writer));
    sim.advance(Duration::from_mins(2));
    assert!(!sim.look(|w| w.cut(0, 1)));
}
