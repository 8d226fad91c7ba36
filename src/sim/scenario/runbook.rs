//! An Automation document as a scenario declares it: its steps, how long each takes, and what it really does.
//! It must never say that a runbook lies: it lies by having steps that end well and no effect.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sim::world::arc::ControlState;

/// A document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runbook {
    /// Name of the document.
    pub document: String,
    /// Regions that have it; all when none is named.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Its parameters with their defaults; one without a default is `""` and must be given.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Its steps, in their order.
    pub steps: Vec<RunbookStep>,
    /// How the written configuration declares it; left out, it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
}

/// A runbook in the written configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Its name there.
    pub name: String,
    /// The Region that runs it.
    pub region: String,
    /// A failover to that Region starts it.
    #[serde(default)]
    pub failover: bool,
    /// Tasks that must run in that Region after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<u32>,
}

/// A step of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookStep {
    /// Name.
    pub name: String,
    /// The action (`aws:approve`, `aws:pause`, `aws:sleep`, `aws:executeAwsApi`, …).
    pub action: String,
    /// How long it takes; those that wait for a person take as long as that.
    #[serde(default = "takes", with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub takes: Duration,
    /// When it gives up waiting for a person.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub timeout: Option<Duration>,
    /// What it changes in the world when it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// It fails, with these words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<String>,
}

const fn takes() -> Duration {
    Duration::from_secs(5)
}

impl RunbookStep {
    /// Whether it waits for a signal.
    #[must_use]
    pub fn waits_for_a_person(&self) -> bool {
        matches!(self.action.as_str(), "aws:approve" | "aws:pause")
    }
}

/// What a step changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// The desired count of a Region's ECS service.
    Scale {
        /// The Region.
        region: String,
        /// Tasks.
        tasks: u32,
    },
    /// A routing control.
    Control {
        /// Name of the control.
        name: String,
        /// State.
        state: ControlState,
    },
}
