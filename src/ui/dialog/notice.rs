//! An error or an answer in words, which stays until it is read.

use jiff::Timestamp;

use super::page::{Page, Para};
use super::{Moment, Reply, SETTLE};
use crate::ui::action::Action;
use crate::ui::theme::Role;

/// A title and a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    title: String,
    text: String,
    opened: Timestamp,
}

impl Notice {
    /// Opens now.
    #[must_use]
    pub fn new(title: &str, text: &str, at: Timestamp) -> Self {
        Self { title: title.to_owned(), text: text.to_owned(), opened: at }
    }

    pub(super) fn on(&self, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        let read = moment.since(self.opened) >= SETTLE;
        if action == Some(Action::Choose) && read { Reply::Close } else { Reply::Stay }
    }

    pub(super) fn page(&self) -> Page {
        Page {
            title: self.title.clone(),
            body: self.text.lines().map(Para::new).collect(),
            tail: vec![Para::blank(), Para::default().add("[ Close ]", Role::Selection)],
            ..Page::default()
        }
    }
}
