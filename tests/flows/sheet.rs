//! From watching to a confirmed plan, and everything that never gets there.

use pointsman::app::{Attention, Effect};
use pointsman::model::reading::{AuroraMember, AuroraReading, Reading, Source};
use pointsman::plan::Playbook;
use pointsman::ui::key::Input;
use proptest::prelude::*;

use super::desk::{Desk, EAST, WEST, gone, refused};
use crate::fixture::State;

#[test]
fn from_watching_to_a_confirmed_plan() {
    let mut desk = Desk::of("production", State::Degraded);
    desk.shows("WATCH");
    desk.shows("us-east-1");
    assert_eq!(desk.app.attention(), Attention::Watching);

    // Help, and out of it.
    assert_eq!(desk.press("?"), []);
    desk.shows("open the list of what can be done");
    assert_eq!(desk.press("esc"), []);
    desk.hides("open the list of what can be done");

    // The detail of what is wrong.
    assert_eq!(desk.press("n enter"), []);
    desk.shows("RPO 30s");
    assert_eq!(desk.press("esc"), []);

    // Production asks why.
    assert_eq!(desk.press("A enter"), []);
    desk.shows("production asks for a reason");
    assert_eq!(desk.write("INC-4711"), []);
    assert_eq!(desk.press("enter"), []);
    desk.shows("ARMED");

    // What can be done, and the sheet of a failover, built from reads made after the key.
    assert_eq!(desk.press("a"), []);
    desk.shows("▸ ▲ failover   us-east-1 → us-west-2");
    let reads = desk.press("enter");
    assert_eq!(desk.app.attention(), Attention::Acting);
    desk.hides("Type the Region");
    assert_eq!(desk.answer(&reads), []);
    desk.shows("FAIL OVER  us-east-1 → us-west-2");
    desk.shows("Type the Region that RECEIVES");

    // The wrong name, then the right one.
    desk.write(EAST);
    let why = desk.press("enter");
    assert_eq!(refused(&why), "typed `us-east-1`, but `us-west-2` receives");
    desk.shows("typed `us-east-1`, but `us-west-2` receives");
    assert_eq!(desk.write(WEST), []);
    let reads = desk.press("enter");
    let begun = desk.answer(&reads);
    let [Effect::Start { plan, reason }] = begun.as_slice() else { panic!("not begun: {begun:?}") };
    assert_eq!((plan.intent.playbook.clone(), plan.intent.to.as_str()), (Playbook::Failover, WEST));
    assert_eq!(plan.made, desk.now(), "it is the plan of the newest reads");
    assert_eq!(reason, "INC-4711");
    assert_eq!(plan.steps.len(), 4);

    desk.start(plan.as_ref().clone(), reason.clone());
    desk.shows("RUNNING");
    desk.shows("promote orders");
    assert!(desk.app.is_running());
}

#[test]
fn a_screen_too_small_to_show_the_terms_confirms_nothing() {
    let mut desk = Desk::degraded().armed().asked();
    desk.input(&Input::Resize { width: 59, height: 15 });
    desk.write(WEST);
    let why = desk.press("enter");
    assert!(refused(&why).contains("too small to show what is confirmed"), "{why:?}");
    desk.input(&Input::Resize { width: 60, height: 15 });
    let reads = desk.press("enter");
    let begun = desk.answer(&reads);
    assert!(matches!(begun.as_slice(), [Effect::Start { .. }]), "{begun:?}");
}

#[test]
fn nothing_opens_a_sheet_that_is_not_armed() {
    let mut desk = Desk::degraded();
    assert_eq!(desk.press("a enter"), []);
    desk.hides("Type the Region");
    // What it offers instead is to arm, and that is not the sheet.
    assert_eq!(desk.press("enter enter enter"), []);
    desk.hides("Type the Region");
}

