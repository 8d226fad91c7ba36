//! The steps of a change of writer, one second at a time.
//! It must never skip a phase; a fault met in one decides how it ends.

use super::{Change, ChangeKind, Phase};
use crate::sim::world::aurora::event::Told;
use crate::sim::world::aurora::{Loss, Sync};
use crate::sim::world::{World, noise};

/// Seconds after which a switchover that cannot synchronise is cancelled.
const PATIENCE: f64 = 300.0;
/// Seconds between two "waiting for synchronisation" events.
const TELLING: i64 = 20;
/// Seconds added when the old writer cannot be reached to be fenced.
const FENCE_TIMEOUT: f64 = 15.0;

/// What a second comes to.
enum Next {
    Stay,
    To(Phase),
    Done,
    Dropped,
}

impl World {
    /// One second of every change of writer.
    pub(in crate::sim::world) fn change_writers(&mut self) {
        for g in 0..self.aurora.globals.len() {
            let Some(change) = self.aurora.globals[g].change.clone() else { continue };
            match self.next(g, &change) {
                Next::Stay => {}
                Next::To(phase) => self.enter(g, &change, phase),
                Next::Done => self.finish(g, &change),
                Next::Dropped => self.drop_change(g, &change),
            }
        }
    }

    fn next(&mut self, g: usize, change: &Change) -> Next {
        let age = self.now.duration_since(change.since).as_secs_f64();
        let (from, to) = self.ends(change);
        let takes = |low, high| {
            let key = noise::key(&change.to) ^ noise::key(change.status()) ^ phase_key(change.phase);
            noise::between(self.seed, change.accepted.as_second(), key, low, high)
        };
        let target_gone = self.regions[to].now.lost;
        match (change.phase, change.kind) {
            (Phase::Pending, _) if age < takes(2.0, 5.0) => Next::Stay,
            (Phase::Pending, ChangeKind::Switchover) => Next::To(Phase::Syncing),
            (Phase::Pending, ChangeKind::Failover) => Next::To(Phase::Promoting),
            (Phase::Syncing, _) if age >= PATIENCE => Next::To(Phase::Cancelling),
            (Phase::Syncing, _) => self.synchronise(g, change, age, takes(8.0, 16.0)),
            (Phase::Promoting, ChangeKind::Switchover) if self.cut(from, to) => Next::Dropped,
            (Phase::Promoting, ChangeKind::Failover) if target_gone => Next::Dropped,
            (Phase::Promoting, ChangeKind::Switchover) if age < takes(10.0, 22.0) => Next::Stay,
            (Phase::Promoting, ChangeKind::Failover) if age < takes(32.0, 52.0) + self.fencing(from, to) => {
                Next::Stay
            }
            (Phase::Promoting, _) => Next::To(Phase::Settling),
            (Phase::Settling, ChangeKind::Switchover) if age < takes(8.0, 18.0) => Next::Stay,
            (Phase::Settling, ChangeKind::Failover) if age < takes(15.0, 35.0) => Next::Stay,
            (Phase::Settling, _) => Next::Done,
            (Phase::Cancelling, _) if age < takes(8.0, 14.0) => Next::Stay,
            (Phase::Cancelling, _) => Next::Dropped,
        }
    }

    fn fencing(&self, from: usize, to: usize) -> f64 {
        if self.cut(from, to) { FENCE_TIMEOUT } else { 0.0 }
    }

    /// Indexes of the Regions of the old and the new writer.
    fn ends(&self, change: &Change) -> (usize, usize) {
        let region = |arn: &str| self.aurora.cluster(arn).map_or(0, |c| c.region);
        (region(&change.from), region(&change.to))
    }

    fn synchronise(&mut self, g: usize, change: &Change, age: f64, least: f64) -> Next {
        let (from, to) = self.ends(change);
        let target = self.aurora.globals[g].members.iter().find(|m| m.cluster == change.to);
        let Some((lag, base)) = target.map(|m| (m.lag, m.base_lag)) else { return Next::Dropped };
        let synchronised = lag <= base * 1.5 && !self.cut(from, to);
        if synchronised && age >= least {
            return Next::To(Phase::Promoting);
        }
        let seconds = self.ticked - change.since.as_second();
        if seconds % TELLING == 5 {
            self.tell(g, &change.to, Told::Waiting(lag));
            self.tell(g, &change.to, Told::WaitingForTarget(lag));
        }
        Next::Stay
    }

