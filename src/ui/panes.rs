//! The six panes: what each shows, how many rows it has, which one is selected, and its detail.
//!
//! A pane reads the digest of the frame and never computes a verdict or waits for one.

mod detail;
mod journal;
mod orders;
mod plan;
mod regions;
mod replication;
mod sieve;
mod thing;
mod traffic;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::action::Action;
use super::drawing::Drawing;
use super::guard;
use super::theme::{Glyphs, Theme};
use super::view::Pane;
use super::widgets::frame::Frame;
use super::widgets::list::{self, Listing};
use super::widgets::paint;
use super::{Pen, Scene};
use crate::plan::progress::Progress;

pub use thing::Thing;
pub(super) use traffic::wrong as traffic_rows;

/// Draws a pane.
pub(super) fn draw(pen: &Pen<'_>, pane: Pane, area: Rect, buf: &mut Buffer) {
    if pane == Pane::Orders && orders::charts(pen, area) && !pen.scene.view.filters.contains_key(&pane) {
        orders::draw(pen, area, buf);
        return;
    }
    let (listing, hidden) = sieve::sift(pen, pane, area);
    let selected = selected_of(pen, pane, &listing.selectable());
    list::draw(pen, frame(pen, pane, area, &hidden), &listing, selected, area, buf);
}

/// How many rows a pane wants on the screen, its border included; it follows from the topology alone.
pub(super) fn need(pen: &Pen<'_>, pane: Pane) -> u16 {
    let rows = match pane {
        Pane::Regions => regions::need(pen),
        Pane::Replication => replication::need(pen),
        Pane::Traffic => traffic::need(pen),
        Pane::Orders => orders::need(pen),
        Pane::Plan => plan::need(pen),
        Pane::Journal => journal::need(pen),
    };
    u16::try_from(rows + 2).unwrap_or(u16::MAX)
}

/// The run's name and its time: `run 3f9a  00:41 of ~02:10`.
pub(super) fn run_clock(pen: &Pen<'_>, run: &Progress) -> String {
    plan::clock(pen, run)
}

/// The word in a pane's title.
#[must_use]
pub fn title(pane: Pane) -> &'static str {
    match pane {
        Pane::Regions => "Regions",
        Pane::Replication => "Replication",
        Pane::Traffic => "Traffic",
        Pane::Orders => "Orders / min",
        Pane::Plan => "Plan",
        Pane::Journal => "Journal",
    }
}

/// The rows that can be selected in a pane on a screen of that size; those that a filter hides are left out.
#[must_use]
pub fn rows(scene: &Scene<'_>, screen: Rect, pane: Pane) -> Vec<usize> {
    let rows = || with_pen(scene, |pen| shown(pen, pane, place(pen, screen, pane)).selectable());
    guard::attempt(rows).unwrap_or_default()
}

/// What each row of a pane is about on a screen of that size, also of those that a filter hides.
#[must_use]
pub fn things(scene: &Scene<'_>, screen: Rect, pane: Pane) -> Vec<Thing> {
    let things = || with_pen(scene, |pen| thing::all(pen, pane, place(pen, screen, pane)));
    guard::attempt(things).unwrap_or_default()
}

/// The pane that a cell of a screen of that size belongs to.
#[must_use]
pub fn at(scene: &Scene<'_>, screen: Rect, (x, y): (u16, u16)) -> Option<Pane> {
    let holds = |area: &Rect| area.contains(ratatui::layout::Position { x, y });
    let panes = || with_pen(scene, |pen| super::layout(pen, screen).panes);
    let panes = guard::attempt(panes).unwrap_or_default();
    panes.into_iter().find(|(_, area)| holds(area)).map(|(pane, _)| pane)
}

/// What a pane shows as text, wide enough that little is cut: one row of it, or all with their heading.
#[must_use]
pub fn text(scene: &Scene<'_>, screen: Rect, pane: Pane, row: Option<usize>) -> Vec<String> {
    let lines = || {
        with_pen(scene, |pen| {
            let listing = sieve::copied(pen, pane, place(pen, screen, pane));
            let rows = listing.rows.iter().filter(|line| row.is_none() || line.of == row);
            let head = listing.head.iter().filter(|_| row.is_none());
            head.chain(rows.map(|line| &line.text))
                .map(|line| line.to_string().trim_end().to_owned())
                .collect()
        })
    };
    guard::attempt(lines).unwrap_or_default()
}

