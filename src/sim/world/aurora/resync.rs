//! What follows a failover: old members come back when their Region does, and a detached one stands alone.
//! It must never give a member back its old role.

use jiff::SignedDuration;

use super::Sync;
use super::event::Told;
use super::notice::Notice;
use crate::sim::world::{World, noise};

impl World {
    /// One second of members that have to be rebuilt.
    pub(in crate::sim::world) fn rebuild_members(&mut self) {
        for g in 0..self.aurora.globals.len() {
            if self.aurora.globals[g].change.is_some() {
                continue;
            }
            for m in 0..self.aurora.globals[g].members.len() {
                self.rebuild(g, m);
            }
        }
        self.stand_alone();
    }

    fn rebuild(&mut self, g: usize, m: usize) {
        let member = &self.aurora.globals[g].members[m];
        if member.sync == Sync::Connected {
            return;
        }
        let (arn, region, until) = (member.cluster.clone(), member.region, member.resync_until);
        let Some(writer) = self.aurora.globals[g].writer().map(|w| w.region) else { return };
        let reachable = !self.cut(region, writer) && self.regions[region].now.health >= 0.5;
        match until {
            None if reachable => self.begin_rebuild(g, m, &arn),
            Some(until) if until <= self.now && reachable => {
                let member = &mut self.aurora.globals[g].members[m];
                member.sync = Sync::Connected;
                member.resync_until = None;
                member.lag = member.base_lag;
                self.set_rebuilt(&arn, "available");
                self.tell(g, &arn, Told::ResyncFinished);
            }
            _ => {}
        }
    }

    fn begin_rebuild(&mut self, g: usize, m: usize, arn: &str) {
        let key = noise::key(arn);
        let old_writer = self.aurora.cluster(arn).is_some_and(|c| c.status == "failing-over" || c.writable);
        if old_writer {
            self.take_snapshot(arn);
        }
        let (low, high) = if old_writer { (180.0, 300.0) } else { (60.0, 120.0) };
        let takes = noise::between(self.seed, self.ticked, key, low, high);
        #[expect(clippy::cast_possible_truncation, reason = "some minutes")]
        let takes = SignedDuration::from_secs(takes as i64);
        self.aurora.globals[g].members[m].resync_until = self.now.saturating_add(takes).ok();
        self.set_rebuilt(arn, "modifying");
        self.tell(g, arn, Told::ResyncStarted);
    }

    fn set_rebuilt(&mut self, arn: &str, status: &str) {
        if let Some(cluster) = self.aurora.clusters.iter_mut().find(|c| c.arn == arn) {
            status.clone_into(&mut cluster.status);
            cluster.writable = false;
        }
    }

    /// Detached clusters come up as writers of their own.
    fn stand_alone(&mut self) {
        let now = self.now;
        let due: Vec<_> = self.aurora.detaching.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, arn) in due {
            if let Some(cluster) = self.aurora.clusters.iter_mut().find(|c| c.arn == arn) {
                "available".clone_into(&mut cluster.status);
                cluster.writable = !cluster.instances.is_empty();
                let own = cluster.clone();
                self.notice_of(&own, Notice::Restarted);
                self.notice_of(&own, Notice::TopologyUpdated);
            }
        }
    }
}
