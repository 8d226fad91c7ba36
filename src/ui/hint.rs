//! The hint bar: the keys that work here and now, as many as fit, the weightiest kept longest.
//!
//! It never shows a key that is off. What the screen has to say for a moment stands in its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::action::{Action, Entry, TABLE, why_off};
use super::dialog::Dialog;
use super::key::Key;
use super::keymap::written;
use super::theme::{Role, Theme};
use super::view::Still;
use super::widgets::paint;
use super::{Pen, Scene};
use crate::model::verdict;

/// Columns between two hints.
const GAP: usize = 2;

/// Draws the bar into the first row of the area.
pub fn draw(scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let beside = Beside { advice: None, calm: scene.view.problems(&scene.facts()).is_empty() };
    bar(scene, theme, &beside, area, buf);
}

/// What the words of the bar depend on besides the scene.
struct Beside {
    /// What the key that acts says.
    advice: Option<String>,
    /// Nothing is wrong that could be gone to.
    calm: bool,
}

/// The same, and the key that acts says what is advised.
pub(super) fn draw_advised(pen: &Pen<'_>, area: Rect, buf: &mut Buffer) {
    let advice = pen.digest.advice.as_ref().filter(|_| pen.scene.view.still.is_none()).map(|advice| {
        let to = pen.scene.world.topology().short(&advice.intent.to);
        let text = format!("act: {} to {to}, ~{}", advice.intent.playbook, verdict::span(advice.usual.p50));
        pen.glyphs.text(&text).into_owned()
    });
    let beside = Beside { advice, calm: pen.digest.problems.is_empty() };
    bar(pen.scene, pen.theme, &beside, area, buf);
}

fn bar(scene: &Scene<'_>, theme: &Theme, beside: &Beside, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height == 0 {
        return;
    }
    let row = Rect { x: area.x + 1, width: area.width - 1, height: 1, ..area };
    buf.set_style(Rect { height: 1, ..area }, theme.style(Role::Hint));
    if let Some(Dialog::Filter(line)) = &scene.view.dialog {
        prompt(line.text(), theme, row, buf);
        return;
    }
    if let Some(begun) = scene.view.chord() {
        pending(scene, begun, theme, row, buf);
        return;
    }
    if let Some(said) = scene.view.said() {
        buf.set_stringn(row.x, row.y, said, usize::from(row.width), theme.style(Role::LampLook));
        return;
    }
    let mut x = row.x;
    for (key, word) in chosen(scene, beside, usize::from(row.width)) {
        let left = |x: u16| usize::from(row.right().saturating_sub(x));
        (x, _) = buf.set_stringn(x, row.y, key, left(x), theme.style(Role::HintKey));
        (x, _) = buf.set_stringn(x, row.y, format!(" {word}"), left(x), theme.style(Role::Hint));
        x = x.saturating_add(u16::try_from(GAP).unwrap_or_default());
    }
}

/// Draws what is wrong with files, where something is: it stays until it is mended.
pub(super) fn complaint(pen: &Pen<'_>, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    let complaints = pen.scene.view.complaints();
    let Some(first) = complaints.first() else { return };
    if area.width < 2 || area.height == 0 {
        return;
    }
    let more = match complaints.len() {
        0 | 1 => String::new(),
        all => format!("  +{}", all - 1),
    };
    let room = usize::from(area.width) - 1;
    let line = paint::cut(&pen.glyphs.text(&first.line), room.saturating_sub(more.len()));
    buf.set_stringn(area.x + 1, area.y, format!("{line}{more}"), room, pen.style(Role::LampLook));
}

/// The line that a filter is typed into.
fn prompt(text: &str, theme: &Theme, row: Rect, buf: &mut Buffer) {
    let left = |x: u16| usize::from(row.right().saturating_sub(x));
    let (x, _) = buf.set_stringn(row.x, row.y, "/", left(row.x), theme.style(Role::HintKey));
    let (x, _) = buf.set_stringn(x, row.y, format!("{text}_"), left(x), theme.style(Role::Input));
    let about = "  Enter keeps it, Esc shows all rows, !text hides what holds text";
    buf.set_stringn(x, row.y, about, left(x), theme.style(Role::Hint));
}

/// Keys that more must follow, and what may.
fn pending(scene: &Scene<'_>, begun: &[Key], theme: &Theme, row: Rect, buf: &mut Buffer) {
    let left = |x: u16| usize::from(row.right().saturating_sub(x));
    let (mut x, _) = buf.set_stringn(row.x, row.y, written(begun), left(row.x), theme.style(Role::Input));
    let more = scene.view.keymap.follows(begun);
    for (keys, word) in more.iter().map(|(keys, word)| (keys.as_str(), *word)).chain([("esc", "none of it")])
    {
        (x, _) = buf.set_stringn(x, row.y, format!("  {keys}"), left(x), theme.style(Role::HintKey));
        (x, _) = buf.set_stringn(x, row.y, format!(" {word}"), left(x), theme.style(Role::Hint));
    }
}

/// The hints that fit into `width`, in the order of the table.
fn chosen(scene: &Scene<'_>, beside: &Beside, width: usize) -> Vec<(String, String)> {
    let facts = scene.facts();
    let context = scene.view.context();
    let keymap = &scene.view.keymap;
    let mut hints: Vec<(&Entry, String, String)> = TABLE
        .iter()
        .filter(|entry| !keymap.label(entry.action).is_empty() && entry.places.contains(&context))
        .filter(|entry| match entry.action {
            Action::NextProblem | Action::PreviousProblem => !beside.calm,
            action => why_off(&facts, scene.view, action).is_none(),
        })
        .filter(|entry| entry.action != Action::Back || goes_back(scene))
        .filter(|entry| scene.view.dialog.as_ref().is_none_or(|dialog| dialog.offers(entry.action)))
        .filter_map(|entry| {
            Some((entry, keymap.keys(entry.action).into_iter().next()?, word(scene, beside, entry)))
        })
        .collect();
    while total(&hints) > width {
        let lightest = hints.iter().enumerate().min_by_key(|(_, (entry, ..))| entry.priority);
        let Some((at, _)) = lightest else { break };
        hints.remove(at);
    }
    hints.into_iter().map(|(_, keys, word)| (keys, word)).collect()
}

fn total(hints: &[(&Entry, String, String)]) -> usize {
    let one = |(_, keys, word): &(&Entry, String, String)| keys.width() + 1 + word.width();
    hints.iter().map(one).sum::<usize>() + GAP * hints.len().saturating_sub(1)
}

/// Esc has something to leave.
fn goes_back(scene: &Scene<'_>) -> bool {
    let view = scene.view;
    view.dialog.is_some() || view.zoomed || view.still.is_some() || view.filters.contains_key(&view.pane)
}

/// The word of a toggle says what it would do now.
fn word(scene: &Scene<'_>, beside: &Beside, entry: &Entry) -> String {
    let word = match entry.action {
        Action::Act => beside.advice.as_deref().unwrap_or(scene.view.keymap.label(entry.action)),
        Action::Arm if matches!(scene.console.mode, super::Mode::Armed { .. }) => "disarm",
        Action::Pause if scene.run.is_some_and(|run| run.paused) => "go on",
        Action::Freeze if matches!(scene.view.still, Some(Still::Replay(_))) => "back to now",
        Action::Freeze if scene.view.still.is_some() => "unfreeze",
        Action::Zoom if scene.view.zoomed => "unzoom",
        _ => scene.view.keymap.label(entry.action),
    };
    word.to_owned()
}
