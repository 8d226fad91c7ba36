//! What may happen in a run: the events of the journal, a closed set.
//!
//! State is only ever rebuilt from these, live and after a crash, by [`super::progress::Progress::apply`].
//! An event says what happened and never what to do next.

mod decision;
mod pause;
mod right;
mod start;
mod words;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::operation::Operation;
use super::{Plan, Rung, StepId};
use crate::model::reading::Trouble;
use crate::model::verdict::{AtRisk, Missed};

pub use decision::{Awaited, Decision};
pub use pause::Pause;
pub use right::Right;
pub use start::Start;
pub use words::{behind_text, line, links, missed_text};

/// A run's name: eight hex digits, of which the screen shows four.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub String);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number in the whole journal, from 1 without gaps.
    pub seq: u64,
    /// The run it belongs to.
    pub run: RunId,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// Hash of the line before it, hex.
    pub previous: String,
    /// Hash of this line, hex.
    pub hash: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A confirmation was refused before any call: wrong name, expired, the world moved.
    ConfirmationRefused {
        /// What was asked for.
        intent: super::Intent,
        /// Why it was refused.
        why: String,
        /// Who asked.
        who: String,
    },
    /// A plan was confirmed and its run began.
    Started {
        /// The whole plan, as confirmed.
        plan: Plan,
        /// Who, where and why.
        start: Start,
    },
    /// A step's work was decided; nothing has left yet.
    Intended {
        /// Which step.
        step: StepId,
        /// From 1.
        attempt: u32,
        /// The write, if the step makes one.
        operation: Option<Operation>,
        /// Where it will be sent, in words: `us-west-2`, `cluster endpoint eu-west-1`.
        endpoint: String,
    },
    /// The step's write is handed to the wire after this line is on disk.
    Sent {
        /// Which step.
        step: StepId,
        /// Which attempt.
        attempt: u32,
        /// The fencing number of whoever sends it, where bastions share a table.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fence: Option<u64>,
    },
    /// The answer to a write, or that none came.
    Answered {
        /// Which step.
        step: StepId,
        /// Which attempt.
        attempt: u32,
        /// What was answered.
        answer: Answer,
    },
    /// The world already was as the step wants it; nothing was sent.
    AlreadySo {
        /// Which step.
        step: StepId,
        /// What showed it.
        evidence: String,
    },
    /// A rung was proved, was lost again, or cannot be seen.
    Climbed {
        /// Which step.
        step: StepId,
        /// Which rung.
        rung: Rung,
        /// What became of it.
        state: RungState,
        /// What shows it, with its own time where it has one.
        evidence: String,
    },
    /// Lag and orders at risk, frozen.
    Recorded {
        /// Which step.
        step: StepId,
        /// Orders at risk, if they could be known.
        at_risk: Option<AtRisk>,
        /// Every link in words: `orders us-east-1→us-west-2 8.9s`.
        links: Vec<String>,
    },
    /// What a step waited for holds.
    Met {
        /// Which step.
        step: StepId,
        /// What shows it.
        evidence: String,
    },
    /// A second person gave their word.
    Approved {
        /// Which step.
        step: StepId,
        /// Who.
        who: String,
        /// From which host.
        host: String,
        /// The version of the plan that they had before them.
        version: String,
    },
    /// A person did what a note asks for.
    Ticked {
        /// Which step.
        step: StepId,
        /// Who.
        who: String,
    },
    /// Something the service tells about a step on its way, such as an RDS event.
    Told {
        /// Which step.
        step: StepId,
        /// When it happened, by the service's clock.
        when: Timestamp,
        /// Its words.
        text: String,
    },
    /// What a step started waits for a person, or does so no more.
    Awaits {
        /// Which step.
        step: StepId,
        /// At what; `None` when it goes on.
        at: Option<Awaited>,
    },
    /// A step ended, for now or for good.
    Ended {
        /// Which step.
        step: StepId,
        /// How.
        outcome: Outcome,
        /// Why, for the operator.
        why: String,
    },
    /// A person decided about a held step.
    Decided {
        /// Which step.
        step: StepId,
        /// What.
        decision: Decision,
        /// Who.
        who: String,
    },
    /// Nothing new starts until it is resumed.
    Paused {
        /// Who; the run itself where nobody did.
        who: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Pause::is_asked")]
        why: Pause,
    },
    /// Steps start again after a pause. Before there was [`Event::TakenUp`] it was written for that too, and then it
    /// ended a pause as well.
    Resumed {
        /// Who.
        who: String,
    },
    /// Another process drives the run from here on: the one that did was cut off, or left it at a hold. A pause stays.
    TakenUp {
        /// Who.
        who: String,
    },
    /// By what right the run acts from here on, where bastions share a table.
    Conch {
        /// Who acts.
        who: String,
        /// From which host.
        host: String,
        /// By what right.
        right: Right,
    },
    /// The run was taken over from another host; the lines before this one are copies of its lines.
    Adopted {
        /// Who took it over.
        who: String,
        /// To which host.
        host: String,
        /// From whom.
        from: String,
        /// Why.
        reason: String,
        /// How many lines were copied,
        lines: u64,
        /// and the hash of the last of them in the other host's journal.
        hash: String,
    },
    /// A note for the record.
    Noted {
        /// Who.
        who: String,
        /// The text.
        text: String,
    },
    /// What the incident cost, by the orders that were measured; written just before the run is closed.
    Counted {
        /// Orders that did not come while the workload was ill, if that can be known.
        missed: Option<Missed>,
        /// Orders that were written before a writer was moved with loss, and had not replicated then.
        behind: Option<AtRisk>,
    },
    /// The run is over.
    Closed {
        /// How.
        end: End,
        /// In one sentence.
        summary: String,
    },
}

