//! The table's gate puts whole items under a condition and nothing else, and a Region that is away is passed over.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::super::script::{Reply, Script};
use super::*;
use crate::clock::Clock;
use crate::config::Access;
use crate::ledger::shared::{Answered, Value};
use crate::model::topology::{Objectives, Topology};

fn shared(script: &Script) -> Shared {
    let access = Access { endpoint_url: Some("http://127.0.0.1:4566".into()), ..Access::default() };
    let topology = Arc::new(Topology {
        workload: "retail-store".into(),
        environment: "simulated".into(),
        objectives: Objectives { rto: Duration::from_mins(10), rpo: Duration::from_secs(30) },
        ..Topology::default()
    });
    let clock = Clock::starting_at("2026-03-02T09:00:00Z".parse().unwrap(), 1);
    let clients = Clients::new(&access, topology, clock, Some(SharedHttpClient::new(script.clone())));
    let regions = ["us-east-1", "us-west-2"].map(Region::new).to_vec();
    Shared::new(clients, SharedTable { table: "pointsmanLock".into(), regions })
}

fn item() -> Item {
    Item::new(Key::new("retail-store#simulated", "conch")).number("fence", 7).text("holder", "ana")
}

fn says(status: u16, body: &str) -> Reply {
    Reply::Says(status, body.to_owned())
}

#[tokio::test(start_paused = true)]
async fn every_put_has_its_condition_and_no_name_in_the_open() {
    let script = Script::new(|_| says(200, "{}"));
    let shared = shared(&script);
    for (expect, condition) in [
        (Expect::Absent, r#""ConditionExpression":"attribute_not_exists(#pk)""#),
        (
            Expect::Same(vec![("beat", Value::Number(3)), ("fence", Value::Number(7))]),
            r##""ConditionExpression":"#n0 = :v0 AND #n1 = :v1""##,
        ),
        (Expect::NotAbove("fence", 7), r#""ConditionExpression":"attribute_not_exists(#pk) OR #n <= :v""#),
    ] {
        assert_eq!(shared.put(&item(), &expect).await, Ok(Put::Done));
        let body = script.sent().last().unwrap().body.clone();
        assert!(body.contains(condition), "{body}");
        assert!(body.contains(r#""ReturnValuesOnConditionCheckFailure":"ALL_OLD""#), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_an_ask_that_has_its_reply_is_taken_away() {
    let script = Script::new(|_| says(200, "{}"));
    let shared = shared(&script);
    let (ask, reply) = ("pause".to_owned(), "taken".to_owned());
    assert_eq!(shared.forget(&Answered { key: item().key, ask, reply }).await, Ok(()));
    let body = script.sent().last().unwrap().body.clone();
    let condition = "attribute_not_exists(#pk) OR (#ask = :ask AND #reply = :reply)";
    assert!(body.contains(condition), "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_put_that_was_beaten_tells_by_what() {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no",
        "Item":{"pk":{"S":"retail-store#simulated"},"sk":{"S":"conch"},"fence":{"N":"7"},"holder":{"S":"ana"}}}"#;
    let script = Script::new(move |_| says(400, body));
    assert_eq!(shared(&script).put(&item(), &Expect::Absent).await, Ok(Put::Beaten(Some(item()))));
    assert_eq!(script.sent().len(), 1, "it is an answer, so no other Region is asked");
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_away_is_passed_over_and_not_asked_first_again() {
    let script = Script::new(|sent| match sent.region.as_str() {
        "us-east-1" => Reply::Hangs,
        _ => says(200, "{}"),
    });
    let shared = shared(&script);
    assert_eq!(shared.get(&item().key).await, Ok(None));
    assert_eq!(shared.get(&item().key).await, Ok(None));
    let regions: Vec<_> = script.sent().into_iter().map(|sent| sent.region).collect();
    assert_eq!(regions, ["us-east-1", "us-west-2", "us-west-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_no_region_answers_for_is_told_with_every_region() {
    let script = Script::new(|_| Reply::Breaks);
    let trouble = shared(&script).get(&item().key).await.unwrap_err();
    assert!(trouble.text.contains("in us-east-1") && trouble.text.contains("in us-west-2"), "{trouble}");
    let denied = Script::new(|_| says(400, r#"{"__type":"AccessDeniedException","message":"no"}"#));
    let trouble = shared(&denied).get(&item().key).await.unwrap_err();
    assert_eq!((trouble.kind, denied.sent().len()), (TroubleKind::Denied, 1));
}

/// No other file may name a call that changes items, and the gate names the one it lists.
#[test]
fn only_the_gate_can_write_items() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let calls = ["put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"];
    for file in files.iter().filter(|file| !file.ends_with("shared/tests.rs")) {
        let code = fs::read_to_string(file).unwrap();
        let named: Vec<_> = calls.into_iter().filter(|call| code.contains(&format!(".{call}("))).collect();
        let gate = file.ends_with("aws/shared/gate.rs");
        assert_eq!(
            named,
            if gate { vec!["put_item", "delete_item"] } else { Vec::new() },
            "{}",
            file.display()
        );
    }
    assert_eq!(gate::writes(), ["PutItem", "DeleteItem"]);
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}
