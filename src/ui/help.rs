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
            works.push(panes(view));
            continue;
        }
        match why_off(facts, view, entry.action) {
            None => works.push(line(view, entry, None)),
            Some(why) => off.push(line(view, entry, Some(why))),
        }
    }
    let mut body = vec![Para::default().add("These keys work here and now:", Role::Title)];
    body.append(&mut works);
    if !off.is_empty() {
        body.push(Para::blank());
        body.push(Para::default().add("These are off:", Role::Title));
        body.append(&mut off);
    }
    if !view.keymap.warnings().is_empty() {
        body.extend([Para::blank(), Para::default().add("Your keys, to be thought over:", Role::Title)]);
        body.extend(
            view.keymap.warnings().iter().map(|one| Para::default().add(one.to_string(), Role::LampLook)),
        );
    }
    body.extend([Para::blank(), Para::default().add("In dialogs:", Role::Title)]);
    let elsewhere = TABLE.iter().filter(|entry| !entry.places.contains(&Context::Screen));
    body.extend(elsewhere.map(|entry| line(view, entry, None)));
    body
}

/// The digits on one line: they all do the same, each for its pane.
fn panes(view: &View) -> Para {
    let digits =
        Pane::ALL.into_iter().filter_map(|pane| view.keymap.keys(Action::Pane(pane)).into_iter().next());
    let keys: Vec<String> = digits.collect();
    row_of(&keys.join(" "), "go to the pane of this number", Role::HintKey)
}

/// How many lines the help takes.
pub(super) fn height(moment: &Moment<'_>) -> usize {
    page::lines(&body(moment.facts, moment.view), moment.size(), page::room(moment.size()))
}

/// Columns of the keys.
const KEYS: usize = 22;

fn line(view: &View, entry: &Entry, off: Option<String>) -> Para {
    let keys = match view.keymap.keys(entry.action) {
        none if none.is_empty() => format!(":{}", entry.name),
        keys => keys.join(if keys.iter().any(|chord| chord.contains(' ')) { ", " } else { " " }),
    };
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
    text.push_str(OWN);
    for context in Context::ALL {
        text.extend(["\n## In ", context.word(), HEAD]);
        for entry in TABLE.iter().filter(|entry| entry.places.contains(&context)) {
            text.push_str(&row(entry));
        }
    }
    text
}

const OWN: &str = r#"
## Keys of your own

They stand in `keys.toml` beside `pointsman.toml`, or in `$XDG_CONFIG_HOME/pointsman/` (`~/.config` when that is not
set); the first that is there counts. They lie over the keys below.

```toml
[keys]
"F" = "freeze"                                  # a name of the tables below
"space t" = "traffic"                           # keys one after the other, up to three, in the panes only
"ctrl-p" = { action = "pause", label = "stop" } # with its word in the hint bar
"z" = false                                     # unbound; `:zoom` still works
```

The keys of `choose`, `confirm`, `back` and `interrupt` stay what they are, and where a line is typed letters are text.
A file in which anything is wrong is not taken at all: each problem is told with its line, and the keys below hold. A
key that leads to a write and lies beside one that is pressed all day is warned of in `?`.
"#;

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
