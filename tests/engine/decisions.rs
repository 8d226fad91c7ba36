//! What a person decides about a held step, and what the run does with it.

use std::sync::Arc;
use std::time::Duration;

use pointsman::ledger::memory::Journal;
use pointsman::model::reading::{ControlState, Source, TroubleKind};
use pointsman::plan::event::{Decision, End, Event};
use pointsman::plan::run::{self, Command, Ledger, Ports, WhenHeld};
use pointsman::plan::{Intent, Playbook, StepId, playbook};
use tokio::sync::mpsc;

use super::runs::{FAIL, SET, end, outcomes, why};
use super::shop::{EAST, Reply, Shop, WEST};
use super::stage::{Stage, WHO, start};

fn skip() -> Decision {
    skip_under(Some(WEST))
}

fn skip_under(typed: Option<&str>) -> Decision {
    Decision::Skip { reason: "catalog is read-only today".to_owned(), typed: typed.map(Into::into) }
}

fn abort() -> Decision {
    Decision::Abort { reason: "the Region is back".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_a_refusal_goes_on_to_the_end() {
    let stage = Stage::new().deciding([Decision::Retry]);
    stage.shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed));
    assert_eq!(progress.steps[&StepId(2)].attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn a_skipped_step_frees_what_depends_on_it() {
    let stage = Stage::new().deciding([skip()]);
    stage.shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::ConfirmedWithSkips));
    assert_eq!(outcomes(&progress), ["confirmed", "skipped", "confirmed", "confirmed"]);
    assert_eq!(why(&progress, 2), "catalog is read-only today");
}

/// Traffic would move to where the writer is not (law 7): the receiving Region's name must be typed for that.
#[tokio::test(start_paused = true)]
async fn a_writer_is_not_skipped_without_the_receiving_regions_name() {
    for typed in [None, Some(EAST)] {
        let stage = Stage::new().deciding([skip_under(typed)]);
        stage.shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
        let progress = stage.run(Playbook::Failover).await.unwrap();
        assert_eq!(outcomes(&progress), ["confirmed", "refused", "confirmed", "waiting"]);
        let refused = "- note maria: asked for skip and was refused: step 2: traffic would move to us-west-2 and its \
                       writer may not, so us-west-2 must be typed";
        assert!(stage.lines().contains(&refused.to_owned()), "{:#?}", stage.lines());
        assert_eq!(stage.shop.controls()[EAST], ControlState::On);
    }
}

/// Another version may have written such a skip: the traffic step still does not send.
#[tokio::test(start_paused = true)]
async fn traffic_never_moves_after_a_skip_that_named_no_region() {
    let stage = Stage::new();
    stage.shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let held = stage.run(Playbook::Failover).await.unwrap();
    let mut ledger = stage.journal.clone();
    let skipped = Event::Decided { step: StepId(2), decision: skip_under(None), who: WHO.to_owned() };
    ledger.append(&held.run, stage.shop.clock.now(), &skipped).unwrap();
    let progress = stage.resume(&held.run).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "skipped", "confirmed", "refused"]);
    assert_eq!(why(&progress, 4), "not sent: the writer of orders has not moved to us-west-2");
    assert_eq!(stage.shop.controls()[EAST], ControlState::On);
}

#[tokio::test(start_paused = true)]
async fn an_abort_ends_what_is_on_its_way_as_unknown() {
    let stage = Stage::new().deciding([abort()]);
    stage.shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Aborted));
    assert_eq!(outcomes(&progress)[2..], ["unknown", "waiting"]);
    assert_eq!(progress.closed.unwrap().2, "1 of 4 steps confirmed: the Region is back");
    assert_eq!(stage.shop.controls()[EAST], ControlState::On);
}

#[tokio::test(start_paused = true)]
async fn reading_again_proves_what_was_unknown() {
    let stage = Stage::new().deciding([Decision::ReadAgain]);
    let away = [EAST, WEST, "eu-west-1"].map(|r| Source::Endpoint(r.into()));
    stage.shop.replies(SET, [Reply::Dark(away.to_vec())]);
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(140)).await;
        for source in &away {
            shop.find(source);
        }
    });
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", stage.lines());
    let sends = stage.lines().iter().filter(|l| l.starts_with("2 sent")).count();
    assert_eq!(sends, stage.shop.written().len());
}

/// Whether a write left after the newest decision.
fn sent_since_decided(stage: &Stage) -> bool {
    let entries = stage.entries();
    let decided = entries.iter().rposition(|e| matches!(e.event, Event::Decided { .. })).unwrap();
    entries[decided..].iter().any(|e| matches!(e.event, Event::Sent { .. }))
}

