//! Promotion of a read replica in another Region, on the RDS control plane of that Region (aws-facts section 4).
//!
//! Nothing makes it a replica again: the way back is to build one anew the other way round.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Danger, Plane, Write, WriterMove};
use crate::model::topology::{Region, ReplicaEngine, Topology};

/// Cuts a replica off its source, restarts it and lets it take writes; the source is not told and not fenced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promote {
    /// The store.
    pub store: String,
    /// What its databases are.
    pub engine: ReplicaEngine,
    /// The Region whose database it copies.
    pub from: Region,
    /// The Region of the replica.
    pub to: Region,
    /// The replica's ARN.
    pub database: String,
    /// Writes have been stopped: it is sent only once nothing is behind, so that nothing is lost.
    pub lossless: bool,
}

impl Promote {
    /// The replica's identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        self.database.rsplit(':').next().unwrap_or(&self.database)
    }
}

impl Write for Promote {
    fn kind(&self) -> &'static str {
        "replica.promote"
    }

    fn api(&self) -> &'static str {
        match self.engine {
            ReplicaEngine::AuroraBinlog => "PromoteReadReplicaDBCluster",
            ReplicaEngine::Rds => "PromoteReadReplica",
        }
    }

    fn danger(&self) -> Danger {
        if self.lossless { Danger::Moves } else { Danger::Loses }
    }

    fn writer(&self) -> Option<WriterMove<'_>> {
        Some(WriterMove { store: &self.store, to: &self.to })
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.to.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        match self.engine {
            ReplicaEngine::AuroraBinlog => &["rds:PromoteReadReplicaDBCluster"],
            ReplicaEngine::Rds => &["rds:PromoteReadReplica"],
        }
    }

    fn cli(&self, _: &Topology) -> String {
        let (to, id) = (&self.to, self.id());
        match self.engine {
            ReplicaEngine::AuroraBinlog => {
                format!("aws rds promote-read-replica-db-cluster --region {to} --db-cluster-identifier {id}")
            }
            ReplicaEngine::Rds => {
                format!("aws rds promote-read-replica --region {to} --db-instance-identifier {id}")
            }
        }
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        let (to, id) = (&self.to, self.id());
        vec![match self.engine {
            ReplicaEngine::AuroraBinlog => format!(
                "aws rds describe-db-clusters --region {to} --db-cluster-identifier {id} --query 'DBClusters[0].[Status,ReplicationSourceIdentifier]'"
            ),
            ReplicaEngine::Rds => format!(
                "aws rds describe-db-instances --region {to} --db-instance-identifier {id} --query 'DBInstances[0].[DBInstanceStatus,ReadReplicaSourceDBInstanceIdentifier]'"
            ),
        }]
    }

    fn subject(&self) -> String {
        self.store.clone()
    }

    fn doing(&self) -> String {
        format!("promoting {} in {}", self.store, self.to)
    }
}

impl fmt::Display for Promote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.lossless { " at lag 0" } else { "" };
        write!(f, "promote {} in {}{when}", self.store, self.to)
    }
}
