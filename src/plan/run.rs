//! Drives a plan: decides what is next, writes the journal line, then lets the actuator send.
//!
//! It speaks to AWS and to the disk only through [`Actuator`] and [`Ledger`], and nothing in it undoes itself:
//! on anything but a confirmed step it holds and waits for a person.

mod ask;
mod drive;
mod leave;
mod open;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StepId;
use super::event::{Answer, Decision, Entry, Event, Right, RunId};
use super::operation::Operation;
use super::progress::{IllegalEvent, Progress};
use crate::model::reading::{Observation, Source};
use crate::model::topology::Workload;

pub use ask::{Ask, AskId, Asked, Inbox, Outbox, Reply};
pub use drive::{Ports, WhenHeld, drive};
pub use leave::{Departure, Leave};
pub use open::{by_right, close, close_unread, refuse, resume, start, take_up};

/// A host's clock that is set back by less is not worth a line: it is kept in step by small changes.
const SET_BACK: Duration = Duration::from_secs(2);

/// A boxed future that can cross threads.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The hands of a run: sends a write, reads a source afresh.
pub trait Actuator: Send + Sync {
    /// Where the next attempt at this operation would go, in words for the journal.
    fn endpoint(&self, operation: &Operation, attempt: u32) -> String;

    /// Whether a write may leave now. Where nobody else could act, it may.
    fn leave(&self, _departure: Departure) -> Boxed<'static, Leave> {
        Box::pin(std::future::ready(Leave::Go { fence: None }))
    }

    /// Sends one write once. `receipt` shows that its `Sent` line is on disk; there is no other way to write.
    fn send<'a>(&'a self, operation: &'a Operation, receipt: &'a Receipt) -> Boxed<'a, Answer>;

    /// Reads one source now, regardless of its cadence.
    fn look<'a>(&'a self, source: &'a Source) -> Boxed<'a, Observation>;
}

/// The journal as a run sees it.
pub trait Ledger: Send {
    /// Writes one line and returns once it is on disk.
    ///
    /// # Errors
    /// When the line could not be made durable; then nothing may be sent.
    fn append(&mut self, run: &RunId, at: Timestamp, event: &Event) -> Result<Receipt, LedgerError>;

    /// The lines of one run, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read or its chain is broken.
    fn entries(&self, run: &RunId) -> Result<Vec<Entry>, LedgerError>;
}

/// A journal line that is on disk.
#[derive(Clone, Debug)]
pub struct Receipt {
    entry: Entry,
    workload: Workload,
}

impl Receipt {
    /// Only a ledger may say that a line is on disk.
    pub(crate) fn for_entry(entry: Entry) -> Self {
        Self { entry, workload: Workload::default() }
    }

    /// The same with the workload that the run's plan is for.
    #[must_use]
    pub fn planned_for(self, workload: Workload) -> Self {
        Self { workload, ..self }
    }

    /// The workload that the run's plan is for.
    #[must_use]
    pub fn workload(&self) -> &Workload {
        &self.workload
    }

    /// The line.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }
}

/// Why the journal could not be written or read, in words for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}. {next}")]
pub struct LedgerError {
    /// What was tried, with the file.
    pub what: String,
    /// What went wrong.
    pub why: String,
    /// What the operator can do.
    pub next: String,
}

/// What a person may ask of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Command {
    /// Decide about a held step.
    Decide {
        /// Which step.
        step: StepId,
        /// What.
        decision: Decision,
        /// Who.
        who: String,
    },
    /// Start nothing new.
    Pause {
        /// Who.
        who: String,
    },
    /// Start again.
    Resume {
        /// Who.
        who: String,
    },
    /// Approve a step that waits for a second person.
    Approve {
        /// Which step.
        step: StepId,
        /// The version of the plan that they had before them; another is refused.
        version: String,
        /// Who.
        who: String,
        /// From which host.
        host: String,
    },
    /// Say that what a step asks for was done by hand.
    Tick {
        /// Which step.
        step: StepId,
        /// Who.
        who: String,
    },
    /// Put a note into the journal.
    Note {
        /// Who.
        who: String,
        /// The text.
        text: String,
    },
    /// Note by what right the run acts from now on. Only the driver's own process may say so.
    #[serde(skip)]
    Act {
        /// Who.
        who: String,
        /// From which host.
        host: String,
        /// By what right.
        right: Right,
    },
    /// Nobody watches any more: from now on a run that needs a person returns, still open. Only the driver's own
    /// process may say so.
    #[serde(skip)]
    Leave,
    /// End the run, also while nothing is held; what is on its way is not stopped.
    Abort {
        /// Who.
        who: String,
        /// Why.
        reason: String,
    },
}

impl Command {
    /// Who asks; nobody where a console only leaves.
    #[must_use]
    pub fn who(&self) -> &str {
        match self {
            Self::Decide { who, .. }
            | Self::Pause { who }
            | Self::Resume { who }
            | Self::Approve { who, .. }
            | Self::Tick { who, .. }
            | Self::Note { who, .. }
            | Self::Act { who, .. }
            | Self::Abort { who, .. } => who,
            Self::Leave => "",
        }
    }

    /// The one word for it: `pause`, `retry`, `abort`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Decide { decision, .. } => decision.word(),
            Self::Pause { .. } => "pause",
            Self::Resume { .. } => "resume",
            Self::Approve { .. } => "approve",
            Self::Tick { .. } => "tick",
            Self::Note { .. } => "note",
            Self::Act { .. } => "conch",
            Self::Leave => "leave",
            Self::Abort { .. } => "abort",
        }
    }
}

/// Why a run stopped before its end; its journal can be replayed and the run taken up again.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The journal could not be written, so nothing more was sent.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// An event that cannot follow: the journal is another program's, or this one is wrong.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
}

/// A run that stopped before its end, as far as its journal tells.
#[derive(Debug, thiserror::Error)]
#[error("{stop}")]
pub struct Stopped {
    /// Where it stood.
    pub progress: Box<Progress>,
    /// Why it stopped.
    #[source]
    pub stop: Stop,
}