impl RunId {
    /// The four digits that the screen shows.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..4).unwrap_or(&self.0)
    }
}

/// What came back from a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The service said yes, which is not proof that it happened.
    Accepted {
        /// The endpoint that said so.
        endpoint: String,
        /// Its request id.
        request_id: Option<String>,
        /// What it named the thing that the write started: a change, an execution, an experiment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handle: Option<String>,
    },
    /// The service said no: nothing happened.
    Refused {
        /// The service's error code.
        code: String,
        /// Why, with the service's words.
        trouble: Trouble,
    },
    /// It could not be sent: nothing happened.
    NotSent {
        /// Why.
        trouble: Trouble,
    },
    /// It left and no answer came: it may have happened.
    Lost {
        /// What was seen instead of an answer.
        trouble: Trouble,
    },
}

/// What became of a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RungState {
    /// Not there yet.
    Open,
    /// The world shows it.
    Proved,
    /// It cannot be seen now, and why is in the evidence; a higher rung may still be proved.
    Blind,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The world shows it at the rung the plan names.
    Confirmed,
    /// A service, a rule or an interlock said no; nothing happened.
    Refused,
    /// It could not be done; nothing happened.
    Failed,
    /// It may have happened; what depends on it is locked.
    Unknown,
    /// A person skipped it with a reason.
    Skipped,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }

    /// It holds what depends on it until a person decides.
    #[must_use]
    pub fn needs_a_person(self) -> bool {
        matches!(self, Self::Refused | Self::Failed | Self::Unknown)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Every step confirmed.
    Confirmed,
    /// Every step confirmed or skipped by a person, at least one skipped.
    ConfirmedWithSkips,
    /// A person ended it.
    Aborted,
}

impl Event {
    /// The step it is about, if it is about one.
    #[must_use]
    pub fn step(&self) -> Option<StepId> {
        match self {
            Self::Intended { step, .. }
            | Self::Sent { step, .. }
            | Self::Answered { step, .. }
            | Self::AlreadySo { step, .. }
            | Self::Climbed { step, .. }
            | Self::Recorded { step, .. }
            | Self::Met { step, .. }
            | Self::Approved { step, .. }
            | Self::Ticked { step, .. }
            | Self::Told { step, .. }
            | Self::Awaits { step, .. }
            | Self::Ended { step, .. }
            | Self::Decided { step, .. } => Some(*step),
            Self::ConfirmationRefused { .. }
            | Self::Started { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::TakenUp { .. }
            | Self::Conch { .. }
            | Self::Adopted { .. }
            | Self::Noted { .. }
            | Self::Counted { .. }
            | Self::Closed { .. } => None,
        }
    }
}

impl Answer {
    /// The trouble it tells of; none when it was accepted.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Accepted { .. } => None,
            Self::Refused { trouble, .. } | Self::NotSent { trouble } | Self::Lost { trouble } => {
                Some(trouble)
            }
        }
    }
}
