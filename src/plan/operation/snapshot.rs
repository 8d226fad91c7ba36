//! A copy of a cluster snapshot that would expire, on the RDS control plane of its Region (aws-facts section 4).
//!
//! It only adds: nothing here deletes a snapshot.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Danger, Operation, Plane, Write};
use crate::model::topology::{Region, Topology};

/// Copies a snapshot to a manual one in the same Region, which stays until somebody deletes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotCopy {
    /// The store whose cluster it is of.
    pub store: String,
    /// The Region of both.
    pub region: Region,
    /// The snapshot's identifier: `rds:unplanned-global-failover-…`.
    pub source: String,
    /// The copy's identifier, which makes a second copy impossible.
    pub target: String,
}

impl SnapshotCopy {
    /// The copy of a snapshot under its own name, without what marks an automated one.
    #[must_use]
    pub fn of(store: &str, region: &Region, source: &str) -> Self {
        let name = source.strip_prefix("rds:").unwrap_or(source).replace(':', "-");
        Self {
            store: store.to_owned(),
            region: region.clone(),
            source: source.to_owned(),
            target: format!("kept-{name}"),
        }
    }
}

impl Write for SnapshotCopy {
    fn kind(&self) -> &'static str {
        "snapshot.copy"
    }

    fn api(&self) -> &'static str {
        "CopyDBClusterSnapshot"
    }

    /// Nothing is lost and nothing else changes; deleting a snapshot is not offered, so it has no inverse.
    fn danger(&self) -> Danger {
        Danger::Reversible
    }

    fn inverse(&self) -> Option<Operation> {
        None
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.region.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["rds:CopyDBClusterSnapshot"]
    }

    fn cli(&self, _: &Topology) -> String {
        let Self { region, source, target, .. } = self;
        format!(
            "aws rds copy-db-cluster-snapshot --region {region} --source-db-cluster-snapshot-identifier {source} --target-db-cluster-snapshot-identifier {target} --copy-tags"
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        let Self { region, target, .. } = self;
        vec![format!(
            "aws rds describe-db-cluster-snapshots --region {region} --db-cluster-snapshot-identifier {target} --query 'DBClusterSnapshots[0].[Status,PercentProgress]'"
        )]
    }

    fn subject(&self) -> String {
        format!("{} snapshot", self.store)
    }

    fn doing(&self) -> String {
        format!("copying the {} snapshot in {}", self.store, self.region)
    }
}

impl fmt::Display for SnapshotCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "keep the {} snapshot of {}", self.store, self.region)
    }
}
