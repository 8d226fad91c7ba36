//! One step on the screen: its line, its rungs, and what must be known when it is held.

use std::time::Duration;

use ratatui::text::{Line, Span};

use super::Stand;
use crate::model::topology::Unit;
use crate::model::verdict;
use crate::plan::event::{Answer, Outcome, RungState};
use crate::plan::progress::{Pace, Progress, StepProgress};
use crate::plan::{Rung, Step, proof};
use crate::ui::Pen;
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
const INDENT: usize = 4;

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
    let short = pen.span(format!(" p50 {p50} p95 {p95}"), Role::Muted);
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
        Line::from(vec![time.clone(), bar(GAUGE), word.clone(), short]),
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

/// The lines that belong to a step, below its own.
pub(super) fn below(pen: &Pen<'_>, run: &Progress, step: &Step, room: usize, full: bool) -> Vec<Text> {
    let stand = Stand::of(run, step);
    match &stand {
        Stand::Active(_, progress) => with_rungs(pen, step, progress, room),
        Stand::Ended(outcome, progress) if stand.is_held() => held(pen, step, *outcome, progress, room),
        Stand::Waits(_) | Stand::Ready if full => rungs(pen, step, None, room),
        _ => Vec::new(),
    }
}

fn with_rungs(pen: &Pen<'_>, step: &Step, progress: &StepProgress, room: usize) -> Vec<Text> {
    let mut lines = rungs(pen, step, Some(progress), room);
    if let Some((at, text)) = newest(progress) {
        let text = format!("{} {text}", say::clock(at));
        let text = paint::wrap(&text, room.saturating_sub(INDENT));
        lines.extend(text.into_iter().take(EVIDENCE).map(|line| indented(pen.span(line, Role::Muted))));
    }
    lines
}

/// The newest thing that was seen or told above the service's yes.
fn newest(progress: &StepProgress) -> Option<(jiff::Timestamp, String)> {
    let seen = progress
        .rungs
        .iter()
        .filter(|(rung, (_, _, evidence))| **rung > Rung::Accepted && !evidence.is_empty());
    let seen = seen.map(|(rung, (at, _, evidence))| (*at, format!("{rung}: {evidence}")));
    seen.chain(progress.told.last().cloned()).max_by_key(|(at, _)| *at)
}

/// `✓ sent  ✓ accepted  … read back  · health check`.
fn rungs(pen: &Pen<'_>, step: &Step, progress: Option<&StepProgress>, room: usize) -> Vec<Text> {
    let ladder = ladder(pen, step, progress);
    let reached = |rung: &Rung| progress.is_some_and(|p| has_reached(p, *rung));
    let next = progress.and_then(|_| ladder.iter().find(|rung| !reached(rung))).copied();
    let word = |rung: &Rung| {
        let state = progress.and_then(|p| p.rungs.get(rung)).map(|(_, state, _)| *state);
        let (mark, role) = match state {
            _ if reached(rung) => (pen.glyphs.check, Role::Proved),
            Some(RungState::Blind) => (pen.glyphs.unknown, Role::Blind),
            _ if next == Some(*rung) => (pen.glyphs.ellipsis, Role::Text),
            _ => (pen.glyphs.bullet, Role::Open),
        };
        pen.span(format!("{mark} {rung}"), role)
    };
    flow(ladder.iter().map(|rung| vec![word(rung)]).collect(), room.saturating_sub(INDENT))
}

fn has_reached(progress: &StepProgress, rung: Rung) -> bool {
    match rung {
        Rung::Sent => progress.sent.is_some(),
        Rung::Accepted => matches!(progress.answer, Some(Answer::Accepted { .. })),
        _ => progress.rungs.get(&rung).is_some_and(|(_, state, _)| *state == RungState::Proved),
    }
}

fn ladder(pen: &Pen<'_>, step: &Step, progress: Option<&StepProgress>) -> Vec<Rung> {
    if step.operation().is_none() {
        return Vec::new();
    }
    let mut ladder = proof::ladder(step, pen.scene.world);
    ladder.extend(progress.into_iter().flat_map(|p| p.rungs.keys().copied()));
    ladder.extend([Rung::Sent, Rung::Accepted, step.rung]);
    ladder.sort_unstable();
    ladder.dedup();
    ladder
}

/// Phrases after each other, in as many indented lines as they need.
fn flow(phrases: Vec<Vec<Span<'static>>>, room: usize) -> Vec<Text> {
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
fn held(pen: &Pen<'_>, step: &Step, outcome: Outcome, progress: &StepProgress, room: usize) -> Vec<Text> {
    let room_for = room.saturating_sub(INDENT);
    let mut lines = Vec::new();
    let say = |lines: &mut Vec<Text>, text: &str, role| {
        lines.extend(paint::wrap(text, room_for).into_iter().map(|line| indented(pen.span(line, role))));
    };
    if let Some(text) = sent_and_answered(progress) {
        say(&mut lines, &text, Role::Text);
    }
    lines.extend(rungs(pen, step, Some(progress), room));
    if !progress.why.is_empty() {
        say(&mut lines, &progress.why, Role::Text);
    }
    let meaning = match outcome {
        Outcome::Unknown => "It may have happened. Nothing after it runs until it is known.",
        _ => "Nothing happened. Nothing after it runs until it is decided.",
    };
    say(&mut lines, meaning, Role::Danger);
    let mut keys = vec![
        ("r", "read again"),
        ("R", "retry"),
        ("s", "skip with reason"),
        ("x", "abort"),
        ("c", "as AWS CLI"),
    ];
    if step.operation().is_some_and(|o| o.inverse().is_some()) {
        keys.insert(2, ("u", "undo"));
    }
    let hint = |(key, what): (&str, &str)| {
        vec![pen.span(key, Role::HintKey), pen.span(format!(" {what}"), Role::Hint)]
    };
    lines.extend(flow(keys.into_iter().map(hint).collect(), room_for));
    lines
}

/// `sent 14:03:40, timed out: no answer from the endpoint`.
fn sent_and_answered(progress: &StepProgress) -> Option<String> {
    let sent = format!("sent {}", say::clock(progress.sent?));
    let answer = match progress.answer.as_ref() {
        None => "no answer yet".to_owned(),
        Some(Answer::Accepted { endpoint, .. }) => format!("accepted by {endpoint}"),
        Some(Answer::Refused { code, trouble }) if trouble.text.starts_with(code.as_str()) => {
            format!("refused: {}", trouble.text)
        }
        Some(Answer::Refused { code, trouble }) => format!("refused ({code}): {}", trouble.text),
        Some(Answer::NotSent { trouble }) => format!("could not leave: {trouble}"),
        Some(Answer::Lost { trouble }) => format!("no answer: {trouble}"),
    };
    Some(format!("{sent}, {answer}"))
}
