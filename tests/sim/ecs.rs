//! ECS through the SDK: tasks that take their time, capacity that follows them, and what is refused.

use std::time::Duration;

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{DeploymentRolloutState, Service};
use pointsman::sim::Sim;
use serde_json::json;

use super::{EAST, WEST, calm, inject};
use crate::support::sdk_config;

const CLUSTER: &str = "mr-app-ecs-cluster";

fn client(sim: &Sim, region: &str) -> Client {
    Client::new(&sdk_config(sim, region))
}

async fn ui(client: &Client) -> Service {
    let answer = client.describe_services().cluster(CLUSTER).services("ui").send().await.unwrap();
    assert!(answer.failures().is_empty());
    answer.services()[0].clone()
}

/// Desired, running, pending.
fn counts(service: &Service) -> (i32, i32, i32) {
    (service.desired_count(), service.running_count(), service.pending_count())
}

async fn scale(client: &Client, desired: i32) -> Service {
    let answer = client.update_service().cluster(CLUSTER).service("ui").desired_count(desired).send().await;
    answer.unwrap().service().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn tasks_are_pending_before_they_run_and_then_it_says_so() {
    let sim = calm();
    let west = client(&sim, WEST);
    assert_eq!(counts(&ui(&west).await), (6, 6, 0));
    assert_eq!(counts(&scale(&west, 10).await), (10, 6, 4));
    tokio::time::sleep(Duration::from_secs(28)).await;
    assert_eq!(counts(&ui(&west).await), (10, 6, 4), "nobody runs before half a minute");
    tokio::time::sleep(Duration::from_secs(35)).await;
    let steady = ui(&west).await;
    assert_eq!(counts(&steady), (10, 10, 0), "all do after a minute");
    assert!(steady.events()[0].message().unwrap().contains("has reached a steady state."));
    let [deployment] = steady.deployments() else { panic!("one deployment, whatever the count") };
    assert_eq!(deployment.rollout_state(), Some(&DeploymentRolloutState::Completed));
    assert_eq!(counts(&ui(&client(&sim, EAST)).await), (6, 6, 0), "the other Region is another service");
    let log = sim.writes();
    assert_eq!((log.len(), log[0].operation.as_str(), log[0].region.as_str()), (1, "UpdateService", WEST));
    assert_eq!(counts(&scale(&west, 3).await), (3, 3, 0), "down is at once");
}

#[tokio::test(start_paused = true)]
async fn what_a_region_carries_follows_its_tasks() {
    let sim = calm();
    let west = client(&sim, WEST);
    scale(&west, 1).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (carries, errors) = sim.look(|w| (w.regions[1].carries(), w.regions[1].now.errors));
    assert!((carries - 700.0 / 6.0).abs() < 0.01, "{carries}");
    assert!(errors > 0.3, "200 orders a minute on one task: {errors}");
    scale(&west, 6).await;
    tokio::time::sleep(Duration::from_secs(70)).await;
    assert!(sim.look(|w| w.regions[1].now.errors) < 0.01);
}

#[tokio::test(start_paused = true)]
async fn without_capacity_tasks_stay_pending_and_the_service_complains() {
    let sim = calm();
    let west = client(&sim, WEST);
    let fault = inject(&sim, &json!({ "kind": "no-capacity", "region": WEST }));
    scale(&west, 8).await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    let stuck = ui(&west).await;
    assert_eq!(counts(&stuck), (8, 6, 2));
    assert!(stuck.events()[0].message().unwrap().contains("unable to place a task"));
    inject(&sim, &json!({ "kind": "clear", "id": fault }));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(counts(&ui(&west).await), (8, 8, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_refused_by_its_name() {
    let sim = calm();
    let west = client(&sim, WEST);
    let update = |cluster, service, desired| {
        west.update_service().cluster(cluster).service(service).desired_count(desired)
    };
    let refused = update("other", "ui", 2).send().await.unwrap_err().into_service_error();
    assert!(refused.is_cluster_not_found_exception(), "{refused:?}");
    let refused = update(CLUSTER, "other", 2).send().await.unwrap_err().into_service_error();
    assert!(refused.is_service_not_found_exception(), "{refused:?}");
    let refused = update(CLUSTER, "ui", -1).send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_parameter_exception(), "{refused:?}");
    let elsewhere = client(&sim, "eu-west-1").describe_services().cluster(CLUSTER).services("ui");
    let refused = elsewhere.send().await.unwrap_err().into_service_error();
    assert!(refused.is_cluster_not_found_exception(), "{refused:?}");
    let some = west.describe_services().cluster(CLUSTER).services("ui").services("other");
    let some = some.send().await.unwrap();
    assert_eq!((some.services().len(), some.failures()[0].reason()), (1, Some("MISSING")));
    let listed = west.list_services().cluster(CLUSTER).send().await.unwrap();
    assert_eq!(listed.service_arns(), [some.services()[0].service_arn().unwrap()]);
    let clusters = west.describe_clusters().clusters(CLUSTER).clusters("other").send().await.unwrap();
    assert_eq!(clusters.clusters()[0].running_tasks_count(), 6);
    assert_eq!(clusters.failures()[0].reason(), Some("MISSING"));
    assert!(sim.writes().is_empty());
}
