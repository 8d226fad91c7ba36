//! Automation: a document that is started, and the signals that a person sends to an execution.
//!
//! What a document does is not known here, so nothing undoes it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Danger, Operation, Plane, Write};
use crate::model::topology::{Region, Topology};
use crate::plan::condition::Condition;

/// Starts an Automation document; its client token makes it safe to send again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsmRun {
    /// The runbook's name in the config.
    pub runbook: String,
    /// The document.
    pub document: String,
    /// The Region whose Automation runs it.
    pub region: Region,
    /// What it is started with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// What it must have brought about, since its own word for it is not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Condition>,
    /// How often it was started before in this step, by a person's decision to try again. It is part of the client
    /// token: a write that got no answer goes again under its token, one that was started ended under another.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub again: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(times: &u32) -> bool {
    *times == 0
}

impl Write for SsmRun {
    fn kind(&self) -> &'static str {
        "ssm.run"
    }

    fn api(&self) -> &'static str {
        "StartAutomationExecution"
    }

    fn danger(&self) -> Danger {
        Danger::Moves
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn telling(&self, handle: &str, say: &Signal) -> Option<Operation> {
        // Automation knows no more than these.
        let known = matches!(
            say,
            Signal::Approve { .. } | Signal::Reject { .. } | Signal::Resume { .. } | Signal::Stop
        );
        known.then(|| {
            Operation::SsmSignal(SsmSignal {
                runbook: self.runbook.clone(),
                region: self.region.clone(),
                execution: handle.to_owned(),
                say: say.clone(),
            })
        })
    }

    fn afresh(&self, started: u32) -> Option<Operation> {
        Some(Operation::SsmRun(Self { again: started, ..self.clone() }))
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.region.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["ssm:StartAutomationExecution", "ssm:GetAutomationExecution", "iam:PassRole"]
    }

    fn cli(&self, _: &Topology) -> String {
        let Self { document, region, parameters, .. } = self;
        let pairs: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let with =
            if pairs.is_empty() { String::new() } else { format!(" --parameters '{}'", pairs.join(",")) };
        format!("aws ssm start-automation-execution --region {region} --document-name {document}{with}")
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        let Self { document, region, .. } = self;
        vec![format!(
            "aws ssm describe-automation-executions --region {region} --filters Key=DocumentNamePrefix,Values={document} --max-results 1"
        )]
    }

    fn subject(&self) -> String {
        self.runbook.clone()
    }

    fn doing(&self) -> String {
        format!("running {} in {}", self.document, self.region)
    }
}

impl fmt::Display for SsmRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {} in {}", self.document, self.region)
    }
}

/// What a person tells something that a step started and that waits for them, or is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Signal {
    /// Yes to the step that waits for approval.
    Approve {
        /// The step that was seen to wait.
        step: String,
    },
    /// No to it.
    Reject {
        /// The step that was seen to wait.
        step: String,
    },
    /// Go on after a pause.
    Resume {
        /// The step that was seen to wait.
        step: String,
    },
    /// Leave a step out that failed.
    Skip {
        /// The step that was seen to have failed.
        step: String,
        /// Why; the service keeps it as its comment.
        reason: String,
    },
    /// Go on ungracefully: a step that failed, or the whole.
    Ungraceful {
        /// The step that was seen to have failed; the whole execution without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
    },
    /// Start no further step.
    Pause,
    /// Cancel the whole execution; what its steps have done stays done.
    Stop,
}

impl Signal {
    /// The step that must be seen to wait before it is sent; `None` for one that needs none.
    #[must_use]
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Approve { step }
            | Self::Reject { step }
            | Self::Resume { step }
            | Self::Skip { step, .. } => Some(step),
            Self::Ungraceful { step } => step.as_deref(),
            Self::Pause | Self::Stop => None,
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approve",
            Self::Reject { .. } => "reject",
            Self::Resume { .. } => "resume",
            Self::Skip { .. } => "skip",
            Self::Ungraceful { .. } => "ungraceful",
            Self::Pause => "pause",
            Self::Stop => "stop",
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        self.step().map_or(Ok(()), |step| write!(f, " {step}"))
    }
}

/// Sends a person's signal to an execution. It is sent once; whether to send it again is for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsmSignal {
    /// The runbook's name in the config.
    pub runbook: String,
    /// The Region.
    pub region: Region,
    /// The execution's id.
    pub execution: String,
    /// What is said.
    pub say: Signal,
}

impl Write for SsmSignal {
    fn kind(&self) -> &'static str {
        "ssm.signal"
    }

    fn api(&self) -> &'static str {
        match self.say {
            Signal::Approve { .. } | Signal::Reject { .. } | Signal::Resume { .. } => "SendAutomationSignal",
            _ => "StopAutomationExecution",
        }
    }

    fn is_aside(&self) -> bool {
        true
    }

    fn danger(&self) -> Danger {
        Danger::Moves
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.region.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["ssm:SendAutomationSignal", "ssm:StopAutomationExecution"]
    }

    fn cli(&self, _: &Topology) -> String {
        let Self { region, execution, say, .. } = self;
        let to = format!("--region {region} --automation-execution-id {execution}");
        match say {
            Signal::Approve { .. } => format!("aws ssm send-automation-signal {to} --signal-type Approve"),
            Signal::Reject { .. } => format!("aws ssm send-automation-signal {to} --signal-type Reject"),
            Signal::Resume { step } => {
                format!("aws ssm send-automation-signal {to} --signal-type Resume --payload StepName={step}")
            }
            // Nothing else is ever told to a runbook.
            _ => format!("aws ssm stop-automation-execution {to} --type Cancel"),
        }
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        let Self { region, execution, .. } = self;
        vec![format!(
            "aws ssm get-automation-execution --region {region} --automation-execution-id {execution}"
        )]
    }

    fn subject(&self) -> String {
        self.runbook.clone()
    }

    fn doing(&self) -> String {
        format!("telling {} to {}", self.runbook, self.say)
    }
}

impl fmt::Display for SsmSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tell {} in {} to {}", self.runbook, self.region, self.say)
    }
}
