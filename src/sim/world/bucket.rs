//! S3 replication between the buckets of a store: how far behind each direction is and what waits in it.
//! It must never lose an object: what cannot be sent now waits.

use serde::Serialize;

use super::aurora::Pull;
use super::metric::{MetricId, StatSet};
use super::region::Region;
use super::{World, noise};
use crate::sim::scenario::world as spec;

/// Lag that a wholly impaired Region comes to, seconds.
const IMPAIRED: f64 = 240.0;
/// Objects put into a bucket for each order attempt that its Region serves.
const OBJECTS: f64 = 0.4;
/// Bytes of an object.
const BYTES: f64 = 180_000.0;
/// The replication rule of every bucket.
const RULE: &str = "all";

/// One direction of one store's buckets.
#[derive(Clone, Debug, Serialize)]
pub struct BucketLink {
    /// The word by which a person knows the store.
    pub store: String,
    /// Index of the source Region.
    pub from: usize,
    /// Index of the receiving Region.
    pub to: usize,
    /// Source bucket.
    pub source: String,
    /// Destination bucket.
    pub destination: String,
    /// Replication rule.
    pub rule: String,
    /// Lag when nothing is wrong, seconds.
    pub base_lag: f64,
    /// Seconds behind.
    pub lag: f64,
    /// Objects that wait.
    pub pending: f64,
    #[serde(skip)]
    minute: Option<StatSet>,
}

impl BucketLink {
    /// The links of a store: from the writer's Region to each other one, and back when it says so.
    pub(super) fn of(spec: &spec::Bucket, regions: &[Region], writer: &str) -> Vec<Self> {
        let name = |at: usize| format!("retail-{}-{}", spec.store, regions[at].short);
        let base_lag = spec.lag.as_secs_f64();
        let link = |from: usize, to: usize| Self {
            store: spec.store.clone(),
            from,
            to,
            source: name(from),
            destination: name(to),
            rule: RULE.to_owned(),
            base_lag,
            lag: base_lag,
            pending: 0.0,
            minute: None,
        };
        let Some(home) = regions.iter().position(|r| r.name == writer) else { return Vec::new() };
        let others = (0..regions.len()).filter(|at| *at != home);
        let ways = |at: usize| {
            let back = spec.both_ways.then(|| link(at, home));
            std::iter::once(link(home, at)).chain(back)
        };
        others.flat_map(ways).collect()
    }

    /// The dimensions of its metrics.
    #[must_use]
    pub fn dimensions(&self) -> [(&'static str, &str); 3] {
        [
            ("SourceBucket", self.source.as_str()),
            ("DestinationBucket", self.destination.as_str()),
            ("RuleId", self.rule.as_str()),
        ]
    }
}

impl World {
    /// One second of every bucket's replication.
    pub(super) fn pull_buckets(&mut self) {
        for b in 0..self.buckets.len() {
            let link = &self.buckets[b];
            let (from, to) = (link.from, link.to);
            let key = noise::key(&link.source) ^ noise::key(&link.destination);
            let restless = noise::between(self.seed, self.ticked, key, 0.6, 1.4);
            let pull = if self.cut(from, to) {
                Pull::Cut
            } else {
                self.link_pull(&link.store, (from, to), link.base_lag * restless, IMPAIRED * restless)
            };
            let source = &self.regions[from].now;
            let rate = source.traffic * source.works * OBJECTS / 60.0;
            // What a lost Region's S3 would measure, nobody publishes.
            let seen = !source.lost;
            let link = &mut self.buckets[b];
            link.lag = pull.step(link.lag, link.base_lag);
            link.pending = match pull {
                Pull::Cut => link.pending + rate,
                Pull::Growth(_) | Pull::Towards(_) => rate * link.lag,
            };
            if seen {
                StatSet::note(&mut link.minute, link.lag);
            }
        }
    }

    /// What S3 publishes of a minute, in the destination's Region.
    pub(super) fn measure_buckets(&mut self, out: &mut Vec<(String, MetricId, StatSet)>) {
        for link in &mut self.buckets {
            let Some(lag) = link.minute.take() else { continue };
            let region = &self.regions[link.to].name;
            let objects = link.pending.round();
            let dims = link.dimensions();
            let mut put =
                |name, stats| out.push((region.clone(), MetricId::new("AWS/S3", name, &dims), stats));
            put("ReplicationLatency", lag);
            put("OperationsPendingReplication", StatSet::one(objects));
            put("BytesPendingReplication", StatSet::one(objects * BYTES));
        }
    }
}
