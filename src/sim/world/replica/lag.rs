//! How far each replica is behind its source, and what its metric says of it, which is not the same.
//! It must never measure a stream that stands still: the service says −1, or a comfortable 0.

use super::{End, Engine};
use crate::sim::world::aurora::Pull;
use crate::sim::world::aurora::notice::Notice;
use crate::sim::world::metric::{MetricId, StatSet};
use crate::sim::world::{World, noise};

/// Lag that a wholly impaired Region comes to, seconds.
const IMPAIRED: f64 = 60.0;
/// Orders a minute below which hardly anything is written in a Region.
const IDLE: f64 = 1.0;
/// Seconds in which a replica whose source is gone has noticed nothing: it has applied all it got and says 0
/// (MySQL's `replica_net_timeout` is 60 s; `Seconds_Behind_Source` is measured at the end of what has arrived).
const UNNOTICED: i64 = 60;

impl World {
    /// One second of every log stream.
    pub(in crate::sim::world) fn pull_replicas(&mut self) {
        for s in 0..self.replicas.len() {
            for e in 0..self.replicas[s].ends.len() {
                self.pull_replica(s, e);
            }
        }
    }

    fn pull_replica(&mut self, s: usize, e: usize) {
        let store = &self.replicas[s];
        let end = &store.ends[e];
        let Some(from) = store.source_of(end) else { return };
        let to = end.db.region;
        let key = noise::key(&end.db.arn);
        let restless = noise::between(self.seed, self.ticked, key, 0.7, 1.3);
        let base = store.base_lag;
        let cut = self.cut(from, to) || end.promotion.is_some();
        let pull = if cut {
            Pull::Cut
        } else {
            // Where nothing is written, nothing is behind.
            let calm = if self.regions[from].now.orders < IDLE { 0.0 } else { base * restless };
            self.link_pull(&store.store, (from, to), calm, IMPAIRED * restless)
        };
        let (ticked, stopped) = (self.ticked, end.promotion.is_some());
        let end = &mut self.replicas[s].ends[e];
        end.lag = pull.step(end.lag, base);
        end.broken = if cut { end.broken.or(Some(ticked)) } else { None };
        // A database that restarts measures nothing.
        if !stopped && !self.regions[to].now.lost {
            let end = &mut self.replicas[s].ends[e];
            let shown = end.shown(ticked);
            StatSet::note(&mut end.minute, shown);
        }
        self.tell_of_stream(s, e);
    }

    /// What RDS publishes of a minute, in the replica's Region.
    pub(in crate::sim::world) fn measure_replicas(&mut self, out: &mut Vec<(String, MetricId, StatSet)>) {
        for store in &mut self.replicas {
            let (name, dimension) = match store.engine {
                Engine::AuroraBinlog => ("AuroraBinlogReplicaLag", "DBClusterIdentifier"),
                Engine::Rds => ("ReplicaLag", "DBInstanceIdentifier"),
            };
            for end in &mut store.ends {
                let Some(lag) = end.minute.take() else { continue };
                let id = MetricId::new("AWS/RDS", name, &[(dimension, &end.db.id)]);
                out.push((self.regions[end.db.region].name.clone(), id, lag));
            }
        }
    }

    /// RDS tells that a stream has stopped once the replica has noticed, and that it goes on.
    fn tell_of_stream(&mut self, s: usize, e: usize) {
        let end = &self.replicas[s].ends[e];
        if end.promotion.is_some() {
            return;
        }
        let noticed = end.broken.is_some_and(|since| self.ticked - since == UNNOTICED);
        let back = end.broken.is_none() && end.told_stopped;
        if noticed {
            self.replicas[s].ends[e].told_stopped = true;
            self.notice(s, e, Notice::ReplicationStopped);
        } else if back {
            self.replicas[s].ends[e].told_stopped = false;
            self.notice(s, e, Notice::ReplicationResumed);
        }
    }
}

impl End {
    /// The seconds that `AuroraBinlogReplicaLag` and `ReplicaLag` show: −1 when the stream is known to be broken.
    fn shown(&self, second: i64) -> f64 {
        match self.broken {
            None => self.lag.round(),
            Some(since) if second - since < UNNOTICED => 0.0,
            Some(_) => -1.0,
        }
    }
}
