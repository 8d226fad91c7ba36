//! RDS events that are not about a global database: read replicas, detached clusters, snapshots.
//! It must never tell what the service is not known to tell: there is no event "promoted".

use crate::sim::world::World;

use super::{DbCluster, RdsEvent, Snapshot};

/// What there is to tell of one instance.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim::world) enum Notice {
    ReplicationStopped,
    ReplicationResumed,
    ReplicationEnded,
    Shutdown,
    Restarted,
    BackupStarted,
    BackupFinished,
    TopologyUpdated,
}

impl Notice {
    /// Id, category and sentence as the guide has them ("Amazon RDS event messages").
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::BackupStarted => ("RDS-EVENT-0001", "backup", "Backing up DB instance."),
            Self::BackupFinished => ("RDS-EVENT-0002", "backup", "Finished DB instance backup."),
            Self::Shutdown => ("RDS-EVENT-0004", "availability", "DB instance shutdown."),
            Self::Restarted => ("RDS-EVENT-0006", "availability", "DB instance restarted."),
            Self::ReplicationStopped => ("RDS-EVENT-0045", "read replica", "Replication has stopped."),
            Self::ReplicationResumed => {
                ("RDS-EVENT-0046", "read replica", "Replication for the Read Replica resumed.")
            }
            Self::ReplicationEnded => {
                ("RDS-EVENT-0057", "read replica", "Replication streaming has been terminated.")
            }
            Self::TopologyUpdated => ("RDS-EVENT-0385", "notification", "Cluster topology is updated."),
        }
    }
}

impl World {
    /// Adds an event about a cluster's first instance (of RDS: the instance itself).
    pub(in crate::sim::world) fn notice_of(&mut self, db: &DbCluster, notice: Notice) {
        let Some(instance) = db.instances.first() else { return };
        let (id, category, message) = notice.words();
        self.aurora.events.push(RdsEvent {
            at: self.now,
            id,
            region: db.region,
            source: instance.id.clone(),
            arn: instance.arn.clone(),
            source_type: "db-instance",
            categories: vec![category],
            message: message.to_owned(),
        });
    }

    /// Adds the events of a snapshot: that it is being made, and that it is there.
    pub(super) fn notice_of_snapshot(&mut self, snapshot: &Snapshot, done: bool) {
        let (id, message) = match (snapshot.manual, done) {
            (true, false) => ("RDS-EVENT-0074", "Creating manual cluster snapshot."),
            (true, true) => ("RDS-EVENT-0075", "Manual cluster snapshot created."),
            (false, false) => ("RDS-EVENT-0168", "Creating automated cluster snapshot."),
            (false, true) => ("RDS-EVENT-0169", "Automated cluster snapshot created."),
        };
        self.aurora.events.push(RdsEvent {
            at: self.now,
            id,
            region: snapshot.region,
            source: snapshot.id.clone(),
            arn: snapshot.arn.clone(),
            source_type: "db-cluster-snapshot",
            categories: vec!["backup"],
            message: message.to_owned(),
        });
    }
}
