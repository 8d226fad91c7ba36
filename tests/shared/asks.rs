//! What is asked of a run from another host: done or refused, and answered either way.

use std::time::Duration;

use pointsman::ledger::shared::lease::Claim;
use pointsman::plan::event::{Event, RunId};
use pointsman::plan::run::{Ask, Command, Outbox, Reply};
use pointsman::plan::{Playbook, StepId};
use pointsman::runtime::shared::TableOutbox;

use super::stage::{Bastion, Stage};

async fn asks(bastion: &Bastion<'_>, run: &RunId, command: Command) -> Option<Reply> {
    let mut outbox = TableOutbox::new(bastion.commons.clone(), run.clone());
    let (at, host) = (bastion.clock().now(), bastion.operator.host.clone());
    let ask = Ask { run: run.clone(), at, host, seen: None, command };
    let id = outbox.leave(&ask).await.unwrap();
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        if let Some(reply) = outbox.reply(&id).await.unwrap() {
            return Some(reply);
        }
    }
    None
}

fn pause(who: &str) -> Command {
    Command::Pause { who: who.to_owned() }
}

#[tokio::test(start_paused = true)]
async fn anyone_may_pause_from_another_host_without_the_conch() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1").attended();
    let ben = stage.bastion("ben", "bastion-2");
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(|event| matches!(event, Event::Sent { .. })).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(asks(&ben, &flying.run, pause("ben")).await, Some(Reply::Taken));
    let paused = flying.until(|event| matches!(event, Event::Paused { .. })).await;
    assert!(matches!(paused.event, Event::Paused { who, .. } if who == "ben"));
    let again = asks(&ben, &flying.run, pause("ben")).await;
    assert!(matches!(again, Some(Reply::Refused { why }) if why == "the run is paused already"));
    let held = ben.commons.conch().await.unwrap().unwrap();
    assert_eq!(held.holder.who, "ana", "the conch stays where it is");
    let resume = Command::Resume { who: "ben".to_owned() };
    assert_eq!(asks(&ben, &flying.run, resume).await, Some(Reply::Taken));
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_cannot_be_is_refused_in_the_journal() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1").attended();
    let ben = stage.bastion("ben", "bastion-2");
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(|event| matches!(event, Event::Sent { .. })).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (who, host, version) = ("ben".to_owned(), "bastion-2".to_owned(), "00000000".to_owned());
    let approve = Command::Approve { step: StepId(2), who, host, version };
    let reply = asks(&ben, &flying.run, approve).await;
    assert!(matches!(reply, Some(Reply::Refused { .. })), "{reply:?}");
    let noted = flying.until(|event| matches!(event, Event::Noted { .. })).await.event.detail();
    assert!(noted.starts_with("ben: asked for approved and was refused"), "{noted}");
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_anybody_drove_is_stale_and_of_another_run_is_not_read() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1").attended();
    let ben = stage.bastion("ben", "bastion-2");
    let other = RunId("00000000".to_owned());
    assert_eq!(asks(&ben, &other, pause("ben")).await, None, "nobody drives it");
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(|event| matches!(event, Event::Sent { .. })).await;
    assert_eq!(asks(&ben, &other, pause("ben")).await, None);
    let words = ana.words();
    assert!(!words.iter().any(|line| line.starts_with("paused")), "{words:#?}");
}
