//! Every write the program can make, as data: the only place where writes are listed.
//!
//! The sheet words it, the journal stores it, the gate sends it, the docs and the CLI line are made from it.
//! Nothing here sends anything.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::reading::ControlState;
use crate::model::topology::{Region, Topology};

/// One write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Operation {
    /// Sets routing controls in one atomic update (ARC data plane, at most ten entries).
    #[serde(rename = "routing.set")]
    RoutingSet {
        /// Control names and their wanted states.
        entries: Vec<ControlChange>,
    },
    /// Moves a global database's writer with nothing lost; called in the old writer's Region.
    #[serde(rename = "aurora.switchover")]
    AuroraSwitchover(AuroraTarget),
    /// Moves a global database's writer and allows loss; called in the receiving Region.
    #[serde(rename = "aurora.failover")]
    AuroraFailover(AuroraTarget),
}

/// One entry of a routing update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlChange {
    /// The control's name in the config.
    pub control: String,
    /// Its ARN.
    pub arn: String,
    /// Its wanted state.
    pub state: ControlState,
    /// Its state when the plan was made, which is what an undo would set.
    pub was: ControlState,
}

/// The cluster that is to become the writer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuroraTarget {
    /// The store.
    pub store: String,
    /// The global cluster identifier.
    pub global: String,
    /// The Region whose cluster writes now.
    pub from: Region,
    /// The Region whose cluster is to write.
    pub to: Region,
    /// That cluster's ARN.
    pub cluster: String,
}

/// How much an operation can hurt, which decides what must be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// It can be undone by its inverse.
    Reversible,
    /// It cannot be undone by one call, but loses nothing.
    Moves,
    /// It can lose data.
    Loses,
}

/// Which plane of AWS an operation needs, and where that plane lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// ARC's data plane: any of the five cluster endpoints.
    ClusterEndpoints,
    /// A service's own control plane in one Region.
    Control(Region),
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClusterEndpoints => f.write_str("data plane, five endpoints"),
            Self::Control(region) => write!(f, "control plane {region}"),
        }
    }
}

impl Operation {
    /// The kind's name, as playbooks and the journal write it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RoutingSet { .. } => "routing.set",
            Self::AuroraSwitchover(_) => "aurora.switchover",
            Self::AuroraFailover(_) => "aurora.failover",
        }
    }

    /// The AWS API action it calls.
    #[must_use]
    pub fn api(&self) -> &'static str {
        match self {
            Self::RoutingSet { .. } => "UpdateRoutingControlStates",
            Self::AuroraSwitchover(_) => "SwitchoverGlobalCluster",
            Self::AuroraFailover(_) => "FailoverGlobalCluster",
        }
    }

    /// How much it can hurt.
    #[must_use]
    pub fn danger(&self) -> Danger {
        match self {
            Self::RoutingSet { .. } => Danger::Reversible,
            Self::AuroraSwitchover(_) => Danger::Moves,
            Self::AuroraFailover(_) => Danger::Loses,
        }
    }

    /// The operation that undoes it, if one call does.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        match self {
            Self::RoutingSet { entries } => {
                let back = |c: &ControlChange| ControlChange { state: c.was, was: c.state, ..c.clone() };
                Some(Self::RoutingSet { entries: entries.iter().map(back).collect() })
            }
            Self::AuroraSwitchover(_) | Self::AuroraFailover(_) => None,
        }
    }

    /// Sending it twice is the same as sending it once.
    #[must_use]
    pub fn is_idempotent_set(&self) -> bool {
        matches!(self, Self::RoutingSet { .. })
    }

    /// It turns a control On in the same call, so whatever else changes meanwhile, one stays On (law 6).
    #[must_use]
    pub fn turns_one_on(&self) -> bool {
        match self {
            Self::RoutingSet { entries } => entries.iter().any(|c| c.state == ControlState::On),
            Self::AuroraSwitchover(_) | Self::AuroraFailover(_) => false,
        }
    }

    /// The cluster that it makes the writer, if it moves one.
    #[must_use]
    pub fn target(&self) -> Option<&AuroraTarget> {
        match self {
            Self::RoutingSet { .. } => None,
            Self::AuroraSwitchover(target) | Self::AuroraFailover(target) => Some(target),
        }
    }

    /// The plane it needs and where that lives.
    #[must_use]
    pub fn plane(&self) -> Plane {
        match self {
            Self::RoutingSet { .. } => Plane::ClusterEndpoints,
            Self::AuroraSwitchover(target) => Plane::Control(target.from.clone()),
            Self::AuroraFailover(target) => Plane::Control(target.to.clone()),
        }
    }

    /// The IAM actions it needs.
    #[must_use]
    pub fn iam(&self) -> &'static [&'static str] {
        match self {
            Self::RoutingSet { .. } => &["route53-recovery-cluster:UpdateRoutingControlStates"],
            Self::AuroraSwitchover(_) => &["rds:SwitchoverGlobalCluster"],
            Self::AuroraFailover(_) => &["rds:FailoverGlobalCluster"],
        }
    }

    /// The equal AWS CLI line; routing updates name the first endpoint of the config.
    #[must_use]
    pub fn cli(&self, topology: &Topology) -> String {
        match self {
            Self::RoutingSet { entries } => routing_cli(entries, topology),
            Self::AuroraSwitchover(target) => format!(
                "aws rds switchover-global-cluster --region {} --global-cluster-identifier {} --target-db-cluster-identifier {}",
                target.from, target.global, target.cluster
            ),
            Self::AuroraFailover(target) => format!(
                "aws rds failover-global-cluster --region {} --global-cluster-identifier {} --target-db-cluster-identifier {} --allow-data-loss",
                target.to, target.global, target.cluster
            ),
        }
    }
}

fn routing_cli(entries: &[ControlChange], topology: &Topology) -> String {
    let endpoint = topology.routing.as_ref().and_then(|r| r.endpoints.first());
    let at =
        endpoint.map_or_else(String::new, |e| format!(" --region {} --endpoint-url {}", e.region, e.url));
    let list: Vec<String> = entries
        .iter()
        .map(|c| format!("RoutingControlArn={},RoutingControlState={}", c.arn, c.state))
        .collect();
    format!(
        "aws route53-recovery-cluster update-routing-control-states{at} --update-routing-control-state-entries {}",
        list.join(" ")
    )
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoutingSet { entries } => {
                f.write_str("routing ")?;
                for (at, change) in entries.iter().enumerate() {
                    let plus = if at == 0 { "" } else { " + " };
                    write!(f, "{plus}{} {}", change.control, change.state)?;
                }
                Ok(())
            }
            Self::AuroraSwitchover(target) => write!(f, "switch {} over to {}", target.store, target.to),
            Self::AuroraFailover(target) => write!(f, "fail {} over to {}", target.store, target.to),
        }
    }
}
