//! When metrics were last asked and how often each source is asked: what lets a run read out of turn.
//!
//! It counts nothing and decides nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::model::reading::Source;
use crate::model::topology::{Metric, Region};

/// The cadence told of a source that nobody reads regularly.
const UNPACED: Duration = Duration::from_secs(30);

/// Notes about reading, shared by all clones of the clients.
#[derive(Debug, Default)]
pub(super) struct Diary {
    asked: Mutex<BTreeMap<(Region, u32), Timestamp>>,
    every: Mutex<BTreeMap<Source, Duration>>,
}

impl Diary {
    /// Notes that metrics are asked now.
    pub(super) fn asks(&self, metrics: &[Metric], now: Timestamp) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        for metric in metrics {
            asked.insert((metric.region.clone(), metric.period), now);
        }
    }

    /// When metrics of this Region and period were last asked.
    pub(super) fn asked(&self, region: &Region, period: u32) -> Option<Timestamp> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(&(region.clone(), period)).copied()
    }

    /// When any metric of this Region was last asked.
    pub(super) fn newest(&self, region: &Region) -> Option<Timestamp> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|((of, _), _)| of == region).map(|(_, at)| *at).max()
    }

    /// Whether a metric's period has passed since it was last asked.
    pub(super) fn is_due(&self, metric: &Metric, now: Timestamp) -> bool {
        let period = Duration::from_secs(u64::from(metric.period));
        let asked = self.asked(&metric.region, metric.period);
        asked.is_none_or(|at| now.duration_since(at).unsigned_abs() >= period)
    }

    /// Notes how often a source is asked.
    pub(super) fn paced(&self, source: &Source, every: Duration) {
        self.every.lock().unwrap_or_else(PoisonError::into_inner).insert(source.clone(), every);
    }

    /// How often a source is asked.
    pub(super) fn every(&self, source: &Source) -> Duration {
        let every = self.every.lock().unwrap_or_else(PoisonError::into_inner);
        every.get(source).copied().unwrap_or(UNPACED)
    }
}
