//! A decision about a held step, with its consequences, before it is handed to the run.
//!
//! What sends a write asks like the sheet does; what gives a step up asks for a reason.

use super::buttons::{Buttons, Press};
use super::keys::cancel_or;
use super::line::{self, Line, Said};
use super::page::{Page, Para};
use super::typed::{Refusal, Typed, Word};
use super::{Dialog, Moment, Reply, Request, Scroll};
use crate::model::reading::{ControlState, Freshness};
use crate::model::topology::Region;
use crate::model::verdict::{self, Lamp};
use crate::plan::event::{Decision, Outcome};
use crate::plan::operation::{Operation, WriterMove};
use crate::plan::progress::{Progress, StepState};
use crate::plan::{Intent, Step, StepId};
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::{Context, Keys};
use crate::ui::theme::Role;
use crate::ui::view::Facts;

/// What is decided about which step.
#[derive(Clone, Debug, PartialEq)]
pub struct Decide {
    step: StepId,
    intent: Intent,
    choice: Choice,
    how: How,
    said: Option<String>,
    scroll: Scroll,
}

/// The decisions that ask first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Retry,
    Undo,
    Skip,
    Abort,
}

#[derive(Clone, Debug, PartialEq)]
enum How {
    /// Nothing is sent.
    Button(Buttons),
    /// Something may be sent: the receiving Region's name is typed, after the reason where one is asked for.
    Name {
        typed: Typed,
        reason: String,
    },
    Reason(Line),
}

impl Decide {
    /// Opens now; `None` when no run is shown, it has no such step, or the action is no decision that asks.
    #[must_use]
    pub fn new(action: Action, step: StepId, moment: &Moment<'_>) -> Option<Self> {
        let choice = match action {
            Action::Retry => Choice::Retry,
            Action::Undo => Choice::Undo,
            Action::Skip => Choice::Skip,
            Action::Abort => Choice::Abort,
            _ => return None,
        };
        let plan = &moment.facts.run?.plan;
        let found = plan.step(step)?;
        let intent = plan.intent.clone();
        let how = match choice {
            Choice::Skip | Choice::Abort => How::Reason(Line::new(moment.at())),
            Choice::Retry if found.operation().is_none() => {
                How::Button(Buttons::new("Cancel", "Retry", moment.at()))
            }
            Choice::Retry | Choice::Undo => name(receiver(choice, &intent), String::new(), moment),
        };
        Some(Self { step, intent, choice, how, said: None, scroll: Scroll::default() })
    }

    pub(super) fn context(&self) -> Context {
        match self.how {
            How::Button(_) => Context::Buttons,
            How::Name { .. } | How::Reason(_) => Context::Typing,
        }
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        if !moment.facts.run.is_some_and(|run| run.held().contains(&self.step)) {
            let text = format!("Step {} is no longer held. Nothing was decided.", self.step);
            return Reply::Open(Box::new(Dialog::notice("DECIDE", &text)), None);
        }
        if let Some(action @ (Action::SheetUp | Action::SheetDown)) = action {
            let page = self.page(moment.facts, moment.keys(self.context()));
            let (lines, room) = super::page::stretch(&page, moment.size());
            self.scroll.on(action, lines, room);
            return Reply::Stay;
        }
        match &mut self.how {
            How::Button(buttons) => match buttons.on(action, moment) {
                Some(Press::Meant) => self.done(String::new()),
                Some(Press::Harmless) => Reply::Close,
                None => Reply::Stay,
            },
            How::Name { typed, reason } => match typed.on(input, action, moment.at()) {
                Word::Quiet => Reply::Stay,
                Word::Matches => {
                    let reason = std::mem::take(reason);
                    self.done(reason)
                }
                Word::Refused(refusal) => self.refused(&refusal),
            },
            How::Reason(line) => match line.on(input, action, moment.at()) {
                Said::Quiet => Reply::Stay,
                Said::Given(reason) => self.given(reason, moment),
                Said::Nothing => self.say("a reason is asked for: a ticket, or a few words"),
                Said::Burst => self.say(line::BURST),
            },
        }
    }

    fn say(&mut self, text: &str) -> Reply {
        self.said = Some(text.to_owned());
        Reply::Stay
    }

    /// A reason is enough where nothing is sent by this; traffic that may move without its writer asks for the name.
    fn given(&mut self, reason: String, moment: &Moment<'_>) -> Reply {
        let named = moment.facts.run.and_then(|run| run.named_to_skip(self.step));
        let Some(to) = named.filter(|_| self.choice == Choice::Skip) else { return self.done(reason) };
        self.said = None;
        self.how = name(to, reason, moment);
        Reply::Stay
    }