#[test]
fn enter_alone_a_yes_and_a_paste_confirm_nothing() {
    let mut desk = Desk::degraded().armed().asked();
    for _ in 0..5 {
        assert_eq!(desk.press("enter"), []);
    }
    desk.shows("Enter alone confirms nothing");
    assert_eq!(refused(&desk.press("y enter")), "typed `y`, but `us-west-2` receives");
    desk.wait(400);
    let pasted = desk.input(&Input::Paste(WEST.to_owned()));
    assert_eq!(refused(&pasted), "a paste does not confirm; type it");
    assert_eq!(desk.press("enter"), []);
    desk.wait(400);
    let pasted = desk.input(&Input::Paste(format!("{WEST}\n")));
    assert_eq!(refused(&pasted), "a paste does not confirm; type it");
    // A paste that the terminal does not mark comes as keys without time between.
    for letter in ["u", "s", "minus", "w", "e", "s", "t", "minus", "2"] {
        assert_eq!(desk.key_after(1, letter), []);
    }
    let burst = desk.key_after(1, "enter");
    assert!(refused(&burst).contains("burst"), "{burst:?}");
}

#[test]
fn keys_that_are_held_confirm_nothing() {
    // Enter, held since before the sheet opened.
    let mut desk = Desk::degraded().armed();
    desk.press("a");
    let mut reads = desk.key_after(350, "enter");
    for _ in 0..20 {
        reads.extend(desk.key_after(33, "enter"));
    }
    assert_eq!(desk.answer(&reads), []);
    for _ in 0..60 {
        assert_eq!(desk.key_after(33, "enter"), []);
    }
    desk.shows("Type the Region that RECEIVES");

    // The last letter is held.
    desk.write("us-west-");
    for ms in [350, 500, 33, 33, 33] {
        desk.key_after(ms, "2");
    }
    let effects = desk.press("enter");
    assert!(!effects.iter().any(|e| matches!(e, Effect::Start { .. } | Effect::Read(..))), "{effects:?}");
}

#[test]
fn a_sheet_expires_after_thirty_seconds() {
    let mut desk = Desk::degraded().armed().asked();
    desk.wait(28_000);
    desk.shows("Type the Region that RECEIVES");
    desk.wait(3_500);
    desk.shows("Nothing was sent");
    desk.hides("Type the Region that RECEIVES");
    desk.write(WEST);
    assert_eq!(desk.press("enter"), []);
}

#[test]
fn a_world_that_moved_closes_it_with_the_difference() {
    let mut desk = Desk::degraded().armed().asked();
    desk.write(WEST);
    let reads = desk.press("enter");
    desk.wait(500);
    moved(&mut desk, "catalog");
    let effects = desk.answer_with_silence(&reads);
    let why = refused(&effects);
    assert!(why.contains("promote catalog"), "{why}");
    desk.shows("promote catalog");
    desk.hides("Type the Region that RECEIVES");
    desk.write(WEST);
    assert_eq!(desk.press("enter"), []);
}

/// Somebody else has moved a store's writer to us-west-2.
fn moved(desk: &mut Desk, store: &str) {
    desk.see_all();
    let aurora = desk.app.topology().auroras.iter().find(|a| a.store == store).unwrap().clone();
    let members = aurora.clusters.iter().map(|(region, arn)| AuroraMember {
        region: region.clone(),
        arn: arn.clone(),
        writer: region.as_str() == WEST,
        status: Some("available".to_owned()),
        sync: None,
        instances: Some(2),
    });
    let reading = AuroraReading { status: "available".to_owned(), members: members.collect(), moving: None };
    desk.wait(1);
    for region in [EAST, WEST] {
        let source = Source::Aurora(store.to_owned(), region.into());
        desk.see(source, Ok(Reading::Aurora(reading.clone())));
    }
}

#[test]
fn endpoints_that_go_away_between_sheet_and_enter_close_it() {
    let mut desk = Desk::degraded().armed().asked();
    desk.write(WEST);
    let reads = desk.press("enter");
    desk.wait(400);
    desk.see_all();
    desk.wait(1);
    let endpoints: Vec<_> = desk.app.topology().routing.iter().flat_map(|r| r.endpoints.clone()).collect();
    for endpoint in &endpoints[..3] {
        desk.see(Source::Endpoint(endpoint.region.clone()), Err(gone()));
    }
    let effects = desk.answer_with_silence(&reads);
    assert!(refused(&effects).contains("2 of 5"), "{effects:?}");
}

