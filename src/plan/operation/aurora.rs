//! Moves of a global database's writer, on the RDS control plane of one Region (aws-facts section 4).
//!
//! No call undoes one: the way back is another playbook.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Danger, Plane, Write, WriterMove};
use crate::model::topology::{Region, Topology};

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

impl AuroraTarget {
    fn moves(&self) -> WriterMove<'_> {
        WriterMove { store: &self.store, to: &self.to }
    }

    fn cli_read_back(&self) -> Vec<String> {
        let Self { to, global, .. } = self;
        vec![format!("aws rds describe-global-clusters --region {to} --global-cluster-identifier {global}")]
    }
}

/// A move with nothing lost; called in the Region of the old writer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Switchover(pub AuroraTarget);

impl Write for Switchover {
    fn kind(&self) -> &'static str {
        "aurora.switchover"
    }

    fn api(&self) -> &'static str {
        "SwitchoverGlobalCluster"
    }

    fn danger(&self) -> Danger {
        Danger::Moves
    }

    fn writer(&self) -> Option<WriterMove<'_>> {
        Some(self.0.moves())
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.0.from.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["rds:SwitchoverGlobalCluster"]
    }

    fn cli(&self, _: &Topology) -> String {
        let AuroraTarget { from, global, cluster, .. } = &self.0;
        format!(
            "aws rds switchover-global-cluster --region {from} --global-cluster-identifier {global} --target-db-cluster-identifier {cluster}"
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        self.0.cli_read_back()
    }

    fn subject(&self) -> String {
        self.0.store.clone()
    }

    fn doing(&self) -> String {
        format!("switching {} over to {}", self.0.store, self.0.to)
    }
}

impl fmt::Display for Switchover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "switch {} over to {}", self.0.store, self.0.to)
    }
}

/// A move that allows loss; called in the Region that receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Failover(pub AuroraTarget);

impl Write for Failover {
    fn kind(&self) -> &'static str {
        "aurora.failover"
    }

    fn api(&self) -> &'static str {
        "FailoverGlobalCluster"
    }

    fn danger(&self) -> Danger {
        Danger::Loses
    }

    fn writer(&self) -> Option<WriterMove<'_>> {
        Some(self.0.moves())
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.0.to.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["rds:FailoverGlobalCluster"]
    }

    fn cli(&self, _: &Topology) -> String {
        let AuroraTarget { to, global, cluster, .. } = &self.0;
        format!(
            "aws rds failover-global-cluster --region {to} --global-cluster-identifier {global} --target-db-cluster-identifier {cluster} --allow-data-loss"
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        self.0.cli_read_back()
    }

    fn subject(&self) -> String {
        self.0.store.clone()
    }

    fn doing(&self) -> String {
        format!("promoting {} in {}", self.0.store, self.0.to)
    }
}

impl fmt::Display for Failover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fail {} over to {}", self.0.store, self.0.to)
    }
}
