//! The confirmation sheet: what confirms, and everything that never does.

use pointsman::plan::Playbook;
use pointsman::ui::dialog::{Dialog, Request, Stage};
use pointsman::ui::key::{Code, Input, Key};
use pointsman::ui::keymap::Context;
use proptest::prelude::*;

use super::bench::{Bench, EAST, WEST, hold, intent};

/// A sheet that asks since 10 s.
fn asking() -> Bench {
    let mut bench = Bench::new().armed();
    bench.asking(10_000);
    bench
}

fn refused(request: Option<Request>) -> String {
    match request {
        Some(Request::RefusedConfirmation { why, .. }) => why,
        other => panic!("not refused: {other:?}"),
    }
}

fn stage(bench: &Bench) -> &Stage {
    match &bench.view.dialog {
        Some(Dialog::Sheet(sheet)) => sheet.stage(),
        other => panic!("no sheet: {other:?}"),
    }
}

#[test]
fn from_the_list_to_a_confirmed_plan() {
    let mut bench = Bench::new().armed();
    assert_eq!(bench.press(0, "a"), None);
    assert!(matches!(bench.view.dialog, Some(Dialog::Act(_))));
    // Switchover is the first playbook for the Region that writes; failover is the next line.
    assert_eq!(bench.press(500, "j"), None);
    let failover = intent(Playbook::Failover);
    assert_eq!(bench.press(1_000, "enter"), Some(Request::OpenSheet(failover.clone())));
    assert!(matches!(stage(&bench), Stage::Reading { .. }));

    // Keys while it reads are for nothing, also the right name.
    bench.type_word(1_100, 100, WEST);
    assert_eq!(bench.press(2_100, "enter"), None);
    assert_eq!(bench.reads(3_000, &failover), None);
    assert!(matches!(stage(&bench), Stage::Asking { .. }));

    let last = bench.type_word(4_000, 120, WEST);
    assert_eq!(bench.press(last + 200, "enter"), Some(Request::Recheck(failover.clone())));
    assert!(matches!(stage(&bench), Stage::Checking { .. }));
    assert_eq!(bench.press(last + 300, "enter"), None, "a second Enter while it reads again does nothing");

    bench.view.reason = "INC-4711".to_owned();
    match bench.reads(last + 900, &failover) {
        Some(Request::Confirm { intent, plan, reason }) => {
            assert_eq!(intent, failover);
            assert_eq!(plan.made, bench.now, "it is the plan of the newest reads");
            assert_eq!(reason, "INC-4711");
        }
        other => panic!("not confirmed: {other:?}"),
    }
    assert_eq!(bench.view.dialog, None);
}

#[test]
fn enter_alone_never_confirms() {
    let mut bench = asking();
    for ms in [10_010, 10_200, 10_299, 10_500, 11_000, 12_000] {
        assert_eq!(bench.press(ms, "enter"), None, "at {ms}");
    }
    assert!(matches!(stage(&bench), Stage::Asking { .. }));
    assert!(bench.text().contains("Enter alone confirms nothing"));
}

#[test]
fn a_yes_never_confirms() {
    let mut bench = asking();
    bench.type_word(11_000, 100, "y");
    let why = refused(bench.press(11_200, "enter"));
    assert_eq!(why, "typed `y`, but `us-west-2` receives");
}

#[test]
fn a_wrong_name_is_said_cleared_and_reported() {
    let mut bench = asking();
    let last = bench.type_word(11_000, 100, EAST);
    let why = refused(bench.press(last + 100, "enter"));
    assert_eq!(why, "typed `us-east-1`, but `us-west-2` receives");
    assert!(bench.text().contains(&why));
    assert!(bench.text().contains("RECEIVES:  _"), "it is cleared");

    let last = bench.type_word(14_000, 100, WEST);
    let again = bench.press(last + 100, "enter");
    assert_eq!(again, Some(Request::Recheck(intent(Playbook::Failover))), "the next try counts for itself");
}

#[test]
fn a_paste_never_confirms() {
    let mut bench = asking();
    let why = refused(bench.input(11_000, &Input::Paste(WEST.to_owned())));
    assert_eq!(why, "a paste does not confirm; type it");
    assert_eq!(bench.press(12_000, "enter"), None);
    let why = refused(bench.input(13_000, &Input::Paste(format!("{WEST}\n"))));
    assert_eq!(why, "a paste does not confirm; type it");
}

/// A paste without brackets is a burst of keys. Gaps in ms between the letters and to Enter, and what comes of it.
#[test]
fn a_burst_never_confirms_but_fast_fingers_do() {
    for (gap, to_enter, confirms) in
        [(0, 0, false), (1, 1, false), (14, 14, false), (14, 500, false), (15, 15, true), (45, 60, true)]
    {
        let mut bench = asking();
        let last = bench.type_word(11_000, gap, WEST);
        let asked = bench.press(last + to_enter, "enter");
        if confirms {
            assert_eq!(asked, Some(Request::Recheck(intent(Playbook::Failover))), "{gap} ms apart");
        } else {
            assert!(refused(asked).contains("burst"), "{gap} ms apart");
        }
    }
}

