//! Dialogs: small state machines on top of the panes, each fed with inputs and times, each pure.
//!
//! A dialog never sends anything: it answers with a [`Reply`], and only a [`Request`] in it reaches the app.
//! The ones that lead to a write are made so that Enter alone, `y`, a paste and a held key never confirm.

mod act;
mod approve;
mod arm;
mod buttons;
mod claim;
mod cut_off;
mod decide;
pub(super) mod draw;
mod fingers;
mod glass;
pub(super) mod keys;
mod line;
mod moment;
mod note;
mod notice;
pub(crate) mod page;
mod palette;
mod passes;
mod quit;
mod scroll;
mod sheet;
mod sift;
mod sign_in;
mod tell;
mod terms;
mod text;
mod typed;

use std::time::Duration;

use super::action::Action;
use super::clip::Clip;
use super::command::Command;
use super::key::Input;
use super::keymap::Context;
use crate::plan::event::{Decision, RunId};
use crate::plan::progress::Progress;
use crate::plan::{Intent, Plan, StepId};

pub use act::{Act, Offer, advised, intents};
pub use approve::{Approve, wanted};
pub use arm::Arm;
pub use claim::{Claim, Claiming, GOOD_FOR, Obstacle};
pub use cut_off::CutOff;
pub use decide::Decide;
pub use draw::draw;
pub(in crate::ui) use draw::draw_over;
pub use glass::Glass;
pub use moment::Moment;
pub use note::Note;
pub use notice::Notice;
pub use palette::Palette;
pub use quit::Quit;
pub use scroll::{Scroll, moved};
pub use sheet::{EXPIRES, PATIENCE, Sheet, Stage};
pub use sift::Sift;
pub use sign_in::{Ask, News, SignIn};
pub use tell::{Tell, waiting};
pub(in crate::ui) use terms::asked;
pub use terms::{Row, Terms};
pub use typed::{Refusal, Typed};

/// The dialog on top.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// What is known of the selected row.
    Detail(Scroll),
    /// The list of what can be done.
    Act(Act),
    /// What arming means.
    Arm(Arm),
    /// The confirmation sheet.
    Sheet(Box<Sheet>),
    /// The override of a safety rule.
    Glass(Box<Glass>),
    /// A decision about a held step.
    Decide(Decide),
    /// What is said to something that waits.
    Tell(Tell),
    /// The word of a person that a step waits for.
    Approve(Approve),
    /// A note about the run that is shown.
    Note(Note),
    /// What to do with a run that was cut off.
    CutOff(CutOff),
    /// Why the conch is claimed that cannot be had just so.
    Claiming(Claiming),
    /// A sign-in under way.
    SignIn(SignIn),
    /// Whether to leave.
    Quit(Quit),
    /// An error, in words.
    Notice(Notice),
    /// The filter of a pane, as it is typed.
    Filter(Sift),
    /// A command, as it is typed.
    Palette(Palette),
    /// Lines to copy.
    Cli {
        /// The lines, commands and comments.
        lines: Vec<String>,
        /// How far they are scrolled.
        scroll: Scroll,
    },
}

/// What a dialog answers to an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// It stays open.
    Stay,
    /// It closes; nothing else happens.
    Close,
    /// Another dialog takes its place; the app may have to do something for it.
    Open(Box<Dialog>, Option<Request>),
    /// It stays open, and the app must do something.
    Ask(Request),
    /// It closes, and the app must do something.
    Done(Request),
    /// It closes, and what was asked for is done as if by its key.
    Do {
        /// What.
        command: Command,
        /// The line that stands for it.
        line: String,
    },
    /// The focused pane is filtered.
    Sift {
        /// By this; by nothing when it is empty.
        text: String,
        /// And it closes.
        done: bool,
    },
}

