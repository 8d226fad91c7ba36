//! The world of a scenario, as compact as it can be said; `world::build` makes resources of it.
//! It must never hold an id that can be made from a name.

mod usual;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Rotation;
use crate::sim::world::arc::{ControlState, safety::RuleType};

/// What there is. What a scenario does not say is as in `calm`: the two Regions of the AWS guidance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Account id.
    #[serde(default = "account")]
    pub account: String,
    /// The Region that writes at the start.
    #[serde(default = "usual::writer")]
    pub writer: String,
    /// Regions.
    #[serde(default = "usual::regions")]
    pub regions: Vec<Region>,
    /// Aurora global databases.
    #[serde(default = "usual::aurora")]
    pub aurora: Vec<Aurora>,
    /// Databases with a read replica in every other Region.
    #[serde(default)]
    pub replicas: Vec<Replica>,
    /// DynamoDB global tables.
    #[serde(default = "usual::tables")]
    pub tables: Vec<Table>,
    /// Buckets that S3 replicates from the writer's Region.
    #[serde(default)]
    pub buckets: Vec<Bucket>,
    /// The name the clients use.
    #[serde(default = "usual::dns")]
    pub dns: Dns,
    /// Routing controls that are Off at the start, or not named as a Region.
    #[serde(default)]
    pub controls: BTreeMap<String, ControlState>,
    /// Safety rules.
    #[serde(default = "usual::rules")]
    pub rules: Vec<Rule>,
    /// Endpoints taken away in turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
}

fn account() -> String {
    "111122223333".to_owned()
}

/// A Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Name.
    pub name: String,
    /// Short name.
    pub short: String,
    /// Orders a minute its own clients place.
    pub orders: f64,
    /// Orders a minute it can carry.
    pub capacity: f64,
    /// Tasks on a calm day.
    #[serde(default = "tasks")]
    pub tasks: u32,
    /// Country code of its own clients.
    #[serde(default = "country")]
    pub country: String,
    /// Continent code of its own clients.
    #[serde(default = "continent")]
    pub continent: String,
}

fn tasks() -> u32 {
    6
}

fn country() -> String {
    "US".to_owned()
}

fn continent() -> String {
    "NA".to_owned()
}

/// An Aurora global database with a member in each Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aurora {
    /// The word by which a person knows it; ids are made from it.
    pub store: String,
    /// Lag when nothing is wrong.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub lag: Duration,
    /// Whether an order needs it.
    #[serde(default)]
    pub orders: bool,
    /// Regions whose member has no instance.
    #[serde(default)]
    pub headless: Vec<String>,
    /// How long automated snapshots are kept.
    #[serde(
        default = "retention",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required"
    )]
    pub retention: Duration,
}

fn retention() -> Duration {
    Duration::from_hours(7 * 24)
}

/// The engine of a database that is replicated by its log, not by its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Aurora MySQL clusters by binary log.
    AuroraBinlog,
    /// RDS instances.
    Rds,
}

/// A database in the writer's Region with a read replica in every other one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replica {
    /// The word by which a person knows it; ids are made from it.
    pub store: String,
    /// Engine.
    pub kind: Engine,
    /// Lag when nothing is wrong.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub lag: Duration,
    /// Whether an order needs it.
    #[serde(default)]
    pub orders: bool,
}

/// Buckets of one store, one in each Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// The word by which a person knows it; ids are made from it.
    pub store: String,
    /// Lag when nothing is wrong.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub lag: Duration,
    /// Whether what is put into the other Regions' buckets comes back too.
    #[serde(default)]
    pub both_ways: bool,
}

/// A DynamoDB global table with a replica in each Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The word by which a person knows it.
    pub store: String,
    /// Name.
    pub table: String,
    /// Partition key attribute.
    #[serde(default = "hash_key")]
    pub hash_key: String,
    /// Sort key attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_key: Option<String>,
    /// Lag when nothing is wrong.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub lag: Duration,
    /// A third Region that makes it strongly consistent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
}

fn hash_key() -> String {
    "id".to_owned()
}

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
    /// For `geolocation`: `*`, a continent code or a country code of each Region.
    #[serde(default)]
    pub places: BTreeMap<String, String>,
}

/// A safety rule; names of controls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name.
    pub name: String,
    /// Asserted controls, of an assertion rule.
    #[serde(default)]
    pub assert: Vec<String>,
    /// Gating controls, of a gating rule.
    #[serde(default)]
    pub gating: Vec<String>,
    /// Target controls, of a gating rule.
    #[serde(default)]
    pub target: Vec<String>,
    /// How many have to be On.
    #[serde(rename = "type")]
    pub kind: RuleType,
    /// For `ATLEAST`.
    #[serde(default)]
    pub threshold: u32,
    /// Turned round.
    #[serde(default)]
    pub inverted: bool,
    /// Wait period.
    #[serde(default = "wait", with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub wait: Duration,
}

fn wait() -> Duration {
    Duration::from_secs(5)
}
