//! A run that was cut off: look at it first, take it up again, or close it.
//!
//! Looking comes first and has the focus; nothing is chosen by an Enter that was meant for what was there before.

use jiff::Timestamp;

use super::page::{Page, Para};
use super::{Moment, Reply, Request, SETTLE, moved};
use crate::plan::event::RunId;
use crate::plan::progress::Progress;
use crate::ui::action::Action;
use crate::ui::theme::Role;

/// Asks what to do with a run that nobody drives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutOff {
    run: RunId,
    about: String,
    choice: usize,
    opened: Timestamp,
}

/// What can be chosen, and what it means.
const CHOICES: [(&str, &str); 3] = [
    ("Look first", "nothing is sent; `a` asks again"),
    ("Take it up again", "replays the journal, reads the world, then goes on with the confirmed plan"),
    ("Close it", "ends it here; nothing is undone, nothing more is sent"),
];

impl CutOff {
    /// Opens now.
    #[must_use]
    pub fn new(run: &Progress, at: Timestamp) -> Self {
        let intent = &run.plan.intent;
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
        Self { run: run.run.clone(), about, choice: 0, opened: at }
    }

    pub(super) fn on(&mut self, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        match action {
            Some(Action::Choose) if moment.since(self.opened) >= SETTLE => self.chosen(),
            Some(action) => {
                self.choice = moved(self.choice, CHOICES.len(), CHOICES.len(), action);
                Reply::Stay
            }
            None => Reply::Stay,
        }
    }

    fn chosen(&self) -> Reply {
        let run = self.run.clone();
        match self.choice {
            0 => Reply::Close,
            1 => Reply::Done(Request::TakeUp(run)),
            _ => Reply::Done(Request::CloseRun { run, reason: "closed at the next start".to_owned() }),
        }
    }

    pub(super) fn page(&self) -> Page {
        let mut body = vec![Para::new(self.about.clone()), Para::blank()];
        body.extend(CHOICES.iter().enumerate().map(|(at, (word, meaning))| {
            Para::new(if at == self.choice { "▸ " } else { "  " })
                .add(format!("{word}: "), Role::Title)
                .add(*meaning, Role::Text)
                .hang(4)
                .selected(at == self.choice)
        }));
        let tail = vec![Para::blank(), Para::default().add("j k choose, Enter takes it", Role::Muted)];
        Page { title: format!("RUN {} WAS CUT OFF", short(&self.run)), body, tail, ..Page::default() }
    }
}

fn short(run: &RunId) -> &str {
    run.0.get(..4).unwrap_or(&run.0)
}
