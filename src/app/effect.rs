//! What must happen outside of the console's state; the runtime performs it, and what came of it comes back as an event.

use super::{Attempt, Ticket};
use crate::model::reading::Source;
use crate::plan::event::{Decision, RunId};
use crate::plan::{Intent, Plan, StepId};
use crate::ui::clip::Clip;
use crate::ui::dialog::{Ask, Claim};

/// What must happen outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read these sources now; their observations come back as usual, then [`super::Event::ReadsDone`] with the ticket.
    Read(Ticket, Vec<Source>),
    /// Run this plan.
    Start {
        /// The plan, as confirmed.
        plan: Box<Plan>,
        /// Why.
        reason: String,
    },
    /// Hand the run a decision about a held step.
    Decide {
        /// Which step.
        step: StepId,
        /// What was decided.
        decision: Decision,
    },
    /// Take up a run that was cut off.
    TakeUp(RunId),
    /// Close a run that was cut off.
    Close {
        /// Which.
        run: RunId,
        /// Why.
        reason: String,
    },
    /// Start no new step of the run.
    Pause,
    /// Start its steps again.
    Resume,
    /// Hand the run the approval of a second person.
    Approve {
        /// Which step.
        step: StepId,
        /// The version of the plan that was approved.
        version: String,
    },
    /// Tell the run that something was done by hand.
    Tick {
        /// Which step.
        step: StepId,
    },
    /// Write a note about the run that is shown.
    Note {
        /// Which run.
        run: RunId,
        /// What.
        text: String,
    },
    /// Write down that a confirmation was refused before any call.
    Refuse {
        /// What was asked for.
        intent: Intent,
        /// Why it was refused.
        why: String,
    },
    /// Perform another effect under a claim to the conch.
    Claim {
        /// Which.
        effect: Box<Effect>,
        /// By what claim.
        claim: Claim,
    },
    /// Go on with a sign-in on the side; what comes of it is told as [`super::Event::SignIn`] with the attempt.
    SignIn(Attempt, Ask),
    /// Put a text on the operator's clipboard.
    Copy(Clip),
    /// Draw in another theme.
    Theme(String),
    /// Listen to the mouse, or do not.
    Mouse(bool),
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// Leave the program.
    Quit,
}
