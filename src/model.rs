//! What is known of the world: the topology (what exists) and the newest readings (what was seen, with age).
//!
//! [`World::apply`] is its only mutator, and what follows from it ([`verdict`]) is derived and never stored.
//! This module must never read a clock, wait, or know of AWS clients and screens.

#[cfg(test)]
pub(crate) mod fixture;
pub mod reading;
pub mod topology;
pub mod verdict;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use reading::{Feed, Observation, Reading, Series, Source};
use topology::{Metric, Topology};
use verdict::Index;

/// Everything the console knows; a value that is rebuilt by applying observations in order.
#[derive(Clone, Debug)]
pub struct World {
    topology: Arc<Topology>,
    index: Arc<Index>,
    feeds: BTreeMap<Source, Feed>,
    series: HashMap<Metric, Series>,
}

impl World {
    /// How much of each metric is kept.
    pub const KEEP: Duration = Duration::from_mins(65);

    /// A world of which nothing has been seen yet.
    #[must_use]
    pub fn new(topology: Arc<Topology>) -> Self {
        let index = Arc::new(Index::of(&topology));
        Self { topology, index, feeds: BTreeMap::new(), series: HashMap::new() }
    }

    /// Takes in one observation; an older one than what is known of its source changes nothing but counts.
    pub fn apply(&mut self, observation: Observation) {
        let Observation { source, at, result, .. } = &observation;
        if let Ok(Reading::Metrics(batch)) = result {
            for answered in &batch.series {
                let series = self.series.entry(answered.metric.clone()).or_default();
                let until = answered.trouble.is_none().then_some(batch.until);
                series.merge(&answered.points, until, Self::KEEP);
                series.note(*at, answered.trouble.clone());
            }
        }
        self.feeds.entry(source.clone()).or_default().take(observation);
    }

    /// What exists, as the operator declared it.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The shared handle to the same topology, for whoever outlives a borrow.
    #[must_use]
    pub fn topology_handle(&self) -> Arc<Topology> {
        Arc::clone(&self.topology)
    }

    /// One source's newest reading and troubles; `None` before it was first asked.
    #[must_use]
    pub fn feed(&self, source: &Source) -> Option<&Feed> {
        self.feeds.get(source)
    }

    /// Every source that was asked so far.
    pub fn feeds(&self) -> impl Iterator<Item = (&Source, &Feed)> {
        self.feeds.iter()
    }

    /// The kept points of a metric; `None` before it was first answered.
    #[must_use]
    pub fn series(&self, metric: &Metric) -> Option<&Series> {
        self.series.get(metric)
    }

    /// The newest successful reading of a source with the time it was taken.
    #[must_use]
    pub fn seen(&self, source: &Source) -> Option<(&Reading, Timestamp)> {
        self.feeds.get(source).and_then(Feed::seen)
    }
}
