//! ARC Region switch plans as a scenario says them; `world::switch` makes ARNs and executions of them.
//! It must never hold what an execution does to a block: that is physics.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A Region switch plan over the first two Regions of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Name, at most 32 characters; the ARN is made from it.
    pub name: String,
    /// `activePassive` or `activeActive`.
    #[serde(default = "approach")]
    pub approach: Approach,
    /// Recovery time objective, minutes.
    #[serde(default = "ten")]
    pub rto: i64,
    /// Time after which an execution is given up.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub limit: Option<Duration>,
    /// Application health alarms by the first part of their name (`canary-success-low`): an execution is over
    /// when that of the activated Region is `OK`.
    #[serde(default)]
    pub health: Vec<String>,
    /// What an execution does.
    pub workflows: Vec<Workflow>,
}

/// How the two Regions share the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approach {
    /// Both serve.
    ActiveActive,
    /// One serves, the other waits.
    ActivePassive,
}

impl Approach {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ActiveActive => "activeActive",
            Self::ActivePassive => "activePassive",
        }
    }
}

fn approach() -> Approach {
    Approach::ActivePassive
}

fn ten() -> i64 {
    10
}

/// Which way a workflow goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Traffic comes to the Region.
    Activate,
    /// Traffic leaves it.
    Deactivate,
}

impl Direction {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
        }
    }
}

/// The steps of one direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Direction.
    pub action: Direction,
    /// The Region it is for; without it for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Steps, one after the other.
    pub steps: Vec<Step>,
}

/// A step of a workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Name, unique in the plan.
    pub name: String,
    /// Time after which it has failed.
    #[serde(default = "timeout", with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub timeout: Duration,
    /// What it does.
    #[serde(flatten)]
    pub block: Block,
}

fn timeout() -> Duration {
    Duration::from_hours(1)
}

/// An execution block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "kebab-case")]
pub enum Block {
    /// Moves the writer of a global database.
    Aurora {
        /// The store.
        store: String,
        /// Whether it fails over also in graceful mode (`failover`), or switches over only.
        #[serde(default)]
        failover: bool,
        /// Whether ungraceful mode fails over.
        #[serde(default = "yes")]
        ungraceful: bool,
    },
    /// Turns the Regions' routing controls in one update.
    RoutingControls {},
    /// Asks for more tasks and waits until they run.
    EcsScaling {
        /// Percent of the tasks of a calm day.
        #[serde(default = "hundred")]
        percent: u32,
    },
    /// Waits for a person with the approval role.
    Approval {},
    /// A Lambda function of one's own.
    Custom {
        /// How long it runs.
        #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
        takes: Duration,
        /// Whether it fails in the end.
        #[serde(default)]
        fails: bool,
        /// Whether ungraceful mode skips it.
        #[serde(default)]
        ungraceful: bool,
    },
    /// Several steps at the same time.
    Parallel {
        /// The steps.
        steps: Vec<Step>,
    },
}

impl Block {
    /// `executionBlockType` on the wire.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Aurora { .. } => "AuroraGlobalDatabase",
            Self::RoutingControls {} => "ARCRoutingControl",
            Self::EcsScaling { .. } => "ECSServiceScaling",
            Self::Approval {} => "ManualApproval",
            Self::Custom { .. } => "CustomActionLambda",
            Self::Parallel { .. } => "Parallel",
        }
    }
}

fn yes() -> bool {
    true
}

fn hundred() -> u32 {
    100
}
