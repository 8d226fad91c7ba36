//! An error or an answer in words, which stays until it is read.

use jiff::Timestamp;

use super::page::{Page, Para};
use super::{Moment, Reply, SETTLE, Scroll};
use crate::ui::action::Action;
use crate::ui::theme::Role;

/// A title and a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    title: String,
    text: String,
    opened: Option<Timestamp>,
    scroll: Scroll,
}

impl Notice {
    /// Opens with the next input or tick: it may come at any time, also between two of them.
    #[must_use]
    pub fn new(title: &str, text: &str) -> Self {
        Self { title: title.to_owned(), text: text.to_owned(), opened: None, scroll: Scroll::default() }
    }

    /// The same, opened by a key of this time.
    #[must_use]
    pub fn opened(self, at: Timestamp) -> Self {
        Self { opened: Some(at), ..self }
    }

    pub(super) fn tick(&mut self, moment: &Moment<'_>) -> Reply {
        self.opened.get_or_insert(moment.at());
        Reply::Stay
    }

    pub(super) fn on(&mut self, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        if let Some(action @ (Action::SheetUp | Action::SheetDown)) = action {
            let (lines, room) = super::page::stretch(&self.page(), moment.size());
            self.scroll.on(action, lines, room);
        }
        let read = moment.since(*self.opened.get_or_insert(moment.at())) >= SETTLE;
        if action == Some(Action::Choose) && read { Reply::Close } else { Reply::Stay }
    }

    pub(super) fn page(&self) -> Page {
        Page {
            title: self.title.clone(),
            body: self.text.lines().map(Para::new).collect(),
            tail: vec![Para::blank(), Para::default().add("[ Close ]", Role::Selection)],
            scroll: self.scroll,
            ..Page::default()
        }
    }
}
