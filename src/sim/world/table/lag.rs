//! How far each replica is behind each other one, and what `ReplicationLatency` has to say of it.
//! It must never measure a link through which nothing came.

use super::Consistency;
use crate::sim::world::aurora::Pull;
use crate::sim::world::metric::StatSet;
use crate::sim::world::{World, noise};

/// Lag that a wholly impaired Region comes to, seconds.
const IMPAIRED: f64 = 14.0;
/// Orders a minute below which hardly anything is written in a Region.
const IDLE: f64 = 3.0;

impl World {
    /// One second of every link of every table; items whose time has come land.
    pub(in crate::sim::world) fn pull_table_links(&mut self) {
        let now = self.now;
        for t in 0..self.tables.len() {
            for l in 0..self.tables[t].links.len() {
                self.pull_table_link(t, l);
            }
            self.tables[t].replicate(now);
        }
    }

    fn pull_table_link(&mut self, t: usize, l: usize) {
        let table = &self.tables[t];
        let link = &table.links[l];
        let key = noise::key(&table.name) ^ u64::try_from(link.from * 16 + link.to).unwrap_or(0);
        let restless = noise::between(self.seed, self.ticked, key, 0.8, 1.2);
        let (from, to, base) = (link.from, link.to, table.base_lag);
        let strong = table.consistency == Consistency::Strong;
        let pull = if strong {
            Pull::Towards(base * restless)
        } else if self.cut(from, to) {
            Pull::Cut
        } else {
            self.link_pull(&table.store, (from, to), base * restless, IMPAIRED * restless)
        };
        let busy = self.regions[from].now.traffic * self.regions[from].now.works > IDLE;
        let link = &mut self.tables[t].links[l];
        link.paused =
            pull == Pull::Cut || matches!(pull, Pull::Growth(g) if g >= 1.0 && link.lag > base * 4.0);
        link.lag = pull.step(link.lag, base);
        if busy && !link.paused && !strong {
            StatSet::note(&mut link.minute, link.lag * 1000.0);
        }
    }
}
