//! From keys to an action, by the one table with the operator's own keys over it, and by where the operator is.
//!
//! It holds no state: the same keys mean the same thing every time in the same place. Where a line is typed, letters
//! are text whatever is bound.

mod file;
mod near;
mod spoken;

use std::collections::BTreeMap;

use super::action::{Action, TABLE};
use super::key::Key;

pub use file::{Problem, Problems};
pub use near::beside;
pub use spoken::{Keys, Own};

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
    /// The line that commands are typed into, with a list of them: letters are text too.
    Commands,
    /// The list of workloads.
    Fleet,
}

impl Context {
    /// Every context, in the order of the docs.
    pub const ALL: [Self; 7] =
        [Self::Screen, Self::Text, Self::List, Self::Buttons, Self::Typing, Self::Commands, Self::Fleet];

    /// Where this is, in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Screen => "the panes",
            Self::Text => "a dialog of text",
            Self::List => "a list to choose from",
            Self::Buttons => "a dialog with buttons",
            Self::Typing => "a line to type in",
            Self::Commands => "the line of commands",
            Self::Fleet => "the list of workloads",
        }
    }

    /// Letters are text here.
    #[must_use]
    pub fn is_line(self) -> bool {
        matches!(self, Self::Typing | Self::Commands)
    }
}

/// What keys mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
    labels: BTreeMap<Action, String>,
    warnings: Vec<Problem>,
}

/// Keys pressed one after the other, and what they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Binding {
    chord: Vec<Key>,
    action: Action,
    places: Vec<Context>,
}

/// What the keys pressed so far mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing.
    Nothing,
    /// More must follow.
    Begins,
    /// This.
    Means(Action),
}

impl Default for Keymap {
    /// The keys of the table.
    fn default() -> Self {
        let bindings = TABLE.iter().flat_map(|entry| {
            let keys = entry.keys.iter().filter_map(|name| name.parse().ok());
            keys.map(|key| Binding { chord: vec![key], action: entry.action, places: entry.places.to_vec() })
        });
        Self { bindings: bindings.collect(), labels: BTreeMap::new(), warnings: Vec::new() }
    }
}

impl Keymap {
    /// The keys of the table, and over them those of a file.
    ///
    /// # Errors
    /// When anything in the file is wrong: all problems at once, each with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        file::load(file, text)
    }

    /// What the file asks for and is better asked for otherwise.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// What keys mean in a place.
    #[must_use]
    pub fn meaning(&self, chord: &[Key], context: Context) -> Meaning {
        if context.is_line() && chord.iter().any(|key| key.written().is_some()) {
            return Meaning::Nothing;
        }
        let chord: Vec<Key> = chord.iter().map(|key| key.normal()).collect();
        let mut here = self.bindings.iter().filter(|binding| binding.places.contains(&context));
        if let Some(binding) = here.clone().find(|binding| binding.chord == chord) {
            return Meaning::Means(binding.action);
        }
        let begins = |binding: &Binding| binding.chord.starts_with(&chord);
        if !chord.is_empty() && here.any(begins) { Meaning::Begins } else { Meaning::Nothing }
    }

    /// What one key means in a place; `None` when it means nothing there by itself.
    #[must_use]
    pub fn resolve(&self, key: Key, context: Context) -> Option<Action> {
        match self.meaning(&[key], context) {
            Meaning::Means(action) => Some(action),
            Meaning::Nothing | Meaning::Begins => None,
        }
    }

    /// The keys of an action, the one to show first.
    #[must_use]
    pub fn keys(&self, action: Action) -> Vec<String> {
        self.bindings.iter().filter(|b| b.action == action).map(|b| written(&b.chord)).collect()
    }

    /// Its word in the hint bar; empty when it is not worth one.
    #[must_use]
    pub fn label(&self, action: Action) -> &str {
        let usual = || action.entry().map_or("", |entry| entry.hint);
        self.labels.get(&action).map_or_else(usual, String::as_str)
    }

    /// What may follow in a place after these keys: the keys that are left, and a word for what they stand for.
    #[must_use]
    pub fn follows(&self, begun: &[Key], context: Context) -> Vec<(String, &str)> {
        let rest = |binding: &Binding| binding.chord.strip_prefix(begun).map(written);
        let here = self.bindings.iter().filter(|b| b.places.contains(&context));
        let named = |action: Action| match self.label(action) {
            "" => action.entry().map_or("", |entry| entry.name),
            label => label,
        };
        here.filter_map(|b| Some((rest(b).filter(|rest| !rest.is_empty())?, named(b.action)))).collect()
    }
}

/// Keys as they are written: `g r`.
#[must_use]
pub fn written(chord: &[Key]) -> String {
    chord.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// What a key of the table means in a place; `None` when it means nothing there.
#[must_use]
pub fn resolve(key: Key, context: Context) -> Option<Action> {
    Keymap::default().resolve(key, context)
}
