//! Keys pressed one after the other: what they mean together, and when what was begun is forgotten.
//!
//! What a key means says the keymap; nothing is done here.

use std::time::Duration;

use jiff::Timestamp;

use super::action::Action;
use super::key::{Code, Key};
use super::keymap::{Context, Keymap, Meaning, written};

/// How long keys that more must follow are remembered.
const PATIENCE: Duration = Duration::from_secs(3);

/// The keys that more must follow, and until when they are remembered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chord(Option<(Vec<Key>, Timestamp)>);

/// What a key came to, with those before it.
#[derive(Clone, Debug, PartialEq)]
pub enum Struck {
    /// More must follow, or what was begun was given up.
    Waits,
    /// This action, by these keys as they are written.
    Means(Action, String),
    /// Nothing, by these keys.
    Nothing(Vec<Key>),
}

impl Chord {
    /// The keys so far, where more must follow.
    #[must_use]
    pub fn begun(&self) -> Option<&[Key]> {
        self.0.as_ref().map(|(keys, _)| keys.as_slice())
    }

    /// Forgets what was begun too long ago.
    pub fn expire(&mut self, at: Timestamp) {
        self.0.take_if(|(_, until)| *until <= at);
    }

    /// Takes a key at a place; Esc gives up what was begun.
    pub fn strike(&mut self, key: Key, (keymap, place): (&Keymap, Context), at: Timestamp) -> Struck {
        self.expire(at);
        let mut keys = self.0.take().map(|(keys, _)| keys).unwrap_or_default();
        if !keys.is_empty() && key == Key::plain(Code::Esc) {
            return Struck::Waits;
        }
        keys.push(key.normal());
        match keymap.meaning(&keys, place) {
            Meaning::Means(action) => Struck::Means(action, written(&keys)),
            Meaning::Begins => {
                let until = at.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
                self.0 = Some((keys, until));
                Struck::Waits
            }
            Meaning::Nothing => Struck::Nothing(keys),
        }
    }
}