/// What the app must do: the only way from the screen to anything beyond it.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Read all that the intent depends on, afresh, then hand it to [`super::view::View::sheet_read`].
    OpenSheet(Intent),
    /// The same once more, because the operator pressed Enter.
    Recheck(Intent),
    /// Start a run of this plan; the operator typed the receiving Region's name.
    Confirm {
        /// What was confirmed.
        intent: Intent,
        /// The plan, as read after Enter.
        plan: Plan,
        /// The reason given when arming.
        reason: String,
    },
    /// A confirmation was refused before any call; it goes into the journal.
    RefusedConfirmation {
        /// What was asked for.
        intent: Intent,
        /// Why it was refused.
        why: String,
    },
    /// A person decided about a held step.
    Decide {
        /// Which step.
        step: StepId,
        /// What.
        decision: Decision,
    },
    /// Arm for 15 minutes.
    Arm {
        /// Why; empty where no reason is asked for.
        reason: String,
    },
    /// Go back to watching.
    Disarm,
    /// Go on with a run that was cut off.
    TakeUp(RunId),
    /// End a run that was cut off.
    CloseRun {
        /// Which.
        run: RunId,
        /// Why.
        reason: String,
    },
    /// A second person approves a step, of the version of the plan that was on their screen.
    Approve {
        /// Which step.
        step: StepId,
        /// The version.
        version: String,
    },
    /// What a step asks for was done by hand.
    Tick {
        /// Which step.
        step: StepId,
    },
    /// Write a note about a run into the journal.
    Note {
        /// Which run.
        run: RunId,
        /// What.
        text: String,
    },
    /// Do what the conch was missing for, under this claim.
    Claim(Claim),
    /// Go on with a sign-in.
    SignIn(Ask),
    /// Start no new step.
    Pause,
    /// Start steps again.
    Resume,
    /// Put a text on the operator's clipboard.
    Copy(Clip),
    /// Draw in another theme.
    Theme(String),
    /// Listen to the mouse, or do not.
    Mouse(bool),
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// Leave the program.
    Quit,
    /// Go back to the list of workloads.
    Fleet,
}

/// For so long after a dialog opened, Enter does nothing: it was meant for what was there before.
pub const SETTLE: Duration = Duration::from_millis(300);

impl Dialog {
    /// What is known of the selected row of the focused pane.
    #[must_use]
    pub fn detail() -> Self {
        Self::Detail(Scroll::default())
    }

    /// The list of what can be done.
    #[must_use]
    pub fn act(moment: &Moment<'_>) -> Self {
        Self::Act(Act::new(moment))
    }

    /// What arming means.
    #[must_use]
    pub fn arm(moment: &Moment<'_>) -> Self {
        Self::Arm(Arm::new(moment))
    }

    /// The sheet of an intent, waiting for its reads; ask the app for them with [`Request::OpenSheet`].
    #[must_use]
    pub fn sheet(intent: Intent, moment: &Moment<'_>) -> Self {
        Self::Sheet(Box::new(Sheet::new(intent, moment)))
    }

    /// A decision about a held step; `None` when the run has no such step or the action is no decision.
    #[must_use]
    pub fn decide(action: Action, step: StepId, moment: &Moment<'_>) -> Option<Self> {
        Decide::new(action, step, moment).map(Self::Decide)
    }

    /// What is said to something that waits; `None` where nothing does.
    #[must_use]
    pub fn tell(moment: &Moment<'_>) -> Option<Self> {
        Tell::new(moment).map(Self::Tell)
    }

    /// Whether to leave.
    #[must_use]
    pub fn quit(moment: &Moment<'_>) -> Self {
        Self::Quit(Quit::new(moment))
    }

    /// The word of a person, where a step waits for one.
    #[must_use]
    pub fn approve(moment: &Moment<'_>) -> Option<Self> {
        Approve::new(moment).map(Self::Approve)
    }

    /// A note about a run.
    #[must_use]
    pub fn note(run: &Progress, moment: &Moment<'_>) -> Self {
        Self::Note(Note::new(run, moment))
    }

    /// What to do with a run that was cut off.
    #[must_use]
    pub fn cut_off(run: &Progress) -> Self {
        Self::CutOff(CutOff::new(run))
    }

    /// The same, when another process drove it that is gone.
    #[must_use]
    pub fn left(run: &Progress, by: &str) -> Self {
        Self::CutOff(CutOff::new(run).left_by(by))
    }

    /// The same of a run in the journal of another host; `why` says what is known of who drove it.
    #[must_use]
    pub fn abroad(run: &Progress, host: &str, why: Option<&str>) -> Self {
        Self::CutOff(CutOff::new(run).at(host, why))
    }

