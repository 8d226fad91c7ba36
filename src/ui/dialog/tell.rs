//! What a person says to something that a step started and that waits for them, such as a runbook.
//!
//! It is a write, so the word and the Region are typed, key by key; what may be said is what it waits for.

use super::keys::cancel_or;
use super::line::{self, Line, Said};
use super::page::{Page, Para};
use super::{Dialog, Moment, Reply, Request, Scroll};
use crate::model::topology::Region;
use crate::plan::StepId;
use crate::plan::event::{Awaited, Decision};
use crate::plan::operation::{Plane, Signal};
use crate::plan::progress::Progress;
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::{Context, Keys};
use crate::ui::theme::Role;

/// What is told to what.
#[derive(Clone, Debug, PartialEq)]
pub struct Tell {
    step: StepId,
    awaited: Awaited,
    region: Region,
    line: Line,
    said: Option<String>,
    scroll: Scroll,
}

impl Tell {
    /// Opens for the first step that waits; `None` where nothing does.
    #[must_use]
    pub fn new(moment: &Moment<'_>) -> Option<Self> {
        let run = moment.facts.run?;
        let (step, awaited) = waiting(run)?;
        let (Plane::Control(region) | Plane::Regional(region)) = run.plan.step(step)?.operation()?.plane()
        else {
            return None;
        };
        let line = Line::new(moment.at());
        Some(Self { step, awaited: awaited.clone(), region, line, said: None, scroll: Scroll::default() })
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        let now = moment.facts.run.and_then(waiting);
        if now != Some((self.step, &self.awaited)) {
            let text = format!("Step {}: it waits no more. Nothing was said to it.", self.step);
            return Reply::Open(Box::new(Dialog::notice("TELL", &text)), None);
        }
        if let Some(action @ (Action::SheetUp | Action::SheetDown)) = action {
            let keys = moment.keys(Context::Typing);
            let stretch = |run| super::page::stretch(&self.page(run, keys), moment.size());
            let (lines, room) = moment.facts.run.map_or((0, 0), stretch);
            self.scroll.on(action, lines, room);
            return Reply::Stay;
        }
        match self.line.on(input, action, moment.at()) {
            Said::Quiet => Reply::Stay,
            Said::Given(text) => self.given(&text),
            Said::Nothing => self.say("nothing is typed"),
            Said::Burst => self.say(line::BURST),
        }
    }

    fn given(&mut self, text: &str) -> Reply {
        let meant = self.awaited.answers().into_iter().find_map(|say| self.meant(say, text));
        match meant {
            Some(say) => Reply::Done(Request::Decide { step: self.step, decision: Decision::Tell { say } }),
            None => self.say(&format!("\"{text}\" is none of the lines above")),
        }
    }

    fn say(&mut self, text: &str) -> Reply {
        self.said = Some(text.to_owned());
        Reply::Stay
    }

    /// What the typed line says, if it says this; what is left out takes its reason with it.
    fn meant(&self, say: Signal, text: &str) -> Option<Signal> {
        match say {
            Signal::Skip { step, .. } => {
                let head = format!("skip {} ", self.region);
                let reason = text.strip_prefix(&head)?.trim().to_owned();
                (!reason.is_empty()).then_some(Signal::Skip { step, reason })
            }
            say => (self.wanted(&say) == text).then_some(say),
        }
    }

    /// The line that must be typed: `approve us-west-2`.
    fn wanted(&self, say: &Signal) -> String {
        let reason = if matches!(say, Signal::Skip { .. }) { " REASON" } else { "" };
        format!("{} {}{reason}", say.word(), self.region)
    }

    pub(super) fn page(&self, run: &Progress, keys: Keys<'_>) -> Page {
        let title = format!("TELL  step {}", self.step);
        let step = run.plan.step(self.step);
        let mut body = vec![
            Para::new(step.map(|step| step.title.clone()).unwrap_or_default())
                .add(format!(": {}", self.awaited), Role::LampLook),
        ];
        let told = run.steps.get(&self.step).and_then(|at| at.told.last());
        body.extend(told.map(|(at, text)| {
            Para::default().add(format!("{} {text}", at.strftime("%H:%M:%S")), Role::Muted)
        }));
        body.push(Para::blank());
        body.extend(self.awaited.answers().iter().map(|say| {
            Para::default()
                .add(format!("{:<24}", self.wanted(say)), Role::Input)
                .add(means(say), Role::Text)
                .hang(24)
        }));
        let said = Para::default().add(self.said.clone().unwrap_or_default(), Role::LampLook);
        let ask = Para::new("Type one of these lines:  ").add(self.line.text(), Role::Input);
        let tail = vec![Para::blank(), ask.add("_", Role::Input), said, cancel_or(", to send it", keys)];
        Page { title, body, tail, scroll: self.scroll, ..Page::default() }
    }
}

/// The first step whose execution waits for a person, and where.
#[must_use]
pub fn waiting(run: &Progress) -> Option<(StepId, &Awaited)> {
    let waits = |say: &Awaited, step: StepId| {
        say.answers().iter().any(|say| run.may_decide(step, &Decision::Tell { say: say.clone() }).is_ok())
    };
    let mut found = run.steps.iter().filter_map(|(id, at)| Some((*id, at.awaits.as_ref()?)));
    found.find(|(id, awaited)| waits(awaited, *id))
}

fn means(say: &Signal) -> &'static str {
    match say {
        Signal::Approve { .. } => "it goes on",
        Signal::Reject { .. } => "its step fails, and the run holds",
        Signal::Resume { .. } => "it goes on after the pause",
        Signal::Skip { .. } => "the step is left out, and it goes on; REASON is kept",
        Signal::Ungraceful { .. } => "the step is done again, and may lose what has not arrived",
        Signal::Pause => "what runs ends, and nothing further starts",
        Signal::Stop => "it is cancelled; what it has done stays done, and the run holds",
    }
}
