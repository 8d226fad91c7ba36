//! Two buttons, of which the harmless one has the focus first.

use jiff::Timestamp;

use super::keys::BUTTONS;
use super::page::Para;
use super::{Moment, SETTLE};
use crate::ui::action::Action;
use crate::ui::keymap::Keys;
use crate::ui::theme::Role;

/// Two buttons: what is harmless, and what is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Buttons {
    harmless: &'static str,
    meant: &'static str,
    on_meant: bool,
    opened: Timestamp,
}

/// A button that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// The harmless one.
    Harmless,
    /// The other one.
    Meant,
}

impl Buttons {
    pub(crate) fn new(harmless: &'static str, meant: &'static str, at: Timestamp) -> Self {
        Self { harmless, meant, on_meant: false, opened: at }
    }

    /// A press of Enter counts only once the dialog has been open for [`SETTLE`].
    pub(crate) fn on(&mut self, action: Option<Action>, moment: &Moment<'_>) -> Option<Press> {
        match action {
            Some(Action::OtherButton) => self.on_meant = !self.on_meant,
            Some(Action::Choose) if moment.since(self.opened) >= SETTLE => {
                return Some(if self.on_meant { Press::Meant } else { Press::Harmless });
            }
            _ => {}
        }
        None
    }

    pub(crate) fn para(&self, keys: Keys<'_>) -> Para {
        let mark = |focused| if focused { "▸" } else { " " };
        let role = |focused| if focused { Role::Selection } else { Role::Text };
        Para::new(mark(!self.on_meant))
            .add(format!("[ {} ]", self.harmless), role(!self.on_meant))
            .add(format!("  {}", mark(self.on_meant)), Role::Text)
            .add(format!("[ {} ]", self.meant), role(self.on_meant))
            .right(keys.sentence(BUTTONS), Role::Muted)
    }
}
