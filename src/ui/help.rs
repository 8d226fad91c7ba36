//! The keys of this screen or dialog: those that work here and now, and why the others are off; and `docs/keys.md`.
//!
//! Nothing here is typed by hand: it is all read off the one table.

use super::action::{Action, Entry, Stakes, TABLE, why_off};
use super::dialog::page;
use super::keymap::{Context, Keymap, Keys};
use super::theme::Role;
use super::view::{Facts, Pane, Size, View};
use page::Para;

/// Above the keys of a place.
pub(super) fn title(view: &View) -> String {
    match view.below() {
        Context::Screen => "KEYS".to_owned(),
        place => format!("KEYS  {}", place.word()),
    }
}

/// The help of the panes or of the dialog on top: what works first, then what is off and why.
pub(super) fn body(facts: &Facts<'_>, view: &View) -> Vec<Para> {
    match &view.dialog {
        None => of_panes(facts, view),
        Some(dialog) => listed(&view.keymap, dialog.context(), |entry| {
            dialog.knows(entry.action).then(|| Listed {
                about: dialog.does(entry.action).unwrap_or(entry.about),
                off: dialog.off(entry.action).map(str::to_owned),
            })
        }),
    }
}

fn of_panes(facts: &Facts<'_>, view: &View) -> Vec<Para> {
    let mut body = listed(&view.keymap, Context::Screen, |entry| {
        Some(Listed { about: entry.about, off: why_off(facts, view, entry.action) })
    });
    if !view.keymap.warnings().is_empty() {
        body.extend([Para::blank(), Para::default().add("Your keys, to be thought over:", Role::Title)]);
        body.extend(
            view.keymap.warnings().iter().map(|one| Para::default().add(one.to_string(), Role::LampLook)),
        );
    }
    let help = view.keymap.at(Context::Typing).spoken(Action::Help);
    body.extend([Para::blank(), Para::new(format!("In a dialog {help} shows the keys of the dialog."))]);
    body
}

/// What is said of a line of the table in one place.
pub(super) struct Listed<'a> {
    /// What it does there.
    pub(super) about: &'a str,
    /// Why it is off.
    pub(super) off: Option<String>,
}

/// The keys of a place: what works first, then what is off and why. Of what nothing is said nothing is listed.
pub(super) fn listed<'a>(
    keymap: &Keymap,
    place: Context,
    say: impl Fn(&'static Entry) -> Option<Listed<'a>>,
) -> Vec<Para> {
    let keys = keymap.at(place);
    let here = TABLE.iter().filter(|entry| entry.places.contains(&place));
    let (mut works, mut off) = (Vec::new(), Vec::new());
    for entry in here {
        match entry.action {
            Action::Pane(Pane::Regions) => works.push(panes(keymap)),
            Action::Pane(_) => {}
            _ => {
                let Some(said) = say(entry) else { continue };
                let lines = if said.off.is_some() { &mut off } else { &mut works };
                lines.push(line(keys, entry, said));
            }
        }
    }
    let mut body = vec![Para::default().add("These keys work here and now:", Role::Title)];
    body.append(&mut works);
    if !off.is_empty() {
        body.push(Para::blank());
        body.push(Para::default().add("These are off:", Role::Title));
        body.append(&mut off);
    }
    if place.is_line() {
        body.extend([Para::blank(), Para::new("Letters are text here, whatever is bound to them.")]);
    }
    body
}

/// The digits on one line: they all do the same, each for its pane.
fn panes(keymap: &Keymap) -> Para {
    let digits = Pane::ALL.into_iter().filter_map(|pane| keymap.keys(Action::Pane(pane)).into_iter().next());
    let keys: Vec<String> = digits.collect();
    row_of(&keys.join(" "), "go to the pane of this number", Role::HintKey)
}

/// How many lines the help takes, and how many of them show at once.
pub(super) fn height(body: &[Para], size: Size) -> (usize, usize) {
    let room = page::room(size);
    (page::lines(body, size, room), room)
}

/// Columns of the keys.
const KEYS: usize = 22;

fn line(keys: Keys<'_>, entry: &Entry, said: Listed<'_>) -> Para {
    let named = match keys.all(entry.action) {
        none if none.is_empty() => keys.spoken(entry.action),
        keys => keys.join(if keys.iter().any(|chord| chord.contains(' ')) { ", " } else { " " }),
    };
    let role = if said.off.is_some() { Role::Muted } else { Role::HintKey };
    let para = row_of(&named, said.about, role);
    match said.off {
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
         `?` shows the same list of the place where it is pressed, with the reason why a key is off; where a line is typed,\n\
         `f1` does.\n",
    );
    text.push_str(OWN);
    for context in Context::ALL {
        text.extend(["\n## In ", context.word(), HEAD]);
        for entry in TABLE.iter().filter(|entry| entry.places.contains(&context)) {
            text.push_str(&row(entry, context));
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
"space t" = "traffic"                           # keys one after the other, up to three, where no dialog is open
"ctrl-p" = { action = "pause", label = "stop" } # with its word in the hint bar
"z" = false                                     # unbound; `:zoom` still works
```

The keys of `choose`, `confirm`, `back` and `interrupt` stay what they are, and where a line is typed letters are text.
A file in which anything is wrong is not taken at all: each problem is told with its line, and the keys below hold. A
key that leads to a write and lies beside one that is pressed all day is warned of in `?`.
"#;

const HEAD: &str = "\n\n| keys | name | what it does | leads to |\n|---|---|---|---|\n";

fn row(entry: &Entry, context: Context) -> String {
    let keys = Keymap::default().at(context).all(entry.action);
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let stakes = match entry.stakes {
        Stakes::None => "",
        Stakes::Console => "the console or a run",
        Stakes::Write => "a write, after it was confirmed",
    };
    format!("| {} | {} | {} | {stakes} |\n", keys.join(" "), entry.name, entry.about)
}
