//! The three writes of RDS: what each needs, and the change it starts.
//! It must never move a role itself.

use jiff::SignedDuration;
use serde_json::json;

use super::notice::Notice;
use super::{Change, ChangeKind, GlobalCluster, Loss, Member, Phase, Sync};
use crate::sim::world::World;
use crate::sim::world::error::ApiError;

/// How long a detached cluster takes to come up as a writer.
const DETACH: SignedDuration = SignedDuration::from_secs(40);

impl World {
    /// `SwitchoverGlobalCluster`, called in the writer's Region.
    ///
    /// # Errors
    /// `GlobalClusterNotFoundFault`, `DBClusterNotFoundFault`, `InvalidGlobalClusterStateFault`,
    /// `InvalidDBClusterStateFault`.
    pub fn switchover_global(&mut self, region: &str, id: &str, target: &str) -> Result<(), ApiError> {
        self.start_change(region, id, target, ChangeKind::Switchover)?;
        let detail = json!({ "global": id, "target": target });
        self.record(region, "rds", "SwitchoverGlobalCluster", detail);
        Ok(())
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
        self.start_change(region, id, target, kind)?;
        let detail = json!({ "global": id, "target": target, "allow_data_loss": allow_data_loss });
        self.record(region, "rds", "FailoverGlobalCluster", detail);
        Ok(())
    }

    /// `RemoveFromGlobalCluster`: a reader leaves, stands alone, and can write some seconds later. There is no
    /// fence and no snapshot, and the way back is to build it anew.
    ///
    /// # Errors
    /// As [`World::switchover_global`].
    pub fn remove_from_global(&mut self, region: &str, id: &str, cluster: &str) -> Result<(), ApiError> {
        let g = self.global_in(region, id)?;
        let global = &self.aurora.globals[g];
        let m =
            global.members.iter().position(|m| m.cluster == cluster).ok_or_else(|| no_cluster(cluster))?;
        if global.change.is_some() {
            return Err(busy(global));
        }
        if global.members[m].writer && global.members.len() > 1 {
            let message = "The primary cluster can be removed only when it is the last member.";
            return Err(ApiError::new(400, "InvalidGlobalClusterStateFault", message));
        }
        self.leave_behind(g, m);
        self.aurora.globals[g].members.remove(m);
        if let Some(own) = self.aurora.clusters.iter_mut().find(|c| c.arn == cluster) {
            own.global = None;
            "promoting".clone_into(&mut own.status);
            let own = own.clone();
            self.notice_of(&own, Notice::Shutdown);
        }
        let due = self.now.saturating_add(DETACH).unwrap_or(self.now);
        self.aurora.detaching.push((due, cluster.to_owned()));
        self.record(region, "rds", "RemoveFromGlobalCluster", json!({ "global": id, "cluster": cluster }));
        Ok(())
    }

    /// Notes what a member that leaves has not got, and that the writer it leaves goes on writing.
    fn leave_behind(&mut self, g: usize, m: usize) {
        let global = &self.aurora.globals[g];
        let Some(left) = global.writer().map(|w| w.region).filter(|w| *w != global.members[m].region) else {
            return;
        };
        let seconds = global.members[m].lag;
        let orders = if global.orders { self.orders_in_last(seconds) } else { 0.0 };
        let loss = Loss { at: self.now, seconds, orders, left: Some(left) };
        self.aurora.globals[g].losses.push(loss);
    }

    /// A global cluster is known in the Regions of its members.
    fn global_in(&self, region: &str, id: &str) -> Result<usize, ApiError> {
        let here = self.region_ix(region);
        let found = self.aurora.globals.iter().position(|g| g.id.eq_ignore_ascii_case(id));
        found.filter(|g| self.aurora.globals[*g].members.iter().any(|m| Some(m.region) == here)).ok_or_else(
            || {
                let message = format!("Global cluster {id} not found");
                ApiError::new(404, "GlobalClusterNotFoundFault", message)
            },
        )
    }

    /// Starts a change of writer; the caller records who asked for it.
    pub(in crate::sim::world) fn start_change(
        &mut self,
        region: &str,
        id: &str,
        target: &str,
        kind: ChangeKind,
    ) -> Result<(), ApiError> {
        let g = self.global_in(region, id)?;
        let global = &self.aurora.globals[g];
        let member = global.members.iter().find(|m| m.cluster == target).ok_or_else(|| no_cluster(target))?;
        self.may_start(global, member, region, kind)?;
        let Some(from) = global.writer().map(|m| m.cluster.clone()) else { return Err(busy(global)) };
        self.aurora.globals[g].change = Some(Change {
            kind,
            from,
            to: target.to_owned(),
            accepted: self.now,
            phase: Phase::Pending,
            since: self.now,
        });
        Ok(())
    }

    fn may_start(
        &self,
        global: &GlobalCluster,
        target: &Member,
        region: &str,
        kind: ChangeKind,
    ) -> Result<(), ApiError> {
        let cluster_state = |message: String| Err(ApiError::new(400, "InvalidDBClusterStateFault", message));
        if global.change.is_some() || global.status != "available" {
            return Err(busy(global));
        }
        if target.writer {
            return cluster_state(format!("{} is already the primary cluster.", target.cluster));
        }
        if target.sync == Sync::PendingResync {
            return cluster_state(format!("{} is being resynchronized.", target.cluster));
        }
        let at_home = match kind {
            ChangeKind::Switchover => global.writer().map(|m| m.region),
            ChangeKind::Failover => Some(target.region),
        };
        if at_home.is_some_and(|r| self.regions[r].name != region) {
            let message = match kind {
                ChangeKind::Switchover => "A switchover must be called in the Region of the primary cluster.",
                ChangeKind::Failover => "A failover must be called in the Region of the target cluster.",
            };
            return Err(ApiError::new(400, "InvalidGlobalClusterStateFault", message));
        }
        match self.aurora.cluster(&target.cluster) {
            Some(c) if c.status == "available" => Ok(()),
            Some(c) => cluster_state(format!("{} is in the state {}.", c.arn, c.status)),
            None => Err(no_cluster(&target.cluster)),
        }
    }
}

fn busy(global: &GlobalCluster) -> ApiError {
    let message = format!("Global cluster {} is in the state {}.", global.id, global.status);
    ApiError::new(400, "InvalidGlobalClusterStateFault", message)
}

fn no_cluster(arn: &str) -> ApiError {
    ApiError::new(404, "DBClusterNotFoundFault", format!("DBCluster {arn} not found."))
}
