//! Route 53 zones: the records, their changes on the way to the name servers, and the choice of an answer.
//! It must never probe anything: `health` does.

pub mod choice;
mod request;
pub mod resolver;

use jiff::Timestamp;
use serde::Serialize;

/// How a record of a set is chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Routing {
    /// The only one of its name and type.
    Simple,
    /// By weight, 0 to 255.
    Weighted(u16),
    /// By the latency to this Region.
    Latency(String),
    /// `Failover`: PRIMARY when true, SECONDARY when not.
    Failover(bool),
    /// By where the client is.
    Geolocation(Geo),
}

/// Where a client has to be for a geolocation record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Geo {
    /// `CountryCode` `*`: anywhere that no other record names.
    Default,
    /// `ContinentCode`.
    Continent(String),
    /// `CountryCode`.
    Country(String),
}

/// Where an alias record points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alias {
    /// DNS name of the load balancer, with the final dot.
    pub dns_name: String,
    /// Hosted zone id of the load balancer.
    pub zone: String,
    /// `EvaluateTargetHealth`.
    pub evaluate: bool,
}

/// A resource record set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// Name, with the final dot.
    pub name: String,
    /// Type (`A`, `CNAME`, `NS`, `SOA`).
    pub kind: String,
    /// `SetIdentifier`; `None` for simple routing.
    pub set_id: Option<String>,
    /// How it is chosen.
    pub routing: Routing,
    /// TTL in seconds; `None` for an alias.
    pub ttl: Option<u32>,
    /// Values; empty for an alias.
    pub values: Vec<String>,
    /// Alias target.
    pub alias: Option<Alias>,
    /// Id of its health check.
    pub health_check: Option<String>,
}

impl Record {
    /// Whether two records are the same one (name, type, set identifier).
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.name == other.name && self.kind == other.kind && self.set_id == other.set_id
    }
}

/// What a change does with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Action {
    /// Makes a new one.
    Create,
    /// Removes it.
    Delete,
    /// Makes or replaces it.
    Upsert,
}

/// A change batch on its way.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeInfo {
    /// Id, as in `/change/<id>`.
    pub id: String,
    /// Zone id.
    pub zone: String,
    /// When it was accepted.
    pub submitted: Timestamp,
    /// When all name servers have it.
    pub insync: Timestamp,
    /// What it does, until it is done.
    pub batch: Vec<(Action, Record)>,
    /// Whether the name servers have it.
    pub applied: bool,
}

impl ChangeInfo {
    /// The word on the wire.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        if self.applied { "INSYNC" } else { "PENDING" }
    }
}

/// A hosted zone.
#[derive(Clone, Debug, Serialize)]
pub struct Zone {
    /// Id, without `/hostedzone/`.
    pub id: String,
    /// Name, with the final dot.
    pub name: String,
    /// Whether it is private.
    pub private: bool,
    /// Records as the control plane has them.
    pub records: Vec<Record>,
    /// Records as the name servers have them.
    pub live: Vec<Record>,
}

/// All of Route 53 but the health checks.
#[derive(Clone, Debug, Serialize)]
pub struct Dns {
    /// Zones.
    pub zones: Vec<Zone>,
    /// Changes, oldest first.
    pub changes: Vec<ChangeInfo>,
    /// The names whose answers the clients follow, one for each control panel, with the final dot.
    pub names: Vec<String>,
    /// Seconds a resolver keeps an answer.
    pub ttl: u32,
    /// The resolvers that the clients ask.
    pub resolvers: Vec<resolver::Resolver>,
}

impl Dns {
    /// The zone with this id.
    #[must_use]
    pub fn zone(&self, id: &str) -> Option<&Zone> {
        self.zones.iter().find(|z| z.id == id)
    }

    /// The name that the first control panel decides on, with the final dot.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// The change with this id.
    #[must_use]
    pub fn change(&self, id: &str) -> Option<&ChangeInfo> {
        self.changes.iter().find(|c| c.id == id)
    }
}
