//! Arming, leaving, and decisions about held steps.

use pointsman::plan::event::{Awaited, Decision, Outcome};
use pointsman::plan::operation::{Operation, Signal, SsmRun};
use pointsman::plan::progress::StepState;
use pointsman::plan::{Action, Playbook, StepId};
use pointsman::ui::dialog::{Dialog, Request};
use pointsman::ui::key::Input;

use super::bench::{Bench, EAST, WEST};
use crate::fixture::State;

/// A run of three steps that holds at its last, the routing step, of which nothing is known.
fn held(environment: &str) -> Bench {
    let mut bench = Bench::in_environment(environment);
    let plan = bench.plan(Playbook::Failover);
    assert_eq!(plan.steps.len(), 4);
    let confirmed = [1, 2, 3].map(|step| (step, Outcome::Confirmed));
    bench.run_with(plan, &[confirmed.as_slice(), &[(4, Outcome::Unknown)]].concat());
    bench
}

fn decided(decision: Decision) -> Request {
    Request::Decide { step: StepId(4), decision }
}

#[test]
fn arming_needs_the_other_button() {
    let mut bench = Bench::new();
    bench.press(0, "A");
    assert_eq!(bench.press(100, "enter"), None, "too early");
    assert!(bench.view.dialog.is_some());
    assert_eq!(bench.press(500, "enter"), None, "the focus is on Cancel");
    assert_eq!(bench.view.dialog, None);

    bench.press(1_000, "A");
    bench.press(1_400, "tab");
    assert_eq!(bench.press(1_800, "enter"), Some(Request::Arm { reason: String::new() }));
    assert_eq!(bench.view.dialog, None);
    bench.arm();
    assert_eq!(bench.press(3_000, "A"), Some(Request::Disarm), "A again disarms at once");
}

#[test]
fn production_asks_for_a_reason() {
    let mut bench = Bench::in_environment("production");
    bench.press(0, "A");
    assert_eq!(bench.press(1_000, "enter"), None);
    bench.type_word(1_100, 100, "..");
    assert_eq!(bench.press(1_500, "enter"), None, "dots are no reason");
    assert!(bench.text().contains("production asks for a reason"));
    bench.input(2_000, &Input::Paste(" INC-4711 canaries\n".to_owned()));
    let armed = bench.press(3_000, "enter");
    assert_eq!(armed, Some(Request::Arm { reason: "..INC-4711 canaries".to_owned() }));
    assert_eq!(bench.view.reason, "..INC-4711 canaries", "it goes into what is confirmed later");
}

#[test]
fn unarmed_the_list_leads_to_arming() {
    let mut bench = Bench::new();
    bench.press(0, "a");
    assert!(bench.text().contains("Watching: press A to arm first"), "{}", bench.text());
    assert_eq!(bench.press(1_000, "enter"), None);
    assert!(matches!(bench.view.dialog, Some(Dialog::Arm(_))));
    bench.press(1_500, "tab");
    assert_eq!(bench.press(2_000, "enter"), Some(Request::Arm { reason: String::new() }));
    assert!(matches!(bench.view.dialog, Some(Dialog::Act(_))), "and from there back to the list");
    bench.arm();
    assert_eq!(bench.press(2_100, "enter"), None, "that Enter was meant for before");
    assert!(matches!(bench.press(2_500, "enter"), Some(Request::OpenSheet(_))));
}

#[test]
fn leaving_is_asked_only_while_a_run_is_in_flight() {
    assert_eq!(Bench::new().press(0, "q"), Some(Request::Quit));

    let mut bench = held("simulated");
    assert_eq!(bench.press(0, "q"), None);
    assert!(bench.text().contains("Run 3f9a holds at step 4."), "{}", bench.text());
    assert_eq!(bench.press(1_000, "enter"), None, "the focus is on Stay");
    assert_eq!(bench.view.dialog, None);
    bench.press(2_000, "q");
    bench.press(2_500, "right");
    assert_eq!(bench.press(3_000, "enter"), Some(Request::Quit));
}

