//! The one table of actions: keys, hint bar, help and docs are all made from it.
//!
//! It says what an action is called and where its keys work; what it does is for [`super::view::View::on`].
//! No key acts on AWS by itself: the keys that lead to a write open a dialog that asks.

mod off;

use super::keymap::Context;
use super::view::Pane;

pub use off::{cut_off, held_step, wants_sign_in, why_off};

/// Something an operator can do by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Signs in, or renews a sign-in.
    SignIn,
    /// Opens the list of what can be done.
    Act,
    /// Arms, or disarms.
    Arm,
    /// Pauses the run, or lets it go on.
    Pause,
    /// Reads the world again for the held step.
    ReadAgain,
    /// Tries the held step's write again.
    Retry,
    /// Sends the held step's inverse.
    Undo,
    /// Goes on without the held step.
    Skip,
    /// Ends the run at the held step.
    Abort,
    /// Says yes, no or stop to what a step started and that waits for a person.
    Tell,
    /// Approves what waits for a second person, or ticks off what was done by hand.
    Approve,
    /// Writes a note about the run into the journal.
    Note,
    /// Goes to the next thing that is not ok.
    NextProblem,
    /// Goes to the one before.
    PreviousProblem,
    /// Opens the line that commands are typed into by name.
    Command,
    /// Hides the rows of a pane that do not hold a text.
    Filter,
    /// Marks the selected row, or unmarks it.
    Mark,
    /// Goes to the next row that is marked.
    NextMark,
    /// Listens to the mouse, or leaves it to the terminal.
    Mouse,
    /// Copies the selected row, or what a dialog of text shows.
    CopyRow,
    /// Copies the rows of a pane.
    CopyPane,
    /// Copies the code of a sign-in.
    CopyCode,
    /// Begins a sign-in anew.
    StartAgain,
    /// Gives the terminal back to the shell until it is told to go on.
    Suspend,
    /// Opens what is known of the selected row.
    Detail,
    /// Shows the equal AWS CLI lines.
    Cli,
    /// Lets one pane fill the screen.
    Zoom,
    /// Holds the picture still.
    Freeze,
    /// Shows what was, a minute earlier.
    Earlier,
    /// Shows what was, a minute later, up to now.
    Later,
    /// Opens the keys of this screen or dialog.
    Help,
    /// Shows what is wrong with files that were saved.
    Files,
    /// Goes to a pane.
    Pane(Pane),
    /// Goes to the next pane.
    NextPane,
    /// Goes to the pane before.
    PreviousPane,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// Shows what is above in a dialog one types in.
    SheetUp,
    /// Shows what is below in a dialog one types in.
    SheetDown,
    /// Takes the selected line or button.
    Choose,
    /// Goes to the other button.
    OtherButton,
    /// Confirms what was typed, if it is right.
    Confirm,
    /// Writes the selected command into its line.
    Complete,
    /// On a sheet that a safety rule holds back: names the rule and overrides it.
    BreakGlass,
    /// Goes back to the list of workloads; this console is disarmed.
    Fleet,
    /// Leaves the dialog or the zoom; never the program.
    Back,
    /// Leaves a dialog; on the screen, asks whether to leave the program.
    Interrupt,
    /// Leaves the program; asks first while a run is in flight.
    Quit,
}

/// How much may come of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stakes {
    /// It changes the screen only.
    None,
    /// It changes what this console or a run may do.
    Console,
    /// It leads to a dialog from which a write can be confirmed.
    Write,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub action: Action,
    /// Its name in docs: `next-pane`.
    pub name: &'static str,
    /// Its word in the hint bar; empty when it is not worth one.
    pub hint: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// Its keys, the one to show first.
    pub keys: &'static [&'static str],
    /// Where the keys work.
    pub places: &'static [Context],
    /// Which hints stay when the bar is narrow: the highest.
    pub priority: u8,
    /// How much may come of it.
    pub stakes: Stakes,
}

const SCREEN: &[Context] = &[Context::Screen];
const OVERVIEWS: &[Context] = &[Context::Screen, Context::Fleet];
const ROWS: &[Context] = &[Context::Screen, Context::List, Context::Text, Context::Commands, Context::Fleet];
const EVERYWHERE: &[Context] = &Context::ALL;

