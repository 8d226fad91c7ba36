//! Every dialog as text, at three sizes; `INSTA_UPDATE=always cargo test` rewrites them.

use pointsman::plan::Playbook;
use pointsman::plan::event::Outcome;
use pointsman::ui::view::Size;

use super::bench::{Bench, WEST, hold, intent};
use crate::fixture::State;

/// The us-east-1 of production is going bad.
fn degraded() -> Bench {
    Bench::of("production", State::Degraded)
}

/// The list of what can be done, armed; failover is first.
fn listed() -> Bench {
    let mut bench = degraded().armed();
    bench.press(1_000, "a");
    bench
}

/// The sheet of a failover, before its reads are back.
fn reading() -> Bench {
    let mut bench = listed();
    bench.press(2_000, "enter");
    bench
}

fn asking() -> Bench {
    let mut bench = reading();
    bench.reads(3_000, &intent(Playbook::Failover));
    bench.tick(3_000);
    bench
}

/// A run whose routing step ended as unknown.
pub(super) fn unknown() -> Bench {
    let mut bench = degraded();
    let plan = bench.plan(Playbook::Failover);
    let confirmed = [1, 2, 3].map(|step| (step, Outcome::Confirmed));
    bench.run_with(plan, &[confirmed.as_slice(), &[(4, Outcome::Unknown)]].concat());
    bench
}

/// The same in each size, without the rows that are blank.
pub(super) fn check(name: &str, bench: &Bench) {
    let mut text = String::new();
    for (width, height) in [(80, 24), (60, 15), (120, 40)] {
        text.extend([width.to_string(), "x".to_owned(), height.to_string(), "\n".to_owned()]);
        for row in bench.screen(Size { width, height }).iter().filter(|row| !row.is_empty()) {
            text.push_str(row);
            text.push('\n');
        }
    }
    insta::with_settings!({ snapshot_path => "frames", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// The bench after these keys, half a second apart.
fn after(mut bench: Bench, keys: &[&str]) -> Bench {
    for (at, key) in (0..).zip(keys) {
        bench.press(10_000 + at * 500, key);
    }
    bench
}

/// Every dialog that a key opens, with its name.
pub(super) fn dialogs() -> Vec<(&'static str, Bench)> {
    let mut held = reading();
    let why = "at-least-one-on: would leave 0 of 2 On, 1 is needed";
    held.reads_with(3_000, &intent(Playbook::Failover), vec![hold("safety rules allow it", why)]);
    held.tick(3_000);
    let mut cut_off = unknown();
    let run = cut_off.run.clone().unwrap();
    cut_off.view.ask_about(&run);
    let mut told = degraded();
    told.view.notify("The journal cannot be written", "The disk is full.");
    vec![
        ("detail", after(degraded(), &["2", "enter"])),
        ("act", after(degraded(), &["a"])),
        ("act-armed", listed()),
        ("arm", after(Bench::of("staging", State::Degraded), &["A"])),
        ("arm-production", after(degraded(), &["A"])),
        ("sheet-reading", reading()),
        ("sheet-asking", asking()),
        ("sheet-held", held),
        ("retry", after(unknown(), &["R"])),
        ("skip", after(unknown(), &["s"])),
        ("note", after(unknown(), &["i"])),
        ("cut-off", cut_off),
        ("quit", after(unknown(), &["q"])),
        ("notice", told),
        ("cli", after(unknown(), &["c"])),
    ]
}

#[test]
fn help() {
    check("help", &after(degraded(), &["?"]));
}

#[test]
fn detail() {
    check("detail", &after(degraded(), &["2", "enter"]));
}

#[test]
fn act() {
    check("act-watching", &after(degraded(), &["a"]));
    check("act-armed", &listed());
}

#[test]
fn arm() {
    check("arm", &after(Bench::of("staging", State::Degraded), &["A"]));
    check("arm-production", &after(degraded(), &["A", "I", "N", "C"]));
}

#[test]
fn sheet() {
    check("sheet-reading", &reading());
    let mut typing = asking();
    typing.type_word(4_000, 150, "us-west-");
    check("sheet-asking", &typing);
    let mut wrong = asking();
    let last = wrong.type_word(4_000, 150, "us-east-1");
    wrong.press(last + 200, "enter");
    check("sheet-wrong", &wrong);
    let mut checking = asking();
    let last = checking.type_word(4_000, 150, WEST);
    checking.press(last + 200, "enter");
    check("sheet-checking", &checking);
    checking.writer("catalog", WEST);
    checking.reads(last + 900, &intent(Playbook::Failover));
    check("sheet-moved", &checking);
    let mut held = reading();
    let why = "at-least-one-on: would leave 0 of 2 On, 1 is needed";
    held.reads_with(3_000, &intent(Playbook::Failover), vec![hold("safety rules allow it", why)]);
    held.tick(3_000);
    check("sheet-held", &held);
}

#[test]
fn sheet_of_a_switchover_in_calm() {
    let mut bench = Bench::new().armed();
    bench.press(1_000, "a");
    bench.press(2_000, "enter");
    bench.reads(3_000, &intent(Playbook::Switchover));
    bench.tick(3_000);
    check("sheet-calm", &bench);
}

#[test]
fn sheet_where_more_is_said_than_fits() {
    let many = |bench: &mut Bench| {
        let holds = [("account", "these credentials are of 999999999999, the workload is in 111122223333")];
        let late =
            (1..=5).map(|at| (format!("lag of store-{at} within RPO"), "45.0s behind, over the RPO of 30s"));
        let holds = holds.map(|(name, why)| (name.to_owned(), why)).into_iter().chain(late);
        let holds = holds.map(|(name, why)| hold(&name, why)).collect();
        bench.reads_with(3_000, &intent(Playbook::Failover), holds);
        bench.tick(3_000);
    };
    let mut bench = reading();
    many(&mut bench);
    check("sheet-full", &bench);
    bench.press(4_000, "pgdn");
    check("sheet-full-below", &bench);
}

#[test]
fn decide() {
    for (name, key) in [("retry", "R"), ("undo", "U"), ("skip", "s"), ("abort", "x")] {
        check(&format!("decide-{name}"), &after(unknown(), &[key]));
    }
}

#[test]
fn decide_where_the_writer_is_not_known() {
    let mut bench = degraded();
    let plan = bench.plan(Playbook::Failover);
    bench.run_with(plan, &[(1, Outcome::Confirmed), (2, Outcome::Unknown)]);
    check("decide-skip-writer", &after(bench, &["s"]));
}

#[test]
fn cut_off() {
    let mut bench = unknown();
    let run = bench.run.clone().unwrap();
    bench.view.ask_about(&run);
    check("cut-off", &bench);
}

#[test]
fn quit() {
    check("quit", &after(degraded(), &["ctrl-c"]));
    check("quit-in-a-run", &after(unknown(), &["q"]));
}

#[test]
fn notice() {
    let mut bench = degraded();
    bench
        .view
        .notify("The journal cannot be written", "The disk is full.\nFree some space, then press a again.");
    check("notice", &bench);
}

#[test]
fn cli() {
    check("cli", &after(unknown(), &["c"]));
}
