//! A run under a lease: its number in every write, and nothing sent once the right is gone or not known.

use std::time::Duration;

use pointsman::ledger::shared::lease::{Claim, NoLease};
use pointsman::plan::Playbook;
use pointsman::plan::event::{End, Event, Pause, Right};
use pointsman::plan::run::Command;
use pointsman::runtime::shared::Hold;

use serde_json::json;

use super::stage::Stage;

fn sent(event: &Event) -> bool {
    matches!(event, Event::Sent { .. })
}

fn moves(stage: &Stage) -> Vec<String> {
    stage.sim.writes().into_iter().map(|write| write.operation).collect()
}

fn takes_over() -> Claim {
    Claim::TakeOver("ana is in the tunnel".to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_run_has_its_number_in_every_write_and_gives_the_conch_back() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1");
    let flying = ana.start(Playbook::Evacuate, Claim::Free).await.unwrap();
    let held = ana.commons.conch().await.unwrap().unwrap();
    assert_eq!((held.fence, held.free), (1, false));
    let run = flying.run.clone();
    let ended = flying.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", ana.words());
    let lines = ana.lines();
    assert_eq!(ana.words()[1], "conch ana on bastion-1 has it, fence 1");
    let fences: Vec<_> = lines
        .iter()
        .filter_map(|line| match line.event {
            Event::Sent { fence, .. } => Some(fence),
            _ => None,
        })
        .collect();
    assert!(!fences.is_empty() && fences.iter().all(|fence| *fence == Some(1)), "{fences:?}");
    let back = ana.commons.conch().await.unwrap().unwrap();
    assert!(back.free && back.work.run.is_none(), "{back:?}");
    assert_eq!(lines[0].run, run);
}

#[tokio::test(start_paused = true)]
async fn while_one_acts_the_other_is_told_who() {
    let stage = Stage::new();
    let (ana, ben) = (stage.bastion("ana", "bastion-1"), stage.bastion("ben", "bastion-2"));
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(sent).await;
    let Err(NoLease::Held(held, _)) = ben.start(Playbook::Evacuate, Claim::Free).await else {
        panic!("two act at once")
    };
    assert_eq!(held.holder.who, "ana");
    assert_eq!(held.work.run, Some(flying.run.clone()));
    assert_eq!(held.work.sending.len(), 2, "what may be on its way is there before it leaves");
    assert!(ben.lines().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_conch_was_taken_over_sends_nothing_more_and_says_so() {
    let stage = Stage::new();
    let (ana, ben) = (stage.bastion("ana", "bastion-1"), stage.bastion("ben", "bastion-2"));
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(sent).await;
    let taken = ben.commons.take(None, &takes_over()).await.unwrap();
    let right = taken.right.clone();
    let process = std::process::id();
    let from = format!("ana on bastion-1 (process {process})");
    let reason = "ana is in the tunnel".to_owned();
    assert_eq!(right, Right::TakenOver { fence: 2, from, reason });
    let left = flying.rest().await;
    assert!(left.is_open() && left.paused, "{:#?}", ana.words());
    assert!(!moves(&stage).contains(&"UpdateRoutingControlStates".to_owned()), "traffic stays");
    let words = ana.words();
    let note =
        words.iter().find(|words| words.starts_with("note ben: ben on bastion-2")).expect("it says so");
    assert!(
        note.contains("has the conch now, fence 2: ana is in the tunnel; nothing more is sent"),
        "{note}"
    );
    assert!(words.contains(&"paused by ben".to_owned()), "{words:#?}");
    let held = ben.commons.conch().await.unwrap().unwrap();
    assert!(!held.free && held.holder.who == "ben", "ana does not give back what is ben's: {held:?}");
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_away_for_a_moment_holds_nothing_up() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1");
    let flying = ana.start(Playbook::Evacuate, Claim::Free).await.unwrap();
    stage.throttle();
    let ended = flying.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", ana.words());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_stays_away_pauses_the_run_until_a_person_goes_on_without_it() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1").attended();
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(sent).await;
    stage.throttle();
    let mandate = flying.mandate.clone();
    let paused = flying.until(|event| matches!(event, Event::Paused { .. })).await.event;
    let Event::Paused { why: Pause::Conch { text }, .. } = paused else { panic!("{paused:?}") };
    assert!(text.contains("the shared table pointsmanLock gives no answer (throttled"), "{text}");
    assert!(text.contains("another bastion may act; nothing more is sent until a person goes on"), "{text}");
    // The credentials have not ended, and nothing says that they are renewed.
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert!(!ana.words().iter().any(|line| line.contains("credentials")), "{:#?}", ana.words());
    assert!(mandate.claim(Claim::Free).await.is_err());
    let reason = "nobody else is on call".to_owned();
    let right = mandate.claim(Claim::WithoutTable(reason)).await.unwrap();
    assert!(matches!(&right, Right::WithoutTable { reason, .. } if reason == "nobody else is on call"));
    assert!(matches!(mandate.hold(), Hold::Without { fence: Some(1), .. }));
    let who = "ana".to_owned();
    flying.flight.command(Command::Act { who: who.clone(), host: "bastion-1".to_owned(), right }).unwrap();
    flying.flight.command(Command::Resume { who }).unwrap();
    let ended = flying.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", ana.words());
    let words = ana.words();
    assert!(
        words
            .iter()
            .any(|line| line.starts_with("conch ana on bastion-1 acts WITHOUT the shared table (throttled")
                && line.ends_with("nobody else is on call")),
        "{words:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_on_without_the_table_is_seen_as_soon_as_it_answers() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1");
    stage.throttle();
    assert!(matches!(ana.start(Playbook::Switchover, Claim::Free).await, Err(NoLease::Table(_))));
    assert!(ana.lines().is_empty(), "nothing was begun");
    let claim = Claim::WithoutTable("nobody else is on call".to_owned());
    let mut flying = ana.start(Playbook::Switchover, claim).await.unwrap();
    flying.until(sent).await;
    stage.heal();
    let taken = flying.until(|event| matches!(event, Event::Conch { right: Right::Taken { .. }, .. })).await;
    assert!(matches!(taken.event, Event::Conch { right: Right::Taken { fence: 1 }, .. }));
    let ben = stage.bastion("ben", "bastion-2");
    assert!(matches!(ben.commons.take(None, &Claim::Free).await, Err(NoLease::Held(..))));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let ended = flying.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", ana.words());
}

#[tokio::test(start_paused = true)]
async fn a_world_whose_clock_jumps_while_the_table_answers_takes_no_right_away() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1").without_copy();
    // The first write takes the conch, the second renews it for what is about to leave.
    ana.cable.jumps_at(2);
    let flying = ana.start(Playbook::Evacuate, Claim::Free).await.unwrap();
    let ended = flying.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", ana.words());
    assert!(!ana.words().iter().any(|line| line.starts_with("paused")), "{:#?}", ana.words());
}

#[tokio::test(start_paused = true)]
async fn a_world_that_runs_fast_leaves_a_slow_table_its_time() {
    let stage = Stage::at_speed(60, |_| ());
    let ana = stage.bastion("ana", "bastion-1");
    let taken = ana.commons.take(None, &Claim::Free).await.unwrap();
    // A minute there is a second of the hosts, in which the lease lasts.
    stage.inject(&json!({ "kind": "latency", "service": "dynamodb", "ms": 60_000 }));
    tokio::time::sleep(Duration::from_mins(1)).await;
    let hold = taken.mandate.hold();
    assert!(hold.is_good(ana.clock().now()), "{hold:?}");
}
