//! A line of free text, for reasons: typed or pasted, and given by an Enter that a person pressed.

use jiff::Timestamp;

use super::fingers::{Fingers, Touch};
use crate::ui::action::Action;
use crate::ui::key::Input;

/// The text so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    text: String,
    fingers: Fingers,
}

/// What became of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing to say.
    Quiet,
    /// Enter came, and this is the reason.
    Given(String),
    /// Enter came and there is no reason.
    Nothing,
    /// Enter came with the text in one burst; it was cleared.
    Burst,
}

/// What is said of keys that no person pressed.
pub(crate) const BURST: &str = "the keys came as one burst, as a paste does; type it key by key";

/// Longest reason, in characters.
const LONGEST: usize = 200;

/// The fewest letters that say anything.
const SHORTEST: usize = 3;

impl Line {
    /// Asks from now on.
    pub(crate) fn new(at: Timestamp) -> Self {
        Self { text: String::new(), fingers: Fingers::new(at) }
    }

    /// Takes an input.
    pub(crate) fn on(&mut self, input: &Input, action: Option<Action>, at: Timestamp) -> Said {
        let key = match input {
            Input::Key(key) => *key,
            Input::Paste(text) => {
                self.fingers.paste(at);
                self.extend(text.trim().chars());
                return Said::Quiet;
            }
            Input::Resize { .. } | Input::Focus(_) | Input::Click { .. } | Input::Wheel { .. } => {
                return Said::Quiet;
            }
        };
        match self.fingers.touch(key, action, at) {
            Touch::Enter => return self.enter(at),
            Touch::Letter(letter) => self.extend([letter]),
            Touch::Erase => drop(self.text.pop()),
            Touch::Nothing => {}
        }
        Said::Quiet
    }

    fn enter(&mut self, at: Timestamp) -> Said {
        if self.fingers.is_burst(at) {
            self.text.clear();
            self.fingers.clear();
            return Said::Burst;
        }
        let reason = self.text.trim();
        let says = reason.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST;
        if says { Said::Given(reason.to_owned()) } else { Said::Nothing }
    }

    fn extend(&mut self, letters: impl IntoIterator<Item = char>) {
        for letter in letters {
            if self.text.chars().count() < LONGEST {
                self.text.push(if letter.is_control() { ' ' } else { letter });
            }
        }
    }

    /// What is typed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}
