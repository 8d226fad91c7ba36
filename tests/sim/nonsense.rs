//! Nonsense at the door: it is refused in words, whatever it is, and the simulator lives on.

use bytes::Bytes;
use http::{Method, Request};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const SERVICES: [&str; 10] = [
    "sts",
    "monitoring",
    "rds",
    "dynamodb",
    "route53",
    "route53-recovery-cluster",
    "route53-recovery-control-config",
    "fis",
    "arc-region-switch",
    "sqs",
];

const PATHS: [&str; 11] = [
    "/",
    "/cluster/us-west-2",
    "/service/GraniteServiceVersion20100801/operation/GetMetricData",
    "/2013-04-01/hostedzone/Z0RETAILSTORE/rrset",
    "/2013-04-01/healthcheck/x",
    "/controlpanel/%2F/safetyrules",
    "/_sim/inject",
    "/experiments",
    "/safetyLevers/default/state",
    "/service/ArcRegionSwitch/operation/StartPlanExecution",
    "/%ff//",
];

const TARGETS: [&str; 6] = [
    "DynamoDB_20120810.UpdateItem",
    "DynamoDB_20120810.Query",
    "ToggleCustomerAPI.UpdateRoutingControlStates",
    "GraniteServiceVersion20100801.GetMetricData",
    "ArcRegionSwitch.ListPlanExecutions",
    "x",
];

/// Bodies that are nearly right, which get further than noise does.
const BODIES: [&str; 9] = [
    "Action=DescribeDBClusters&Filters.Filter.1.Name=db-cluster-id&Filters.Filter.1.Values.Value.1=x&MaxRecords=20",
    "Action=GetMetricData&MetricDataQueries.member.1.Id=a&StartTime=2026-03-02T08:00:00Z&EndTime=2026-03-02T09:00:00Z",
    r#"{"TableName":"pointsmanLock","Key":{"pk":{"S":"a"},"sk":{"S":"b"}},"UpdateExpression":"SET a = if_not_exists(a, :v) + :v ADD b :v","ConditionExpression":"NOT (a = :v OR size(b) > :v)","ExpressionAttributeValues":{":v":{"N":"1"}}}"#,
    r##"{"TableName":"pointsmanLock","KeyConditionExpression":"#p = :v AND begins_with(sk, :v)","ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":v":{"S":"1"}},"Limit":3}"##,
    r#"{"UpdateRoutingControlStateEntries":[{"RoutingControlArn":"x","RoutingControlState":"On"}]}"#,
    r#"{"MetricDataQueries":[{"Id":"a","MetricStat":{"Metric":{"Namespace":"n","MetricName":"m"},"Period":60,"Stat":"p99"}}],"StartTime":1772438400,"EndTime":1772442000}"#,
    r#"{"clientToken":"a","experimentTemplateId":"EXT1","state":{"status":"engaged","reason":"r"}}"#,
    r#"{"planArn":"arn:aws:x","targetRegion":"us-west-2","action":"activate","mode":"graceful","maxResults":3}"#,
    "<C xmlns='u'><ChangeBatch><Changes><Change><Action>UPSERT</Action><ResourceRecordSet><Name>a.example.com</Name><Type>A</Type><TTL>60</TTL></ResourceRecordSet></Change></Changes></ChangeBatch></C>",
];

/// A body with one piece cut out and another put in.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let spoilt =
        (0..BODIES.len(), any::<prop::sample::Index>(), 0..6_usize, prop::collection::vec(any::<u8>(), 0..6));
    let spoilt = spoilt.prop_map(|(which, at, cut, put)| {
        let mut bytes = BODIES[which].as_bytes().to_vec();
        let at = at.index(bytes.len());
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, put);
        bytes
    });
    prop_oneof![4 => spoilt, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

fn request(at: (usize, usize, usize), post: bool, gzip: bool, body: Vec<u8>) -> Request<Bytes> {
    let (service, path, target) = at;
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20260302/us-west-2/{}/aws4_request, SignedHeaders=host, Signature=00",
        SERVICES[service]
    );
    let mut request = Request::builder()
        .method(if post { Method::POST } else { Method::GET })
        .uri(PATHS[path])
        .header("authorization", scope)
        .header("x-amz-target", TARGETS[target]);
    if gzip {
        request = request.header("content-encoding", "gzip");
    }
    request.body(Bytes::from(body)).unwrap()
}

#[test]
fn whatever_comes_gets_an_answer() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let sim = runtime.block_on(async { super::calm() });
    let at = (0..SERVICES.len(), 0..PATHS.len(), 0..TARGETS.len());
    let requests = (at, any::<bool>(), prop::bool::weighted(0.1), body());
    let config = ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() };
    let ran = TestRunner::new(config).run(&requests, |(at, post, gzip, body)| {
        let answer = runtime.block_on(sim.call(request(at, post, gzip, body))).unwrap();
        prop_assert!(answer.status().is_success() || answer.status().as_u16() >= 400, "{:?}", answer);
        prop_assert!(answer.headers().contains_key("content-type"));
        Ok(())
    });
    ran.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_nested_without_end_is_refused() {
    let sim = super::calm();
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let condition = serde_json::json!({
        "TableName": "pointsmanLock",
        "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}},
        "ConditionExpression": "NOT ".repeat(900) + "a = b",
    });
    let bodies = [
        (3, 0, 0, deep("[", "]")),
        (3, 0, 0, condition.to_string()),
        (4, 3, 4, deep("<a>", "</a>")),
        (2, 0, 4, format!("Action=DescribeDBClusters&{}x=1", "a.".repeat(100_000))),
        (1, 2, 4, "\u{1}".repeat(10)),
    ];
    for (service, path, target, body) in bodies {
        let answer =
            sim.call(request((service, path, target), true, false, body.into_bytes())).await.unwrap();
        assert!(answer.status().as_u16() >= 200);
    }
}
