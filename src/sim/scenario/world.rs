//! The world of a scenario, as compact as it can be said; `world::build` makes resources of it.
//! It must never hold an id that can be made from a name.

mod dns;
mod experiment;
mod panel;
mod plan;
mod sign_in;
mod usual;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use dns::{Check, Dns, Form, Policy, Probe, Resolver};
pub use experiment::{Action, Empty, Experiment};
pub use panel::Panel;
pub use plan::{Approach, Block, Direction, Plan, Step, Workflow};
pub use sign_in::SignIn;

use super::Rotation;
use super::runbook::Runbook;
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
    /// Health checks beside those that follow a routing control.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// The resolvers that the clients ask; one near each Region when none is said.
    #[serde(default)]
    pub resolvers: Vec<Resolver>,
    /// Whether there is ARC: a routing control for each Region, and a health check that follows it.
    #[serde(default = "yes")]
    pub arc: bool,
    /// Control panels, each with a control for each Region; one when none is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub panels: Vec<Panel>,
    /// Routing controls that are Off at the start, or not named as a Region.
    #[serde(default)]
    pub controls: BTreeMap<String, ControlState>,
    /// Safety rules.
    #[serde(default = "usual::rules")]
    pub rules: Vec<Rule>,
    /// Automation documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<Runbook>,
    /// Tasks that a Region must have before it receives, as the configuration asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receive: Option<Receive>,
    /// When writers and traffic may go home, as the configuration says it; by its own usual times when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failback: Option<Failback>,
    /// How people come to their credentials; without it nobody has to sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// Endpoints taken away in turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// FIS experiment templates.
    #[serde(default)]
    pub experiments: Vec<Experiment>,
    /// Resource types that bear the tag `ChaosAllowed=true`, by which experiments find their targets.
    #[serde(default = "experiment::usual_tagged")]
    pub tagged: Vec<String>,
    /// ARC Region switch plans.
    #[serde(default)]
    pub plans: Vec<Plan>,
}

/// How many tasks a Region needs before it receives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Receive {
    /// So many.
    Tasks(u32),
    /// `sum`: those of both Regions.
    Word(String),
}

/// How soon a failback may follow a failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failback {
    /// So long after a failover it is locked.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub locked: Duration,
    /// Both Regions must have been well for so long.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub settled: Duration,
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
    /// Orders a minute it can carry with `full` tasks.
    pub capacity: f64,
    /// Tasks on a calm day; few of them are a pilot light.
    #[serde(default = "tasks")]
    pub tasks: u32,
    /// Tasks that carry `capacity`; those of a calm day when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<u32>,
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
    /// How far it may be behind, for its configuration; the workload's own objective when it is not said.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub rpo: Option<Duration>,
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
    /// How far it may be behind, for its configuration; the workload's own objective when it is not said.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub rpo: Option<Duration>,
    /// Whether what is put into the other Regions' buckets comes back too.
    #[serde(default)]
    pub both_ways: bool,
}

/// A DynamoDB table, with a replica in each Region unless it says which.
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
    /// The Regions that have it; all of them when not given, and with one it is no global table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// A third Region that makes it strongly consistent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
}

const fn yes() -> bool {
    true
}

fn hash_key() -> String {
    "id".to_owned()
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