    fn refused(&mut self, refusal: &Refusal) -> Reply {
        let why = refusal.to_string();
        self.said = Some(why.clone());
        if *refusal == Refusal::Empty {
            return Reply::Stay;
        }
        let why = format!("{} of step {}: {why}", self.choice.word(), self.step);
        Reply::Ask(Request::RefusedConfirmation { intent: self.intent.clone(), why })
    }

    fn done(&self, reason: String) -> Reply {
        let decision = match self.choice {
            Choice::Retry => Decision::Retry,
            Choice::Undo => Decision::Undo,
            Choice::Skip => {
                let typed = matches!(self.how, How::Name { .. }).then(|| self.intent.to.clone());
                Decision::Skip { reason, typed }
            }
            Choice::Abort => Decision::Abort { reason },
        };
        Reply::Done(Request::Decide { step: self.step, decision })
    }

    pub(super) fn page(&self, facts: &Facts<'_>, keys: Keys<'_>) -> Page {
        let title = format!("{}  step {}", self.choice.word().to_uppercase(), self.step);
        let body = facts.run.map(|run| self.body(run, facts, keys)).unwrap_or_default();
        let said = Para::default().add(self.said.clone().unwrap_or_default(), Role::LampLook);
        let tail = match &self.how {
            How::Button(buttons) => vec![Para::blank(), buttons.para(keys)],
            How::Name { typed, .. } => {
                let ask = Para::new("Type the Region that RECEIVES:  ").add(typed.text(), Role::Input);
                let enter = cancel_or(", when it matches", keys);
                vec![Para::blank(), ask.add("_", Role::Input), said, enter]
            }
            How::Reason(line) => {
                let ask = Para::new("Why:  ").add(line.text(), Role::Input).add("_", Role::Input).hang(6);
                let enter = cancel_or(format!(", to {}", self.choice.word()), keys);
                vec![Para::blank(), ask, said, enter]
            }
        };
        Page { title, body, tail, scroll: self.scroll, ..Page::default() }
    }

    fn body(&self, run: &Progress, facts: &Facts<'_>, keys: Keys<'_>) -> Vec<Para> {
        let Some(step) = run.plan.step(self.step) else { return Vec::new() };
        let progress = run.steps.get(&self.step);
        let outcome = progress.and_then(|progress| match progress.state {
            StepState::Done(outcome) => Some(outcome),
            _ => None,
        });
        let state = outcome.map_or_else(|| "held".to_owned(), |outcome| outcome.to_string());
        let mut paras = vec![Para::new(format!("{}: ", step.title)).add(state, Role::LampBad)];
        if let Some(why) = progress.map(|progress| progress.why.as_str()).filter(|why| !why.is_empty()) {
            paras.push(Para::default().add(why, Role::Muted));
        }
        paras.push(Para::blank());
        if outcome == Some(Outcome::Unknown) {
            let unknown = self.unknown(run, step).into_iter();
            paras.extend(unknown.map(|line| Para::default().add(line, Role::Danger)));
        }
        paras.extend(self.consequences(run, step).into_iter().map(Para::new));
        paras.extend(self.turned_on(step, facts));
        paras.push(Para::blank());
        let again = keys.on_panes(Action::ReadAgain);
        let text = format!("{again}, at the run, reads the world again and sends nothing.");
        paras.push(Para::default().add(text, Role::Muted));
        paras
    }

    /// How each Region stands that this would turn On.
    fn turned_on(&self, step: &Step, facts: &Facts<'_>) -> Vec<Para> {
        let sent = match self.choice {
            Choice::Retry => step.operation().cloned(),
            Choice::Undo => step.operation().and_then(Operation::inverse),
            Choice::Skip | Choice::Abort => None,
        };
        let Some(Operation::RoutingSet(set)) = sent else { return Vec::new() };
        let Some(routing) = &facts.world.topology().routing else { return Vec::new() };
        let on = set.entries.iter().filter(|entry| entry.state == ControlState::On);
        let regions = on.filter_map(|entry| routing.control(&entry.control)?.region.as_ref());
        regions.map(|region| standing(region, facts)).collect()
    }

    fn consequences(&self, run: &Progress, step: &Step) -> Vec<String> {
        match self.choice {
            Choice::Retry => retry(step),
            Choice::Undo => undo(step),
            Choice::Skip => skip(run, step),
            Choice::Abort => abort(run),
        }
    }

