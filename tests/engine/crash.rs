//! A run that is cut off after any line reaches the same end as one that is not, with no write that the plan did
//! not hold and none sent twice unless it is an idempotent set.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use pointsman::ledger::memory::Journal;
use pointsman::model::reading::TroubleKind;
use pointsman::plan::Playbook;
use pointsman::plan::event::{Decision, End, Event, Outcome};
use pointsman::plan::operation::Operation;
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::run::{self, Ledger};

use super::runs::{FAIL, SET, SWITCH, end, outcomes};
use super::shop::{Reply, Shop, WEST};
use super::stage::{Stage, WHO, was_full};

/// What the shop meets on the way.
type Script = fn(&Shop);

fn nothing(_: &Shop) {}

fn losses(shop: &Shop) {
    shop.replies(FAIL, [Reply::Lose { took: true }, Reply::Lose { took: false }]);
    shop.replies(SET, [Reply::NotSent(TroubleKind::Throttled), Reply::Lose { took: true }]);
}

fn throttles(shop: &Shop) {
    let throttled = || std::iter::repeat_n(Reply::NotSent(TroubleKind::Throttled), 2);
    shop.replies(SWITCH, throttled());
    shop.replies(SET, throttled());
}

/// Whether the write that left last takes effect when the process ends right after its line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Last {
    Takes,
    IsLost,
}

/// A lost promotion is sent again by a person only; each one does so at once.
fn retries() -> [Decision; 4] {
    [const { Decision::Retry }; 4]
}

/// Cuts a run off after each of its lines in turn.
async fn cut_everywhere(playbook: Playbook, script: Script, last: Last) {
    let whole = Stage::new().deciding(retries());
    script(&whole.shop);
    let progress = whole.run(playbook.clone()).await.unwrap();
    assert_eq!(end(&progress), Some(End::Confirmed), "{:#?}", whole.lines());
    let lines = whole.entries().len();
    for cut in 1..lines {
        cut_at(playbook.clone(), script, last, cut).await;
    }
}

async fn cut_at(playbook: Playbook, script: Script, last: Last, cut: usize) {
    let stage = Stage::on(Shop::new(), Journal::with_room_for(cut)).deciding(retries());
    script(&stage.shop);
    if last == Last::IsLost {
        stage.shop.end_at(Some(u64::try_from(cut).unwrap()));
    }
    let stopped = stage.run(playbook.clone()).await.expect_err("the journal is full before the end");
    assert!(was_full(&stopped), "cut after {cut}: {stopped}");
    let run = stopped.progress.run.clone();

    stage.shop.end_at(None);
    stage.shop.clock.sleep(Duration::from_secs(45)).await;
    let taken_up = Stage::on(stage.shop.clone(), stage.journal.cut_after(cut)).deciding(retries());
    let progress = taken_up.resume(&run).await.unwrap();
    let story = || format!("{last:?}, cut after {cut}: {:#?}", taken_up.lines());
    assert_eq!(end(&progress), Some(End::Confirmed), "{}", story());
    assert!(outcomes(&progress).iter().all(|o| o == "confirmed"), "{}", story());
    assert_eq!(
        taken_up.shop.writer("orders").as_str(),
        if playbook == Playbook::Evacuate { "us-east-1" } else { WEST }
    );
    writes_are_of_the_plan(&taken_up, &progress, &story());
    every_line_has_its_outcome(&taken_up, &story());
    assert_eq!(Progress::replay(&taken_up.entries()).unwrap(), progress, "{}", story());
}

fn writes_are_of_the_plan(stage: &Stage, progress: &Progress, story: &str) {
    let planned: Vec<&Operation> = progress.plan.steps.iter().filter_map(|s| s.operation()).collect();
    let mut took: BTreeMap<String, usize> = BTreeMap::new();
    for write in stage.shop.written() {
        assert!(planned.contains(&&write.operation), "{} is not in the plan; {story}", write.operation);
        if write.took && !write.operation.is_idempotent() {
            *took.entry(write.operation.to_string()).or_default() += 1;
        }
    }
    assert!(took.values().all(|times| *times == 1), "{took:?}; {story}");
}

fn every_line_has_its_outcome(stage: &Stage, story: &str) {
    let entries = stage.entries();
    let sent = entries.iter().filter(|e| matches!(e.event, Event::Sent { .. })).count();
    let answered = entries.iter().filter(|e| matches!(e.event, Event::Answered { .. })).count();
    assert_eq!(sent, answered, "{story}");
    let seen = stage.shop.written().len();
    assert!(seen <= sent, "{seen} writes and {sent} lines; {story}");
    assert!(stage.journal.verify().is_ok(), "{story}");
}

#[tokio::test(start_paused = true)]
async fn a_failover_cut_off_anywhere_ends_the_same() {
    cut_everywhere(Playbook::Failover, nothing, Last::Takes).await;
}

#[tokio::test(start_paused = true)]
async fn a_failover_whose_last_write_is_lost_with_the_process_ends_the_same() {
    cut_everywhere(Playbook::Failover, nothing, Last::IsLost).await;
}

