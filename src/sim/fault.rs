//! What can go wrong, as data: the same words in a scenario's timeline and in `POST /_sim/inject`.
//! It must never act: the world and its gate read it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A fault with, if it ends by itself, how long it lasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Injection {
    /// How long it lasts; without it until cleared.
    #[serde(
        rename = "for",
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub lasts: Option<Duration>,
    /// What is wrong.
    #[serde(flatten)]
    pub fault: Fault,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// A share of the Region's application is broken; its AWS APIs too when `control_plane` is set.
    RegionImpaired {
        /// The Region.
        region: String,
        /// 0 nothing, 1 everything.
        severity: f64,
        /// Whether the Region's API endpoints and CloudWatch suffer as much.
        #[serde(default)]
        control_plane: bool,
    },
    /// Nothing in the Region answers, its API endpoints included.
    RegionLost {
        /// The Region.
        region: String,
    },
    /// No traffic between two Regions: replication, write forwarding, canaries.
    Partition {
        /// One side.
        a: String,
        /// The other side.
        b: String,
    },
    /// An ARC cluster endpoint answers `EndpointTemporarilyUnavailableException`.
    EndpointDown {
        /// The endpoint's Region.
        endpoint: String,
    },
    /// An ARC cluster endpoint takes the connection and never answers.
    EndpointHang {
        /// The endpoint's Region.
        endpoint: String,
    },
    /// A share of the calls is throttled.
    Throttle {
        /// Service as signed (`monitoring`, `rds`, `route53-recovery-cluster`).
        service: String,
        /// Only in this Region.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// Share of the calls, 0 to 1.
        rate: f64,
    },
    /// Calls are denied by IAM.
    AccessDenied {
        /// Service as signed.
        service: String,
        /// Only this operation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operation: Option<String>,
        /// Only in this Region.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
    },
    /// The caller's session token is over: every service refuses it.
    ExpiredToken {},
    /// Answers take longer.
    Latency {
        /// Only in this Region.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// Only this service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<String>,
        /// Added to every answer, milliseconds.
        ms: u64,
    },
    /// The canaries that look at a Region fail though the Region is well.
    CanaryFailure {
        /// The Region looked at.
        region: String,
        /// Share of the probes, 0 to 1.
        rate: f64,
    },
    /// The Region's application answers 5xx to a share of the requests.
    ErrorRate {
        /// The Region.
        region: String,
        /// Share of the requests, 0 to 1.
        rate: f64,
    },
    /// No task can be placed in a Region: what runs runs on, what is asked for stays pending.
    NoCapacity {
        /// The Region.
        region: String,
    },
    /// The shop is closed by hand: pages are answered, and no Region takes an order.
    OrdersClosed {},
    /// What people do after a promotion: the database of a store that was left behind is replaced by a read replica of
    /// the one that serves. Where nothing was promoted it does nothing.
    ReplicaRebuilt {
        /// The store.
        store: String,
        /// The Region of the old database.
        region: String,
    },
    /// One link of one store falls behind.
    Lag {
        /// The store.
        store: String,
        /// Where the writes are.
        from: String,
        /// Where they are late.
        to: String,
        /// The lag it is held at, seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<f64>,
        /// Or the seconds of lag it gains each second (1 is a stopped stream).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        growth: Option<f64>,
    },
    /// The next calls take effect and their answers never come.
    LostAnswer {
        /// Service as signed.
        service: String,
        /// The operation.
        operation: String,
        /// How many calls.
        #[serde(default = "once")]
        times: u32,
    },
    /// The next calls are refused with this code.
    Refuse {
        /// Service as signed.
        service: String,
        /// The operation.
        operation: String,
        /// How many calls.
        #[serde(default = "once")]
        times: u32,
        /// Error code on the wire.
        code: String,
    },
    /// Ends faults: the one with this id, those of this kind, or all.
    Clear {
        /// Id that the injection returned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u32>,
        /// Kind, as written in a scenario.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
}

const fn once() -> u32 {
    1
}

/// A fault that holds now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Active {
    /// By which it can be cleared.
    pub id: u32,
    /// Since when.
    pub since: Timestamp,
    /// Until when, if it ends by itself.
    pub until: Option<Timestamp>,
    /// What is wrong.
    pub fault: Fault,
    /// Calls it has still to meet, for the faults that count.
    pub left: Option<u32>,
}

impl Fault {
    /// Its word in a scenario.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RegionImpaired { .. } => "region-impaired",
            Self::RegionLost { .. } => "region-lost",
            Self::Partition { .. } => "partition",
            Self::EndpointDown { .. } => "endpoint-down",
            Self::EndpointHang { .. } => "endpoint-hang",
            Self::Throttle { .. } => "throttle",
            Self::AccessDenied { .. } => "access-denied",
            Self::ExpiredToken {} => "expired-token",
            Self::Latency { .. } => "latency",
            Self::CanaryFailure { .. } => "canary-failure",
            Self::ErrorRate { .. } => "error-rate",
            Self::NoCapacity { .. } => "no-capacity",
            Self::OrdersClosed {} => "orders-closed",
            Self::ReplicaRebuilt { .. } => "replica-rebuilt",
            Self::Lag { .. } => "lag",
            Self::LostAnswer { .. } => "lost-answer",
            Self::Refuse { .. } => "refuse",
            Self::Clear { .. } => "clear",
        }
    }

    /// How many calls it meets before it is spent, for the faults that count.
    #[must_use]
    pub const fn times(&self) -> Option<u32> {
        match self {
            Self::LostAnswer { times, .. } | Self::Refuse { times, .. } => Some(*times),
            _ => None,
        }
    }
}
