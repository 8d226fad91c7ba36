//! How far each member is behind the writer: growing while its link is cut or strained, draining after.
//! It must never fall faster than the link can carry, nor rise faster than time.

use super::{GlobalCluster, Member, Phase, Sync};
use crate::sim::fault::Fault;
use crate::sim::world::metric::StatSet;
use crate::sim::world::{World, noise};

/// Seconds of lag that a link works off in a second, once nothing holds it.
const DRAIN: f64 = 4.0;
/// Seconds of lag that it gains in a second under strain.
const STRAIN: f64 = 0.35;
/// Lag that a wholly impaired Region comes to, seconds.
const IMPAIRED: f64 = 36.0;

/// What works on a link in this second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::sim::world) enum Pull {
    /// Nothing gets through: it gains a second each second.
    Cut,
    /// It gains this much each second.
    Growth(f64),
    /// It goes to this lag.
    Towards(f64),
}

impl Pull {
    /// The lag a second later.
    pub(in crate::sim::world) fn step(self, lag: f64, base: f64) -> f64 {
        match self {
            Self::Cut => lag + 1.0,
            Self::Growth(growth) => lag + growth.clamp(0.0, 1.0),
            Self::Towards(target) if target <= base * 1.5 => (lag - DRAIN).max(target),
            Self::Towards(target) if lag < target => (lag + STRAIN).min(target),
            Self::Towards(target) => (lag - DRAIN).max(target),
        }
    }
}

impl World {
    /// One second of every link of every global database.
    pub(in crate::sim::world) fn pull_aurora_links(&mut self) {
        for g in 0..self.aurora.globals.len() {
            let Some(writer) = self.aurora.globals[g].writer().map(|m| m.region) else { continue };
            for m in 0..self.aurora.globals[g].members.len() {
                let global = &self.aurora.globals[g];
                let member = &global.members[m];
                if member.writer {
                    continue;
                }
                let pull = self.aurora_pull(global, member, writer);
                let member = &mut self.aurora.globals[g].members[m];
                member.lag = pull.step(member.lag, member.base_lag);
                if member.sync == Sync::Connected {
                    StatSet::note(&mut member.minute, member.lag * 1000.0);
                }
            }
        }
    }

    fn aurora_pull(&self, global: &GlobalCluster, member: &Member, writer: usize) -> Pull {
        let stopped =
            global.change.as_ref().is_some_and(|c| c.phase == Phase::Promoting && c.data_loss_allowed());
        if self.cut(writer, member.region) || member.sync == Sync::PendingResync || stopped {
            return Pull::Cut;
        }
        let key = noise::key(&member.cluster);
        let restless = noise::between(self.seed, self.ticked, key, 0.85, 1.15);
        let calm = member.base_lag * restless;
        // A busy store suffers more than one that is seldom written.
        let share = if global.orders { 1.0 } else { 0.1 };
        self.link_pull(&global.store, (writer, member.region), calm, share * IMPAIRED * restless)
    }

    /// What works on a link that is not cut: a `lag` fault, an impaired end, or nothing.
    pub(in crate::sim::world) fn link_pull(
        &self,
        store: &str,
        (from, to): (usize, usize),
        calm: f64,
        impaired: f64,
    ) -> Pull {
        let (source, sink) = (&self.regions[from], &self.regions[to]);
        for active in &self.faults {
            let Fault::Lag { store: s, from: f, to: t, seconds, growth } = &active.fault else { continue };
            if s != store || *f != source.name || *t != sink.name {
                continue;
            }
            return match (growth, seconds) {
                (Some(growth), _) => Pull::Growth(*growth),
                // A held lag is reached as fast as time allows.
                (None, Some(held)) => {
                    let now = self.link_lag(store, from, to).unwrap_or(calm);
                    if now < *held { Pull::Growth((held - now).min(0.95)) } else { Pull::Towards(*held) }
                }
                (None, None) => Pull::Growth(1.0),
            };
        }
        let severity = 1.0 - source.now.health.min(sink.now.health);
        Pull::Towards(calm + impaired * severity.powi(3))
    }

    /// Seconds that a store is behind from one Region to another.
    #[must_use]
    pub fn link_lag(&self, store: &str, from: usize, to: usize) -> Option<f64> {
        let global = self.aurora.globals.iter().find(|g| g.store == store);
        if let Some(global) = global {
            let writes = global.writer().is_some_and(|w| w.region == from);
            return global.member_in(to).filter(|_| writes).map(|m| m.lag);
        }
        if let Some(replicated) = self.replicas.iter().find(|r| r.store == store) {
            let end = replicated.end_in(to)?;
            return (replicated.source_of(end) == Some(from)).then_some(end.lag);
        }
        if let Some(link) = self.buckets.iter().find(|b| b.store == store && b.from == from && b.to == to) {
            return Some(link.lag);
        }
        let table = self.tables.iter().find(|t| t.store == store)?;
        table.links.iter().find(|l| l.from == from && l.to == to).map(|l| l.lag)
    }
}
