//! Replication: each direction of each store with its lag against the RPO; what does not run says so.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::topology::Unit;
use crate::model::verdict::{self, LinkVerdict};
use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::say;
use crate::ui::widgets::table::{Cell, Column, Table};

pub(super) fn need(stage: &Stage<'_>) -> usize {
    1 + stage.digest.links.len().clamp(1, 14)
}

pub(super) fn listing(stage: &Stage<'_>, room: usize) -> Listing {
    let mut listing = Listing::default();
    if stage.digest.links.is_empty() {
        listing.say(Line::from(stage.span("no store is declared that replicates", Role::Muted)));
        return listing;
    }
    let table = Table {
        columns: vec![
            Column::left("store", 0),
            Column::left("link", 0),
            Column::left("", 0),
            Column::right("lag", 0),
            Column::right("RPO", 1),
            Column::left("trend", 3).growing(40),
            Column::left("", 2),
        ],
        rows: stage.digest.links.iter().map(|link| row(stage, link)).collect(),
        gap: 1,
    };
    let (head, rows) = table.lines(room, stage.theme, stage.glyphs);
    listing.head.push(head);
    for line in rows {
        listing.push(line);
    }
    listing
}

fn row(stage: &Stage<'_>, link: &LinkVerdict) -> Vec<Cell> {
    let topology = stage.scene.world.topology();
    let way = format!("{}{}{}", topology.short(&link.from), stage.glyphs.arrow, topology.short(&link.to));
    let role = if link.live { Role::Text } else { Role::Muted };
    let (shape, lag) = if link.live {
        let lag_role = if link.lamp == verdict::Lamp::Ok { Role::Text } else { say::role(link.lamp) };
        let lag = say::value(stage, link.lag.as_ref(), lag_role, |s| verdict::value_text(*s, Unit::Seconds));
        (say::shape(stage, link.lamp), lag)
    } else {
        (stage.span(" ", Role::Muted), stage.span(stage.glyphs.dash, Role::Muted))
    };
    let trend = if link.live { link.trend.clone() } else { Vec::new() };
    vec![
        stage.span(link.store.clone(), role).into(),
        stage.span(way, role).into(),
        shape.into(),
        lag.into(),
        stage.span(verdict::limit_text(link.rpo), Role::Muted).into(),
        Cell::Trend(trend, Some(link.rpo.as_secs_f64() / 4.0)),
        note(stage, link).into(),
    ]
}

/// What must be said beside the number: that it does not run, why it is blind, how old it is.
fn note(stage: &Stage<'_>, link: &LinkVerdict) -> Span<'static> {
    if !link.live {
        return stage.span("reader", Role::Muted);
    }
    if let Some(trouble) = &link.trouble {
        return stage.span(trouble.kind.to_string(), Role::LampUnknown);
    }
    match &link.lag {
        Some(lag) if lag.freshness != Freshness::Fresh => stage.span(ago(lag.at, stage.scene.now), Role::Stale),
        Some(_) => stage.span("", Role::Muted),
        None => stage.span("not seen", Role::Stale),
    }
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", verdict::limit_text(verdict::age(at, now)))
}
