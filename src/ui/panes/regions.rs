//! Regions: side by side while they fit, else one a row; lamps, signals, traffic, orders, headroom.

mod columns;
mod rows;

use ratatui::text::Line;

use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;

pub(super) use columns::Label;

pub(super) fn need(stage: &Stage<'_>) -> usize {
    let side_by_side = 1 + columns::labels(stage).len();
    let regions = stage.digest.regions.len();
    if regions <= 3 { side_by_side.clamp(4, 16) } else { (regions + 1).min(16) }
}

pub(super) fn listing(stage: &Stage<'_>, room: usize, height: usize) -> Listing {
    if stage.digest.regions.is_empty() {
        let mut listing = Listing::default();
        listing.say(Line::from(stage.span("no Region is declared", Role::Muted)));
        return listing;
    }
    match columns::width(stage, room) {
        Some(width) => columns::listing(stage, room, height, width),
        None => rows::listing(stage, room),
    }
}

/// The labels of the rows when the Regions stand side by side; `None` when each Region is a row.
pub(super) fn side_by_side<'a>(stage: &Stage<'a>, room: usize) -> Option<Vec<Label<'a>>> {
    columns::width(stage, room).map(|_| columns::labels(stage))
}
