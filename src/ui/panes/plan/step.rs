//! One step on the screen: its line, its rungs, and what must be known when it is held.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::Stand;
use super::ladder::{self, Rows};
use crate::model::topology::Unit;
use crate::model::verdict;
use crate::plan::event::{Outcome, RungState};
use crate::plan::progress::{Pace, Progress, StepProgress};
use crate::plan::{Rung, Step};
use crate::ui::Pen;
use crate::ui::action::Action;
use crate::ui::theme::Role;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::{gauge, say};

/// The columns of a gauge.
const GAUGE: usize = 12;

/// From this width on a pane has room for long titles.
const ROOMY: usize = 100;

/// A longer title is shortened where there is no room.
const TITLE: usize = 30;

/// The most lines of evidence of a step that runs.
const EVIDENCE: usize = 2;

/// The blanks before what belongs to a step.
pub(super) const INDENT: usize = 4;

/// The line of each step.
pub(super) fn table(pen: &Pen<'_>, run: &Progress, room: usize) -> Table {
    Table {
        columns: vec![
            Column::left("", 0),
            Column::right("", 0),
            Column::left("", 0).growing(1),
            Column::left("", 0),
            Column::left("", 1).growing(60),
        ],
        rows: run.plan.steps.iter().map(|step| row(pen, run, step, room)).collect(),
        gap: 1,
    }
}

fn row(pen: &Pen<'_>, run: &Progress, step: &Step, room: usize) -> Vec<Cell> {
    let stand = Stand::of(run, step);
    let (shape, word, role) = stand.look(pen);
    let title = match step.operation() {
        Some(operation) if !operation.overrides().is_empty() => Role::Danger,
        _ if stand.is_waiting() => Role::Muted,
        _ => Role::Text,
    };
    vec![
        pen.span(shape, role).into(),
        pen.span(step.id.to_string(), title).into(),
        pen.span(titled(pen, step, room), title).into(),
        pen.span(word, role).into(),
        rest(pen, run, step, &stand, room),
    ]
}

/// The title, with the short names of the Regions where the full ones would take the room of the evidence.
fn titled(pen: &Pen<'_>, step: &Step, room: usize) -> String {
    say::shortened(pen, step.title.clone(), if room >= ROOMY { usize::MAX } else { TITLE })
}

/// Behind the state: time and evidence of what is done, a gauge of what runs, what the rest waits for.
fn rest(pen: &Pen<'_>, run: &Progress, step: &Step, stand: &Stand<'_>, room: usize) -> Cell {
    match stand {
        Stand::Waits(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let short = format!("for {}", ids.join(", "));
            let long = format!("{short}; {}", usual(run, step));
            Cell::Forms(vec![pen.span(long, Role::Muted).into(), pen.span(short, Role::Muted).into()])
        }
        Stand::Ready => Cell::Text(Line::default()),
        Stand::Active(_, progress) => {
            let began = progress.started.map(|_| run.began(step, progress));
            let elapsed = began.map_or(Duration::ZERO, |at| say::since(pen.scene.now, at));
            Cell::Forms(running(pen, run, step, elapsed))
        }
        Stand::Ended(outcome, progress) => {
            let took = progress.started.zip(progress.ended).map(|(from, to)| took(say::since(to, from)));
            let against = (room >= ROOMY && *outcome == Outcome::Confirmed && took.is_some())
                .then(|| format!("of ~{}", verdict::limit_text(step.usual.p50)));
            let shown =
                shown(progress).map(|text| if room >= ROOMY { text } else { say::shortened(pen, text, 0) });
            let parts = [Some(took.unwrap_or_default()), against, Some(shown.unwrap_or_default())];
            let text = parts.into_iter().flatten().collect::<Vec<String>>().join(" ");
            Cell::Cut(Line::from(pen.span(text, Role::Muted)))
        }
    }
}

fn took(span: Duration) -> String {
    format!("{:>5}", verdict::value_text(span.as_secs_f64(), Unit::Seconds))
}

/// `p50 41s p95 1m10s of 7 runs`, without the runs where it is only what the playbook expects.
fn usual(run: &Progress, step: &Step) -> String {
    let (p50, p95) = (verdict::limit_text(step.usual.p50), verdict::limit_text(step.usual.p95));
    let runs = run.plan.runs(step.id).map_or_else(String::new, |runs| format!(" of {runs} runs"));
    format!("p50 {p50} p95 {p95}{runs}")
}

