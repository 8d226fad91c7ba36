//! Whether an order placed in a Region can be written, and what is written where it will be thrown away.
//! It must never change a role.

use super::GlobalCluster;
use crate::sim::world::World;

impl World {
    /// Share of the orders of a Region that its databases take, 0 to 1.
    #[must_use]
    pub fn orders_writable(&self, region: usize) -> f64 {
        let needed = self.aurora.globals.iter().filter(|g| g.orders);
        let globals = needed.map(|g| self.writable(g, region)).fold(1.0, f64::min);
        globals.min(self.replicas_writable(region))
    }

    fn writable(&self, global: &GlobalCluster, region: usize) -> f64 {
        if let Some(own) = self.own_writer(global, region) {
            return if own { self.db_health(region) } else { 0.0 };
        }
        // A reader's Region forwards its writes.
        let Some(writer) = global.writer() else { return 0.0 };
        let takes = self.aurora.cluster(&writer.cluster).is_some_and(|c| c.writable);
        if !takes || self.cut(region, writer.region) { 0.0 } else { self.db_health(writer.region) }
    }

    /// Of a Region whose cluster does not forward: whether that cluster takes writes.
    fn own_writer(&self, global: &GlobalCluster, region: usize) -> Option<bool> {
        let prefix = format!("{}-", global.store);
        let own = self.aurora.clusters.iter().find(|c| c.region == region && c.id.starts_with(&prefix))?;
        let member = global.members.iter().find(|m| m.cluster == own.arn);
        (own.writable || own.global.is_none() || member.is_some_and(|m| m.writer)).then_some(own.writable)
    }

    /// How well the database of a Region serves: it bears an impaired application longer than that bears itself.
    pub(in crate::sim::world) fn db_health(&self, region: usize) -> f64 {
        let now = &self.regions[region].now;
        if now.lost { 0.0 } else { (1.0 - (0.7 - now.health.min(0.7) - 0.4).max(0.0) / 0.3).clamp(0.0, 1.0) }
    }

    /// Orders that an unfenced old writer takes in its own Region are lost with it.
    pub(in crate::sim::world) fn count_strays(&mut self, region: usize) {
        let orders = self.regions[region].now.orders / 60.0;
        for global in self.aurora.globals.iter_mut().filter(|g| g.orders) {
            let stale = global.members.iter().find(|m| m.region == region && !m.writer);
            let unfenced = stale.is_some_and(|m| {
                self.aurora.clusters.iter().any(|c| c.arn == m.cluster && c.writable && c.global.is_some())
            });
            // Nor does a detached one stop the writer that it left.
            let left = global.losses.last().is_some_and(|loss| loss.left == Some(region));
            let left = left && global.members.iter().any(|m| m.region == region && m.writer);
            if (unfenced || left)
                && let Some(loss) = global.losses.last_mut()
            {
                loss.orders += orders;
            }
        }
    }
}