/// To read again sends nothing, also where the write was lost and would have been sent again by itself.
#[tokio::test(start_paused = true)]
async fn reading_again_sends_nothing() {
    let stage = Stage::new().deciding([Decision::ReadAgain]);
    stage.shop.replies(SET, std::iter::repeat_n(Reply::Lose { took: false }, 500));
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "unknown"]);
    assert!(!sent_since_decided(&stage), "{:#?}", stage.lines());

    let stage = Stage::new().deciding([Decision::ReadAgain, Decision::Retry]);
    stage.shop.replies(SET, std::iter::repeat_n(Reply::Lose { took: false }, 20));
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert!(sent_since_decided(&stage), "a retry sends: {:#?}", stage.lines());
    assert!(progress.steps[&StepId(2)].attempts > 1);
}

#[tokio::test(start_paused = true)]
async fn reading_again_what_was_refused_changes_nothing_unless_it_is_so() {
    let stage = Stage::new().deciding([Decision::ReadAgain]);
    stage.shop.replies(SET, [Reply::Refuse(TroubleKind::Refused)]);
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "refused"]);
    assert_eq!(why(&progress, 2), "read again: 0 of 5 endpoints; us-east-1 says us-east-1 On");

    let stage = Stage::new().deciding([Decision::ReadAgain]);
    stage.shop.replies(SET, [Reply::Refuse(TroubleKind::Refused)]);
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_millis(2_500)).await;
        shop.set(EAST, ControlState::Off);
    });
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(stage.shop.written().len(), 1);
    assert!([Some(End::Confirmed), None].contains(&end(&progress)));
}

/// The first call took effect unseen: the retry reads it and sends nothing.
#[tokio::test(start_paused = true)]
async fn a_retry_of_a_promotion_reads_before_it_sends() {
    let stage = Stage::new().deciding([Decision::Retry]);
    let blind = [EAST, WEST].map(|r| Source::Aurora("orders".to_owned(), r.into()));
    stage.shop.replies(FAIL, [Reply::Dark(blind.to_vec())]);
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(245)).await;
        for source in &blind {
            shop.find(source);
        }
    });
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", stage.lines());
    assert!(
        stage.lines().contains(&"2 already so: writer us-west-2, available; nothing was sent".to_owned())
    );
    assert_eq!(stage.shop.written().len(), 3);
}

