//! What comes of a command that was typed by its name: the same as of its key.

use super::{Facts, View};
use crate::ui::action::Action;
use crate::ui::command::Command;
use crate::ui::dialog::{Dialog, Moment, Request};
use crate::ui::filter::Filter;

/// How many commands are remembered.
const REMEMBERED: usize = 20;

impl View {
    /// Does what was asked for by a line.
    pub(super) fn obey(&mut self, command: Command, line: &str, facts: &Facts<'_>) -> Option<Request> {
        self.asked.retain(|known| known != line);
        self.asked.push(line.to_owned());
        let over = self.asked.len().saturating_sub(REMEMBERED);
        self.asked.drain(..over);
        match command {
            Command::Do(action) => self.press(action, &format!(":{line}"), facts),
            Command::Filter(text) => {
                self.sift(&text);
                None
            }
            Command::Theme(name) => Some(Request::Theme(name)),
            Command::Begin(intent) => {
                // What keeps the list of what can be done off, or a picture that stands still, keeps this off too.
                self.press(Action::Act, &format!(":{line}"), facts);
                if !matches!(self.dialog, Some(Dialog::Act(_))) {
                    return None;
                }
                let (dialog, request) = Dialog::begin(intent, &Moment { view: self, facts });
                self.dialog = Some(dialog);
                request
            }
        }
    }

    /// Filters the focused pane.
    pub(super) fn sift(&mut self, text: &str) {
        self.filters.remove(&self.pane);
        self.filters.extend(Filter::new(text).map(|filter| (self.pane, filter)));
    }
}