#[tokio::test(start_paused = true)]
async fn a_faulted_failover_cut_off_anywhere_ends_the_same() {
    cut_everywhere(Playbook::Failover, losses, Last::Takes).await;
    cut_everywhere(Playbook::Failover, losses, Last::IsLost).await;
}

#[tokio::test(start_paused = true)]
async fn a_throttled_switchover_cut_off_anywhere_ends_the_same() {
    cut_everywhere(Playbook::Switchover, throttles, Last::Takes).await;
    cut_everywhere(Playbook::Switchover, throttles, Last::IsLost).await;
}

#[tokio::test(start_paused = true)]
async fn an_evacuation_cut_off_anywhere_ends_the_same() {
    cut_everywhere(Playbook::Evacuate, nothing, Last::Takes).await;
    cut_everywhere(Playbook::Evacuate, nothing, Last::IsLost).await;
}

/// A host whose clock was set back while the run was cut off: what the journal tells is still the past.
#[tokio::test(start_paused = true)]
async fn a_run_is_taken_up_on_a_clock_that_was_set_back() {
    for cut in 2..20 {
        let stage = Stage::on(Shop::new(), Journal::with_room_for(cut));
        let stopped = stage.run(Playbook::Failover).await.unwrap_err();
        let mut shop = stage.shop.clone();
        shop.set_back(SignedDuration::from_hours(1));
        let taken_up = Stage::on(shop, stage.journal.cut_after(cut)).deciding(retries());
        let progress = taken_up.resume(&stopped.progress.run).await.unwrap();
        assert_eq!(end(&progress), Some(End::Confirmed), "cut after {cut}: {:#?}", taken_up.lines());
        let says = |line: &String| line.contains("the clock stands") && line.contains("it was set back");
        assert_eq!(taken_up.lines().iter().filter(|line| says(line)).count(), 1, "cut after {cut}");
        let resumed = progress.resumed.unwrap();
        let took = progress.closed.unwrap().0.duration_since(resumed);
        assert!(took < SignedDuration::from_mins(15), "cut after {cut}: {took:?}");
    }
}

/// A hold, a decision and a pause survive too.
#[tokio::test(start_paused = true)]
async fn a_held_run_is_still_held_after_it_was_cut_off() {
    let stage = Stage::new();
    stage.shop.replies(FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let held = stage.run(Playbook::Failover).await.unwrap();
    let again = stage.resume(&held.run).await.unwrap();
    assert_eq!(outcomes(&again), outcomes(&held));
    let goes_on = Stage::on(stage.shop.clone(), stage.journal.clone());
    let mut ledger = goes_on.journal.clone();
    let who = WHO.to_owned();
    let step = again.held()[0];
    let decided = Event::Decided { step, decision: Decision::Retry, who };
    ledger.append(&again.run, goes_on.shop.clock.now(), &decided).unwrap();
    let ended = goes_on.resume(&again.run).await.unwrap();
    assert_eq!(end(&ended), Some(End::Confirmed));
}

/// An abort that was decided before the cut is carried out after it, and nothing more is sent.
#[tokio::test(start_paused = true)]
async fn an_abort_survives_the_cut() {
    let stage = Stage::on(Shop::new(), Journal::with_room_for(8));
    let stopped = stage.run(Playbook::Failover).await.unwrap_err();
    let run = stopped.progress.run.clone();
    let mut ledger = stage.journal.cut_after(8);
    let decision = Decision::Abort { reason: "a false alarm".to_owned() };
    let step = pointsman::plan::StepId(2);
    let decided = Event::Decided { step, decision, who: WHO.to_owned() };
    ledger.append(&run, stage.shop.clock.now(), &decided).unwrap();
    let before = stage.shop.written();
    let taken_up = Stage::on(stage.shop.clone(), ledger);
    let progress = taken_up.resume(&run).await.unwrap();
    assert_eq!(end(&progress), Some(End::Aborted));
    assert_eq!(outcomes(&progress), ["confirmed", "unknown", "unknown", "waiting"]);
    assert_eq!(stage.shop.written(), before);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_cut_off_can_be_closed_without_sending() {
    for cut in 1..18 {
        let stage = Stage::on(Shop::new(), Journal::with_room_for(cut));
        let stopped = stage.run(Playbook::Failover).await.unwrap_err();
        let before = stage.shop.written();
        let mut ledger = stage.journal.cut_after(cut);
        let entries = ledger.entries(&stopped.progress.run).unwrap();
        let Ok(closed) = run::close(&entries, (WHO, "taken over by hand"), &mut ledger, &stage.shop.clock)
        else {
            panic!("cut after {cut}: it was not closed");
        };
        assert_eq!(end(&closed), Some(End::Aborted), "cut after {cut}");
        let settled = |s: &StepState| matches!(s, StepState::Waiting | StepState::Done(_));
        assert!(closed.steps.values().all(|s| settled(&s.state)), "cut after {cut}: {:?}", outcomes(&closed));
        let sent = closed.steps.values().filter(|s| s.sent.is_some());
        assert!(sent.into_iter().all(|s| s.state != StepState::Done(Outcome::Failed)), "cut after {cut}");
        assert_eq!(stage.shop.written(), before);
    }
}
