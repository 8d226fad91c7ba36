//! A run that was cut off: look at it first, take it up again, or close it.
//!
//! Looking comes first and has the focus; nothing is chosen by an Enter that was meant for what was there before, and
//! what may still send asks for the receiving Region's name.

use jiff::Timestamp;

use super::keys::{CUT_OFF, cancel_or};
use super::page::{Page, Para};
use super::typed::{Refusal, Typed, Word};
use super::{Moment, Reply, Request, SETTLE, moved};
use crate::plan::Intent;
use crate::plan::event::RunId;
use crate::plan::progress::Progress;
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::{Context, Keys};
use crate::ui::theme::Role;

/// Asks what to do with a run that nobody drives.
#[derive(Clone, Debug, PartialEq)]
pub struct CutOff {
    run: RunId,
    intent: Intent,
    about: String,
    /// Who drove it until now, if this console saw them go.
    left_by: Option<String>,
    /// The host in whose journal it is, where that is another one.
    host: Option<String>,
    /// What it may still send, in words.
    unsent: Vec<String>,
    choice: usize,
    /// Since when it is on the screen; a program that has just started does not know the operator's clock yet.
    opened: Option<Timestamp>,
    name: Option<Typed>,
    said: Option<String>,
}

/// Where the key stands that opens this again.
const ACT: &str = "ACT";

/// What can be chosen, and what it means.
const CHOICES: [(&str, &str); 3] = [
    ("Look first", "nothing is sent; ACT asks again"),
    ("Take it up again", "replays the journal, reads the world, then goes on with the confirmed plan"),
    ("Close it", "ends it here; nothing is undone, nothing more is sent"),
];

/// The same for a run of another host.
const ABROAD: [(&str, &str); 3] = [
    CHOICES[0],
    (
        "Take it over",
        "asks why, copies its journal to this host, reads the world, then goes on here with the confirmed plan",
    ),
    (
        "Close it",
        "asks why, copies its journal to this host and ends it; nothing is undone, nothing more is sent",
    ),
];

impl CutOff {
    /// Opens with the next input or tick, which says when that is.
    #[must_use]
    pub fn new(run: &Progress) -> Self {
        let intent = run.plan.intent.clone();
        let done = run.steps.values().filter(|step| step.ended.is_some()).count();
        let about = format!(
            "{} {} → {}, begun {} by {}: {done} of {} steps had ended when it was cut off.",
            intent.playbook,
            intent.from,
            intent.to,
            run.started.strftime("%Y-%m-%d %H:%M:%S UTC"),
            run.start.who,
            run.plan.steps.len()
        );
        let unsent = run.may_send().into_iter().filter_map(|step| {
            let operation = step.operation()?;
            Some(format!("{} {}: {operation}", step.id, step.title))
        });
        let unsent = unsent.collect();
        let (run, left_by, host) = (run.run.clone(), None, None);
        Self { run, intent, about, left_by, host, unsent, choice: 0, opened: None, name: None, said: None }
    }

    /// Says who drove it until now.
    #[must_use]
    pub fn left_by(self, by: &str) -> Self {
        Self { left_by: Some(format!("{by} drives it no more: the process has ended.")), ..self }
    }

    /// Says in whose journal it is, and what is known of who drove it.
    #[must_use]
    pub fn at(self, host: &str, why: Option<&str>) -> Self {
        let left_by = why.unwrap_or("Nobody drives it: it was left on hold, or paused.").to_owned();
        Self { host: Some(host.to_owned()), left_by: Some(left_by), ..self }
    }

    fn choices(&self) -> [(&'static str, &'static str); 3] {
        if self.host.is_some() { ABROAD } else { CHOICES }
    }

    /// It asks for the Region's name.
    pub(super) fn is_asking(&self) -> bool {
        self.name.is_some()
    }

    pub(super) fn context(&self) -> Context {
        if self.name.is_some() { Context::Typing } else { Context::List }
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        let opened = *self.opened.get_or_insert(moment.at());
        if let Some(name) = &mut self.name {
            return match name.on(input, action, moment.at()) {
                Word::Quiet => Reply::Stay,
                Word::Matches => Reply::Done(Request::TakeUp(self.run.clone())),
                Word::Refused(refusal) => self.refused(&refusal),
            };
        }
        match action {
            Some(Action::Choose) if moment.since(opened) >= SETTLE => self.chosen(moment),
            Some(action) => {
                self.choice = moved(self.choice, CHOICES.len(), CHOICES.len(), action);
                Reply::Stay
            }
            None => Reply::Stay,
        }
    }

    pub(super) fn tick(&mut self, moment: &Moment<'_>) -> Reply {
        self.opened.get_or_insert(moment.at());
        Reply::Stay
    }

    fn chosen(&mut self, moment: &Moment<'_>) -> Reply {
        let run = self.run.clone();
        match self.choice {
            0 => Reply::Close,
            1 if self.unsent.is_empty() => Reply::Done(Request::TakeUp(run)),
            1 => {
                self.name = Some(Typed::new(self.intent.to.as_str(), moment.at()));
                Reply::Stay
            }
            _ => Reply::Done(Request::CloseRun { run, reason: "closed at the next start".to_owned() }),
        }
    }

    fn refused(&mut self, refusal: &Refusal) -> Reply {
        let why = refusal.to_string();
        self.said = Some(why.clone());
        if *refusal == Refusal::Empty {
            return Reply::Stay;
        }
        let why = format!("take-up of run {}: {why}", self.run);
        Reply::Ask(Request::RefusedConfirmation { intent: self.intent.clone(), why })
    }

    pub(super) fn page(&self, keys: Keys<'_>) -> Page {
        let at = self.host.as_ref().map(|host| format!(" AT {host}")).unwrap_or_default();
        let title = format!("RUN {} WAS CUT OFF{at}", self.run.short());
        let (body, tail) = match &self.name {
            Some(name) => self.asking(name, keys),
            None => self.choosing(keys),
        };
        Page { title, body, tail, ..Page::default() }
    }

    fn choosing(&self, keys: Keys<'_>) -> (Vec<Para>, Vec<Para>) {
        let act = format!("`{}`", keys.on_panes(Action::Act));
        let mut body: Vec<Para> = self.left_by.iter().map(Para::new).collect();
        body.extend([Para::new(self.about.clone()), Para::blank()]);
        body.extend(self.choices().iter().enumerate().map(|(at, (word, meaning))| {
            Para::new(if at == self.choice { "▸ " } else { "  " })
                .add(format!("{word}: "), Role::Title)
                .add(meaning.replace(ACT, &act), Role::Text)
                .hang(4)
                .selected(at == self.choice)
        }));
        (body, vec![Para::blank(), Para::default().add(keys.sentence(CUT_OFF), Role::Muted)])
    }

    fn asking(&self, name: &Typed, keys: Keys<'_>) -> (Vec<Para>, Vec<Para>) {
        let mut body = vec![Para::new(self.about.clone()), Para::blank()];
        body.push(Para::new("Taken up, it may send these without asking again:"));
        body.extend(self.unsent.iter().map(|step| Para::default().add(step, Role::Danger).hang(2)));
        let ask = Para::new("Type the Region that RECEIVES:  ").add(name.text(), Role::Input);
        let said = Para::default().add(self.said.clone().unwrap_or_default(), Role::LampLook);
        let tail = vec![Para::blank(), ask.add("_", Role::Input), said, cancel_or(", when it matches", keys)];
        (body, tail)
    }
}
