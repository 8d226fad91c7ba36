//! Route 53 through the SDK: records, health checks, and changes on their way.

use std::time::Duration;

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, ChangeStatus, HealthCheckType, ResourceRecord, ResourceRecordSet,
    RrType,
};
use pointsman::sim::Sim;

use super::{EAST, calm};
use crate::support::sdk_config;

const ZONE: &str = "Z0RETAILSTORE";

fn client(sim: &Sim) -> Client {
    Client::new(&sdk_config(sim, EAST))
}

fn text_record(name: &str, value: &str) -> ResourceRecordSet {
    ResourceRecordSet::builder()
        .name(name)
        .r#type(RrType::Txt)
        .ttl(60)
        .resource_records(ResourceRecord::builder().value(value).build().unwrap())
        .build()
        .unwrap()
}

fn batch(action: ChangeAction, set: ResourceRecordSet) -> ChangeBatch {
    let change = Change::builder().action(action).resource_record_set(set).build().unwrap();
    ChangeBatch::builder().changes(change).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_zone_and_its_latency_records_are_there() {
    let sim = calm();
    let client = client(&sim);
    let zones = client.list_hosted_zones().send().await.unwrap();
    assert_eq!(zones.hosted_zones()[0].id(), format!("/hostedzone/{ZONE}"));
    client.get_hosted_zone().id(ZONE).send().await.unwrap();
    let records = client.list_resource_record_sets().hosted_zone_id(ZONE).send().await.unwrap();
    let store: Vec<_> =
        records.resource_record_sets().iter().filter(|set| set.name() == "store.example.com.").collect();
    assert_eq!(store.len(), 2);
    for set in store {
        assert_eq!(
            set.region().map(aws_sdk_route53::types::ResourceRecordSetRegion::as_str),
            set.set_identifier()
        );
        assert!(set.alias_target().unwrap().evaluate_target_health());
        assert!(set.health_check_id().is_some());
        assert_eq!(set.ttl(), None);
    }
    let none = client.list_resource_record_sets().hosted_zone_id("ZNONE").send().await.unwrap_err();
    assert!(none.into_service_error().is_no_such_hosted_zone());
}

#[tokio::test(start_paused = true)]
async fn records_come_in_pages() {
    let sim = calm();
    let client = client(&sim);
    let all = client.list_resource_record_sets().hosted_zone_id(ZONE).send().await.unwrap();
    let mut seen = 0;
    let mut page = client.list_resource_record_sets().hosted_zone_id(ZONE).max_items(1).send().await.unwrap();
    loop {
        assert_eq!(page.resource_record_sets().len(), 1);
        seen += 1;
        if !page.is_truncated() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        page = client
            .list_resource_record_sets()
            .hosted_zone_id(ZONE)
            .max_items(1)
            .set_start_record_name(page.next_record_name().map(str::to_owned))
            .set_start_record_type(page.next_record_type().cloned())
            .set_start_record_identifier(page.next_record_identifier().map(str::to_owned))
            .send()
            .await
            .unwrap();
    }
    assert_eq!(seen, all.resource_record_sets().len());
}

#[tokio::test(start_paused = true)]
async fn a_change_is_pending_and_then_in_sync() {
    let sim = calm();
    let client = client(&sim);
    let set = text_record("note.example.com", "\"hello & <good> morning\"");
    let changed = client
        .change_resource_record_sets()
        .hosted_zone_id(ZONE)
        .change_batch(batch(ChangeAction::Create, set.clone()))
        .send()
        .await
        .unwrap();
    let info = changed.change_info().unwrap();
    assert_eq!(info.status(), &ChangeStatus::Pending);
    tokio::time::sleep(Duration::from_secs(90)).await;
    let info = client.get_change().id(info.id()).send().await.unwrap();
    assert_eq!(info.change_info().unwrap().status(), &ChangeStatus::Insync);
    let listed = client.list_resource_record_sets().hosted_zone_id(ZONE).send().await.unwrap();
    let note = listed.resource_record_sets().iter().find(|set| set.name() == "note.example.com.").unwrap();
    assert_eq!(note.resource_records()[0].value(), "\"hello & <good> morning\"");
    let again = client
        .change_resource_record_sets()
        .hosted_zone_id(ZONE)
        .change_batch(batch(ChangeAction::Create, set))
        .send()
        .await
        .unwrap_err();
    assert!(again.into_service_error().is_invalid_change_batch());
    let outside = client
        .change_resource_record_sets()
        .hosted_zone_id(ZONE)
        .change_batch(batch(ChangeAction::Create, text_record("x.example.org", "\"x\"")))
        .send()
        .await
        .unwrap_err();
    assert!(outside.into_service_error().is_invalid_change_batch());
    let unknown = client.get_change().id("CNONE").send().await.unwrap_err();
    assert!(unknown.into_service_error().is_no_such_change());
}

#[tokio::test(start_paused = true)]
async fn health_checks_are_read_and_turned_round() {
    let sim = calm();
    let client = client(&sim);
    let listed = client.list_health_checks().send().await.unwrap();
    let check = listed.health_checks()[0].clone();
    let config = check.health_check_config().unwrap();
    assert_eq!(config.r#type(), &HealthCheckType::RecoveryControl);
    assert!(config.routing_control_arn().is_some());
    let one = client.get_health_check().health_check_id(check.id()).send().await.unwrap();
    assert_eq!(one.health_check().unwrap().health_check_version(), check.health_check_version());
    let status = client.get_health_check_status().health_check_id(check.id()).send().await.unwrap();
    let words = status.health_check_observations()[0].status_report().unwrap().status().unwrap();
    assert!(words.starts_with("Success"), "{words}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let version = check.health_check_version();
    let turned = client.update_health_check().health_check_id(check.id()).health_check_version(version);
    let turned = turned.inverted(true).send().await.unwrap();
    assert_eq!(turned.health_check().unwrap().health_check_version(), version + 1);
    let stale = client.update_health_check().health_check_id(check.id()).health_check_version(version);
    let stale = stale.disabled(true).send().await.unwrap_err();
    assert!(stale.into_service_error().is_health_check_version_mismatch());
    tokio::time::sleep(Duration::from_mins(1)).await;
    let status = client.get_health_check_status().health_check_id(check.id()).send().await.unwrap();
    let words = status.health_check_observations()[0].status_report().unwrap().status().unwrap();
    assert!(words.starts_with("Failure"), "{words}");
    let none = client.get_health_check().health_check_id("none").send().await.unwrap_err();
    assert!(none.into_service_error().is_no_such_health_check());
}
