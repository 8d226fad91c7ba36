//! A console that follows a run which another process drives: it shows it, steers it from afar, and takes it up when
//! that process is gone.

use pointsman::app::{Attention, Effect, Event};
use pointsman::plan::event::{self, Answer, Decision, Outcome, Pause};
use pointsman::plan::progress::Progress;
use pointsman::plan::run::Ledger;
use pointsman::plan::{Action, Approval, Plan, StepId, playbook};

use super::desk::{Desk, EAST, WEST};

const BY: &str = "ben on bastion (process 71)";

/// A run that another console has begun, of which this one saw nothing yet.
fn begun() -> (Desk, Progress) {
    begun_with(|_| {})
}

fn begun_with(change: impl FnOnce(&mut Plan)) -> (Desk, Progress) {
    let mut other = Desk::degraded();
    let intent = pointsman::plan::Intent {
        playbook: pointsman::plan::Playbook::Failover,
        from: EAST.into(),
        to: WEST.into(),
    };
    let mut plan = playbook::plan(other.app.world(), &intent, other.now()).unwrap();
    change(&mut plan);
    let run = other.start(plan, String::new());
    let mut desk = Desk::degraded();
    desk.journal = other.journal.clone();
    (desk, run)
}

/// Another process writes the next line of its run.
fn follow(desk: &mut Desk, run: &mut Progress, event: &event::Event) {
    let receipt = desk.journal.append(&run.run, desk.now(), event).unwrap();
    run.apply(receipt.entry()).unwrap();
    let now = desk.now();
    desk.app.update(Event::Followed(Box::new(receipt.entry().clone())), now);
}

fn elsewhere(desk: &mut Desk, by: Option<&str>) {
    let now = desk.now();
    desk.app.update(Event::Elsewhere(by.map(str::to_owned)), now);
}

/// The console follows it from its first line on.
fn following() -> (Desk, Progress) {
    let (mut desk, run) = begun();
    elsewhere(&mut desk, Some(BY));
    let now = desk.now();
    for line in desk.journal.all().unwrap() {
        desk.app.update(Event::Followed(Box::new(line)), now);
    }
    (desk, run)
}

#[test]
fn a_second_person_approves_by_name_from_the_console_that_follows() {
    let (mut desk, mut run) = begun_with(|plan| {
        let of = "the promotion of every store".to_owned();
        plan.steps[0].action = Action::Approve(Approval { of, by: Vec::new() });
    });
    elsewhere(&mut desk, Some(BY));
    let now = desk.now();
    for line in desk.journal.all().unwrap() {
        desk.app.update(Event::Followed(Box::new(line)), now);
    }
    assert_eq!(desk.press("v"), []);
    desk.shows("no step waits for a person's word");
    let step = StepId(1);
    let intended = event::Event::Intended { step, attempt: 1, operation: None, endpoint: String::new() };
    follow(&mut desk, &mut run, &intended);
    assert_eq!(desk.press("v"), []);
    desk.shows("APPROVE  step 1");
    desk.shows("the promotion of every store");
    assert!(matches!(desk.press("enter").as_slice(), []), "Enter alone approves nothing");
    desk.write(WEST);
    let version = run.plan.version();
    assert_eq!(desk.press("enter"), [Effect::Approve { step, version }]);

    // Somebody else was faster: the question goes.
    desk.press("v");
    let approved = event::Event::Approved {
        step,
        who: "eva".to_owned(),
        host: "bastion-2".to_owned(),
        version: run.plan.version(),
    };
    follow(&mut desk, &mut run, &approved);
    desk.press("x");
    desk.shows("waits for nobody's word any more");
}

fn hold(desk: &mut Desk, run: &mut Progress) {
    let step = StepId(1);
    follow(desk, run, &event::Event::Intended { step, attempt: 1, operation: None, endpoint: String::new() });
    follow(desk, run, &event::Event::Recorded { step, at_risk: None, links: Vec::new() });
    let why = "recorded".to_owned();
    follow(desk, run, &event::Event::Ended { step, outcome: Outcome::Confirmed, why });
    let step = StepId(2);
    let operation = run.plan.step(step).unwrap().operation().cloned();
    let endpoint = WEST.to_owned();
    follow(desk, run, &event::Event::Intended { step, attempt: 1, operation, endpoint });
    follow(desk, run, &event::Event::Sent { step, attempt: 1, fence: None });
    let answer = Answer::Refused { code: "AccessDenied".to_owned(), trouble: super::desk::gone() };
    follow(desk, run, &event::Event::Answered { step, attempt: 1, answer });
    let why = "AccessDenied: not authorized".to_owned();
    follow(desk, run, &event::Event::Ended { step, outcome: Outcome::Refused, why });
}

