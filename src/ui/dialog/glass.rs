//! Breaking the glass: a person names the safety rule that is to be overridden, and says why.
//!
//! It sends nothing and confirms nothing: what comes of it is a sheet of its own, which reads everything anew and asks
//! for the receiving Region's name as every sheet does.

use super::keys::cancel_or;
use super::line::{self, Line, Said};
use super::page::{Keep, Page, Para};
use super::typed::{Typed, Word};
use super::{Dialog, Moment, Refusal, Reply, Request, Sheet};
use crate::plan::Intent;
use crate::plan::operation::Override;
use crate::plan::rules::Blocker;
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::Keys;
use crate::ui::theme::Role;

/// Asks for the name of a rule and for a reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Glass {
    intent: Intent,
    rule: Blocker,
    others: usize,
    before: Vec<Override>,
    asks: Asks,
    said: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Asks {
    Name(Typed),
    Reason(Line),
}

impl Glass {
    /// Opens now for the first of the rules that stand in the way; `before` are those that are overridden already.
    #[must_use]
    pub fn new(intent: Intent, rules: &[Blocker], before: &[Override], moment: &Moment<'_>) -> Option<Self> {
        let rule = rules.first()?.clone();
        let asks = Asks::Name(Typed::new(&rule.name, moment.at()));
        Some(Self { intent, rule, others: rules.len() - 1, before: before.to_vec(), asks, said: None })
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        match &mut self.asks {
            Asks::Name(typed) => match typed.on(input, action, moment.at()) {
                Word::Quiet => {
                    if !typed.text().is_empty() {
                        self.said = None;
                    }
                    Reply::Stay
                }
                Word::Refused(refusal) => self.refused(&refusal),
                Word::Matches => {
                    (self.asks, self.said) = (Asks::Reason(Line::new(moment.at())), None);
                    Reply::Stay
                }
            },
            Asks::Reason(line) => {
                match line.on(input, action, moment.at()) {
                    Said::Given(reason) => return self.broken(reason, moment),
                    Said::Nothing => {
                        self.said = Some("an override needs a reason, in a few words".to_owned());
                    }
                    Said::Burst => self.said = Some(line::BURST.to_owned()),
                    Said::Quiet => {}
                }
                Reply::Stay
            }
        }
    }

    fn refused(&mut self, refusal: &Refusal) -> Reply {
        let why = match refusal {
            Refusal::Wrong { typed, wanted } => format!("typed `{typed}`, but the rule is `{wanted}`"),
            other => other.to_string(),
        };
        self.said = Some(why.clone());
        if *refusal == Refusal::Empty {
            return Reply::Stay;
        }
        let why = format!("override of rule {}: {why}", self.rule.name);
        Reply::Ask(Request::RefusedConfirmation { intent: self.intent.clone(), why })
    }

    fn broken(&self, reason: String, moment: &Moment<'_>) -> Reply {
        let arn = self.rule.arn.clone().unwrap_or_default();
        let mut overrides = self.before.clone();
        overrides.push(Override { rule: self.rule.name.clone(), arn, reason });
        let sheet = Sheet::overriding(self.intent.clone(), overrides, moment);
        Reply::Open(Box::new(Dialog::Sheet(Box::new(sheet))), Some(Request::OpenSheet(self.intent.clone())))
    }

    pub(super) fn page(&self, keys: Keys<'_>) -> Page {
        let danger = |text: String| Para::default().add(text, Role::Danger);
        let mut body = vec![
            danger(format!("OVERRIDES the safety rule {}.", self.rule.name)).keep(Keep::Above),
            Para::blank(),
            Para::default().add("It stands in the way because ", Role::Text).add(&self.rule.why, Role::Text),
            Para::default().add("Without an override: ", Role::Muted).add(&self.rule.lift, Role::Muted),
        ];
        if self.others > 0 {
            let more = format!("{} more of the rules will still hold it back.", self.others);
            body.push(Para::default().add(more, Role::LampLook));
        }
        body.extend([
            Para::blank(),
            Para::new("The rule is overridden in this one update and is in force again after it. Nothing is sent here: a sheet of its own follows, which asks for the Region."),
            Para::new("That one Region stays On is never overridden."),
        ]);
        Page { title: "BREAK THE GLASS".to_owned(), body, tail: self.tail(keys), ..Page::default() }
    }

    fn tail(&self, keys: Keys<'_>) -> Vec<Para> {
        let said = Para::default().add(self.said.as_deref().unwrap_or_default(), Role::LampLook);
        match &self.asks {
            Asks::Name(typed) => vec![
                said,
                Para::new("Type the NAME of the rule:  ")
                    .add(typed.text(), Role::Input)
                    .add("_", Role::Input),
                cancel_or(", when it matches; then a reason", keys),
            ],
            Asks::Reason(line) => vec![
                said,
                Para::new("Why:  ").add(line.text(), Role::Input).add("_", Role::Input).hang(6),
                cancel_or(" opens the sheet, with a reason", keys),
            ],
        }
    }
}
