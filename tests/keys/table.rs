//! The one table: every key has one meaning in a place, and the docs are what the table says.

use std::collections::BTreeMap;

use pointsman::ui::action::{Action, Stakes, TABLE};
use pointsman::ui::help;
use pointsman::ui::key::{Code, Key};
use pointsman::ui::keymap::{Context, resolve};
use pointsman::ui::view::Pane;

#[test]
fn no_key_means_two_things_in_one_place() {
    let mut taken: BTreeMap<(Context, Key), &str> = BTreeMap::new();
    for entry in TABLE {
        for context in entry.places {
            for name in entry.keys {
                let key: Key = name.parse().unwrap_or_else(|error| panic!("{}: {error}", entry.name));
                let before = taken.insert((*context, key), entry.name);
                assert_eq!(before, None, "{name} in {} is also {}", context.word(), entry.name);
                let is_text = context.is_line() && key.written().is_some();
                let wanted = (!is_text).then_some(entry.action);
                assert_eq!(resolve(key, *context), wanted, "{name} in {}", context.word());
            }
        }
    }
}

#[test]
fn names_and_actions_are_unique_and_every_action_has_a_key() {
    let mut names: Vec<&str> = TABLE.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), TABLE.len());
    let mut actions: Vec<Action> = TABLE.iter().map(|entry| entry.action).collect();
    actions.sort_unstable();
    actions.dedup();
    assert_eq!(actions.len(), TABLE.len());
    assert!(TABLE.iter().all(|entry| !entry.keys.is_empty() && !entry.places.is_empty()));
    for pane in Pane::ALL {
        assert!(Action::Pane(pane).entry().is_some(), "{}", pane.name());
    }
}

#[test]
fn a_letter_is_a_letter_where_one_types() {
    for (letter, line) in (' '..='~').flat_map(|l| [(l, Context::Typing), (l, Context::Commands)]) {
        assert_eq!(resolve(Key::char(letter), line), None, "{letter}");
    }
}

#[test]
fn a_plain_y_says_yes_to_nothing() {
    for context in Context::ALL {
        let copies = matches!(context, Context::Screen | Context::Text);
        assert_eq!(resolve(Key::char('y'), context), copies.then_some(Action::CopyRow));
    }
    assert_eq!(Action::CopyRow.entry().unwrap().stakes, Stakes::None);
}

#[test]
fn every_dialog_can_be_left_by_esc_and_ctrl_c() {
    for context in Context::ALL {
        assert_eq!(resolve("esc".parse().unwrap(), context), Some(Action::Back));
        assert_eq!(resolve("ctrl-c".parse().unwrap(), context), Some(Action::Interrupt));
    }
}

#[test]
fn keys_are_written_as_they_are_read() {
    for name in ["a", "A", "?", "ctrl-c", "alt-x", "shift-tab", "enter", "pgup", "f12", "space", "minus", "é"]
    {
        let key: Key = name.parse().unwrap();
        assert_eq!(key.to_string(), name);
    }
    for name in ["", "ctrl-", "f0", "f25", "ab", "hyper-a"] {
        assert!(name.parse::<Key>().is_err(), "{name}");
    }
}

#[test]
fn terminals_that_tell_shift_apart_mean_the_same_key() {
    let told = |letter, ctrl, shift| Key { code: Code::Char(letter), ctrl, alt: false, shift };
    let cases = [
        (told('A', false, true), Some(Action::Arm)),
        (told('a', false, true), Some(Action::Arm)),
        (told('A', false, false), Some(Action::Arm)),
        (told('a', false, false), Some(Action::Act)),
        (told('C', true, true), Some(Action::Interrupt)),
        (told('?', false, true), Some(Action::Help)),
    ];
    for (key, action) in cases {
        assert_eq!(resolve(key, Context::Screen), action, "{key:?}");
    }
}

#[test]
fn the_page_about_keys_is_what_the_table_says() {
    crate::written::compare_or_write("docs/keys.md", &help::keys_md());
}
