//! Replication: each direction of each store with the roles of its ends and its lag against the RPO; what does not run
//! says so.

use ratatui::text::Line;

use crate::model::reading::Freshness;
use crate::model::topology::Unit;
use crate::model::verdict::{self, Lamp, LinkVerdict, MemberRole};
use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::paint;
use crate::ui::widgets::say;
use crate::ui::widgets::table::{Cell, Column, Table};

pub(super) fn need(pen: &Pen<'_>) -> usize {
    1 + pen.digest.links.len().clamp(1, 14)
}

pub(super) fn listing(pen: &Pen<'_>, room: usize) -> Listing {
    let mut listing = Listing::default();
    if pen.digest.links.is_empty() {
        listing.say(Line::from(pen.span("no store is declared that replicates", Role::Muted)));
        return listing;
    }
    let whole = table(pen, Form::Words);
    let fits = whole.widths(room).iter().all(Option::is_some);
    let table = if fits { whole } else { table(pen, Form::Letters) };
    let (head, rows) = table.lines(room, pen.theme, pen.glyphs);
    listing.head.push(head);
    for line in rows {
        listing.push(line);
    }
    listing
}

/// How the roles of a link's ends are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Of both ends, in words.
    Words,
    /// Of the end that the link starts from, by its first letter; the row of the other direction has the other end.
    Letters,
}

fn table(pen: &Pen<'_>, form: Form) -> Table {
    let columns = match form {
        Form::Words => vec![
            Column::left("store", 0),
            Column::left("link", 0),
            // As wide as it gets, so that nothing moves when a role becomes known.
            Column::left(format!("{:<1$}", "role", 12 + paint::width(pen.glyphs.arrow)), 0),
            Column::left("", 0),
            Column::right("lag", 0),
            Column::right("RPO", 1),
            Column::left("trend", 2).growing(40),
        ],
        Form::Letters => vec![
            Column::left("store", 0),
            Column::left("as", 0),
            Column::left("link", 0),
            Column::left("", 0),
            Column::right("lag", 0),
            Column::right("RPO", 1),
            Column::left("", 2).growing(40),
        ],
    };
    Table { columns, rows: pen.digest.links.iter().map(|link| row(pen, link, form)).collect(), gap: 1 }
}

/// `writer→reader`, or `w`; what should not be so is loud.
fn roles(pen: &Pen<'_>, link: &LinkVerdict, form: Form, role: Role) -> Cell {
    let [from, to] = link.ends;
    let loud = [from, to].iter().any(|end| matches!(end, MemberRole::Alone | MemberRole::Absent))
        || (from, to) == (MemberRole::Writer, MemberRole::Writer);
    let role = if loud { Role::LampLook } else { role };
    let word = |end: MemberRole| match end {
        MemberRole::Unknown => pen.glyphs.unknown.to_owned(),
        end => end.to_string(),
    };
    let letter = match from {
        MemberRole::Writer => "w",
        MemberRole::Reader => "r",
        MemberRole::Active => "a",
        MemberRole::Alone => "!",
        MemberRole::Absent => pen.glyphs.dash,
        MemberRole::Unknown => pen.glyphs.unknown,
    };
    match form {
        Form::Words => pen.span(format!("{}{}{}", word(from), pen.glyphs.arrow, word(to)), role).into(),
        Form::Letters => pen.span(letter, role).into(),
    }
}

