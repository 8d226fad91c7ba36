//! Where the operator is on the screen: focus, zoom, freeze, selection, and the dialog on top.
//!
//! Keys become changes of this state and, where AWS or the console itself is concerned, a [`Request`] for the
//! app. Nothing here knows how a request is fulfilled, and nothing here reads a clock.

mod aside;
mod chord;
mod command;
mod complaints;
mod copy;
mod help;
mod marks;
mod mouse;
mod problems;
mod sign_in;
mod still;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::action::{Action, cut_off, held_step, why_off};
use super::chord::Chord;
use super::conch::Abroad;
use super::dialog::{self, Dialog, Moment, Palette, Reply, Request, Scroll, Sift};
use super::filter::Filter;
use super::key::Input;
use super::keymap::{Context, Keymap};
use super::{Console, Flow, Mode, Scene, panes};
use crate::model::World;
use crate::plan::event::{Decision, Entry};
use crate::plan::interlock::Prepared;
use crate::plan::progress::Progress;

pub use complaints::Complaint;
use problems::Way;
pub use still::Still;

/// What a key press can be judged by: a [`Scene`] without the view.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// What is known.
    pub world: &'a World,
    /// The world's time.
    pub now: Timestamp,
    /// What the console itself is and does.
    pub console: &'a Console,
    /// The run that is shown, if there is one.
    pub run: Option<&'a Progress>,
    /// The newest journal lines, oldest first.
    pub journal: &'a [Entry],
}

impl<'a> Scene<'a> {
    /// The same without the view.
    #[must_use]
    pub fn facts(&self) -> Facts<'a> {
        let Self { world, now, console, run, journal, .. } = *self;
        Facts { world, now, console, run, journal }
    }
}

impl<'a> Facts<'a> {
    /// The same with a view, to be drawn.
    #[must_use]
    pub fn scene(&self, view: &'a View) -> Scene<'a> {
        let Self { world, now, console, run, journal } = *self;
        Scene { world, now, console, run, journal, view }
    }
}

/// The panes, in the order of their digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// 1: the Regions side by side.
    #[default]
    Regions,
    /// 2: every link of every store.
    Replication,
    /// 3: controls, endpoints, rules, DNS, shares.
    Traffic,
    /// 4: orders a minute on one time axis.
    Orders,
    /// 5: the plan that is shown or runs.
    Plan,
    /// 6: the journal.
    Journal,
}

impl Pane {
    /// All panes in order.
    pub const ALL: [Self; 6] =
        [Self::Regions, Self::Replication, Self::Traffic, Self::Orders, Self::Plan, Self::Journal];

    /// Its name in titles and docs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Regions => "Regions",
            Self::Replication => "Replication",
            Self::Traffic => "Traffic",
            Self::Orders => "Orders",
            Self::Plan => "Plan",
            Self::Journal => "Journal",
        }
    }

    fn step(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|pane| *pane == self).unwrap_or_default();
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// Where the operator is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The pane that has the focus when no dialog is open.
    pub pane: Pane,
    /// It fills the screen.
    pub zoomed: bool,
    /// The screen stands still.
    pub still: Option<Still>,
    /// The oldest moment that can be shown again.
    pub oldest: Option<Timestamp>,
    /// The selected row of each pane; drawing clamps it.
    pub rows: BTreeMap<Pane, usize>,
    /// What each pane is filtered by.
    pub filters: BTreeMap<Pane, Filter>,
    /// What is marked: things, wherever their rows are.
    pub marks: BTreeSet<(Pane, panes::Thing)>,
    /// The mouse is listened to.
    pub mouse: bool,
    /// What keys mean.
    pub keymap: Arc<Keymap>,
    /// The themes that can be asked for by name; those that come with the program when nobody says.
    pub themes: Vec<String>,
    /// Keys that more must follow, until a time.
    chord: Chord,
    /// The commands that were asked for by name, the newest last.
    pub asked: Vec<String>,
    /// The dialog on top.
    pub dialog: Option<Dialog>,
    /// The keys of what is on the screen are shown over it, scrolled so far.
    pub help: Option<Scroll>,
    /// The newest time of the operator's clock: it runs at real speed also where the world's runs faster.
    pub at: Timestamp,
    /// The terminal's columns and rows, as far as they are known.
    pub size: Size,
    /// How the screen goes with the line that carries it.
    pub flow: Flow,
    /// The reason that was given when the console was armed; it goes into what is confirmed.
    pub reason: String,
    /// This console is one of several, and there is a list to go back to.
    pub in_fleet: bool,
    /// A word of the screen to the operator, until a time.
    said: Option<(String, Timestamp)>,
    /// What is wrong with files, until it is mended.
    complaints: Vec<Complaint>,
}

