//! `DynamoDB` through the SDK: tables, and a lease as a lock takes, renews and loses it.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, MultiRegionConsistency, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use pointsman::sim::Sim;

use super::{EAST, WEST, calm};
use crate::support::sdk_config;

const LOCK: &str = "pointsmanLock";

fn client(sim: &Sim, region: &str) -> Client {
    Client::new(&sdk_config(sim, region))
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Takes the lease if nobody holds it or it is over.
fn take(client: &Client, holder: &str, now: i64) -> UpdateItemFluentBuilder {
    client
        .update_item()
        .table_name(LOCK)
        .key("pk", s("lock"))
        .key("sk", s("retail-store"))
        .update_expression("SET holder = :me, expires = :until, epoch = if_not_exists(epoch, :zero) + :one")
        .condition_expression("attribute_not_exists(pk) OR expires < :now OR holder = :me")
        .expression_attribute_values(":me", s(holder))
        .expression_attribute_values(":now", n(now))
        .expression_attribute_values(":until", n(now + 30))
        .expression_attribute_values(":zero", n(0))
        .expression_attribute_values(":one", n(1))
        .return_values(ReturnValue::AllNew)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
}

#[tokio::test(start_paused = true)]
async fn tables_show_their_replicas() {
    let sim = calm();
    let west = client(&sim, WEST);
    let names = west.list_tables().send().await.unwrap();
    assert_eq!(names.table_names(), ["cartsTable", LOCK]);
    let first = west.list_tables().limit(1).send().await.unwrap();
    assert_eq!(first.last_evaluated_table_name(), Some("cartsTable"));
    let rest = west.list_tables().exclusive_start_table_name("cartsTable").send().await.unwrap();
    assert_eq!(rest.table_names(), [LOCK]);
    let carts = west.describe_table().table_name("cartsTable").send().await.unwrap();
    let carts = carts.table().unwrap();
    let regions: Vec<_> = carts.replicas().iter().filter_map(|replica| replica.region_name()).collect();
    assert_eq!(regions, [EAST, WEST]);
    let lock = west.describe_table().table_name(LOCK).send().await.unwrap();
    assert_eq!(lock.table().unwrap().multi_region_consistency(), Some(&MultiRegionConsistency::Strong));
    let none = west.describe_table().table_name("none").send().await.unwrap_err();
    assert!(none.into_service_error().is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn one_holder_at_a_time_across_regions() {
    let sim = calm();
    let taken = take(&client(&sim, EAST), "ana", 100).send().await.unwrap();
    assert_eq!(taken.attributes().unwrap()["epoch"], n(1));
    let west = client(&sim, WEST);
    let refused = take(&west, "ben", 110).send().await.unwrap_err().into_service_error();
    let UpdateItemError::ConditionalCheckFailedException(held) = refused else { panic!("{refused:?}") };
    assert_eq!(held.item().unwrap()["holder"], s("ana"));
    let renewed = take(&client(&sim, EAST), "ana", 120).send().await.unwrap();
    assert_eq!(renewed.attributes().unwrap()["expires"], n(150));
    let later = take(&west, "ben", 151).send().await.unwrap();
    assert_eq!(later.attributes().unwrap()["epoch"], n(3));
    let read = west
        .get_item()
        .table_name(LOCK)
        .key("pk", s("lock"))
        .key("sk", s("retail-store"))
        .consistent_read(true)
        .projection_expression("holder")
        .send()
        .await
        .unwrap();
    assert_eq!(read.item().unwrap(), &[("holder".to_owned(), s("ben"))].into());
    let release = west.delete_item().table_name(LOCK).key("pk", s("lock")).key("sk", s("retail-store"));
    let release = release.condition_expression("holder = :me").expression_attribute_values(":me", s("ana"));
    let release = release.send().await.unwrap_err();
    assert!(release.into_service_error().is_conditional_check_failed_exception());
}

#[tokio::test(start_paused = true)]
async fn an_item_of_an_eventual_table_arrives_later() {
    let sim = calm();
    let east = client(&sim, EAST);
    east.put_item().table_name("cartsTable").item("id", s("c1")).item("total", n(7)).send().await.unwrap();
    let there = || client(&sim, WEST).get_item().table_name("cartsTable").key("id", s("c1")).send();
    assert!(there().await.unwrap().item().is_none(), "replication takes its time");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(there().await.unwrap().item().unwrap()["total"], n(7));
}

#[tokio::test(start_paused = true)]
async fn put_takes_conditions_and_gives_the_old_item() {
    let sim = calm();
    let east = client(&sim, EAST);
    let put = |total| east.put_item().table_name("cartsTable").item("id", s("c2")).item("total", n(total));
    put(1).condition_expression("attribute_not_exists(id)").send().await.unwrap();
    let again = put(2).condition_expression("attribute_not_exists(id)").send().await.unwrap_err();
    assert!(again.into_service_error().is_conditional_check_failed_exception());
    let replaced = put(3)
        .condition_expression("#t BETWEEN :low AND :high AND NOT begins_with(id, :x)")
        .expression_attribute_names("#t", "total")
        .expression_attribute_values(":low", n(1))
        .expression_attribute_values(":high", n(2))
        .expression_attribute_values(":x", s("x"))
        .return_values(ReturnValue::AllOld)
        .send()
        .await
        .unwrap();
    assert_eq!(replaced.attributes().unwrap()["total"], n(1));
}

#[tokio::test(start_paused = true)]
async fn a_partition_is_queried_in_order_and_in_pages() {
    let sim = calm();
    let east = client(&sim, EAST);
    for number in 0..5 {
        let line = format!("line#{number}");
        let put = east.put_item().table_name(LOCK).item("pk", s("run#1")).item("sk", s(&line));
        put.item("number", n(number)).send().await.unwrap();
    }
    let query = || {
        east.query()
            .table_name(LOCK)
            .key_condition_expression("pk = :run AND begins_with(sk, :line)")
            .expression_attribute_values(":run", s("run#1"))
            .expression_attribute_values(":line", s("line#"))
    };
    let all = query().scan_index_forward(false).send().await.unwrap();
    let order: Vec<_> = all.items().iter().map(|item| item["number"].as_n().unwrap().as_str()).collect();
    assert_eq!(order, ["4", "3", "2", "1", "0"]);
    let page = query().limit(2).send().await.unwrap();
    assert_eq!(page.count(), 2);
    let rest = query().set_exclusive_start_key(page.last_evaluated_key().cloned()).send().await.unwrap();
    assert_eq!(rest.count(), 3);
    assert!(rest.last_evaluated_key().is_none());
    let missed = east.query().table_name(LOCK).key_condition_expression("sk = :x");
    let missed = missed.expression_attribute_values(":x", s("x")).send().await.unwrap_err();
    assert_eq!(missed.code(), Some("ValidationException"));
}

#[tokio::test(start_paused = true)]
async fn what_the_real_service_refuses_is_refused() {
    let sim = calm();
    let east = client(&sim, EAST);
    let update = || east.update_item().table_name(LOCK).key("pk", s("a")).key("sk", s("b"));
    let cases = [
        update().update_expression("SET owner = :v").expression_attribute_values(":v", n(1)),
        update().update_expression("SET #o = :v").expression_attribute_values(":v", n(1)),
        update().update_expression("SET a = :v"),
        update()
            .update_expression("SET a = :v")
            .expression_attribute_values(":v", n(1))
            .expression_attribute_values(":w", n(1)),
        update().update_expression("SET pk = :v").expression_attribute_values(":v", s("x")),
        update().update_expression("SET a = missing + :v").expression_attribute_values(":v", n(1)),
        update().update_expression("SET a = :v, a = :v").expression_attribute_values(":v", n(1)),
        update().update_expression("SET a :v").expression_attribute_values(":v", n(1)),
        east.update_item().table_name(LOCK).key("pk", s("a")),
    ];
    for case in cases {
        let refused = case.send().await.unwrap_err();
        assert_eq!(refused.code(), Some("ValidationException"), "{refused:?}");
    }
    assert!(sim.writes().is_empty());
}