/// `  38s ▓▓▓▓▓▓▓░┊░░┊ late p50 41s p95 1m10s of 7 runs`, then shorter.
fn running(pen: &Pen<'_>, run: &Progress, step: &Step, elapsed: Duration) -> Vec<Text> {
    let pace = run.pace(step, pen.scene.now);
    let role = match pace {
        Pace::InTime => Role::Chart,
        Pace::Late => Role::LampLook,
        Pace::Stuck => Role::LampBad,
    };
    let bar = |width| Span::styled(gauge::gauge(elapsed, step.usual, width, pen.glyphs), pen.style(role));
    let time = pen.span(format!("{:>5} ", verdict::span(elapsed)), Role::Text);
    let word = pen.span(pace.word().map_or_else(String::new, |word| format!(" {word}")), role);
    let (p50, p95) = (verdict::limit_text(step.usual.p50), verdict::limit_text(step.usual.p95));
    // What is late is past its p50 long since.
    let short = if pace == Pace::InTime { format!(" p50 {p50} p95 {p95}") } else { format!(" p95 {p95}") };
    let short = pen.span(short, Role::Muted);
    let long = pen.span(format!(" {}", usual(run, step)), Role::Muted);
    let deadline = pen.span(
        if pace == Pace::Stuck {
            format!(", holds at {}", verdict::limit_text(step.deadline))
        } else {
            String::new()
        },
        role,
    );
    vec![
        Line::from(vec![time.clone(), bar(GAUGE), word.clone(), deadline.clone(), long]),
        Line::from(vec![time.clone(), bar(GAUGE), word.clone(), short.clone()]),
        Line::from(vec![time.clone(), bar(GAUGE * 2 / 3), word.clone(), short.clone()]),
        Line::from(vec![time.clone(), bar(GAUGE / 2), word.clone(), short.clone()]),
        Line::from(vec![time.clone(), bar(GAUGE / 3), word.clone(), short]),
        Line::from(vec![time.clone(), bar(GAUGE), word.clone(), deadline]),
        Line::from(vec![time.clone(), bar(GAUGE), word.clone()]),
        Line::from(vec![time.clone(), bar(GAUGE / 2), word.clone()]),
        Line::from(vec![time, word]),
    ]
}

/// What shows how a step ended: why, else the evidence of its highest proved rung.
fn shown(progress: &StepProgress) -> Option<String> {
    if !progress.why.is_empty() {
        return Some(progress.why.clone());
    }
    let proved = progress.rungs.iter().rev().find(|(_, (_, state, _))| *state == RungState::Proved);
    proved.map(|(_, (_, _, evidence))| evidence.clone()).filter(|e| !e.is_empty())
}

/// How much is said of the steps of a run; a pane takes the most that fits into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    /// Of the selected step a row for each rung; of what else is under way the ladder and its newest evidence.
    Rungs,
    /// Of the selected step also its ladder in one line.
    Selected,
    /// The same of every step that is under way or held.
    Active,
    /// Also the ladders of those that wait.
    All,
}

impl Depth {
    /// From the most to the least.
    pub(super) const FALLING: [Self; 4] = [Self::All, Self::Active, Self::Selected, Self::Rungs];
}

/// The lines that belong to a step, below its own.
pub(super) fn below(
    pen: &Pen<'_>,
    run: &Progress,
    step: &Step,
    room: usize,
    (depth, selected): (Depth, bool),
) -> Vec<Text> {
    let stand = Stand::of(run, step);
    let open = selected || depth >= Depth::Active;
    match &stand {
        Stand::Active(_, progress) if open && step.operation().is_some() => {
            opened(pen, step, progress, room, depth)
        }
        Stand::Active(_, progress) => with_newest(pen, step, progress, room),
        Stand::Ended(outcome, progress) if stand.is_held() => {
            held(pen, step, *outcome, progress, room, if open { depth } else { Depth::Rungs })
        }
        Stand::Ended(_, progress) if selected => ladder::rows(pen, step, progress, room, Rows::All),
        Stand::Waits(_) | Stand::Ready if selected || depth == Depth::All => {
            ladder::line(pen, step, None, room)
        }
        _ => Vec::new(),
    }
}

