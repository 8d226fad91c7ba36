//! The name that the clients use, as compact as it can be said: its records, their health checks, the resolvers.
//! It must never hold an id that can be made from a name.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sim::world::health::WithoutData;

/// The routing policy of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// By latency to the Region.
    Latency,
    /// By weight.
    Weighted,
    /// First and second.
    Failover,
    /// By where the client is.
    Geolocation,
    /// One record.
    Simple,
}

/// The name the clients use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dns {
    /// Name, without the final dot.
    pub name: String,
    /// Hosted zone id.
    pub zone: String,
    /// Routing policy.
    pub policy: Policy,
    /// How long a resolver keeps an answer.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub ttl: Duration,
    /// Weight of each Region, for `weighted`; 100 when not given.
    #[serde(default)]
    pub weights: BTreeMap<String, u16>,
    /// How its records say where they lead.
    #[serde(default)]
    pub form: Form,
    /// For `geolocation`: `*`, a continent code or a country code of each Region.
    #[serde(default)]
    pub places: BTreeMap<String, String>,
}

/// How a record says where it leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// An alias to the load balancer, which evaluates its targets.
    #[default]
    Alias,
    /// A CNAME with the load balancer's name as its value, and a TTL of its own.
    Cname,
}

/// A health check beside those that follow a routing control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Its name; the id is made from it.
    pub name: String,
    /// The Region whose record it decides on; without it the check only alarms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decides: Option<String>,
    /// What it looks at.
    #[serde(flatten)]
    pub probe: Probe,
}

/// What a health check looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Probe {
    /// The home page of a Region over HTTPS, from checkers round the world.
    Endpoint {
        /// The Region.
        region: String,
        /// A text the page must have (`HTTPS_STR_MATCH`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        search: Option<String>,
        /// Seconds between two requests of a checker: 10 or 30.
        #[serde(default = "interval")]
        interval: u32,
        /// Failures in a row until it counts as down: 1 to 10.
        #[serde(default = "failures")]
        failures: u32,
    },
    /// A `CloudWatch` alarm on what another check of this list says, one point a minute.
    Alarm {
        /// Name of that check.
        of: String,
        /// How many points in a row must say that it is unhealthy.
        points: u32,
        /// What it says when points are missing.
        #[serde(default = "without_data")]
        without_data: WithoutData,
    },
    /// Other checks of this list.
    Calculated {
        /// Their names.
        children: Vec<String>,
        /// How many must be healthy.
        threshold: u32,
    },
}

const fn interval() -> u32 {
    30
}

const fn failures() -> u32 {
    3
}

const fn without_data() -> WithoutData {
    WithoutData::LastKnownStatus
}

/// A resolver between the clients and the name servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolver {
    /// Its name.
    pub name: String,
    /// The Region it is near to, which decides what it is answered.
    pub near: String,
    /// It stands inside that Region and is gone with it.
    #[serde(default)]
    pub inside: bool,
    /// It holds every answer at least so long, whatever the TTL says.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub holds: Option<Duration>,
}
