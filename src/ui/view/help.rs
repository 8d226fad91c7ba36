//! The keys of what is on the screen, shown over it: the panes or a dialog stay as they are beneath.
//!
//! No key reaches what is beneath while it is open, and time passes there all the same.

use super::{Facts, View};
use crate::ui::action::Action;
use crate::ui::clip::Clip;
use crate::ui::dialog::{Request, Scroll, page};
use crate::ui::help;
use crate::ui::key::Input;
use crate::ui::keymap::Context;

impl View {
    /// Opens it over a dialog, if that is what the key means there.
    pub(super) fn asks_for_help(&mut self, input: &Input, place: Context) -> bool {
        let Input::Key(key) = input else { return false };
        let asks = self.keymap.resolve(*key, place) == Some(Action::Help);
        if asks {
            self.help = Some(Scroll::default());
        }
        asks
    }

    /// Takes an input while it is open.
    pub(super) fn in_help(&mut self, input: &Input, facts: &Facts<'_>) -> Option<Request> {
        let action = match input {
            Input::Key(key) => self.keymap.resolve(*key, Context::Text)?,
            Input::Wheel { down: true, .. } if self.mouse => Action::Down,
            Input::Wheel { down: false, .. } if self.mouse => Action::Up,
            _ => return None,
        };
        match action {
            Action::Back | Action::Interrupt | Action::Help => {
                self.help = None;
                return None;
            }
            Action::Suspend => return Some(Request::Suspend),
            _ => {}
        }
        let body = help::body(facts, self);
        if action == Action::CopyRow {
            return Clip::new("the keys", &page::words(&body)).map(Request::Copy);
        }
        let (lines, room) = help::height(&body, self.size);
        if let Some(scroll) = &mut self.help {
            scroll.on(action, lines, room);
        }
        None
    }
}
