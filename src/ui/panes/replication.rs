//! Replication: each direction of each store with its lag against the RPO; what does not run says so.

use ratatui::text::Line;

use crate::model::reading::Freshness;
use crate::model::topology::Unit;
use crate::model::verdict::{self, Lamp, LinkVerdict};
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
            Column::left("trend", 2).growing(40),
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
    let stand = Stand::of(stage, link);
    let role = if stand == Stand::Waits { Role::Muted } else { Role::Text };
    let (shape, lag) = match stand {
        Stand::Waits => (stage.span(" ", Role::Muted), stage.span(stage.glyphs.dash, Role::Muted)),
        Stand::Unknown => (say::shape(stage, Lamp::Unknown), stage.span(say::NOTHING, Role::Stale)),
        Stand::Runs => {
            let role = if link.lamp == Lamp::Ok { Role::Text } else { say::role(link.lamp) };
            let lag = |seconds: &f64| verdict::value_text(*seconds, Unit::Seconds);
            (say::shape(stage, link.lamp), say::value(stage, link.lag.as_ref(), role, lag))
        }
    };
    vec![
        stage.span(link.store.clone(), role).into(),
        stage.span(way, role).into(),
        shape.into(),
        lag.into(),
        stage.span(verdict::limit_text(link.rpo), Role::Muted).into(),
        trend(stage, link, stand),
    ]
}

/// Whether a direction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Runs,
    /// It would run if the reader became the writer.
    Waits,
    /// No direction of the store is known to run, because its writer is not known.
    Unknown,
}

impl Stand {
    fn of(stage: &Stage<'_>, link: &LinkVerdict) -> Self {
        let known = || stage.digest.links.iter().any(|other| other.store == link.store && other.live);
        match link.live {
            true => Self::Runs,
            false if known() => Self::Waits,
            false => Self::Unknown,
        }
    }
}

/// The trend while it is seen; else that it does not run, or why and since when it is blind.
fn trend(stage: &Stage<'_>, link: &LinkVerdict, stand: Stand) -> Cell {
    let forms = |texts: &[String], role| {
        Cell::Forms(texts.iter().map(|text| Line::from(stage.span(text.clone(), role))).collect())
    };
    match stand {
        Stand::Waits => return stage.span("reader", Role::Muted).into(),
        Stand::Unknown => return forms(&["writer not known".to_owned(), "writer ?".to_owned()], Role::Stale),
        Stand::Runs => {}
    }
    let age = link.lag.as_ref().filter(|lag| lag.freshness != Freshness::Fresh);
    let age = age.map(|lag| verdict::age(lag.at, stage.scene.now));
    match (&link.trouble, age, &link.lag) {
        (Some(trouble), Some(age), _) => {
            let (why, ago) = (trouble.kind, say::ago(age));
            forms(&[format!("{why}, {ago}"), ago], Role::LampUnknown)
        }
        (Some(trouble), None, _) => forms(&[trouble.kind.to_string()], Role::LampUnknown),
        (None, Some(age), _) => forms(&[say::ago(age)], Role::Stale),
        (None, None, None) => forms(&["not seen yet".to_owned(), "never".to_owned()], Role::Stale),
        (None, None, Some(_)) => Cell::Trend(link.trend.clone(), Some(link.rpo.as_secs_f64() / 4.0)),
    }
}