/// The selected row of a pane on a screen of that size; `None` when it has no rows.
#[must_use]
pub fn selected(scene: &Scene<'_>, screen: Rect, pane: Pane) -> Option<usize> {
    let selected = || {
        with_pen(scene, |pen| {
            let rows = shown(pen, pane, place(pen, screen, pane)).selectable();
            selected_of(pen, pane, &rows)
        })
    };
    guard::attempt(selected).unwrap_or_default()
}

/// All there is to say about the selected row of the focused pane, in lines of any width.
pub(super) fn detail(pen: &Pen<'_>, screen: Rect) -> Vec<Line<'static>> {
    let pane = pen.scene.view.pane;
    let area = place(pen, screen, pane);
    let selected = selected_of(pen, pane, &shown(pen, pane, area).selectable());
    selected.map_or_else(Vec::new, |row| detail::lines(pen, pane, area, row))
}

fn with_pen<T>(scene: &Scene<'_>, then: impl FnOnce(&Pen<'_>) -> T) -> T {
    then(&Drawing::new(scene).pen(&Theme::plain(), &Glyphs::unicode()))
}

fn place(pen: &Pen<'_>, screen: Rect, pane: Pane) -> Rect {
    super::layout(pen, screen).place(pane).unwrap_or(screen)
}

/// What is left of a pane by its filter.
fn shown(pen: &Pen<'_>, pane: Pane, area: Rect) -> Listing {
    sieve::sift(pen, pane, area).0
}

/// All of a pane.
fn listing(pen: &Pen<'_>, pane: Pane, area: Rect) -> Listing {
    let room = usize::from(area.width.saturating_sub(4));
    let height = usize::from(area.height.saturating_sub(2));
    match pane {
        Pane::Regions => regions::listing(pen, room, height),
        Pane::Replication => replication::listing(pen, room),
        Pane::Traffic => traffic::listing(pen, room, height),
        Pane::Orders => orders::listing(pen, room),
        Pane::Plan => plan::listing(pen, room, height),
        Pane::Journal => journal::listing(pen, room),
    }
}

/// What the operator selected, kept to the rows that show; until then the step that runs and the newest journal line.
fn selected_of(pen: &Pen<'_>, pane: Pane, rows: &[usize]) -> Option<usize> {
    let last = rows.last().copied()?;
    let chosen = pen.scene.view.rows.get(&pane).copied();
    let usual = || match pane {
        Pane::Plan => plan::current(pen).unwrap_or(0),
        Pane::Journal => last,
        _ => 0,
    };
    let wanted = chosen.unwrap_or_else(usual);
    Some(rows.iter().copied().find(|row| *row >= wanted).unwrap_or(last))
}

fn frame(pen: &Pen<'_>, pane: Pane, area: Rect, hidden: &str) -> Frame {
    // What is pressed for it; nothing where that is a command, or keys one after the other.
    let digit = pen.scene.view.keymap.keys(Action::Pane(pane)).into_iter().find(|keys| !keys.contains(' '));
    let digit = digit.map_or_else(String::new, |key| format!("{key} "));
    let note = match pane {
        Pane::Plan => plan::note(pen),
        Pane::Orders => orders::note(pen, usize::from(area.width)),
        Pane::Journal => journal::note(pen),
        _ => Line::default(),
    };
    Frame {
        title: paint::clean(&format!("{digit}{}{hidden}", title(pane))).into_owned(),
        note,
        focused: pen.scene.view.pane == pane,
        marked: marked(pen, pane, area),
        ..Frame::default()
    }
}

/// The rows that are about what is marked.
fn marked(pen: &Pen<'_>, pane: Pane, area: Rect) -> Vec<usize> {
    let marks = &pen.scene.view.marks;
    if !marks.iter().any(|(at, _)| *at == pane) {
        return Vec::new();
    }
    let things = thing::all(pen, pane, area).into_iter().enumerate();
    things.filter(|(_, thing)| marks.contains(&(pane, thing.clone()))).map(|(row, _)| row).collect()
}
