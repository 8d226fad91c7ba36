//! The controls × endpoints grid: a word in each cell, a shape where it is old, away or different.

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, ControlCell, ControlVerdict, Lamp};
use crate::ui::Stage;
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
pub(super) fn lines(stage: &Stage<'_>, room: usize) -> (Option<Text>, Vec<Text>) {
    if stage.digest.controls.is_empty() {
        return (None, Vec::new());
    }
    let fits = |form: &Form| grid(stage, *form).widths(room).iter().all(Option::is_some);
    let form = [Form::Full, Form::Short].into_iter().find(fits).unwrap_or(Form::Bare);
    let (head, lines) = grid(stage, form).lines(room, stage.theme, stage.glyphs);
    (Some(head), lines)
}

fn grid(stage: &Stage<'_>, form: Form) -> Table {
    let topology = stage.scene.world.topology();
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
    Table { columns, rows: stage.digest.controls.iter().map(|c| row(stage, c, form)).collect(), gap: 1 }
}

fn row(stage: &Stage<'_>, control: &ControlVerdict, form: Form) -> Vec<Cell> {
    let topology = stage.scene.world.topology();
    let declared = topology.routing.as_ref().and_then(|r| r.control(&control.name));
    let region = declared.and_then(|c| c.region.as_ref()).filter(|r| r.as_str() == control.name);
    let name = match region {
        Some(region) if form == Form::Bare => topology.short(region),
        _ => control.name.clone(),
    };
    let mut cells: Vec<Cell> = vec![stage.span(name, Role::Text).into(), state(stage, control, form).into()];
    cells.extend(control.cells.iter().map(|cell| Cell::from(word(stage, control, cell, form))));
    cells
}

/// What a quorum agrees on.
fn state(stage: &Stage<'_>, control: &ControlVerdict, form: Form) -> Span<'static> {
    match control.state {
        Some(state) => stage.span(format!("{state:<3}"), Role::Title),
        None if control.split && form != Form::Bare => stage.span("split", Role::LampLook),
        None => stage.span(format!("{:<3}", stage.glyphs.unknown), Role::LampUnknown),
    }
}

/// What one endpoint says: `On`, `~On 25s` when old, `!Off` when it contradicts the others, `?` when it is away.
fn word(stage: &Stage<'_>, control: &ControlVerdict, cell: &ControlCell, form: Form) -> Span<'static> {
    let Some(known) = cell.state.as_ref() else { return stage.span(stage.glyphs.unknown, Role::LampUnknown) };
    let age = say::coarse(verdict::age(known.at, stage.scene.now));
    let age = if form == Form::Bare { String::new() } else { format!(" {age}") };
    let differs = control.split && control.state.is_none_or(|agreed| agreed != known.value);
    match known.freshness {
        Freshness::Fresh if differs => stage.span(format!("!{}", known.value), Role::LampLook),
        Freshness::Fresh => stage.span(known.value.to_string(), Role::Text),
        Freshness::Stale => stage.span(format!("~{}{age}", known.value), Role::Stale),
        Freshness::Gone => stage.span(format!("{}{age}", stage.glyphs.unknown), Role::LampUnknown),
    }
}

/// How many endpoints answer, and which do not: `● 4 of 5, apse2 out of rotation`.
pub(super) fn answers(stage: &Stage<'_>, room: usize) -> Vec<Span<'static>> {
    let topology = stage.scene.world.topology();
    let Some(routing) = &topology.routing else { return Vec::new() };
    let Some(control) = stage.digest.controls.first() else { return Vec::new() };
    let answers = |cell: &&ControlCell| cell.state.as_ref().is_some_and(|s| s.freshness == Freshness::Fresh);
    let (all, count) = (control.cells.len(), control.cells.iter().filter(answers).count());
    let lamp = match count {
        0 => Lamp::Unknown,
        n if n < routing.quorum() => Lamp::Bad,
        n if n == routing.quorum() && all > n => Lamp::Look,
        _ => Lamp::Ok,
    };
    let mut spans =
        vec![stage.span(format!("{} {count} of {all}", stage.glyphs.lamp(lamp)), say::role(lamp))];
    if let Some(split) = stage.digest.controls.iter().find(|c| c.split) {
        spans.push(stage.span(format!(", {} split", split.name), Role::LampLook));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    let away: Vec<&ControlCell> = control.cells.iter().filter(|cell| !answers(cell)).collect();
    let rest = rest(stage, &away, routing.quorum().saturating_sub(count));
    let fits = rest.iter().find(|text| used + paint::width(text) <= room);
    spans.extend(fits.map(|text| stage.span(text.clone(), Role::Muted)));
    spans
}

/// Which endpoints are away, from the longest way to say it to the shortest.
fn rest(stage: &Stage<'_>, away: &[&ControlCell], missing: usize) -> Vec<String> {
    if away.is_empty() {
        return vec![" endpoints".to_owned()];
    }
    let topology = stage.scene.world.topology();
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
pub(in super::super) fn full(stage: &Stage<'_>, cell: &ControlCell) -> Text {
    let now = stage.scene.now;
    let said = cell.state.as_ref().map_or_else(
        || "has not answered yet".to_owned(),
        |state| {
            format!("{} as of {} ({})", state.value, say::clock(state.at), verdict::age_text(state.at, now))
        },
    );
    let took = cell.round_trip.map_or_else(String::new, |took| format!(", took {} ms", took.as_millis()));
    let trouble = cell.trouble.as_ref().map_or_else(String::new, |t| format!("; {t}"));
    Line::from(
        stage.span(
            format!("{:<16} {said}{took}{}", cell.endpoint.as_str(), paint::clean(&trouble)),
            Role::Text,
        ),
    )
}
