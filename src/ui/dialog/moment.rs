//! What an input to a dialog is judged by; it changes nothing.

use std::time::Duration;

use jiff::Timestamp;

use crate::ui::Mode;
use crate::ui::keymap::{Context, Keys};
use crate::ui::view::{Facts, Size, View};

/// What an input is judged by.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The screen below, with the operator's clock and the terminal's size.
    pub view: &'a View,
    /// The world and the console.
    pub facts: &'a Facts<'a>,
}

impl Moment<'_> {
    /// The time of the operator's clock, which runs at real speed.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.view.at
    }

    /// The terminal's size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.view.size
    }

    /// How long ago `then` was; zero when it lies ahead.
    #[must_use]
    pub fn since(&self, then: Timestamp) -> Duration {
        Duration::try_from(self.at().duration_since(then)).unwrap_or_default()
    }

    /// The keys of a place.
    pub(super) fn keys(&self, context: Context) -> Keys<'_> {
        self.view.keymap.at(context)
    }

    pub(super) fn is_armed(&self) -> bool {
        matches!(self.facts.console.mode, Mode::Armed { until } if until > self.facts.now)
    }
}
