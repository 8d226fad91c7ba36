//! CloudWatch's memory: one-minute samples of each metric in the Region that publishes it, visible late.
//! It must never invent a sample: what was not measured is absent.

pub mod publish;
pub mod stat;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use stat::{Stat, StatSet};

/// A metric within a Region; dimensions are sorted by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MetricId {
    /// Namespace.
    pub namespace: String,
    /// Metric name.
    pub name: String,
    /// Dimensions, sorted by name.
    pub dimensions: Vec<(String, String)>,
}

impl MetricId {
    /// An id; the dimensions are put in order.
    #[must_use]
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        let mut dimensions: Vec<_> =
            dimensions.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        dimensions.sort();
        Self { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }
}

/// One minute of one metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Start of the minute, seconds since 1970.
    pub minute: i64,
    /// When CloudWatch shows it, seconds since 1970.
    pub visible: i64,
    /// What was measured in it.
    pub stats: StatSet,
}

/// All metrics of all Regions.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    by_region: BTreeMap<String, BTreeMap<MetricId, Vec<Sample>>>,
}

impl Metrics {
    /// The metrics a Region has shown by `now`.
    pub fn list(&self, region: &str, now: Timestamp) -> impl Iterator<Item = &MetricId> {
        let shown = move |samples: &Vec<Sample>| samples.iter().any(|s| s.visible <= now.as_second());
        let of_region = self.by_region.get(region).into_iter().flatten();
        of_region.filter(move |(_, samples)| shown(samples)).map(|(id, _)| id)
    }

    /// Samples of a metric that are visible by `now`, oldest first.
    pub fn samples(&self, region: &str, id: &MetricId, now: Timestamp) -> impl Iterator<Item = &Sample> {
        let samples = self.by_region.get(region).and_then(|m| m.get(id)).into_iter().flatten();
        samples.filter(move |s| s.visible <= now.as_second())
    }

    /// Adds what was measured in a minute to that minute's sample.
    pub fn add(&mut self, region: &str, id: &MetricId, sample: Sample) {
        if !self.by_region.contains_key(region) {
            self.by_region.insert(region.to_owned(), BTreeMap::new());
        }
        let Some(of_region) = self.by_region.get_mut(region) else { return };
        let Some(samples) = of_region.get_mut(id) else {
            of_region.insert(id.clone(), vec![sample]);
            return;
        };
        match samples.binary_search_by_key(&sample.minute, |s| s.minute) {
            Ok(at) => samples[at].stats.merge(&sample.stats),
            Err(at) => samples.insert(at, sample),
        }
    }

    /// Points of one statistic by period, oldest first, from `start` up to but without `end`.
    ///
    /// Periods begin at whole multiples of the period. A period without samples has no point.
    #[must_use]
    pub fn series(&self, query: &Query<'_>, now: Timestamp) -> Vec<(Timestamp, f64)> {
        let period = i64::try_from(query.period.as_secs()).unwrap_or(60).max(60);
        let from = query.start.as_second().div_euclid(period) * period;
        let mut points: Vec<(i64, StatSet)> = Vec::new();
        for sample in self.samples(query.region, query.id, now) {
            let at = sample.minute.div_euclid(period) * period;
            if at < from || at >= query.end.as_second() {
                continue;
            }
            match points.last_mut() {
                Some((last, stats)) if *last == at => stats.merge(&sample.stats),
                _ => points.push((at, sample.stats)),
            }
        }
        let start = Timestamp::UNIX_EPOCH;
        let time = |at| start.saturating_add(SignedDuration::from_secs(at)).unwrap_or(start);
        points.into_iter().map(|(at, stats)| (time(at), stats.get(query.stat))).collect()
    }
}

/// What `GetMetricData` asks for one metric.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Region whose CloudWatch is asked.
    pub region: &'a str,
    /// The metric.
    pub id: &'a MetricId,
    /// First moment.
    pub start: Timestamp,
    /// First moment that is no longer wanted.
    pub end: Timestamp,
    /// Period, at least a minute.
    pub period: Duration,
    /// Statistic.
    pub stat: Stat,
}
