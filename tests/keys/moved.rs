//! Sentences follow the operator's keys: with every key that may be moved moved away, nothing on the screen names one
//! of the table any more.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use pointsman::plan::Playbook;
use pointsman::plan::event::Outcome;
use pointsman::ui::action::{Action, Entry, TABLE};
use pointsman::ui::dialog::Obstacle;
use pointsman::ui::keymap::Keymap;
use pointsman::ui::view::{Pane, Size};

use super::bench::{Bench, hold, intent};
use super::frames;
use super::rows::console;
use crate::fixture::State;

/// These keep their keys.
const FIXED: [Action; 4] = [Action::Choose, Action::Confirm, Action::Back, Action::Interrupt];
const FIXED_KEYS: [&str; 3] = ["enter", "esc", "ctrl-c"];

fn movable() -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().filter(|entry| !FIXED.contains(&entry.action))
}

/// Keys that the table binds to nothing.
fn unused() -> Vec<String> {
    let letters = ('a'..='z').chain('A'..='Z').map(|letter| format!("alt-{letter}"));
    (2..=24).map(|number| format!("f{number}")).chain(letters).collect()
}

/// The new key of an action.
fn key_of(action: Action) -> String {
    let at = movable().position(|entry| entry.action == action).unwrap();
    unused()[at].clone()
}

/// Every key of the table that may be moved is unbound, and each of its actions has another one.
fn moved() -> Arc<Keymap> {
    let mut text = String::from("[keys]\n");
    let keys: BTreeSet<&str> = movable().flat_map(|entry| entry.keys).copied().collect();
    for key in keys.iter().filter(|key| !FIXED_KEYS.contains(key)) {
        writeln!(text, "\"{key}\" = false").unwrap();
    }
    for entry in movable() {
        writeln!(text, "\"{}\" = \"{}\"", key_of(entry.action), entry.name).unwrap();
    }
    Arc::new(Keymap::parse("keys.toml", &text).unwrap_or_else(|problems| panic!("{problems}")))
}

/// The keys of the table as a sentence could name them: single letters, and words.
fn old_keys() -> (Vec<&'static str>, Vec<String>) {
    let keys = movable().flat_map(|entry| entry.keys).copied().filter(|key| !FIXED_KEYS.contains(key));
    let (letters, words): (Vec<_>, Vec<_>) = keys.partition(|key| key.chars().count() == 1);
    // Words that mean more than a key are left out.
    let plain = ["up", "down", "left", "right", "home", "end"];
    let words = words.into_iter().filter(|word| !plain.contains(word));
    let words = words.flat_map(|word| {
        let spoken = word.parse::<pointsman::ui::key::Key>().unwrap().spoken();
        [spoken, word.to_owned()]
    });
    (letters, words.collect())
}

/// What of a text names a key of the table.
fn named(text: &str) -> Vec<String> {
    let (letters, words) = old_keys();
    let mut found = Vec::new();
    for line in text.lines() {
        let bounded = |at: usize, key: &str| {
            let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-');
            outside(line[..at].chars().next_back()) && outside(line[at + key.len()..].chars().next())
        };
        for word in &words {
            let hits = line.match_indices(word.as_str()).filter(|(at, _)| bounded(*at, word));
            found.extend(hits.map(|_| format!("{word} in {}", line.trim())));
        }
        for letter in &letters {
            let hits = line.match_indices(letter).filter(|(at, _)| bounded(*at, letter));
            let hits = hits.filter(|(at, _)| is_key(&line[..*at], letter, &line[at + letter.len()..]));
            found.extend(hits.map(|_| format!("{letter} in {}", line.trim())));
        }
    }
    found
}

/// A letter stands where a key does: after `press`, before what it does, before its own word, in ticks.
fn is_key(before: &str, key: &str, after: &str) -> bool {
    let asked = ["press ", "Press ", "with ", "once with "].iter().any(|word| before.ends_with(word));
    let ticked = before.ends_with('`') && after.starts_with('`');
    let Some(next) = after.strip_prefix(' ') else { return asked && !after.starts_with(' ') || ticked };
    let word: String = next.chars().take_while(char::is_ascii_lowercase).collect();
    let begins = before.trim_end().is_empty()
        || before.ends_with("  ")
        || [", ", "; ", ". ", "(", "│ "].iter().any(|end| before.ends_with(end));
    let verbs =
        ["marks", "pauses", "takes", "shows", "opens", "leaves", "arms", "keeps", "overrides", "again"];
    let does = begins && verbs.contains(&word.as_str());
    let entry = movable().find(|entry| entry.keys.contains(&key) && !entry.hint.is_empty());
    let hinted = begins && entry.is_some_and(|entry| next.starts_with(entry.hint));
    let pane = begins && Pane::ALL.iter().any(|pane| next.starts_with(pane.name()));
    (asked && key != "a") || ticked || does || hinted || pane
}

#[test]
fn a_sentence_that_names_a_key_is_found() {
    for text in [
        "no row is marked; M marks one",
        "a run is in flight; P pauses it",
        "Watching: press A to arm first",
        "or at once with A.",
        "nothing is sent; `a` asks again",
        "no run.  a act",
        "┌ 2 Replication ─┐".trim_start_matches('┌').trim_start(),
        "3 below, PgDn",
        "Tab other button, Enter presses",
        "O overrides a rule, by its name",
    ] {
        assert_ne!(named(text), [""; 0], "{text}");
    }
    for text in
        ["a run is in flight", "3 s ago", "with a reason", "Enter confirms", "Esc leaves", "alt-a act"]
    {
        assert_eq!(named(text), [""; 0], "{text}");
    }
}

