//! Signing in: the page and code that a person confirms in a browser, or the six digits that a device shows.
//!
//! It opens by key only and never waits: what comes of an asking is handed in. Nothing typed or copied in it can reach
//! a write, and leaving it changes nothing.

use jiff::Timestamp;

use super::page::{Page, Para};
use super::{Reply, Request};
use crate::model::reading::Identity;
use crate::model::verdict;
use crate::ui::action::Action;
use crate::ui::clip::Clip;
use crate::ui::key::{Code, Input};
use crate::ui::keymap::{Context, Keys, Own};
use crate::ui::theme::Role;

/// How many digits a device shows.
const DIGITS: usize = 6;

const COPIES: &[Own] = &[(&[Action::CopyRow], "copies the page"), (&[Action::CopyCode], "the code")];

const SENDS: &[Own] = &[(&[Action::Confirm], "sends it")];

const AGAIN: &[Own] = &[(&[Action::StartAgain], "starts again")];

/// What the operator asks of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Begin one; whatever was under way is given up.
    Begin,
    /// Go on with the code of the device.
    Code(String),
    /// Give it up.
    Leave,
}

/// What came of an asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A code is to be confirmed in a browser.
    Browser {
        /// The source of the credentials and the roles after it.
        by: String,
        /// The page.
        url: String,
        /// What it must show.
        code: String,
        /// Until when it can be confirmed, by the world's clock.
        until: Timestamp,
    },
    /// The service answered: nobody has confirmed it yet.
    Unconfirmed,
    /// The service did not answer and is asked again; why.
    Silent(String),
    /// The code of a device is asked for.
    Device {
        /// The source of the credentials and the roles after it.
        by: String,
        /// The profile that asks for it.
        profile: String,
        /// The device.
        device: String,
        /// Why the last one was not taken.
        refused: Option<String>,
    },
    /// The sign-in is done, and credentials are looked for by it.
    Looking,
    /// It came to nothing; why.
    Undone(String),
    /// There are credentials; whose, where that could be asked.
    In(Option<Box<Identity>>),
}

/// A sign-in under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// Something is waited for.
    Asking(&'static str),
    /// A person confirms.
    Browser { by: String, url: String, code: String, until: Timestamp, silent: Option<String> },
    /// A person types.
    Device { by: String, profile: String, device: String, digits: String, said: Option<String> },
    /// It came to nothing.
    Undone(String),
}

impl SignIn {
    /// Opens, and waits for where one signs in; ask the app for it with [`Ask::Begin`].
    #[must_use]
    pub fn new() -> Self {
        Self { stage: Stage::Asking("asking where to sign in") }
    }

    pub(super) fn context(&self) -> Context {
        match self.stage {
            Stage::Device { .. } => Context::Typing,
            Stage::Asking(_) | Stage::Browser { .. } | Stage::Undone(_) => Context::Text,
        }
    }

