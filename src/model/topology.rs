//! What exists: the workload as its `pointsman.toml` declares it.
//!
//! Plain values without behaviour beyond naming; it must never hold anything that was read from AWS.

mod compute;
mod drill;
mod names;
mod production;
mod replica;
mod routing;
mod shared;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::recipe::Recipe;

pub use compute::{EcsService, Receive, Runbook, Service};
pub use drill::{Experiment, SwitchPlan};
pub use names::{DnsName, DnsRecord, Policy, Resolver};
pub use production::Production;
pub use replica::{Replica, ReplicaEngine};
pub use routing::{Control, Endpoint, Panel, Routing, Rule, RuleKind, RuleLogic, bare};
pub use shared::SharedTable;

/// The name of an AWS Region, such as `us-east-1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Region(Arc<str>);

impl Region {
    /// Takes the name as it is; whether such a Region is declared is for the config to say.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The full name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The usual short form: `us-east-1` → `use1`, `ap-southeast-2` → `apse2`.
    #[must_use]
    pub fn short(&self) -> String {
        let mut parts = self.0.split('-');
        let mut short = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            short.push_str(match part {
                "north" => "n",
                "south" => "s",
                "east" => "e",
                "west" => "w",
                "central" => "c",
                "northeast" => "ne",
                "northwest" => "nw",
                "southeast" => "se",
                "southwest" => "sw",
                other => other,
            });
        }
        short
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for Region {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// The whole declared workload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// Its name, as the header shows it.
    pub workload: String,
    /// The environment word: `production`, `staging`, `simulated`, …
    pub environment: String,
    /// The twelve digits of the account it must be in; anything else the identity says is a mismatch.
    pub account: Option<String>,
    /// The Region this host stands in, if it is known.
    pub home: Option<Region>,
    /// The time and the loss that are promised.
    pub objectives: Objectives,
    /// The Regions in the order they are drawn.
    pub regions: Vec<RegionSpec>,
    /// ARC routing control, where the workload has it.
    pub routing: Option<Routing>,
    /// Aurora global databases.
    pub auroras: Vec<Aurora>,
    /// Databases with read replicas in other Regions.
    pub replicas: Vec<Replica>,
    /// DynamoDB global tables.
    pub tables: Vec<Table>,
    /// ECS services that answer users.
    pub services: Vec<Service>,
    /// Automation documents that plans may start.
    pub runbooks: Vec<Runbook>,
    /// Links of other stores whose lag is a metric.
    pub lag_links: Vec<LagLink>,
    /// FIS experiment templates that drills may start.
    pub experiments: Vec<Experiment>,
    /// ARC Region switch plans.
    pub plans: Vec<SwitchPlan>,
    /// Names that users resolve.
    pub dns: Vec<DnsName>,
    /// The resolvers that are asked for these names.
    pub resolvers: Vec<Resolver>,
    /// The business metric: orders a period, in each Region.
    pub orders: Option<OrdersSpec>,
    /// When going home is allowed.
    pub failback: Failback,
    /// Which accounts and environments are production.
    pub production: Production,
    /// The operators' own playbooks, by name.
    pub playbooks: Vec<Recipe>,
}

impl Topology {
    /// The ECS service of this name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The runbook of this name.
    #[must_use]
    pub fn runbook(&self, name: &str) -> Option<&Runbook> {
        self.runbooks.iter().find(|runbook| runbook.name == name)
    }

    /// The declaration of a Region.
    #[must_use]
    pub fn region(&self, name: &Region) -> Option<&RegionSpec> {
        self.regions.iter().find(|r| &r.name == name)
    }

    /// The Region's short form: the declared one, else the usual one.
    #[must_use]
    pub fn short(&self, name: &Region) -> String {
        self.region(name).map_or_else(|| name.short(), |r| r.short.clone())
    }

    /// The environment or the declared account is one where a mistake reaches customers.
    #[must_use]
    pub fn is_production(&self) -> bool {
        let account = self.account.as_deref();
        self.production.has_environment(&self.environment)
            || account.is_some_and(|account| self.production.has_account(account))
    }
}

/// Recovery objectives of the workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Objectives {
    /// Longest time to serve again.
    pub rto: Duration,
    /// Longest span of writes that may be lost.
    pub rpo: Duration,
}

/// When writers and traffic may go home after a failover; nothing ever takes them there by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failback {
    /// So long after a failover it is locked.
    pub locked: Duration,
    /// Replicas must have caught up, and both Regions been healthy, for so long.
    pub settled: Duration,
    /// With more moves than this in a day it is locked: somebody flaps.
    pub flaps: usize,
}

impl Default for Failback {
    fn default() -> Self {
        Self { locked: Duration::from_hours(1), settled: Duration::from_mins(5), flaps: 3 }
    }
}

