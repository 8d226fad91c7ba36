//! What the keys of each dialog do, in its own words: the lines at its foot, its hints and its help are made from this.
//!
//! Which keys those are says the keymap. What is not told here of a key of its place is what the one table says.

use std::borrow::Cow;

use super::page::Para;
use super::{Dialog, Stage};
use crate::ui::action::Action;
use crate::ui::keymap::{Keys, Own};
use crate::ui::theme::Role;

/// At the foot of the list of what can be done.
pub(super) const ACT: &[Own] =
    &[(&[Action::Choose], "opens the sheet"), (&[Action::Cli], "as AWS CLI"), (&[Action::Back], "leaves")];

/// At the foot of the line of commands.
pub(super) const PALETTE: &[Own] =
    &[(&[Action::Confirm], "does it"), (&[Action::Complete], "completes"), (&[Action::Back], "leaves")];

/// At the foot of the question about a run that was cut off.
pub(super) const CUT_OFF: &[Own] =
    &[(&[Action::Down, Action::Up], "choose"), (&[Action::Choose], "takes it")];

/// Beside two buttons.
pub(super) const BUTTONS: &[Own] =
    &[(&[Action::OtherButton], "other button"), (&[Action::Choose], "presses")];

/// In the question whether to leave.
pub(super) const QUIT: &[Own] = &[(&[Action::Interrupt], "again leaves"), (&[Action::Back], "stays")];

/// On a sheet that a safety rule holds back.
pub(super) const HELD: &[Own] =
    &[(&[Action::StartAgain], "reads again"), (&[Action::BreakGlass], "overrides a rule, by its name")];

/// On a sheet that cannot be confirmed.
pub(super) const AGAIN: &[Own] = &[(&[Action::StartAgain], "reads again")];

/// Beside the line that a filter is typed into.
pub(in super::super) const FILTER: &[Own] =
    &[(&[Action::Confirm], "keeps it"), (&[Action::Back], "shows all rows")];

const STOPPED: &[Own] = &[
    (&[Action::StartAgain], "reads the world again, for another try"),
    (&[Action::BreakGlass], "overrides a rule, by its name"),
    (&[Action::Choose, Action::Back], "closes it"),
];

const CLOSES: &[Own] = &[(&[Action::Choose, Action::Back], "closes it")];

const CONFIRMS: &[Own] =
    &[(&[Action::Confirm], "confirms, when the name is right"), (&[Action::Back], "cancels")];

const LEAVES: &[Own] = &[(&[Action::Interrupt], "leave at once"), (&[Action::Back], "stay here")];

const WAITS: &[Own] = &[(&[Action::Back], "cancels")];

const WRITES: &[Own] = &[(&[Action::Confirm], "takes what is typed"), (&[Action::Back], "cancels")];

impl Dialog {
    /// Its own words for its keys.
    #[must_use]
    pub fn own(&self) -> &'static [Own] {
        match self {
            Self::Detail(_) | Self::Cli { .. } => &[],
            Self::Act(_) => ACT,
            Self::Palette(_) => PALETTE,
            Self::CutOff(cut_off) if cut_off.is_asking() => CONFIRMS,
            Self::CutOff(_) => CUT_OFF,
            Self::Quit(_) => LEAVES,
            Self::Notice(_) => CLOSES,
            Self::Filter(_) => FILTER,
            Self::SignIn(sign_in) => sign_in.own(),
            Self::Sheet(sheet) => match sheet.stage() {
                Stage::Asking { .. } => CONFIRMS,
                Stage::Held { .. } | Stage::Closed { .. } => STOPPED,
                Stage::Reading { .. } | Stage::Checking { .. } => WAITS,
            },
            Self::Arm(_)
            | Self::Glass(_)
            | Self::Decide(_)
            | Self::Tell(_)
            | Self::Approve(_)
            | Self::Note(_)
            | Self::Claiming(_) => {
                if self.context().is_line() {
                    WRITES
                } else {
                    WAITS
                }
            }
        }
    }

    /// What an action does here, if it has words of its own for it.
    #[must_use]
    pub fn does(&self, action: Action) -> Option<&'static str> {
        self.own().iter().find(|(actions, _)| actions.contains(&action)).map(|(_, does)| *does)
    }

    /// Why an action that its place knows does nothing in it now.
    #[must_use]
    pub fn off(&self, action: Action) -> Option<&'static str> {
        match (self, action) {
            (Self::Sheet(sheet), Action::Confirm) => match sheet.stage() {
                Stage::Asking { .. } => None,
                Stage::Reading { .. } | Stage::Checking { .. } => Some("the world is being read"),
                Stage::Held { .. } | Stage::Closed { .. } => Some("nothing can be confirmed"),
            },
            (Self::Sheet(sheet), Action::BreakGlass) if sheet.offers_glass() => None,
            (Self::Sheet(_), Action::BreakGlass) => Some("no safety rule holds it back"),
            (Self::SignIn(sign_in), action) => sign_in.off(action),
            _ => None,
        }
    }

    /// An action that its place knows is one of this dialog's too.
    #[must_use]
    pub fn knows(&self, action: Action) -> bool {
        match action {
            Action::BreakGlass => matches!(self, Self::Sheet(_)),
            Action::CopyCode => matches!(self, Self::SignIn(_)),
            Action::StartAgain => matches!(self, Self::SignIn(_) | Self::Sheet(_)),
            Action::SheetUp | Action::SheetDown => !matches!(self, Self::Filter(_)),
            Action::OtherButton => !matches!(self, Self::Sheet(_) | Self::Notice(_)),
            Action::Arm | Action::Cli => !matches!(self, Self::CutOff(_)),
            _ => true,
        }
    }

    /// An action that its place knows does something in it now.
    #[must_use]
    pub fn offers(&self, action: Action) -> bool {
        self.knows(action) && self.off(action).is_none()
    }
}

/// The button that every line to type in has, with the key that presses it.
pub(super) fn cancel(keys: Keys<'_>) -> Para {
    cancel_in(Role::Selection, keys)
}

/// The same in another role.
pub(super) fn cancel_in(role: Role, keys: Keys<'_>) -> Para {
    Para::default().add("[ Cancel ]", role).add(format!("  {}", keys.spoken(Action::Back)), Role::Muted)
}

/// The same, and at the right what Enter does there: `Enter, when it matches`.
pub(super) fn cancel_or(does: impl Into<Cow<'static, str>>, keys: Keys<'_>) -> Para {
    cancel(keys).right(format!("{}{}", keys.spoken(Action::Confirm), does.into()), Role::Muted)
}