#[test]
fn half_a_paste_and_half_typed_is_judged_by_its_most() {
    let mut bench = asking();
    // Four letters at once, five by hand: most of the gaps are a person's.
    let pasted = bench.type_word(11_000, 2, "us-w");
    let last = bench.type_word(pasted + 200, 150, "est-2");
    assert_eq!(bench.press(last + 150, "enter"), Some(Request::Recheck(intent(Playbook::Failover))));

    let mut bench = asking();
    let pasted = bench.type_word(11_000, 2, "us-west");
    let last = bench.type_word(pasted + 200, 150, "-2");
    assert!(refused(bench.press(last + 150, "enter")).contains("burst"));
}

#[test]
fn held_keys_never_confirm() {
    let mut bench = asking();
    let last = bench.type_word(11_000, 120, "us-west-");
    // The last letter is held: it repeats after half a second, thirty times a second.
    bench.type_word(last + 120, 0, "2");
    bench.type_word(last + 620, 33, "222222");
    let why = refused(bench.press(last + 1_200, "enter"));
    assert_eq!(
        why, "typed `us-west-22`, but `us-west-2` receives",
        "a held key counts once more, then never"
    );

    // Enter held from before the sheet opened, into its life.
    let mut bench = asking();
    for ms in (10_000..12_000).step_by(33) {
        assert_eq!(bench.press(ms, "enter"), None, "at {ms}");
    }
    assert!(matches!(stage(&bench), Stage::Asking { .. }));
}

#[test]
fn it_expires_after_thirty_seconds() {
    let mut bench = asking();
    assert!(bench.text().contains("expires in 30 s"));
    assert_eq!(bench.tick(39_999), None);
    assert!(bench.text().contains("expires in 1 s"));
    let expired = "it expired: what it showed is more than 30 s old";
    assert_eq!(refused(bench.tick(40_000)), expired, "it goes into the journal");
    assert!(matches!(stage(&bench), Stage::Closed { .. }));
    assert!(bench.text().contains("Nothing was sent."));
    assert_eq!(bench.tick(41_000), None, "once");

    // Typed in time but entered late, without a tick in between.
    let mut bench = asking();
    bench.type_word(38_000, 100, WEST);
    assert_eq!(refused(bench.press(40_000, "enter")), expired);
    assert!(matches!(stage(&bench), Stage::Closed { .. }));
}

#[test]
fn a_moved_world_closes_it_with_the_difference() {
    let mut bench = asking();
    let failover = intent(Playbook::Failover);
    let last = bench.type_word(11_000, 100, WEST);
    assert_eq!(bench.press(last + 100, "enter"), Some(Request::Recheck(failover.clone())));
    bench.writer("catalog", WEST);
    let why = refused(bench.reads(last + 700, &failover));
    assert!(why.starts_with("promote catalog is not needed any more"), "{why}");
    assert!(bench.text().contains("promote catalog is not needed any more"));
    assert!(matches!(stage(&bench), Stage::Closed { .. }));
    assert_eq!(bench.press(last + 1_400, "enter"), None);
    assert!(bench.view.dialog.is_some(), "an Enter meant for before is for nothing");
    assert_eq!(bench.press(last + 1_800, "enter"), None);
    assert_eq!(bench.view.dialog, None, "Enter closes what is closed");
}

#[test]
fn an_interlock_that_holds_leaves_nothing_to_type() {
    let mut bench = Bench::new().armed();
    bench.asking(10_000);
    let failover = intent(Playbook::Failover);

    // It holds from the start.
    let mut held = Bench::new().armed();
    held.press(0, "a");
    held.press(500, "j");
    held.press(1_000, "enter");
    let interlocks = vec![hold("standby", "canary local 41%"), hold("endpoints", "only 2 of 5 answer")];
    assert_eq!(held.reads_with(2_000, &failover, interlocks), None);
    assert!(matches!(stage(&held), Stage::Held { .. }));
    assert_eq!(held.view.context(), Context::Buttons);
    for what in ["canary local 41%", "only 2 of 5 answer", "cannot be confirmed"] {
        assert!(held.text().contains(what), "{what}\n{}", held.text());
    }
    held.type_word(3_000, 100, WEST);
    assert_eq!(held.press(5_000, "enter"), None);
    assert_eq!(held.view.dialog, None);

    // It holds only at the second reading.
    let last = bench.type_word(11_000, 100, WEST);
    bench.press(last + 100, "enter");
    let why = refused(bench.reads_with(last + 600, &failover, vec![hold("passport", "it expired")]));
    assert_eq!(why, "passport: it expired");
}

