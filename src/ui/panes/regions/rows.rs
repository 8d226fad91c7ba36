//! One Region a row, for workloads that run in many.

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, Lamp};
use crate::ui::Pen;
use crate::ui::digest::RegionDigest;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::say;
use crate::ui::widgets::table::{Cell, Column, Table};

pub(super) fn listing(pen: &Pen<'_>, room: usize) -> Listing {
    let table = Table {
        columns: vec![
            Column::left("Region", 0),
            Column::left("role", 5),
            Column::left("lamp", 0),
            Column::right("traffic", 1),
            Column::right("orders/min", 2),
            Column::right("room", 6),
            Column::right("read", 7),
            Column::left("signals", 4),
            Column::left("why", 3).growing(90),
        ],
        rows: pen.digest.regions.iter().map(|region| row(pen, region, room)).collect(),
        gap: 1,
    };
    let (head, rows) = table.lines(room, pen.theme, pen.glyphs);
    let mut listing = Listing { head: vec![head], ..Listing::default() };
    for line in rows {
        listing.push(line);
    }
    listing
}

fn row(pen: &Pen<'_>, region: &RegionDigest<'_>, room: usize) -> Vec<Cell> {
    let verdict = &region.verdict;
    let name = if room < 60 { region.spec.short.clone() } else { region.spec.name.to_string() };
    let drained = if region.drained { " drained" } else { "" };
    vec![
        pen.span(name, Role::Text).into(),
        pen.span(format!("{}{drained}", verdict.role), Role::Muted).into(),
        lamp(pen, region).into(),
        say::value(pen, verdict.traffic.as_ref(), Role::Text, |share| say::share(*share)).into(),
        orders(pen, region).into(),
        headroom(pen, region).into(),
        read(pen, region).into(),
        signals(pen, region).into(),
        pen.span(verdict.reason.clone(), say::role(verdict.lamp)).into(),
    ]
}

fn lamp(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Span<'static> {
    let verdict = &region.verdict;
    let since = verdict.since.filter(|_| verdict.lamp != Lamp::Ok);
    let since =
        since.map_or_else(String::new, |at| format!(" {}", verdict::span(verdict::age(at, pen.scene.now))));
    pen.span(format!("{} {}{since}", pen.glyphs.lamp(verdict.lamp), verdict.lamp), say::role(verdict.lamp))
}

fn orders(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Line<'static> {
    let Some(orders) = &region.orders else { return say::nothing(pen) };
    let role = if orders.lamp == Lamp::Ok { Role::Text } else { say::role(orders.lamp) };
    let rate = say::value(pen, orders.rate.as_ref(), role, |rate| say::rate(*rate));
    let shape = matches!(orders.lamp, Lamp::Look | Lamp::Bad).then(|| say::shape(pen, orders.lamp));
    Line::from(shape.into_iter().flat_map(|s| [s, Span::raw(" ")]).chain([rate]).collect::<Vec<_>>())
}

fn headroom(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Span<'static> {
    let Some((needed, capacity)) = region.headroom else { return pen.span(say::NOTHING, Role::Stale) };
    let (shape, role) = if capacity >= needed { ("", Role::Text) } else { (pen.glyphs.look, Role::LampLook) };
    pen.span(format!("{shape}{needed:.0}/{capacity:.0}"), role)
}

fn read(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Span<'static> {
    let Some(feed) = &region.feed else { return pen.span("not yet", Role::Stale) };
    let role = if feed.freshness == Freshness::Fresh { Role::Muted } else { Role::Stale };
    match (&feed.trouble, feed.age) {
        (Some(trouble), _) => pen.span(trouble.clone(), Role::LampUnknown),
        (None, Some(age)) => pen.span(verdict::span(age), role),
        (None, None) => pen.span("not yet", Role::Stale),
    }
}

/// How many signals stand how: `● 5 ■ 1`.
fn signals(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Line<'static> {
    let mut spans = Vec::new();
    for lamp in [Lamp::Bad, Lamp::Look, Lamp::Unknown, Lamp::Ok] {
        let count = region.signals.iter().filter(|s| s.lamp == lamp).count();
        if count > 0 {
            let gap = if spans.is_empty() { "" } else { " " };
            spans.push(pen.span(format!("{gap}{} {count}", pen.glyphs.lamp(lamp)), say::role(lamp)));
        }
    }
    Line::from(spans)
}
