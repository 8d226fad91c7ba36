//! The ARC configuration through the SDK; its only home is us-west-2.

use aws_sdk_route53recoverycontrolconfig::Client;
use pointsman::sim::Sim;

use super::{EAST, WEST, calm, world};
use crate::support::{BASE_URL, sdk_config};

fn client(sim: &Sim) -> Client {
    Client::new(&sdk_config(sim, WEST))
}

#[tokio::test(start_paused = true)]
async fn the_cluster_names_its_five_endpoints() {
    let sim = calm();
    let listed = client(&sim).list_clusters().send().await.unwrap();
    let [cluster] = listed.clusters() else { panic!("{listed:?}") };
    let described =
        client(&sim).describe_cluster().cluster_arn(cluster.cluster_arn().unwrap()).send().await.unwrap();
    let endpoints = described.cluster().unwrap().cluster_endpoints();
    assert_eq!(endpoints.len(), 5);
    let west = endpoints.iter().find(|endpoint| endpoint.region() == Some(WEST)).unwrap();
    assert_eq!(west.endpoint(), Some(format!("{BASE_URL}/cluster/{WEST}").as_str()));
    let none = client(&sim).describe_cluster().cluster_arn("arn:aws:none").send().await.unwrap_err();
    assert!(none.into_service_error().is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn panels_controls_and_health_checks_hang_together() {
    let sim = calm();
    let client = client(&sim);
    let panels = client.list_control_panels().send().await.unwrap();
    let panel = panels.control_panels().first().unwrap().control_panel_arn().unwrap().to_owned();
    let controls = client.list_routing_controls().control_panel_arn(&panel).send().await.unwrap();
    let names: Vec<_> = controls.routing_controls().iter().filter_map(|control| control.name()).collect();
    assert_eq!(names, [EAST, WEST]);
    for control in controls.routing_controls() {
        let arn = control.routing_control_arn().unwrap();
        let checks =
            client.list_associated_route53_health_checks().routing_control_arn(arn).send().await.unwrap();
        assert_eq!(checks.health_check_ids().len(), 1);
    }
    let none = client.list_routing_controls().control_panel_arn("arn:aws:none").send().await.unwrap_err();
    assert!(none.into_service_error().is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn rules_are_assertions_or_gates() {
    let sim = world("safety-rule-blocks");
    let client = client(&sim);
    let panels = client.list_control_panels().send().await.unwrap();
    let mut rules = 0;
    for panel in panels.control_panels() {
        let listed = client.list_safety_rules().control_panel_arn(panel.control_panel_arn().unwrap());
        for rule in listed.send().await.unwrap().safety_rules() {
            rules += 1;
            assert!(rule.assertion().is_some() != rule.gating().is_some(), "{rule:?}");
        }
    }
    assert!(rules > 0);
}

#[tokio::test(start_paused = true)]
async fn a_signature_of_another_region_is_refused() {
    let sim = calm();
    let refused = Client::new(&sdk_config(&sim, EAST)).list_clusters().send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 403);
}
