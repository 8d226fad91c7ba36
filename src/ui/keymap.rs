//! From a key to an action, by the one table and by where the operator is.
//!
//! It holds no state: a key means the same thing every time in the same place.

use super::action::{Action, TABLE};
use super::key::Key;

/// Where a key was pressed, as far as its meaning goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// The panes, with no dialog on top.
    Screen,
    /// A dialog of text that scrolls.
    Text,
    /// A dialog with a list to choose from.
    List,
    /// A dialog with buttons.
    Buttons,
    /// A dialog with a line to type in: letters are text and never keys.
    Typing,
}

impl Context {
    /// Every context, in the order of the docs.
    pub const ALL: [Self; 5] = [Self::Screen, Self::Text, Self::List, Self::Buttons, Self::Typing];

    /// Where this is, in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Screen => "the panes",
            Self::Text => "a dialog of text",
            Self::List => "a list to choose from",
            Self::Buttons => "a dialog with buttons",
            Self::Typing => "a line to type in",
        }
    }
}

/// What a key means in a place; `None` when it means nothing there.
#[must_use]
pub fn resolve(key: Key, context: Context) -> Option<Action> {
    let key = key.normal();
    TABLE
        .iter()
        .filter(|entry| entry.places.contains(&context))
        .find(|entry| entry.keys.iter().any(|name| name.parse() == Ok(key)))
        .map(|entry| entry.action)
}
