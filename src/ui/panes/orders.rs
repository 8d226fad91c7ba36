//! Orders: a chart for each Region on one time axis, with the usual rate behind it and the acts marked;
//! a sparkline each where there is no room.

mod axis;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, Lamp, OrdersVerdict};
use crate::ui::Pen;
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

pub(super) fn need(pen: &Pen<'_>) -> usize {
    let regions = pen.digest.regions.len();
    if regions <= 4 { (regions * 3 + 1).max(5) } else { (regions + 1).min(14) }
}

fn all<'a>(pen: &Pen<'a>) -> impl Iterator<Item = (&'a str, &'a OrdersVerdict)> {
    let digest = pen.digest;
    digest.regions.iter().filter_map(|r| Some((r.spec.short.as_str(), r.orders.as_ref()?)))
}

/// The Regions that have a row, by their short names.
pub(super) fn regions<'a>(pen: &Pen<'a>) -> impl Iterator<Item = &'a str> {
    all(pen).map(|(name, _)| name)
}

/// There is room for charts.
pub(super) fn charts(pen: &Pen<'_>, area: Rect) -> bool {
    let regions = all(pen).count();
    pen.scene.view.flow.charts()
        && regions > 0
        && area.width >= 34
        && usize::from(area.height.saturating_sub(3)) >= regions * 2
}

/// Orders at risk, on the frame.
pub(super) fn note(pen: &Pen<'_>, width: usize) -> Text {
    let Some(risk) = &pen.digest.at_risk else { return Line::default() };
    let orders = verdict::value_text(risk.orders.round(), crate::model::topology::Unit::Count);
    let stale = if risk.freshness == Freshness::Fresh { "" } else { "~" };
    let long = format!("{stale}{orders} orders at risk ({} lag)", risk.store);
    let text = if width >= 56 { long } else { format!("{stale}{orders} at risk") };
    Line::from(pen.span(text, if risk.orders >= 0.5 { Role::Danger } else { Role::Muted }))
}

pub(super) fn listing(pen: &Pen<'_>, room: usize) -> Listing {
    let mut listing = Listing::default();
    if all(pen).next().is_none() {
        listing.say(Line::from(pen.span("no orders metric is declared", Role::Muted)));
        return listing;
    }
    let row = |(name, orders): (&str, &OrdersVerdict)| -> Vec<Cell> {
        let base = orders.baseline.map_or_else(|| say::NOTHING.to_owned(), say::rate);
        vec![
            pen.span(name, Role::Text).into(),
            say::trend(pen, &orders.trend, orders.baseline),
            Line::from(rate(pen, orders)).into(),
            change(pen, orders).into(),
            pen.span(base, Role::Muted).into(),
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
        rows: all(pen).map(row).collect(),
        gap: 1,
    };
    let (head, lines) = table.lines(room, pen.theme, pen.glyphs);
    listing.head.push(head);
    for line in lines {
        listing.push(line);
    }
    listing
}

fn rate(pen: &Pen<'_>, orders: &OrdersVerdict) -> Vec<Span<'static>> {
    let role = if orders.lamp == Lamp::Ok { Role::Text } else { say::role(orders.lamp) };
    let rate = say::value(pen, orders.rate.as_ref(), role, |rate| say::rate(*rate));
    if orders.lamp == Lamp::Ok {
        vec![rate]
    } else {
        vec![say::shape(pen, orders.lamp), Span::raw(" "), rate]
    }
}

fn change(pen: &Pen<'_>, orders: &OrdersVerdict) -> Span<'static> {
    let known = orders.rate.as_ref().filter(|rate| rate.freshness != Freshness::Gone);
    let text = known.zip(orders.baseline).and_then(|(rate, base)| verdict::change_text(rate.value, base));
    pen.span(text.unwrap_or_default(), Role::Muted)
}

/// Draws the charts, one above the other on the same axis.
pub(super) fn draw(pen: &Pen<'_>, area: Rect, buf: &mut Buffer) {
    let frame = super::frame(pen, Pane::Orders, area, "");
    let focused = frame.focused;
    let inner = frame::draw(pen, &frame, area, buf);
    let regions: Vec<_> = all(pen).collect();
    let Ok(count) = u16::try_from(regions.len()) else { return };
    let label = LABEL;
    let plot = Rect {
        x: inner.x + SCALE,
        width: inner.width.saturating_sub(SCALE + label),
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let axis = Axis::of(pen, regions.iter().map(|(_, orders)| *orders), usize::from(plot.width) * 2);
    let selected =
        super::selected_of(pen, Pane::Orders, &(0..regions.len()).collect::<Vec<_>>()).filter(|_| focused);
    axis.draw(pen, Rect { y: plot.bottom(), height: 1, ..plot }, buf);
    for (at, (name, orders)) in (0..count).zip(&regions) {
        let (from, to) = (plot.height * at / count, plot.height * (at + 1) / count);
        let band = Rect { y: plot.y + from, height: to - from, ..plot };
        axis.marks(pen, band, buf);
        draw_band(pen, &axis, (name, orders), band, buf);
        let side = Rect { x: band.right() + 1, width: label - 1, ..band };
        draw_label(pen, (name, orders), side, selected == Some(usize::from(at)), buf);
    }
    axis.names(pen, plot, buf);
}

fn draw_band(pen: &Pen<'_>, axis: &Axis, (_, orders): (&str, &OrdersVerdict), band: Rect, buf: &mut Buffer) {
    let points = axis.window(orders);
    let peak = points.iter().flatten().copied().fold(orders.baseline.unwrap_or(0.0), f64::max);
    let top = chart::nice(peak);
    let line = Chart {
        points,
        top,
        levels: orders.baseline.as_slice(),
        dots: pen.glyphs.dots(),
        line: pen.style(Role::Chart),
        behind: pen.style(Role::Muted),
    };
    chart::draw(buf, band, &line);
    let scale = Rect { x: band.x - SCALE, width: SCALE, ..band };
    let tick = pen.glyphs.axis();
    for (at, value) in [(0, top), (band.height.saturating_sub(1), 0.0)] {
        let text = format!("{value:>4.0} {tick}");
        paint::row(buf, scale, at, &Line::from(pen.span(text, Role::Muted)));
    }
}

fn draw_label(
    pen: &Pen<'_>,
    (name, orders): (&str, &OrdersVerdict),
    side: Rect,
    selected: bool,
    buf: &mut Buffer,
) {
    let mut spans = vec![pen.span(format!("{name} "), Role::Title)];
    spans.extend(rate(pen, orders));
    paint::row(buf, side, 0, &Line::from(spans));
    if selected {
        paint::style_row(buf, side, 0, pen.style(Role::Selection));
    }
    let Some(base) = orders.baseline else { return };
    let change = match change(pen, orders).content {
        change if matches!(orders.lamp, Lamp::Look | Lamp::Bad) => format!("{change} of"),
        _ => "usual".to_owned(),
    };
    let text = format!("{change} {}", say::rate(base));
    paint::row(buf, side, 1, &Line::from(pen.span(text, Role::Muted)));
}
