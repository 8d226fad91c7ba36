//! A step in full: how far it is, every rung with everybody's word on it, what it calls, and how it is undone.

use ratatui::text::Line;

use super::{muted, text, title};
use crate::model::topology::Region;
use crate::model::verdict::{self, Lamp};
use crate::plan::operation::{Operation, Plane};
use crate::plan::progress::{Progress, StepProgress};
use crate::plan::proof::{self, Shown};
use crate::plan::{Action, Step};
use crate::ui::Pen;
use crate::ui::action::Action as Key;
use crate::ui::panes::plan::Stand;
use crate::ui::panes::plan::ladder::{self, Climb};
use crate::ui::theme::Role;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

/// The lines about the step of that row.
pub(super) fn lines(pen: &Pen<'_>, row: usize) -> Vec<Text> {
    let Some(run) = pen.scene.run else { return Vec::new() };
    let Some(step) = run.plan.steps.get(row) else { return Vec::new() };
    let mut lines = vec![title(pen, format!("step {}: {}", step.id, step.title))];
    let Some(progress) = run.steps.get(&step.id) else { return lines };
    lines.push(stands(pen, run, step, progress));
    lines.push(text(pen, usual(run, step)));
    lines.extend(what(pen, step));
    if !progress.why.is_empty() {
        lines.push(text(pen, paint::clean(&progress.why).into_owned()));
    }
    if let Some(awaited) = &progress.awaits {
        lines.push(title(pen, format!("{awaited}; {} tells it", pen.scene.view.keymap.spoken(Key::Tell))));
    }
    if step.operation().is_some() {
        lines.extend(climbed(pen, run, step, progress));
    }
    lines.extend(
        progress
            .told
            .iter()
            .map(|(at, told)| text(pen, format!("{} {}", say::clock(*at), paint::clean(told)))),
    );
    if let Some(operation) = step.operation() {
        lines.extend(about(pen, operation));
    }
    lines
}

/// `proving for 45s, late; attempt 2`.
fn stands(pen: &Pen<'_>, run: &Progress, step: &Step, progress: &StepProgress) -> Text {
    let stand = Stand::of(run, step);
    let (shape, word, role) = stand.look(pen);
    let now = pen.scene.now;
    let span = |span| verdict::span(span);
    let more = match &stand {
        Stand::Waits(needs) => {
            let needs: Vec<String> = needs.iter().map(ToString::to_string).collect();
            format!(" for {}", needs.join(", "))
        }
        Stand::Ready => String::new(),
        Stand::Active(..) => {
            let pace = run.pace(step, now).word().map_or_else(String::new, |word| format!(", {word}"));
            format!(" for {}{pace}", span(say::since(now, run.began(step, progress))))
        }
        Stand::Ended(..) => {
            let took = progress.started.zip(progress.ended).map(|(from, to)| span(say::since(to, from)));
            let at = progress.ended.map_or_else(String::new, |at| format!(" at {}", say::clock(at)));
            took.map_or_else(|| at.clone(), |took| format!("{at}, after {took}"))
        }
    };
    let tries =
        if progress.attempts > 1 { format!(", attempt {}", progress.attempts) } else { String::new() };
    Line::from(vec![
        pen.span(format!("{shape} {word}"), role),
        pen.span(format!("{more}{tries}"), Role::Text),
    ])
}

/// `p50 41s p95 1m10s of 7 runs; holds after 8m; confirmed at: orders`.
fn usual(run: &Progress, step: &Step) -> String {
    let limit = verdict::limit_text;
    let of = run.plan.runs(step.id).map_or_else(|| "expected".to_owned(), |runs| format!("of {runs} runs"));
    let (p50, p95) = (limit(step.usual.p50), limit(step.usual.p95));
    let at = step.operation().map_or_else(String::new, |_| format!("; confirmed at: {}", step.rung));
    format!("p50 {p50} p95 {p95} {of}; holds after {}{at}", limit(step.deadline))
}

