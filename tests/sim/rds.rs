//! RDS through the SDK: what is there, and a change of writer from its request to its last event.

use std::time::Duration;

use aws_sdk_rds::Client;
use aws_sdk_rds::error::ProvideErrorMetadata;
use aws_sdk_rds::types::{Filter, GlobalCluster, SourceType};
use pointsman::sim::Sim;

use super::{EAST, WEST, calm};
use crate::support::sdk_config;

const ORDERS: &str = "orders-global-db-cluster";

fn client(sim: &Sim, region: &str) -> Client {
    Client::new(&sdk_config(sim, region))
}

fn target(region: &str, number: &str) -> String {
    format!("arn:aws:rds:{region}:111122223333:cluster:orders-dbcluster-{number}-{region}")
}

async fn orders(sim: &Sim, region: &str) -> GlobalCluster {
    let found = client(sim, region).describe_global_clusters().global_cluster_identifier(ORDERS).send();
    found.await.unwrap().global_clusters()[0].clone()
}

fn writer(global: &GlobalCluster) -> &str {
    let writer = global.global_cluster_members().iter().find(|member| member.is_writer() == Some(true));
    writer.unwrap().db_cluster_arn().unwrap()
}

#[tokio::test(start_paused = true)]
async fn global_clusters_show_their_members() {
    let sim = calm();
    let found = client(&sim, WEST).describe_global_clusters().send().await.unwrap();
    assert_eq!(found.global_clusters().len(), 2);
    let orders = orders(&sim, EAST).await;
    assert_eq!(writer(&orders), target(EAST, "01"));
    assert_eq!(orders.global_cluster_members().len(), 2);
    assert_eq!(orders.status(), Some("available"));
    assert!(orders.failover_state().is_none());
    let none = client(&sim, EAST).describe_global_clusters().global_cluster_identifier("nope").send().await;
    assert!(none.unwrap_err().into_service_error().is_global_cluster_not_found_fault());
}

#[tokio::test(start_paused = true)]
async fn clusters_and_instances_are_their_regions_own() {
    let sim = calm();
    let west = client(&sim, WEST);
    let clusters = west.describe_db_clusters().send().await.unwrap();
    assert_eq!(clusters.db_clusters().len(), 2);
    assert!(clusters.db_clusters().iter().all(|c| c.db_cluster_arn().unwrap().contains(":us-west-2:")));
    let filter = Filter::builder().name("db-cluster-id").values("orders-dbcluster-02-us-west-2").build();
    let one = west.describe_db_clusters().filters(filter.clone()).send().await.unwrap();
    assert_eq!(one.db_clusters().len(), 1);
    let instances = west.describe_db_instances().filters(filter).send().await.unwrap();
    assert!(!instances.db_instances().is_empty());
    let elsewhere = west.describe_db_clusters().db_cluster_identifier("orders-dbcluster-01-us-east-1");
    assert!(elsewhere.send().await.unwrap_err().into_service_error().is_db_cluster_not_found_fault());
    let none = west.describe_db_instances().db_instance_identifier("nope").send().await.unwrap_err();
    assert!(none.into_service_error().is_db_instance_not_found_fault());
    let unknown = Filter::builder().name("colour").values("red").build();
    let refused = west.describe_db_clusters().filters(unknown).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidParameterValue"));
    let refused = west.describe_db_clusters().max_records(7).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidParameterValue"));
}

#[tokio::test(start_paused = true)]
async fn a_switchover_walks_to_the_new_writer_and_leaves_events() {
    let sim = calm();
    let east = client(&sim, EAST);
    let begun = east
        .switchover_global_cluster()
        .global_cluster_identifier(ORDERS)
        .target_db_cluster_identifier(target(WEST, "02"))
        .send()
        .await
        .unwrap();
    let state = begun.global_cluster().unwrap().failover_state().unwrap().clone();
    assert_eq!(state.to_db_cluster_arn(), Some(target(WEST, "02").as_str()));
    assert_eq!(state.is_data_loss_allowed(), Some(false));
    assert_eq!(writer(&orders(&sim, EAST).await), target(EAST, "01"), "nothing moves at once");
    tokio::time::sleep(Duration::from_mins(5)).await;
    let after = orders(&sim, WEST).await;
    assert_eq!(writer(&after), target(WEST, "02"));
    assert!(after.failover_state().is_none());
    let mut events = Vec::new();
    for region in [EAST, WEST] {
        let told = client(&sim, region)
            .describe_events()
            .source_type(SourceType::DbCluster)
            .duration(30)
            .event_categories("global failover")
            .send()
            .await
            .unwrap();
        events.extend(told.events().to_vec());
    }
    assert!(events.len() >= 3, "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failover_takes_the_loss_it_is_allowed() {
    let sim = calm();
    let west = client(&sim, WEST);
    let failover = || {
        west.failover_global_cluster()
            .global_cluster_identifier(ORDERS)
            .target_db_cluster_identifier(target(WEST, "02"))
            .allow_data_loss(true)
    };
    let refused = failover().switchover(true).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidParameterCombination"));
    failover().send().await.unwrap();
    let again = failover().send().await.unwrap_err();
    assert!(again.into_service_error().is_invalid_global_cluster_state_fault());
    tokio::time::sleep(Duration::from_secs(400)).await;
    assert_eq!(writer(&orders(&sim, WEST).await), target(WEST, "02"));
}

#[tokio::test(start_paused = true)]
async fn a_member_can_be_detached() {
    let sim = calm();
    let west = client(&sim, WEST);
    west.remove_from_global_cluster()
        .global_cluster_identifier(ORDERS)
        .db_cluster_identifier(target(WEST, "02"))
        .send()
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_mins(5)).await;
    let alone = west.describe_db_clusters().db_cluster_identifier("orders-dbcluster-02-us-west-2").send();
    let alone = alone.await.unwrap();
    assert_eq!(alone.db_clusters()[0].global_cluster_identifier(), None);
    let none = west
        .remove_from_global_cluster()
        .global_cluster_identifier(ORDERS)
        .db_cluster_identifier("arn:aws:rds:us-west-2:111122223333:cluster:none")
        .send()
        .await;
    assert!(none.is_err());
}
