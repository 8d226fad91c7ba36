//! Which keys lie beside each other, so that none that leads to a write lies under a finger that slips.
//!
//! The layout is the one printed on most keyboards (QWERTY); on another one the warning may be wrong, and it only warns.

use super::Keymap;
use crate::ui::action::{Action, Stakes};
use crate::ui::key::{Code, Key};

/// The rows of keys from the top, without and with shift, and how far each is shifted to the right.
const ROWS: [(&str, &str, f64); 4] = [
    ("1234567890-=", "!@#$%^&*()_+", 0.0),
    ("qwertyuiop[]", "QWERTYUIOP{}", 0.5),
    ("asdfghjkl;'", "ASDFGHJKL:\"", 0.75),
    ("zxcvbnm,./", "ZXCVBNM<>?", 1.25),
];

/// What is pressed all day without looking.
const COMMON: [Action; 6] = [
    Action::Up,
    Action::Down,
    Action::NextPane,
    Action::PreviousPane,
    Action::NextProblem,
    Action::PreviousProblem,
];

/// Two keys lie beside each other, and are pressed with the same hands held down beside them.
#[must_use]
pub fn beside(one: Key, other: Key) -> bool {
    if (one.ctrl, one.alt) != (other.ctrl, other.alt) {
        return false;
    }
    let (Some((shift, row, x)), Some((other_shift, other_row, other_x))) = (place(one), place(other)) else {
        return false;
    };
    let touches = row.abs_diff(other_row) <= 1 && (x - other_x).abs() <= 1.0;
    shift == other_shift && touches && (row, x) != (other_row, other_x)
}

fn place(key: Key) -> Option<(bool, usize, f64)> {
    let Code::Char(letter) = key.code else { return None };
    ROWS.iter().enumerate().find_map(|(row, (plain, shifted, indent))| {
        let at =
            |keys: &str| keys.chars().zip(0u8..).find(|(key, _)| *key == letter).map(|(_, at)| f64::from(at));
        let found = at(plain).map(|x| (false, x)).or_else(|| at(shifted).map(|x| (true, x)));
        found.map(|(shift, x)| (shift, row, x + indent))
    })
}

impl Keymap {
    /// The keys that lead to a write and lie beside one that is pressed all day: the key, its action, the other key.
    #[must_use]
    pub fn slips(&self) -> Vec<(Key, Action, Key)> {
        let single = |binding: &&super::Binding| binding.chord.len() == 1;
        let common = self.bindings.iter().filter(single).filter(|b| COMMON.contains(&b.action));
        let common: Vec<Key> = common.map(|binding| binding.chord[0]).collect();
        let writes = |action: Action| action.entry().is_some_and(|entry| entry.stakes == Stakes::Write);
        let grave = self.bindings.iter().filter(single).filter(|b| writes(b.action));
        let slip = |binding: &super::Binding| {
            let key = binding.chord[0];
            let other = common.iter().copied().find(|other| beside(key, *other))?;
            Some((key, binding.action, other))
        };
        grave.filter_map(slip).collect()
    }
}