/// A terminal's size in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Default for Size {
    fn default() -> Self {
        Self { width: 80, height: 24 }
    }
}

/// How long a word to the operator stays in the hint bar.
const SAID: Duration = Duration::from_secs(6);

impl View {
    /// Takes one input at a time of the operator's clock; what the app must do comes back.
    pub fn on(&mut self, input: &Input, at: Timestamp, facts: &Facts<'_>) -> Option<Request> {
        self.at = at;
        if let Input::Resize { width, height } = input {
            self.size = Size { width: *width, height: *height };
        }
        if self.help.is_some() {
            return self.in_help(input, facts);
        }
        if let Input::Click { x, y } | Input::Wheel { x, y, .. } = *input {
            return self.mouse(input, (x, y), facts);
        }
        if let Some(dialog) = &self.dialog {
            if self.asks_for_help(input, dialog.context()) {
                return None;
            }
            return self.with_dialog(facts, |dialog, moment| dialog.on(input, moment));
        }
        let Input::Key(key) = input else { return None };
        self.key(*key, facts)
    }

    /// Lets time pass: what expires on the screen expires here. Call it at least once a second.
    pub fn tick(&mut self, at: Timestamp, facts: &Facts<'_>) -> Option<Request> {
        self.at = at;
        self.said.take_if(|(_, until)| *until <= at);
        self.chord.expire(at);
        self.with_dialog(facts, Dialog::tick)
    }

    /// Hands an open sheet what the reads made after its key brought: the plan with its interlocks, or why there is none.
    pub fn sheet_read(&mut self, prepared: Result<Prepared, String>, facts: &Facts<'_>) -> Option<Request> {
        self.with_dialog(facts, |dialog, moment| match dialog {
            Dialog::Sheet(sheet) => sheet.read(prepared, moment),
            _ => Reply::Stay,
        })
    }

    /// The dialog is off the screen while it thinks, so that it can see the rest of the view.
    fn with_dialog(
        &mut self,
        facts: &Facts<'_>,
        think: impl FnOnce(&mut Dialog, &Moment<'_>) -> Reply,
    ) -> Option<Request> {
        let mut dialog = self.dialog.take()?;
        let reply = think(&mut dialog, &Moment { view: self, facts });
        self.dialog = Some(dialog);
        self.take(reply, facts)
    }

    /// Shows a dialog that nobody asked for, on top of everything.
    fn show(&mut self, dialog: Dialog) {
        (self.dialog, self.help) = (Some(dialog), None);
    }

    /// Shows an error in words, on top of everything.
    pub fn notify(&mut self, title: &str, text: &str) {
        self.show(Dialog::notice(title, text));
    }

    /// Asks why the conch is claimed that cannot be had just so.
    pub fn ask_to_claim(&mut self, obstacle: dialog::Obstacle, why: &str) {
        self.show(Dialog::claim(obstacle, why));
    }

    /// Asks what to do with a run that was cut off.
    pub fn ask_about(&mut self, run: &Progress) {
        self.show(Dialog::cut_off(run));
        self.pane = Pane::Plan;
    }

    /// The same, when another process drove it that is gone; it comes on top of whatever was being asked.
    pub fn ask_about_left(&mut self, run: &Progress, by: &str) {
        self.show(Dialog::left(run, by));
        self.pane = Pane::Plan;
    }

    /// The same of a run of another host.
    pub fn ask_about_abroad(&mut self, run: &Progress, abroad: &Abroad, why: Option<&str>) {
        self.show(Dialog::abroad(run, &abroad.host, why));
        self.pane = Pane::Plan;
    }

    /// Somebody else drives the run: what to do with it is no question any more.
    pub fn taken_up_elsewhere(&mut self) {
        self.dialog.take_if(|dialog| matches!(dialog, Dialog::CutOff(_)));
    }

    /// Says one line in place of the hints for a few seconds.
    pub fn say(&mut self, text: &str) {
        let until = self.at.saturating_add(SAID).unwrap_or(Timestamp::MAX);
        self.said = Some((text.to_owned(), until));
    }

    /// The line that is being said.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        self.said.as_ref().map(|(text, _)| text.as_str())
    }