#[test]
fn ctrl_c_first_leaves_the_dialog_then_asks_then_leaves() {
    let mut bench = Bench::new();
    bench.press(0, "a");
    assert_eq!(bench.press(1_000, "ctrl-c"), None);
    assert_eq!(bench.view.dialog, None);
    assert_eq!(bench.press(2_000, "ctrl-c"), None);
    assert!(matches!(bench.view.dialog, Some(Dialog::Quit(_))));
    assert_eq!(bench.press(3_000, "ctrl-c"), Some(Request::Quit));
}

#[test]
fn esc_never_leaves_the_program() {
    let mut bench = Bench::new();
    bench.press(0, "z");
    bench.press(100, "f");
    for ms in 1..20 {
        assert_eq!(bench.press(1_000 * ms, "esc"), None);
    }
    assert!(!bench.view.zoomed && bench.view.still.is_none());
    bench.press(30_000, "ctrl-c");
    assert_eq!(bench.press(31_000, "esc"), None, "not in the question whether to leave either");
}

#[test]
fn reading_again_needs_no_question() {
    assert_eq!(held("production").press(0, "r"), Some(decided(Decision::ReadAgain)));
}

#[test]
fn skip_and_abort_want_a_reason() {
    let reason = "seen in DNS".to_owned();
    let skip = Decision::Skip { reason: reason.clone(), typed: None };
    for (key, decision) in [("s", skip), ("x", Decision::Abort { reason })] {
        let mut bench = held("simulated");
        bench.press(0, key);
        assert_eq!(bench.press(1_000, "enter"), None);
        let last = bench.type_word(1_100, 100, "seen in DNS");
        let asked = bench.press(last + 100, "enter");
        assert_eq!(asked, Some(decided(decision)), "{key}");
    }
}

#[test]
fn what_sends_wants_the_receiving_name_in_every_environment() {
    for environment in ["production", "simulated", "test"] {
        let mut bench = held(environment);
        bench.press(0, "R");
        bench.press(500, "tab");
        assert_eq!(bench.press(1_000, "enter"), None, "{environment}: no button sends");
        let last = bench.type_word(2_000, 100, WEST);
        assert_eq!(bench.press(last + 100, "enter"), Some(decided(Decision::Retry)), "{environment}");
    }
}

#[test]
fn what_would_get_traffic_is_shown_with_its_health_and_the_writers() {
    let mut bench = Bench::of("simulated", State::Degraded);
    let plan = bench.plan(Playbook::Failover);
    bench.run_with(
        plan,
        &[(1, Outcome::Confirmed), (2, Outcome::Confirmed), (3, Outcome::Confirmed), (4, Outcome::Unknown)],
    );
    bench.press(0, "U");
    let text = bench.text().replace('\n', " ");
    let words = text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    assert!(words.contains("us-east-1 would get traffic: it is bad"), "{words}");
    assert!(words.contains("orders writes in us-east-1"), "{words}");
}

/// A run that holds at the promotion of its first store; traffic waits for it.
fn held_at_a_writer() -> Bench {
    let mut bench = Bench::new();
    let plan = bench.plan(Playbook::Failover);
    bench.run_with(plan, &[(1, Outcome::Confirmed), (2, Outcome::Failed)]);
    bench
}

#[test]
fn to_skip_a_writer_wants_a_reason_and_the_name_of_who_receives() {
    let mut bench = held_at_a_writer();
    bench.press(0, "s");
    let last = bench.type_word(1_000, 60, "read-only");
    assert_eq!(bench.press(last + 100, "enter"), None);
    assert!(bench.text().contains("Type the Region that RECEIVES"), "{}", bench.text());
    assert_eq!(bench.press(last + 1_000, "enter"), None);
    let named = bench.type_word(last + 2_000, 100, WEST);
    let decision = Decision::Skip { reason: "read-only".to_owned(), typed: Some(WEST.into()) };
    let asked = bench.press(named + 100, "enter");
    assert_eq!(asked, Some(Request::Decide { step: StepId(2), decision }));
}

