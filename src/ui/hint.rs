//! The hint bar: the keys that work here and now, as many as fit, the weightiest kept longest.
//!
//! It never shows a key that is off. What the screen has to say for a moment stands in its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::Scene;
use super::action::{Action, Entry, TABLE, why_off};
use super::theme::{Glyphs, Role, Theme};
use super::widgets::paint;

/// Columns between two hints.
const GAP: usize = 2;

/// Draws the bar into the first row of the area.
pub fn draw(scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height == 0 {
        return;
    }
    let row = Rect { x: area.x + 1, width: area.width - 1, height: 1, ..area };
    buf.set_style(Rect { height: 1, ..area }, theme.style(Role::Hint));
    if let Some(said) = scene.view.said() {
        buf.set_stringn(row.x, row.y, said, usize::from(row.width), theme.style(Role::LampLook));
        return;
    }
    let mut x = row.x;
    for (key, word) in chosen(scene, usize::from(row.width)) {
        let left = |x: u16| usize::from(row.right().saturating_sub(x));
        (x, _) = buf.set_stringn(x, row.y, key, left(x), theme.style(Role::HintKey));
        (x, _) = buf.set_stringn(x, row.y, format!(" {word}"), left(x), theme.style(Role::Hint));
        x = x.saturating_add(u16::try_from(GAP).unwrap_or_default());
    }
}

/// Draws what is wrong with files, where something is: it stays until it is mended.
pub fn complaint(scene: &Scene<'_>, theme: &Theme, glyphs: &Glyphs, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    let Some(first) = scene.view.complaints().first() else { return };
    if area.width < 2 || area.height == 0 {
        return;
    }
    let more = match scene.view.complaints().len() {
        0 | 1 => String::new(),
        all => format!("  +{}", all - 1),
    };
    let room = usize::from(area.width) - 1;
    let line = paint::cut(&glyphs.text(&first.line), room.saturating_sub(more.len()));
    buf.set_stringn(area.x + 1, area.y, format!("{line}{more}"), room, theme.style(Role::LampLook));
}

/// The hints that fit into `width`, in the order of the table.
fn chosen(scene: &Scene<'_>, width: usize) -> Vec<(&'static str, String)> {
    let facts = scene.facts();
    let context = scene.view.context();
    let mut hints: Vec<(&Entry, String)> = TABLE
        .iter()
        .filter(|entry| !entry.hint.is_empty() && entry.places.contains(&context))
        .filter(|entry| why_off(&facts, scene.view, entry.action).is_none())
        .filter(|entry| entry.action != Action::Back || goes_back(scene))
        .filter(|entry| scene.view.dialog.as_ref().is_none_or(|dialog| dialog.offers(entry.action)))
        .map(|entry| (entry, word(scene, entry)))
        .collect();
    while total(&hints) > width {
        let lightest = hints.iter().enumerate().min_by_key(|(_, (entry, _))| entry.priority);
        let Some((at, _)) = lightest else { break };
        hints.remove(at);
    }
    hints.into_iter().filter_map(|(entry, word)| Some((*entry.keys.first()?, word))).collect()
}

fn total(hints: &[(&Entry, String)]) -> usize {
    let one = |(entry, word): &(&Entry, String)| entry.keys[0].width() + 1 + word.width();
    hints.iter().map(one).sum::<usize>() + GAP * hints.len().saturating_sub(1)
}

/// Esc has something to leave.
fn goes_back(scene: &Scene<'_>) -> bool {
    let view = scene.view;
    view.dialog.is_some() || view.zoomed || view.frozen.is_some()
}

/// The word of a toggle says what it would do now.
fn word(scene: &Scene<'_>, entry: &Entry) -> String {
    let word = match entry.action {
        Action::Arm if matches!(scene.console.mode, super::Mode::Armed { .. }) => "disarm",
        Action::Pause if scene.run.is_some_and(|run| run.paused) => "go on",
        Action::Freeze if scene.view.frozen.is_some() => "unfreeze",
        Action::Zoom if scene.view.zoomed => "unzoom",
        _ => entry.hint,
    };
    word.to_owned()
}
