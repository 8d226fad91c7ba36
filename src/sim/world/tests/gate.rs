//! Holds faults and quotas at the door of the services.

use super::*;
use crate::sim::world::{Call, Then};

fn call<'a>(service: &'a str, operation: &'a str, region: &'a str) -> Call<'a> {
    Call { region, service, operation, endpoint: None }
}

fn arc(endpoint: &str) -> Call<'_> {
    let operation = "UpdateRoutingControlStates";
    Call { region: endpoint, service: "route53-recovery-cluster", operation, endpoint: Some(endpoint) }
}

fn code(then: &Then) -> &str {
    match then {
        Then::Serve => "serve",
        Then::Hang => "hang",
        Then::ServeThenDrop => "drop",
        Then::Refuse(error) => &error.code,
    }
}

fn gate(world: &mut World, call: &Call<'_>) -> String {
    code(&world.gate(call).then).to_owned()
}

#[test]
fn endpoints_go_away_and_hang() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "endpoint-down", "endpoint": "us-east-1"}"#);
    break_it(&mut world, r#"{"kind": "endpoint-hang", "endpoint": "eu-west-1"}"#);
    assert_eq!(gate(&mut world, &arc("us-east-1")), "EndpointTemporarilyUnavailableException");
    assert_eq!(gate(&mut world, &arc("eu-west-1")), "hang");
    assert_eq!(gate(&mut world, &arc("us-west-2")), "serve");
    assert_eq!(
        gate(&mut world, &call("rds", "DescribeDBClusters", "us-east-1")),
        "serve",
        "only the endpoint"
    );
}

#[test]
fn rotation_takes_one_endpoint_at_a_time() {
    let mut world = of("[world.rotation]\nevery = \"60s\"\naway = \"40s\"\n");
    let mut away = Vec::new();
    for second in [0, 39, 40, 60, 120, 180, 240, 300] {
        at(&mut world, second);
        away.push(world.rotated());
    }
    let names = [
        "us-east-1",
        "us-east-1",
        "",
        "us-west-2",
        "eu-west-1",
        "ap-northeast-1",
        "ap-southeast-2",
        "us-east-1",
    ];
    let names: Vec<_> = names.map(|n| (!n.is_empty()).then(|| n.to_owned())).into();
    assert_eq!(away, names);
    assert_eq!(gate(&mut world, &arc("us-east-1")), "EndpointTemporarilyUnavailableException");
}

#[test]
fn a_lost_region_never_answers() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 1);
    assert_eq!(gate(&mut world, &call("monitoring", "GetMetricData", "us-east-1")), "hang");
    assert_eq!(gate(&mut world, &call("monitoring", "GetMetricData", "us-west-2")), "serve");
    assert_eq!(gate(&mut world, &arc("us-east-1")), "hang");
    assert_eq!(
        gate(&mut world, &call("route53", "GetChange", "us-east-1")),
        "hang",
        "its control plane is at home"
    );
}

#[test]
fn an_impaired_region_is_slow_fails_and_hangs() {
    let mut world = calm();
    break_it(
        &mut world,
        r#"{"kind": "region-impaired", "region": "us-east-1", "severity": 0.5, "control_plane": true}"#,
    );
    at(&mut world, 1);
    let call = call("rds", "DescribeDBClusters", "us-east-1");
    let verdicts: Vec<_> = (0..200).map(|_| world.gate(&call)).collect();
    let of = |name: &str| verdicts.iter().filter(|v| code(&v.then) == name).count();
    assert!((25..55).contains(&of("hang")), "{}", of("hang"));
    assert!((25..55).contains(&of("ServiceUnavailable")));
    assert_eq!(of("hang") + of("ServiceUnavailable") + of("serve"), 200);
    assert!(verdicts.iter().all(|v| v.latency >= Duration::from_millis(250)));
}

#[test]
fn a_share_of_the_calls_is_throttled() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "throttle", "service": "rds", "rate": 0.5}"#);
    let calls: Vec<_> =
        (0..400).map(|_| gate(&mut world, &call("rds", "DescribeEvents", "us-east-1"))).collect();
    let throttled = calls.iter().filter(|c| *c == "Throttling").count();
    assert!((160..240).contains(&throttled), "{throttled}");
    assert_eq!(gate(&mut world, &call("sts", "GetCallerIdentity", "us-east-1")), "serve");
}

#[test]
fn route_53_takes_five_calls_a_second() {
    let mut world = calm();
    let mut calls =
        || (0..6).map(|_| gate(&mut world, &call("route53", "GetChange", "us-east-1"))).collect::<Vec<_>>();
    let calls = calls();
    assert!(calls[..5].iter().all(|c| c == "serve"));
    assert_eq!(calls[5], "Throttling");
    at(&mut world, 1);
    assert_eq!(gate(&mut world, &call("route53", "GetChange", "us-east-1")), "serve");
}

#[test]
fn denial_and_expiry_are_spelt_as_the_service_does() {
    let mut world = calm();
    let denied = break_it(
        &mut world,
        r#"{"kind": "access-denied", "service": "rds", "operation": "FailoverGlobalCluster"}"#,
    );
    assert_eq!(gate(&mut world, &call("rds", "FailoverGlobalCluster", "us-west-2")), "AccessDenied");
    assert_eq!(gate(&mut world, &call("rds", "DescribeGlobalClusters", "us-west-2")), "serve");
    break_it(&mut world, &format!(r#"{{"kind": "clear", "id": {denied}}}"#));
    assert_eq!(gate(&mut world, &call("rds", "FailoverGlobalCluster", "us-west-2")), "serve");
    break_it(&mut world, r#"{"kind": "expired-token"}"#);
    assert_eq!(gate(&mut world, &call("rds", "DescribeGlobalClusters", "us-west-2")), "ExpiredToken");
    assert_eq!(gate(&mut world, &call("dynamodb", "GetItem", "us-west-2")), "ExpiredTokenException");
    assert_eq!(gate(&mut world, &arc("us-west-2")), "ExpiredTokenException");
}

#[test]
fn counted_faults_are_spent() {
    let mut world = calm();
    break_it(
        &mut world,
        r#"{"kind": "lost-answer", "service": "route53-recovery-cluster", "operation": "UpdateRoutingControlStates"}"#,
    );
    break_it(
        &mut world,
        r#"{"kind": "refuse", "service": "rds", "operation": "FailoverGlobalCluster", "times": 2, "code": "InvalidGlobalClusterStateFault"}"#,
    );
    assert_eq!(gate(&mut world, &arc("us-west-2")), "drop");
    assert_eq!(gate(&mut world, &arc("us-west-2")), "serve");
    let failover = call("rds", "FailoverGlobalCluster", "us-west-2");
    let calls: Vec<_> = (0..3).map(|_| gate(&mut world, &failover)).collect();
    assert_eq!(calls, ["InvalidGlobalClusterStateFault", "InvalidGlobalClusterStateFault", "serve"]);
    assert!(world.faults.is_empty());
}

#[test]
fn latency_is_added_where_it_is_asked_for() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "latency", "region": "us-east-1", "ms": 800}"#);
    break_it(&mut world, r#"{"kind": "latency", "service": "rds", "ms": 50}"#);
    assert_eq!(world.gate(&call("rds", "DescribeEvents", "us-east-1")).latency, Duration::from_millis(850));
    assert_eq!(world.gate(&call("rds", "DescribeEvents", "us-west-2")).latency, Duration::from_millis(50));
    assert_eq!(world.gate(&call("sts", "GetCallerIdentity", "us-west-2")).latency, Duration::ZERO);
}
