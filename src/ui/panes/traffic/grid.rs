//! The controls × endpoints grid: a word in each cell, a shape where it is old, away or different.

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, ControlCell, ControlVerdict, Lamp};
use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;
use crate::ui::widgets::table::{Cell, Column, Table};

/// The heading and a line for each control.
pub(super) fn lines(stage: &Stage<'_>, room: usize) -> (Option<Text>, Vec<Text>) {
    if stage.digest.controls.is_empty() {
        return (None, Vec::new());
    }
    let wide = grid(stage, true);
    let table = if wide.widths(room).iter().all(Option::is_some) { wide } else { grid(stage, false) };
    let (head, lines) = table.lines(room, stage.theme, stage.glyphs);
    (Some(head), lines)
}

fn grid(stage: &Stage<'_>, wide: bool) -> Table {
    let topology = stage.scene.world.topology();
    let endpoints = topology.routing.iter().flat_map(|r| &r.endpoints);
    let mut columns = vec![Column::left("control", 0), Column::left("state", 0)];
    columns.extend(endpoints.map(|e| {
        // Wide enough for its longest word, so that nothing shifts when a reading grows old.
        let name = if wide { e.region.to_string() } else { topology.short(&e.region) };
        Column::left(format!("{name:<4}"), 1)
    }));
    if !wide {
        columns[0].head = String::new();
        columns[1].head = String::new();
    }
    Table { columns, rows: stage.digest.controls.iter().map(|c| row(stage, c, wide)).collect(), gap: 1 }
}

fn row(stage: &Stage<'_>, control: &ControlVerdict, wide: bool) -> Vec<Cell> {
    let topology = stage.scene.world.topology();
    let declared = topology.routing.as_ref().and_then(|r| r.control(&control.name));
    let region = declared.and_then(|c| c.region.as_ref()).filter(|r| r.as_str() == control.name);
    let name = match region {
        Some(region) if !wide => topology.short(region),
        _ => control.name.clone(),
    };
    let mut cells: Vec<Cell> = vec![stage.span(name, Role::Text).into(), state(stage, control, wide).into()];
    cells.extend(control.cells.iter().map(|cell| Cell::from(word(stage, control, cell, wide))));
    cells
}

/// What a quorum agrees on.
fn state(stage: &Stage<'_>, control: &ControlVerdict, wide: bool) -> Span<'static> {
    match control.state {
        Some(state) => stage.span(format!("{state:<3}"), Role::Title),
        None if control.split && wide => stage.span("split", Role::LampLook),
        None => stage.span(format!("{:<3}", stage.glyphs.unknown), Role::LampUnknown),
    }
}

/// What one endpoint says: `On`, `~On` when old, `≠Off` when it contradicts the quorum, `?` when it is away.
fn word(stage: &Stage<'_>, control: &ControlVerdict, cell: &ControlCell, wide: bool) -> Span<'static> {
    let Some(known) = cell.state.as_ref().filter(|s| s.freshness != Freshness::Gone) else {
        return stage.span(stage.glyphs.unknown, Role::Muted);
    };
    let age = verdict::span(verdict::age(known.at, stage.scene.now));
    let age = if wide { format!(" {age}") } else { String::new() };
    let differs = control.split && control.state.is_none_or(|agreed| agreed != known.value);
    match known.freshness {
        Freshness::Fresh if differs => stage.span(format!("!{}{age}", known.value), Role::LampLook),
        Freshness::Fresh => stage.span(format!("{}{age}", known.value), Role::Text),
        _ => stage.span(format!("~{}{age}", known.value), Role::Stale),
    }
}

/// How many endpoints answer, and which do not: `● 4 of 5, apse2 out of rotation`.
pub(super) fn answers(stage: &Stage<'_>) -> Vec<Span<'static>> {
    let topology = stage.scene.world.topology();
    let Some(routing) = &topology.routing else { return Vec::new() };
    let Some(control) = stage.digest.controls.first() else { return Vec::new() };
    let answers = |cell: &&ControlCell| cell.state.as_ref().is_some_and(|s| s.freshness == Freshness::Fresh);
    let count = control.cells.iter().filter(answers).count();
    let lamp = match count {
        0 => Lamp::Unknown,
        n if n < routing.quorum() => Lamp::Bad,
        n if n == routing.quorum() => Lamp::Look,
        _ => Lamp::Ok,
    };
    let away: Vec<String> = control.cells.iter().filter(|cell| !answers(cell)).map(|cell| {
        let why = cell.trouble.as_ref().map_or_else(String::new, |t| format!(" {}", t.kind));
        format!("{}{why}", topology.short(&cell.endpoint))
    }).collect();
    let split = stage.digest.controls.iter().find(|c| c.split);
    let mut spans = vec![stage.span(format!("{} {count} of {}", stage.glyphs.lamp(lamp), control.cells.len()), say::role(lamp))];
    if let Some(split) = split {
        spans.push(stage.span(format!(", {} split", split.name), Role::LampLook));
    }
    if !away.is_empty() {
        spans.push(stage.span(format!(", {}", away.join(", ")), Role::Muted));
    }
    if count < routing.quorum() {
        spans.push(stage.span(format!("; {} prove a change", routing.quorum()), Role::LampBad));
    }
    vec![Span::styled(String::new(), stage.style(Role::Text))].into_iter().chain(spans).collect()
}

/// One endpoint's word in full, for the detail.
pub(in super::super) fn full(stage: &Stage<'_>, cell: &ControlCell) -> Text {
    let now = stage.scene.now;
    let said = cell.state.as_ref().map_or_else(|| "has not answered yet".to_owned(), |state| {
        format!("{} as of {} ({})", state.value, say::clock(state.at), verdict::age_text(state.at, now))
    });
    let took = cell.round_trip.map_or_else(String::new, |took| format!(", took {} ms", took.as_millis()));
    let trouble = cell.trouble.as_ref().map_or_else(String::new, |t| format!("; {t}"));
    Line::from(stage.span(format!("{:<16} {said}{took}{}", cell.endpoint.as_str(), paint::clean(&trouble)), Role::Text))
}
