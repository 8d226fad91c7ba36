//! What each thing that can go wrong is called, and that it is told in time.

use std::time::Duration;

use pointsman::aws::Clients;
use pointsman::clock::Clock;
use pointsman::config::Access;
use pointsman::model::reading::{Source, TroubleKind};
use pointsman::sim::fault::Fault;

use super::{Bench, EVERY, east, west};

/// One source of every service, with the name its requests are signed for.
fn sources() -> Vec<(&'static str, Source)> {
    vec![
        ("monitoring", Source::Metrics(west())),
        ("rds", Source::Aurora("orders".into(), west())),
        ("rds", Source::AuroraEvents("orders".into(), west())),
        ("dynamodb", Source::Table("carts".into(), west())),
        ("route53", Source::Records("store.example.com".into())),
        ("sts", Source::Identity(west())),
        ("route53-recovery-cluster", Source::Endpoint(west())),
    ]
}

async fn kinds(fault: impl Fn(&str) -> Fault) -> Vec<(Source, TroubleKind)> {
    let mut kinds = Vec::new();
    for (service, source) in sources() {
        let bench = Bench::new("calm");
        bench.inject(fault(service));
        let trouble = bench.trouble(&source).await;
        assert!(trouble.request_id.is_some() && !trouble.text.is_empty(), "{source}: {trouble:?}");
        kinds.push((source, trouble.kind));
    }
    kinds
}

#[tokio::test(start_paused = true)]
async fn a_throttle_is_told_from_a_denial_by_every_service() {
    let throttle = |service: &str| Fault::Throttle { service: service.to_owned(), region: None, rate: 1.0 };
    for (source, kind) in kinds(throttle).await {
        assert_eq!(kind, TroubleKind::Throttled, "{source}");
    }
    let deny =
        |service: &str| Fault::AccessDenied { service: service.to_owned(), operation: None, region: None };
    for (source, kind) in kinds(deny).await {
        assert_eq!(kind, TroubleKind::Denied, "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_told_by_every_service() {
    for (source, kind) in kinds(|_| Fault::ExpiredToken {}).await {
        assert_eq!(kind, TroubleKind::Expired, "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_region_is_given_up_within_five_seconds_and_an_endpoint_within_three() {
    let bench = Bench::new("calm");
    bench.inject(Fault::RegionLost { region: "us-east-1".into() });
    for (source, most) in [(Source::Identity(east()), 5), (Source::Endpoint(east()), 3)] {
        let seen = bench.observe(&source).await;
        assert_eq!(seen.result.as_ref().unwrap_err().kind, TroubleKind::TimedOut);
        assert_eq!(seen.round_trip().as_secs(), most, "{source}");
    }
    assert!(bench.observe(&Source::Identity(west())).await.result.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_out_of_rotation_says_so() {
    let bench = Bench::new("calm");
    bench.inject(Fault::EndpointDown { endpoint: "eu-west-1".into() });
    let trouble = bench.trouble(&Source::Endpoint("eu-west-1".into())).await;
    assert_eq!(trouble.kind, TroubleKind::EndpointAway);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_unreachable() {
    let bench = Bench::new("calm");
    bench.inject(Fault::LostAnswer {
        service: "sts".into(),
        operation: "GetCallerIdentity".into(),
        times: 1,
    });
    let trouble = bench.trouble(&Source::Identity(west())).await;
    assert_eq!(trouble.kind, TroubleKind::Unreachable);
}

/// The one test with a socket: nothing listens there, so the kernel answers at once.
#[tokio::test]
async fn a_refused_connection_is_unreachable() {
    let topology = std::sync::Arc::clone(Bench::new("calm").clients.topology());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let access = Access { endpoint_url: Some(format!("http://127.0.0.1:{port}")), ..Access::default() };
    let clients = Clients::new(&access, topology, Clock::wall(), None);
    let trouble = clients.observe(&Source::Identity(west()), EVERY).await.result.unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Unreachable, "{trouble}");
}

#[tokio::test(start_paused = true)]
async fn the_members_own_status_neither_fails_nor_delays_the_global_cluster() {
    let bench = Bench::new("calm");
    bench.inject(Fault::AccessDenied {
        service: "rds".into(),
        operation: Some("DescribeDBClusters".into()),
        region: None,
    });
    let seen = bench.observe(&Source::Aurora("orders".into(), west())).await;
    assert!(seen.result.is_ok(), "{:?}", seen.result);
    assert!(seen.round_trip() < Duration::from_secs(1));
}
