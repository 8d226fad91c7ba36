//! The line that a filter is typed into; the pane shows what it leaves with every letter.
//!
//! It is drawn in the hint bar and not over the panes, and changes nothing but what is shown.

use super::Reply;
use crate::ui::action::Action;
use crate::ui::key::{Code, Input, Key};

/// No filter is longer.
const LONGEST: usize = 60;

/// The text so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sift {
    text: String,
}

impl Sift {
    /// Begins with the filter that is there.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// What is typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(in super::super) fn on(&mut self, input: &Input, action: Option<Action>) -> Reply {
        match (action, input) {
            (Some(Action::Back | Action::Interrupt), _) => {
                return Reply::Sift { text: String::new(), done: true };
            }
            (Some(Action::Confirm), _) => return Reply::Sift { text: self.text.clone(), done: true },
            (_, Input::Key(key)) => edit(&mut self.text, *key),
            (_, Input::Paste(text)) => extend(&mut self.text, text.trim().chars()),
            _ => return Reply::Stay,
        }
        Reply::Sift { text: self.text.clone(), done: false }
    }
}

/// A key in a line that leads to nothing by itself: a letter, Backspace, or Ctrl-U for all of it.
pub(super) fn edit(text: &mut String, key: Key) {
    match key.code {
        Code::Backspace => drop(text.pop()),
        Code::Char('u') if key.ctrl => text.clear(),
        _ => extend(text, key.written()),
    }
}

pub(super) fn extend(text: &mut String, letters: impl IntoIterator<Item = char>) {
    for letter in letters.into_iter().filter(|letter| !letter.is_control()) {
        if text.chars().count() < LONGEST {
            text.push(letter);
        }
    }
}
