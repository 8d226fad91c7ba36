//! Where everything stands on a screen of a given size.
//!
//! It depends on the size, on whether a run is shown, on focus and zoom, and never on what was read:
//! panes must not move because a number changed.

use ratatui::layout::Rect;

use super::view::{Pane, View};

/// How much a screen can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// Words only.
    Words,
    /// Header, lamps and the current step.
    Small,
    /// Four panes, or plan and one more.
    Usual,
    /// All six panes.
    Wide,
    /// All six panes in three columns.
    Huge,
}

impl Size {
    /// The class of a screen.
    #[must_use]
    pub fn of(screen: Rect) -> Self {
        match (screen.width, screen.height) {
            (w, h) if w < 60 || h < 15 => Self::Words,
            (w, h) if w < 80 || h < 24 => Self::Small,
            (w, h) if w >= 180 && h >= 40 => Self::Huge,
            (w, h) if w >= 110 && h >= 36 => Self::Wide,
            _ => Self::Usual,
        }
    }
}

/// The parts of a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What it can hold.
    pub size: Size,
    /// The two header lines.
    pub header: Rect,
    /// The line under them.
    pub situation: Rect,
    /// The panes that are drawn, each with its place.
    pub panes: Vec<(Pane, Rect)>,
    /// What is wrong with files; no row when nothing is.
    pub complaint: Rect,
    /// The hint bar.
    pub hint: Rect,
}

impl Layout {
    /// Lays out a screen.
    #[must_use]
    pub fn of(screen: Rect, view: &View, run: bool, needs: &dyn Fn(Pane) -> u16) -> Self {
        let size = Size::of(screen);
        let (header, rest) = top(screen, 2);
        let (situation, rest) = top(rest, 1);
        let (rest, hint) = bottom(rest, 1);
        let (body, complaint) = bottom(rest, u16::from(!view.complaints().is_empty()));
        let panes = match size {
            _ if view.zoomed && size > Size::Words => vec![(view.pane, body)],
            Size::Words => Vec::new(),
            Size::Small => small(body, view, run),
            Size::Usual => usual(body, view, run, needs),
            Size::Wide => wide(body, run, needs),
            Size::Huge => huge(body, needs),
        };
        Self { size, header, situation, panes, complaint, hint }
    }

    /// Where a pane stands, if it is on the screen.
    #[must_use]
    pub fn place(&self, pane: Pane) -> Option<Rect> {
        self.panes.iter().find(|(p, _)| *p == pane).map(|(_, area)| *area)
    }
}

fn small(body: Rect, view: &View, run: bool) -> Vec<(Pane, Rect)> {
    if run && view.pane != Pane::Plan {
        let (up, down) = top(body, body.height / 2);
        return vec![(view.pane, up), (Pane::Plan, down)];
    }
    vec![(view.pane, body)]
}

fn usual(body: Rect, view: &View, run: bool, needs: &dyn Fn(Pane) -> u16) -> Vec<(Pane, Rect)> {
    let four = !matches!(view.pane, Pane::Plan | Pane::Journal);
    if run || !four {
        let other = if four { view.pane } else { Pane::Journal };
        let wanted = needs(other).clamp(5, body.height * 2 / 5);
        let (plan, rest) = bottom(body, wanted);
        return vec![(Pane::Plan, plan), (other, rest)];
    }
    quarters(body, needs)
}

/// Regions and Replication above Traffic and Orders.
fn quarters(body: Rect, needs: &dyn Fn(Pane) -> u16) -> Vec<(Pane, Rect)> {
    let upper = needs(Pane::Regions).max(needs(Pane::Replication));
    let lower = needs(Pane::Traffic).max(needs(Pane::Orders));
    let (up, down) = top(body, upper_of(body.height, upper, lower));
    let (regions, replication) = left(up, up.width.div_ceil(2));
    let (traffic, orders) = left(down, down.width.div_ceil(2));
    vec![
        (Pane::Regions, regions),
        (Pane::Replication, replication),
        (Pane::Traffic, traffic),
        (Pane::Orders, orders),
    ]
}

/// Rows for the upper of two: what is left when the lower has what it needs, within reason; what is over is shared.
fn upper_of(rows: u16, upper: u16, lower: u16) -> u16 {
    let over = rows.saturating_sub(upper.saturating_add(lower));
    let lower = lower.saturating_add(over / 2).min(rows.saturating_mul(9) / 20);
    rows.saturating_sub(lower)
}

fn wide(body: Rect, run: bool, needs: &dyn Fn(Pane) -> u16) -> Vec<(Pane, Rect)> {
    if run {
        let (left_side, right_side) = left(body, body.width * 38 / 100);
        let mut panes =
            stack(left_side, &[Pane::Regions, Pane::Replication, Pane::Traffic, Pane::Orders], needs);
        panes.extend(stack(right_side, &[Pane::Plan, Pane::Journal], needs));
        return panes;
    }
    let (four, two) = bottom(body, (body.height / 4).max(8));
    let mut panes = quarters(four, needs);
    let (plan, journal) = left(two, two.width.div_ceil(2));
    panes.extend([(Pane::Plan, plan), (Pane::Journal, journal)]);
    panes
}

/// Three panes across the top, a large chart and the plan with its journal below.
fn huge(body: Rect, needs: &dyn Fn(Pane) -> u16) -> Vec<(Pane, Rect)> {
    let upper = [Pane::Regions, Pane::Replication, Pane::Traffic];
    let wanted = upper.iter().map(|pane| needs(*pane)).max().unwrap_or(0) + 4;
    let (up, down) = top(body, wanted.min(body.height / 2));
    let (regions, rest) = left(up, up.width * 36 / 100);
    let (replication, traffic) = left(rest, rest.width / 2);
    let (orders, acts) = left(down, down.width * 45 / 100);
    let mut panes = vec![
        (Pane::Regions, regions),
        (Pane::Replication, replication),
        (Pane::Traffic, traffic),
        (Pane::Orders, orders),
    ];
    panes.extend(stack(acts, &[Pane::Plan, Pane::Journal], needs));
    panes
}

/// Panes above each other, each with what it needs when there is room, and the rest shared out.
fn stack(area: Rect, panes: &[Pane], needs: &dyn Fn(Pane) -> u16) -> Vec<(Pane, Rect)> {
    let mut rest = area;
    let mut placed = Vec::new();
    for (at, pane) in panes.iter().enumerate() {
        let after: u16 = panes[at + 1..].iter().map(|p| needs(*p)).fold(0, u16::saturating_add);
        let height =
            if at + 1 == panes.len() { rest.height } else { share(rest.height, needs(*pane), after) };
        let (here, below) = top(rest, height);
        placed.push((*pane, here));
        rest = below;
    }
    placed
}

/// Rows for the first of two that want so many: both by need when there is room, else in proportion.
fn share(rows: u16, first: u16, second: u16) -> u16 {
    let (wanted, rows_wide) = (u32::from(first) + u32::from(second), u32::from(rows));
    if wanted == 0 {
        return rows / 2;
    }
    let proportional = u32::from(first) * rows_wide / wanted;
    let least = rows.min(4);
    u16::try_from(proportional).unwrap_or(rows).clamp(least, rows.saturating_sub(least).max(least))
}

fn top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

fn bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    top(area, area.height.saturating_sub(rows))
}

fn left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (Rect { width: columns, ..area }, Rect { x: area.x + columns, width: area.width - columns, ..area })
}
