//! Aurora global databases: clusters, members, links with their lag, and the changes of writer that take time.
//! It must never move a role at once: every change walks through its phases in `run_to`.

pub mod change;
pub mod event;
mod lag;
pub(super) mod notice;
mod request;
mod resync;
pub mod snapshot;
mod writes;

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::metric::StatSet;

pub use change::{Change, ChangeKind, Phase};
pub use event::RdsEvent;
pub(super) use lag::Pull;
pub use snapshot::Snapshot;

/// Whether a member follows the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Sync {
    /// It follows.
    Connected,
    /// It has to be rebuilt.
    PendingResync,
}

impl Sync {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::PendingResync => "pending-resync",
        }
    }
}

/// A database instance of a cluster.
#[derive(Clone, Debug, Serialize)]
pub struct DbInstance {
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Availability Zone.
    pub zone: String,
    /// Status word.
    pub status: String,
    /// Whether it writes within its cluster (of a reader Region: would write).
    pub writer: bool,
}

/// A regional cluster.
#[derive(Clone, Debug, Serialize)]
pub struct DbCluster {
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// `DbClusterResourceId`.
    pub resource_id: String,
    /// Index of its Region in `World::regions`.
    pub region: usize,
    /// Status word (`available`, `failing-over`, `promoting`, `inaccessible`).
    pub status: String,
    /// Instances; none is a headless cluster.
    pub instances: Vec<DbInstance>,
    /// Identifier of its global cluster, unless it stands alone.
    pub global: Option<String>,
    /// Whether it can take writes now.
    pub writable: bool,
    /// Created.
    pub created: Timestamp,
}

/// A member of a global cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// ARN of the cluster.
    pub cluster: String,
    /// Index of its Region.
    pub region: usize,
    /// Whether it is the writer.
    pub writer: bool,
    /// Whether it follows.
    pub sync: Sync,
    /// Whether it forwards writes.
    pub forwarding: bool,
    /// Seconds it is behind the writer; 0 for the writer.
    pub lag: f64,
    /// Lag when nothing is wrong, seconds.
    pub base_lag: f64,
    /// When its rebuild ends, while it is rebuilt.
    pub resync_until: Option<Timestamp>,
    /// Its lag in this minute, milliseconds.
    #[serde(skip)]
    pub(super) minute: Option<StatSet>,
}

/// What a failover, a detachment or a promotion left behind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Loss {
    /// When the replication stopped.
    pub at: Timestamp,
    /// Seconds of writes.
    pub seconds: f64,
    /// Orders, for a store that orders are written to.
    pub orders: f64,
    /// Index of the Region whose database goes on writing unfenced, where it may.
    #[serde(skip)]
    pub left: Option<usize>,
}

/// A global database.
#[derive(Clone, Debug, Serialize)]
pub struct GlobalCluster {
    /// Identifier.
    pub id: String,
    /// The word by which a person knows it.
    pub store: String,
    /// ARN.
    pub arn: String,
    /// `GlobalClusterResourceId`.
    pub resource_id: String,
    /// Status word.
    pub status: String,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// Global writer endpoint.
    pub endpoint: String,
    /// Members, the writer among them.
    pub members: Vec<Member>,
    /// The change of writer under way (`FailoverState`).
    pub change: Option<Change>,
    /// Whether an order needs it.
    pub orders: bool,
    /// What failovers threw away.
    pub losses: Vec<Loss>,
}

impl GlobalCluster {
    /// The member that writes.
    #[must_use]
    pub fn writer(&self) -> Option<&Member> {
        self.members.iter().find(|m| m.writer)
    }

    /// The member of a Region.
    #[must_use]
    pub fn member_in(&self, region: usize) -> Option<&Member> {
        self.members.iter().find(|m| m.region == region)
    }
}

/// All of RDS.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Aurora {
    /// Global clusters.
    pub globals: Vec<GlobalCluster>,
    /// Regional clusters.
    pub clusters: Vec<DbCluster>,
    /// Events, oldest first.
    pub events: Vec<RdsEvent>,
    /// Snapshots.
    pub snapshots: Vec<Snapshot>,
    /// How long automated snapshots are kept.
    pub retention: Duration,
    /// Clusters that stand alone from a moment on, by ARN.
    #[serde(skip)]
    pub(super) detaching: Vec<(Timestamp, String)>,
}

impl Aurora {
    /// The global cluster with this identifier.
    #[must_use]
    pub fn global(&self, id: &str) -> Option<&GlobalCluster> {
        self.globals.iter().find(|g| g.id == id)
    }

    /// The regional cluster with this identifier or ARN.
    #[must_use]
    pub fn cluster(&self, id: &str) -> Option<&DbCluster> {
        self.clusters.iter().find(|c| c.arn == id || c.id == id)
    }
}