#[test]
fn it_is_shown_read_for_and_steered_as_if_it_were_driven_here() {
    let (mut desk, mut run) = following();
    desk.shows("RUNNING");
    desk.shows("follows ben on bastion");
    assert_eq!(desk.app.attention(), Attention::Acting);
    assert_eq!(desk.app.followed(), Some(&run.run));
    assert_eq!(desk.press("P"), [Effect::Pause]);
    follow(&mut desk, &mut run, &event::Event::Paused { who: "ana".to_owned(), why: Pause::Asked });
    desk.shows("PAUSED");
    assert_eq!(desk.press("P"), [Effect::Resume]);
    follow(&mut desk, &mut run, &event::Event::Resumed { who: "ana".to_owned() });
    assert_eq!(desk.app.followed(), Some(&run.run), "a line of another process makes nothing drive here");

    hold(&mut desk, &mut run);
    desk.shows("You decide.");
    let step = StepId(2);
    assert_eq!(desk.press("r"), [Effect::Decide { step, decision: Decision::ReadAgain }]);
    desk.press("R");
    desk.write(WEST);
    assert_eq!(
        desk.press("enter"),
        [Effect::Decide { step, decision: Decision::Retry }],
        "the name is typed"
    );
    desk.press("i");
    desk.write("called ben");
    let text = "called ben".to_owned();
    assert_eq!(desk.press("enter"), [Effect::Note { run: run.run.clone(), text }]);
    assert_eq!(desk.press("q"), []);
    desk.shows("this console only follows it");
}

#[test]
fn a_driver_that_is_gone_is_said_and_the_run_may_be_taken_up() {
    let (mut desk, mut run) = following();
    hold(&mut desk, &mut run);
    desk.press("R");
    elsewhere(&mut desk, None);
    desk.shows("ben on bastion (process 71) drives it no more");
    desk.shows("WAS CUT OFF");
    desk.hides("RUNNING");
    desk.wait(1_000);
    assert_eq!(desk.press("j enter"), [], "what it may still send asks for the name");
    desk.write(WEST);
    let reads = desk.press("enter");
    let [Effect::Read(..)] = reads.as_slice() else { panic!("not read first: {reads:?}") };
    // Somebody else was faster.
    elsewhere(&mut desk, Some("eva on bastion (process 99)"));
    assert_eq!(desk.answer(&reads), [], "it is driven, so it is not taken up here");
}

#[test]
fn the_question_goes_when_somebody_else_has_taken_the_run_up() {
    let (mut desk, _run) = following();
    elsewhere(&mut desk, None);
    desk.shows("WAS CUT OFF");
    elsewhere(&mut desk, Some("eva on bastion (process 99)"));
    desk.hides("WAS CUT OFF");
    desk.shows("RUNNING");
}

#[test]
fn a_run_that_ended_as_its_driver_left_asks_nothing() {
    let (mut desk, mut run) = following();
    let decision = Decision::Abort { reason: "enough".to_owned() };
    follow(&mut desk, &mut run, &event::Event::Decided { step: StepId(1), decision, who: "ben".to_owned() });
    let summary = "aborted: enough".to_owned();
    follow(&mut desk, &mut run, &event::Event::Closed { end: event::End::Aborted, summary });
    elsewhere(&mut desk, None);
    desk.hides("WAS CUT OFF");
    desk.hides("RUNNING");
    assert_eq!(desk.app.followed(), None);
}

#[test]
fn a_line_that_comes_twice_counts_once() {
    let (mut desk, mut run) = following();
    follow(&mut desk, &mut run, &event::Event::Paused { who: "ana".to_owned(), why: Pause::Asked });
    let now = desk.now();
    for line in desk.journal.all().unwrap() {
        desk.app.update(Event::Followed(Box::new(line.clone())), now);
        desk.app.update(Event::Logged(Box::new(line)), now);
    }
    desk.hides("disagree");
    assert_eq!(desk.app.followed(), Some(&run.run));
}
