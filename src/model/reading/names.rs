//! What was read of names: their records and health checks from Route 53, and what resolvers answer.
//!
//! A record is kept whole, so that it can be written back as it was; what it means is for `verdict`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::topology::Region;

/// A record as `ListResourceRecordSets` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordReading {
    /// Its `SetIdentifier`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How it is chosen.
    pub routing: RecordRouting,
    /// Where it leads.
    pub lead: Lead,
    /// Its health check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<String>,
}

impl RecordReading {
    /// Where it leads, in one text.
    #[must_use]
    pub fn target(&self) -> String {
        match &self.lead {
            Lead::Alias { name, .. } => name.clone(),
            Lead::Values { values, .. } => values.join(" "),
        }
    }
}

/// The routing of a record, in Route 53's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordRouting {
    /// The only one of its name and type.
    Simple,
    /// `Weight`, 0 to 255.
    Weight(u8),
    /// `Region` of a latency record.
    Latency(Region),
    /// `Failover`: PRIMARY.
    First,
    /// `Failover`: SECONDARY.
    Second,
    /// `GeoLocation`.
    Place {
        /// `ContinentCode`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        continent: Option<String>,
        /// `CountryCode`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<String>,
        /// `SubdivisionCode`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subdivision: Option<String>,
    },
    /// Another one, which the program can show and not write.
    Other(String),
}

impl fmt::Display for RecordRouting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple => f.write_str("simple"),
            Self::Weight(weight) => write!(f, "weight {weight}"),
            Self::Latency(region) => write!(f, "latency {region}"),
            Self::First => f.write_str("PRIMARY"),
            Self::Second => f.write_str("SECONDARY"),
            Self::Place { continent, country, subdivision } => {
                let parts: Vec<&str> =
                    [continent, country, subdivision].into_iter().flatten().map(String::as_str).collect();
                let place = if parts.is_empty() { "*".to_owned() } else { parts.join("-") };
                write!(f, "geolocation {place}")
            }
            Self::Other(word) => f.write_str(word),
        }
    }
}

/// Where a record leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lead {
    /// An alias to another AWS name.
    Alias {
        /// The name, as Route 53 has it.
        name: String,
        /// Its hosted zone id.
        zone: String,
        /// `EvaluateTargetHealth`.
        evaluate: bool,
    },
    /// Plain values.
    Values {
        /// Seconds for which a resolver may keep them.
        ttl: u32,
        /// The values.
        values: Vec<String>,
    },
}

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias { name, .. } => f.write_str(name),
            Self::Values { values, .. } => f.write_str(&values.join(" ")),
        }
    }
}

/// Two DNS names are the same, whatever their case, a final dot, and the prefix of a load balancer's IPv6 name.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    fn bare(name: &str) -> &str {
        let name = name.trim_end_matches('.');
        let (prefix, rest) = name.split_at_checked("dualstack.".len()).unwrap_or(("", name));
        if prefix.eq_ignore_ascii_case("dualstack.") { rest } else { name }
    }
    bare(one).eq_ignore_ascii_case(bare(other))
}

/// A change of records on its way to the name servers, as `GetChange` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeStatus {
    /// Not all name servers have it.
    Pending,
    /// All have it.
    Insync,
}

impl fmt::Display for ChangeStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pending => "PENDING",
            Self::Insync => "INSYNC",
        })
    }
}

/// A health check as `GetHealthCheck` tells it, without its verdict, which is a metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheckReading {
    /// It grows with each change, and a change must name it.
    pub version: i64,
    /// `RECOVERY_CONTROL`, `HTTPS_STR_MATCH`, `CLOUDWATCH_METRIC`, …
    pub kind: String,
    /// Its verdict is turned round.
    pub inverted: bool,
    /// It looks no more, and counts as healthy.
    pub disabled: bool,
}

/// What a resolver answers for a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The addresses; none when there is no such name or no such record.
    pub addresses: Vec<IpAddr>,
    /// The names it was led on to by CNAMEs, in their order.
    pub chain: Vec<String>,
    /// How long it keeps this answer from when it gave it.
    pub ttl: Duration,
    /// What it answers for the name that stands behind each Region's record.
    pub behind: BTreeMap<Region, Vec<IpAddr>>,
}
