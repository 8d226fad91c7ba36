//! Orders: a chart for each Region on one time axis, with the usual rate behind it and the acts marked;
//! a sparkline each where there is no room.

mod axis;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, Lamp, OrdersVerdict};
use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::view::Pane;
use crate::ui::widgets::chart::{self, Chart};
use crate::ui::widgets::frame;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;
use crate::ui::widgets::table::{Cell, Column, Table};
use axis::Axis;

/// The columns to the right of a chart: `use1   148 −62%`.
const LABEL: u16 = 15;

/// The columns to the left of a chart: `480 ┤`.
const SCALE: u16 = 6;

pub(super) fn need(stage: &Stage<'_>) -> usize {
    let regions = stage.digest.regions.len();
    if regions <= 4 { (regions * 3 + 1).max(5) } else { (regions + 1).min(14) }
}

fn all<'a>(stage: &Stage<'a>) -> impl Iterator<Item = (&'a str, &'a OrdersVerdict)> {
    let digest = stage.digest;
    digest.regions.iter().filter_map(|r| Some((r.spec.short.as_str(), r.orders.as_ref()?)))
}

/// There is room for charts.
pub(super) fn charts(stage: &Stage<'_>, area: Rect) -> bool {
    let regions = all(stage).count();
    regions > 0 && area.width >= 34 && usize::from(area.height.saturating_sub(3)) >= regions * 2
}

/// Orders at risk, on the frame.
pub(super) fn note(stage: &Stage<'_>, width: usize) -> Text {
    let Some(risk) = &stage.digest.at_risk else { return Line::default() };
    let orders = verdict::value_text(risk.orders.round(), crate::model::topology::Unit::Count);
    let stale = if risk.freshness == Freshness::Fresh { "" } else { "~" };
    let long = format!("at risk {stale}{orders} ({} lag)", risk.store);
    let text = if width >= 48 { long } else { format!("at risk {stale}{orders}") };
    Line::from(stage.span(text, if risk.orders >= 0.5 { Role::Danger } else { Role::Muted }))
}

pub(super) fn listing(stage: &Stage<'_>, room: usize) -> Listing {
    let mut listing = Listing::default();
    if all(stage).next().is_none() {
        listing.say(Line::from(stage.span("no orders metric is declared", Role::Muted)));
        return listing;
    }
    let row = |(name, orders): (&str, &OrdersVerdict)| -> Vec<Cell> {
        let base = orders.baseline.map_or_else(|| say::NOTHING.to_owned(), say::rate);
        vec![
            stage.span(name, Role::Text).into(),
            Cell::Trend(orders.trend.clone(), orders.baseline),
            Line::from(rate(stage, orders)).into(),
            change(stage, orders).into(),
            stage.span(base, Role::Muted).into(),
        ]
    };
    let table = Table {
        columns: vec![
            Column::left("Region", 0),
            Column::left("trend", 2).growing(60),
            Column::right("now", 0),
            Column::right("", 1),
            Column::right("usual", 3),
        ],
        rows: all(stage).map(row).collect(),
        gap: 1,
    };
    let (head, lines) = table.lines(room, stage.theme, stage.glyphs);
    listing.head.push(head);
    for line in lines {
        listing.push(line);
    }
    listing
}

fn rate(stage: &Stage<'_>, orders: &OrdersVerdict) -> Vec<Span<'static>> {
    let role = if orders.lamp == Lamp::Ok { Role::Text } else { say::role(orders.lamp) };
    let rate = say::value(stage, orders.rate.as_ref(), role, |rate| say::rate(*rate));
    if orders.lamp == Lamp::Ok {
        vec![rate]
    } else {
        vec![say::shape(stage, orders.lamp), Span::raw(" "), rate]
    }
}

fn change(stage: &Stage<'_>, orders: &OrdersVerdict) -> Span<'static> {
    let known = orders.rate.as_ref().filter(|rate| rate.freshness != Freshness::Gone);
    let text = known.zip(orders.baseline).and_then(|(rate, base)| verdict::change_text(rate.value, base));
    stage.span(text.unwrap_or_default(), Role::Muted)
}

/// Draws the charts, one above the other on the same axis.
pub(super) fn draw(stage: &Stage<'_>, area: Rect, buf: &mut Buffer) {
    let frame = super::frame(stage, Pane::Orders, area);
    let focused = frame.focused;
    let inner = frame::draw(stage, &frame, area, buf);
    let regions: Vec<_> = all(stage).collect();
    let Ok(count) = u16::try_from(regions.len()) else { return };
    let label = LABEL;
    let plot = Rect {
        x: inner.x + SCALE,
        width: inner.width.saturating_sub(SCALE + label),
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let axis = Axis::of(stage, regions.iter().map(|(_, orders)| *orders), usize::from(plot.width) * 2);
    let selected = super::selected_of(stage, Pane::Orders, regions.len()).filter(|_| focused);
    axis.draw(stage, Rect { y: plot.bottom(), height: 1, ..plot }, buf);
    for (at, (name, orders)) in (0..count).zip(&regions) {
        let (from, to) = (plot.height * at / count, plot.height * (at + 1) / count);
        let band = Rect { y: plot.y + from, height: to - from, ..plot };
        axis.marks(stage, band, buf);
        draw_band(stage, &axis, (name, orders), band, buf);
        let side = Rect { x: band.right() + 1, width: label - 1, ..band };
        draw_label(stage, (name, orders), side, selected == Some(usize::from(at)), buf);
    }
}

fn draw_band(
    stage: &Stage<'_>,
    axis: &Axis,
    (_, orders): (&str, &OrdersVerdict),
    band: Rect,
    buf: &mut Buffer,
) {
    let points = axis.window(orders);
    let peak = points.iter().flatten().copied().fold(orders.baseline.unwrap_or(0.0), f64::max);
    let top = nice(peak);
    let line = Chart {
        points,
        top,
        level: orders.baseline,
        braille: stage.glyphs.braille,
        line: stage.style(Role::Chart),
        behind: stage.style(Role::Muted),
    };
    chart::draw(buf, band, &line);
    let scale = Rect { x: band.x - SCALE, width: SCALE, ..band };
    let tick = if stage.glyphs.braille { "┤" } else { "|" };
    for (at, value) in [(0, top), (band.height.saturating_sub(1), 0.0)] {
        let text = format!("{value:>4.0} {tick}");
        paint::row(buf, scale, at, &Line::from(stage.span(text, Role::Muted)));
    }
}

/// A round number at or above the value.
fn nice(value: f64) -> f64 {
    let mut step = 1.0;
    while step * 10.0 < value {
        step *= 10.0;
    }
    [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|factor| factor * step)
        .find(|top| *top >= value)
        .unwrap_or(value)
        .max(1.0)
}

fn draw_label(
    stage: &Stage<'_>,
    (name, orders): (&str, &OrdersVerdict),
    side: Rect,
    selected: bool,
    buf: &mut Buffer,
) {
    let mut spans = vec![stage.span(format!("{name} "), Role::Title)];
    spans.extend(rate(stage, orders));
    paint::row(buf, side, 0, &Line::from(spans));
    if selected {
        paint::style_row(buf, side, 0, stage.style(Role::Selection));
    }
    let Some(base) = orders.baseline else { return };
    let change = match change(stage, orders).content {
        change if matches!(orders.lamp, Lamp::Look | Lamp::Bad) => format!("{change} of"),
        _ => "usual".to_owned(),
    };
    let text = format!("{change} {}", say::rate(base));
    paint::row(buf, side, 1, &Line::from(stage.span(text, Role::Muted)));
}
