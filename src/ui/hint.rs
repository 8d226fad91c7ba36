//! The hint bar: the keys that work here and now, as many as fit, the weightiest kept longest.
//!
//! It never shows a key that is off. What the screen has to say for a moment stands in its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::action::{Action, Entry, TABLE, wants_sign_in, why_off};
use super::dialog::Dialog;
use super::dialog::keys::FILTER;
use super::key::Key;
use super::keymap::{Context, Keymap, Keys, written};
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

/// It has something else to show than hints: what was said, what is typed, or keys that more must follow.
pub(super) fn speaks(scene: &Scene<'_>) -> bool {
    let view = scene.view;
    matches!(view.dialog, Some(Dialog::Filter(_))) || view.chord().is_some() || view.said().is_some()
}

fn bar(scene: &Scene<'_>, theme: &Theme, beside: &Beside, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height == 0 {
        return;
    }
    let row = Rect { x: area.x + 1, width: area.width - 1, height: 1, ..area };
    buf.set_style(Rect { height: 1, ..area }, theme.style(Role::Hint));
    if let (Some(Dialog::Filter(line)), None) = (&scene.view.dialog, scene.view.help) {
        prompt(line.text(), scene.view.keymap.at(Context::Typing), theme, row, buf);
        return;
    }
    if let Some(begun) = scene.view.chord() {
        pending(&scene.view.keymap, (begun, Context::Screen), theme, row, buf);
        return;
    }
    if let Some(said) = scene.view.said() {
        let room = usize::from(row.width);
        buf.set_stringn(row.x, row.y, paint::cut(said, room), room, theme.style(Role::LampLook));
        return;
    }
    put(fitting(all(scene, beside), usize::from(row.width)), theme, row, buf);
}

/// Draws hints one after the other.
pub(super) fn put(hints: Vec<Hint>, theme: &Theme, row: Rect, buf: &mut Buffer) {
    let left = |x: u16| usize::from(row.right().saturating_sub(x));
    let mut x = row.x;
    for Hint { key, word, .. } in hints {
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
pub(super) fn prompt(text: &str, keys: Keys<'_>, theme: &Theme, row: Rect, buf: &mut Buffer) {
    let left = |x: u16| usize::from(row.right().saturating_sub(x));
    let (x, _) = buf.set_stringn(row.x, row.y, "/", left(row.x), theme.style(Role::HintKey));
    let (x, _) = buf.set_stringn(x, row.y, format!("{text}_"), left(x), theme.style(Role::Input));
    let about = format!("  {}, !text hides what holds text", keys.sentence(FILTER));
    buf.set_stringn(x, row.y, about, left(x), theme.style(Role::Hint));
}

/// Keys that more must follow in a place, and what may.
pub(super) fn pending(
    keymap: &Keymap,
    (begun, place): (&[Key], Context),
    theme: &Theme,
    row: Rect,
    buf: &mut Buffer,
) {
    let left = |x: u16| usize::from(row.right().saturating_sub(x));
    let (mut x, _) = buf.set_stringn(row.x, row.y, written(begun), left(row.x), theme.style(Role::Input));
    let more = keymap.follows(begun, place);
    for (keys, word) in more.iter().map(|(keys, word)| (keys.as_str(), *word)).chain([("esc", "none of it")])
    {
        (x, _) = buf.set_stringn(x, row.y, format!("  {keys}"), left(x), theme.style(Role::HintKey));
        (x, _) = buf.set_stringn(x, row.y, format!(" {word}"), left(x), theme.style(Role::Hint));
    }
}

/// A key with its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hint {
    pub(super) key: String,
    pub(super) word: String,
    /// The lightest goes first where there is no room.
    pub(super) weight: u8,
}

/// All hints of the moment, in the order of the table.
fn all(scene: &Scene<'_>, beside: &Beside) -> Vec<Hint> {
    let (facts, view) = (scene.facts(), scene.view);
    let context = view.context();
    let keys = view.keymap.at(context);
    let on_top = view.dialog.as_ref().filter(|_| view.help.is_none());
    let is_on = |action: Action| match action {
        Action::NextProblem | Action::PreviousProblem => !beside.calm,
        action => why_off(&facts, view, action).is_none(),
    };
    TABLE
        .iter()
        .filter(|entry| !view.keymap.label(entry.action).is_empty() && entry.places.contains(&context))
        .filter(|entry| context != Context::Screen || is_on(entry.action))
        .filter(|entry| entry.action != Action::Back || goes_back(scene))
        .filter(|entry| view.help.is_none() || !is_for_what_is_under_help(entry.action))
        .filter(|entry| entry.action != Action::SignIn || wants_sign_in(&facts))
        .filter(|entry| on_top.is_none_or(|dialog| dialog.offers(entry.action)))
        .filter_map(|entry| {
            let key = keys.all(entry.action).into_iter().next()?;
            Some(Hint { key, word: word(scene, beside, entry), weight: entry.priority })
        })
        .collect()
}

/// It does nothing in the help itself.
fn is_for_what_is_under_help(action: Action) -> bool {
    matches!(action, Action::Help | Action::CopyCode | Action::StartAgain)
}

/// As many of them as fit into `width`, the weightiest kept longest, in their order.
pub(super) fn fitting(mut hints: Vec<Hint>, width: usize) -> Vec<Hint> {
    while total(&hints) > width {
        let lightest = hints.iter().enumerate().min_by_key(|(_, hint)| hint.weight);
        let Some((at, _)) = lightest else { break };
        hints.remove(at);
    }
    hints
}

fn total(hints: &[Hint]) -> usize {
    let one = |hint: &Hint| hint.key.width() + 1 + hint.word.width();
    hints.iter().map(one).sum::<usize>() + GAP * hints.len().saturating_sub(1)
}

/// Esc has something to leave.
fn goes_back(scene: &Scene<'_>) -> bool {
    let view = scene.view;
    view.dialog.is_some()
        || view.help.is_some()
        || view.zoomed
        || view.still.is_some()
        || view.filters.contains_key(&view.pane)
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
        Action::Confirm if scene.view.context() == Context::Commands => "do it",
        _ => scene.view.keymap.label(entry.action),
    };
    word.to_owned()
}
