//! What follows from the readings: lamps with reasons, lag against RPO, roles, traffic share, orders at risk.
//!
//! Everything here is a pure function of the world and a time; nothing is stored and nothing is guessed:
//! what cannot be known is `None` or [`Lamp::Unknown`], never zero and never `ok`.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::World;
use super::reading::{ControlState, Freshness, Trouble};
use super::topology::{Region, Rule, Signal};

/// The verdict drawn for a Region, a link or a signal, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// As it should be.
    Ok,
    /// Not known: nothing was seen, or what was seen is too old.
    Unknown,
    /// Worth a look.
    Look,
    /// Bad.
    Bad,
}

impl fmt::Display for Lamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Look => "look",
            Self::Bad => "bad",
        })
    }
}

/// A value with what must be said beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dated<T> {
    /// The value.
    pub value: T,
    /// When it was true: the end of its period for a metric, the answer's arrival otherwise.
    pub at: Timestamp,
    /// How far it can be trusted to be of now.
    pub freshness: Freshness,
}

/// One signal of one Region.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalVerdict<'a> {
    /// Which signal.
    pub signal: &'a Signal,
    /// Its lamp.
    pub lamp: Lamp,
    /// Its newest value: the metric itself, or the percentage of a share; `None` when absent.
    pub value: Option<Dated<f64>>,
    /// The whole of a share or fraction, at the same time (`412` of `12.1%/412`).
    pub whole: Option<f64>,
    /// The part of a fraction (`4` of `4/6`).
    pub part: Option<f64>,
    /// Since when the lamp is what it is, as far back as the kept points tell.
    pub since: Option<Timestamp>,
    /// The last hour of values, oldest first, one a period; `None` where nothing was measured.
    pub trend: Vec<Option<f64>>,
    /// Why it cannot be seen, if it cannot.
    pub trouble: Option<Trouble>,
}

/// One Region as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionVerdict {
    /// Which Region.
    pub region: Region,
    /// Its lamp.
    pub lamp: Lamp,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why, in words without the Region's name: `canary local 41% for 3m10s`; empty when ok.
    pub reason: String,
    /// Families of signals that disagree, in words, when they do: `canary bad, alb ok`.
    pub disagreement: Option<String>,
    /// What it does now.
    pub role: Role,
    /// Share of the observed traffic, 0 to 1.
    pub traffic: Option<Dated<f64>>,
}

/// What a Region does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It holds the writer of every Aurora store.
    Writer,
    /// It holds the writer of some stores and not of others.
    Split,
    /// It holds readers only.
    Reader,
    /// The workload has no store with roles, or none was seen yet.
    None,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Writer => "writer",
            Self::Split => "split",
            Self::Reader => "reader",
            Self::None => "–",
        })
    }
}

/// One direction of replication of one store.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkVerdict {
    /// Which store.
    pub store: String,
    /// Where data comes from.
    pub from: Region,
    /// Where it goes.
    pub to: Region,
    /// Its lamp against the RPO.
    pub lamp: Lamp,
    /// Seconds behind; `None` when nothing was measured, which is not zero.
    pub lag: Option<Dated<f64>>,
    /// The limit.
    pub rpo: Duration,
    /// The last hour in seconds, oldest first; `None` where nothing was measured.
    pub trend: Vec<Option<f64>>,
    /// Why it cannot be seen, if it cannot.
    pub trouble: Option<Trouble>,
}

/// One Region's orders.
#[derive(Clone, Debug, PartialEq)]
pub struct OrdersVerdict {
    /// Which Region.
    pub region: Region,
    /// Orders a minute, of the newest closed minute. A minute without a point inside the known window is 0 only
    /// when its neighbours show the metric is published sparsely; otherwise it is absent.
    pub rate: Option<Dated<f64>>,
    /// Its own usual rate: the median of the older two thirds of the last hour.
    pub baseline: Option<f64>,
    /// Its lamp: `look` under 80 % of the baseline, `bad` under 50 %.
    pub lamp: Lamp,
    /// The last hour, oldest first.
    pub trend: Vec<Option<f64>>,
}

/// Orders that would be lost if the writer were lost now: order rate × lag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtRisk {
    /// Orders.
    pub orders: f64,
    /// The rate it was taken from, orders a minute over all Regions.
    pub rate: f64,
    /// The lag it was taken from, seconds.
    pub lag: f64,
    /// The store whose lag it is.
    pub store: String,
    /// One of its inputs is stale.
    pub freshness: Freshness,
}

