//! One Region a row, for workloads that run in many.

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, Lamp};
use crate::ui::Stage;
use crate::ui::digest::RegionDigest;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::say;
use crate::ui::widgets::table::{Cell, Column, Table};

pub(super) fn listing(stage: &Stage<'_>, room: usize) -> Listing {
    let table = Table {
        columns: vec![
            Column::left("Region", 0),
            Column::left("role", 5),
            Column::left("lamp", 0),
            Column::right("traffic", 2),
            Column::right("orders/min", 3),
            Column::right("room", 6),
            Column::right("read", 7),
            Column::left("signals", 4),
            Column::left("why", 1).growing(90),
        ],
        rows: stage.digest.regions.iter().map(|region| row(stage, region, room)).collect(),
        gap: 1,
    };
    let (head, rows) = table.lines(room, stage.theme, stage.glyphs);
    let mut listing = Listing { head: vec![head], ..Listing::default() };
    for line in rows {
        listing.push(line);
    }
    listing
}

fn row(stage: &Stage<'_>, region: &RegionDigest<'_>, room: usize) -> Vec<Cell> {
    let verdict = &region.verdict;
    let name = if room < 60 { region.spec.short.clone() } else { region.spec.name.to_string() };
    let drained = if region.drained { " drained" } else { "" };
    vec![
        stage.span(name, Role::Text).into(),
        stage.span(format!("{}{drained}", verdict.role), Role::Muted).into(),
        lamp(stage, region).into(),
        say::value(stage, verdict.traffic.as_ref(), Role::Text, |share| say::share(*share)).into(),
        orders(stage, region).into(),
        headroom(stage, region).into(),
        read(stage, region).into(),
        signals(stage, region).into(),
        stage.span(verdict.reason.clone(), say::role(verdict.lamp)).into(),
    ]
}

fn lamp(stage: &Stage<'_>, region: &RegionDigest<'_>) -> Span<'static> {
    let verdict = &region.verdict;
    let since = verdict.since.filter(|_| verdict.lamp != Lamp::Ok);
    let since =
        since.map_or_else(String::new, |at| format!(" {}", verdict::span(verdict::age(at, stage.scene.now))));
    stage
        .span(format!("{} {}{since}", stage.glyphs.lamp(verdict.lamp), verdict.lamp), say::role(verdict.lamp))
}

fn orders(stage: &Stage<'_>, region: &RegionDigest<'_>) -> Line<'static> {
    let Some(orders) = &region.orders else { return say::nothing(stage) };
    let role = if orders.lamp == Lamp::Ok { Role::Text } else { say::role(orders.lamp) };
    let rate = say::value(stage, orders.rate.as_ref(), role, |rate| say::rate(*rate));
    let shape = matches!(orders.lamp, Lamp::Look | Lamp::Bad).then(|| say::shape(stage, orders.lamp));
    Line::from(shape.into_iter().flat_map(|s| [s, Span::raw(" ")]).chain([rate]).collect::<Vec<_>>())
}

fn headroom(stage: &Stage<'_>, region: &RegionDigest<'_>) -> Span<'static> {
    let Some((needed, capacity)) = region.headroom else { return stage.span(say::NOTHING, Role::Stale) };
    let (shape, role) =
        if capacity >= needed { ("", Role::Text) } else { (stage.glyphs.look, Role::LampLook) };
    stage.span(format!("{shape}{capacity:.1}{}", stage.glyphs.times), role)
}

fn read(stage: &Stage<'_>, region: &RegionDigest<'_>) -> Span<'static> {
    let Some(feed) = &region.feed else { return stage.span("not yet", Role::Stale) };
    let role = if feed.freshness == Freshness::Fresh { Role::Muted } else { Role::Stale };
    match (&feed.trouble, feed.age) {
        (Some(trouble), _) => stage.span(trouble.clone(), Role::LampUnknown),
        (None, Some(age)) => stage.span(verdict::span(age), role),
        (None, None) => stage.span("not yet", Role::Stale),
    }
}

/// How many signals stand how: `● 5 ■ 1`.
fn signals(stage: &Stage<'_>, region: &RegionDigest<'_>) -> Line<'static> {
    let mut spans = Vec::new();
    for lamp in [Lamp::Bad, Lamp::Look, Lamp::Unknown, Lamp::Ok] {
        let count = region.signals.iter().filter(|s| s.lamp == lamp).count();
        if count > 0 {
            let gap = if spans.is_empty() { "" } else { " " };
            spans.push(stage.span(format!("{gap}{} {count}", stage.glyphs.lamp(lamp)), say::role(lamp)));
        }
    }
    Line::from(spans)
}
