//! The copy of the journal: whole, beside the run and never in its way, and refused once it was touched.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use pointsman::ledger::shared::lease::Claim;
use pointsman::ledger::shared::mirror::{Copied, NotPulled};
use pointsman::ledger::sqlite::{FILE, Journal};
use pointsman::plan::Playbook;
use pointsman::plan::event::{Entry, Event};
use pointsman::runtime::shared::Copier;

use super::stage::{Bastion, Stage, WEST};
use crate::support::sdk_config;

async fn ran(bastion: &Bastion<'_>) -> Copied {
    bastion.start(Playbook::Evacuate, Claim::Free).await.unwrap().rest().await;
    bastion.commons.runs().await.unwrap().pop().unwrap()
}

/// The lines without what is of one journal only.
fn bare(lines: &[Entry]) -> Vec<(jiff::Timestamp, &Event)> {
    lines.iter().map(|line| (line.at, &line.event)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_run_can_be_read_back_by_another_host_line_by_line() {
    let stage = Stage::new();
    let (ana, ben) = (stage.bastion("ana", "bastion-1"), stage.bastion("ben", "bastion-2"));
    let copied = ran(&ana).await;
    assert_eq!((copied.who.as_str(), copied.host.as_str(), copied.open), ("ana", "bastion-1", false));
    assert_eq!(copied.words, "evacuate us-east-1 → us-west-2");
    assert!(copied.state.starts_with("2 steps confirmed"), "{}", copied.state);
    assert_eq!((copied.first, copied.fence), (1, 1));
    let foreign = ben.commons.pull(copied.clone()).await.unwrap();
    assert_eq!(foreign.pulled.lines, ana.lines());
    assert_eq!(ben.commons.verify(&copied.journal).await, Ok(ana.lines().len() as u64));
    assert_eq!(ben.commons.open_elsewhere(None).await, Ok(None), "it has ended");
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_cannot_keep_up_delays_no_step() {
    let spans = |lines: &[Entry]| -> Vec<(String, SignedDuration)> {
        let first = lines[0].at;
        let told =
            lines.iter().filter(|line| !matches!(line.event, Event::Climbed { .. } | Event::Told { .. }));
        told.map(|line| (line.event.word().to_owned(), line.at.duration_since(first))).collect()
    };
    let plain = Stage::new();
    let ana = plain.bastion("ana", "bastion-1").without_copy();
    let flying = ana.start(Playbook::Evacuate, Claim::Free).await.unwrap();
    plain.throttle();
    flying.rest().await;
    let hindered = Stage::new();
    let ben = hindered.bastion("ben", "bastion-2");
    let flying = ben.start(Playbook::Evacuate, Claim::Free).await.unwrap();
    hindered.throttle();
    let copier = Copier::begin(ben.commons.clone(), ben.state.path());
    let behind = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        copier.behind()
    };
    let (_ended, behind) = tokio::join!(flying.rest(), behind);
    assert_eq!(spans(&ben.lines()), spans(&ana.lines()));
    assert!(behind.trouble.is_some_and(|trouble| trouble.starts_with("throttled")), "it says so");
    hindered.heal();
    copier.settle(Duration::from_mins(1)).await;
    assert_eq!(copier.behind().lines, 0);
    let copied = ben.commons.runs().await.unwrap().pop().unwrap();
    assert_eq!(ben.commons.pull(copied).await.unwrap().pulled.lines, ben.lines());
}

#[tokio::test(start_paused = true)]
async fn lines_that_wait_are_counted_with_their_age() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1");
    let copier = Copier::begin(ana.commons.clone(), ana.state.path());
    copier.settle(Duration::from_secs(5)).await;
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(|event| matches!(event, Event::Sent { .. })).await;
    copier.settle(Duration::from_secs(5)).await;
    stage.throttle();
    let sent = flying.until(|event| matches!(event, Event::Ended { .. })).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let behind = copier.behind();
    assert!(behind.lines >= 1 && behind.since.is_some_and(|since| since <= sent.at), "{behind:?}");
    assert!(behind.words(ana.clock().now()).is_some_and(|words| words.contains("behind")), "{behind:?}");
}

fn client(stage: &Stage) -> Client {
    Client::new(&sdk_config(&stage.sim, WEST))
}

fn key(stage: &Stage, copied: &Copied, seq: u64) -> (AttributeValue, AttributeValue) {
    let journal = format!("{}#journal#{}", stage.conch().pk, copied.journal);
    (AttributeValue::S(journal), AttributeValue::S(format!("{seq:012}")))
}

async fn change(stage: &Stage, copied: &Copied, seq: u64, (name, value): (&str, &str)) {
    let (pk, sk) = key(stage, copied, seq);
    let update = client(stage).update_item().table_name("pointsmanLock").key("pk", pk).key("sk", sk);
    let update = update.update_expression("SET #n = :v").expression_attribute_names("#n", name);
    update.expression_attribute_values(":v", AttributeValue::S(value.to_owned())).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_was_touched_is_refused_with_the_line() {
    for (name, value, what) in [
        ("event", r#"{"event":"paused","who":"eve"}"#, "its text is not the one that was written"),
        ("at", "2026-03-02T08:00:00Z", "its text is not the one that was written"),
        ("run", "ffffffff", "its text is not the one that was written"),
    ] {
        let stage = Stage::new();
        let (ana, ben) = (stage.bastion("ana", "bastion-1"), stage.bastion("ben", "bastion-2"));
        let copied = ran(&ana).await;
        change(&stage, &copied, 4, (name, value)).await;
        let Err(NotPulled::Broken(broken)) = ben.commons.pull(copied.clone()).await else { panic!("{name}") };
        assert_eq!((broken.seq, broken.what.as_str()), (4, what), "{name}");
        assert!(matches!(ben.commons.verify(&copied.journal).await, Err(NotPulled::Broken(b)) if b.seq == 4));
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_lost_a_line_is_refused_wherever_it_was() {
    for gone in ["first", "middle", "last"] {
        let stage = Stage::new();
        let (ana, ben) = (stage.bastion("ana", "bastion-1"), stage.bastion("ben", "bastion-2"));
        let copied = ran(&ana).await;
        let seq = match gone {
            "first" => copied.first,
            "middle" => 5,
            _ => copied.last,
        };
        let (pk, sk) = key(&stage, &copied, seq);
        let delete = client(&stage).delete_item().table_name("pointsmanLock").key("pk", pk).key("sk", sk);
        delete.send().await.unwrap();
        let Err(NotPulled::Broken(broken)) = ben.commons.pull(copied.clone()).await else { panic!("{gone}") };
        assert_eq!((broken.seq, broken.what.as_str()), (seq, "it is not in the shared table"), "{gone}");
        assert!(ben.commons.verify(&copied.journal).await.is_err(), "{gone}");
    }
}

/// Whoever cuts the end off and notes an earlier last line leaves a journal that is whole in itself.
#[tokio::test(start_paused = true)]
async fn an_end_that_was_cut_without_a_trace_is_found_by_the_copy() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1");
    let copied = ran(&ana).await;
    let journal = || Journal::open_to_read(ana.state.path()).unwrap().unwrap();
    assert_eq!(ana.commons.against(&journal()).await.unwrap(), Ok(()));
    let hands = rusqlite::Connection::open(ana.state.path().join(FILE)).unwrap();
    let last = copied.last - 2;
    let cut = format!(
        "DROP TRIGGER journal_is_not_cut; DELETE FROM journal WHERE seq > {last};
         UPDATE head SET seq = {last}, hash = (SELECT hash FROM journal WHERE seq = {last})"
    );
    hands.execute_batch(&cut).unwrap();
    assert_eq!(journal().verify().unwrap(), Ok(last), "by itself it is whole");
    let Err(NotPulled::Broken(broken)) = ana.commons.against(&journal()).await.unwrap() else { panic!() };
    assert_eq!((broken.seq, broken.run), (last + 1, Some(copied.run)));
    assert!(broken.what.contains("the end was cut off"), "{}", broken.what);
}

#[tokio::test(start_paused = true)]
async fn two_that_copy_one_journal_do_not_disturb_each_other() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1");
    let other = Copier::begin(ana.commons.clone(), ana.state.path());
    let copied = ran(&ana).await;
    other.settle(Duration::from_secs(30)).await;
    assert_eq!(other.behind().trouble, None);
    let pulled = ana.commons.pull(copied).await.unwrap().pulled;
    assert_eq!(bare(&pulled.lines), bare(&ana.lines()));
}
