//! The controls × endpoints grid: a word in each cell, a shape where it is old, away or different.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, ControlCell, ControlVerdict, Lamp};
use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;
use crate::ui::widgets::table::{Cell, Column, Table};

/// How much the grid says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Full names, and the age of what is old.
    Full,
    /// Short names of the endpoints, and the age of what is old.
    Short,
    /// Short names everywhere, no ages.
    Bare,
}

/// The grid as lines.
#[derive(Default)]
pub(super) struct Grid {
    /// The heading.
    pub(super) head: Option<Text>,
    /// A line for each control.
    pub(super) controls: Vec<Text>,
    /// How old each endpoint's newest answer is, and how long it took; none where they have no room.
    pub(super) answers: Vec<Text>,
}

/// How many lines tell of the answers.
pub(super) const ANSWERS: usize = 2;

/// The heading and a line for each control, and where it is asked for what is known of the answers.
pub(super) fn lines(pen: &Pen<'_>, room: usize, answers: bool) -> Grid {
    if pen.digest.controls.is_empty() {
        return Grid::default();
    }
    let fits = |form: &Form| grid(pen, *form, answers).widths(room).iter().all(Option::is_some);
    let form = [Form::Full, Form::Short].into_iter().find(fits).unwrap_or(Form::Bare);
    let (head, mut controls) = grid(pen, form, answers).lines(room, pen.theme, pen.glyphs);
    let answers = controls.split_off(pen.digest.controls.len().min(controls.len()));
    Grid { head: Some(head), controls, answers }
}

fn grid(pen: &Pen<'_>, form: Form, answers: bool) -> Table {
    let topology = pen.scene.world.topology();
    let endpoints = topology.routing.iter().flat_map(|r| &r.endpoints);
    let mut columns = match form {
        Form::Bare => vec![Column::left("", 0), Column::left("", 0)],
        Form::Full | Form::Short => vec![Column::left("control", 0), Column::left("state", 0)],
    };
    columns.extend(endpoints.map(|endpoint| {
        let name = match form {
            Form::Full => endpoint.region.to_string(),
            Form::Short | Form::Bare => topology.short(&endpoint.region),
        };
        // Wide enough for its longest word, so that nothing shifts when a reading grows old.
        let least = if form == Form::Bare { if answers { 5 } else { 4 } } else { 8 };
        Column::left(format!("{name:<least$}"), 1)
    }));
    let mut rows: Vec<Vec<Cell>> = pen.digest.controls.iter().map(|c| row(pen, c, form)).collect();
    if let Some(control) = pen.digest.controls.first().filter(|_| answers) {
        rows.push(labelled(pen, "age", control.cells.iter().map(|cell| age(pen, cell))));
        rows.push(labelled(pen, "rtt", control.cells.iter().map(|cell| trip(pen, cell))));
    }
    Table { columns, rows, gap: 1 }
}

fn labelled(pen: &Pen<'_>, label: &str, cells: impl Iterator<Item = Span<'static>>) -> Vec<Cell> {
    let label = [pen.span(label, Role::Muted), pen.span("", Role::Muted)];
    label.into_iter().chain(cells).map(Cell::from).collect()
}