    fn enter(&mut self, g: usize, change: &Change, phase: Phase) {
        let (now, (from, to)) = (self.now, self.ends(change));
        match (phase, change.kind) {
            (Phase::Syncing, _) => {
                self.set_status(g, "switching-over");
                self.tell(g, &change.to, Told::SwitchoverStarted);
            }
            (Phase::Promoting, ChangeKind::Switchover) => {
                self.set_cluster(&change.from, "modifying", false);
                self.set_cluster(&change.to, "promoting", false);
                self.tell(g, &change.from, Told::OldWriterDown);
            }
            (Phase::Promoting, ChangeKind::Failover) => self.stop_replication(g, change, self.cut(from, to)),
            (Phase::Settling, kind) => self.promote(g, change, kind),
            _ => {}
        }
        if let Some(change) = &mut self.aurora.globals[g].change {
            change.phase = phase;
            change.since = now;
        }
    }

    fn set_status(&mut self, g: usize, status: &str) {
        status.clone_into(&mut self.aurora.globals[g].status);
    }

    fn set_cluster(&mut self, arn: &str, status: &str, writable: bool) {
        if let Some(cluster) = self.aurora.clusters.iter_mut().find(|c| c.arn == arn) {
            status.clone_into(&mut cluster.status);
            cluster.writable = writable;
        }
    }

    /// A failover begins: what has not arrived is lost from here on.
    fn stop_replication(&mut self, g: usize, change: &Change, unreachable: bool) {
        let at = self.now;
        let global = &self.aurora.globals[g];
        let lag = global.members.iter().find(|m| m.cluster == change.to).map_or(0.0, |m| m.lag);
        let orders = if global.orders { self.orders_in_last(lag) } else { 0.0 };
        self.aurora.globals[g].losses.push(Loss { at, seconds: lag, orders, left: None });
        self.set_status(g, "failing-over");
        self.set_cluster(&change.to, "promoting", false);
        if unreachable {
            // Nobody can tell the old writer to stop: it goes on for whoever still reaches it.
            self.tell_in(g, &change.to, &change.from, Told::FenceTimedOut);
        } else {
            self.set_cluster(&change.from, "failing-over", false);
            self.tell(g, &change.from, Told::Fenced);
        }
    }

    /// The target becomes the writer.
    fn promote(&mut self, g: usize, change: &Change, kind: ChangeKind) {
        let failover = kind == ChangeKind::Failover;
        for member in &mut self.aurora.globals[g].members {
            member.writer = member.cluster == change.to;
            member.forwarding = !member.writer;
            member.minute = None;
            if member.writer {
                member.lag = 0.0;
                member.sync = Sync::Connected;
                member.resync_until = None;
            } else if failover {
                member.sync = Sync::PendingResync;
                member.lag = 0.0;
            } else {
                member.lag = member.base_lag;
            }
        }
        let headless = self.aurora.cluster(&change.to).is_some_and(|c| c.instances.is_empty());
        self.set_cluster(&change.to, "available", !headless);
        if !failover {
            self.set_cluster(&change.from, "available", false);
            self.tell(g, &change.to, Told::Promoted);
        }
        self.tell(g, &change.to, Told::WriterEndpointMoved);
    }

    fn finish(&mut self, g: usize, change: &Change) {
        let headless = self.aurora.cluster(&change.to).is_some_and(|c| c.instances.is_empty());
        let told = match change.kind {
            ChangeKind::Switchover => Told::SwitchoverFinished,
            ChangeKind::Failover if headless => Told::FailoverHeadless,
            ChangeKind::Failover => Told::FailoverFinished,
        };
        self.tell(g, &change.to, told);
        self.set_status(g, "available");
        self.aurora.globals[g].change = None;
    }

    /// The change ends where it began.
    fn drop_change(&mut self, g: usize, change: &Change) {
        let told = match (change.kind, change.phase) {
            (ChangeKind::Switchover, Phase::Cancelling) => Told::SwitchoverCancelled,
            (ChangeKind::Switchover, _) => Told::SwitchoverFailed,
            (ChangeKind::Failover, _) => Told::FailoverFailed,
        };
        self.set_cluster(&change.from, "available", true);
        self.set_cluster(&change.to, "available", false);
        self.tell(g, &change.to, told);
        self.set_status(g, "available");
        self.aurora.globals[g].change = None;
    }
}

const fn phase_key(phase: Phase) -> u64 {
    match phase {
        Phase::Pending => 1,
        Phase::Syncing => 2,
        Phase::Promoting => 3,
        Phase::Settling => 4,
        Phase::Cancelling => 5,
    }
}
