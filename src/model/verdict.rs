//! What follows from the readings: lamps with reasons, lag against RPO, roles, traffic share, orders at risk.
//!
//! Everything here is a pure function of the world and a time; nothing is stored and nothing is guessed:
//! what cannot be known is `None` or [`Lamp::Unknown`], never zero and never `ok`.

mod link;
mod metrics;
mod orders;
mod points;
mod region;
mod role;
mod routing;
mod signal;
mod situation;
mod text;
mod traffic;

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::reading::Freshness;

pub use link::{LinkVerdict, links};
pub(super) use metrics::Index;
pub use metrics::{
    ALB, ROUTE53_HOME, aurora_lag_metric, aurora_replication_lag_metric, health_check_metric,
    table_lag_metric, wanted_alarms, wanted_metrics,
};
pub use orders::{AtRisk, OrdersVerdict, at_risk, headroom, orders, total_rate};
pub use points::metric_freshness;
pub use region::{CANARY, RegionVerdict, region, regions};
pub use role::{Role, moving, role, writer};
pub use routing::{
    ControlCell, ControlVerdict, HealthCheckVerdict, RuleVerdict, controls, drained, health_checks, rules,
};
pub use signal::{SignalVerdict, signal};
pub use situation::{Situation, situation};
pub use text::{NOTHING, age, age_text, change_text, dated_text, limit_text, span, value_text};
pub use traffic::shares;

/// The verdict drawn for a Region, a link or a signal, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// As it should be.
    Ok,
    /// Not known: nothing was seen, or what was seen is too old.
    Unknown,
    /// Worth a look.
    Look,
    /// Bad.
    Bad,
}

impl fmt::Display for Lamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Look => "look",
            Self::Bad => "bad",
        })
    }
}

/// A value with what must be said beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dated<T> {
    /// The value.
    pub value: T,
    /// When it was true: the end of its period for a metric, the answer's arrival otherwise.
    pub at: Timestamp,
    /// How far it can be trusted to be of now.
    pub freshness: Freshness,
}
