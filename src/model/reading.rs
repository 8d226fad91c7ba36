//! What was seen: observations with their time, the newest of each source, and the points of each metric.
//!
//! A reading is data from outside and is kept as it came; what it means is for `verdict`.
//! Nothing here may turn "not seen" into a number.

mod compute;
mod database;
mod drill;
mod feed;
mod names;
mod series;
mod turn;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::topology::{Metric, Region};

pub use compute::{AutomationReading, AutomationStep, ServiceEvent, ServiceReading};
pub use database::{LEFT_BEHIND, ReplicaReading, SnapshotReading, SnapshotsReading};
pub use drill::{
    ActionReading, ExecutionEvent, ExecutionReading, ExecutionStep, ExecutionsReading, ExperimentReading,
    ExperimentsReading, LeverReading,
};
pub use feed::{Feed, Freshness};
pub use names::{ChangeStatus, HealthCheckReading, Lead, RecordReading, RecordRouting, Resolved, same_name};
pub use series::Series;
pub use turn::{Turn, Turns};

/// Where readings come from; each is asked on its own and fails on its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// CloudWatch of a Region.
    Metrics(Region),
    /// The ARC cluster endpoint in a Region.
    Endpoint(Region),
    /// An Aurora store's global cluster, as the RDS of a Region tells it.
    Aurora(String, Region),
    /// RDS events of an Aurora store or of one with read replicas, from a Region.
    AuroraEvents(String, Region),
    /// A database of a store with read replicas, as the RDS of its Region tells it.
    Replica(String, Region),
    /// The snapshots of an Aurora store's cluster, as the RDS of its Region tells them.
    Snapshots(String, Region),
    /// A DynamoDB store's table, as a Region tells it.
    Table(String, Region),
    /// A FIS experiment template, by its declared name, as the FIS of its Region tells it.
    Experiments(String, Region),
    /// The safety lever of a Region's FIS.
    Lever(Region),
    /// A Region switch plan, by its declared name, as the data plane of a Region tells it.
    Executions(String, Region),
    /// An ECS service by its name in the config, as a Region tells it.
    Service(String, Region),
    /// An Automation execution by its id, as a Region tells it.
    Automation(Region, String),
    /// The records of a name, from the Route 53 control plane.
    Records(String),
    /// A change of records on its way to the name servers, by its id, from the Route 53 control plane.
    RecordChange(String),
    /// A health check's settings, by its id, from the Route 53 control plane.
    HealthCheck(String),
    /// What a resolver answers for a name: the name, then the resolver as the config calls it.
    Resolver(String, String),
    /// The alarms that signals name, from a Region's CloudWatch.
    Alarms(Region),
    /// Who we are, from a Region's STS.
    Identity(Region),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metrics(region) => write!(f, "CloudWatch {region}"),
            Self::Endpoint(region) => write!(f, "cluster endpoint {region}"),
            Self::Aurora(store, region) | Self::Replica(store, region) => {
                write!(f, "RDS {region} ({store})")
            }
            Self::AuroraEvents(store, region) => write!(f, "RDS events {region} ({store})"),
            Self::Snapshots(store, region) => write!(f, "RDS snapshots {region} ({store})"),
            Self::Table(store, region) => write!(f, "DynamoDB {region} ({store})"),
            Self::Experiments(name, region) => write!(f, "FIS {region} ({name})"),
            Self::Lever(region) => write!(f, "FIS safety lever {region}"),
            Self::Executions(name, region) => write!(f, "Region switch {region} ({name})"),
            Self::Service(service, region) => write!(f, "ECS {region} ({service})"),
            Self::Automation(region, id) => write!(f, "Automation {region} ({id})"),
            Self::Records(name) => write!(f, "Route 53 ({name})"),
            Self::RecordChange(id) => write!(f, "Route 53 (change {id})"),
            Self::HealthCheck(id) => write!(f, "Route 53 (health check {id})"),
            Self::Resolver(name, resolver) => write!(f, "resolver {resolver} ({name})"),
            Self::Alarms(region) => write!(f, "CloudWatch alarms {region}"),
            Self::Identity(region) => write!(f, "STS {region}"),
        }
    }
}

/// One answer, or its absence, with the time it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Who was asked.
    pub source: Source,
    /// When the request was made; proof counts only what was asked after the write.
    pub asked: Timestamp,
    /// When the answer arrived, or was given up.
    pub at: Timestamp,
    /// How often this source is asked now; staleness is measured against it.
    pub every: Duration,
    /// What came of it.
    pub result: Result<Reading, Trouble>,
}

impl Observation {
    /// How long the answer took.
    #[must_use]
    pub fn round_trip(&self) -> Duration {
        Duration::try_from(self.at.duration_since(self.asked)).unwrap_or_default()
    }
}

/// What a source said.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Points of metrics.
    Metrics(MetricBatch),
    /// State of each routing control, by control name.
    Controls(BTreeMap<String, ControlState>),
    /// A global cluster.
    Aurora(AuroraReading),
    /// RDS events, oldest first.
    AuroraEvents(Vec<RdsEvent>),
    /// A database of a store with read replicas.
    Replica(ReplicaReading),
    /// Cluster snapshots.
    Snapshots(SnapshotsReading),
    /// A table.
    Table(TableReading),
    /// Experiments of a template.
    Experiments(ExperimentsReading),
    /// A safety lever.
    Lever(LeverReading),
    /// Executions of a plan.
    Executions(ExecutionsReading),
    /// An ECS service.
    Service(ServiceReading),
    /// An Automation execution.
    Automation(AutomationReading),
    /// The records of a name.
    Records(Vec<RecordReading>),
    /// A change of records.
    RecordChange(ChangeStatus),
    /// A health check's settings.
    HealthCheck(HealthCheckReading),
    /// What a resolver answers.
    Resolved(Resolved),
    /// State of each alarm that was asked for, by name; an alarm that does not exist is absent.
    Alarms(BTreeMap<String, AlarmState>),
    /// Who we are.
    Identity(Identity),
}

