//! The gate lets nothing through without its journal line, and tells truly what came of what it let through.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::super::script::{Reply, Script, Sent, snake};
use super::*;
use crate::clock::Clock;
use crate::config::Access;
use crate::model::reading::ControlState;
use crate::model::topology::{Objectives, Panel, Routing, Topology};
use crate::plan::StepId;
use crate::plan::event::{Entry, Pause, RunId};
use crate::plan::operation::ControlChange;

const LOCAL: &str = "http://127.0.0.1:4566";
const ENDPOINTS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

fn topology(endpoints: &[&str]) -> Arc<Topology> {
    let endpoint =
        |name: &&str| Endpoint { region: Region::new(name), url: format!("{LOCAL}/cluster/{name}") };
    Arc::new(Topology {
        workload: "retail-store".into(),
        environment: "simulated".into(),
        account: None,
        home: None,
        objectives: Objectives { rto: Duration::from_mins(10), rpo: Duration::from_secs(30) },
        regions: Vec::new(),
        routing: Some(Routing {
            cluster: "cluster".into(),
            panels: vec![Panel { name: None, arn: "panel".into() }],
            endpoints: endpoints.iter().map(endpoint).collect(),
            controls: Vec::new(),
            rules: Vec::new(),
        }),
        auroras: Vec::new(),
        tables: Vec::new(),
        experiments: Vec::new(),
        plans: Vec::new(),
        lag_links: Vec::new(),
        dns: Vec::new(),
        ..Topology::default()
    })
}

fn hands(script: &Script, endpoints: &[&str], seed: u64) -> Hands {
    let access = Access { endpoint_url: Some(LOCAL.into()), ..Access::default() };
    let clock = Clock::starting_at("2026-03-02T09:00:00Z".parse().unwrap(), 1);
    let clients =
        Clients::new(&access, topology(endpoints), clock, Some(SharedHttpClient::new(script.clone())));
    Hands::new(clients, seed)
}

fn receipt(seq: u64, event: Event) -> Receipt {
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    let run = RunId("4f2a9c01".into());
    let entry = Entry { seq, run, at, event, previous: String::new(), hash: String::new() };
    Receipt::for_entry(entry).planned_for(topology(&[]).which())
}

fn sent(seq: u64) -> Receipt {
    receipt(seq, Event::Sent { step: StepId(3), attempt: 1, fence: None })
}

fn routing() -> Operation {
    let change = |control: &str, state, was| ControlChange {
        control: control.into(),
        arn: format!(
            "arn:aws:route53-recovery-control::111122223333:controlpanel/c/routingcontrol/{control}"
        ),
        state,
        was,
        guessed: false,
    };
    let (on, off) = (ControlState::On, ControlState::Off);
    Operation::RoutingSet(RoutingSet::of(vec![change("us-east-1", off, on), change("us-west-2", on, off)]))
}

fn aurora() -> AuroraTarget {
    AuroraTarget {
        store: "orders".into(),
        global: "orders-global-db-cluster".into(),
        from: Region::new("us-east-1"),
        to: Region::new("us-west-2"),
        cluster: "arn:aws:rds:us-west-2:111122223333:cluster:orders-dbcluster-02-us-west-2".into(),
    }
}

fn done() -> Reply {
    Reply::Says(200, "{}".into())
}

