//! A list in a pane: fixed heading, rows of which one is selected, scrolled so that it is seen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::frame::{self, Frame};
use super::paint::{self, Text};
use crate::ui::Pen;
use crate::ui::theme::Role;

/// One line of a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The selectable row it belongs to; several lines may belong to one, the first is highlighted.
    pub of: Option<usize>,
    /// Its text.
    pub text: Text,
}

/// The content of a pane.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Always shown above the rows.
    pub head: Vec<Text>,
    /// The lines.
    pub rows: Vec<Row>,
}

impl Listing {
    /// Adds a line that can be selected.
    pub fn push(&mut self, text: impl Into<Text>) {
        let of = Some(self.count());
        self.rows.push(Row { of, text: text.into() });
    }

    /// Adds a line to the last selectable row.
    pub fn follow(&mut self, text: impl Into<Text>) {
        let of = self.count().checked_sub(1);
        self.rows.push(Row { of, text: text.into() });
    }

    /// Adds a line that belongs to no row.
    pub fn say(&mut self, text: impl Into<Text>) {
        self.rows.push(Row { of: None, text: text.into() });
    }

    /// The rows that can be selected, in their order.
    #[must_use]
    pub fn selectable(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = self.rows.iter().filter_map(|row| row.of).collect();
        rows.dedup();
        rows
    }

    /// The lines of each row that can be selected, as one text each.
    #[must_use]
    pub fn texts(&self) -> Vec<(usize, String)> {
        let mut texts: Vec<(usize, String)> = Vec::new();
        for row in &self.rows {
            let Some(of) = row.of else { continue };
            let line = row.text.to_string();
            match texts.last_mut().filter(|(last, _)| *last == of) {
                Some((_, text)) => {
                    text.push('\n');
                    text.push_str(line.trim_end());
                }
                None => texts.push((of, line.trim_end().to_owned())),
            }
        }
        texts
    }

    /// A line is the first of its row.
    fn begins(&self, line: usize) -> bool {
        let of = |at: usize| self.rows.get(at).and_then(|row| row.of);
        line.checked_sub(1).is_none_or(|before| of(before) != of(line))
    }

    /// How many rows can be selected.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.iter().filter_map(|row| row.of).max().map_or(0, |last| last + 1)
    }
}

/// Draws frame, heading and the part of the rows that holds the selected one.
pub fn draw(
    pen: &Pen<'_>,
    frame: Frame,
    listing: &Listing,
    selected: Option<usize>,
    area: Rect,
    buf: &mut Buffer,
) {
    let (focused, marked) = (frame.focused, frame.marked.clone());
    let room = usize::from(area.height.saturating_sub(2)).saturating_sub(listing.head.len());
    let first = window(listing, selected, room);
    let foot = foot(pen, listing, first, room);
    let inner = frame::draw(pen, &Frame { foot, ..frame }, area, buf);
    for (at, line) in (0..inner.height).zip(&listing.head) {
        paint::row(buf, inner, at, line);
    }
    let below = u16::try_from(listing.head.len()).unwrap_or(u16::MAX).min(inner.height);
    let body = Rect { y: inner.y + below, height: inner.height - below, ..inner };
    let mark = listing.rows.iter().position(|row| row.of.is_some() && row.of == selected).filter(|_| focused);
    for (at, (place, row)) in (0..body.height).zip(listing.rows.iter().enumerate().skip(first)) {
        paint::row(buf, body, at, &row.text);
        if row.of.is_some_and(|of| marked.contains(&of)) && listing.begins(place) {
            buf.set_string(area.x, body.y + at, pen.glyphs.running, pen.style(Role::HintKey));
        }
        if mark == Some(place) {
            paint::style_row(buf, body, at, pen.style(Role::Selection));
        }
    }
}

/// The first line that is shown: as near to the top as lets the whole selected row be seen.
fn window(listing: &Listing, selected: Option<usize>, room: usize) -> usize {
    let lines = listing.rows.len();
    if lines <= room {
        return 0;
    }
    let Some(selected) = selected else { return 0 };
    let mine = |row: &Row| row.of == Some(selected);
    let Some(start) = listing.rows.iter().position(mine) else { return 0 };
    let end = listing.rows.iter().rposition(mine).unwrap_or(start) + 1;
    end.saturating_sub(room).min(start)
}

/// What is out of sight, in words: `3–12 of 30`.
fn foot(pen: &Pen<'_>, listing: &Listing, first: usize, room: usize) -> Text {
    let lines = listing.rows.len();
    if lines <= room || room == 0 {
        return Text::default();
    }
    let last = (first + room).min(lines);
    Text::from(pen.span(format!("{}–{last} of {lines}", first + 1), Role::Muted))
}
