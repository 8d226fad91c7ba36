//! A run on the screen: its mode, its holds, what is asked before one leaves, and one that was cut off.

use pointsman::app::{Attention, Effect, Event};
use pointsman::plan::event::{self, Answer, Decision, Outcome, Pause};
use pointsman::plan::progress::Progress;
use pointsman::plan::run::Ledger;
use pointsman::plan::{Plan, StepId};

use super::desk::{Desk, WEST};

/// A failover is in flight.
fn running() -> (Desk, Progress) {
    let mut desk = Desk::degraded().armed().asked();
    let plan = confirmed(&mut desk);
    let run = desk.start(plan, String::new());
    (desk, run)
}

fn confirmed(desk: &mut Desk) -> Plan {
    desk.write(WEST);
    let reads = desk.press("enter");
    match desk.answer(&reads).as_slice() {
        [Effect::Start { plan, .. }] => plan.as_ref().clone(),
        other => panic!("not begun: {other:?}"),
    }
}

/// The first promotion is refused, so the run holds.
fn held() -> (Desk, Progress) {
    let (mut desk, mut run) = running();
    let step = StepId(1);
    desk.log(
        &mut run,
        &event::Event::Intended { step, attempt: 1, operation: None, endpoint: String::new() },
    );
    desk.log(&mut run, &event::Event::Recorded { step, at_risk: None, links: Vec::new() });
    desk.log(&mut run, &ended(1, Outcome::Confirmed, "recorded"));
    let step = StepId(2);
    let operation = run.plan.step(step).unwrap().operation().cloned();
    let endpoint = WEST.to_owned();
    desk.log(&mut run, &event::Event::Intended { step, attempt: 1, operation, endpoint });
    desk.log(&mut run, &event::Event::Sent { step, attempt: 1, fence: None });
    let answer = Answer::Refused { code: "AccessDenied".to_owned(), trouble: super::desk::gone() };
    desk.log(&mut run, &event::Event::Answered { step, attempt: 1, answer });
    desk.log(&mut run, &ended(2, Outcome::Refused, "AccessDenied: not authorized"));
    (desk, run)
}

fn ended(step: u16, outcome: Outcome, why: &str) -> event::Event {
    event::Event::Ended { step: StepId(step), outcome, why: why.to_owned() }
}

#[test]
fn a_run_in_flight_is_said_read_for_and_asked_about_before_one_leaves() {
    let (mut desk, _run) = running();
    desk.shows("RUNNING");
    assert_eq!(desk.app.attention(), Attention::Acting);
    assert_eq!(desk.press("q"), []);
    desk.shows("is in flight");
    assert_eq!(desk.press("enter"), [], "Stay has the focus");
    assert_eq!(desk.press("q tab enter"), [Effect::Quit]);
}

#[test]
fn a_run_is_paused_at_once_and_let_go_on() {
    let (mut desk, mut run) = running();
    assert_eq!(desk.press("P"), [Effect::Pause]);
    desk.log(&mut run, &event::Event::Paused { who: "maria".to_owned(), why: Pause::Asked });
    assert_eq!(desk.press("P"), [Effect::Resume]);
}

#[test]
fn a_held_step_is_read_again_skipped_with_a_reason_or_ended() {
    let (mut desk, _run) = held();
    desk.shows("refused");
    let step = StepId(2);
    assert_eq!(desk.press("r"), [Effect::Decide { step, decision: Decision::ReadAgain }]);

    let (mut desk, _run) = held();
    assert_eq!(desk.press("s enter"), [], "a reason is needed");
    desk.write("by hand");
    assert_eq!(desk.press("enter"), [], "traffic may then move without the writer, so the name is typed too");
    desk.shows("Type the Region that RECEIVES");
    desk.write(WEST);
    let skip = Decision::Skip { reason: "by hand".to_owned(), typed: Some(WEST.into()) };
    assert_eq!(desk.press("enter"), [Effect::Decide { step, decision: skip }]);

    let (mut desk, _run) = held();
    desk.press("x");
    desk.write("enough");
    let reason = "enough".to_owned();
    assert_eq!(desk.press("enter"), [Effect::Decide { step, decision: Decision::Abort { reason } }]);
}

#[test]
fn a_run_that_nobody_drives_any_more_is_said_and_nothing_is_running() {
    let (mut desk, _run) = running();
    let now = desk.now();
    desk.app.update(Event::Stopped { why: "the disk is full".to_owned() }, now);
    desk.shows("the disk is full");
    assert!(!desk.app.is_running());
    desk.press("esc");
    desk.hides("RUNNING");
}

/// A console that starts and finds the run of another one.
fn found() -> (Desk, Progress) {
    let (old, run) = held();
    let mut desk = Desk::degraded();
    desk.journal = old.journal.clone();
    let lines = desk.journal.entries(&run.run).unwrap();
    desk.app.remember(lines, Some(run.clone()));
    desk.wait(1_000);
    (desk, run)
}

#[test]
fn a_run_that_was_cut_off_is_asked_about_first_and_looked_at_by_default() {
    let (mut desk, run) = found();
    desk.shows("WAS CUT OFF");
    desk.shows("Look first");
    assert!(!desk.app.is_running());
    assert_eq!(desk.press("enter"), [], "looking sends nothing");
    desk.hides("WAS CUT OFF");
    // It is asked about again, and no other playbook begins beside it.
    assert_eq!(desk.press("a"), []);
    desk.shows("WAS CUT OFF");
    let reason = "closed at the next start".to_owned();
    assert_eq!(desk.press("j j enter"), [Effect::Close { run: run.run, reason }]);
}

#[test]
fn a_run_that_was_cut_off_is_taken_up_by_name_only_and_after_reading() {
    let (mut desk, run) = found();
    assert_eq!(desk.press("j enter"), [], "what it may still send asks for the name");
    desk.shows("Type the Region that RECEIVES");
    assert_eq!(desk.press("enter"), []);
    desk.write(WEST);
    let reads = desk.press("enter");
    assert!(matches!(reads.as_slice(), [Effect::Read(..)]), "{reads:?}");
    assert_eq!(desk.answer(&reads), [Effect::TakeUp(run.run)]);
}