/// The bench as it is, but with moved keys.
fn with_moved(mut bench: Bench) -> Bench {
    bench.view.keymap = moved();
    bench
}

fn check(name: &str, bench: &Bench) {
    let small = bench.screen(Size { width: 80, height: 24 }).join("\n");
    for text in [console(bench), small, bench.screen(Size { width: 120, height: 40 }).join("\n")] {
        assert_eq!(named(&text), [""; 0], "{name}\n{text}");
    }
}

/// It as it is, and the help over it.
fn check_with_help(name: &str, bench: Bench) {
    let mut bench = with_moved(bench);
    check(name, &bench);
    bench.press(60_000, &key_of(Action::Help));
    assert!(bench.view.help.is_some(), "{name}: no help");
    check(&format!("help of {name}"), &bench);
}

#[test]
fn no_dialog_names_a_key_that_was_moved() {
    for (name, bench) in frames::dialogs() {
        check_with_help(name, bench);
    }
    for (name, obstacle) in
        [("held", Obstacle::Held), ("no answer", Obstacle::NoAnswer), ("abroad", Obstacle::Abroad)]
    {
        let mut bench = Bench::new();
        bench.view.ask_to_claim(obstacle, "maria on bastion-2 has it");
        bench.tick(1_000);
        check_with_help(name, bench);
    }
}

#[test]
fn a_sheet_that_a_rule_holds_back_names_the_moved_key() {
    let mut bench = Bench::of("production", State::Degraded).armed();
    bench.press(1_000, "a");
    bench.press(2_000, "enter");
    bench.reads_with(3_000, &intent(Playbook::Failover), vec![hold("safety rules allow it", "none left On")]);
    bench.tick(3_000);
    check_with_help("held sheet", bench);
}

type World = fn() -> Bench;

#[test]
fn no_pane_and_no_word_of_the_screen_names_a_key_that_was_moved() {
    let worlds: [(&str, World); 4] = [
        ("calm", Bench::new),
        ("degraded", || Bench::of("production", State::Degraded)),
        ("armed", || Bench::of("staging", State::Degraded).armed()),
        ("held", frames::unknown),
    ];
    for (world, make) in worlds {
        for pane in Pane::ALL {
            let mut bench = with_moved(make());
            bench.press(0, &key_of(Action::Pane(pane)));
            assert_eq!(bench.view.pane, pane);
            check(&format!("{world} {}", pane.name()), &bench);
            for zoom_or_filter in [Action::Zoom, Action::Filter] {
                bench.press(1_000, &key_of(zoom_or_filter));
            }
            bench.type_word(2_000, 200, "zzzz");
            check(&format!("{world}, a filter of {}", pane.name()), &bench);
            bench.press(4_000, "enter");
            check(&format!("{world}, nothing left of {}", pane.name()), &bench);
        }
        for entry in movable().filter(|entry| entry.places.contains(&pointsman::ui::keymap::Context::Screen))
        {
            let mut bench = with_moved(make());
            bench.press(1_000, &key_of(entry.action));
            check(&format!("{world} after {}", entry.name), &bench);
        }
    }
}

#[test]
fn a_cut_off_run_says_the_moved_keys() {
    let mut bench = frames::unknown();
    bench.console.mode = pointsman::ui::Mode::Watch;
    let mut bench = with_moved(bench);
    for action in [Action::Arm, Action::Pause, Action::Retry, Action::Tell, Action::Approve] {
        bench.press(1_000, &key_of(action));
        let said = bench.view.said().unwrap_or_default().to_owned();
        assert!(said.contains(&format!("{} takes it up", spoken(Action::Act))), "{said}");
        check("cut off", &bench);
    }
}

fn spoken(action: Action) -> String {
    moved().spoken(action)
}

#[test]
fn the_held_step_says_which_keys_decide() {
    let plan = Bench::new().plan(Playbook::Failover);
    let mut bench = Bench::new();
    bench.run_with(plan, &[(1, Outcome::Confirmed), (2, Outcome::Unknown)]);
    bench.view.pane = Pane::Plan;
    bench.view.zoomed = true;
    let bench = with_moved(bench);
    let text = console(&bench);
    for action in [Action::ReadAgain, Action::Retry, Action::Skip, Action::Abort] {
        assert!(text.contains(&spoken(action)), "no {} in\n{text}", spoken(action));
    }
}

/// The text of the literals of a source file, without its comments and its tests.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let text: Vec<&str> = lines.collect();
    text.join("\n").split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The table itself, the names of keys, what a person writes into a file of keys, and a picture of a screen.
const OF_KEYS: [&str; 7] = [
    "ui/action.rs",
    "ui/key.rs",
    "ui/help.rs",
    "ui/keymap/near.rs",
    "ui/keymap/spoken.rs",
    "ui/theme/docs.rs",
    "ui/theme/preview.rs",
];

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_sentence_in_the_code_names_a_key_by_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![root.join("app.rs"), root.join("runtime.rs")];
    for folder in ["app", "ui", "runtime", "cli", "plan", "model"] {
        sources(&root.join(folder), &mut files);
    }
    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        if OF_KEYS.contains(&name.as_str()) {
            continue;
        }
        let sentences = literals(&fs::read_to_string(&file).unwrap());
        for text in sentences.iter().filter(|text| text.contains(' ')) {
            found.extend(named(text).into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    assert_eq!(found, [""; 0]);
}
