//! The conch cannot be had just so: say why it is taken over, or why one goes on without the shared table.
//!
//! The reason is typed by a person and goes into the journal; what was asked for is done only with it.

use std::time::Duration;

use jiff::Timestamp;

use super::keys::cancel_or;
use super::line::{BURST, Line, Said};
use super::page::{Page, Para};
use super::{Moment, Reply, Request};
use crate::ui::action::Action;
use crate::ui::key::Input;
use crate::ui::keymap::Keys;
use crate::ui::theme::Role;

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Somebody else has the conch.
    Held,
    /// The shared table does not tell who has it.
    NoAnswer,
    /// The run is in the journal of another host, where nobody drives it any more.
    Abroad,
}

/// How the conch is claimed all the same, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is taken from whoever has it.
    TakeOver(String),
    /// Nobody is asked.
    WithoutTable(String),
    /// A run of another host goes on here, unless somebody there is heard of again.
    TakeRun(String),
}

/// Asks for the reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Claiming {
    obstacle: Obstacle,
    why: String,
    /// Since when it is on the screen; it may come between two inputs.
    opened: Option<Timestamp>,
    line: Option<Line>,
    said: Option<&'static str>,
}

/// What was confirmed is not done after this long: the world moves on.
pub const GOOD_FOR: Duration = Duration::from_mins(2);

impl Claiming {
    /// Opens with the next input or tick; `why` says who has the conch, or what is wrong with the table.
    #[must_use]
    pub fn new(obstacle: Obstacle, why: &str) -> Self {
        Self { obstacle, why: why.to_owned(), opened: None, line: None, said: None }
    }

    pub(super) fn tick(&mut self, moment: &Moment<'_>) -> Reply {
        let opened = *self.opened.get_or_insert(moment.at());
        self.line.get_or_insert_with(|| Line::new(moment.at()));
        if moment.since(opened) >= GOOD_FOR { Reply::Close } else { Reply::Stay }
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        self.opened.get_or_insert(moment.at());
        let line = self.line.get_or_insert_with(|| Line::new(moment.at()));
        self.said = match line.on(input, action, moment.at()) {
            Said::Quiet => return Reply::Stay,
            Said::Given(reason) => {
                let claim = match self.obstacle {
                    Obstacle::Held => Claim::TakeOver(reason),
                    Obstacle::NoAnswer => Claim::WithoutTable(reason),
                    Obstacle::Abroad => Claim::TakeRun(reason),
                };
                return Reply::Done(Request::Claim(claim));
            }
            Said::Nothing => Some("a reason has at least three letters"),
            Said::Burst => Some(BURST),
        };
        Reply::Stay
    }

    pub(super) fn page(&self, keys: Keys<'_>) -> Page {
        let (title, means, enter) = match self.obstacle {
            Obstacle::Held => (
                "TAKE THE CONCH OVER",
                "Whoever has it sends nothing more after its next look at the table. Ask them first, if you can: two \
                 people who act at once make it worse. The reason goes into both journals.",
                ", to take it over",
            ),
            Obstacle::NoAnswer => (
                "GO ON WITHOUT THE SHARED TABLE",
                "Nobody can see that you act, and you cannot see whether somebody else does. Ask aloud before you go \
                 on. The reason goes into the journal.",
                ", to go on without it",
            ),
            Obstacle::Abroad => (
                "TAKE THE RUN OVER",
                "Its journal is copied to this host, what may have left there counts as sent, and it is acted on here \
                 under a new fencing number. If that host is heard of again it sends nothing more. The reason goes into \
                 both journals.",
                ", to take it over",
            ),
        };
        let body = vec![Para::default().add(&self.why, Role::LampLook), Para::blank(), Para::new(means)];
        let text = self.line.as_ref().map_or("", |line| line.text());
        let ask = Para::new("Reason:  ").add(text, Role::Input).add("_", Role::Input).hang(9);
        let said = Para::default().add(self.said.unwrap_or_default(), Role::LampLook);
        let enter = cancel_or(enter, keys);
        Page { title: title.to_owned(), body, tail: vec![Para::blank(), ask, said, enter], ..Page::default() }
    }
}
