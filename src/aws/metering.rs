//! Counts of what was really asked, for the meter in the header.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts calls; shared by all clones of the clients.
#[derive(Debug, Default)]
pub struct Tally {
    calls: AtomicU64,
    metrics: AtomicU64,
}

/// What was asked since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Requests sent, failed ones included.
    pub calls: u64,
    /// Metrics requested by `GetMetricData`, which is what CloudWatch bills.
    pub metrics: u64,
}

impl Tally {
    /// The counts now.
    #[must_use]
    pub fn counted(&self) -> Counted {
        Counted { calls: self.calls.load(Ordering::Relaxed), metrics: self.metrics.load(Ordering::Relaxed) }
    }

    pub(super) fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn metrics(&self, requested: usize) {
        self.metrics.fetch_add(requested as u64, Ordering::Relaxed);
    }
}
