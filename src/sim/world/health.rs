//! Route 53 health checks: what each looks at, and what DNS knows of it some seconds later.
//! It must never answer for a record: `dns` chooses.

mod request;
mod verdict;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::metric::{MetricId, Stat, StatSet};

/// How a metric is compared with a threshold (CloudWatch's words).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `>=`
    GreaterThanOrEqualToThreshold,
    /// `>`
    GreaterThanThreshold,
    /// `<`
    LessThanThreshold,
    /// `<=`
    LessThanOrEqualToThreshold,
}

impl Comparison {
    /// Whether a value breaches the threshold.
    #[must_use]
    pub fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterThanOrEqualToThreshold => value >= threshold,
            Self::GreaterThanThreshold => value > threshold,
            Self::LessThanThreshold => value < threshold,
            Self::LessThanOrEqualToThreshold => value <= threshold,
        }
    }

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GreaterThanOrEqualToThreshold => "GreaterThanOrEqualToThreshold",
            Self::GreaterThanThreshold => "GreaterThanThreshold",
            Self::LessThanThreshold => "LessThanThreshold",
            Self::LessThanOrEqualToThreshold => "LessThanOrEqualToThreshold",
        }
    }
}

/// What a metric health check says when the metric has no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WithoutData {
    /// Healthy.
    Healthy,
    /// Unhealthy.
    Unhealthy,
    /// As before.
    LastKnownStatus,
}

/// What a health check looks at.
#[derive(Clone, Debug, Serialize)]
pub enum Probe {
    /// A routing control, by ARN.
    RecoveryControl {
        /// ARN of the control.
        control: String,
    },
    /// An endpoint of a Region over HTTPS, from checkers round the world.
    Endpoint {
        /// The Region it stands in.
        region: usize,
        /// Host name.
        host: String,
        /// Path.
        path: String,
        /// A text that the page must have (`HTTPS_STR_MATCH`).
        search: Option<String>,
        /// Seconds between two requests of a checker: 10 or 30.
        interval: u32,
        /// Failures in a row until it counts as down: 1 to 10.
        failures: u32,
    },
    /// The data stream of a metric.
    Metric {
        /// Region of the metric.
        region: String,
        /// The metric.
        id: MetricId,
        /// Statistic.
        stat: Stat,
        /// Period, seconds.
        period: u32,
        /// Periods that must breach.
        periods: u32,
        /// Threshold.
        threshold: f64,
        /// How it is compared.
        comparison: Comparison,
        /// Without data.
        without_data: WithoutData,
    },
    /// Other health checks, by id.
    Calculated {
        /// Ids.
        children: Vec<String>,
        /// How many must be healthy: 0 always healthy, more than there are never.
        threshold: u32,
    },
}

/// A health check.
#[derive(Clone, Debug, Serialize)]
pub struct HealthCheck {
    /// Id (a UUID).
    pub id: String,
    /// Name tag.
    pub name: String,
    /// Grows by one with each update.
    pub version: i64,
    /// What it looks at.
    pub probe: Probe,
    /// Turns the verdict round.
    pub inverted: bool,
    /// Stops looking: healthy (before `inverted`).
    pub disabled: bool,
    /// What DNS acts on now.
    pub healthy: bool,
    /// What it will act on, and from when.
    pub turning: Option<(Timestamp, bool)>,
    /// Since when DNS acts on it.
    pub since: Timestamp,
    /// What it said in this minute.
    #[serde(skip)]
    pub(super) minute: Option<StatSet>,
}

/// The members of `UpdateHealthCheck` that the simulator changes; `None` leaves one as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HealthCheckUpdate {
    /// The version the caller saw.
    pub version: Option<i64>,
    /// Inverted.
    pub inverted: Option<bool>,
    /// Disabled.
    pub disabled: Option<bool>,
    /// `FailureThreshold`, `HealthThreshold`: of endpoint and calculated checks.
    pub threshold: Option<u32>,
    /// Children of a calculated check.
    pub children: Option<Vec<String>>,
}