#[test]
fn nothing_is_confirmed_once_disarmed() {
    let mut bench = asking();
    bench.console.mode = pointsman::ui::Mode::Watch;
    let last = bench.type_word(11_000, 100, WEST);
    assert_eq!(refused(bench.press(last + 100, "enter")), "this console is no longer armed");

    // Disarmed between Enter and the second reading.
    let mut bench = asking();
    let last = bench.type_word(11_000, 100, WEST);
    bench.press(last + 100, "enter");
    bench.console.mode = pointsman::ui::Mode::Watch;
    let why = refused(bench.reads(last + 600, &intent(Playbook::Failover)));
    assert_eq!(why, "this console is no longer armed");
}

#[test]
fn reads_of_another_intent_are_left_aside() {
    let mut bench = Bench::new().armed();
    bench.press(0, "a");
    bench.press(500, "j");
    bench.press(1_000, "enter");
    assert_eq!(bench.reads(1_500, &intent(Playbook::Evacuate)), None);
    assert!(matches!(stage(&bench), Stage::Reading { .. }));
}

#[test]
fn reads_that_never_come_close_it() {
    let mut bench = Bench::new().armed();
    bench.press(0, "a");
    bench.press(1_000, "enter");
    assert_eq!(bench.tick(20_999), None);
    assert!(matches!(stage(&bench), Stage::Reading { .. }));
    assert_eq!(bench.tick(21_000), None);
    assert!(matches!(stage(&bench), Stage::Closed { .. }));

    let mut bench = asking();
    let last = bench.type_word(11_000, 100, WEST);
    bench.press(last + 100, "enter");
    let why = refused(bench.tick(last + 20_100));
    assert_eq!(why, "the world could not be read again in time");
}

#[test]
fn every_stage_can_be_left() {
    for key in ["esc", "ctrl-c"] {
        let mut reading = Bench::new().armed();
        reading.press(0, "a");
        reading.press(1_000, "enter");
        let mut checking = asking();
        let last = checking.type_word(11_000, 100, WEST);
        checking.press(last + 100, "enter");
        let mut closed = asking();
        closed.tick(50_000);
        for mut bench in [reading, asking(), checking, closed] {
            assert_eq!(bench.press(60_000, key), None);
            assert_eq!(bench.view.dialog, None, "{key}");
            assert_eq!(bench.reads(61_000, &intent(Playbook::Failover)), None, "late reads do nothing");
        }
    }
}

#[test]
fn the_sheet_says_what_it_does() {
    let text = asking().text();
    for what in [
        "FAIL OVER  us-east-1 → us-west-2",
        "SIMULATED account …3333, as ops-read, from a host in us-west-2",
        "LEAVES us-east-1",
        "us-west-2 RECEIVES all",
        "writer MOVES to us-west-2",
        "nothing to promote",
        "us-west-2 healthy",
        "safety rules allow it",
        "▲ us-east-1 is bad? us-east-1 looks ok",
        "the only way back is failback",
        "Type the Region that RECEIVES:  _",
        "[ Cancel ]",
    ] {
        assert!(text.contains(what), "{what} is not on\n{text}");
    }
}

/// Anything a keyboard, a paste or a stuck key may bring, without a person's pauses.
fn noise() -> impl Strategy<Value = Input> {
    prop_oneof![
        6 => proptest::sample::select("us-west-2y\u{7f} ".chars().collect::<Vec<_>>())
            .prop_map(|letter| Input::Key(Key::char(letter))),
        3 => Just(Input::Key(Key::plain(Code::Enter))),
        1 => Just(Input::Key(Key::plain(Code::Tab))),
        1 => Just(Input::Key(Key::plain(Code::Backspace))),
        1 => Just(Input::Paste(WEST.to_owned())),
        1 => Just(Input::Paste(format!("{WEST}\n"))),
        // The whole name and Enter, as a paste without brackets brings it.
        1 => Just(Input::Paste(String::new())),
    ]
}

proptest! {
    #[test]
    fn nothing_without_pauses_ever_confirms(inputs in proptest::collection::vec((noise(), 0i64..15), 1..80)) {
        let mut bench = asking();
        let mut ms = 11_000;
        for (input, gap) in inputs {
            let burst: Vec<Input> = match &input {
                Input::Paste(text) if text.is_empty() => {
                    let letters = WEST.chars().map(|letter| Input::Key(Key::char(letter)));
                    letters.chain([Input::Key(Key::plain(Code::Enter))]).collect()
                }
                _ => vec![input],
            };
            for input in burst {
                ms += gap;
                let asked = bench.input(ms, &input);
                prop_assert!(!matches!(asked, Some(Request::Recheck(_) | Request::Confirm { .. })), "{:?}", input);
            }
        }
    }
}
