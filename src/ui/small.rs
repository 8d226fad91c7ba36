//! A screen too small for panes: mode, environment, lamps and the current step in words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Pen;
use super::header;
use super::hint;
use super::theme::Role;
use super::widgets::fit::{self, Item};
use super::widgets::paint::{self, Text};
use super::widgets::say;
use crate::model::verdict;
use crate::plan::progress::{Progress, StepState};

/// Rows of a screen on which what is wrong with files has one.
const COMPLAINS: u16 = 6;

/// Draws what fits, the most important first.
pub(super) fn words(pen: &Pen<'_>, screen: Rect, buf: &mut Buffer) {
    let room = usize::from(screen.width);
    let mut items = header::mode(pen);
    items.extend(if screen.height == 1 { only(pen) } else { vec![lamps(pen)] });
    fit::draw(buf, screen, 0, 1, &items);
    let mut lines: Vec<Text> = Vec::new();
    let sentence = header::sentence(pen, usize::MAX).to_string();
    lines
        .extend(paint::wrap(&sentence, room).into_iter().map(|line| Line::from(pen.span(line, Role::Title))));
    lines.extend(pen.scene.run.iter().flat_map(|run| steps(pen, run)));
    lines.extend(pen.digest.regions.iter().map(|region| {
        let lamp = region.verdict.lamp;
        let text = format!("{} {} {}", pen.glyphs.lamp(lamp), region.spec.name, state(pen, region));
        Line::from(pen.span(text, say::role(lamp)))
    }));
    let foot = foot(pen, screen);
    for (at, line) in (1..screen.height - foot.height).zip(lines) {
        paint::row(buf, screen, at, &line);
    }
    if foot.height > 0 && hint::speaks(pen.scene) {
        hint::draw(pen.scene, pen.theme, foot, buf);
    } else {
        hint::complaint(pen, foot, buf);
    }
}

/// The row for what the screen has to say for a moment, and else for what is wrong with files.
fn foot(pen: &Pen<'_>, screen: Rect) -> Rect {
    let wanted =
        hint::speaks(pen.scene) || !pen.scene.view.complaints().is_empty() && screen.height >= COMPLAINS;
    let height = u16::from(wanted && screen.height > 1);
    Rect { y: screen.bottom() - height, height, ..screen }
}

/// What stands in the only line there is: what has to be said for a moment, else the run and the Regions.
fn only(pen: &Pen<'_>) -> Vec<Item> {
    let words = |text: Text| vec![Item::left(vec![(fit::KEEP, text)])];
    let view = pen.scene.view;
    if view.focus().is_none() {
        return words(Line::from(pen.span("a dialog is open; esc leaves it", Role::LampLook)));
    }
    if let Some(said) = view.said() {
        return words(Line::from(pen.span(said, Role::LampLook)));
    }
    if let Some(run) = header::run_item(pen) {
        return vec![run, lamps(pen)];
    }
    // What is wrong with no Region in particular, as with the credentials, is in no lamp.
    let is_well = pen.digest.regions.iter().all(|region| region.verdict.lamp == verdict::Lamp::Ok);
    if is_well && pen.digest.situation.lamp != verdict::Lamp::Ok {
        return words(header::sentence(pen, usize::MAX));
    }
    vec![lamps(pen)]
}

fn lamps(pen: &Pen<'_>) -> Item {
    Item::left(forms(pen).into_iter().map(|form| (50, form)).collect())
}

/// The Regions in one line, with the time their lamps burn while there is room.
fn forms(pen: &Pen<'_>) -> Vec<Text> {
    let all = |say: &dyn Fn(&super::digest::RegionDigest<'_>) -> String| {
        let texts: Vec<String> = pen.digest.regions.iter().map(say).collect();
        Line::from(pen.span(texts.join(", "), Role::Text))
    };
    let bad = pen.digest.regions.iter().filter(|r| r.verdict.lamp != verdict::Lamp::Ok);
    let worst = bad.max_by_key(|r| r.verdict.lamp);
    let worst = worst.map_or_else(|| "all ok".to_owned(), |r| format!("{} {}", r.spec.short, r.verdict.lamp));
    vec![
        all(&|r| format!("{} {}", r.spec.name, state(pen, r))),
        all(&|r| format!("{} {}", r.spec.short, r.verdict.lamp)),
        Line::from(pen.span(worst, Role::Text)),
    ]
}

fn state(pen: &Pen<'_>, region: &super::digest::RegionDigest<'_>) -> String {
    let verdict = &region.verdict;
    match verdict.since.filter(|_| verdict.lamp != verdict::Lamp::Ok) {
        Some(since) => format!("{} {}", verdict.lamp, verdict::span(verdict::age(since, pen.scene.now))),
        None => verdict.lamp.to_string(),
    }
}

fn steps(pen: &Pen<'_>, run: &Progress) -> Vec<Text> {
    let shown = run.plan.steps.iter().filter_map(|step| {
        let state = &run.steps.get(&step.id)?.state;
        let word = match state {
            StepState::Waiting => return None,
            StepState::Intended => "intended".to_owned(),
            StepState::Sent => "sent".to_owned(),
            StepState::Proving => "proving".to_owned(),
            StepState::Deciding(_) => "deciding".to_owned(),
            StepState::Done(outcome) => outcome.to_string(),
        };
        Some(Line::from(pen.span(format!("{} {}: {word}", step.id, step.title), Role::Text)))
    });
    let mut shown: Vec<Text> = shown.collect();
    shown.reverse();
    shown
}
