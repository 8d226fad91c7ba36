//! Whether to leave the program, and what becomes of a run in flight.

use super::buttons::{Buttons, Press};
use super::keys::QUIT;
use super::page::{Page, Para};
use super::{Moment, Reply, Request};
use crate::plan::progress::Progress;
use crate::ui::Mode;
use crate::ui::action::Action;
use crate::ui::keymap::Keys;
use crate::ui::view::Facts;

/// Asks whether to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quit {
    buttons: Buttons,
}

impl Quit {
    /// Opens now.
    #[must_use]
    pub fn new(moment: &Moment<'_>) -> Self {
        Self { buttons: Buttons::new("Stay", "Leave", moment.at()) }
    }

    pub(super) fn on(&mut self, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        match (action, self.buttons.on(action, moment)) {
            // The second Ctrl-C leaves: whoever presses it twice does not want to be asked.
            (Some(Action::Interrupt), _) | (_, Some(Press::Meant)) => Reply::Done(Request::Quit),
            (Some(Action::Back), _) | (_, Some(Press::Harmless)) => Reply::Close,
            _ => Reply::Stay,
        }
    }

    pub(super) fn page(&self, facts: &Facts<'_>, keys: Keys<'_>) -> Page {
        let mut body: Vec<Para> = meaning(facts).into_iter().map(Para::new).collect();
        body.push(Para::new(format!("{}.", keys.sentence(QUIT))));
        Page {
            title: "LEAVE".to_owned(),
            body,
            tail: vec![Para::blank(), self.buttons.para(keys)],
            ..Page::default()
        }
    }
}

fn meaning(facts: &Facts<'_>) -> Vec<String> {
    match (facts.run.filter(|run| run.is_open()), facts.console.mode) {
        (Some(run), _) if facts.console.abroad.is_some() => vec![
            format!("Run {} is another host's; this console only shows it.", run.run.short()),
            "Leaving ends the screen and changes nothing about the run.".to_owned(),
        ],
        (Some(run), _) => match &facts.console.follows {
            Some(by) => vec![
                format!("{by} drives run {}; this console only follows it.", run.run.short()),
                "Leaving ends the screen and changes nothing about the run.".to_owned(),
            ],
            None => run_meaning(run),
        },
        (None, Mode::Armed { .. }) => {
            vec!["Nothing is in flight. This console is disarmed by leaving.".to_owned()]
        }
        (None, _) => vec!["Nothing is in flight.".to_owned()],
    }
}

fn run_meaning(run: &Progress) -> Vec<String> {
    let held = run.held();
    let first = match held.first() {
        Some(step) => format!("Run {} holds at step {step}.", run.run.short()),
        None if run.paused => format!("Run {} is paused.", run.run.short()),
        None => format!("Run {} is in flight.", run.run.short()),
    };
    let then = if held.is_empty() && !run.paused {
        "Leaving ends the screen, not the run: it goes on to its next hold or to its end."
    } else {
        "Leaving changes nothing about it: it stays as it is until it is taken up again."
    };
    vec![first, then.to_owned(), "The journal keeps it; the next start finds it and shows it.".to_owned()]
}
