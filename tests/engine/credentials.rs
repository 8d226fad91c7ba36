//! Credentials that end while a run is in flight: it pauses, nothing is lost or sent twice, and it says how to go on.

use std::time::Duration;

use pointsman::ledger::memory::Journal;
use pointsman::model::reading::TroubleKind;
use pointsman::plan::event::{End, Event};
use pointsman::plan::run::{Command, WhenHeld};
use pointsman::plan::{Playbook, StepId};

use super::decisions::{Console, console};
use super::runs::{SET, end, outcomes};
use super::shop::{Reply, Shop};
use super::stage::{Stage, WHO};

/// Follows the run to the first event that fits.
async fn wait_for(console: &mut Console, fits: impl Fn(&Event) -> bool) -> Event {
    loop {
        let entry = console.entries.recv().await.expect("the run has ended before that");
        if fits(&entry.event) {
            return entry.event;
        }
    }
}

fn is_note(event: &Event) -> bool {
    matches!(event, Event::Noted { .. })
}

#[tokio::test(start_paused = true)]
async fn a_run_pauses_while_there_are_no_credentials_and_goes_on_when_a_person_says_so() {
    let (shop, journal) = (Shop::new(), Journal::new());
    let (mut console, driven) = console(&shop, &journal, Playbook::Failover, WhenHeld::Wait).await;
    let operator = async {
        wait_for(&mut console, |event| matches!(event, Event::Answered { step: StepId(3), .. })).await;
        shop.expire(true);
        let paused = wait_for(&mut console, |event| matches!(event, Event::Paused { .. })).await;
        let why = "by pointsman: credentials: expired: as scripted. Renew them, then resume the run";
        assert_eq!(paused.detail(), why);
        shop.clock.sleep(Duration::from_mins(30)).await;
        let before = shop.written().len();
        shop.expire(false);
        let note = wait_for(&mut console, is_note).await;
        assert_eq!(
            note.detail(),
            "pointsman: the credentials are renewed: the run can go on when it is resumed"
        );
        shop.clock.sleep(Duration::from_mins(5)).await;
        assert_eq!(shop.written().len(), before, "it goes on only when a person says so");
        console.commands.send(Command::Resume { who: WHO.to_owned() }).await.unwrap();
        while let Some(entry) = console.entries.recv().await {
            assert!(!is_note(&entry.event), "it is said once: {}", entry.event);
        }
        before
    };
    let (progress, before) = tokio::join!(driven, operator);
    assert_eq!(before, 2, "both promotions had left");
    assert_eq!(end(&progress), Some(End::Confirmed));
    assert_eq!(shop.written().len(), 3, "each write is sent once");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_nobody_could_sign_waits_and_is_sent_after_the_renewal() {
    let stage = Stage::new();
    stage.shop.replies(SET, [Reply::NotSent(TroubleKind::Expired)]);
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "Intended"]);
    assert!(progress.is_open() && progress.paused);
    assert_eq!(
        progress.why_paused.text(),
        "credentials: a write was turned away for them. Renew them, then resume the run"
    );
    assert_eq!(stage.shop.written().len(), 1);
    let progress = stage.resume(&progress.run).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", stage.lines());
    assert_eq!(stage.shop.written().iter().filter(|write| write.took).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn resuming_without_a_renewal_pauses_again_and_sends_nothing() {
    let (shop, journal) = (Shop::new(), Journal::new());
    let (mut console, driven) = console(&shop, &journal, Playbook::Failover, WhenHeld::Wait).await;
    let operator = async {
        wait_for(&mut console, |event| matches!(event, Event::Answered { step: StepId(3), .. })).await;
        shop.expire(true);
        for _ in 0..3 {
            wait_for(&mut console, |event| matches!(event, Event::Paused { .. })).await;
            console.commands.send(Command::Resume { who: WHO.to_owned() }).await.unwrap();
        }
        wait_for(&mut console, |event| matches!(event, Event::Paused { .. })).await;
        let before = shop.written().len();
        console.commands.send(Command::Leave).await.unwrap();
        while console.entries.recv().await.is_some() {}
        before
    };
    let (progress, before) = tokio::join!(driven, operator);
    assert_eq!((before, shop.written().len()), (2, 2));
    assert!(progress.is_open() && progress.paused, "whoever has left finds it paused");
}
