//! The keys of this screen: those that work here and now, and why the others are off; and `docs/keys.md`.
//!
//! Nothing here is typed by hand: it is all read off the one table.

use super::action::{Action, Entry, Stakes, TABLE, why_off};
use super::dialog::{Moment, page};
use super::keymap::Context;
use super::theme::Role;
use super::view::{Facts, Pane, View};
use page::Para;

/// The help of the panes: what works first, then what is off and why.
pub(super) fn body(facts: &Facts<'_>, view: &View) -> Vec<Para> {
    let here = TABLE.iter().filter(|entry| entry.places.contains(&Context::Screen));
    let (mut works, mut off) = (Vec::new(), Vec::new());
    let here = here.filter(|entry| !matches!(entry.action, Action::Pane(pane) if pane != Pane::Regions));
    for entry in here {
        if entry.action == Action::Pane(Pane::Regions) {
            works.push(panes());
            continue;
        }
        match why_off(facts, view, entry.action) {
            None => works.push(line(entry, None)),
            Some(why) => off.push(line(entry, Some(why))),
        }
    }
    let mut body = vec![Para::default().add("These keys work here and now:", Role::Title)];
    body.append(&mut works);
    if !off.is_empty() {
        body.push(Para::blank());
        body.push(Para::default().add("These are off:", Role::Title));
        body.append(&mut off);
    }
    body.extend([Para::blank(), Para::default().add("In dialogs:", Role::Title)]);
    let elsewhere = TABLE.iter().filter(|entry| !entry.places.contains(&Context::Screen));
    body.extend(elsewhere.map(|entry| line(entry, None)));
    body
}

/// The digits on one line: they all do the same, each for its pane.
fn panes() -> Para {
    let digits = TABLE.iter().filter(|entry| matches!(entry.action, Action::Pane(_)));
    let keys: Vec<&str> = digits.filter_map(|entry| entry.keys.first()).copied().collect();
    row_of(&keys.join(" "), "go to the pane of this number", Role::HintKey)
}

/// How many lines the help takes.
pub(super) fn height(moment: &Moment<'_>) -> usize {
    page::lines(&body(moment.facts, moment.view), moment.size(), page::room(moment.size()))
}

/// Columns of the keys.
const KEYS: usize = 22;

fn line(entry: &Entry, off: Option<String>) -> Para {
    let keys = entry.keys.join(" ");
    let role = if off.is_some() { Role::Muted } else { Role::HintKey };
    let para = row_of(&keys, entry.about, role);
    match off {
        Some(why) => para.add(format!(" (off: {why})"), Role::Muted),
        None => para,
    }
}

fn row_of(keys: &str, about: &str, role: Role) -> Para {
    Para::default().add(format!("{keys:<KEYS$} "), role).add(about, Role::Text).hang(KEYS + 1)
}

/// `docs/keys.md`, from the table.
#[must_use]
pub fn keys_md() -> String {
    let mut text = String::from(
        "# Keys\n\n\
         Made from the table in `src/ui/action.rs` by `POINTSMAN_WRITE=1 cargo test`; do not edit.\n\n\
         Letters are as written: `A` is shift and a. In a line to type in, letters are text and never keys.\n\
         On the screen `?` shows the same list with the reason why a key is off.\n",
    );
    for context in Context::ALL {
        text.extend(["\n## In ", context.word(), HEAD]);
        for entry in TABLE.iter().filter(|entry| entry.places.contains(&context)) {
            text.push_str(&row(entry));
        }
    }
    text
}

const HEAD: &str = "\n\n| keys | name | what it does | leads to |\n|---|---|---|---|\n";

fn row(entry: &Entry) -> String {
    let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
    let stakes = match entry.stakes {
        Stakes::None => "",
        Stakes::Console => "the console or a run",
        Stakes::Write => "a write, after it was confirmed",
    };
    format!("| {} | {} | {} | {stakes} |\n", keys.join(" "), entry.name, entry.about)
}
