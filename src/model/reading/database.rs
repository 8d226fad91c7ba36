//! What RDS says of databases that are replicated by their log, and of cluster snapshots.
//!
//! Statuses are open strings: RDS documents no closed list of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The identifier with which the snapshot begins that a failover leaves behind (aws-facts section 4).
pub const LEFT_BEHIND: &str = "rds:unplanned-global-failover-";

/// A database of a store with read replicas, as `DescribeDBClusters` or `DescribeDBInstances` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaReading {
    /// `available`, `promoting`, `modifying`, `rebooting`, …
    pub status: String,
    /// What it copies: an ARN, or an identifier in its own Region. `None` when it stands alone.
    pub source: Option<String>,
    /// What copies it.
    pub replicas: Vec<String>,
    /// Number of instances; a headless cluster cannot serve.
    pub instances: usize,
    /// How the stream goes, of an RDS instance: `replicating`, `error`, `stopped`, …
    pub stream: Option<String>,
}

impl ReplicaReading {
    /// It stands alone and takes writes.
    #[must_use]
    pub fn stands_alone(&self) -> bool {
        self.source.is_none() && self.status == "available"
    }
}

/// The snapshots of a store's cluster in a Region, and what RDS told of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotsReading {
    /// Every snapshot of the cluster, oldest first.
    pub snapshots: Vec<SnapshotReading>,
    /// Events of the last hour, oldest first: when, of which snapshot, what.
    pub told: Vec<(Timestamp, String, String)>,
}

/// One cluster snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotReading {
    /// Its identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// It was made by hand, so it stays; an automated one goes with the backup retention.
    pub manual: bool,
    /// `creating`, `copying`, `available`, …
    pub status: String,
    /// Percent of it that is there.
    pub percent: Option<i32>,
    /// When it was begun.
    pub created: Option<Timestamp>,
    /// The ARN of the snapshot it is a copy of.
    pub source: Option<String>,
}

impl SnapshotReading {
    /// A failover left it behind and nobody made it: it will go.
    #[must_use]
    pub fn is_left_behind(&self) -> bool {
        !self.manual && self.id.starts_with(LEFT_BEHIND)
    }
}
