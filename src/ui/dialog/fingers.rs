//! Traps for everything that is no person typing: keys that come as one burst, keys held down, and an Enter that was
//! meant for what was there before.
//!
//! It judges times and never what was typed.

use std::time::Duration;

use jiff::Timestamp;

use super::SETTLE;
use crate::ui::action::Action;
use crate::ui::key::{Code, Key};

/// Keys closer together than this were not pressed one by one.
const BURST: Duration = Duration::from_millis(15);

/// The same key again within this time is held down.
const HELD: Duration = Duration::from_millis(80);

/// When which key came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingers {
    opened: Timestamp,
    last: Option<(Key, Timestamp)>,
    times: Vec<Timestamp>,
    pasted: Option<Timestamp>,
}

/// What a key means for the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    /// Nothing: it was held down, came too early, or writes nothing.
    Nothing,
    /// One more letter.
    Letter(char),
    /// One less.
    Erase,
    /// Enter, pressed on purpose.
    Enter,
}

impl Fingers {
    pub(super) fn new(at: Timestamp) -> Self {
        Self { opened: at, last: None, times: Vec::new(), pasted: None }
    }

    pub(super) fn touch(&mut self, key: Key, action: Option<Action>, at: Timestamp) -> Touch {
        let before = self.last.replace((key, at));
        let gap = before.map(|(_, then)| elapsed(then, at));
        let again = before.is_some_and(|(last, _)| last == key);
        if action == Some(Action::Confirm) {
            let held = again && gap.is_some_and(|gap| gap < SETTLE);
            let early = [Some(self.opened), self.pasted].into_iter().flatten();
            let settled = early.into_iter().all(|then| elapsed(then, at) >= SETTLE);
            return if held || !settled { Touch::Nothing } else { Touch::Enter };
        }
        match key.written() {
            Some(_) if again && gap.is_some_and(|gap| gap < HELD) => Touch::Nothing,
            Some(letter) => {
                self.times.push(at);
                Touch::Letter(letter)
            }
            None if key.code == Code::Backspace => {
                self.times.pop();
                Touch::Erase
            }
            None => Touch::Nothing,
        }
    }

    /// Text came in one piece: an Enter right behind it belongs to it.
    pub(super) fn paste(&mut self, at: Timestamp) {
        self.pasted = Some(at);
    }

    /// More than half of the gaps up to Enter are too short for fingers.
    pub(super) fn is_burst(&self, enter: Timestamp) -> bool {
        let ends = self.times.iter().skip(1).chain([&enter]);
        let gaps = self.times.iter().zip(ends).map(|(from, to)| elapsed(*from, *to));
        let fast = gaps.filter(|gap| *gap < BURST).count();
        fast * 2 > self.times.len()
    }

    /// The text begins anew.
    pub(super) fn clear(&mut self) {
        self.times.clear();
    }
}

fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
