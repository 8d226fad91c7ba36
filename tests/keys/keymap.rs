//! The operator's own keys: chords, labels, unbinding, and everything that is refused, with its line.

use std::sync::Arc;

use pointsman::ui::action::{Action, TABLE};
use pointsman::ui::key::Key;
use pointsman::ui::keymap::{Context, Keymap, Meaning, beside};
use pointsman::ui::view::{Pane, Size};

use super::bench::Bench;
use super::rows::press;

fn key(name: &str) -> Key {
    name.parse().unwrap()
}

fn parsed(text: &str) -> Keymap {
    Keymap::parse("keys.toml", text).unwrap_or_else(|problems| panic!("{problems}"))
}

fn bench(text: &str) -> Bench {
    let mut bench = Bench::new();
    bench.view.keymap = Arc::new(parsed(text));
    bench
}

fn bar(bench: &Bench) -> String {
    bench.screen(Size { width: 80, height: 1 }).remove(0)
}

#[test]
fn a_file_without_keys_changes_nothing() {
    assert_eq!(parsed(""), Keymap::default());
    assert_eq!(parsed("[keys]\n"), Keymap::default());
}

#[test]
fn a_chord_waits_for_its_next_key_and_says_what_may_follow() {
    let mut bench = bench("[keys]\n\"g\" = false\n\"g r\" = \"traffic\"\n\"g g\" = \"top\"\n");
    press(&mut bench, 0, "g");
    assert!(bar(&bench).starts_with(" g  g top  r traffic  esc none of it"), "{}", bar(&bench));
    press(&mut bench, 500, "r");
    assert_eq!((bench.view.pane, bench.view.chord()), (Pane::Traffic, None));
}

#[test]
fn esc_a_wrong_key_or_time_end_a_chord() {
    let mut bench = bench("[keys]\n\"space r\" = \"traffic\"\n");
    press(&mut bench, 0, "space esc r");
    assert_eq!(bench.view.pane, Pane::Regions, "Esc ended it");
    press(&mut bench, 10_000, "space x");
    assert_eq!((bench.view.chord(), bar(&bench).as_str()), (None, " space x is bound to nothing"));
    press(&mut bench, 20_000, "space");
    bench.tick(22_000);
    assert!(bench.view.chord().is_some());
    bench.tick(23_000);
    assert_eq!(bench.view.chord(), None, "time ended it");
    press(&mut bench, 30_000, "space");
    press(&mut bench, 34_000, "r");
    assert_eq!(bench.view.pane, Pane::Regions, "also without a tick in between");
}

#[test]
fn a_key_is_bound_over_the_table_with_its_label() {
    let mut bench = bench("[keys]\n\"F\" = { action = \"freeze\", label = \"hold still\" }\n");
    assert!(bar(&bench).contains("F hold still"), "{}", bar(&bench));
    press(&mut bench, 0, "F");
    assert!(bench.view.still.is_some());
    press(&mut bench, 500, "f");
    assert!(bench.view.still.is_none(), "the key of the table still works");
}

#[test]
fn what_is_unbound_has_its_name_in_the_help() {
    let mut bench = bench("[keys]\n\"z\" = false\n");
    press(&mut bench, 0, "z");
    assert!(!bench.view.zoomed);
    press(&mut bench, 500, "?");
    let help = bench.screen(Size { width: 80, height: 90 }).join("\n");
    assert!(help.contains(":zoom "), "{help}");
}

#[test]
fn letters_stay_text_where_one_types() {
    let keymap = parsed("[keys]\n\"e\" = \"interrupt-not\"\n".replace("interrupt-not", "suspend").as_str());
    assert_eq!(keymap.resolve(key("e"), Context::Screen), Some(Action::Suspend));
    assert_eq!(keymap.resolve(key("e"), Context::Typing), None);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let cases: [(&str, &str); 12] = [
        (
            "[keys]\n\"g r\" = \"traffic\"",
            "keys.toml:2: `g r` can never be typed: `g` is top; unbind it with \"g\" = false",
        ),
        (
            "[keys]\n\"e\" = \"zoom\"\n\"e e\" = \"help\"",
            "keys.toml:3: `e e` can never be typed: `e` is zoom; unbind it with \"e\" = false",
        ),
        ("[keys]\n\n\"e\" = \"frieze\"", "keys.toml:3: unknown action `frieze`; did you mean `freeze`?"),
        ("[keys]\n\"e\" = \"blow-it-up-now\"", "keys.toml:2: unknown action `blow-it-up-now`"),
        ("[keys]\n\"A\" = \"zoom\"\n\"shift-a\" = \"help\"", "keys.toml:3: `A` stands on line 2 already"),
        (
            "[keys]\n\"hyper-e\" = \"zoom\"",
            "keys.toml:2: `hyper-e` is not a key: write `a`, `?`, `ctrl-c`, `shift-tab`, `enter`, `f5`",
        ),
        ("[keys]\n\"e\" = \"confirm\"", "keys.toml:2: `confirm` keeps its keys: enter"),
        ("[keys]\n\"esc\" = \"zoom\"", "keys.toml:2: `esc` stays what it is: back"),
        ("[keys]\n\"ctrl-c\" = false", "keys.toml:2: `ctrl-c` stays what it is: interrupt"),
        ("[keys]\n\"e\" = false", "keys.toml:2: `e` is bound to nothing, so it cannot be unbound"),
        ("[keys]\n\"e e e e\" = \"zoom\"", "keys.toml:2: write one to 3 keys: \"g r\""),
        ("\n[kees]\n", "keys.toml:2: unknown key `kees`; keys stand in [keys]"),
    ];
    for (text, wanted) in cases {
        let problems = Keymap::parse("keys.toml", text).unwrap_err();
        assert_eq!(problems.to_string(), wanted, "{text}");
    }
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_lines() {
    let text = "[keys]\n\"e\" = \"zom\"\n\"esc\" = false\n\"w\" = 3\n";
    let problems = Keymap::parse("keys.toml", text).unwrap_err();
    let lines: Vec<usize> = problems.0.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3, 4], "{problems}");
}

#[test]
fn keys_that_lie_beside_each_other_are_known() {
    for (one, other) in [("j", "k"), ("j", "u"), ("U", "H"), ("s", "x"), ("4", "r"), ("/", ".")] {
        assert!(beside(key(one), key(other)) && beside(key(other), key(one)), "{one} {other}");
    }
    for (one, other) in [("j", "j"), ("j", "l"), ("U", "j"), ("ctrl-j", "k"), ("enter", "a"), ("t", "h")] {
        assert!(!beside(key(one), key(other)), "{one} {other}");
    }
}

#[test]
fn no_key_that_leads_to_a_write_lies_beside_one_that_is_pressed_all_day() {
    assert_eq!(Keymap::default().slips(), []);
}

#[test]
fn a_key_that_a_finger_slips_to_is_warned_of() {
    let keymap = parsed("[keys]\n\"u\" = \"undo\"\n");
    let warnings: Vec<String> = keymap.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["keys.toml:2: `u` leads to a write (undo) and lies beside `h`"]);
}

#[test]
fn every_key_of_the_table_means_the_same_in_the_default_map() {
    let keymap = Keymap::default();
    for entry in TABLE {
        for (name, context) in entry.keys.iter().flat_map(|name| entry.places.iter().map(move |c| (name, c)))
        {
            let is_text = context.is_line() && key(name).written().is_some();
            let wanted = if is_text { Meaning::Nothing } else { Meaning::Means(entry.action) };
            assert_eq!(keymap.meaning(&[key(name)], *context), wanted, "{name} in {}", context.word());
        }
    }
}
