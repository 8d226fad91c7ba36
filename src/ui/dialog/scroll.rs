//! How far a text or list is scrolled.
//!
//! It is clamped when it moves and again when it is drawn, so that a text may shrink in between.

use crate::ui::action::Action;

/// The first line that shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    top: usize,
}

impl Scroll {
    /// Moves by an action, in a text of `lines` of which `room` show at once.
    pub fn on(&mut self, action: Action, lines: usize, room: usize) {
        let last = lines.saturating_sub(room);
        let page = room.saturating_sub(1).max(1);
        self.top = moved(self.top, last + 1, page, action);
    }

    /// Moves so that a line shows.
    pub fn show(&mut self, line: usize, room: usize) {
        self.top = self.top.clamp((line + 1).saturating_sub(room), line);
    }

    /// The first line to draw.
    #[must_use]
    pub fn clamped(self, lines: usize, room: usize) -> usize {
        self.top.min(lines.saturating_sub(room))
    }
}

/// The row after a move among `rows` rows; other actions leave it, clamped.
#[must_use]
pub fn moved(row: usize, rows: usize, page: usize, action: Action) -> usize {
    let last = rows.saturating_sub(1);
    let row = row.min(last);
    match action {
        Action::Up => row.saturating_sub(1),
        Action::Down => (row + 1).min(last),
        Action::PageUp | Action::SheetUp => row.saturating_sub(page),
        Action::PageDown | Action::SheetDown => (row + page).min(last),
        Action::Top => 0,
        Action::Bottom => last,
        _ => row,
    }
}
