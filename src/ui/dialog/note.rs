//! A note about a run, for the record; it sends nothing and decides nothing.

use super::keys::cancel_or;
use super::line::{BURST, Line, Said};
use super::page::{Page, Para};
use super::{Moment, Reply, Request};
use crate::plan::event::RunId;
use crate::plan::progress::Progress;
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::Keys;
use crate::ui::theme::Role;

/// Asks what to write down.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    run: RunId,
    line: Line,
    said: Option<&'static str>,
}

impl Note {
    /// Opens now.
    #[must_use]
    pub fn new(run: &Progress, moment: &Moment<'_>) -> Self {
        Self { run: run.run.clone(), line: Line::new(moment.at()), said: None }
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        self.said = match self.line.on(input, action, moment.at()) {
            Said::Quiet => return Reply::Stay,
            Said::Given(text) => return Reply::Done(Request::Note { run: self.run.clone(), text }),
            Said::Nothing => Some("a note has at least three letters"),
            Said::Burst => Some(BURST),
        };
        Reply::Stay
    }

    pub(super) fn page(&self, keys: Keys<'_>) -> Page {
        let body = vec![Para::new("It goes into the journal of the run, with your name and the time.")];
        let ask = Para::new("Note:  ").add(self.line.text(), Role::Input).add("_", Role::Input).hang(7);
        let said = Para::default().add(self.said.unwrap_or_default(), Role::LampLook);
        let enter = cancel_or(", to write it down", keys);
        let title = format!("NOTE  run {}", self.run.short());
        Page { title, body, tail: vec![Para::blank(), ask, said, enter], ..Page::default() }
    }
}
