//! What a filter leaves of a pane, and what it hides said in its title: a row that is not ok is never hidden silently.
//!
//! Rows keep their numbers, so that what is selected and its detail stay the same. A row is judged by all of its text,
//! not by what a narrow pane shows of it.

use std::collections::BTreeSet;

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ui::Pen;
use crate::ui::action::Action;
use crate::ui::theme::{Glyphs, Role};
use crate::ui::view::Pane;
use crate::ui::widgets::list::Listing;

/// Columns in which hardly a row is cut.
const WIDE: u16 = 160;

/// The rows that are left, and what the title says of the others; empty without a filter.
pub(super) fn sift(pen: &Pen<'_>, pane: Pane, area: Rect) -> (Listing, String) {
    let mut listing = super::listing(pen, pane, area);
    let Some(filter) = pen.scene.view.filters.get(&pane) else { return (listing, String::new()) };
    let texts = wide(pen, pane, area).texts();
    let hidden: Vec<&(usize, String)> = texts.iter().filter(|(_, text)| !filter.lets(text)).collect();
    let rows: BTreeSet<usize> = hidden.iter().map(|(row, _)| *row).collect();
    let wrong: BTreeSet<usize> =
        pen.digest.problems.iter().filter(|(at, _)| *at == pane).map(|(_, row)| *row).collect();
    let loud = hidden.iter().filter(|(row, text)| wrong.contains(row) || is_loud(text)).count();
    listing.rows.retain(|line| line.of.is_none_or(|row| !rows.contains(&row)));
    if !texts.is_empty() && rows.len() == texts.len() {
        let text = format!("no row holds it; {} shows all", pen.scene.view.keymap.spoken(Action::Back));
        listing.say(Line::from(pen.span(text, Role::Muted)));
    }
    let loud = if loud > 0 { format!(" ({loud} not ok)") } else { String::new() };
    (listing, format!(" {} hidden{loud} /{}", rows.len(), filter.text()))
}

/// What is left, as wide as it is copied.
pub(super) fn copied(pen: &Pen<'_>, pane: Pane, area: Rect) -> Listing {
    let mut listing = wide(pen, pane, area);
    let shown: BTreeSet<usize> = sift(pen, pane, area).0.selectable().into_iter().collect();
    listing.rows.retain(|line| line.of.is_none_or(|row| shown.contains(&row)));
    listing
}

/// The pane with room for its texts. Whether Regions stand side by side goes by the width, and with it what a row is.
fn wide(pen: &Pen<'_>, pane: Pane, area: Rect) -> Listing {
    let width = if pane == Pane::Regions { area.width } else { area.width.max(WIDE) };
    let unicode = Glyphs::unicode();
    super::listing(&Pen { glyphs: &unicode, ..*pen }, pane, Rect { width, ..area })
}

/// It shows a lamp that is not ok.
fn is_loud(text: &str) -> bool {
    let glyphs = Glyphs::unicode();
    let unknown = |word: &str| word == glyphs.unknown;
    text.contains(glyphs.bad) || text.contains(glyphs.look) || text.split_whitespace().any(unknown)
}
