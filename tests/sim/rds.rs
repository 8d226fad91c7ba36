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

const STANDBY: &str = r#"
[scenario]
name = "standby"
about = "A database with a read replica, and one that comes back after a failover."
length = "30m"
[[world.replicas]]
store = "ledger"
kind = "aurora-binlog"
lag = "3s"
[[world.replicas]]
store = "billing"
kind = "rds"
lag = "2s"
[[timeline]]
at = "20s"
fault = { kind = "region-lost", region = "us-east-1", for = "2m" }
"#;

#[tokio::test(start_paused = true)]
async fn a_read_replica_shows_its_source_until_it_is_promoted() {
    let sim = super::of(STANDBY);
    let (east, west) = (client(&sim, EAST), client(&sim, WEST));
    let replica = "ledger-dbcluster-02-us-west-2";
    let cluster = async |client: &Client, id: &str| {
        let found = client.describe_db_clusters().db_cluster_identifier(id).send().await.unwrap();
        found.db_clusters()[0].clone()
    };
    let source = cluster(&east, "ledger-dbcluster-01-us-east-1").await;
    let copy = cluster(&west, replica).await;
    assert_eq!(copy.replication_source_identifier(), source.db_cluster_arn());
    assert_eq!(source.read_replica_identifiers(), [copy.db_cluster_arn().unwrap()]);
    let begun = west.promote_read_replica_db_cluster().db_cluster_identifier(replica).send().await.unwrap();
    assert_eq!(begun.db_cluster().unwrap().status(), Some("promoting"));
    let again = west.promote_read_replica_db_cluster().db_cluster_identifier(replica).send().await;
    assert!(again.unwrap_err().into_service_error().is_invalid_db_cluster_state_fault());
    sim.advance(Duration::from_secs(200));
    let alone = cluster(&west, replica).await;
    assert_eq!((alone.status(), alone.replication_source_identifier()), (Some("available"), None));
    assert_eq!(cluster(&east, "ledger-dbcluster-01-us-east-1").await.read_replica_identifiers().len(), 0);
    let events = west
        .describe_events()
        .source_type(SourceType::DbInstance)
        .source_identifier("ledger-dbinstance-01-us-west-2")
        .send()
        .await
        .unwrap();
    let told: Vec<_> = events.events().iter().filter_map(|event| event.message()).collect();
    assert_eq!(told.first().copied(), Some("Replication streaming has been terminated."));
    assert_eq!(told.last().copied(), Some("Cluster topology is updated."));
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_replicates_by_itself_says_how_it_goes() {
    let sim = super::of(STANDBY);
    let west = client(&sim, WEST);
    let instance = async || {
        let found = west.describe_db_instances().db_instance_identifier("billing-db-us-west-2").send();
        found.await.unwrap().db_instances()[0].clone()
    };
    let replica = instance().await;
    let source = replica.read_replica_source_db_instance_identifier().unwrap();
    assert_eq!(source, "arn:aws:rds:us-east-1:111122223333:db:billing-db-us-east-1");
    assert_eq!(replica.db_cluster_identifier(), None);
    assert_eq!(replica.status_infos()[0].status(), Some("replicating"));
    sim.advance(Duration::from_secs(100));
    assert_eq!(instance().await.status_infos()[0].status(), Some("error"), "its source is lost");
    let begun =
        west.promote_read_replica().db_instance_identifier("billing-db-us-west-2").send().await.unwrap();
    assert_eq!(begun.db_instance().unwrap().db_instance_status(), Some("modifying"));
    sim.advance(Duration::from_mins(5));
    let alone = instance().await;
    assert_eq!(alone.db_instance_status(), Some("available"));
    assert_eq!(alone.read_replica_source_db_instance_identifier(), None);
    assert!(alone.status_infos().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_snapshot_of_an_old_writer_is_copied_before_it_expires() {
    let sim = super::of(STANDBY);
    let (east, west) = (client(&sim, EAST), client(&sim, WEST));
    sim.advance(Duration::from_secs(30));
    let failover = west.failover_global_cluster().global_cluster_identifier(ORDERS);
    let failover = failover.target_db_cluster_identifier(target(WEST, "02")).allow_data_loss(true);
    failover.send().await.unwrap();
    sim.advance(Duration::from_mins(5));
    let snapshots = async || {
        let found =
            east.describe_db_cluster_snapshots().db_cluster_identifier("orders-dbcluster-01-us-east-1");
        found.send().await.unwrap().db_cluster_snapshots().to_vec()
    };
    let left = snapshots().await;
    assert_eq!(
        (left.len(), left[0].snapshot_type(), left[0].status()),
        (1, Some("automated"), Some("available"))
    );
    let source = left[0].db_cluster_snapshot_identifier().unwrap();
    assert!(source.starts_with("rds:unplanned-global-failover-orders-dbcluster-01-us-east-1-"), "{source}");
    let copy = || {
        let copy = east.copy_db_cluster_snapshot().source_db_cluster_snapshot_identifier(source);
        copy.target_db_cluster_snapshot_identifier("kept-orders").send()
    };
    assert_eq!(copy().await.unwrap().db_cluster_snapshot().unwrap().status(), Some("copying"));
    let twice = copy().await.unwrap_err().into_service_error();
    assert!(twice.is_db_cluster_snapshot_already_exists_fault(), "{twice:?}");
    sim.advance(Duration::from_secs(200));
    let manual = east.describe_db_cluster_snapshots().snapshot_type("manual").send().await.unwrap();
    assert_eq!(manual.db_cluster_snapshots()[0].status(), Some("available"));
    assert_eq!(manual.db_cluster_snapshots()[0].percent_progress(), Some(100));
    let none = west.describe_db_cluster_snapshots().db_cluster_snapshot_identifier("nope").send().await;
    assert!(none.unwrap_err().into_service_error().is_db_cluster_snapshot_not_found_fault());
}
