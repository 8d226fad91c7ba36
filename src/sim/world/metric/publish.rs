//! Measuring: at the end of each minute every Region publishes what it saw.
//! It must never publish what was not measured.

use jiff::Timestamp;

use super::{MetricId, Sample, StatSet};
use crate::sim::world::{World, noise};

/// Seconds after the minute until CloudWatch shows it: at least, and at most.
const LATE: (f64, f64) = (60.0, 75.0);

impl World {
    /// `PutMetricData`: values at a moment; CloudWatch shows them a little later.
    pub fn put_metric(&mut self, region: &str, id: &MetricId, at: Timestamp, stats: StatSet) {
        let minute = at.as_second().div_euclid(60) * 60;
        let visible = self.now.as_second() + 5;
        self.metrics.add(region, id, Sample { minute, visible, stats });
    }

    /// When CloudWatch in a Region shows the minute that ends now; `None` when it never will.
    pub(in crate::sim::world) fn shown(&self, region: &str, id: &MetricId) -> i64 {
        let key = noise::key(region) ^ noise::key(&id.namespace);
        let late = noise::between(self.seed, self.now.as_second(), key, LATE.0, LATE.1);
        #[expect(clippy::cast_possible_truncation, reason = "about a minute")]
        let late = late as i64;
        self.now.as_second() + late
    }
}
