//! Detachment of a member from its global database, for when no failover is possible (aws-facts section 4).
//!
//! It fences nobody and takes no snapshot: the old writer may go on, and the topology must be rebuilt by hand.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AuroraTarget, Danger, Plane, Write, WriterMove};
use crate::model::topology::Topology;

/// Makes the target's cluster a writer of its own; called in its Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Detach(pub AuroraTarget);

impl Write for Detach {
    fn kind(&self) -> &'static str {
        "aurora.detach"
    }

    fn api(&self) -> &'static str {
        "RemoveFromGlobalCluster"
    }

    fn danger(&self) -> Danger {
        Danger::Loses
    }

    fn writer(&self) -> Option<WriterMove<'_>> {
        Some(WriterMove { store: &self.0.store, to: &self.0.to })
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.0.to.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["rds:RemoveFromGlobalCluster"]
    }

    fn cli(&self, _: &Topology) -> String {
        let AuroraTarget { to, global, cluster, .. } = &self.0;
        format!(
            "aws rds remove-from-global-cluster --region {to} --global-cluster-identifier {global} --db-cluster-identifier {cluster}"
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        let AuroraTarget { to, cluster, .. } = &self.0;
        let id = cluster.rsplit(':').next().unwrap_or(cluster);
        vec![format!(
            "aws rds describe-db-clusters --region {to} --db-cluster-identifier {id} --query 'DBClusters[0].[Status,GlobalClusterIdentifier]'"
        )]
    }

    fn subject(&self) -> String {
        self.0.store.clone()
    }

    fn doing(&self) -> String {
        format!("detaching {} in {}", self.0.store, self.0.to)
    }
}

impl fmt::Display for Detach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "detach {} in {} from its global database", self.0.store, self.0.to)
    }
}