/// What a step without a write waits for, and what is advised.
fn what(pen: &Pen<'_>, step: &Step) -> Vec<Text> {
    let own = match &step.action {
        Action::Approve(approval) => Some(approval.of.clone()),
        Action::Note { text } => Some(text.clone()),
        Action::Wait(condition) => Some(format!("waits until {condition}")),
        Action::Record | Action::Operate(_) => None,
    };
    let interlocks = step.interlocks.iter().map(|condition| format!("starts only when {condition}"));
    let advice = step.advice.iter().map(|advice| format!("in trouble: {advice}"));
    let all = own.into_iter().chain(interlocks).chain(advice);
    all.map(|line| text(pen, paint::clean(&line).into_owned())).collect()
}

/// Every rung with its time, its age and its evidence, and below it who says what now.
fn climbed(pen: &Pen<'_>, run: &Progress, step: &Step, progress: &StepProgress) -> Vec<Text> {
    let seen = match pen.digest.seen.get(&step.id) {
        Some(seen) => seen.clone(),
        None if run.is_open() => proof::seen(run, step, pen.scene.world, pen.scene.now),
        None => Vec::new(),
    };
    let mut lines = vec![Line::default()];
    for climb in ladder::climbs(pen, step, progress, &seen) {
        lines.push(rung(pen, &climb));
        let witnesses = climb.live.into_iter().flat_map(|live| &live.witnesses);
        lines.extend(witnesses.map(|witness| ladder::witness(pen, witness)));
    }
    lines.push(Line::default());
    lines
}

/// `✓ read back    14:01:27 (45s ago)  5 of 5 endpoints`, or what is seen of it now.
fn rung(pen: &Pen<'_>, climb: &Climb<'_>) -> Text {
    let (shape, role) = climb.mark;
    let word = pen.span(format!("{:<14} ", format!("{shape} {}", climb.rung)), role);
    let open = |_: &&Shown| shape != pen.glyphs.check;
    let words = match (climb.live.filter(open), climb.at) {
        (Some(live), _) => format!("now: {}", live.evidence),
        (None, Some(at)) => {
            format!("{} ({})  {}", say::clock(at), verdict::age_text(at, pen.scene.now), climb.evidence)
        }
        (None, None) => String::new(),
    };
    Line::from(vec![word, pen.span(paint::clean(&words).into_owned(), Role::Text)])
}

/// What the write calls and needs, how it is undone, and the equal AWS CLI lines.
fn about(pen: &Pen<'_>, operation: &Operation) -> Vec<Text> {
    let topology = pen.scene.world.topology();
    let mut lines =
        vec![text(pen, format!("{} ({}), {}", operation.api(), operation.kind(), operation.plane()))];
    lines.extend(home(pen, operation));
    lines.push(text(pen, format!("needs {}", operation.iam().join(", "))));
    lines.push(text(
        pen,
        operation.inverse().map_or_else(
            || "no undo: the only way back is another playbook".to_owned(),
            |inverse| format!("undo: {inverse}"),
        ),
    ));
    lines.extend(operation.guess().map(|guess| text(pen, guess)));
    lines.push(muted(pen, operation.cli(topology)));
    lines.extend(operation.cli_read_back(topology).into_iter().map(|line| muted(pen, line)));
    lines
}

/// The Region that the write needs is not well now.
fn home(pen: &Pen<'_>, operation: &Operation) -> Option<Text> {
    let (Plane::Regional(home) | Plane::Control(home)) = operation.plane() else { return None };
    let lamp = lamp(pen, &home)?;
    (lamp != Lamp::Ok)
        .then(|| Line::from(pen.span(format!("{home}, which it needs, is {lamp} now"), say::role(lamp))))
}

fn lamp(pen: &Pen<'_>, region: &Region) -> Option<Lamp> {
    pen.digest.regions.iter().find(|digest| digest.spec.name == *region).map(|digest| digest.verdict.lamp)
}
