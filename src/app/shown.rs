//! What the runtime and the screen tell each other beside events: clocks, the line, a word to the operator.

use super::App;
use crate::ui::Flow;
use crate::ui::action::Action;

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

    /// Says why the terminal is not given to the shell, and what can be done instead.
    pub fn say_not_suspended(&mut self) {
        let quit = self.view.keymap.spoken(Action::Quit);
        let text = "a run is driven here, so the console is not suspended";
        self.view.say(&format!("{text}; {quit} leaves it running"));
    }
}
