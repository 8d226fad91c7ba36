//! What a person may decide in a run, and where something that a step started waits for one.
//!
//! A decision says what was decided and never does it.

use serde::{Deserialize, Serialize};

use crate::model::topology::Region;
use crate::plan::operation::Signal;

/// Where something that a step started waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The name of its own step.
    pub step: String,
    /// It is a pause that is to be resumed; otherwise it is to be approved or rejected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pause: bool,
    /// It failed, and is to be left out or done ungracefully.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// What the service calls it, where no answer said so and a reading does: without a name nobody can be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

impl Awaited {
    /// What a person may say to it.
    #[must_use]
    pub fn answers(&self) -> Vec<Signal> {
        let step = || self.step.clone();
        if self.failed {
            let skip = Signal::Skip { step: step(), reason: String::new() };
            vec![skip, Signal::Ungraceful { step: Some(step()) }, Signal::Stop]
        } else if self.pause {
            vec![Signal::Resume { step: step() }, Signal::Stop]
        } else {
            vec![Signal::Approve { step: step() }, Signal::Reject { step: step() }, Signal::Stop]
        }
    }
}

/// What a person may decide about a held step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// Read the world again; nothing is sent.
    ReadAgain,
    /// Try the write again.
    Retry,
    /// Send the inverse; only for steps that have one.
    Undo,
    /// Go on without it.
    Skip {
        /// Why.
        reason: String,
        /// The name of the receiving Region, where it was typed: traffic may move there although its writer has not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        typed: Option<Region>,
    },
    /// Tell what the step started, such as a runbook that waits to be approved; the step goes on being proved. It is
    /// a write of its own, beside the step's.
    Tell {
        /// What is said.
        say: Signal,
    },
    /// End the run here; what is on its way is not stopped.
    Abort {
        /// Why.
        reason: String,
    },
}
