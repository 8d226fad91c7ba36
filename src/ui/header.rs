//! The first three lines: who I am, where I am, what is wrong.
//!
//! Mode and environment word are on every frame; the rest shortens by importance and is never cut in a word.

pub(super) mod clock;
mod identity;
mod lamps;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::action;
use super::dialog::waiting;
use super::theme::Role;
use super::view::Still;
use super::widgets::fit::{self, Item, KEEP};
use super::widgets::paint::{self, Text};
use super::widgets::say;
use super::{Mode, Pen};
use crate::model::verdict;
use crate::plan::progress::{Pace, Progress, StepState};
use crate::plan::{Action, Step};

/// The word where only the account says that it is production.
pub(super) const PRODUCTION: &str = "PRODUCTION";

/// Blanks between items.
const GAP: usize = 2;

/// A longer sentence is not read at a glance.
const MOST: usize = 180;

/// Draws the two header lines.
pub(super) fn draw(pen: &Pen<'_>, area: Rect, buf: &mut Buffer) {
    let mut first = mode(pen);
    let workload = pen.scene.world.topology().workload.clone();
    first.push(Item::left(vec![(46, Line::from(pen.span(workload, Role::Title)))]));
    first.extend(identity::items(pen));
    let full = Rect { width: area.width.saturating_sub(1), ..area };
    fit::draw(buf, full, 0, GAP, &first);
    let mut second = vec![lamps::item(pen)];
    second.extend(clock::item(pen));
    second.extend(meters(pen));
    fit::draw(buf, inset(area), 1, GAP, &second);
}

/// One blank column on each side.
fn inset(area: Rect) -> Rect {
    Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area }
}

/// What the console may do and where: never dropped.
pub(super) fn mode(pen: &Pen<'_>) -> Vec<Item> {
    let console = pen.scene.console;
    let topology = pen.scene.world.topology();
    let mut words = vec![mode_word(pen)];
    if let Some(still) = pen.scene.view.still {
        let age = verdict::span(verdict::age(still.at(), pen.clock));
        let word = match still {
            Still::Frozen(_) => "FROZEN ",
            Still::Replay(_) => "REPLAY −",
        };
        words.push((format!("{word}{age}"), Role::Frozen));
    }
    if console.drill {
        words.push(("DRILL".to_owned(), Role::ModeDrill));
    }
    let environment = paint::cut(&topology.environment.to_uppercase(), 20);
    if console.simulated && environment != "SIMULATED" {
        words.push(("SIMULATED".to_owned(), Role::ModeSimulated));
    }
    let production = verdict::is_production(pen.scene.world);
    if production && !topology.production.has_environment(&topology.environment) {
        words.push((PRODUCTION.to_owned(), Role::EnvProduction));
    }
    let role = match (production, console.simulated) {
        (true, _) => Role::EnvProduction,
        (false, true) if environment == "SIMULATED" => Role::ModeSimulated,
        _ => Role::Env,
    };
    words.push((environment, role));
    let padded = words.iter().map(|(word, role)| pen.span(format!(" {word} "), *role));
    let close = words.iter().flat_map(|(word, role)| [paint::blank(1), pen.span(word.clone(), *role)]);
    vec![Item::left(vec![(200, padded.collect()), (KEEP, close.collect())])]
}

fn mode_word(pen: &Pen<'_>) -> (String, Role) {
    let mode = pen.scene.console.mode;
    match mode {
        Mode::Watch => (mode.word().to_owned(), Role::ModeWatch),
        Mode::Armed { until } => {
            let left = verdict::span(say::since(until, pen.clock));
            (format!("{} {left}", mode.word()), Role::ModeArmed)
        }
        Mode::Running => (mode.word().to_owned(), Role::ModeRunning),
    }
}

/// The right of the second line: the run, the local clock, calls and dollars.
fn meters(pen: &Pen<'_>) -> Vec<Item> {
    let console = pen.scene.console;
    let mut items = Vec::new();
    if let Some(run) = pen.scene.run {
        let text = super::panes::run_clock(pen, run);
        let short = text.split_once("  ").map_or(text.clone(), |(_, clock)| clock.to_owned());
        let form = |text: String| Line::from(pen.span(text, Role::Title));
        items.push(Item::right(vec![(60, form(text)), (90, form(short))]));
    }
    if let Some([long, short]) = pen.scene.view.flow.strain.words() {
        let form = |text: &str| Line::from(pen.span(text, Role::LampLook));
        items.push(Item::right(vec![(25, form(long)), (KEEP, form(short))]));
    }
    let local = pen.clock.to_zoned(console.zone.clone());
    let is_utc = local.offset() == jiff::tz::Offset::UTC;
    let muted = |cost: u8, text: String| Item::right(vec![(cost, Line::from(pen.span(text, Role::Muted)))]);
    if !is_utc {
        items.push(muted(10, local.strftime("%H:%M:%S %Z").to_string()));
    }
    items.push(muted(30, format!("{:.0} calls/h", console.calls_per_hour)));
    items.push(muted(40, dollars(console.dollars_per_month)));
    items
}