/// The ladder with a row for each rung, and what the service told last.
fn opened(pen: &Pen<'_>, step: &Step, progress: &StepProgress, room: usize, depth: Depth) -> Vec<Text> {
    if depth == Depth::Rungs {
        return ladder::rows(pen, step, progress, room, Rows::Spare);
    }
    let mut lines = ladder::line(pen, step, Some(progress), room);
    lines.extend(ladder::rows(pen, step, progress, room, Rows::All));
    if let Some((at, text)) = progress.told.last() {
        lines.extend(evidence(pen, *at, text, room));
    }
    lines
}

fn with_newest(pen: &Pen<'_>, step: &Step, progress: &StepProgress, room: usize) -> Vec<Text> {
    let mut lines = ladder::line(pen, step, Some(progress), room);
    if let Some((at, text)) = newest(progress) {
        lines.extend(evidence(pen, at, &text, room));
    }
    lines
}

fn evidence(pen: &Pen<'_>, at: Timestamp, text: &str, room: usize) -> Vec<Text> {
    let text = format!("{} {text}", say::clock(at));
    let text = paint::wrap(&text, room.saturating_sub(INDENT)).into_iter().take(EVIDENCE);
    text.map(|line| indented(pen.span(line, Role::Muted))).collect()
}

/// The newest thing that was seen or told above the service's yes.
fn newest(progress: &StepProgress) -> Option<(Timestamp, String)> {
    let seen = progress
        .rungs
        .iter()
        .filter(|(rung, (_, _, evidence))| **rung > Rung::Accepted && !evidence.is_empty());
    let seen = seen.map(|(rung, (at, _, evidence))| (*at, format!("{rung}: {evidence}")));
    seen.chain(progress.told.last().cloned()).max_by_key(|(at, _)| *at)
}

/// Phrases after each other, in as many indented lines as they need.
pub(super) fn flow(phrases: Vec<Vec<Span<'static>>>, room: usize) -> Vec<Text> {
    let mut lines: Vec<Vec<Span<'static>>> = Vec::new();
    let mut used = 0;
    for phrase in phrases {
        let wide: usize = phrase.iter().map(Span::width).sum();
        match lines.last_mut() {
            Some(line) if used + 2 + wide <= room => {
                line.push(paint::blank(2));
                line.extend(phrase);
                used += 2 + wide;
            }
            _ => {
                lines.push(std::iter::once(paint::blank(INDENT)).chain(phrase).collect());
                used = wide;
            }
        }
    }
    lines.into_iter().map(Line::from).collect()
}

fn indented(span: Span<'static>) -> Text {
    Line::from(vec![paint::blank(INDENT), span])
}

/// A step that waits for a person: what is known, what it means, which keys decide.
fn held(
    pen: &Pen<'_>,
    step: &Step,
    outcome: Outcome,
    progress: &StepProgress,
    room: usize,
    depth: Depth,
) -> Vec<Text> {
    let room_for = room.saturating_sub(INDENT);
    let mut lines = Vec::new();
    let say = |lines: &mut Vec<Text>, text: &str, role| {
        lines.extend(paint::wrap(text, room_for).into_iter().map(|line| indented(pen.span(line, role))));
    };
    if depth == Depth::Rungs {
        if let Some(sent) = progress.sent {
            let text = format!("sent {}, {}", say::clock(sent), ladder::answered(progress));
            say(&mut lines, &text, Role::Text);
        }
        lines.extend(ladder::rows(pen, step, progress, room, Rows::Next));
    } else {
        lines.extend(ladder::rows(pen, step, progress, room, Rows::All));
    }
    if !progress.why.is_empty() {
        say(&mut lines, &progress.why, Role::Text);
    }
    let meaning = match outcome {
        Outcome::Unknown => "It may have happened. Nothing after it runs until it is known.",
        _ => "Nothing happened. Nothing after it runs until it is decided.",
    };
    say(&mut lines, meaning, Role::Danger);
    let mut keys = vec![
        (Action::ReadAgain, "read again"),
        (Action::Retry, "retry"),
        (Action::Skip, "skip with reason"),
        (Action::Abort, "abort"),
        (Action::Cli, "as AWS CLI"),
    ];
    if step.operation().is_some_and(|o| o.inverse().is_some()) {
        keys.insert(2, (Action::Undo, "undo"));
    }
    let hint = |(action, what): (Action, &str)| {
        let key = pen.scene.view.keymap.spoken(action);
        vec![pen.span(key, Role::HintKey), pen.span(format!(" {what}"), Role::Hint)]
    };
    lines.extend(flow(keys.into_iter().map(hint).collect(), room_for));
    lines
}
