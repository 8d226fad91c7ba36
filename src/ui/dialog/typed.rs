//! A word that a person must type to confirm, and the traps for everything that is no person typing.
//!
//! Enter alone, a paste, keys that come as one burst and held keys never confirm. A word that is refused is
//! cleared, so that the next try begins from nothing.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::SETTLE;
use crate::ui::action::Action;
use crate::ui::key::{Code, Input, Key};

/// Keys closer together than this were not pressed one by one.
const BURST: Duration = Duration::from_millis(15);

/// The same key again within this time is held down.
const HELD: Duration = Duration::from_millis(80);

/// No Region's name is longer.
const LONGEST: usize = 40;

/// The word as far as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    wanted: String,
    text: String,
    times: Vec<Timestamp>,
    last: Option<(Key, Timestamp)>,
    opened: Timestamp,
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
            Self::Burst => f.write_str("the keys came as one burst, as a paste does; type it key by key"),
            Self::Pasted => f.write_str("a paste does not confirm; type it"),
        }
    }
}

impl Typed {
    /// Asks for `wanted`, from now on.
    #[must_use]
    pub fn new(wanted: &str, at: Timestamp) -> Self {
        Self { wanted: wanted.to_owned(), text: String::new(), times: Vec::new(), last: None, opened: at }
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
            Input::Resize { .. } | Input::Focus(_) => return Word::Quiet,
        };
        let before = self.last.replace((key, at));
        let gap = before.map(|(_, then)| elapsed(then, at));
        let again = before.is_some_and(|(last, _)| last == key);
        if action == Some(Action::Confirm) {
            let held = again && gap.is_some_and(|gap| gap < SETTLE);
            let settled = elapsed(self.opened, at) >= SETTLE;
            return if held || !settled { Word::Quiet } else { self.enter(at) };
        }
        match key.written() {
            Some(_) if again && gap.is_some_and(|gap| gap < HELD) => {}
            Some(letter) if self.times.len() < LONGEST => {
                self.text.push(letter);
                self.times.push(at);
            }
            None if key.code == Code::Backspace => {
                self.text.pop();
                self.times.pop();
            }
            _ => {}
        }
        Word::Quiet
    }

    fn enter(&mut self, at: Timestamp) -> Word {
        if self.text.is_empty() {
            return Word::Refused(Refusal::Empty);
        }
        if self.is_burst(at) {
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
        self.times.clear();
        Word::Refused(refusal)
    }

    /// More than half of the gaps up to Enter are too short for fingers.
    fn is_burst(&self, enter: Timestamp) -> bool {
        let ends = self.times.iter().skip(1).chain([&enter]);
        let gaps = self.times.iter().zip(ends).map(|(from, to)| elapsed(*from, *to));
        let fast = gaps.filter(|gap| *gap < BURST).count();
        fast * 2 > self.times.len()
    }
}

fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