fn dollars(a_month: f64) -> String {
    if a_month > 0.0 && a_month < 1.0 { "<$1/mo".to_owned() } else { format!("${a_month:.0}/mo") }
}

/// Draws the line under the header: what is held or under way in a run, else what is wrong.
pub(super) fn situation(pen: &Pen<'_>, area: Rect, buf: &mut Buffer) {
    let area = inset(area);
    paint::row(buf, area, 0, &sentence(pen, usize::from(area.width)));
}

/// The situation in at most `room` columns.
pub(super) fn sentence(pen: &Pen<'_>, room: usize) -> Text {
    let situation = &pen.digest.situation;
    let world = || (situation.told(room.min(MOST)), say::text_role(situation.lamp));
    let (text, role) = pen.scene.run.filter(|run| run.is_open()).map_or_else(world, |run| of_run(pen, run));
    Line::from(pen.span(paint::cut(&pen.glyphs.text(&text), room), role))
}

fn of_run(pen: &Pen<'_>, run: &Progress) -> (String, Role) {
    let now = pen.scene.now;
    let held = run.held();
    if let Some(step) = held.first().and_then(|id| run.plan.step(*id)) {
        let state = run.steps.get(&step.id).map(|s| &s.state);
        let word = match state {
            Some(StepState::Done(outcome)) => outcome.to_string(),
            _ => "held".to_owned(),
        };
        let more = if held.len() > 1 { format!(" and {} more", held.len() - 1) } else { String::new() };
        let text = format!("Step {} is {}{more}: {}.  You decide.", step.id, word.to_uppercase(), step.title);
        return (text, Role::LampBadText);
    }
    if let Some((step, awaited)) = waiting(run) {
        let title = run.plan.step(step).map(|step| step.title.as_str()).unwrap_or_default();
        let tell = pen.scene.view.keymap.spoken(action::Action::Tell);
        let text = format!("{}Step {step}, {title}: {awaited}.  {tell} tells it.", paused(run));
        return (text, Role::LampLookText);
    }
    let active: Vec<&Step> = run.plan.steps.iter().filter(|step| is_active(run, step)).collect();
    let next = run.plan.steps.iter().find(|step| is_waiting(run, step));
    let paused = paused(run);
    let slowest = active.iter().map(|step| run.pace(step, now)).max().unwrap_or(Pace::InTime);
    let doing: Vec<String> = active.iter().map(|step| paced(step, run.pace(step, now))).collect();
    let doing = if doing.is_empty() { "between steps".to_owned() } else { doing.join(", ") };
    let next = next.map(|step| format!("; then {} {}", step.id, step.title)).unwrap_or_default();
    let role = match slowest {
        Pace::Stuck => Role::LampBadText,
        Pace::Late => Role::LampLookText,
        Pace::InTime if run.paused => Role::LampLookText,
        Pace::InTime => Role::Title,
    };
    (format!("{paused}{doing}{next}"), role)
}

/// Why nothing new starts, and what to do about it.
fn paused(run: &Progress) -> String {
    match (run.paused, run.why_paused.text()) {
        (false, _) => String::new(),
        (true, "") => "PAUSED: nothing new starts.  ".to_owned(),
        (true, why) => format!("PAUSED, {why}.  "),
    }
}

/// What a step does, with a word where it takes longer than it should.
fn paced(step: &Step, pace: Pace) -> String {
    let doing = doing(step);
    match pace {
        Pace::InTime => doing,
        Pace::Late => format!("{doing} is LATE"),
        Pace::Stuck => format!("{doing} is STUCK, holds at {}", verdict::limit_text(step.deadline)),
    }
}

fn is_active(run: &Progress, step: &Step) -> bool {
    let state = run.steps.get(&step.id).map(|s| &s.state);
    matches!(state, Some(StepState::Intended | StepState::Sent | StepState::Proving | StepState::Deciding(_)))
}

fn is_waiting(run: &Progress, step: &Step) -> bool {
    run.steps.get(&step.id).is_none_or(|s| s.state == StepState::Waiting)
}

/// What a step does, as something that goes on.
fn doing(step: &Step) -> String {
    match &step.action {
        Action::Record => "recording lag and orders at risk".to_owned(),
        Action::Operate(operation) => operation.doing(),
        Action::Wait(condition) => format!("waiting: {condition}"),
        Action::Approve(approval) => format!("waiting for a second person: {}", approval.of),
        Action::Note { text } => format!("by hand: {text}"),
    }
}
