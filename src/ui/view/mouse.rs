//! The mouse, when it is listened to: a click focuses, the wheel scrolls, and neither ever acts.

use super::{Facts, View};
use crate::ui::action::Action;
use crate::ui::dialog::Request;
use crate::ui::key::{Code, Input, Key};
use crate::ui::panes;

/// Rows that one turn of the wheel moves by.
const TURN: usize = 3;

impl View {
    /// Takes a click or a turn of the wheel; a terminal that tells of them unasked changes nothing.
    pub(super) fn mouse(&mut self, input: &Input, at: (u16, u16), facts: &Facts<'_>) -> Option<Request> {
        if !self.mouse {
            return None;
        }
        let under = panes::at(&facts.scene(self), self.screen(), at);
        match (input, under) {
            (Input::Wheel { down, .. }, _) if self.dialog.is_some() => {
                let code = if *down { Code::Down } else { Code::Up };
                let key = Input::Key(Key::plain(code));
                (0..TURN).find_map(|_| self.with_dialog(facts, |dialog, moment| dialog.on(&key, moment)))
            }
            (Input::Wheel { down, .. }, Some(pane)) => {
                let action = if *down { Action::Down } else { Action::Up };
                (0..TURN).for_each(|_| self.scroll(pane, action, facts));
                None
            }
            (Input::Click { .. }, Some(pane)) if self.dialog.is_none() => {
                self.pane = pane;
                None
            }
            _ => None,
        }
    }

    pub(super) fn toggle_mouse(&mut self) -> Request {
        self.mouse = !self.mouse;
        self.say(if self.mouse {
            "the mouse is on: a click focuses, the wheel scrolls, nothing acts"
        } else {
            "the mouse is off: the terminal selects text with it"
        });
        Request::Mouse(self.mouse)
    }
}