#[test]
fn what_is_disarmed_or_has_run_out_confirms_nothing() {
    let mut desk = Desk::degraded().armed();
    // Fifteen minutes pass, and everything is read all the while.
    desk.wait(15 * 60_000);
    desk.shows("WATCH");
    desk.see_all();
    assert_eq!(desk.press("a enter"), []);
    desk.hides("Type the Region");

    // It runs out while the sheet is open.
    let mut desk = Desk::degraded().armed();
    desk.wait(15 * 60_000 - 20_000);
    desk.see_all();
    let mut desk = desk.asked();
    desk.wait(20_000);
    desk.write("us-w");
    desk.shows("WATCH");
    desk.write("est-2");
    let effects = desk.press("enter");
    assert!(refused(&effects).contains("no longer armed"), "{effects:?}");
}

/// One thing a hand, a cat or a terminal may do.
#[derive(Clone, Debug)]
enum Touch {
    Key(&'static str),
    Wait(i64),
    Paste,
    Answer,
}

fn touch() -> impl Strategy<Value = Touch> {
    let keys = [
        "a",
        "A",
        "j",
        "k",
        "enter",
        "tab",
        "esc",
        "y",
        "Y",
        "u",
        "s",
        "minus",
        "w",
        "e",
        "t",
        "2",
        "P",
        "R",
        "x",
        "f",
        "z",
        "n",
        "?",
        "c",
        "g",
        "G",
        "1",
        "5",
        "backspace",
        "space",
        "ctrl-c",
        "r",
    ];
    prop_oneof![
        12 => proptest::sample::select(keys.to_vec()).prop_map(Touch::Key),
        4 => Just(Touch::Key("enter")),
        2 => (1_i64..2_000).prop_map(Touch::Wait),
        1 => Just(Touch::Paste),
        4 => Just(Touch::Answer),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whoever does not type the Region's name confirms nothing.
    #[test]
    fn nothing_starts_that_nobody_typed(touches in proptest::collection::vec(touch(), 0..60), sheet: bool) {
        let mut desk = Desk::degraded().armed();
        if sheet {
            desk = desk.asked();
        }
        let mut reads: Vec<Effect> = Vec::new();
        let mut typed = String::new();
        for touch in touches {
            let effects = match touch {
                Touch::Key(key) => {
                    typed.push_str(if key == "minus" { "-" } else { key });
                    desk.press(key)
                }
                Touch::Wait(ms) => desk.wait(ms),
                Touch::Paste => desk.input(&Input::Paste(WEST.to_owned())),
                Touch::Answer if reads.is_empty() => Vec::new(),
                Touch::Answer => desk.answer(&std::mem::take(&mut reads)),
            };
            for effect in effects {
                prop_assert!(
                    !matches!(effect, Effect::Start { .. } | Effect::TakeUp(_)) || typed.contains(WEST),
                    "{effect:?} after {typed}"
                );
                if matches!(effect, Effect::Read(..)) {
                    reads = vec![effect];
                }
            }
        }
        let _frame = desk.frame();
    }
}

#[test]
fn a_drill_is_on_the_screen_and_on_the_sheet_until_a_run_says_otherwise() {
    let desk = Desk::degraded().drilling();
    desk.shows("DRILL");
    let mut desk = desk.armed().asked();
    desk.shows("The run is marked as one; its writes are as real as any.");
    desk.write(WEST);
    let reads = desk.press("enter");
    let begun = desk.answer(&reads);
    let [Effect::Start { plan, .. }] = begun.as_slice() else { panic!("not begun: {begun:?}") };
    assert!(desk.app.drills());
    // Somebody else's run in earnest is no drill, whatever this console is for.
    desk.start(plan.as_ref().clone(), String::new());
    desk.shows("RUNNING");
    desk.hides("DRILL");
    Desk::degraded().hides("DRILL");
}
