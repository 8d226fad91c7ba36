//! What the console asks of its terminal, and what it goes by there: keys, the mouse, what runs out on the screen.
//!
//! None of it reaches AWS or a run.

use std::sync::Arc;

use super::{App, Effect};
use crate::ui::dialog::Request;
use crate::ui::keymap::Keymap;

impl App {
    /// Something on the screen runs out by the second.
    #[must_use]
    pub fn counts_down(&self) -> bool {
        self.view.dialog.is_some() || self.view.said().is_some() || self.view.chord().is_some()
    }

    /// The operator wants the mouse to be listened to.
    #[must_use]
    pub fn has_mouse(&self) -> bool {
        self.view.mouse
    }

    /// Goes by these keys from now on.
    pub fn bind(&mut self, keymap: Keymap) {
        self.view.keymap = Arc::new(keymap);
    }

    /// These themes can be asked for by name from now on.
    pub fn offer_themes(&mut self, names: Vec<String>) {
        self.view.themes = names;
    }

    /// The keys it goes by.
    #[must_use]
    pub fn keymap(&self) -> Arc<Keymap> {
        Arc::clone(&self.view.keymap)
    }

    /// Hands on what only the terminal can do.
    pub(super) fn of_terminal(&mut self, request: Request) -> Vec<Effect> {
        vec![match request {
            Request::Copy(clip) => {
                self.view.say(clip.said());
                Effect::Copy(clip)
            }
            Request::Mouse(on) => Effect::Mouse(on),
            Request::Theme(name) => Effect::Theme(name),
            Request::Suspend => Effect::Suspend,
            _ => return Vec::new(),
        }]
    }
}
