//! Regions: side by side while they fit, else one a row; lamps, signals, traffic, orders, headroom.

mod columns;
mod rows;

use ratatui::text::Line;

use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;

pub(super) use columns::Label;

pub(super) fn need(pen: &Pen<'_>) -> usize {
    let side_by_side = 1 + columns::labels(pen).len();
    let regions = pen.digest.regions.len();
    if regions <= 3 { side_by_side.clamp(4, 16) } else { (regions + 1).min(16) }
}

pub(super) fn listing(pen: &Pen<'_>, room: usize, height: usize) -> Listing {
    if pen.digest.regions.is_empty() {
        let mut listing = Listing::default();
        listing.say(Line::from(pen.span("no Region is declared", Role::Muted)));
        return listing;
    }
    match columns::width(pen, room) {
        Some(width) => columns::listing(pen, room, height, width),
        None => rows::listing(pen, room),
    }
}

/// A row of this label is told of Regions whatever signals they have.
pub(super) fn always_told(label: &str) -> bool {
    let labels = [Label::Lamp, Label::Traffic, Label::Orders, Label::Headroom, Label::Read];
    labels.iter().any(|known| known.word() == label)
}

/// The labels of the rows when the Regions stand side by side; `None` when each Region is a row.
pub(super) fn side_by_side<'a>(pen: &Pen<'a>, room: usize) -> Option<Vec<Label<'a>>> {
    columns::width(pen, room).map(|_| columns::labels(pen))
}
