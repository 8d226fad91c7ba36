//! FIS experiment templates as a scenario says them; `world::fis` makes ids and effects of them.
//! It must never name a resource: targets are found by their tags when an experiment starts, and may be none.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sim::fault::Fault;

/// An experiment template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Its `Name` tag; the id is made from it.
    pub name: String,
    /// The Region whose FIS has it.
    pub region: String,
    /// What it is for, in words.
    #[serde(default)]
    pub about: String,
    /// What becomes of an action whose target resolves to nothing.
    #[serde(default)]
    pub empty: Empty,
    /// Alarms of that Region, by name, which stop it.
    #[serde(default)]
    pub stop: Vec<String>,
    /// What it does.
    pub actions: Vec<Action>,
}

/// `emptyTargetResolutionMode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Empty {
    /// The experiment fails.
    #[default]
    Fail,
    /// The action is skipped.
    Skip,
}

impl Empty {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// One action of a template, with its own target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its name; its target has the same.
    pub name: String,
    /// Action id (`aws:network:route-table-disrupt-cross-region-connectivity`).
    pub action: String,
    /// Actions that end before it starts; none, and it starts at once.
    #[serde(default)]
    pub after: Vec<String>,
    /// How long its effect holds; an action without it acts once.
    #[serde(
        rename = "for",
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub lasts: Option<Duration>,
    /// Resource type of its target (`aws:ecs:task`); an action without it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Tags that the target's resources bear.
    #[serde(default = "armed")]
    pub tags: BTreeMap<String, String>,
    /// The other Region, of an action between Regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How much of the target it hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<f64>,
    /// What it comes to, of an action that runs somebody's own automation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// The tag of the guidance.
fn armed() -> BTreeMap<String, String> {
    BTreeMap::from([("ChaosAllowed".to_owned(), "true".to_owned())])
}

/// Resource types that bear `ChaosAllowed=true` unless a scenario says otherwise.
pub(super) fn usual_tagged() -> Vec<String> {
    ["aws:ec2:subnet", "aws:dynamodb:global-table", "aws:ecs:task", "aws:rds:cluster"]
        .map(str::to_owned)
        .to_vec()
}
