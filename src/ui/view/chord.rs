//! Keys pressed one after the other on the panes: what they mean, and when what was begun is forgotten.

use std::time::Duration;

use jiff::Timestamp;

use super::{Facts, View};
use crate::ui::dialog::Request;
use crate::ui::key::{Code, Key};
use crate::ui::keymap::{Context, Meaning, written};

/// How long keys that more must follow are remembered.
const PATIENCE: Duration = Duration::from_secs(3);

impl View {
    /// The keys that more must follow.
    #[must_use]
    pub fn chord(&self) -> Option<&[Key]> {
        self.chord.as_ref().map(|(keys, _)| keys.as_slice())
    }

    /// Takes a key pressed on the panes.
    pub(super) fn key(&mut self, key: Key, facts: &Facts<'_>) -> Option<Request> {
        self.chord.take_if(|(_, until)| *until <= self.at);
        let mut keys = self.chord.take().map(|(keys, _)| keys).unwrap_or_default();
        if !keys.is_empty() && key == Key::plain(Code::Esc) {
            return None;
        }
        keys.push(key.normal());
        match self.keymap.meaning(&keys, Context::Screen) {
            Meaning::Means(action) => self.press(action, &written(&keys), facts),
            Meaning::Begins => {
                let until = self.at.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
                self.chord = Some((keys, until));
                None
            }
            Meaning::Nothing => {
                if keys.len() > 1 {
                    self.say(&format!("{} is bound to nothing", written(&keys)));
                }
                None
            }
        }
    }
}
