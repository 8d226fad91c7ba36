//! Against a server on this machine: what is told, in which form, and what becomes of it when nobody answers.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::model::fixture::{Scene, east, west};
use crate::plan::event::{End, Event, Outcome, Pause, RunId, Start};
use crate::plan::{Intent, Playbook, StepId, playbook};

/// A run of a failover that has just begun.
fn run() -> Progress {
    let scene = Scene::calm();
    let intent = Intent { playbook: Playbook::Failover, from: east(), to: west() };
    let plan = playbook::plan(&scene.world, &intent, scene.now).unwrap();
    let start = Start { drill: true, ..Start::new(("maria", "bastion"), None, "INC-7".to_owned(), true) };
    Progress::replay(&[entry(Event::Started { plan, start })]).unwrap()
}

fn entry(event: Event) -> Entry {
    let at: Timestamp = "2026-11-20T14:02:07Z".parse().unwrap();
    let (run, previous, hash) = (RunId("3f9a0c11".to_owned()), String::new(), String::new());
    Entry { seq: 1, run, at, event, previous, hash }
}

fn unknown() -> Entry {
    let why = "no answer came; not proved within 2m00s: read back: \"2 of 5\"".to_owned();
    entry(Event::Ended { step: StepId(2), outcome: Outcome::Unknown, why })
}

fn about() -> About {
    About { workload: "retail-store".to_owned(), environment: "production".to_owned() }
}

