//! Where a step stands, in a shape and a word.

use crate::plan::event::{Decision, Outcome};
use crate::plan::progress::{Progress, StepProgress, StepState};
use crate::plan::{Action, Step, StepId};
use crate::ui::Pen;
use crate::ui::theme::Role;

/// Where a step stands.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Stand<'a> {
    /// Its needs are not met.
    Waits(Vec<StepId>),
    /// It may start.
    Ready,
    /// It is under way.
    Active(&'static str, &'a StepProgress),
    /// It ended.
    Ended(Outcome, &'a StepProgress),
}

impl<'a> Stand<'a> {
    pub(in super::super) fn of(run: &'a Progress, step: &Step) -> Self {
        let Some(progress) = run.steps.get(&step.id) else { return Self::Waits(Vec::new()) };
        match &progress.state {
            StepState::Waiting => waits(run, step),
            StepState::Intended => Self::Active(begun(&step.action), progress),
            StepState::Sent => Self::Active("sent", progress),
            StepState::Proving if progress.awaits.is_some() => Self::Active("asks you", progress),
            StepState::Proving => Self::Active("proving", progress),
            StepState::Deciding(decision) => Self::Active(deciding(decision), progress),
            StepState::Done(outcome) => Self::Ended(*outcome, progress),
        }
    }

    pub(in super::super) fn is_held(&self) -> bool {
        matches!(self, Self::Ended(Outcome::Refused | Outcome::Failed | Outcome::Unknown, _))
    }

    pub(in super::super) fn is_done(&self) -> bool {
        matches!(self, Self::Ended(Outcome::Confirmed, _))
    }

    pub(in super::super) fn is_active(&self) -> bool {
        matches!(self, Self::Active(..))
    }

    pub(in super::super) fn is_waiting(&self) -> bool {
        matches!(self, Self::Waits(_) | Self::Ready)
    }

    /// Shape, word and role.
    pub(in super::super) fn look(&self, pen: &Pen<'_>) -> (&'static str, String, Role) {
        let glyphs = pen.glyphs;
        match self {
            Self::Waits(_) => (glyphs.bullet, "waits".to_owned(), Role::Open),
            Self::Ready => (glyphs.bullet, "ready".to_owned(), Role::Open),
            Self::Active(word, _) => (glyphs.running, (*word).to_owned(), Role::Title),
            Self::Ended(outcome, _) => {
                let word = outcome.to_string();
                match outcome {
                    Outcome::Confirmed => (glyphs.check, word, Role::Proved),
                    Outcome::Skipped => (glyphs.dash, word, Role::Muted),
                    Outcome::Refused | Outcome::Failed => (glyphs.bad, word, Role::LampBad),
                    Outcome::Unknown => (glyphs.unknown, word.to_uppercase(), Role::LampUnknown),
                }
            }
        }
    }
}

/// The word for a step that has begun and has sent nothing yet.
fn begun(action: &Action) -> &'static str {
    match action {
        Action::Approve(_) => "asks",
        Action::Note { .. } => "asks you",
        Action::Wait(_) => "watches",
        Action::Operate(_) | Action::Record => "intended",
    }
}

fn waits<'a>(run: &Progress, step: &Step) -> Stand<'a> {
    let done = |id: &&StepId| {
        let state = run.steps.get(*id).map(|s| &s.state);
        matches!(state, Some(StepState::Done(Outcome::Confirmed | Outcome::Skipped)))
    };
    let open: Vec<StepId> = step.needs.iter().filter(|id| !done(id)).copied().collect();
    if open.is_empty() { Stand::Ready } else { Stand::Waits(open) }
}

fn deciding(decision: &Decision) -> &'static str {
    match decision {
        Decision::ReadAgain => "reading",
        Decision::Retry => "retrying",
        Decision::Undo => "undoing",
        Decision::Skip { .. } => "skipping",
        Decision::Tell { .. } => "telling",
        Decision::Abort { .. } => "aborting",
    }
}
