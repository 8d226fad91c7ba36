//! The word of a person that a step waits for: an approval by somebody else than whoever started the run, or the tick
//! of what is done by hand.
//!
//! What comes after it may write, so an approval asks for the receiving Region's name, typed; the run refuses one of
//! the wrong person or of another version of the plan.

use super::buttons::{Buttons, Press};
use super::keys::cancel_or;
use super::page::{Page, Para};
use super::typed::{Refusal, Typed, Word};
use super::{Dialog, Moment, Reply, Request};
use crate::plan::progress::{Progress, StepState};
use crate::plan::{Action as Does, Intent, Step, StepId};
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::{Context, Keys};
use crate::ui::theme::Role;

/// Asks for the word of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Approve {
    step: StepId,
    intent: Intent,
    /// The version of the plan that is on the screen.
    version: String,
    how: How,
    said: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum How {
    Name(Typed),
    Tick(Buttons),
}

impl Approve {
    /// Opens for the first step that waits for a person's word; `None` where none does.
    #[must_use]
    pub fn new(moment: &Moment<'_>) -> Option<Self> {
        let plan = &moment.facts.run?.plan;
        let step = wanted(moment.facts.run?)?;
        let how = match step.action {
            Does::Approve(_) => How::Name(Typed::new(plan.intent.to.as_str(), moment.at())),
            _ => How::Tick(Buttons::new("Cancel", "Done", moment.at())),
        };
        let (intent, version) = (plan.intent.clone(), plan.version());
        Some(Self { step: step.id, intent, version, how, said: None })
    }

    pub(super) fn context(&self) -> Context {
        match self.how {
            How::Name(_) => Context::Typing,
            How::Tick(_) => Context::Buttons,
        }
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        let waits = moment.facts.run.and_then(wanted).is_some_and(|step| step.id == self.step);
        if !waits {
            let text = format!("Step {} waits for nobody's word any more.", self.step);
            return Reply::Open(Box::new(Dialog::notice("APPROVE", &text)), None);
        }
        match &mut self.how {
            How::Tick(buttons) => match buttons.on(action, moment) {
                Some(Press::Meant) => Reply::Done(Request::Tick { step: self.step }),
                Some(Press::Harmless) => Reply::Close,
                None => Reply::Stay,
            },
            How::Name(typed) => match typed.on(input, action, moment.at()) {
                Word::Quiet => Reply::Stay,
                Word::Matches => {
                    Reply::Done(Request::Approve { step: self.step, version: self.version.clone() })
                }
                Word::Refused(refusal) => self.refused(&refusal),
            },
        }
    }

    fn refused(&mut self, refusal: &Refusal) -> Reply {
        let why = refusal.to_string();
        self.said = Some(why.clone());
        if *refusal == Refusal::Empty {
            return Reply::Stay;
        }
        let why = format!("approval of step {}: {why}", self.step);
        Reply::Ask(Request::RefusedConfirmation { intent: self.intent.clone(), why })
    }

    pub(super) fn page(&self, run: Option<&Progress>, keys: Keys<'_>) -> Page {
        let body = run.map(|run| self.body(run)).unwrap_or_default();
        let said = Para::default().add(self.said.clone().unwrap_or_default(), Role::LampLook);
        let (word, tail) = match &self.how {
            How::Tick(buttons) => ("DONE BY HAND", vec![Para::blank(), buttons.para(keys)]),
            How::Name(typed) => {
                let ask = Para::new("Type the Region that RECEIVES:  ").add(typed.text(), Role::Input);
                let enter = cancel_or(", when it matches", keys);
                ("APPROVE", vec![Para::blank(), ask.add("_", Role::Input), said, enter])
            }
        };
        Page { title: format!("{word}  step {}", self.step), body, tail, ..Page::default() }
    }

    fn body(&self, run: &Progress) -> Vec<Para> {
        let Some(step) = run.plan.step(self.step) else { return Vec::new() };
        let Intent { playbook, from, to } = &self.intent;
        let plan = format!("{playbook} {from} → {to}, plan {}, started by {}.", self.version, run.start.who);
        let unsent = run.may_send().into_iter().filter_map(|step| {
            let operation = step.operation()?;
            Some(Para::default().add(format!("{} {operation}", step.id), Role::Danger).hang(2))
        });
        let unsent: Vec<Para> = unsent.take(8).collect();
        let (what, means) = match &step.action {
            Does::Approve(approval) => (approval.of.as_str(), approves(run)),
            Does::Note { text } => (text.as_str(), ticks(unsent.is_empty())),
            _ => ("", String::new()),
        };
        let mut body = vec![Para::new(what), Para::default().add(plan, Role::Muted), Para::blank()];
        body.push(Para::new(means));
        body.extend(unsent);
        body
    }
}

fn approves(run: &Progress) -> String {
    format!("It must be somebody else than {}. Approved, the run may send:", run.start.who)
}

fn ticks(last: bool) -> String {
    let sends = if last { "" } else { " From there on it may send:" };
    format!("Done says that it is done; the run goes on by that.{sends}")
}

/// The first step that waits for a person's word.
#[must_use]
pub fn wanted(run: &Progress) -> Option<&Step> {
    let waits = |step: &&Step| {
        let asks = matches!(step.action, Does::Approve(_) | Does::Note { .. });
        asks && run.steps.get(&step.id).is_some_and(|at| at.state == StepState::Intended)
    };
    run.plan.steps.iter().find(waits).filter(|_| run.is_open())
}