/// What a server heard, and the answers that it gives in turn; the last one for ever, none where it hangs.
#[derive(Clone, Default)]
struct Server {
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Server {
    async fn answering(&self, answers: &'static [u16]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::clone(&self.heard);
        tokio::spawn(async move {
            for at in 0.. {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut text = Vec::new();
                let body = loop {
                    let mut part = [0; 4096];
                    let read = socket.read(&mut part).await.unwrap();
                    text.extend_from_slice(&part[..read]);
                    let whole = String::from_utf8_lossy(&text).into_owned();
                    let Some((_, body)) = whole.split_once("\r\n\r\n") else { continue };
                    if let Ok(body) = serde_json::from_str(body) {
                        break body;
                    }
                };
                heard.lock().unwrap().push(body);
                let Some(status) = answers.get(at).or(answers.last()) else {
                    std::future::pending::<()>().await;
                    return;
                };
                let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        format!("http://{address}/hook/secret-part")
    }

    fn heard(&self) -> Vec<Value> {
        self.heard.lock().unwrap().clone()
    }
}

fn bell(url: String, kind: WebhookKind) -> Bell {
    let key_from = (kind == WebhookKind::PagerDuty).then(|| "KEY".to_owned());
    let webhook = Webhook { kind, url: Some(url), url_from: None, key_from, template: None };
    Bell::new(&webhook, about(), |name| (name == "KEY").then(|| "r0uting".to_owned())).unwrap()
}

/// Rings once and waits until it is over.
async fn told(answers: &'static [u16], kind: WebhookKind, entry: &Entry) -> (Vec<Value>, Vec<Dropped>) {
    let server = Server::default();
    let hung = bell(server.answering(answers).await, kind).hang();
    hung.tell(&run(), entry);
    let dropped = hung.finish(Duration::from_mins(5)).await;
    (server.heard(), dropped)
}

#[tokio::test]
async fn a_step_that_is_not_known_is_told_with_everything_in_json() {
    let (heard, dropped) = told(&[200], WebhookKind::Json, &unknown()).await;
    assert_eq!(dropped, []);
    let [body] = heard.as_slice() else { panic!("{heard:?}") };
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        ["kind", "severity", "step", "title", "from", "to", "who", "reason", "at"].map(text),
        [
            "unknown",
            "critical",
            "2",
            "promote orders",
            "us-east-1",
            "us-west-2",
            "maria",
            "INC-7",
            "2026-11-20T14:02:07Z"
        ]
    );
    assert_eq!((body["drill"].as_bool(), body["simulated"].as_bool()), (Some(true), Some(true)));
    assert_eq!(
        body["summary"],
        "DRILL SIMULATED PRODUCTION retail-store: failover us-east-1 → us-west-2, run 3f9a, unknown at step 2 promote \
         orders: no answer came; not proved within 2m00s: read back: \"2 of 5\""
    );
}

#[tokio::test]
async fn pagerduty_is_triggered_and_resolved_under_one_key() {
    let (heard, _) = told(&[202], WebhookKind::PagerDuty, &unknown()).await;
    assert_eq!(heard[0]["routing_key"], "r0uting");
    assert_eq!(
        (&heard[0]["event_action"], &heard[0]["dedup_key"]),
        (&"trigger".into(), &"pointsman-3f9a0c11".into())
    );
    assert_eq!(heard[0]["payload"]["severity"], "critical");
    let closed = Event::Closed { end: End::Confirmed, summary: "4 steps confirmed in 4m02s".to_owned() };
    let (heard, _) = told(&[202], WebhookKind::PagerDuty, &entry(closed)).await;
    assert_eq!(
        (&heard[0]["event_action"], &heard[0]["dedup_key"]),
        (&"resolve".into(), &"pointsman-3f9a0c11".into())
    );
}

#[tokio::test]
async fn slack_gets_a_text() {
    let (heard, _) = told(&[200], WebhookKind::Slack, &unknown()).await;
    assert!(heard[0]["text"].as_str().unwrap().contains("unknown at step 2 promote orders"), "{heard:?}");
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_tried_again_and_the_url_stays_a_secret() {
    let (heard, dropped) = told(&[403], WebhookKind::Json, &unknown()).await;
    assert_eq!(heard.len(), 1);
    let said = "webhook: unknown was not told: 127.0.0.1 answered 403 Forbidden";
    assert_eq!(dropped, [Dropped(said.to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_is_given_up_and_delays_nobody() {
    let server = Server::default();
    let mut hung = bell(server.answering(&[]).await, WebhookKind::Json).hang();
    let before = tokio::time::Instant::now();
    hung.tell(&run(), &unknown());
    assert_eq!(before.elapsed(), Duration::ZERO, "telling waits for nobody");
    let Dropped(said) = hung.dropped().await;
    assert!(said.ends_with("127.0.0.1 did not answer in 5 s, 4 times"), "{said}");
    assert!(before.elapsed() < Duration::from_secs(40), "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn too_many_at_once_are_dropped_and_said() {
    let server = Server::default();
    let mut hung = bell(server.answering(&[]).await, WebhookKind::Json).hang();
    for _ in 0..QUEUE + 5 {
        hung.tell(&run(), &unknown());
    }
    let Dropped(said) = hung.dropped().await;
    assert_eq!(said, "webhook: unknown was not told: too many wait before it");
    let dropped = hung.finish(Duration::from_secs(1)).await;
    assert_eq!(dropped.last().unwrap().0, "webhook: not everything was told before this ended");
}

#[test]
fn only_what_needs_a_person_and_the_end_are_told() {
    let kind = |event: Event| message::of(&about(), &run(), &entry(event)).map(|message| message.kind);
    let ended = |outcome| Event::Ended { step: StepId(2), outcome, why: String::new() };
    assert_eq!(kind(ended(Outcome::Confirmed)), None);
    assert_eq!(kind(ended(Outcome::Skipped)), None);
    assert_eq!(kind(ended(Outcome::Failed)), Some(Kind::Hold));
    assert_eq!(kind(ended(Outcome::Refused)), Some(Kind::Refused));
    let paused = |why: Pause| Event::Paused { who: "maria".to_owned(), why };
    assert_eq!(kind(paused(Pause::Asked)), None, "whoever pauses knows of it");
    let text = "credentials: they ended".to_owned();
    assert_eq!(kind(paused(Pause::Credentials { text })), Some(Kind::Hold));
    let text = "the shared table gives no answer".to_owned();
    assert_eq!(kind(paused(Pause::Conch { text })), Some(Kind::Hold));
    let aborted = Event::Closed { end: End::Aborted, summary: String::new() };
    assert_eq!(kind(aborted), Some(Kind::End));
    assert_eq!(kind(Event::Resumed { who: "maria".to_owned() }), None);
}

#[test]
fn a_template_of_ones_own_is_held_to_be_json_with_known_names() {
    assert!(Template::parse(r#"{ "text": "{{ summary }}", "drill": {{drill}} }"#.to_owned()).is_ok());
    let why = Template::parse(r#"{ "text": "{{sumary}}" }"#.to_owned()).unwrap_err();
    assert!(why.starts_with("{{sumary}} is not known; there are action, at, "), "{why}");
    assert!(
        Template::parse(r#"{ "text": {{summary}} }"#.to_owned()).unwrap_err().starts_with("it makes no JSON")
    );
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let webhook = Webhook {
        kind: WebhookKind::PagerDuty,
        url: None,
        url_from: None,
        key_from: Some("PAGERDUTY_KEY".to_owned()),
        template: None,
    };
    let why = Bell::new(&webhook, about(), |_| None).unwrap_err();
    assert_eq!(why, "webhook.key_from names the variable PAGERDUTY_KEY, which is not set");
}