fn says(status: u16, code: &str) -> Reply {
    Reply::Says(status, format!(r#"{{"__type":"{code}","message":"as told"}}"#))
}

/// What each endpoint replies, in the order in which they are tried; the last goes on for ever.
fn in_turn(replies: Vec<Reply>) -> Script {
    let turn = Mutex::new(0);
    Script::new(move |_| {
        let mut turn = turn.lock().unwrap();
        let reply = replies[(*turn).min(replies.len() - 1)].clone();
        *turn += 1;
        reply
    })
}

#[tokio::test(start_paused = true)]
async fn nothing_leaves_that_was_planned_for_another_workload() {
    let script = in_turn(vec![done()]);
    let hands = hands(&script, &ENDPOINTS, 7);
    let ours = topology(&[]).which();
    let others = [
        Workload { name: "till".into(), ..ours.clone() },
        Workload { environment: "production".into(), ..ours.clone() },
        Workload::default(),
    ];
    for (seq, other) in (1..).zip(others) {
        let answer = hands.send(&routing(), &sent(seq).planned_for(other.clone())).await;
        let Answer::NotSent { trouble } = answer else { panic!("{other}: {answer:?}") };
        assert!(trouble.text.contains("planned for another workload"), "{trouble:?}");
        assert!(trouble.text.ends_with("this is retail-store in simulated"), "{trouble:?}");
    }
    assert_eq!(script.sent().len(), 0);
    let answer = hands.send(&routing(), &sent(1).planned_for(ours)).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "what was refused used nothing up: {answer:?}");
}

async fn set(script: &Script) -> Answer {
    hands(script, &ENDPOINTS, 7).send(&routing(), &sent(1)).await
}

#[tokio::test(start_paused = true)]
async fn nothing_leaves_without_a_line_that_says_so() {
    let script = in_turn(vec![done()]);
    let hands = hands(&script, &ENDPOINTS, 7);
    let intended =
        Event::Intended { step: StepId(3), attempt: 1, operation: Some(routing()), endpoint: "there".into() };
    for event in [intended, Event::Paused { who: "ops".into(), why: Pause::Asked }] {
        let answer = hands.send(&routing(), &receipt(1, event)).await;
        assert!(matches!(answer, Answer::NotSent { .. }), "{answer:?}");
    }
    assert_eq!(script.sent(), []);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_is_good_for_one_write() {
    let script = in_turn(vec![done()]);
    let hands = hands(&script, &ENDPOINTS, 7);
    let (first, second) = (sent(1), sent(2));
    assert!(matches!(hands.send(&routing(), &first).await, Answer::Accepted { .. }));
    assert!(matches!(hands.send(&routing(), &first).await, Answer::NotSent { .. }));
    assert_eq!(script.sent().len(), 1);
    assert!(matches!(hands.send(&routing(), &second).await, Answer::Accepted { .. }));
}

#[tokio::test(start_paused = true)]
async fn an_accepted_update_names_every_endpoint_that_was_tried() {
    let script = in_turn(vec![says(503, "EndpointTemporarilyUnavailableException"), done()]);
    let hands = hands(&script, &ENDPOINTS, 7);
    let first = hands.endpoint(&routing(), 1);
    let answer = hands.send(&routing(), &sent(1)).await;
    let Answer::Accepted { endpoint, .. } = answer else { panic!("{answer:?}") };
    let away = first.strip_prefix("cluster endpoint ").unwrap();
    assert!(endpoint.starts_with("cluster endpoint ") && !endpoint.starts_with(&first), "{endpoint}");
    assert!(endpoint.contains(&format!(", after {away}: out of rotation")), "{endpoint}");
}

#[tokio::test(start_paused = true)]
async fn a_routing_update_is_one_call_with_every_entry() {
    let script = in_turn(vec![done()]);
    let hands = hands(&script, &ENDPOINTS, 7);
    let announced = hands.endpoint(&routing(), 1);
    let answer = hands.send(&routing(), &sent(1)).await;
    let Answer::Accepted { endpoint, request_id, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(endpoint, announced, "the journal named the endpoint that was asked");
    assert_eq!(request_id.as_deref(), Some("request-1"));
    let body: serde_json::Value = serde_json::from_str(&script.sent()[0].body).unwrap();
    let states: Vec<_> = body["UpdateRoutingControlStateEntries"].as_array().unwrap().iter().collect();
    assert_eq!(states.len(), 2);
    assert_eq!(states[0]["RoutingControlState"], "Off");
    assert_eq!(states[1]["RoutingControlState"], "On");
    assert!(body.get("SafetyRulesToOverride").is_none());
}

#[tokio::test(start_paused = true)]
async fn attempts_and_consoles_begin_at_different_endpoints() {
    let script = in_turn(vec![done()]);
    let starts: BTreeSet<String> =
        (1..=5).map(|attempt| hands(&script, &ENDPOINTS, 7).endpoint(&routing(), attempt)).collect();
    assert_eq!(starts.len(), 5, "each attempt begins one further on");
    let starts: BTreeSet<String> =
        (0..40).map(|seed| hands(&script, &ENDPOINTS, seed).endpoint(&routing(), 1)).collect();
    assert_eq!(starts.len(), 5, "every endpoint is somebody's first");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_away_or_silent_or_broken_gives_way_to_the_next() {
    let script = in_turn(vec![
        says(503, "EndpointTemporarilyUnavailableException"),
        Reply::Hangs,
        Reply::Breaks,
        says(500, "InternalServerException"),
        done(),
    ]);
    let started = tokio::time::Instant::now();
    assert!(matches!(set(&script).await, Answer::Accepted { .. }));
    assert_eq!(started.elapsed().as_secs(), 3, "a silent one costs three seconds");
    let urls: BTreeSet<_> = script.sent().into_iter().map(|sent| sent.url).collect();
    assert_eq!(urls.len(), 5, "no endpoint is tried twice");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_not_taken_to_another_endpoint() {
    for (status, code, kind) in [
        (409, "ConflictException", TroubleKind::Refused),
        (400, "ValidationException", TroubleKind::Refused),
        (403, "AccessDeniedException", TroubleKind::Denied),
        (404, "ResourceNotFoundException", TroubleKind::NotFound),
        (402, "ServiceLimitExceededException", TroubleKind::Refused),
    ] {
        let script = in_turn(vec![says(status, code), done()]);
        let answer = set(&script).await;
        let Answer::Refused { code: told, trouble } = answer else { panic!("{code}: {answer:?}") };
        assert_eq!((told.as_str(), trouble.kind), (code, kind));
        assert_eq!(trouble.text, format!("{code}: as told"));
        assert_eq!(script.sent().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttle_is_for_the_run_to_ride_out() {
    let script = in_turn(vec![says(429, "ThrottlingException"), done()]);
    let answer = set(&script).await;
    let Answer::NotSent { trouble } = answer else { panic!("{answer:?}") };
    assert_eq!(trouble.kind, TroubleKind::Throttled);
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn when_every_endpoint_is_away_nothing_happened() {
    let script = in_turn(vec![says(503, "EndpointTemporarilyUnavailableException")]);
    let answer = set(&script).await;
    let Answer::NotSent { trouble } = answer else { panic!("{answer:?}") };
    assert_eq!(trouble.kind, TroubleKind::EndpointAway);
    assert_eq!(script.sent().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn when_one_was_silent_it_may_have_happened() {
    let away = || says(503, "EndpointTemporarilyUnavailableException");
    for last in [away(), says(409, "ConflictException"), says(429, "ThrottlingException")] {
        let script = in_turn(vec![away(), Reply::Hangs, last]);
        let answer = set(&script).await;
        let Answer::Lost { trouble } = answer else { panic!("{answer:?}") };
        assert_eq!(trouble.kind, TroubleKind::TimedOut);
    }
}

#[tokio::test(start_paused = true)]
async fn five_silent_endpoints_cost_fifteen_seconds_and_not_more() {
    let started = tokio::time::Instant::now();
    let script = in_turn(vec![Reply::Hangs]);
    assert!(matches!(set(&script).await, Answer::Lost { .. }));
    assert_eq!(started.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn without_endpoints_nothing_is_sent() {
    let script = in_turn(vec![done()]);
    let hands = hands(&script, &[], 7);
    assert!(matches!(hands.send(&routing(), &sent(1)).await, Answer::NotSent { .. }));
    assert_eq!(hands.endpoint(&routing(), 1), "no cluster endpoint");
}

fn rds(action: &str) -> Reply {
    Reply::Says(200, format!("<{action}Response><{action}Result/></{action}Response>"))
}

fn rds_error(code: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>as told</Message></Error></ErrorResponse>")
}

#[tokio::test(start_paused = true)]
async fn a_switchover_loses_nothing_and_a_failover_says_that_it_may() {
    for (operation, action, loss) in [
        (Operation::AuroraSwitchover(Switchover(aurora())), "SwitchoverGlobalCluster", false),
        (Operation::AuroraFailover(Failover(aurora())), "FailoverGlobalCluster", true),
    ] {
        let script = Script::new(move |_: &Sent| rds(action));
        let hands = hands(&script, &ENDPOINTS, 7);
        let answer = hands.send(&operation, &sent(1)).await;
        let Answer::Accepted { endpoint, .. } = answer else { panic!("{answer:?}") };
        assert_eq!(endpoint, hands.endpoint(&operation, 1));
        let body = &script.sent()[0].body;
        assert!(body.contains(&format!("Action={action}&")), "{body}");
        assert!(body.contains("GlobalClusterIdentifier=orders-global-db-cluster"), "{body}");
        assert_eq!(body.contains("AllowDataLoss=true"), loss, "{body}");
        assert_eq!(operation.api(), action);
    }
}

#[tokio::test(start_paused = true)]
async fn a_promotion_is_sent_once_whatever_comes_of_it() {
    let refused = Reply::Says(400, rds_error("InvalidGlobalClusterStateFault"));
    let throttled = Reply::Says(400, rds_error("Throttling"));
    let broken = Reply::Says(500, rds_error("InternalFailure"));
    for (reply, word) in [
        (refused, "refused"),
        (throttled, "not sent"),
        (broken, "lost"),
        (Reply::Hangs, "lost"),
        (Reply::Breaks, "lost"),
    ] {
        let script = in_turn(vec![reply]);
        let answer = hands(&script, &ENDPOINTS, 7)
            .send(&Operation::AuroraFailover(Failover(aurora())), &sent(1))
            .await;
        let told = match &answer {
            Answer::Accepted { .. } => "accepted",
            Answer::Refused { .. } => "refused",
            Answer::NotSent { .. } => "not sent",
            Answer::Lost { .. } => "lost",
        };
        assert_eq!(told, word, "{answer:?}");
        assert_eq!(script.sent().len(), 1);
    }
}

/// Nothing listens there, so the connection is refused and the write cannot have happened.
#[tokio::test]
async fn a_write_that_never_connected_did_not_happen() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let access = Access { endpoint_url: Some(format!("http://127.0.0.1:{port}")), ..Access::default() };
    let clients = Clients::new(&access, topology(&[]), Clock::wall(), None);
    let answer = Hands::new(clients, 7).send(&Operation::AuroraFailover(Failover(aurora())), &sent(1)).await;
    let Answer::NotSent { trouble } = answer else { panic!("{answer:?}") };
    assert_eq!(trouble.kind, TroubleKind::Unreachable);
}

/// The SDK's names of the calls behind [`writes`]; no other file may hold one, and no other write may exist.
#[test]
fn only_the_gate_can_write() {
    let listed: Vec<String> = writes().iter().map(|api| format!(".{}(", snake(api))).collect();
    let verbs = [
        "put",
        "update",
        "delete",
        "create",
        "modify",
        "failover",
        "switchover",
        "change",
        "start",
        "stop",
        "approve",
        "cancel",
        "send",
        "remove",
        "promote",
        "copy",
    ];
    let aws = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/aws");
    let files = |dir: &Path| -> Vec<PathBuf> {
        let all = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
        all.filter(|path| !path.is_dir() && !path.ends_with("tests.rs")).collect()
    };
    let mut sends = String::new();
    for path in files(&aws).into_iter().chain(files(&aws.join("actuator"))) {
        let code = fs::read_to_string(&path).unwrap();
        let gate = path.starts_with(aws.join("actuator")) || path.ends_with("actuator.rs");
        if gate {
            sends.push_str(&code);
        }
        for call in code.split_whitespace().flat_map(|word| word.split_inclusive('(')) {
            let Some(at) = call.rfind('.') else { continue };
            let name = call[at + 1..].trim_end_matches('(');
            if !call.ends_with('(') || !verbs.iter().any(|verb| name.starts_with(&format!("{verb}_"))) {
                continue;
            }
            let known = listed.iter().any(|l| call[at..] == *l);
            // Parts of requests and answers, not requests.
            let part = [
                "start_time",
                "start_record_name",
                "start_record_type",
                "failover_state",
                "change_info",
                "change_batch",
                "copy_tags",
                "stop_conditions",
                // The gate's own parts, which end in the listed calls.
                "start_with",
                "stop_experiments",
                "change_batch",
            ]
            .contains(&name);
            // A sign-in that a person asked for, and its renewal: it changes nothing of a workload.
            let part = part
                || [
                    ("sign_in.rs", "start_device_authorization"),
                    ("sign_in.rs", "start_url"),
                    ("sign_in.rs", "create_token"),
                    ("sso.rs", "create_token"),
                    ("token.rs", "create_new"),
                    // A channel inside this process.
                    ("wallet.rs", "send_modify"),
                ]
                .iter()
                .any(|(file, part)| path.ends_with(file) && name == *part);
            assert!(part || (gate && known), "{} calls {name}", path.display());
        }
    }
    for call in &listed {
        assert!(sends.contains(call), "{call} is listed and never made");
    }
}
