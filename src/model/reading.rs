//! What was seen: observations with their time, the newest of each source, and the points of each metric.
//!
//! A reading is data from outside and is kept as it came; what it means is for `verdict`.
//! Nothing here may turn "not seen" into a number.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::topology::{Metric, Region};

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
    /// RDS events of an Aurora store, from a Region.
    AuroraEvents(String, Region),
    /// A DynamoDB store's table, as a Region tells it.
    Table(String, Region),
    /// The records of a name, from the Route 53 control plane.
    Records(String),
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
            Self::Aurora(store, region) => write!(f, "RDS {region} ({store})"),
            Self::AuroraEvents(store, region) => write!(f, "RDS events {region} ({store})"),
            Self::Table(store, region) => write!(f, "DynamoDB {region} ({store})"),
            Self::Records(name) => write!(f, "Route 53 ({name})"),
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
    /// A table.
    Table(TableReading),
    /// The records of a name.
    Records(Vec<RecordReading>),
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

/// A record as `ListResourceRecordSets` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordReading {
    /// Its `SetIdentifier`.
    pub id: Option<String>,
    /// Its routing, in words: `latency us-east-1`, `weight 100`, `PRIMARY`.
    pub routing: String,
    /// Where it leads.
    pub target: String,
    /// Its TTL; `None` for an alias.
    pub ttl: Option<u64>,
    /// Its health check.
    pub health_check: Option<String>,
}

/// Who the credentials are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
    /// When the credentials end, if they say so.
    pub expires: Option<Timestamp>,
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

/// The newest of one source: its last answer, and the trouble since.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feed {
    last: Option<Seen>,
    trouble: Option<(Timestamp, Trouble)>,
    tried: Option<Timestamp>,
    every: Duration,
    calls: u64,
    failures: u32,
}

#[derive(Clone, Debug, PartialEq)]
struct Seen {
    reading: Reading,
    asked: Timestamp,
    at: Timestamp,
    round_trip: Duration,
}

impl Feed {
    pub(super) fn take(&mut self, observation: Observation) {
        self.calls += 1;
        self.every = observation.every;
        self.tried = self.tried.max(Some(observation.at));
        let round_trip = observation.round_trip();
        let Observation { asked, at, result, .. } = observation;
        if self.last.as_ref().is_some_and(|seen| seen.asked > asked) {
            return;
        }
        match result {
            Ok(reading) => {
                self.last = Some(Seen { reading, asked, at, round_trip });
                self.trouble = None;
                self.failures = 0;
            }
            Err(trouble) => {
                let since = self.trouble.as_ref().map_or(at, |(since, _)| *since);
                self.trouble = Some((since, trouble));
                self.failures += 1;
            }
        }
    }

    /// The newest answer and when it arrived.
    #[must_use]
    pub fn seen(&self) -> Option<(&Reading, Timestamp)> {
        self.last.as_ref().map(|seen| (&seen.reading, seen.at))
    }

    /// When the newest answer was asked for: what it shows is true of some moment after this.
    #[must_use]
    pub fn asked(&self) -> Option<Timestamp> {
        self.last.as_ref().map(|seen| seen.asked)
    }

    /// How long the newest answer took.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        self.last.as_ref().map(|seen| seen.round_trip)
    }

    /// The trouble since the last answer, and when it began.
    #[must_use]
    pub fn trouble(&self) -> Option<(&Trouble, Timestamp)> {
        self.trouble.as_ref().map(|(since, trouble)| (trouble, *since))
    }

    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Calls so far, failed ones included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How fresh its newest answer is at `now`.
    #[must_use]
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        match &self.last {
            None => Freshness::Gone,
            Some(seen) => Freshness::of(now.duration_since(seen.at), self.every),
        }
    }
}

/// How far a value can be trusted to be of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Within two intervals: drawn as it is.
    Fresh,
    /// Within five: dimmed, with `~`.
    Stale,
    /// Older, or never seen: drawn as `--`, its lamp unknown.
    Gone,
}

impl Freshness {
    /// Judges an age against the interval at which the value is renewed.
    #[must_use]
    pub fn of(age: SignedDuration, every: Duration) -> Self {
        let age = Duration::try_from(age).unwrap_or_default();
        if age <= every * 2 {
            Self::Fresh
        } else if age <= every * 5 {
            Self::Stale
        } else {
            Self::Gone
        }
    }
}

/// The kept points of one metric, oldest first, one a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    points: VecDeque<Point>,
    known_from: Option<Timestamp>,
    known_until: Option<Timestamp>,
    answered: Option<Timestamp>,
    trouble: Option<Trouble>,
}

impl Series {
    /// Takes in the points of one answer; `until` is `None` when the answer failed, as then silence says nothing.
    pub(super) fn merge(&mut self, points: &[Point], until: Option<Timestamp>, keep: Duration) {
        for point in points {
            let at = self.points.partition_point(|p| p.at < point.at);
            match self.points.get_mut(at) {
                Some(known) if known.at == point.at => *known = *point,
                _ => self.points.insert(at, *point),
            }
        }
        self.known_until = self.known_until.max(until);
        let oldest = points.iter().map(|point| point.at).min();
        self.known_from = [self.known_from, oldest.or(until)].into_iter().flatten().min();
        let Some(newest) = self.points.back().map(|p| p.at) else { return };
        while self.points.front().is_some_and(|p| newest.duration_since(p.at).unsigned_abs() > keep) {
            self.points.pop_front();
        }
    }

    pub(super) fn note(&mut self, at: Timestamp, trouble: Option<Trouble>) {
        if trouble.is_none() {
            self.answered = self.answered.max(Some(at));
        }
        self.trouble = trouble;
    }

    /// All kept points, oldest first.
    #[must_use]
    pub fn points(&self) -> &VecDeque<Point> {
        &self.points
    }

    /// The newest point.
    #[must_use]
    pub fn newest(&self) -> Option<Point> {
        self.points.back().copied()
    }

    /// Up to here (exclusive) CloudWatch was asked: a period before it without a point had nothing measured.
    #[must_use]
    pub fn known_until(&self) -> Option<Timestamp> {
        self.known_until
    }

    /// From here on silence can be told from not having asked.
    #[must_use]
    pub fn known_from(&self) -> Option<Timestamp> {
        self.known_from
    }

    /// When it was last answered without trouble.
    #[must_use]
    pub fn answered(&self) -> Option<Timestamp> {
        self.answered
    }

    /// This metric's own trouble, if its part of the answer failed.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }
}
