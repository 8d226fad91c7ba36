//! What the runtime and the screen tell each other beside events: clocks, the line, a word to the operator.

use std::sync::Arc;

use super::App;
use crate::ui::Flow;
use crate::ui::keymap::Keymap;

impl App {
    /// What the screen's clocks show, and what is left out of it.
    #[must_use]
    pub fn flow(&self) -> Flow {
        self.view.flow
    }

    /// Goes with the line that carries the screen.
    pub fn flows(&mut self, flow: Flow) {
        self.view.flow = flow;
    }

    /// Says one line to the operator for a few seconds.
    pub fn say(&mut self, text: &str) {
        self.view.say(text);
    }

    /// Goes by these keys from now on.
    pub fn bind(&mut self, keymap: Keymap) {
        self.view.keymap = Arc::new(keymap);
    }

    /// Something on the screen runs out by the second.
    #[must_use]
    pub fn counts_down(&self) -> bool {
        self.view.dialog.is_some() || self.view.said().is_some() || self.view.chord().is_some()
    }
}
