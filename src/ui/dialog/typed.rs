//! A word that a person must type to confirm, and the traps for everything that is no person typing.
//!
//! Enter alone, a paste, keys that come as one burst and held keys never confirm. A word that is refused is
//! cleared, so that the next try begins from nothing.

use std::fmt;

use jiff::Timestamp;

use super::fingers::{Fingers, Touch};
use super::line;
use crate::ui::action::Action;
use crate::ui::key::Input;

/// No Region's name is longer.
const LONGEST: usize = 40;

/// The word as far as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    wanted: String,
    text: String,
    fingers: Fingers,
}

/// What became of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Nothing to say.
    Quiet,
    /// Enter came and the word is right, typed by a person.
    Matches,
    /// It was refused, and cleared.
    Refused(Refusal),
}

/// Why a word does not confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Enter alone.
    Empty,
    /// Another word.
    Wrong {
        /// What was typed.
        typed: String,
        /// What is asked for.
        wanted: String,
    },
    /// It came too fast for fingers.
    Burst,
    /// It was pasted.
    Pasted,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Enter alone confirms nothing"),
            Self::Wrong { typed, wanted } => write!(f, "typed `{typed}`, but `{wanted}` receives"),
            Self::Burst => f.write_str(line::BURST),
            Self::Pasted => f.write_str("a paste does not confirm; type it"),
        }
    }
}

impl Typed {
    /// Asks for `wanted`, from now on.
    #[must_use]
    pub fn new(wanted: &str, at: Timestamp) -> Self {
        Self { wanted: wanted.to_owned(), text: String::new(), fingers: Fingers::new(at) }
    }

    /// What is typed so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is typed is what is asked for; how it was typed is judged at Enter.
    #[must_use]
    pub fn matches(&self) -> bool {
        self.text == self.wanted
    }

    /// Takes an input; only `Word::Matches` may lead to a write.
    #[must_use]
    pub fn on(&mut self, input: &Input, action: Option<Action>, at: Timestamp) -> Word {
        let key = match input {
            Input::Key(key) => *key,
            Input::Paste(_) => return self.refuse(Refusal::Pasted),
            Input::Resize { .. } | Input::Focus(_) | Input::Click { .. } | Input::Wheel { .. } => {
                return Word::Quiet;
            }
        };
        match self.fingers.touch(key, action, at) {
            Touch::Enter => return self.enter(at),
            Touch::Letter(letter) if self.text.chars().count() < LONGEST => self.text.push(letter),
            Touch::Erase => drop(self.text.pop()),
            Touch::Letter(_) | Touch::Nothing => {}
        }
        Word::Quiet
    }

    fn enter(&mut self, at: Timestamp) -> Word {
        if self.text.is_empty() {
            return Word::Refused(Refusal::Empty);
        }
        if self.fingers.is_burst(at) {
            return self.refuse(Refusal::Burst);
        }
        if self.matches() {
            return Word::Matches;
        }
        let refusal = Refusal::Wrong { typed: self.text.clone(), wanted: self.wanted.clone() };
        self.refuse(refusal)
    }

    fn refuse(&mut self, refusal: Refusal) -> Word {
        self.text.clear();
        self.fingers.clear();
        Word::Refused(refusal)
    }
}
