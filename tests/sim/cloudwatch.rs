//! `CloudWatch` through the SDK, which speaks rpc-v2-cbor.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    Dimension, DimensionFilter, Metric, MetricDataQuery, MetricDatum, MetricStat, ScanBy, StatusCode,
};
use pointsman::sim::Sim;

use super::calm;
use crate::support::sdk_config;

fn client(sim: &Sim) -> Client {
    Client::new(&sdk_config(sim, "us-east-1"))
}

fn ago(sim: &Sim, minutes: u64) -> DateTime {
    DateTime::from(SystemTime::from(sim.now()) - Duration::from_secs(60 * minutes))
}

fn query(id: &str, namespace: &str, name: &str, dimensions: &[(&str, &str)], stat: &str) -> MetricDataQuery {
    let dimensions = dimensions.iter().map(|(k, v)| Dimension::builder().name(*k).value(*v).build());
    let metric = Metric::builder()
        .namespace(namespace)
        .metric_name(name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder().metric(metric).period(60).stat(stat).build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

fn orders(id: &str) -> MetricDataQuery {
    query(id, "ecommerce", "OrdersCreated", &[], "Sum")
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_orders_is_there_newest_first() {
    let sim = calm();
    let answer = client(&sim)
        .get_metric_data()
        .metric_data_queries(orders("o1"))
        .metric_data_queries(query("none", "ecommerce", "NoSuchMetric", &[], "Sum"))
        .start_time(ago(&sim, 30))
        .end_time(ago(&sim, 0))
        .send()
        .await
        .unwrap();
    let [orders, none] = answer.metric_data_results() else { panic!("{answer:?}") };
    assert_eq!(orders.status_code(), Some(&StatusCode::Complete));
    assert!(orders.timestamps().len() > 20, "{}", orders.timestamps().len());
    assert!(orders.timestamps().is_sorted_by(|a, b| a.secs() > b.secs()));
    assert!(orders.values().iter().all(|value| *value > 0.0));
    assert!(none.values().is_empty());
    assert_eq!(none.status_code(), Some(&StatusCode::Complete));
}

#[tokio::test(start_paused = true)]
async fn the_end_is_exclusive_and_the_order_can_be_turned() {
    let sim = calm();
    let whole = DateTime::from_secs(ago(&sim, 20).secs() / 60 * 60);
    let end = DateTime::from_secs(whole.secs() + 300);
    let answer = client(&sim)
        .get_metric_data()
        .metric_data_queries(orders("o1"))
        .scan_by(ScanBy::TimestampAscending)
        .start_time(whole)
        .end_time(end)
        .send()
        .await
        .unwrap();
    let times: Vec<i64> = answer.metric_data_results()[0].timestamps().iter().map(DateTime::secs).collect();
    assert_eq!(times, (0..5).map(|minute| whole.secs() + 60 * minute).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn pages_of_data_points_cover_every_series_once() {
    let sim = calm();
    let client = client(&sim);
    let all = client
        .get_metric_data()
        .metric_data_queries(orders("a"))
        .metric_data_queries(orders("b"))
        .start_time(ago(&sim, 30))
        .end_time(ago(&sim, 0));
    let whole = all.clone().send().await.unwrap();
    let mut token = None;
    let mut points = 0;
    let mut partial = 0;
    loop {
        let page = all.clone().max_datapoints(7).set_next_token(token).send().await.unwrap();
        let on_page: usize = page.metric_data_results().iter().map(|r| r.values().len()).sum();
        assert!((1..=7).contains(&on_page));
        points += on_page;
        partial += page
            .metric_data_results()
            .iter()
            .filter(|r| r.status_code() == Some(&StatusCode::PartialData))
            .count();
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(points, whole.metric_data_results().iter().map(|r| r.values().len()).sum::<usize>());
    assert!(partial > 0);
}

#[tokio::test(start_paused = true)]
async fn what_breaks_a_rule_is_refused_in_words() {
    let sim = calm();
    let base = || client(&sim).get_metric_data().start_time(ago(&sim, 30)).end_time(ago(&sim, 0));
    let math = MetricDataQuery::builder().id("e1").expression("SUM(METRICS())").build();
    let refused = base().metric_data_queries(math).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationError"));
    assert!(refused.message().unwrap().contains("metric math"));
    let many = (0..501).map(|n| orders(&format!("q{n}"))).collect();
    let refused = base().set_metric_data_queries(Some(many)).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationError"));
    let refused = base().metric_data_queries(orders("a")).next_token("zz").send().await.unwrap_err();
    assert!(refused.into_service_error().is_invalid_next_token());
}

#[tokio::test(start_paused = true)]
async fn metrics_are_listed_by_namespace_and_dimension() {
    let sim = calm();
    let all = client(&sim).list_metrics().send().await.unwrap();
    assert!(all.metrics().len() > 5);
    let filter = DimensionFilter::builder().name("CanaryName").value("lcl-rgnl-home").build();
    let found = client(&sim)
        .list_metrics()
        .namespace("CloudWatchSynthetics")
        .dimensions(filter)
        .recently_active("PT3H".into())
        .send()
        .await
        .unwrap();
    assert!(found.metrics().iter().any(|metric| metric.metric_name() == Some("SuccessPercent")));
    assert!(found.metrics().iter().all(|metric| metric.namespace() == Some("CloudWatchSynthetics")));
}

#[tokio::test(start_paused = true)]
async fn a_large_put_arrives_though_it_is_compressed() {
    let sim = calm();
    let client = client(&sim);
    let datum = |n: usize| {
        MetricDatum::builder()
            .metric_name("Depth")
            .dimensions(Dimension::builder().name("Queue").value(format!("queue-{}", n % 3)).build())
            .timestamp(ago(&sim, 1))
            .value(2.0)
            .build()
    };
    let data = (0..300).map(datum).collect();
    client.put_metric_data().namespace("own").set_metric_data(Some(data)).send().await.unwrap();
    tokio::time::sleep(Duration::from_mins(3)).await;
    let answer = client
        .get_metric_data()
        .metric_data_queries(query("d", "own", "Depth", &[("Queue", "queue-1")], "Sum"))
        .start_time(ago(&sim, 30))
        .end_time(ago(&sim, 0))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.metric_data_results()[0].values(), [200.0]);
    let refused = client.put_metric_data().namespace("AWS/RDS").send().await.unwrap_err();
    assert!(refused.into_service_error().is_invalid_parameter_value_exception());
}

#[tokio::test(start_paused = true)]
async fn alarms_say_their_state() {
    let sim = calm();
    let answer = client(&sim).describe_alarms().send().await.unwrap();
    for alarm in answer.metric_alarms() {
        assert!(alarm.state_value().is_some(), "{alarm:?}");
        assert!(alarm.alarm_arn().unwrap().contains(":us-east-1:"));
    }
    let none = client(&sim).describe_alarms().alarm_name_prefix("no-such").send().await.unwrap();
    assert!(none.metric_alarms().is_empty());
}
