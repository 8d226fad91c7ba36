//! The help of every dialog: made from the table and the dialog's own words, over what is there, which stays.

use pointsman::ui::dialog::{Dialog, Stage};
use pointsman::ui::keymap::Context;

use super::bench::{Bench, WEST};
use super::frames::{check, dialogs};
use super::rows::{console, press};
use crate::fixture::State;

#[test]
fn every_dialog_has_its_own() {
    for (name, mut bench) in dialogs() {
        let before = bench.view.dialog.clone();
        bench.press(30_000, "f1");
        assert_eq!(bench.view.dialog, before, "{name}: what is beneath stays");
        check(&format!("help-of-{name}"), &bench);
        bench.press(30_500, "esc");
        assert_eq!((bench.view.help, bench.view.dialog.is_some()), (None, true), "{name}");
    }
    let mut bench = Bench::new();
    press(&mut bench, 0, ": f1");
    check("help-of-commands", &bench);
}

#[test]
fn a_question_mark_is_a_letter_where_one_types_and_asks_for_help_elsewhere() {
    let mut bench = Bench::of("production", State::Degraded);
    press(&mut bench, 0, "A ?");
    assert!(bench.view.help.is_none(), "a reason may hold one");
    assert!(console(&bench).contains("Why:  ?_"), "{}", console(&bench));
    press(&mut bench, 2_000, "esc a ?");
    assert!(bench.view.help.is_some());
    assert_eq!(bench.view.context(), Context::Text);
    press(&mut bench, 4_000, "?");
    assert!(bench.view.help.is_none(), "and again leaves it");
}

#[test]
fn no_key_reaches_what_is_beneath() {
    let mut bench = Bench::new().armed();
    bench.asking(5_000);
    bench.press(6_000, "f1");
    let last = bench.type_word(6_500, 200, WEST);
    assert_eq!(bench.press(last + 400, "enter"), None);
    bench.press(last + 600, "esc");
    let Some(Dialog::Sheet(sheet)) = &bench.view.dialog else { panic!("{:?}", bench.view.dialog) };
    let Stage::Asking { typed, .. } = sheet.stage() else { panic!("{:?}", sheet.stage()) };
    assert_eq!(typed.text(), "");
}

#[test]
fn time_passes_beneath_it() {
    let mut bench = Bench::new().armed();
    bench.asking(5_000);
    bench.press(6_000, "f1");
    assert!(bench.tick(40_000).is_some(), "the sheet expires, and that is written down");
    bench.press(41_000, "esc");
    assert!(console(&bench).contains("it expired"), "{}", console(&bench));
}

#[test]
fn whoever_must_be_told_is_told_over_it() {
    let mut bench = Bench::new();
    bench.press(0, "?");
    bench.view.notify("The disk is full", "Free some space.");
    assert!(bench.view.help.is_none());
    assert!(console(&bench).contains("Free some space."), "{}", console(&bench));
}
