//! The controls × endpoints grid: a word in each cell, a shape where it is old, away or different.

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

/// The heading and a line for each control.
pub(super) fn lines(pen: &Pen<'_>, room: usize) -> (Option<Text>, Vec<Text>) {
    if pen.digest.controls.is_empty() {
        return (None, Vec::new());
    }
    let fits = |form: &Form| grid(pen, *form).widths(room).iter().all(Option::is_some);
    let form = [Form::Full, Form::Short].into_iter().find(fits).unwrap_or(Form::Bare);
    let (head, lines) = grid(pen, form).lines(room, pen.theme, pen.glyphs);
    (Some(head), lines)
}

fn grid(pen: &Pen<'_>, form: Form) -> Table {
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
        let least = if form == Form::Bare { 4 } else { 8 };
        Column::left(format!("{name:<least$}"), 1)
    }));
    Table { columns, rows: pen.digest.controls.iter().map(|c| row(pen, c, form)).collect(), gap: 1 }
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

/// How many endpoints answer, and which do not: `● 4 of 5, apse2 out of rotation`.
pub(super) fn answers(pen: &Pen<'_>, room: usize) -> Vec<Span<'static>> {
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
    let rest = rest(pen, &away, routing.quorum().saturating_sub(count));
    let fits = rest.iter().find(|text| used + paint::width(text) <= room);
    spans.extend(fits.map(|text| pen.span(text.clone(), Role::Muted)));
    spans
}

/// Which endpoints are away, from the longest way to say it to the shortest.
fn rest(pen: &Pen<'_>, away: &[&ControlCell], missing: usize) -> Vec<String> {
    if away.is_empty() {
        return vec![" endpoints".to_owned()];
    }
    let topology = pen.scene.world.topology();
    let name = |cell: &&ControlCell| topology.short(&cell.endpoint);
    let why = |cell: &&ControlCell| match &cell.trouble {
        Some(trouble) => format!("{} {}", name(cell), trouble.kind),
        None => name(cell),
    };
    let join = |texts: Vec<String>| texts.join(", ");
    let (reasons, names) = (join(away.iter().map(why).collect()), join(away.iter().map(name).collect()));
    let needed = if missing > 0 { format!("; {missing} more to prove a change") } else { String::new() };
    vec![
        format!(", {reasons}{needed}"),
        format!(", {reasons}"),
        format!(", no answer: {names}"),
        format!(", not {names}"),
        String::new(),
    ]
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
    let trouble = cell.trouble.as_ref().map_or_else(String::new, |t| format!("; {t}"));
    Line::from(
        pen.span(
            format!("{:<16} {said}{took}{}", cell.endpoint.as_str(), paint::clean(&trouble)),
            Role::Text,
        ),
    )
}
