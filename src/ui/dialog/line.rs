//! A line of free text, for reasons: typed or pasted, never a confirmation by itself.

use crate::ui::key::{Code, Input};

/// The text so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    text: String,
}

/// Longest reason, in characters.
const LONGEST: usize = 200;

/// The fewest letters that say anything.
const SHORTEST: usize = 3;

impl Line {
    /// Takes an input.
    pub(crate) fn on(&mut self, input: &Input) {
        match input {
            Input::Key(key) if key.code == Code::Backspace => {
                self.text.pop();
            }
            Input::Key(key) => self.extend(key.written()),
            Input::Paste(text) => self.extend(text.trim().chars()),
            Input::Resize { .. } | Input::Focus(_) => {}
        }
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

    /// The reason, if it says anything.
    pub(crate) fn reason(&self) -> Option<String> {
        let reason = self.text.trim();
        (reason.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST).then(|| reason.to_owned())
    }
}