    /// What a decision means where nobody knows whether the write took effect.
    fn unknown(&self, run: &Progress, step: &Step) -> Vec<String> {
        let means = match self.choice {
            Choice::Retry => {
                "It may have happened. If it cannot be read, the same write goes out a second time."
            }
            Choice::Undo => "It may have happened, or may still happen. The inverse is sent either way.",
            Choice::Skip => "It may have happened, or not: this run goes on without knowing.",
            Choice::Abort => "It may have happened, or may still happen: this run will not find out.",
        };
        let unwritten = (self.choice == Choice::Skip).then(|| unwritten(run, step)).flatten();
        std::iter::once(means.to_owned()).chain(unwritten).collect()
    }
}

/// Traffic that would move although the writer may not have.
fn unwritten(run: &Progress, step: &Step) -> Option<String> {
    let WriterMove { store, to } = step.operation()?.writer()?;
    let after = dependents(run, step.id).into_iter().filter_map(|id| run.plan.step(id)?.operation());
    let moves = after.into_iter().any(Operation::moves_traffic);
    let from = &run.plan.intent.from;
    moves.then(|| format!("If {store} still writes in {from}, traffic moves to {to}, which cannot write it."))
}

impl Choice {
    fn word(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Undo => "undo",
            Self::Skip => "skip",
            Self::Abort => "abort",
        }
    }
}

fn name(region: &Region, reason: String, moment: &Moment<'_>) -> How {
    How::Name { typed: Typed::new(region.as_str(), moment.at()), reason }
}

/// How a Region is that would get traffic, and who writes.
fn standing(region: &Region, facts: &Facts<'_>) -> Para {
    let health = verdict::region(facts.world, region, facts.now);
    let why = if health.reason.is_empty() { String::new() } else { format!(" ({})", health.reason) };
    let writers = facts.world.topology().auroras.iter().map(|aurora| {
        let writer = verdict::writer(facts.world, &aurora.store, facts.now);
        let writer = writer.filter(|writer| writer.freshness != Freshness::Gone);
        writer.map_or_else(
            || format!("where {} writes is not known", aurora.store),
            |writer| format!("{} writes in {}", aurora.store, writer.value),
        )
    });
    let text = [format!("{region} would get traffic: it is {}{why}", health.lamp)].into_iter().chain(writers);
    let role = if health.lamp == Lamp::Ok { Role::Text } else { Role::Danger };
    Para::default().add(format!("{}.", text.collect::<Vec<_>>().join("; ")), role)
}

/// The Region that receives by this decision: an undo gives back.
fn receiver(choice: Choice, intent: &Intent) -> &Region {
    if choice == Choice::Undo { &intent.from } else { &intent.to }
}

fn retry(step: &Step) -> Vec<String> {
    let sends = step.operation().map_or_else(
        || "Does it again; nothing is sent.".to_owned(),
        |operation| format!("Sends it again: {operation} ({}).", operation.api()),
    );
    vec![sends, "The world is read first: if it already is so, nothing is sent.".to_owned()]
}

fn undo(step: &Step) -> Vec<String> {
    let inverse = step.operation().and_then(Operation::inverse);
    let sends = inverse.map_or_else(
        || "This step has no inverse.".to_owned(),
        |inverse| format!("Sends the inverse: {inverse} ({}).", inverse.api()),
    );
    let guess = step.operation().and_then(Operation::guess);
    std::iter::once(sends).chain(guess.map(|guess| format!("Mind: {guess}."))).collect()
}

fn skip(run: &Progress, step: &Step) -> Vec<String> {
    let after: Vec<String> = dependents(run, step.id).iter().map(ToString::to_string).collect();
    let then = if after.is_empty() {
        "No step waits for it.".to_owned()
    } else {
        let wait = if after.len() == 1 { "step" } else { "steps" };
        format!("Goes on as if it were confirmed: {wait} {} may start.", after.join(", "))
    };
    vec![then, "The run can end only as confirmed with skips.".to_owned()]
}

fn abort(run: &Progress) -> Vec<String> {
    let moving: Vec<String> = run
        .steps
        .iter()
        .filter(|(_, step)| matches!(step.state, StepState::Intended | StepState::Sent | StepState::Proving))
        .map(|(id, _)| id.to_string())
        .collect();
    let mut lines =
        vec!["Ends the run here. Nothing that was done is undone, nothing more is sent.".to_owned()];
    if !moving.is_empty() {
        lines.push(format!("Steps {} are on their way and are not stopped by this.", moving.join(", ")));
    }
    lines
}

/// Every step that waits for this one, directly or through others.
fn dependents(run: &Progress, of: StepId) -> Vec<StepId> {
    let mut found: Vec<StepId> = Vec::new();
    for step in &run.plan.steps {
        if step.needs.iter().any(|need| *need == of || found.contains(need)) {
            found.push(step.id);
        }
    }
    found
}
