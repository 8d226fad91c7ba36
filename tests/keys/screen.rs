//! Moving about, the hint bar, help, and that nothing panics at any size.

use pointsman::plan::Playbook;
use pointsman::plan::event::Outcome;
use pointsman::ui::action::{Action, TABLE, why_off};
use pointsman::ui::dialog::Dialog;
use pointsman::ui::keymap::Context;
use pointsman::ui::theme::{Glyphs, Theme};
use pointsman::ui::view::{Pane, Size};
use proptest::prelude::*;

use super::bench::Bench;
use crate::fixture::State;

fn hints(bench: &Bench, width: u16) -> String {
    bench.screen(Size { width, height: 1 }).remove(0)
}

#[test]
fn keys_move_the_focus_and_the_rows() {
    let mut bench = Bench::new();
    let steps: [(&str, Pane, usize); 13] = [
        ("tab", Pane::Replication, 0),
        ("3", Pane::Traffic, 0),
        ("j", Pane::Traffic, 1),
        ("down", Pane::Traffic, 2),
        ("k", Pane::Traffic, 1),
        ("G", Pane::Traffic, 5),
        ("j", Pane::Traffic, 5),
        ("g", Pane::Traffic, 0),
        ("shift-tab", Pane::Replication, 0),
        ("pgdn", Pane::Replication, 6),
        ("ctrl-b", Pane::Replication, 0),
        ("6", Pane::Journal, 0),
        ("tab", Pane::Regions, 0),
    ];
    for (at, (key, pane, row)) in steps.into_iter().enumerate() {
        assert_eq!(bench.press(i64::try_from(at).unwrap() * 100, key), None);
        assert_eq!((bench.view.pane, bench.view.row(pane)), (pane, row), "after {key}, number {at}");
    }
}

#[test]
fn next_problem_goes_round() {
    let mut bench = Bench::of("simulated", State::Degraded);
    let facts = bench.facts();
    let problems = bench.view.problems(&facts);
    assert!(problems.len() > 2, "{problems:?}");
    let mut seen = Vec::new();
    for ms in 1..=problems.len() {
        bench.press(i64::try_from(ms).unwrap() * 100, "n");
        seen.push((bench.view.pane, bench.view.row(bench.view.pane)));
    }
    seen.sort();
    assert_eq!(seen, problems);
}

#[test]
fn the_hint_bar_shows_what_works_and_drops_the_lightest() {
    let bench = Bench::of("simulated", State::Degraded);
    let wide = hints(&bench, 120);
    assert_eq!(
        wide,
        " a act  A arm  n next problem  enter detail  : command  / filter  f freeze  z zoom  tab pane  ? help  q quit"
    );
    assert_eq!(
        hints(&bench, 80),
        " a act  A arm  n next problem  enter detail  : command  / filter  z zoom  ? help"
    );
    assert_eq!(hints(&bench, 52), " a act  A arm  n next problem  enter detail  ? help");
    assert_eq!(hints(&bench, 50), " a act  A arm  n next problem  ? help");
    assert_eq!(hints(&bench, 22), " a act  A arm  ? help");
    assert_eq!(hints(&bench, 8), " ? help");
    assert_eq!(hints(&bench, 5), "");
}

#[test]
fn in_a_run_the_hints_are_those_of_the_run() {
    let mut bench = Bench::new();
    let plan = bench.plan(Playbook::Failover);
    bench.run_with(plan, &[(4, Outcome::Unknown)]);
    bench.press(0, "5");
    let bar = hints(&bench, 100);
    for hint in ["P pause", "r read again", "R retry", "U undo", "s skip", "x abort", "? help"] {
        assert!(bar.contains(hint), "{hint} is not in {bar}");
    }
    for hint in ["a act", "A arm"] {
        assert!(!bar.contains(hint), "{hint} is off, but in {bar}");
    }
}

#[test]
fn a_key_that_is_off_says_why() {
    let mut bench = Bench::new();
    assert_eq!(bench.press(0, "R"), None);
    assert_eq!(hints(&bench, 80), " R is off: no run is in flight");
    bench.tick(7_000);
    assert!(hints(&bench, 80).contains("a act"));
}

