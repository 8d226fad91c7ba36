//! The confirmation sheet: from an intent to a confirmed plan, or to nothing.
//!
//! Reading → asking → checking: it shows what reads made after the key brought, asks for the receiving
//! Region's name, and reads once more at Enter. It never confirms by itself, late, or when the world moved.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::keys::{self, AGAIN, HELD, cancel, cancel_or};
use super::page::{Page, Para};
use super::terms::Terms;
use super::typed::{Typed, Word};
use super::{Dialog, Glass, Moment, Reply, Request, SETTLE, Scroll};
use crate::plan::interlock::{self, Prepared};
use crate::plan::operation::Override;
use crate::plan::rules::Blocker;
use crate::plan::{Intent, Plan};
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::{Context, Keys};
use crate::ui::layout;
use crate::ui::theme::Role;

/// The sheet of one intent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    intent: Intent,
    overrides: Vec<Override>,
    asked: Timestamp,
    stage: Stage,
    /// The stage began between two looks at the clock; the next one says since when it is.
    unstamped: bool,
    scroll: Scroll,
}

/// Where a sheet stands; every stage knows since when, by the operator's clock.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// It waits for reads made after the key.
    Reading {
        /// Since when.
        since: Timestamp,
    },
    /// It shows its terms and waits for the name.
    Asking {
        /// Since when.
        since: Timestamp,
        /// What is agreed to.
        terms: Box<Terms>,
        /// The name so far.
        typed: Typed,
        /// What was wrong with the last try.
        said: Option<String>,
    },
    /// An interlock holds: it shows its terms and cannot be confirmed.
    Held {
        /// Since when.
        since: Timestamp,
        /// What would have been agreed to.
        terms: Box<Terms>,
        /// The safety rules among what holds, which a person may override.
        rules: Vec<Blocker>,
    },
    /// The name was typed; it waits for reads made after Enter.
    Checking {
        /// Since when.
        since: Timestamp,
        /// What was agreed to.
        terms: Box<Terms>,
    },
    /// It is over and nothing was sent.
    Closed {
        /// Since when.
        since: Timestamp,
        /// Why, one line each.
        why: Vec<String>,
    },
}

/// So long the terms may be agreed to.
pub const EXPIRES: Duration = Duration::from_secs(30);

const DISARMED: &str = "this console is no longer armed";

/// So long it waits for its reads.
pub const PATIENCE: Duration = Duration::from_secs(20);

impl Sheet {
    /// Opens now, waiting for its reads.
    #[must_use]
    pub fn new(intent: Intent, moment: &Moment<'_>) -> Self {
        Self::overriding(intent, Vec::new(), moment)
    }

    /// The same for a plan that overrides safety rules which a person named.
    #[must_use]
    pub fn overriding(intent: Intent, overrides: Vec<Override>, moment: &Moment<'_>) -> Self {
        let (asked, stage) = (moment.facts.now, Stage::Reading { since: moment.at() });
        Self { intent, overrides, asked, stage, unstamped: false, scroll: Scroll::default() }
    }

    /// A safety rule holds it back, and may be overridden.
    pub(super) fn offers_glass(&self) -> bool {
        matches!(&self.stage, Stage::Held { rules, .. } if !rules.is_empty())
    }

