//! The ARC data plane through the SDK, endpoint by endpoint.

use std::time::Duration;

use aws_sdk_route53recoverycluster::Client;
use aws_sdk_route53recoverycluster::config::retry::RetryConfig;
use aws_sdk_route53recoverycluster::config::timeout::TimeoutConfig;
use aws_sdk_route53recoverycluster::error::SdkError;
use aws_sdk_route53recoverycluster::operation::update_routing_control_states::UpdateRoutingControlStatesError;
use aws_sdk_route53recoverycluster::types::{RoutingControlState, UpdateRoutingControlStateEntry};
use pointsman::sim::Sim;
use serde_json::json;

use super::{EAST, WEST, calm, inject};
use crate::support::cluster_config;

/// One attempt of three seconds: rotating over the endpoints is the caller's own business.
fn client(sim: &Sim, endpoint: &str) -> Client {
    let config = aws_sdk_route53recoverycluster::config::Builder::from(&cluster_config(sim, endpoint))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(3)).build())
        .build();
    Client::from_conf(config)
}

fn arn(sim: &Sim, name: &str) -> String {
    sim.look(|world| world.arc.control_named(name).unwrap().arn.clone())
}

fn entry(sim: &Sim, name: &str, state: RoutingControlState) -> UpdateRoutingControlStateEntry {
    UpdateRoutingControlStateEntry::builder()
        .routing_control_arn(arn(sim, name))
        .routing_control_state(state)
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_endpoint_lists_every_control() {
    let sim = calm();
    for endpoint in ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"] {
        let listed = client(&sim, endpoint).list_routing_controls().send().await.unwrap();
        let names: Vec<_> =
            listed.routing_controls().iter().filter_map(|control| control.routing_control_name()).collect();
        assert_eq!(names, [EAST, WEST], "{endpoint}");
        assert!(listed.routing_controls().iter().all(|c| c.owner() == Some("111122223333")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_panels_controls_come_in_pages() {
    let sim = calm();
    let panel = sim.look(|world| world.arc.panels[0].arn.clone());
    let client = client(&sim, WEST);
    let first = client.list_routing_controls().control_panel_arn(&panel).max_results(1).send().await.unwrap();
    assert_eq!(first.routing_controls().len(), 1);
    let rest = client
        .list_routing_controls()
        .control_panel_arn(&panel)
        .set_next_token(first.next_token().map(str::to_owned))
        .send()
        .await
        .unwrap();
    assert_eq!(rest.routing_controls().len(), 1);
    assert_eq!(rest.next_token(), None);
    let refused = client.list_routing_controls().control_panel_arn("arn:none").send().await.unwrap_err();
    assert!(refused.into_service_error().is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn off_and_on_change_in_one_call_and_every_endpoint_follows() {
    let sim = calm();
    let states = client(&sim, WEST);
    // Both are On in a calm world; the rule asks for one at least.
    states
        .update_routing_control_states()
        .update_routing_control_state_entries(entry(&sim, EAST, RoutingControlState::Off))
        .update_routing_control_state_entries(entry(&sim, WEST, RoutingControlState::On))
        .send()
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    for endpoint in ["us-east-1", "eu-west-1", "ap-southeast-2"] {
        let state = client(&sim, endpoint).get_routing_control_state();
        let state = state.routing_control_arn(arn(&sim, EAST)).send().await.unwrap();
        assert_eq!(state.routing_control_state(), &RoutingControlState::Off, "{endpoint}");
        assert_eq!(state.routing_control_name(), Some(EAST));
    }
    let writes = sim.writes();
    let [write] = writes.as_slice() else { panic!("{writes:?}") };
    assert_eq!(write.service, "route53-recovery-cluster");
    assert!(write.request_id.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_safety_rule_blocks_by_name_and_can_be_overridden() {
    let sim = calm();
    let client = client(&sim, WEST);
    let off = |name| entry(&sim, name, RoutingControlState::Off);
    let both = || {
        client
            .update_routing_control_states()
            .update_routing_control_state_entries(off(EAST))
            .update_routing_control_state_entries(off(WEST))
    };
    let rule = sim.look(|world| world.arc.rules[0].arn.clone());
    let refused = both().send().await.unwrap_err().into_service_error();
    let UpdateRoutingControlStatesError::ConflictException(conflict) = refused else { panic!("{refused:?}") };
    assert!(conflict.message().contains(&rule), "{conflict:?}");
    assert_eq!(conflict.resource_id(), rule);
    both().safety_rules_to_override(rule).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_control_changes_alone_and_an_unknown_one_is_not_found() {
    let sim = calm();
    let client = client(&sim, EAST);
    let set = |arn: String| {
        client
            .update_routing_control_state()
            .routing_control_arn(arn)
            .routing_control_state(RoutingControlState::Off)
    };
    set(arn(&sim, EAST)).send().await.unwrap();
    let state = client.get_routing_control_state().routing_control_arn(arn(&sim, EAST)).send().await.unwrap();
    assert_eq!(state.routing_control_state(), &RoutingControlState::Off);
    let refused = set("arn:aws:route53-recovery-control::111122223333:controlpanel/x".into()).send().await;
    assert!(refused.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn eleven_entries_and_four_changes_a_second_are_too_many() {
    let sim = calm();
    let client = client(&sim, EAST);
    let many = (0..11).map(|_| entry(&sim, EAST, RoutingControlState::On)).collect();
    let refused = client
        .update_routing_control_states()
        .set_update_routing_control_state_entries(Some(many))
        .send()
        .await;
    assert!(refused.unwrap_err().into_service_error().is_service_limit_exceeded_exception());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut throttled = 0;
    let calls = (0..5).map(|_| {
        client
            .update_routing_control_state()
            .routing_control_arn(arn(&sim, WEST))
            .routing_control_state(RoutingControlState::On)
            .send()
    });
    for answer in futures::future::join_all(calls).await {
        throttled += u32::from(answer.is_err_and(|e| e.into_service_error().is_throttling_exception()));
    }
    assert!(throttled >= 1, "three changes a second is the quota");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_down_says_so_and_one_that_hangs_times_out() {
    let sim = calm();
    inject(&sim, &json!({"kind": "endpoint-down", "endpoint": EAST}));
    inject(&sim, &json!({"kind": "endpoint-hang", "endpoint": WEST}));
    let down = client(&sim, EAST).list_routing_controls().send().await.unwrap_err();
    assert!(down.into_service_error().is_endpoint_temporarily_unavailable_exception());
    let began = tokio::time::Instant::now();
    let hung = client(&sim, WEST).list_routing_controls().send().await.unwrap_err();
    assert!(matches!(hung, SdkError::TimeoutError(_)), "{hung:?}");
    assert_eq!(began.elapsed().as_secs(), 3);
    client(&sim, "eu-west-1").list_routing_controls().send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_has_taken_effect() {
    let sim = calm();
    let operation = "UpdateRoutingControlState";
    inject(
        &sim,
        &json!({"kind": "lost-answer", "service": "route53-recovery-cluster", "operation": operation}),
    );
    let lost = client(&sim, EAST)
        .update_routing_control_state()
        .routing_control_arn(arn(&sim, EAST))
        .routing_control_state(RoutingControlState::Off)
        .send()
        .await
        .unwrap_err();
    assert!(matches!(lost, SdkError::DispatchFailure(_)), "{lost:?}");
    assert_eq!(sim.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_signature_of_another_region_is_refused() {
    let sim = calm();
    let elsewhere = cluster_config(&sim, EAST).into_builder();
    let elsewhere = elsewhere.region(aws_config::Region::new(WEST)).build();
    let refused = Client::new(&elsewhere).list_routing_controls().send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 403);
}

#[tokio::test(start_paused = true)]
async fn the_cluster_answers_at_its_own_endpoints_only() {
    let sim = calm();
    let refused = client(&sim, "eu-central-1").list_routing_controls().send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 404);
    let no_prefix = Client::new(&crate::support::sdk_config(&sim, EAST));
    let refused = no_prefix.list_routing_controls().send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 404);
}
