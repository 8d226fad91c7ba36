//! The price of reading: calls an hour and dollars a month, from what is asked how often.
//!
//! Only `GetMetricData` costs money: $0.01 for a thousand metrics, without a free tier (aws-facts section 7).

use std::ops::AddAssign;
use std::time::Duration;

/// Dollars for one metric requested by `GetMetricData`.
const DOLLARS_A_METRIC: f64 = 0.01 / 1000.0;
/// Hours in an average month.
const HOURS_A_MONTH: f64 = 730.0;

/// What reading costs at a pace.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    /// Requests an hour, to all services.
    pub calls_per_hour: f64,
    /// Dollars a month if it goes on like this.
    pub dollars_per_month: f64,
}

impl Budget {
    /// What one source costs that makes so many calls, for so many metrics, once every `every`.
    #[must_use]
    pub fn of(calls: usize, metrics: usize, every: Duration) -> Self {
        let rounds = 3600.0 / every.as_secs_f64().max(1.0);
        let dollars_an_hour = count(metrics) * rounds * DOLLARS_A_METRIC;
        Self { calls_per_hour: count(calls) * rounds, dollars_per_month: dollars_an_hour * HOURS_A_MONTH }
    }
}

impl AddAssign for Budget {
    fn add_assign(&mut self, other: Self) {
        self.calls_per_hour += other.calls_per_hour;
        self.dollars_per_month += other.dollars_per_month;
    }
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_metrics_every_half_minute_cost_what_aws_says() {
        let budget = Budget::of(1, 60, Duration::from_secs(30));
        assert!((budget.calls_per_hour - 120.0).abs() < 1e-9);
        assert!((budget.dollars_per_month - 52.56).abs() < 0.01, "{}", budget.dollars_per_month);
    }
}