/// Every action, in the order of help and docs.
pub const TABLE: &[Entry] = &[
    key(
        Action::SignIn,
        "sign-in",
        &["L"],
        "sign in, or renew a sign-in: by a browser, or by the code of a device",
    )
    .hint("SIGN IN", 101)
    .stakes(Stakes::Console),
    key(Action::Act, "act", &["a"], "open the list of what can be done")
        .hint("act", 90)
        .stakes(Stakes::Write),
    key(Action::Arm, "arm", &["A"], "arm this console for 15 minutes, or disarm it")
        .hint("arm", 85)
        .stakes(Stakes::Console)
        .places(&[Context::Screen, Context::List]),
    key(Action::Pause, "pause", &["P"], "pause the run, or let it go on; always allowed")
        .hint("pause", 99)
        .stakes(Stakes::Console),
    key(Action::ReadAgain, "read-again", &["r"], "held step: read the world again; sends nothing")
        .hint("read again", 98)
        .stakes(Stakes::Console),
    key(Action::Retry, "retry", &["R"], "held step: try its write again, after asking")
        .hint("retry", 97)
        .stakes(Stakes::Write),
    key(Action::Undo, "undo", &["U"], "held step: send its inverse, after asking")
        .hint("undo", 94)
        .stakes(Stakes::Write),
    key(Action::Skip, "skip", &["s"], "held step: go on without it, with a reason")
        .hint("skip", 96)
        .stakes(Stakes::Console),
    key(Action::Abort, "abort", &["x"], "held step: end the run here, with a reason")
        .hint("abort", 95)
        .stakes(Stakes::Console),
    key(
        Action::Tell,
        "tell",
        &["t"],
        "a runbook that waits: approve, reject, resume or stop it, after asking",
    )
    .hint("tell", 98)
    .stakes(Stakes::Write),
    key(
        Action::Approve,
        "approve",
        &["v"],
        "approve what waits for a second person, or tick off what is done by hand",
    )
    .hint("approve", 98)
    .stakes(Stakes::Write),
    key(Action::Note, "note", &["i"], "write a note about the run into the journal"),
    key(Action::NextProblem, "next-problem", &["n"], "go to the next thing that is not ok")
        .hint("next problem", 70)
        .places(OVERVIEWS),
    key(Action::PreviousProblem, "previous-problem", &["N"], "go to the one before").places(OVERVIEWS),
    key(Action::Detail, "detail", &["enter"], "open what is known of the selected row").hint("detail", 60),
    key(Action::Command, "command", &[":"], "do something by its name, with what it needs: `theme light`")
        .hint("command", 44),
    key(Action::Filter, "filter", &["/"], "show the rows that hold a text; !text those that do not")
        .hint("filter", 42)
        .places(OVERVIEWS),
    key(Action::Cli, "cli", &["c"], "show and copy the equal AWS CLI lines")
        .hint("as AWS CLI", 14)
        .places(&[Context::Screen, Context::List]),
    key(Action::CopyRow, "copy-row", &["y"], "copy the selected row; in a dialog, its text")
        .hint("copy", 13)
        .places(&[Context::Screen, Context::Text]),
    key(Action::CopyPane, "copy-pane", &["Y"], "copy the rows of this pane"),
    key(Action::CopyCode, "copy-code", &["c"], "copy the code of a sign-in")
        .hint("copy the code", 12)
        .places(&[Context::Text]),
    key(
        Action::StartAgain,
        "start-again",
        &["r"],
        "begin anew: a sign-in, or a sheet that cannot be confirmed",
    )
    .hint("start again", 11)
    .places(&[Context::Text, Context::Buttons]),
    key(Action::Mark, "mark", &["M"], "mark the selected row, or unmark it"),
    key(Action::NextMark, "next-mark", &["'"], "go to the next row that is marked, whatever its pane"),
    key(
        Action::Mouse,
        "mouse",
        &["m"],
        "listen to the mouse, or leave it to the terminal, which selects text",
    ),
    key(Action::Freeze, "freeze", &["f"], "hold the picture still; reading goes on").hint("freeze", 40),
    key(Action::Earlier, "earlier", &["[", "<"], "show the screen as it was, a minute further back"),
    key(Action::Later, "later", &["]", ">"], "show it a minute further on, up to now").hint("later", 41),
    key(Action::Zoom, "zoom", &["z"], "let this pane fill the screen").hint("zoom", 45),
    key(Action::Files, "files", &["E"], "what is wrong with a file that was saved: config, theme or keymap")
        .hint("file error", 87),
    key(Action::NextPane, "next-pane", &["tab", "right", "l"], "go to the next pane").hint("pane", 15),
    key(Action::PreviousPane, "previous-pane", &["shift-tab", "left", "h"], "go to the pane before"),
    key(Action::Pane(Pane::Regions), "regions", &["1"], "go to the Regions pane"),
    key(Action::Pane(Pane::Replication), "replication", &["2"], "go to the Replication pane"),
    key(Action::Pane(Pane::Traffic), "traffic", &["3"], "go to the Traffic pane"),
    key(Action::Pane(Pane::Orders), "orders", &["4"], "go to the Orders pane"),
    key(Action::Pane(Pane::Plan), "plan", &["5"], "go to the Plan pane"),
    key(Action::Pane(Pane::Journal), "journal", &["6"], "go to the Journal pane"),
    key(Action::Down, "down", &["j", "down", "ctrl-n"], "one row down").places(ROWS),
    key(Action::Up, "up", &["k", "up", "ctrl-p"], "one row up").places(ROWS),
    key(Action::PageDown, "page-down", &["pgdn", "ctrl-f"], "a page down").places(ROWS),
    key(Action::PageUp, "page-up", &["pgup", "ctrl-b"], "a page up").places(ROWS),
    key(Action::Top, "top", &["g", "home"], "to the first row").places(ROWS),
    key(Action::Bottom, "bottom", &["G", "end"], "to the last row").places(ROWS),
    key(Action::Choose, "choose", &["enter"], "take the selected line or button")
        .hint("choose", 80)
        .places(&[Context::List, Context::Buttons, Context::Fleet]),
    key(
        Action::OtherButton,
        "other-button",
        &["tab", "shift-tab", "left", "right"],
        "go to the other button",
    )
    .hint("other button", 75)
    .places(&[Context::Buttons]),
    key(Action::Confirm, "confirm", &["enter"], "confirm, if what is typed is right")
        .hint("confirm what is typed", 80)
        .stakes(Stakes::Write)
        .places(&[Context::Typing, Context::Commands]),
    key(Action::Complete, "complete", &["tab"], "write the selected command into the line")
        .hint("complete", 76)
        .places(&[Context::Commands]),
    key(
        Action::BreakGlass,
        "break-glass",
        &["O"],
        "a safety rule holds: override it, by name and with a reason",
    )
    .hint("override a rule", 78)
    .stakes(Stakes::Write)
    .places(&[Context::Buttons]),
    key(Action::SheetUp, "sheet-up", &["pgup", "up"], "show what is above")
        .places(&[Context::Typing, Context::Buttons]),
    key(Action::SheetDown, "sheet-down", &["pgdn", "down"], "show what is below")
        .places(&[Context::Typing, Context::Buttons]),
    key(Action::Help, "help", &["?", "f1"], "the keys that work here, and why some are off")
        .hint("help", 100)
        .places(EVERYWHERE),
    key(Action::Back, "back", &["esc"], "leave a dialog, the freeze or the zoom; never the program")
        .hint("back", 88)
        .places(EVERYWHERE),
    key(Action::Fleet, "fleet", &["W"], "go back to the list of workloads; this console is disarmed")
        .hint("workloads", 35),
    key(
        Action::Interrupt,
        "interrupt",
        &["ctrl-c"],
        "leave a dialog; on the screen ask to leave; again: leave",
    )
    .places(EVERYWHERE),
    key(Action::Suspend, "suspend", &["ctrl-z"], "give the terminal back to the shell; `fg` goes on")
        .places(EVERYWHERE),
    key(Action::Quit, "quit", &["q"], "leave the program; asks first while a run is in flight")
        .hint("quit", 20)
        .places(OVERVIEWS),
];

const fn key(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    about: &'static str,
) -> Entry {
    Entry { action, name, hint: "", about, keys, places: SCREEN, priority: 0, stakes: Stakes::None }
}

impl Entry {
    const fn hint(self, hint: &'static str, priority: u8) -> Self {
        Self { hint, priority, ..self }
    }

    const fn stakes(self, stakes: Stakes) -> Self {
        Self { stakes, ..self }
    }

    const fn places(self, places: &'static [Context]) -> Self {
        Self { places, ..self }
    }
}

impl Action {
    /// Its line of the table.
    #[must_use]
    pub fn entry(self) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.action == self)
    }
}