    /// The pane that has the focus; `None` while a dialog has it.
    #[must_use]
    pub fn focus(&self) -> Option<Pane> {
        (self.dialog.is_none() && self.help.is_none()).then_some(self.pane)
    }

    /// What keys mean now.
    #[must_use]
    pub fn context(&self) -> Context {
        if self.help.is_some() { Context::Text } else { self.below() }
    }

    /// What they mean below the help.
    #[must_use]
    pub fn below(&self) -> Context {
        self.dialog.as_ref().map_or(Context::Screen, Dialog::context)
    }

    /// The row the operator chose in a pane, not yet clamped to its rows.
    #[must_use]
    pub fn row(&self, pane: Pane) -> usize {
        self.rows.get(&pane).copied().unwrap_or_default()
    }

    fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.width, self.size.height)
    }

    /// Does what a key or a command of this name stands for, unless it is off or the picture is not of now.
    fn press(&mut self, action: Action, by: &str, facts: &Facts<'_>) -> Option<Request> {
        if let Some(why) = why_off(facts, self, action) {
            self.say(&format!("{by} is off: {why}"));
            return None;
        }
        let acts = action.entry().is_some_and(|e| e.stakes > super::action::Stakes::None);
        if acts && action != Action::Quit && self.thaws() && action != Action::Pause {
            self.say(&format!("unfrozen: this is now; press {by} again to go on"));
            return None;
        }
        self.perform(action, facts)
    }

    fn perform(&mut self, action: Action, facts: &Facts<'_>) -> Option<Request> {
        match action {
            Action::Pane(pane) => self.pane = pane,
            Action::NextPane => self.pane = self.pane.step(1),
            Action::PreviousPane => self.pane = self.pane.step(Pane::ALL.len() - 1),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => {
                self.scroll(self.pane, action, facts);
            }
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Freeze if self.thaws() => {}
            Action::Freeze => self.still = Some(Still::Frozen(facts.now)),
            Action::Earlier => self.look_back(facts.now),
            Action::Later => self.look_on(facts.now),
            Action::Mouse => return Some(self.toggle_mouse()),
            Action::Mark => self.mark(facts),
            Action::NextMark => self.next_mark(facts),
            Action::Help => self.help = Some(Scroll::default()),
            Action::NextProblem => self.next_problem(facts, Way::On),
            Action::PreviousProblem => self.next_problem(facts, Way::Back),
            Action::Cli | Action::CopyRow | Action::CopyPane => return self.copy(action, facts),
            Action::Suspend => return Some(Request::Suspend),
            Action::Back => self.back(),
            Action::Arm => return self.arm(facts),
            Action::Fleet => return Some(Request::Fleet),
            Action::SignIn => return Some(self.sign_in()),
            Action::Pause => return Some(pause_or_resume(facts)),
            Action::ReadAgain => {
                let step = held_step(facts, self)?;
                return Some(Request::Decide { step, decision: Decision::ReadAgain });
            }
            Action::Quit if facts.run.is_none_or(|run| !run.is_open()) => return Some(Request::Quit),
            other => self.open(other, facts),
        }
        None
    }

    fn open(&mut self, action: Action, facts: &Facts<'_>) {
        let held = held_step(facts, self);
        let moment = Moment { view: self, facts };
        let dialog = match action {
            Action::Act => Some(match cut_off(facts) {
                Some(run) => match &facts.console.abroad {
                    Some(abroad) => Dialog::abroad(run, &abroad.host, None),
                    None => Dialog::cut_off(run),
                },
                None => Dialog::act(&moment),
            }),
            Action::Detail => Some(Dialog::detail()),
            Action::Filter => {
                Some(Dialog::Filter(Sift::new(self.filters.get(&self.pane).map_or("", Filter::text))))
            }
            Action::Tell => Dialog::tell(&moment),
            Action::Approve => Dialog::approve(&moment),
            Action::Files => self.files(),
            Action::Command => Some(Dialog::Palette(Palette::new(&moment))),
            Action::Note => facts.run.map(|run| Dialog::note(run, &moment)),
            Action::Quit | Action::Interrupt => Some(Dialog::quit(&moment)),
            Action::Retry | Action::Undo | Action::Skip | Action::Abort => {
                held.and_then(|step| Dialog::decide(action, step, &moment))
            }
            _ => None,
        };
        self.dialog = dialog;
    }

    fn arm(&mut self, facts: &Facts<'_>) -> Option<Request> {
        if let Mode::Armed { .. } = facts.console.mode {
            return Some(self.fill_in(Request::Disarm));
        }
        self.dialog = Some(Dialog::arm(&Moment { view: self, facts }));
        None
    }

    fn back(&mut self) {
        if !self.thaws() && self.filters.remove(&self.pane).is_none() {
            self.zoomed = false;
        }
    }

    fn scroll(&mut self, pane: Pane, action: Action, facts: &Facts<'_>) {
        let page = usize::from(self.size.height / 2).max(1);
        let scene = facts.scene(self);
        let rows = panes::rows(&scene, self.screen(), pane);
        let selected = panes::selected(&scene, self.screen(), pane);
        let at = rows.iter().position(|row| Some(*row) == selected).unwrap_or_default();
        let row = rows.get(dialog::moved(at, rows.len(), page, action));
        self.rows.insert(pane, row.copied().unwrap_or_default());
    }

    fn take(&mut self, reply: Reply, facts: &Facts<'_>) -> Option<Request> {
        match reply {
            Reply::Stay => None,
            Reply::Close => {
                self.dialog = None;
                None
            }
            Reply::Open(dialog, request) => {
                self.dialog = Some(*dialog);
                request.map(|request| self.fill_in(request))
            }
            Reply::Ask(request) => Some(self.fill_in(request)),
            Reply::Done(request) => {
                self.dialog = None;
                Some(self.fill_in(request))
            }
            Reply::Do { command, line } => {
                self.dialog = None;
                self.obey(command, &line, facts)
            }
            Reply::Sift { text, done } => {
                self.sift(&text);
                self.dialog.take_if(|_| done);
                None
            }
        }
    }

    /// Keeps the reason of arming and puts it into what is confirmed later.
    fn fill_in(&mut self, mut request: Request) -> Request {
        match &mut request {
            Request::Arm { reason } => self.reason.clone_from(reason),
            Request::Disarm => self.reason.clear(),
            Request::Confirm { reason, .. } => {
                reason.clone_from(&self.reason);
                self.pane = Pane::Plan;
                self.rows.remove(&Pane::Plan);
            }
            _ => {}
        }
        request
    }
}

fn pause_or_resume(facts: &Facts<'_>) -> Request {
    if facts.run.is_some_and(|run| run.paused) { Request::Resume } else { Request::Pause }
}
