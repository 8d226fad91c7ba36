//! CloudWatch alarms: a metric, a threshold, and a state that follows what the metric shows.
//! It must never look past what CloudWatch shows at that moment.

mod judge;
mod usual;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(super) use usual::{of_checks, usual};

use super::health::Comparison;
use super::metric::{MetricId, Stat};

/// The state of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum AlarmState {
    /// `OK`
    Ok,
    /// `ALARM`
    Alarm,
    /// `INSUFFICIENT_DATA`
    InsufficientData,
}

impl AlarmState {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

/// What a missing point counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    /// Breaching.
    Breaching,
    /// Not breaching.
    NotBreaching,
    /// Unknown.
    Missing,
}

impl Missing {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breaching => "breaching",
            Self::NotBreaching => "notBreaching",
            Self::Missing => "missing",
        }
    }
}

/// A metric alarm.
#[derive(Clone, Debug, Serialize)]
pub struct Alarm {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Region.
    pub region: String,
    /// Metric.
    pub id: MetricId,
    /// Statistic.
    pub stat: Stat,
    /// Period, seconds.
    pub period: u32,
    /// Periods looked at, all of which must breach.
    pub periods: u32,
    /// Threshold.
    pub threshold: f64,
    /// How it is compared.
    pub comparison: Comparison,
    /// What a missing point counts as.
    pub missing: Missing,
    /// State.
    pub state: AlarmState,
    /// When the state last changed.
    pub since: Timestamp,
    /// Why, in words.
    pub reason: String,
}
