//! The survey finds a declared world as declared, and each thing that is not.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::config;
use pointsman::sampler::survey::{Finding, State, survey};
use pointsman::sim::fault::Fault;
use pointsman::sim::handout;

use super::{BASE_URL, Bench, world};

async fn findings(bench: &Bench) -> Vec<Finding> {
    survey(&bench.clients, bench.sim.clock()).await
}

fn odd(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|finding| !matches!(finding.state, State::Fine(_))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_world_that_is_as_declared_has_no_findings() {
    let bench = Bench::new("calm");
    bench.sim.advance(Duration::from_mins(5));
    let all = findings(&bench).await;
    for what in [
        "cluster endpoint eu-west-1",
        "RDS us-west-2 (orders)",
        "RDS events us-east-1 (catalog)",
        "DynamoDB us-east-1 (carts)",
        "Route 53 (store.example.com)",
        "STS us-east-1",
        "us-east-1 canary remote",
        "us-west-2 orders",
        "cluster",
        "rule at-least-one-on",
        "control us-west-2",
    ] {
        assert!(all.iter().any(|finding| finding.what == what), "{what} is not among {all:#?}");
    }
    assert_eq!(odd(all), []);
}

/// What the survey says of each thing that is not as declared, when the handed-out config is changed like this.
async fn after(changes: &[(&str, &str)]) -> BTreeMap<String, State> {
    let sim = world("calm");
    sim.advance(Duration::from_mins(5));
    let mut text = sim.look(|world| handout::config(world, BASE_URL));
    for (was, is) in changes {
        assert!(text.contains(was), "the config has no {was}");
        text = text.replace(was, is);
    }
    let found = odd(findings(&Bench::of(sim, &text)).await);
    found.into_iter().map(|finding| (finding.what, finding.state)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_not_as_declared_is_named() {
    let odd = after(&[
        ("CanaryName = \"lcl-rgnl-home\"", "CanaryName = \"lcl-rgnl-hoem\""),
        ("wait = \"5s\"", "wait = \"7s\""),
        ("policy = \"latency\"", "policy = \"weighted\""),
        ("table = \"cartsTable\"", "table = \"cratsTable\""),
    ])
    .await;
    assert_eq!(
        odd.keys().collect::<Vec<_>>(),
        [
            "DynamoDB us-east-1 (carts)",
            "DynamoDB us-west-2 (carts)",
            "Route 53 (store.example.com)",
            "rule at-least-one-on",
            "us-east-1 canary local",
            "us-west-2 canary local",
        ]
    );
    assert!(matches!(&odd["DynamoDB us-east-1 (carts)"], State::Missing(_)));
    assert!(matches!(&odd["us-east-1 canary local"], State::Noted(_)));
    assert_eq!(odd["rule at-least-one-on"], State::Differs("wait is 5s, declared 7s".into()));
    let State::Differs(records) = &odd["Route 53 (store.example.com)"] else { panic!("{odd:#?}") };
    assert!(
        records.starts_with("record us-east-1 has routing policy latency, declared weighted"),
        "{records}"
    );
}

#[tokio::test(start_paused = true)]
async fn another_account_is_seen_everywhere() {
    let odd = after(&[("111122223333", "111122223334")]).await;
    assert_eq!(
        odd["STS us-west-2"],
        State::Differs("the credentials are of account 111122223333, declared 111122223334".into())
    );
    let State::Differs(members) = &odd["RDS us-east-1 (orders)"] else { panic!("{odd:#?}") };
    assert!(members.contains("is no member of orders-global-db-cluster"), "{members}");
    for what in ["cluster endpoint eu-west-1", "cluster", "safety rules", "control us-east-1"] {
        assert!(matches!(&odd[what], State::Missing(_)), "{what}: {:?}", odd[what]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_seen_is_not_called_missing() {
    let bench = Bench::new("calm");
    bench.sim.advance(Duration::from_mins(5));
    bench.inject(Fault::AccessDenied {
        service: "route53-recovery-control-config".into(),
        operation: None,
        region: None,
    });
    bench.inject(Fault::EndpointHang { endpoint: "eu-west-1".into() });
    let odd = odd(findings(&bench).await);
    assert!(odd.iter().all(|finding| matches!(finding.state, State::Blind(_))), "{odd:#?}");
    let what: Vec<_> = odd.iter().map(|finding| finding.what.as_str()).collect();
    assert_eq!(
        what,
        ["cluster endpoint eu-west-1", "cluster", "safety rules", "control us-east-1", "control us-west-2"]
    );
}

/// A handed-out config is one that the survey has nothing to say about, whatever the scenario declares.
#[tokio::test(start_paused = true)]
async fn three_regions_are_as_declared_too() {
    let bench = Bench::new("three-regions");
    bench.sim.advance(Duration::from_mins(5));
    assert!(config::parse(&bench.sim.look(|w| handout::config(w, BASE_URL)), "pointsman.toml").is_ok());
    assert_eq!(odd(findings(&bench).await), []);
}