    /// What it is about.
    #[must_use]
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// Where it stands.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    pub(super) fn context(&self) -> Context {
        match self.stage {
            Stage::Reading { .. } | Stage::Asking { .. } | Stage::Checking { .. } => Context::Typing,
            Stage::Held { .. } | Stage::Closed { .. } => Context::Buttons,
        }
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        self.stamp(moment);
        if let Some(action @ (Action::SheetUp | Action::SheetDown)) = action {
            let page = self.page(moment.at(), moment.keys(self.context()));
            let (lines, room) = super::page::stretch(&page, moment.size());
            self.scroll.on(action, lines, room);
            return Reply::Stay;
        }
        if let Some(refused) = self.expire(moment) {
            return refused;
        }
        match &mut self.stage {
            Stage::Held { .. } | Stage::Closed { .. } if action == Some(Action::StartAgain) => {
                self.again(moment)
            }
            Stage::Held { rules, .. } if action == Some(Action::BreakGlass) => {
                let glass = Glass::new(self.intent.clone(), rules, &self.overrides, moment);
                glass.map_or(Reply::Stay, |glass| Reply::Open(Box::new(Dialog::Glass(Box::new(glass))), None))
            }
            Stage::Held { since, .. } | Stage::Closed { since, .. } => {
                let read = moment.since(*since) >= SETTLE;
                if action == Some(Action::Choose) && read { Reply::Close } else { Reply::Stay }
            }
            Stage::Asking { typed, said, .. } => match typed.on(input, action, moment.at()) {
                Word::Quiet => {
                    if !typed.text().is_empty() {
                        *said = None;
                    }
                    Reply::Stay
                }
                Word::Refused(refusal) => {
                    let why = refusal.to_string();
                    *said = Some(why.clone());
                    match refusal {
                        super::Refusal::Empty => Reply::Stay,
                        _ => Reply::Ask(Request::RefusedConfirmation { intent: self.intent.clone(), why }),
                    }
                }
                Word::Matches => self.check(moment),
            },
            Stage::Reading { .. } | Stage::Checking { .. } => Reply::Stay,
        }
    }

    pub(super) fn tick(&mut self, moment: &Moment<'_>) -> Reply {
        self.stamp(moment);
        let late = |since: &Timestamp| moment.since(*since) >= PATIENCE;
        match &self.stage {
            Stage::Reading { since } if late(since) => {
                self.close(vec!["the reads did not come back in time".to_owned()], moment);
            }
            Stage::Checking { since, .. } if late(since) => {
                return self.refuse(vec!["the world could not be read again in time".to_owned()], moment);
            }
            _ => return self.expire(moment).unwrap_or(Reply::Stay),
        }
        Reply::Stay
    }

    /// Takes what the reads brought; what was planned for another intent, or too early, is left aside.
    pub fn read(&mut self, prepared: Result<Prepared, String>, moment: &Moment<'_>) -> Reply {
        let is_ours = |plan: &Plan| plan.intent == self.intent && plan.made >= self.asked;
        let (world, now) = (moment.facts.world, moment.facts.now);
        let broken = |prepared| interlock::break_glass(prepared, world, &self.overrides, now);
        let prepared = match prepared.and_then(broken) {
            Ok(prepared) if !is_ours(&prepared.plan) => return Reply::Stay,
            Ok(prepared) => prepared,
            Err(why) => {
                self.unstamped = true;
                return self.unplanned(why, moment);
            }
        };
        let newer = Terms::new(prepared, moment.facts);
        self.unstamped = true;
        match &self.stage {
            Stage::Reading { .. } => {
                self.ask(newer, moment);
                Reply::Stay
            }
            Stage::Checking { terms, .. } => {
                let differences = terms.differences(&newer);
                self.release(newer, differences, moment)
            }
            Stage::Asking { .. } | Stage::Held { .. } | Stage::Closed { .. } => Reply::Stay,
        }
    }

    fn unplanned(&mut self, why: String, moment: &Moment<'_>) -> Reply {
        match self.stage {
            Stage::Reading { .. } => {
                self.close(vec![why], moment);
                Reply::Stay
            }
            Stage::Checking { .. } => self.refuse(vec![why], moment),
            _ => Reply::Stay,
        }
    }

    fn ask(&mut self, terms: Terms, moment: &Moment<'_>) {
        let (since, terms) = (moment.at(), Box::new(terms));
        self.stage = if terms.is_held() {
            let rules = interlock::overridable(moment.facts.world, &terms.prepared.plan, moment.facts.now);
            Stage::Held { since, terms, rules }
        } else {
            let typed = Typed::new(self.intent.to.as_str(), since);
            Stage::Asking { since, terms, typed, said: None }
        };
    }

    fn check(&mut self, moment: &Moment<'_>) -> Reply {
        if !moment.is_armed() {
            return self.refuse(vec![DISARMED.to_owned()], moment);
        }
        let Stage::Asking { terms, said, .. } = &mut self.stage else { return Reply::Stay };
        let size = moment.size();
        if layout::Size::of(Rect::new(0, 0, size.width, size.height)) == layout::Size::Words {
            let why = "this screen is too small to show what is confirmed; make it 60 by 15 or larger";
            *said = Some(why.to_owned());
            let intent = self.intent.clone();
            return Reply::Ask(Request::RefusedConfirmation { intent, why: why.to_owned() });
        }
        self.asked = moment.facts.now;
        self.stage = Stage::Checking { since: moment.at(), terms: terms.clone() };
        Reply::Ask(Request::Recheck(self.intent.clone()))
    }

    fn release(&mut self, newer: Terms, mut differences: Vec<String>, moment: &Moment<'_>) -> Reply {
        if !moment.is_armed() {
            differences.push(DISARMED.to_owned());
        }
        if newer.is_held() && differences.is_empty() {
            differences.push("an interlock holds".to_owned());
        }
        if !differences.is_empty() {
            return self.refuse(differences, moment);
        }
        let intent = self.intent.clone();
        Reply::Done(Request::Confirm { intent, plan: newer.prepared.plan, reason: String::new() })
    }

    /// The same sheet anew: what held it may have passed.
    fn again(&mut self, moment: &Moment<'_>) -> Reply {
        if !moment.is_armed() {
            self.close(vec![DISARMED.to_owned()], moment);
            return Reply::Stay;
        }
        *self = Self::overriding(self.intent.clone(), std::mem::take(&mut self.overrides), moment);
        Reply::Ask(Request::OpenSheet(self.intent.clone()))
    }

    /// Closes, and has the refusal journaled.
    fn refuse(&mut self, why: Vec<String>, moment: &Moment<'_>) -> Reply {
        let said = why.join("; ");
        self.close(why, moment);
        Reply::Ask(Request::RefusedConfirmation { intent: self.intent.clone(), why: said })
    }

    fn close(&mut self, why: Vec<String>, moment: &Moment<'_>) {
        self.stage = Stage::Closed { since: moment.at(), why };
        self.scroll = Scroll::default();
    }

    /// Reads come back at any time, but the operator's clock is known only with an input or a tick; whatever
    /// they brought is on the screen since then, and not since before.
    fn stamp(&mut self, moment: &Moment<'_>) {
        if !std::mem::take(&mut self.unstamped) {
            return;
        }
        let now = moment.at();
        match &mut self.stage {
            Stage::Asking { since, typed, .. } => {
                *since = now;
                *typed = Typed::new(self.intent.to.as_str(), now);
            }
            Stage::Reading { .. } | Stage::Checking { .. } => {}
            Stage::Held { since, .. } | Stage::Closed { since, .. } => *since = now,
        }
    }

    /// What it showed is too old to be agreed to; that nobody agreed in time is written down.
    fn expire(&mut self, moment: &Moment<'_>) -> Option<Reply> {
        let Stage::Asking { since, .. } = &self.stage else { return None };
        if moment.since(*since) < EXPIRES {
            return None;
        }
        let seconds = EXPIRES.as_secs();
        Some(self.refuse(vec![format!("it expired: what it showed is more than {seconds} s old")], moment))
    }

    pub(super) fn page(&self, at: Timestamp, keys: Keys<'_>) -> Page {
        Page {
            title: self.title(),
            note: self.note(at),
            body: self.body(),
            tail: self.tail(keys),
            scroll: self.scroll,
            ..Page::default()
        }
    }

    fn title(&self) -> String {
        let Intent { playbook, from, to } = &self.intent;
        let glass = if self.overrides.is_empty() { "" } else { "  OVERRIDING A SAFETY RULE" };
        format!("{}  {from} → {to}{glass}", playbook.verb())
    }

    fn note(&self, at: Timestamp) -> String {
        let ran = |since: &Timestamp| Duration::try_from(at.duration_since(*since)).unwrap_or_default();
        match &self.stage {
            Stage::Reading { since } => format!("reading, {} s", ran(since).as_secs()),
            Stage::Asking { since, .. } => {
                let left = EXPIRES.saturating_sub(ran(since));
                format!("expires in {} s", left.as_millis().div_ceil(1000))
            }
            Stage::Held { .. } => "cannot be confirmed".to_owned(),
            Stage::Checking { since, .. } => format!("reading again, {} s", ran(since).as_secs()),
            Stage::Closed { .. } => "closed".to_owned(),
        }
    }

    fn body(&self) -> Vec<Para> {
        match &self.stage {
            Stage::Reading { .. } => vec![
                Para::new("Reading the world afresh: everything that the plan depends on."),
                Para::default()
                    .add("Nothing is shown that was read before the key was pressed.", Role::Muted),
            ],
            Stage::Asking { terms, .. } | Stage::Held { terms, .. } | Stage::Checking { terms, .. } => {
                terms.paras()
            }
            Stage::Closed { why, .. } => {
                let mut paras = vec![Para::new("Nothing was sent."), Para::blank()];
                let reasons =
                    why.iter().map(|why| Para::default().add("■ ", Role::LampBad).add(why, Role::Text));
                paras.extend(reasons.map(|para| para.hang(2)));
                paras
            }
        }
    }

    fn tail(&self, keys: Keys<'_>) -> Vec<Para> {
        match &self.stage {
            Stage::Reading { .. } => vec![Para::blank(), cancel(keys)],
            Stage::Asking { typed, said, .. } => asking(typed, said.as_deref(), keys),
            Stage::Held { terms, .. } => {
                let ways = keys.sentence(if self.offers_glass() { HELD } else { AGAIN });
                let cancel = cancel(keys).right(ways, Role::Muted);
                vec![Para::blank(), Para::default().add(held(terms), Role::Danger), cancel]
            }
            Stage::Checking { .. } => vec![
                Para::blank(),
                Para::new("The name is right. Reading once more before anything is sent."),
                cancel(keys),
            ],
            Stage::Closed { .. } => {
                let close = Para::default().add("[ Close ]", Role::Selection);
                vec![Para::blank(), close.right(keys.sentence(AGAIN), Role::Muted)]
            }
        }
    }
}

fn asking(typed: &Typed, said: Option<&str>, keys: Keys<'_>) -> Vec<Para> {
    let name =
        Para::new("Type the Region that RECEIVES:  ").add(typed.text(), Role::Input).add("_", Role::Input);
    let enter = if typed.matches() {
        let confirms = format!("{} confirms", keys.spoken(Action::Confirm));
        keys::cancel_in(Role::Text, keys).right(confirms, Role::Danger)
    } else {
        cancel_or(", when it matches", keys)
    };
    let said = Para::default().add(said.unwrap_or_default(), Role::LampLook);
    vec![said, name, enter]
}

fn held(terms: &Terms) -> String {
    match terms.holds() {
        1 => "This cannot be confirmed: an interlock holds (■). Nothing is sent.".to_owned(),
        holds => format!("This cannot be confirmed: {holds} interlocks hold (■). Nothing is sent."),
    }
}