/// One Region that serves the workload.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionSpec {
    /// Its full name.
    pub name: Region,
    /// Its short name on narrow screens.
    pub short: String,
    /// Orders a minute it can carry, if that was measured.
    pub capacity: Option<f64>,
    /// Its health sources, in the order they are drawn.
    pub signals: Vec<Signal>,
}

/// One CloudWatch metric with its statistic; the key under which its points are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metric {
    /// The Region whose CloudWatch is asked.
    pub region: Region,
    /// Such as `AWS/ApplicationELB`.
    pub namespace: Arc<str>,
    /// Such as `RequestCount`.
    pub name: Arc<str>,
    /// Dimension names and values; CloudWatch matches all of them exactly.
    pub dimensions: Arc<BTreeMap<String, String>>,
    /// `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile as `p99`.
    pub statistic: Arc<str>,
    /// Seconds between points; 60 or a multiple, as aws-facts section 7 says.
    pub period: u32,
}

/// One health source of one Region.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The row label, unique in its Region.
    pub name: String,
    /// Which family it belongs to, for disagreement between families: `canary`, `alb`, `ecs`, …
    pub family: String,
    /// How its value comes from metrics.
    pub formula: Formula,
    /// From here on it is worth a look.
    pub look: Option<Threshold>,
    /// From here on it is bad.
    pub bad: Option<Threshold>,
    /// What no data point means.
    pub missing: Missing,
    /// How the value is written.
    pub unit: Unit,
}

/// How a value comes from metrics.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// The newest point of one metric.
    Value(Metric),
    /// `part` of `whole` as a percentage, drawn with the whole: `12.1%/412`.
    Share {
        /// The counted part, such as 5XX answers.
        part: Metric,
        /// What it is part of, such as requests.
        whole: Metric,
    },
    /// `part` of `whole` as a fraction, drawn as `4/6`; thresholds are on the percentage.
    Of {
        /// What there is, such as running tasks.
        part: Metric,
        /// What should be, such as desired tasks.
        whole: Metric,
    },
    /// The state of a CloudWatch alarm, which is read by `DescribeAlarms` and is no metric. Its value is 1 in `OK`,
    /// 0 in `ALARM` and absent in `INSUFFICIENT_DATA`, so that thresholds work on it as on a health check.
    Alarm {
        /// The Region that holds the alarm.
        region: Region,
        /// The alarm's name.
        name: String,
    },
}

impl Formula {
    /// Every metric it needs; none for an alarm.
    #[must_use]
    pub fn metrics(&self) -> Vec<&Metric> {
        match self {
            Self::Value(metric) => vec![metric],
            Self::Share { part, whole } | Self::Of { part, whole } => vec![part, whole],
            Self::Alarm { .. } => Vec::new(),
        }
    }
}

/// A limit on one side of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// Crossed below this value.
    Below(f64),
    /// Crossed above this value.
    Above(f64),
}

impl Threshold {
    /// Whether the value is over the limit.
    #[must_use]
    pub fn crossed(self, value: f64) -> bool {
        match self {
            Self::Below(limit) => value < limit,
            Self::Above(limit) => value > limit,
        }
    }
}

/// What the absence of a data point means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing was measured: the signal is unknown.
    Unknown,
    /// The service publishes nothing when there is nothing to count, as ALB does with 5XX.
    Zero,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 0 to 100.
    Percent,
    /// A plain number.
    Count,
    /// Seconds, as `8.9s`.
    Seconds,
    /// Milliseconds, written as seconds from 1,000 on.
    Milliseconds,
    /// Bytes, with a binary prefix.
    Bytes,
    /// 1 or 0, as a health check has it.
    State,
}

/// One Aurora global database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aurora {
    /// The store it serves, as the screen names it.
    pub store: String,
    /// The global cluster identifier.
    pub global: String,
    /// The member cluster's ARN in each Region.
    pub clusters: BTreeMap<Region, String>,
    /// Longest span of its writes that may be lost.
    pub rpo: Duration,
}

/// One DynamoDB global table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The store it serves.
    pub store: String,
    /// The table name, the same in every Region.
    pub table: String,
    /// Its replicas.
    pub regions: Vec<Region>,
    /// Longest span of its writes that may be lost.
    pub rpo: Duration,
}

/// A link of another store, known by a lag metric alone.
#[derive(Clone, Debug, PartialEq)]
pub struct LagLink {
    /// The store it serves.
    pub store: String,
    /// Where the data comes from.
    pub from: Region,
    /// Where it goes.
    pub to: Region,
    /// The lag metric.
    pub metric: Metric,
    /// What the metric counts in.
    pub unit: Unit,
    /// Longest span of its writes that may be lost.
    pub rpo: Duration,
}

/// The orders metric; each Region has its own series of it.
#[derive(Clone, Debug, PartialEq)]
pub struct OrdersSpec {
    /// The series of each Region, in the order of the Regions.
    pub series: BTreeMap<Region, Metric>,
    /// The Aurora store in which orders are written; its lag decides how many are at risk.
    pub store: Option<String>,
}