#[test]
fn a_burst_a_held_key_and_an_early_enter_give_no_reason() {
    let mut bench = held_at_a_writer();
    bench.press(0, "s");
    let last = bench.type_word(1, 1, "kip all of it");
    assert_eq!(bench.press(last + 1, "enter"), None);
    assert!(matches!(bench.view.dialog, Some(Dialog::Decide(_))));
    assert_eq!(bench.press(2_000, "enter"), None);
    assert!(bench.text().contains("one burst"), "{}", bench.text());

    let mut bench = held("simulated");
    bench.press(0, "x");
    for ms in 1..60 {
        assert_eq!(bench.press(ms * 30, "x"), None);
    }
    assert_eq!(bench.press(4_000, "enter"), None, "one letter is no reason");
    bench.input(5_000, &Input::Paste("INC-4711".to_owned()));
    assert_eq!(bench.press(5_010, "enter"), None, "that Enter came with the paste");
    assert!(matches!(bench.press(6_000, "enter"), Some(Request::Decide { .. })));
}

#[test]
fn an_undo_gives_back_to_the_region_that_left() {
    let mut bench = held("production");
    bench.press(0, "U");
    let last = bench.type_word(1_000, 100, WEST);
    match bench.press(last + 100, "enter") {
        Some(Request::RefusedConfirmation { why, .. }) => {
            assert_eq!(why, "undo of step 4: typed `us-west-2`, but `us-east-1` receives");
        }
        other => panic!("not refused: {other:?}"),
    }
    let last = bench.type_word(9_000, 100, EAST);
    assert_eq!(bench.press(last + 100, "enter"), Some(decided(Decision::Undo)));
}

#[test]
fn a_step_that_is_no_longer_held_is_not_decided() {
    let mut bench = held("simulated");
    bench.press(0, "s");
    bench.type_word(1_000, 50, "seen in DNS");
    bench.run.as_mut().unwrap().steps.get_mut(&StepId(4)).unwrap().state =
        pointsman::plan::progress::StepState::Done(Outcome::Confirmed);
    assert_eq!(bench.press(5_000, "enter"), None);
    assert!(bench.text().contains("no longer held"));
}

#[test]
fn pause_works_from_any_pane_and_while_frozen() {
    let mut bench = held("simulated");
    bench.press(0, "f");
    assert_eq!(bench.press(1_000, "P"), Some(Request::Pause));
    assert_eq!(bench.view.still, None);
    bench.run.as_mut().unwrap().paused = true;
    assert_eq!(bench.press(2_000, "P"), Some(Request::Resume));
}

#[test]
fn a_key_that_acts_first_unfreezes() {
    let mut bench = Bench::new().armed();
    bench.press(0, "f");
    assert_eq!(bench.press(1_000, "a"), None);
    assert_eq!((bench.view.still, &bench.view.dialog), (None, &None));
    bench.press(2_000, "a");
    assert!(bench.view.dialog.is_some());
}

#[test]
fn a_run_that_was_cut_off_is_taken_up_or_closed_by_the_same_key() {
    let mut bench = held("simulated");
    bench.console.mode = pointsman::ui::Mode::Watch;
    for key in ["R", "s", "P", "A", "r"] {
        assert_eq!(bench.press(0, key), None);
        assert!(bench.text().contains("cut off"), "{key}: {}", bench.text());
        assert_eq!(bench.view.dialog, None, "{key}");
    }
    bench.press(1_000, "a");
    assert!(matches!(bench.view.dialog, Some(Dialog::CutOff(_))));
    bench.press(2_000, "j");
    let run = bench.run.as_ref().unwrap().run.clone();
    assert_eq!(bench.press(3_000, "enter"), Some(Request::TakeUp(run)), "nothing is left to send");
}

/// A run of which nothing was sent, cut off before this program started: it knows no time yet.
fn cut_off() -> Bench {
    let mut bench = Bench::new();
    let plan = bench.plan(Playbook::Failover);
    bench.run_with(plan, &[]);
    bench.console.mode = pointsman::ui::Mode::Watch;
    bench.view.at = pointsman::ui::view::View::default().at;
    let run = bench.run.clone().unwrap();
    bench.view.ask_about(&run);
    bench
}