fn row(pen: &Pen<'_>, link: &LinkVerdict, form: Form) -> Vec<Cell> {
    let topology = pen.scene.world.topology();
    let way = format!("{}{}{}", topology.short(&link.from), pen.glyphs.arrow, topology.short(&link.to));
    let stand = Stand::of(pen, link);
    let role = if stand == Stand::Waits { Role::Muted } else { Role::Text };
    let (shape, lag) = match stand {
        Stand::Waits => (pen.span(" ", Role::Muted), pen.span(pen.glyphs.dash, Role::Muted)),
        Stand::Unknown => (say::shape(pen, Lamp::Unknown), pen.span(say::NOTHING, Role::Stale)),
        Stand::Stopped => (say::shape(pen, link.lamp), pen.span(say::NOTHING, say::role(link.lamp))),
        Stand::Runs => {
            let role = if link.lamp == Lamp::Ok { Role::Text } else { say::role(link.lamp) };
            let lag = |seconds: &f64| verdict::value_text(*seconds, Unit::Seconds);
            (say::shape(pen, link.lamp), say::value(pen, link.lag.as_ref(), role, lag))
        }
    };
    let (ends, way) = (roles(pen, link, form, role), pen.span(way, role).into());
    let [second, third] = if form == Form::Words { [way, ends] } else { [ends, way] };
    vec![
        pen.span(link.store.clone(), role).into(),
        second,
        third,
        shape.into(),
        lag.into(),
        pen.span(verdict::limit_text(link.rpo), Role::Muted).into(),
        trend(pen, link, stand),
    ]
}

/// Whether a direction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Runs,
    /// It should run, and the service says that nothing is replicated.
    Stopped,
    /// It would run if the reader became the writer.
    Waits,
    /// No direction of the store is known to run, because its writer is not known.
    Unknown,
}

impl Stand {
    fn of(pen: &Pen<'_>, link: &LinkVerdict) -> Self {
        let known = || pen.digest.links.iter().any(|other| other.store == link.store && other.live);
        match link.live {
            true if link.stopped.is_some() => Self::Stopped,
            true => Self::Runs,
            false if known() || is_seen(pen, link) => Self::Waits,
            false => Self::Unknown,
        }
    }
}

/// The trend while it is seen; else that it does not run, or why and since when it is blind.
fn trend(pen: &Pen<'_>, link: &LinkVerdict, stand: Stand) -> Cell {
    let forms = |texts: &[String], role| {
        let lines = texts.iter().map(|text| Line::from(pen.span(text.clone(), role)));
        Cell::Forms(lines.chain([Line::default()]).collect())
    };
    match stand {
        Stand::Waits => return forms(&told(pen, link).into_iter().collect::<Vec<_>>(), Role::Muted),
        Stand::Stopped => {
            let ago = link.stopped.map(|since| verdict::age_text(since, pen.scene.now)).unwrap_or_default();
            let texts =
                [format!("replication stopped {ago}"), format!("stopped {ago}"), "stopped".to_owned()];
            return forms(&texts, say::role(link.lamp));
        }
        Stand::Unknown => return forms(&["writer not known".to_owned(), "writer ?".to_owned()], Role::Stale),
        Stand::Runs => {}
    }
    let age = link.lag.as_ref().filter(|lag| lag.freshness != Freshness::Fresh);
    let age = age.map(|lag| verdict::age(lag.at, pen.scene.now));
    match (&link.trouble, age, &link.lag) {
        (Some(trouble), Some(age), _) => {
            let (why, ago) = (trouble.kind, say::ago(age));
            forms(&[format!("{why}, {ago}"), ago, say::coarse(age)], Role::LampUnknown)
        }
        (Some(trouble), None, _) => forms(&[trouble.kind.to_string()], Role::LampUnknown),
        (None, Some(age), _) => forms(&[say::ago(age), say::coarse(age)], Role::Stale),
        (None, None, None) => forms(&["not seen yet".to_owned(), "never".to_owned()], Role::Stale),
        (None, None, Some(_)) => say::trend(pen, &link.trend, Some(link.rpo.as_secs_f64() / 4.0)),
    }
}

/// The database that this direction would start from was read, so what it is is known.
fn is_seen(pen: &Pen<'_>, link: &LinkVerdict) -> bool {
    let ends = verdict::ends(pen.scene.world, &link.store, pen.scene.now);
    ends.iter().any(|end| end.region == link.from && end.freshness != Freshness::Gone)
}

/// What else is to be said of the database that this direction would start from: its status while it changes.
fn told(pen: &Pen<'_>, link: &LinkVerdict) -> Option<String> {
    let ends = verdict::ends(pen.scene.world, &link.store, pen.scene.now);
    let own = ends.iter().find(|end| end.region == link.from)?;
    let of_role = ["replica", "source", "alone"].contains(&own.word());
    (!of_role).then(|| own.word().to_owned())
}