#[test]
fn help_lists_every_key_of_the_screen_and_why_some_are_off() {
    let mut bench = Bench::new();
    bench.press(0, "?");
    let rows = bench.screen(Size { width: 80, height: 90 });
    let all = rows.iter().map(|row| row.trim_matches(['│', ' '])).collect::<Vec<_>>().join(" ");
    assert!(all.contains("1 2 3 4 5 6            go to the pane of this number"), "{all}");
    let here = TABLE.iter().filter(|entry| entry.places.contains(&Context::Screen));
    for entry in here.filter(|entry| !matches!(entry.action, Action::Pane(_))) {
        let said: String = entry.about.chars().take(40).collect();
        assert!(all.contains(&said), "{} is not in\n{all}", entry.name);
    }
    assert!(all.contains("(off: no run is in flight)"));
    assert!(!bench.text().contains("In a dialog F1 shows"), "at 80×24 it scrolls");
    bench.press(100, "G");
    assert!(bench.text().contains("In a dialog F1 shows"));
    bench.press(200, "k");
    let up = bench.text();
    bench.press(300, "g");
    assert_ne!(bench.text(), up);
}

#[test]
fn no_key_of_the_screen_is_off_without_a_reason_to_give() {
    let bench = Bench::new();
    let facts = bench.facts();
    let off: Vec<(Action, String)> =
        TABLE.iter().filter_map(|e| Some((e.action, why_off(&facts, &bench.view, e.action)?))).collect();
    assert!(off.iter().all(|(_, why)| !why.is_empty()), "{off:?}");
    assert!(off.iter().any(|(action, _)| *action == Action::Pause));
    assert!(off.iter().all(|(action, _)| !matches!(action, Action::Act | Action::Arm | Action::Help)));
}

/// Every dialog, by the keys that lead to it; the last ones need a held step.
const WAYS: [&[&str]; 17] = [
    &[],
    &["?"],
    &["a"],
    &["a", "j", "c"],
    &["a", "j", "enter"],
    &["A"],
    &["ctrl-c"],
    &["enter"],
    &["2", "enter"],
    &["3", "enter"],
    &["4", "enter"],
    &["5", "enter"],
    &["6", "enter"],
    &["R"],
    &["s"],
    &["U"],
    &["c"],
];

fn open(way: usize, running: bool, environment: &str) -> Bench {
    let mut bench = Bench::in_environment(environment);
    if running {
        let plan = bench.plan(Playbook::Failover);
        bench.run_with(plan, &[(4, Outcome::Unknown)]);
    } else {
        bench.arm();
    }
    for (at, key) in WAYS[way].iter().enumerate() {
        bench.press(i64::try_from(at).unwrap() * 1_000, key);
    }
    if let Some(Dialog::Sheet(sheet)) = &bench.view.dialog {
        let intent = sheet.intent().clone();
        bench.reads(9_000, &intent);
    }
    bench
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_at_any_size(
        way in 0..WAYS.len(),
        running: bool,
        production: bool,
        width in 0u16..250,
        height in 0u16..80,
        theme in 0..Theme::NAMES.len(),
        ascii: bool,
        keys in proptest::collection::vec(prop_oneof!["[a-zA-Z0-9?/-]", "enter|tab|pgdn|pgup|up|down|backspace"], 0..12),
    ) {
        let mut bench = open(way, running, if production { "production" } else { "simulated" });
        let theme = Theme::find(Theme::NAMES[theme]).unwrap();
        let glyphs = if ascii { Glyphs::ascii() } else { Glyphs::unicode() };
        let size = Size { width, height };
        let resize = pointsman::ui::key::Input::Resize { width, height };
        bench.input(10_000, &resize);
        bench.buffer(size, &theme, &glyphs);
        for (at, key) in keys.iter().enumerate() {
            bench.press(10_500 + i64::try_from(at).unwrap() * 400, key);
            let buffer = bench.buffer(size, &theme, &glyphs);
            prop_assert!(!ascii || buffer.content().iter().all(|cell| cell.symbol().is_ascii()));
        }
    }
}
