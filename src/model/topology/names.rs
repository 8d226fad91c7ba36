//! The names that users resolve: their records, what stands behind each, and the resolvers that are asked for them.
//!
//! Literals of the config; it must never hold anything that was read.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Region;

/// A name that users resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsName {
    /// The fully qualified name without its last dot.
    pub name: String,
    /// The hosted zone's id.
    pub zone: String,
    /// `A`, `AAAA` or `CNAME`.
    pub kind: String,
    /// The routing policy all its records must share.
    pub policy: Policy,
    /// How long a resolver keeps an answer; 60 s for an alias to a load balancer.
    pub ttl: Duration,
    /// Its records.
    pub records: Vec<DnsRecord>,
}

/// A Route 53 routing policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// One record.
    Simple,
    /// Shares by weight.
    Weighted,
    /// The nearest Region by latency.
    Latency,
    /// PRIMARY and SECONDARY records.
    Failover,
    /// By where the user is.
    Geolocation,
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Simple => "simple",
            Self::Weighted => "weighted",
            Self::Latency => "latency",
            Self::Failover => "failover",
            Self::Geolocation => "geolocation",
        })
    }
}

/// One record of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsRecord {
    /// Its `SetIdentifier`.
    pub id: String,
    /// The Region it leads to.
    pub region: Region,
    /// The health check that decides on it.
    pub health_check: Option<String>,
    /// The DNS name of what stands behind it, in its Region: a literal, so that it can be compared with what is
    /// answered, and written back after the record was made to lead elsewhere.
    pub target: Option<String>,
    /// The hosted zone id of that name, which an alias needs.
    pub target_zone: Option<String>,
}

/// A resolver that is asked what users are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    /// Its name on the screen.
    pub name: String,
    /// Where it listens; `None` for the one this host uses.
    pub address: Option<SocketAddr>,
}