    /// Why the conch is claimed that cannot be had just so.
    #[must_use]
    pub fn claim(obstacle: Obstacle, why: &str) -> Self {
        Self::Claiming(Claiming::new(obstacle, why))
    }

    /// An error in words.
    #[must_use]
    pub fn notice(title: &str, text: &str) -> Self {
        Self::Notice(Notice::new(title, text))
    }

    /// What keys mean in it.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Detail(_) | Self::Cli { .. } => Context::Text,
            Self::Act(_) => Context::List,
            Self::CutOff(cut_off) => cut_off.context(),
            Self::Arm(arm) => arm.context(),
            Self::Sheet(sheet) => sheet.context(),
            Self::Decide(decide) => decide.context(),
            Self::Glass(_) | Self::Note(_) | Self::Tell(_) | Self::Claiming(_) | Self::Filter(_) => {
                Context::Typing
            }
            Self::Palette(_) => Context::Commands,
            Self::Approve(approve) => approve.context(),
            Self::SignIn(sign_in) => sign_in.context(),
            Self::Quit(_) | Self::Notice(_) => Context::Buttons,
        }
    }

    /// What is chosen or typed in it can change what runs, who may act or what is sent.
    #[must_use]
    pub fn acts(&self) -> bool {
        match self {
            Self::Detail(_)
            | Self::Note(_)
            | Self::Quit(_)
            | Self::Notice(_)
            | Self::Filter(_)
            | Self::SignIn(_)
            | Self::Cli { .. } => false,
            Self::Act(_)
            | Self::Arm(_)
            | Self::Sheet(_)
            | Self::Glass(_)
            | Self::Decide(_)
            | Self::Tell(_)
            | Self::Approve(_)
            | Self::CutOff(_)
            | Self::Claiming(_)
            | Self::Palette(_) => true,
        }
    }

    /// Takes one input.
    #[must_use]
    pub fn on(&mut self, input: &Input, moment: &Moment<'_>) -> Reply {
        let action = match input {
            Input::Key(key) => moment.view.keymap.resolve(*key, self.context()),
            _ => None,
        };
        let leaves = matches!(action, Some(Action::Back | Action::Interrupt));
        if action == Some(Action::Suspend) {
            return Reply::Ask(Request::Suspend);
        }
        match self {
            Self::Quit(quit) => quit.on(action, moment),
            Self::Filter(filter) => filter.on(input, action),
            Self::SignIn(_) if leaves => Reply::Done(Request::SignIn(Ask::Leave)),
            _ if leaves => Reply::Close,
            Self::Detail(_) | Self::Cli { .. } => match action {
                Some(Action::CopyRow) => {
                    self.clip(moment).map_or(Reply::Stay, |clip| Reply::Ask(Request::Copy(clip)))
                }
                _ => self.scroll(action, moment),
            },
            Self::Act(act) => act.on(action, moment),
            Self::Palette(palette) => palette.on(input, action),
            Self::CutOff(cut_off) => cut_off.on(input, action, moment),
            Self::Arm(arm) => arm.on(input, action, moment),
            Self::Sheet(sheet) => sheet.on(input, action, moment),
            Self::Glass(glass) => glass.on(input, action, moment),
            Self::Decide(decide) => decide.on(input, action, moment),
            Self::Note(note) => note.on(input, action, moment),
            Self::Approve(approve) => approve.on(input, action, moment),
            Self::Tell(tell) => tell.on(input, action, moment),
            Self::Claiming(claiming) => claiming.on(input, action, moment),
            Self::SignIn(sign_in) => sign_in.on(input, action, moment),
            Self::Notice(notice) => notice.on(action, moment),
        }
    }

    /// Lets time pass.
    #[must_use]
    pub fn tick(&mut self, moment: &Moment<'_>) -> Reply {
        match self {
            Self::Sheet(sheet) => sheet.tick(moment),
            Self::Notice(notice) => notice.tick(moment),
            Self::CutOff(cut_off) => cut_off.tick(moment),
            Self::Claiming(claiming) => claiming.tick(moment),
            _ => Reply::Stay,
        }
    }
}