/// How old an endpoint's newest answer is.
fn age(pen: &Pen<'_>, cell: &ControlCell) -> Span<'static> {
    let Some(known) = &cell.state else { return pen.span(say::NOTHING, Role::LampUnknown) };
    let role = match known.freshness {
        Freshness::Fresh => Role::Muted,
        Freshness::Stale => Role::Stale,
        Freshness::Gone => Role::LampUnknown,
    };
    pen.span(say::about(verdict::age(known.at, pen.scene.now)), role)
}

/// How long its newest answer took.
fn trip(pen: &Pen<'_>, cell: &ControlCell) -> Span<'static> {
    let fresh = cell.state.as_ref().is_some_and(|state| state.freshness != Freshness::Gone);
    match cell.round_trip.filter(|_| fresh) {
        Some(took) => pen.span(took_text(took), Role::Muted),
        None => pen.span(say::NOTHING, Role::LampUnknown),
    }
}

/// `80ms`, `1.2s`.
fn took_text(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        return format!("{}ms", took.as_millis());
    }
    format!("{:.1}s", took.as_secs_f64())
}

fn row(pen: &Pen<'_>, control: &ControlVerdict, form: Form) -> Vec<Cell> {
    let topology = pen.scene.world.topology();
    let declared = topology.routing.as_ref().and_then(|r| r.control(&control.name));
    let panel = declared.zip(topology.routing.as_ref()).and_then(|(c, r)| r.panel_of(&c.arn));
    let bare = panel.map_or(control.name.as_str(), |panel| panel.bare(&control.name));
    let region = declared.and_then(|c| c.region.as_ref()).filter(|r| r.as_str() == bare);
    let name = match region {
        Some(region) if form == Form::Bare => topology.short(region),
        _ => bare.to_owned(),
    };
    let mut cells: Vec<Cell> = vec![pen.span(name, Role::Text).into(), state(pen, control, form).into()];
    cells.extend(control.cells.iter().map(|cell| Cell::from(word(pen, control, cell, form))));
    cells
}

/// What a quorum agrees on.
fn state(pen: &Pen<'_>, control: &ControlVerdict, form: Form) -> Span<'static> {
    match control.state {
        Some(state) => pen.span(format!("{state:<3}"), Role::Title),
        None if control.split && form != Form::Bare => pen.span("split", Role::LampLook),
        None => pen.span(format!("{:<3}", pen.glyphs.unknown), Role::LampUnknown),
    }
}

/// What one endpoint says: `On`, `~On 25s` when old, `!Off` when it contradicts the others, `?` when it is away.
fn word(pen: &Pen<'_>, control: &ControlVerdict, cell: &ControlCell, form: Form) -> Span<'static> {
    let Some(known) = cell.state.as_ref() else { return pen.span(pen.glyphs.unknown, Role::LampUnknown) };
    let age = say::coarse(verdict::age(known.at, pen.scene.now));
    let age = if form == Form::Bare { String::new() } else { format!(" {age}") };
    let differs = control.split && control.state.is_none_or(|agreed| agreed != known.value);
    match known.freshness {
        Freshness::Fresh if differs => pen.span(format!("!{}", known.value), Role::LampLook),
        Freshness::Fresh => pen.span(known.value.to_string(), Role::Text),
        Freshness::Stale => pen.span(format!("~{}{age}", known.value), Role::Stale),
        Freshness::Gone => pen.span(format!("{}{age}", pen.glyphs.unknown), Role::LampUnknown),
    }
}

/// How many endpoints answer, and which do not: `● 4 of 5, apse2 out of rotation since 14:01:22`; where nothing else
/// does, also how old their answers are and how long they took.
pub(super) fn answers(pen: &Pen<'_>, room: usize, alone: bool) -> Vec<Span<'static>> {
    let topology = pen.scene.world.topology();
    let Some(routing) = &topology.routing else { return Vec::new() };
    let Some(control) = pen.digest.controls.first() else { return Vec::new() };
    let answers = |cell: &&ControlCell| cell.state.as_ref().is_some_and(|s| s.freshness == Freshness::Fresh);
    let (all, count) = (control.cells.len(), control.cells.iter().filter(answers).count());
    let lamp = match count {
        0 => Lamp::Unknown,
        n if n < routing.quorum() => Lamp::Bad,
        n if n == routing.quorum() && all > n => Lamp::Look,
        _ => Lamp::Ok,
    };
    let mut spans = vec![pen.span(format!("{} {count} of {all}", pen.glyphs.lamp(lamp)), say::role(lamp))];
    if let Some(split) = pen.digest.controls.iter().find(|c| c.split) {
        spans.push(pen.span(format!(", {} split", split.name), Role::LampLook));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    let away: Vec<&ControlCell> = control.cells.iter().filter(|cell| !answers(cell)).collect();
    let rest = match away.as_slice() {
        [] => told(pen, control, alone),
        away => rest(pen, (away, all), routing.quorum().saturating_sub(count)),
    };
    let fits = rest.iter().find(|text| used + paint::width(text) <= room);
    spans.extend(fits.map(|text| pen.span(text.clone(), Role::Muted)));
    spans
}

/// What is said while all answer, from the longest way to the shortest.
fn told(pen: &Pen<'_>, control: &ControlVerdict, alone: bool) -> Vec<String> {
    let mut forms = vec![" endpoints".to_owned()];
    let states = control.cells.iter().filter_map(|cell| cell.state.as_ref());
    let oldest = states.map(|state| verdict::age(state.at, pen.scene.now)).max();
    let slowest = control.cells.iter().filter_map(|cell| cell.round_trip).max();
    if let Some((oldest, slowest)) = oldest.zip(slowest).filter(|_| alone) {
        let (old, took) = (say::about(oldest), took_text(slowest));
        let long = format!(", oldest {old}, slowest {took}");
        forms.splice(0..0, [format!(" endpoints{long}"), long, format!(", {old} old, {took}")]);
    }
    forms
}

/// Which endpoints of how many are away, from the longest way to say it to the shortest.
fn rest(pen: &Pen<'_>, (away, all): (&[&ControlCell], usize), missing: usize) -> Vec<String> {
    let topology = pen.scene.world.topology();
    let names = |cells: &[&ControlCell]| {
        cells.iter().map(|cell| topology.short(&cell.endpoint)).collect::<Vec<_>>().join(", ")
    };
    let groups = by_trouble(away);
    let told = |since: bool| {
        let group = |(why, cells): &(String, Vec<&ControlCell>)| {
            let first = cells.iter().filter_map(|cell| cell.silent).min().filter(|_| since);
            let since = first.map_or_else(String::new, |at| format!(" since {}", say::clock(at)));
            let who = if cells.len() == all { "all".to_owned() } else { names(cells) };
            format!("{who}{why}{since}")
        };
        groups.iter().map(group).collect::<Vec<_>>().join(", ")
    };
    let (since, reasons, names) = (told(true), told(false), names(away));
    let needed = if missing > 0 { format!("; {missing} more to prove a change") } else { String::new() };
    vec![
        format!(", {since}{needed}"),
        format!(", {since}"),
        format!(", {reasons}{needed}"),
        format!(", {reasons}"),
        format!(", no answer: {names}"),
        format!(", not {names}"),
        String::new(),
    ]
}

/// Those with the same trouble are told together, since the first of them fell silent.
fn by_trouble<'c>(away: &[&'c ControlCell]) -> Vec<(String, Vec<&'c ControlCell>)> {
    let mut groups: Vec<(String, Vec<&ControlCell>)> = Vec::new();
    for cell in away {
        let why = match (&cell.trouble, cell.silent) {
            (Some(trouble), _) => format!(" {}", trouble.kind),
            (None, Some(_)) => " silent".to_owned(),
            (None, None) => " not asked yet".to_owned(),
        };
        match groups.iter_mut().find(|(known, _)| *known == why) {
            Some((_, cells)) => cells.push(cell),
            None => groups.push((why, vec![cell])),
        }
    }
    groups
}

/// One endpoint's word in full, for the detail.
pub(in super::super) fn full(pen: &Pen<'_>, cell: &ControlCell) -> Text {
    let now = pen.scene.now;
    let said = cell.state.as_ref().map_or_else(
        || "has not answered yet".to_owned(),
        |state| {
            format!("{} as of {} ({})", state.value, say::clock(state.at), verdict::age_text(state.at, now))
        },
    );
    let took = cell.round_trip.map_or_else(String::new, |took| format!(", took {} ms", took.as_millis()));
    let since = cell.silent.map_or_else(String::new, |at| format!(" since {}", say::clock(at)));
    let trouble = cell.trouble.as_ref().map_or_else(String::new, |t| format!("; silent{since}: {t}"));
    Line::from(
        pen.span(
            format!("{:<16} {said}{took}{}", cell.endpoint.as_str(), paint::clean(&trouble)),
            Role::Text,
        ),
    )
}