    /// The keys of this stage, in its own words.
    pub(super) fn own(&self) -> &'static [Own] {
        match self.stage {
            Stage::Asking(_) => &[],
            Stage::Browser { .. } => COPIES,
            Stage::Device { .. } => SENDS,
            Stage::Undone(_) => AGAIN,
        }
    }

    /// Why an action that its place knows does nothing now.
    pub(super) fn off(&self, action: Action) -> Option<&'static str> {
        let is_on = match action {
            Action::CopyRow | Action::CopyCode => matches!(self.stage, Stage::Browser { .. }),
            Action::StartAgain => matches!(self.stage, Stage::Browser { .. } | Stage::Undone(_)),
            Action::Confirm => matches!(self.stage, Stage::Device { .. }),
            action => matches!(action, Action::Back | Action::Interrupt | Action::Suspend | Action::Help),
        };
        (!is_on).then_some("there is nothing here that it could do")
    }

    /// Takes in what came of what was asked.
    pub(crate) fn hear(&mut self, news: News) {
        self.stage = match news {
            News::Browser { by, url, code, until } => Stage::Browser { by, url, code, until, silent: None },
            News::Device { by, profile, device, refused } => {
                let said = refused.map(|why| format!("{why}. Type the next code"));
                Stage::Device { by, profile, device, digits: String::new(), said }
            }
            News::Looking => Stage::Asking("signed in; asking for the credentials"),
            News::Undone(why) => Stage::Undone(why),
            News::Unconfirmed | News::Silent(_) | News::In(_) => {
                if let Stage::Browser { silent, .. } = &mut self.stage {
                    *silent = if let News::Silent(why) = news { Some(why) } else { None };
                }
                return;
            }
        };
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>) -> Reply {
        if action == Some(Action::StartAgain) && self.off(Action::StartAgain).is_none() {
            *self = Self::new();
            return Reply::Ask(Request::SignIn(Ask::Begin));
        }
        match &mut self.stage {
            Stage::Browser { url, code, .. } => {
                let clip = match action {
                    Some(Action::CopyRow) => Clip::new("the page", std::slice::from_ref(url)),
                    Some(Action::CopyCode) => Clip::new("the code", std::slice::from_ref(code)),
                    _ => None,
                };
                clip.map_or(Reply::Stay, |clip| Reply::Ask(Request::Copy(clip)))
            }
            Stage::Device { digits, said, .. } => {
                let Some(code) = typed(input, action, digits, said) else { return Reply::Stay };
                self.stage = Stage::Asking("asking for the credentials with the code");
                Reply::Ask(Request::SignIn(Ask::Code(code)))
            }
            Stage::Asking(_) | Stage::Undone(_) => Reply::Stay,
        }
    }

    pub(super) fn page(&self, now: Timestamp, keys: Keys<'_>) -> Page {
        let (body, mut tail, note) = match &self.stage {
            Stage::Asking(what) => (vec![Para::new(format!("{what}…"))], Vec::new(), String::new()),
            Stage::Undone(why) => (undone(why), Vec::new(), String::new()),
            Stage::Browser { by, url, code, until, silent } => {
                let left = verdict::span(verdict::age(now, *until));
                (browser((by, url, code), silent.as_deref()), Vec::new(), format!("{left} left"))
            }
            Stage::Device { by, profile, device, digits, said } => {
                let ask = Para::new("Code:  ").add(digits, Role::Input).add("_", Role::Input);
                let said = said.as_deref().unwrap_or_default();
                let said = Para::default().add(said, Role::LampLook);
                (asks(by, profile, device), vec![ask, said], String::new())
            }
        };
        let leave = format!("  {}", keys.spoken(Action::Back));
        let leave = Para::default().add("[ Leave ]", Role::Selection).add(leave, Role::Muted);
        tail.insert(0, Para::blank());
        tail.push(leave.right(keys.sentence(self.own()), Role::Muted));
        Page { title: "SIGN IN".to_owned(), note, body, tail, ..Page::default() }
    }
}

impl Default for SignIn {
    fn default() -> Self {
        Self::new()
    }
}

/// What is typed goes into `digits`; the code comes back once Enter sends it.
fn typed(
    input: &Input,
    action: Option<Action>,
    digits: &mut String,
    said: &mut Option<String>,
) -> Option<String> {
    let mut put = |letters: &str| {
        let left = DIGITS.saturating_sub(digits.len());
        digits.extend(letters.chars().filter(char::is_ascii_digit).take(left));
    };
    match input {
        Input::Paste(text) => put(text),
        Input::Key(key) if key.code == Code::Backspace => drop(digits.pop()),
        Input::Key(_) if action == Some(Action::Confirm) => {
            if digits.len() == DIGITS {
                return Some(std::mem::take(digits));
            }
            *said = Some(format!("the code has {DIGITS} digits"));
        }
        Input::Key(key) => put(&key.written().map(String::from).unwrap_or_default()),
        Input::Resize { .. } | Input::Focus(_) | Input::Click { .. } | Input::Wheel { .. } => {}
    }
    None
}

fn browser((by, url, code): (&str, &str, &str), silent: Option<&str>) -> Vec<Para> {
    // Apart from each other, letters are told from one another across a room and by a tired eye.
    let apart: Vec<String> = code.chars().map(String::from).collect();
    let waits = match silent {
        None => Para::default().add("Waiting for the browser; this closes by itself.", Role::Muted),
        Some(why) => Para::default().add(format!("No answer, asked again: {why}"), Role::LampLook),
    };
    vec![
        Para::default().add(by, Role::Muted),
        Para::blank(),
        Para::new("Open this page, on any machine:"),
        Para::new("  ").add(url, Role::Title).hang(2),
        Para::blank(),
        Para::new("Confirm there only if it shows this code:"),
        Para::blank(),
        Para::new("    ").add(apart.join("\u{a0}"), Role::Input),
        Para::blank(),
        waits,
    ]
}

fn asks(by: &str, profile: &str, device: &str) -> Vec<Para> {
    vec![
        Para::default().add(by, Role::Muted),
        Para::blank(),
        Para::new(format!("The profile {profile} asks for the code that this device shows now:")),
        Para::new("  ").add(device, Role::Title).hang(2),
    ]
}

fn undone(why: &str) -> Vec<Para> {
    let means = "Nothing has changed: what is read and sent needs credentials as before.";
    vec![Para::default().add(why, Role::LampLook), Para::blank(), Para::default().add(means, Role::Muted)]
}
