//! Databases that are replicated by their log: read replicas in other Regions, which stand alone once promoted.
//!
//! Which of them is the source is for a reading to say: roles move, names stay.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Region;

/// A store with a database in each of its Regions, one of which the others copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// The store it serves, as the screen names it.
    pub store: String,
    /// What its databases are.
    pub engine: ReplicaEngine,
    /// The database's ARN in each Region: of a cluster, or of an instance.
    pub databases: BTreeMap<Region, String>,
    /// Longest span of its writes that may be lost.
    pub rpo: Duration,
}

impl Replica {
    /// The identifier of the database in a Region.
    #[must_use]
    pub fn id(&self, region: &Region) -> Option<&str> {
        self.databases.get(region)?.rsplit(':').next()
    }

    /// The Region of a database, by its ARN or, where a service gives no more, its identifier.
    #[must_use]
    pub fn region_of(&self, database: &str) -> Option<&Region> {
        let by_arn = self.databases.iter().find(|(_, arn)| arn.as_str() == database);
        let by_id = || self.databases.iter().find(|(_, arn)| arn.rsplit(':').next() == Some(database));
        by_arn.or_else(by_id).map(|(region, _)| region)
    }
}

/// What replicates and how it is promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplicaEngine {
    /// Aurora MySQL clusters by binary log: `PromoteReadReplicaDBCluster`.
    AuroraBinlog,
    /// RDS instances: `PromoteReadReplica`.
    Rds,
}

impl fmt::Display for ReplicaEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AuroraBinlog => "aurora-binlog",
            Self::Rds => "rds",
        })
    }
}