#[test]
fn at_the_start_no_key_of_before_takes_a_run_up() {
    let mut bench = cut_off();
    assert_eq!(bench.press(0, "j"), None);
    assert_eq!(bench.press(10, "enter"), None);
    assert!(matches!(bench.view.dialog, Some(Dialog::CutOff(_))));
    assert!(bench.text().contains("Take it up again: replays"), "{}", bench.text());
}

#[test]
fn a_run_that_may_still_send_is_taken_up_under_the_name_of_who_receives() {
    let mut bench = cut_off();
    bench.tick(0);
    bench.press(500, "j");
    assert_eq!(bench.press(1_000, "enter"), None);
    assert!(bench.text().contains("may send these without asking again"), "{}", bench.text());
    assert!(bench.text().contains("2 promote orders: fail orders over"), "{}", bench.text());

    let last = bench.type_word(2_000, 100, EAST);
    match bench.press(last + 100, "enter") {
        Some(Request::RefusedConfirmation { why, .. }) => {
            assert_eq!(why, "take-up of run 3f9a0c11: typed `us-east-1`, but `us-west-2` receives");
        }
        other => panic!("not refused: {other:?}"),
    }
    bench.input(6_000, &Input::Paste(WEST.to_owned()));
    let run = bench.run.as_ref().unwrap().run.clone();
    let last = bench.type_word(7_000, 100, WEST);
    assert_eq!(bench.press(last + 100, "enter"), Some(Request::TakeUp(run)));
    assert_eq!(bench.view.dialog, None);
}

/// A failover whose runbook waits to be approved, in flight.
fn asking() -> Bench {
    let mut bench = Bench::new();
    let mut plan = bench.plan(Playbook::Failover);
    let run = SsmRun {
        runbook: "scale out".to_owned(),
        document: "retail-ScaleOut".to_owned(),
        region: WEST.into(),
        parameters: std::collections::BTreeMap::new(),
        check: None,
        again: 0,
    };
    let operation = Operation::SsmRun(run);
    plan.steps[2].title = "run scale out".to_owned();
    plan.steps[2].action = Action::Operate(operation.clone());
    bench.run_with(plan, &[(1, Outcome::Confirmed)]);
    let at = bench.run_mut().steps.get_mut(&StepId(3)).unwrap();
    at.state = StepState::Proving;
    at.operation = Some(operation);
    at.handle = Some("0b1c2d3e".to_owned());
    at.awaits =
        Some(Awaited { step: "ApproveScaling".to_owned(), pause: false, failed: false, handle: None });
    bench
}

#[test]
fn a_runbook_that_waits_is_told_by_a_typed_word_and_region() {
    let mut bench = asking();
    assert!(bench.text().contains("t tell"), "{}", bench.text());
    bench.press(0, "t");
    assert!(bench.text().contains("approve us-west-2"), "{}", bench.text());
    let at = bench.type_word(1_000, 120, "approve us-east-1");
    assert_eq!(bench.press(at + 300, "enter"), None, "another Region");
    assert!(bench.text().contains("is none of the lines above"), "{}", bench.text());
    bench.press(at + 400, "esc");
    bench.press(at + 500, "t");
    let at = bench.type_word(at + 1_500, 120, "approve us-west-2");
    let say = Signal::Approve { step: "ApproveScaling".to_owned() };
    let decided = Request::Decide { step: StepId(3), decision: Decision::Tell { say } };
    assert_eq!(bench.press(at + 300, "enter"), Some(decided));
}

#[test]
fn nothing_is_told_where_nothing_waits() {
    let mut bench = held("staging");
    bench.press(0, "t");
    assert_eq!(bench.view.dialog, None);
    assert!(
        bench.text().contains("t is off: nothing that a step started waits for a person"),
        "{}",
        bench.text()
    );
}
