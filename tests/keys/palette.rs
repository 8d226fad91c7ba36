//! The palette: commands by a few of their letters, with arguments, and never further than a key leads.

use std::sync::Arc;

use pointsman::model::recipe::Recipe;
use pointsman::model::topology::Topology;
use pointsman::plan::Playbook;
use pointsman::ui::dialog::{Dialog, Palette, Request, Stage};
use pointsman::ui::key::Input;
use pointsman::ui::view::Pane;

use super::bench::{Bench, intent};
use super::rows::{console, press};
use crate::fixture::{self, State};

/// Opens the palette and types a line, letter by letter.
fn typed(bench: &mut Bench, at: i64, line: &str) {
    press(bench, at, ":");
    for (letter, ms) in line.chars().zip((at + 100..).step_by(100)) {
        let key = if letter == ' ' { "space".to_owned() } else { letter.to_string() };
        assert_eq!(bench.press(ms, &key), None, "a letter asks for nothing");
    }
}

fn palette(bench: &Bench) -> &Palette {
    let Some(Dialog::Palette(palette)) = &bench.view.dialog else { panic!("{:?}", bench.view.dialog) };
    palette
}

#[test]
fn a_few_letters_find_a_command() {
    for (line, wanted) in [
        ("zm", "zoom"),
        ("pane tra", "pane traffic"),
        ("trf", "pane traffic"),
        ("th li", "theme light"),
        ("fo west", "failover us-west-2"),
        ("quit", "quit"),
        ("arm", "arm"),
    ] {
        let mut bench = Bench::new();
        typed(&mut bench, 0, line);
        let found = palette(&bench).matching().first().map(|choice| choice.line.as_str());
        assert_eq!(found, Some(wanted), "{line}");
    }
}

#[test]
fn a_pane_is_gone_to_by_its_name() {
    let mut bench = Bench::new();
    typed(&mut bench, 0, "pane traffic");
    assert_eq!(press(&mut bench, 5_000, "enter"), None);
    assert_eq!((bench.view.pane, &bench.view.dialog), (Pane::Traffic, &None));
}

#[test]
fn a_theme_and_a_filter_take_their_argument() {
    let mut bench = Bench::new();
    typed(&mut bench, 0, "theme light");
    assert_eq!(press(&mut bench, 5_000, "enter"), Some(Request::Theme("light".to_owned())));
    press(&mut bench, 6_000, "2");
    typed(&mut bench, 7_000, "filter !carts");
    press(&mut bench, 12_000, "enter");
    assert!(console(&bench).contains("hidden /!carts"), "{}", console(&bench));
}

#[test]
fn themes_of_the_operator_are_found_as_those_that_come_with_the_program_are() {
    let mut bench = Bench::new();
    bench.view.themes = vec!["night-shift".to_owned(), "dark".to_owned()];
    typed(&mut bench, 0, "th nsh");
    let first = palette(&bench).matching()[0].clone();
    assert_eq!((first.line.as_str(), first.about.contains("of yours")), ("theme night-shift", true));
    assert_eq!(press(&mut bench, 5_000, "enter"), Some(Request::Theme("night-shift".to_owned())));
    typed(&mut bench, 6_000, "theme");
    let dark = palette(&bench).matching().iter().filter(|choice| choice.line == "theme dark").count();
    assert_eq!(dark, 1, "one that stands before a built-in one is offered once");
}

#[test]
fn playbooks_of_the_config_are_found_by_their_name() {
    let mut bench = Bench::new().armed();
    let recipe =
        Recipe { name: "brown-out".to_owned(), about: "sheds what can wait".to_owned(), steps: Vec::new() };
    let topology = Topology { playbooks: vec![recipe], ..fixture::retail() };
    bench.world = bench.world.clone().redeclared(Arc::new(topology), &[]);
    typed(&mut bench, 0, "brwn west");
    let first = palette(&bench).matching()[0].clone();
    assert_eq!(first.line, "brown-out us-west-2");
    assert!(first.about.contains("sheds what can wait"), "{}", first.about);
    assert!(matches!(press(&mut bench, 5_000, "enter"), Some(Request::OpenSheet(_))));
}

#[test]
fn a_failover_asks_whether_to_arm_first() {
    let mut bench = Bench::new();
    typed(&mut bench, 0, "failover us-west-2");
    assert_eq!(press(&mut bench, 5_000, "enter"), None);
    assert!(matches!(bench.view.dialog, Some(Dialog::Arm(_))), "{:?}", bench.view.dialog);
}

#[test]
fn a_failover_opens_the_sheet_and_the_region_is_still_to_be_typed() {
    let mut bench = Bench::of("simulated", State::Calm).armed();
    typed(&mut bench, 0, "failover us-west-2");
    let wanted = intent(Playbook::Failover);
    assert_eq!(press(&mut bench, 5_000, "enter"), Some(Request::OpenSheet(wanted.clone())));
    assert_eq!(bench.reads(6_000, &wanted), None);
    assert_eq!(bench.tick(6_000), None);
    let Some(Dialog::Sheet(sheet)) = &bench.view.dialog else { panic!("{:?}", bench.view.dialog) };
    assert!(matches!(sheet.stage(), Stage::Asking { .. }), "{:?}", sheet.stage());
    assert_eq!(press(&mut bench, 8_000, "enter enter enter"), None, "Enter alone confirms nothing");
}

#[test]
fn a_whole_line_pasted_begins_nothing() {
    let mut bench = Bench::of("simulated", State::Calm).armed();
    press(&mut bench, 0, ":");
    assert_eq!(bench.input(400, &Input::Paste("failover us-west-2\n".to_owned())), None);
    assert_eq!(palette(&bench).line(), "failover us-west-2");
}

#[test]
fn what_is_off_is_shown_with_the_reason_and_stays_off() {
    let mut bench = Bench::new();
    typed(&mut bench, 0, "retry");
    let frame = console(&bench);
    assert!(frame.contains("off: no run is in flight"), "{frame}");
    assert_eq!(press(&mut bench, 5_000, "enter"), None);
    assert!(console(&bench).contains("retry is off: no run is in flight"), "{}", console(&bench));
    assert!(matches!(bench.view.dialog, Some(Dialog::Palette(_))));
}

#[test]
fn tab_completes_and_arrows_choose() {
    let mut bench = Bench::new();
    typed(&mut bench, 0, "pane");
    let second = palette(&bench).matching()[1].line.clone();
    press(&mut bench, 5_000, "down tab");
    assert_eq!(palette(&bench).line(), second);
}

#[test]
fn what_was_asked_for_comes_first_the_next_time() {
    let mut bench = Bench::new();
    typed(&mut bench, 0, "zoom");
    press(&mut bench, 5_000, "enter");
    assert!(bench.view.zoomed);
    press(&mut bench, 6_000, ":");
    assert_eq!(palette(&bench).matching()[0].line, "zoom");
    press(&mut bench, 7_000, "enter");
    assert!(!bench.view.zoomed, "Enter does it again");
}

#[test]
fn letters_of_nothing_are_no_command() {
    let mut bench = Bench::new();
    typed(&mut bench, 0, "qqqqxx");
    press(&mut bench, 5_000, "enter");
    let frame = console(&bench);
    assert!(frame.contains("no command has these letters") && frame.contains("there is no such command"));
    press(&mut bench, 6_000, "esc");
    assert_eq!(bench.view.dialog, None);
}