/// Without a reading a promotion is never sent twice.
#[tokio::test(start_paused = true)]
async fn a_retry_that_cannot_read_stays_unknown() {
    let stage = Stage::new().deciding([Decision::Retry]);
    let blind = [EAST, WEST].map(|r| Source::Aurora("orders".to_owned(), r.into()));
    stage.shop.replies(FAIL, [Reply::Dark(blind.to_vec())]);
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert_eq!(outcomes(&progress), ["confirmed", "unknown", "confirmed", "waiting"]);
    assert_eq!(
        why(&progress, 2),
        "not sent, because no reading vouches for it: RDS us-west-2 (orders): unreachable: as scripted"
    );
    assert_eq!(stage.shop.written().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_undo_sends_the_inverse_and_never_counts_as_confirmed() {
    let stage = Stage::new().deciding([Decision::Undo, abort()]);
    stage.shop.replies(SET, [Reply::Dark(vec![])]);
    let shop = stage.shop.clone();
    tokio::spawn(async move {
        shop.clock.sleep(Duration::from_secs(30)).await;
        shop.lose(Source::Metrics(WEST.into()));
    });
    let progress = stage.run(Playbook::Evacuate).await.unwrap();
    assert_eq!(end(&progress), Some(End::Aborted), "{:#?}", stage.lines());
    assert_eq!(outcomes(&progress), ["confirmed", "failed"]);
    assert_eq!(why(&progress, 2), "undone: 5 of 5 endpoints");
    assert_eq!(stage.shop.controls()[EAST], ControlState::On);
    assert_eq!(stage.shop.written().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_decided_is_refused_and_written_down() {
    let stage = Stage::new().deciding([Decision::Undo]);
    stage.shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let progress = stage.run(Playbook::Failover).await.unwrap();
    assert!(progress.is_open());
    let refused = "- note maria: asked for undo and was refused: step 2: there is nothing to undo".to_owned();
    assert!(stage.lines().contains(&refused), "{:#?}", stage.lines());
}

/// A stage whose commands the test sends itself.
pub(crate) struct Console {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) entries: mpsc::UnboundedReceiver<pointsman::plan::event::Entry>,
}

pub(crate) async fn console(
    shop: &Shop,
    journal: &Journal,
    playbook: Playbook,
    when_held: WhenHeld,
) -> (Console, impl Future<Output = pointsman::plan::progress::Progress>) {
    let world = shop.world().await;
    let intent = Intent { playbook, from: EAST.into(), to: WEST.into() };
    let plan = playbook::plan(&world, &intent, shop.clock.now()).unwrap();
    let mut ledger = journal.clone();
    let Ok(progress) = run::start(plan, start(), &mut ledger, &shop.clock) else { panic!("no start") };
    let (observe, observations) = mpsc::channel(64);
    let (commands, obeyed) = mpsc::channel(16);
    let (tell, entries) = mpsc::unbounded_channel();
    let sampler = tokio::spawn(shop.clone().sample(observe));
    let ports = Ports {
        actuator: Arc::new(shop.clone()),
        ledger: Box::new(journal.clone()),
        clock: shop.clock.clone(),
        observations,
        commands: obeyed,
        inboxes: Vec::new(),
        entries: tell,
        when_held,
    };
    let driven = async move {
        let progress = run::drive(progress, world, ports).await.unwrap();
        sampler.abort();
        progress
    };
    (Console { commands, entries }, driven)
}

#[tokio::test(start_paused = true)]
async fn a_pause_lets_nothing_new_start() {
    let (shop, journal) = (Shop::new(), Journal::new());
    let (mut console, driven) = console(&shop, &journal, Playbook::Failover, WhenHeld::Wait).await;
    let who = WHO.to_owned();
    let operator = async {
        while let Some(entry) = console.entries.recv().await {
            if matches!(entry.event, Event::Sent { step: StepId(3), .. }) {
                break;
            }
        }
        console.commands.send(Command::Pause { who: who.clone() }).await.unwrap();
        shop.clock.sleep(Duration::from_mins(20)).await;
        let before = shop.written().len();
        console.commands.send(Command::Resume { who }).await.unwrap();
        while console.entries.recv().await.is_some() {}
        before
    };
    let (progress, before) = tokio::join!(driven, operator);
    assert_eq!(before, 2, "the promotions were proved, and traffic waited");
    assert_eq!(end(&progress), Some(End::Confirmed));
}

#[tokio::test(start_paused = true)]
async fn an_abort_needs_no_held_step() {
    let (shop, journal) = (Shop::new(), Journal::new());
    let (mut console, driven) = console(&shop, &journal, Playbook::Failover, WhenHeld::Wait).await;
    let operator = async {
        while let Some(entry) = console.entries.recv().await {
            if matches!(entry.event, Event::Sent { step: StepId(3), .. }) {
                break;
            }
        }
        let reason = "a false alarm".to_owned();
        console.commands.send(Command::Abort { who: WHO.to_owned(), reason }).await.unwrap();
        while console.entries.recv().await.is_some() {}
    };
    let (progress, ()) = tokio::join!(driven, operator);
    assert_eq!(end(&progress), Some(End::Aborted));
    assert_eq!(outcomes(&progress), ["confirmed", "unknown", "unknown", "waiting"]);
    let answered =
        journal.all().unwrap().iter().filter(|e| matches!(e.event, Event::Answered { .. })).count();
    assert_eq!(answered, 2, "every write that left has its answer in the journal");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_left_can_still_be_paused_and_then_returns() {
    let (shop, journal) = (Shop::new(), Journal::new());
    let (mut console, driven) = console(&shop, &journal, Playbook::Failover, WhenHeld::Wait).await;
    let operator = async {
        while let Some(entry) = console.entries.recv().await {
            if matches!(entry.event, Event::Sent { step: StepId(3), .. }) {
                break;
            }
        }
        console.commands.send(Command::Leave).await.unwrap();
        console.commands.send(Command::Pause { who: WHO.to_owned() }).await.unwrap();
        while console.entries.recv().await.is_some() {}
    };
    let (progress, ()) = tokio::join!(driven, operator);
    assert!(progress.paused && progress.is_open());
    assert_eq!(shop.written().len(), 2, "the promotions were proved, and traffic stays where it is");
    assert_eq!(outcomes(&progress), ["confirmed", "confirmed", "confirmed", "waiting"]);
    drop(console.commands);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_left_returns_at_its_next_hold() {
    let (shop, journal) = (Shop::new(), Journal::new());
    shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let (console, driven) = console(&shop, &journal, Playbook::Failover, WhenHeld::Wait).await;
    console.commands.send(Command::Leave).await.unwrap();
    assert!(driven.await.is_open());
    drop(console.commands);
}

#[tokio::test(start_paused = true)]
async fn without_anyone_to_ask_a_held_run_returns() {
    let (shop, journal) = (Shop::new(), Journal::new());
    shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let (console, driven) = console(&shop, &journal, Playbook::Failover, WhenHeld::StopThere).await;
    let progress = driven.await;
    assert_eq!(outcomes(&progress), ["confirmed", "refused", "confirmed", "waiting"]);
    drop(console);
}