/// The three states of a CloudWatch alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// Within its threshold.
    Ok,
    /// Outside its threshold.
    Alarm,
    /// It cannot tell.
    InsufficientData,
}

/// The answer to one packed metric request.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricBatch {
    /// The end of the window that was asked, exclusive: up to here silence means absence.
    pub until: Timestamp,
    /// One entry for each metric that was asked, also when it had no points.
    pub series: Vec<MetricAnswer>,
}

/// One metric's part of a packed answer.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricAnswer {
    /// Which metric.
    pub metric: Metric,
    /// Its points, oldest first.
    pub points: Vec<Point>,
    /// This metric alone failed, as CloudWatch allows (`Forbidden`, `InternalError`, `PartialData`).
    pub trouble: Option<Trouble>,
}

/// One data point; `at` is the start of its period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Start of the period it covers.
    pub at: Timestamp,
    /// Its value in the metric's unit.
    pub value: f64,
}

/// The two states of a routing control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ControlState {
    /// Traffic may enter.
    On,
    /// Traffic is kept out.
    Off,
}

impl fmt::Display for ControlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::On => "On",
            Self::Off => "Off",
        })
    }
}

/// A global cluster as `DescribeGlobalClusters` tells it; statuses are open strings (aws-facts section 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuroraReading {
    /// The global cluster's own status.
    pub status: String,
    /// Its members.
    pub members: Vec<AuroraMember>,
    /// What is in progress, if anything.
    pub moving: Option<AuroraMove>,
}

impl AuroraReading {
    /// The status that stands for a cluster which no global cluster knows any more: it has been detached.
    pub const DETACHED: &str = "detached";

    /// It is of one cluster that stands alone, not of a global cluster.
    #[must_use]
    pub fn is_detached(&self) -> bool {
        self.status == Self::DETACHED
    }

    /// The Region that writes; `None` when no member or more than one claims to.
    #[must_use]
    pub fn writer(&self) -> Option<&Region> {
        let mut writers = self.members.iter().filter(|m| m.writer);
        match (writers.next(), writers.next()) {
            (Some(one), None) => Some(&one.region),
            _ => None,
        }
    }
}

/// One member cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuroraMember {
    /// The Region of its ARN.
    pub region: Region,
    /// Its ARN.
    pub arn: String,
    /// It is the writer.
    pub writer: bool,
    /// Its own status, if it was read (`available`, `promoting`, …).
    pub status: Option<String>,
    /// `connected`, `pending-resync`, or nothing for the writer.
    pub sync: Option<String>,
    /// Number of instances; a headless member cannot serve.
    pub instances: Option<usize>,
}

/// A switchover or failover in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuroraMove {
    /// `pending`, `switching-over`, `failing-over`, `cancelling`.
    pub status: String,
    /// The cluster that gives the role up.
    pub from: String,
    /// The cluster that takes it.
    pub to: String,
    /// It is a failover and may lose writes.
    pub data_loss_allowed: bool,
}

/// One RDS event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RdsEvent {
    /// When it happened.
    pub at: Timestamp,
    /// The cluster it is about.
    pub cluster: String,
    /// Its text.
    pub message: String,
}

/// A table as `DescribeTable` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableReading {
    /// `ACTIVE`, …
    pub status: String,
    /// Status of each other replica.
    pub replicas: BTreeMap<Region, String>,
    /// `MultiRegionConsistency` is `STRONG`.
    pub strong: bool,
}

/// Who the credentials are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
    /// When the credentials end, if they say so.
    pub expires: Option<Timestamp>,
    /// Where they are from, in words, with the roles in between: `keys of profile base → role ops-failover`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}

impl Identity {
    /// The role or user name, without account and session.
    #[must_use]
    pub fn role(&self) -> &str {
        let resource = self.arn.rsplit(':').next().unwrap_or(&self.arn);
        let mut parts = resource.split('/');
        let first = parts.next().unwrap_or(resource);
        parts.next().unwrap_or(first)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What kind of trouble, which decides on backing off and on wording.
    pub kind: TroubleKind,
    /// The service's or transport's own words.
    pub text: String,
    /// The service's request id, if an answer came at all.
    pub request_id: Option<String>,
}

/// The kinds of trouble an operator must tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// Asked too often.
    Throttled,
    /// These credentials may not.
    Denied,
    /// The credentials have ended.
    Expired,
    /// There are no credentials at all.
    NoCredentials,
    /// No connection, or it broke.
    Unreachable,
    /// No answer in time: it may have happened.
    TimedOut,
    /// This ARC endpoint is out of rotation; another one answers.
    EndpointAway,
    /// The thing asked for does not exist.
    NotFound,
    /// The service refused what was asked: a rule, a state, a conflict, a validation.
    Refused,
    /// The service failed on its own.
    Faulty,
}

impl TroubleKind {
    /// There are no credentials, or none any more: nothing can be read or sent before somebody signs in.
    #[must_use]
    pub fn is_for_credentials(self) -> bool {
        matches!(self, Self::Expired | Self::NoCredentials)
    }
}

impl fmt::Display for TroubleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Throttled => "throttled",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::NoCredentials => "no credentials",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed out",
            Self::EndpointAway => "out of rotation",
            Self::NotFound => "not found",
            Self::Refused => "refused",
            Self::Faulty => "faulty",
        })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.text)
    }
}
