//! Credentials through a role: asked for once, in a Region that answers, and renewed before they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::super::Clients;
use super::super::script::{Reply, Script, Sent};
use super::*;
use crate::config::Access;
use crate::model::reading::{Identity, Observation, Reading, Source};
use crate::model::topology::{Objectives, Region, RegionSpec, Topology};

const START: &str = "2026-03-02T09:00:00Z";

fn topology() -> Arc<Topology> {
    let region = |name: &str| RegionSpec {
        name: Region::new(name),
        short: Region::new(name).short(),
        capacity: None,
        signals: Vec::new(),
    };
    Arc::new(Topology {
        workload: "retail-store".into(),
        environment: "staging".into(),
        account: None,
        home: Some(Region::new("us-west-2")),
        objectives: Objectives { rto: Duration::from_mins(10), rpo: Duration::from_secs(30) },
        regions: vec![region("us-east-1"), region("us-west-2")],
        routing: None,
        auroras: Vec::new(),
        tables: Vec::new(),
        experiments: Vec::new(),
        plans: Vec::new(),
        lag_links: Vec::new(),
        dns: Vec::new(),
        ..Topology::default()
    })
}

fn clients(script: &Script) -> Clients {
    let access = Access {
        endpoint_url: Some("http://127.0.0.1:4566".into()),
        assume_role: Some("arn:aws:iam::111122223333:role/ops-failover".into()),
        ..Access::default()
    };
    let clock = Clock::starting_at(START.parse().unwrap(), 1);
    Clients::new(&access, topology(), clock, Some(SharedHttpClient::new(script.clone())))
}

/// A session of one hour, counted from the world's start.
fn session(number: u32) -> Reply {
    let end = START.parse::<Timestamp>().unwrap() + Duration::from_hours(u64::from(number));
    Reply::Says(
        200,
        format!(
            "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:pointsman</AssumedRoleId>\
             <Arn>arn:aws:sts::111122223333:assumed-role/ops-failover/pointsman</Arn></AssumedRoleUser>\
             <Credentials><AccessKeyId>SESSION{number}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
             <SessionToken>token</SessionToken><Expiration>{end}</Expiration></Credentials>\
             </AssumeRoleResult></AssumeRoleResponse>"
        ),
    )
}

fn caller() -> Reply {
    let told = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                <Arn>arn:aws:sts::111122223333:assumed-role/ops-failover/pointsman</Arn>\
                <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    Reply::Says(200, told.into())
}

fn error(status: u16, code: &str) -> Reply {
    let told = format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>as told</Message></Error></ErrorResponse>"
    );
    Reply::Says(status, told)
}

fn assumes(sent: &Sent) -> bool {
    sent.body.contains("Action=AssumeRole&")
}

/// STS that gives one session after the other.
fn sts() -> Script {
    let sessions = AtomicU32::new(0);
    Script::new(
        move |sent| {
            if assumes(sent) { session(sessions.fetch_add(1, Ordering::Relaxed) + 1) } else { caller() }
        },
    )
}

async fn who(clients: &Clients) -> Observation {
    clients.observe(&Source::Identity(Region::new("us-east-1")), Duration::from_mins(1)).await
}

fn identity(seen: &Observation) -> &Identity {
    match &seen.result {
        Ok(Reading::Identity(identity)) => identity,
        other => panic!("{other:?}"),
    }
}

fn assumed(script: &Script) -> usize {
    script.sent().iter().filter(|sent| assumes(sent)).count()
}

#[tokio::test(start_paused = true)]
async fn many_askers_share_one_session() {
    let script = sts();
    let clients = clients(&script);
    let seen = futures::future::join_all((0..20).map(|_| who(&clients))).await;
    assert_eq!(assumed(&script), 1);
    assert_eq!(identity(&seen[0]).expires, Some("2026-03-02T10:00:00Z".parse().unwrap()));
    assert_eq!(identity(&seen[0]).role(), "ops-failover");
    let sent = script.sent();
    assert_eq!(
        (sent[0].region.as_str(), sent[0].key.as_str()),
        ("us-west-2", "AKIDSIMULATED"),
        "home's STS first"
    );
    assert!(sent[1..].iter().all(|sent| sent.key == "SESSION1"));
}

#[tokio::test(start_paused = true)]
async fn a_session_is_renewed_while_it_still_serves() {
    let script = sts();
    let clients = clients(&script);
    who(&clients).await;
    tokio::time::sleep(Duration::from_mins(54)).await;
    who(&clients).await;
    assert_eq!(assumed(&script), 1);
    tokio::time::sleep(Duration::from_mins(2)).await;
    who(&clients).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        script.sent().iter().rfind(|sent| !assumes(sent)).unwrap().key,
        "SESSION1",
        "nobody waits for it"
    );
    let seen = who(&clients).await;
    assert_eq!(assumed(&script), 2);
    assert_eq!(script.sent().last().unwrap().key, "SESSION2");
    assert_eq!(identity(&seen).expires, Some("2026-03-02T11:00:00Z".parse().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn another_regions_sts_stands_in() {
    let sts = sts();
    let book = sts.clone();
    let script = Script::new(move |sent| {
        if assumes(sent) && sent.region == "us-west-2" { Reply::Hangs } else { book.reply(sent) }
    });
    let clients = clients(&script);
    let seen = who(&clients).await;
    assert_eq!(identity(&seen).account, "111122223333");
    assert_eq!(seen.round_trip().as_secs(), 5);
    who(&clients).await;
    assert_eq!(assumed(&script), 2, "one in vain and one that counts");
}

#[tokio::test(start_paused = true)]
async fn a_refused_role_is_told_and_not_asked_for_by_everybody() {
    let script = Script::new(|_| error(403, "AccessDenied"));
    let clients = clients(&script);
    for seen in futures::future::join_all((0..20).map(|_| who(&clients))).await {
        let trouble = seen.result.unwrap_err();
        assert_eq!(trouble.kind, TroubleKind::NoCredentials);
        assert!(trouble.text.contains("AccessDenied"), "{trouble}");
    }
    who(&clients).await;
    assert_eq!(assumed(&script), 2, "each of two Regions once");
    tokio::time::sleep(Duration::from_secs(6)).await;
    who(&clients).await;
    assert_eq!(assumed(&script), 4, "and again after a rest");
}

#[tokio::test(start_paused = true)]
async fn what_a_service_calls_expired_is_looked_for_again() {
    let sessions = sts();
    let book = sessions.clone();
    let script = Script::new(move |sent| {
        if !assumes(sent) && sent.key == "SESSION1" { error(403, "ExpiredToken") } else { book.reply(sent) }
    });
    let clients = clients(&script);
    assert_eq!(who(&clients).await.result.unwrap_err().kind, TroubleKind::Expired);
    assert_eq!(identity(&who(&clients).await).account, "111122223333");
    assert_eq!(assumed(&script), 2);
}
