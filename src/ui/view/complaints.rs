//! What the screen keeps saying until it is mended: files that were saved and could not be taken in.

use super::View;
use crate::ui::dialog::{Dialog, Notice};

/// What is wrong with files that are read again when they are saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Of what: there is at most one of each.
    pub of: &'static str,
    /// The line on the screen: the first thing that is wrong, with its file and line, and what holds meanwhile.
    pub line: String,
    /// All of it, a line each.
    pub text: String,
}

impl View {
    /// Keeps saying what is wrong, in place of what it said of the same before.
    pub fn complain(&mut self, complaint: Complaint) {
        self.done_with(complaint.of);
        self.complaints.push(complaint);
    }

    /// It is mended.
    pub fn done_with(&mut self, of: &str) {
        self.complaints.retain(|known| known.of != of);
    }

    /// What is wrong now, oldest first.
    #[must_use]
    pub fn complaints(&self) -> &[Complaint] {
        &self.complaints
    }

    /// All that is wrong, to be read; `None` when nothing is.
    pub(super) fn files(&self) -> Option<Dialog> {
        let texts: Vec<&str> = self.complaints.iter().map(|known| known.text.as_str()).collect();
        let text = texts.join("\n\n");
        let opened = |text: &str| Notice::new("Files that are not taken as they are", text).opened(self.at);
        (!texts.is_empty()).then(|| Dialog::Notice(opened(&text)))
    }
}
