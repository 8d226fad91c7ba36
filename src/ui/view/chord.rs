//! Keys pressed on the panes, one or several after each other.

use super::{Facts, View};
use crate::ui::chord::Struck;
use crate::ui::dialog::Request;
use crate::ui::key::Key;
use crate::ui::keymap::{Context, written};

impl View {
    /// The keys that more must follow.
    #[must_use]
    pub fn chord(&self) -> Option<&[Key]> {
        self.chord.begun()
    }

    /// Takes a key pressed on the panes.
    pub(super) fn key(&mut self, key: Key, facts: &Facts<'_>) -> Option<Request> {
        match self.chord.strike(key, (&self.keymap, Context::Screen), self.at) {
            Struck::Means(action, by) => return self.press(action, &by, facts),
            Struck::Nothing(keys) if keys.len() > 1 => {
                self.say(&format!("{} is bound to nothing", written(&keys)));
            }
            Struck::Nothing(_) | Struck::Waits => {}
        }
        None
    }
}