/// What the endpoints say of one control.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlVerdict {
    /// The control's name.
    pub name: String,
    /// The state that a quorum of fresh answers agrees on.
    pub state: Option<ControlState>,
    /// What each endpoint said, in the order of the config.
    pub cells: Vec<ControlCell>,
    /// Fresh answers contradict each other.
    pub split: bool,
}

/// One endpoint's word on one control.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlCell {
    /// The endpoint's Region.
    pub endpoint: Region,
    /// Its newest answer.
    pub state: Option<Dated<ControlState>>,
    /// How long that answer took.
    pub round_trip: Option<Duration>,
    /// Its trouble since.
    pub trouble: Option<Trouble>,
}

/// Whether a rule holds with the controls as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleVerdict<'a> {
    /// Which rule.
    pub rule: &'a Rule,
    /// `None` when a control it watches is not known.
    pub holds: Option<bool>,
}

/// What users resolve and what comes of it, for one Region of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthCheckVerdict {
    /// The Region whose record it decides on.
    pub region: Region,
    /// The health check's id.
    pub id: String,
    /// Healthy, as the `HealthCheckStatus` metric of us-east-1 tells it.
    pub healthy: Option<Dated<bool>>,
}

/// The one line under the header.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// The worst lamp it speaks of.
    pub lamp: Lamp,
    /// The sentence: `us-east-1 bad 3m10s: canary local 41%, orders −62%.  ~14 orders at risk`.
    pub text: String,
}

/// The verdict on one signal.
#[must_use]
pub fn signal<'a>(_world: &World, signal: &'a Signal, _now: Timestamp) -> SignalVerdict<'a> {
    SignalVerdict {
        signal,
        lamp: Lamp::Unknown,
        value: None,
        whole: None,
        part: None,
        since: None,
        trend: Vec::new(),
        trouble: None,
    }
}

/// The verdict on a Region, from all its signals, its orders and its writers.
#[must_use]
pub fn region(_world: &World, region: &Region, _now: Timestamp) -> RegionVerdict {
    RegionVerdict {
        region: region.clone(),
        lamp: Lamp::Unknown,
        since: None,
        reason: String::new(),
        disagreement: None,
        role: Role::None,
        traffic: None,
    }
}

/// Every link of every store in both directions, in the order of the config; lag follows the writer.
#[must_use]
pub fn links(_world: &World, _now: Timestamp) -> Vec<LinkVerdict> {
    Vec::new()
}

/// The Region that holds a store's writer, by the newest reading of any Region.
#[must_use]
pub fn writer(_world: &World, _store: &str, _now: Timestamp) -> Option<Dated<Region>> {
    None
}

/// A Region's orders against its own baseline; `None` when no orders metric is declared.
#[must_use]
pub fn orders(_world: &World, _region: &Region, _now: Timestamp) -> Option<OrdersVerdict> {
    None
}

/// Orders at risk now; `None` when rate or lag is not known.
#[must_use]
pub fn at_risk(_world: &World, _now: Timestamp) -> Option<AtRisk> {
    None
}

/// What the endpoints say of each control, in the order of the config.
#[must_use]
pub fn controls(_world: &World, _now: Timestamp) -> Vec<ControlVerdict> {
    Vec::new()
}

/// Whether each safety rule holds.
#[must_use]
pub fn rules(_world: &World, _now: Timestamp) -> Vec<RuleVerdict<'_>> {
    Vec::new()
}

/// What the health checks of the DNS records say, in the order of the Regions.
#[must_use]
pub fn health_checks(_world: &World, _now: Timestamp) -> Vec<HealthCheckVerdict> {
    Vec::new()
}

/// How much more load a Region would carry if it received everything, and how much it can: (needed, capacity),
/// both as multiples of its own load now; `None` when a rate or its capacity is unknown.
#[must_use]
pub fn headroom(_world: &World, _region: &Region, _now: Timestamp) -> Option<(f64, f64)> {
    None
}

/// What is wrong, where, since when and what it costs, in one sentence.
#[must_use]
pub fn situation(_world: &World, _now: Timestamp) -> Situation {
    Situation { lamp: Lamp::Unknown, text: String::new() }
}

/// A span for people: `8s`, `3m10s`, `1h05m`, `2d04h`.
#[must_use]
pub fn span(_span: Duration) -> String {
    String::new()
}
