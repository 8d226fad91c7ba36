//! The six panes: what each shows, how many rows it has, which one is selected, and its detail.
//!
//! A pane reads the digest of the frame and never computes a verdict or waits for one.

mod detail;
mod journal;
mod orders;
mod plan;
mod regions;
mod replication;
mod traffic;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::theme::{Glyphs, Theme};
use super::view::Pane;
use super::widgets::frame::Frame;
use super::widgets::list::{self, Listing};
use super::{Scene, Stage};
use crate::plan::progress::Progress;

/// Draws a pane.
pub(super) fn draw(stage: &Stage<'_>, pane: Pane, area: Rect, buf: &mut Buffer) {
    if pane == Pane::Orders && orders::charts(stage, area) {
        orders::draw(stage, area, buf);
        return;
    }
    let listing = listing(stage, pane, area);
    let selected = selected_of(stage, pane, listing.count());
    list::draw(stage, frame(stage, pane, area), &listing, selected, area, buf);
}

/// How many rows a pane wants on the screen, its border included; it follows from the topology alone.
pub(super) fn need(stage: &Stage<'_>, pane: Pane) -> u16 {
    let rows = match pane {
        Pane::Regions => regions::need(stage),
        Pane::Replication => replication::need(stage),
        Pane::Traffic => traffic::need(stage),
        Pane::Orders => orders::need(stage),
        Pane::Plan => plan::need(stage),
        Pane::Journal => journal::need(stage),
    };
    u16::try_from(rows + 2).unwrap_or(u16::MAX)
}

/// The run's name and its time: `run 3f9a  00:41 of ~02:10`.
pub(super) fn run_clock(stage: &Stage<'_>, run: &Progress) -> String {
    plan::clock(stage, run)
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

/// How many rows can be selected in a pane on a screen of that size.
#[must_use]
pub fn rows(scene: &Scene<'_>, screen: Rect, pane: Pane) -> usize {
    on_stage(scene, |stage| listing(stage, pane, place(stage, screen, pane)).count())
}

/// The selected row of a pane on a screen of that size; `None` when it has no rows.
#[must_use]
pub fn selected(scene: &Scene<'_>, screen: Rect, pane: Pane) -> Option<usize> {
    on_stage(scene, |stage| {
        let count = listing(stage, pane, place(stage, screen, pane)).count();
        selected_of(stage, pane, count)
    })
}

/// All there is to say about the selected row of the focused pane, in lines of any width.
#[must_use]
pub fn detail(scene: &Scene<'_>, screen: Rect, theme: &Theme, glyphs: Glyphs) -> Vec<Line<'static>> {
    super::on_stage(scene, theme, glyphs, |stage| {
        let pane = scene.view.pane;
        let area = place(stage, screen, pane);
        let selected = selected_of(stage, pane, listing(stage, pane, area).count());
        selected.map_or_else(Vec::new, |row| detail::lines(stage, pane, area, row))
    })
}

fn on_stage<T>(scene: &Scene<'_>, then: impl FnOnce(&Stage<'_>) -> T) -> T {
    super::on_stage(scene, &Theme::plain(), Glyphs::unicode(), then)
}

fn place(stage: &Stage<'_>, screen: Rect, pane: Pane) -> Rect {
    super::layout(stage, screen).place(pane).unwrap_or(screen)
}

fn listing(stage: &Stage<'_>, pane: Pane, area: Rect) -> Listing {
    let room = usize::from(area.width.saturating_sub(4));
    let height = usize::from(area.height.saturating_sub(2));
    match pane {
        Pane::Regions => regions::listing(stage, room, height),
        Pane::Replication => replication::listing(stage, room),
        Pane::Traffic => traffic::listing(stage, room),
        Pane::Orders => orders::listing(stage, room),
        Pane::Plan => plan::listing(stage, room, height),
        Pane::Journal => journal::listing(stage, room),
    }
}

/// What the operator selected, kept inside; until then the step that runs and the newest journal line.
fn selected_of(stage: &Stage<'_>, pane: Pane, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let chosen = stage.scene.view.rows.get(&pane).copied();
    let usual = || match pane {
        Pane::Plan => plan::current(stage).unwrap_or(0),
        Pane::Journal => last,
        _ => 0,
    };
    Some(chosen.unwrap_or_else(usual).min(last))
}

fn frame(stage: &Stage<'_>, pane: Pane, area: Rect) -> Frame {
    let digit = Pane::ALL.iter().position(|p| *p == pane).map_or(0, |at| at + 1);
    let note = match pane {
        Pane::Plan => plan::note(stage),
        Pane::Orders => orders::note(stage, usize::from(area.width)),
        _ => Line::default(),
    };
    Frame {
        title: format!("{digit} {}", title(pane)),
        note,
        focused: stage.scene.view.pane == pane,
        ..Frame::default()
    }
}
