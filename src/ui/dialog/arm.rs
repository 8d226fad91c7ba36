//! What arming means, asked before it happens; production asks for a reason too.

use super::buttons::{Buttons, Press};
use super::keys;
use super::line::{self, Line, Said};
use super::page::{Page, Para};
use super::{Dialog, Moment, Reply, Request};
use crate::model::verdict;
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::{Context, Keys};
use crate::ui::theme::Role;
use crate::ui::view::Facts;

/// Asks whether to arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    how: How,
    then_act: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    /// A named button is enough.
    Button(Buttons),
    /// A reason must be typed.
    Reason { line: Line, said: Option<&'static str> },
}

impl Arm {
    /// Opens now; whether a reason is asked for depends on the environment.
    #[must_use]
    pub fn new(moment: &Moment<'_>) -> Self {
        let production = verdict::is_production(moment.facts.world);
        let how = if production {
            How::Reason { line: Line::new(moment.at()), said: None }
        } else {
            How::Button(Buttons::new("Cancel", "Arm for 15 minutes", moment.at()))
        };
        Self { how, then_act: false }
    }

    /// The same, on the way to the list of what can be done.
    #[must_use]
    pub fn before_act(moment: &Moment<'_>) -> Self {
        Self { then_act: true, ..Self::new(moment) }
    }

    fn done(&self, reason: String, moment: &Moment<'_>) -> Reply {
        let request = Request::Arm { reason };
        if self.then_act {
            return Reply::Open(Box::new(Dialog::act(moment)), Some(request));
        }
        Reply::Done(request)
    }

    pub(super) fn context(&self) -> Context {
        match self.how {
            How::Button(_) => Context::Buttons,
            How::Reason { .. } => Context::Typing,
        }
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        match &mut self.how {
            How::Button(buttons) => match buttons.on(action, moment) {
                Some(Press::Meant) => self.done(String::new(), moment),
                Some(Press::Harmless) => Reply::Close,
                None => Reply::Stay,
            },
            How::Reason { line, said } => {
                match line.on(input, action, moment.at()) {
                    Said::Given(reason) => return self.done(reason, moment),
                    Said::Nothing => *said = Some("production asks for a reason: a ticket, or a few words"),
                    Said::Burst => *said = Some(line::BURST),
                    Said::Quiet => {}
                }
                Reply::Stay
            }
        }
    }

    pub(super) fn page(&self, facts: &Facts<'_>, keys: Keys<'_>) -> Page {
        let topology = facts.world.topology();
        let body = vec![
            Para::new(format!("Environment {}, workload {}.", topology.environment, topology.workload)),
            Para::blank(),
            Para::new("Armed, this console may open the confirmation sheet of a playbook. Nothing is sent by arming: every write still asks for the receiving Region's name.").hang(0),
            Para::new(format!(
                "It goes back to watching by itself after 15 minutes, or at once with {}.",
                keys.on_panes(Action::Arm)
            )),
            Para::blank(),
        ];
        let tail = match &self.how {
            How::Button(buttons) => vec![buttons.para(keys)],
            How::Reason { line, said } => vec![
                Para::new("Why:  ").add(line.text(), Role::Input).add("_", Role::Input).hang(6),
                Para::default().add(said.unwrap_or_default(), Role::LampLook),
                keys::cancel_in(Role::Text, keys).right(
                    format!("{} arms for 15 minutes, with a reason", keys.spoken(Action::Confirm)),
                    Role::Muted,
                ),
            ],
        };
        Page { title: "ARM".to_owned(), body, tail, ..Page::default() }
    }
}
