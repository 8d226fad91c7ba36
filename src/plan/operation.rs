//! Every write the program can make, as data: the only place where writes are listed.
//!
//! The sheet words it, the journal stores it, the gate sends it, the docs and the CLI line are made from it.
//! Nothing here sends anything. Each family of writes has a file of its own, and says of itself what [`Write`] asks.

mod aurora;
mod check;
mod detach;
mod ecs;
mod fis;
mod names;
mod regionswitch;
mod replica;
mod routing;
mod snapshot;
mod ssm;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::topology::{Region, Topology};

pub use aurora::{AuroraTarget, Failover, Switchover};
pub use check::HealthCheckInvert;
pub use detach::Detach;
pub use ecs::EcsScale;
pub use fis::{ExperimentRef, FisLever, FisStart, FisStop};
pub use names::{DnsSet, RecordChange};
pub use regionswitch::{SwitchAction, SwitchRun, SwitchSignal};
pub use replica::Promote;
pub use routing::{ControlChange, Override, RoutingSet};
pub use snapshot::SnapshotCopy;
pub use ssm::{Signal, SsmRun, SsmSignal};

/// One write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Operation {
    /// Sets routing controls in one atomic update (ARC data plane, at most ten entries).
    #[serde(rename = "routing.set")]
    RoutingSet(RoutingSet),
    /// Starts a FIS experiment from a template; one call stops it.
    #[serde(rename = "fis.start")]
    FisStart(FisStart),
    /// Stops what runs of a FIS template.
    #[serde(rename = "fis.stop")]
    FisStop(FisStop),
    /// Moves the safety lever of a Region's FIS.
    #[serde(rename = "fis.lever")]
    FisLever(FisLever),
    /// Runs an ARC Region switch plan in the Region that is activated.
    #[serde(rename = "regionswitch.run")]
    SwitchRun(SwitchRun),
    /// Tells an execution of a Region switch plan what a person says.
    #[serde(rename = "regionswitch.signal")]
    SwitchSignal(SwitchSignal),
    /// Moves a global database's writer with nothing lost; called in the old writer's Region.
    #[serde(rename = "aurora.switchover")]
    AuroraSwitchover(Switchover),
    /// Moves a global database's writer and allows loss; called in the receiving Region.
    #[serde(rename = "aurora.failover")]
    AuroraFailover(Failover),
    /// Sets the desired count of an ECS service.
    #[serde(rename = "ecs.scale")]
    EcsScale(EcsScale),
    /// Starts an Automation document.
    #[serde(rename = "ssm.run")]
    SsmRun(SsmRun),
    /// Sends a person's signal to an Automation execution; only ever beside the step that started it.
    #[serde(rename = "ssm.signal")]
    SsmSignal(SsmSignal),
    /// Takes a member out of its global database, so that it writes alone; called in its Region.
    #[serde(rename = "aurora.detach")]
    AuroraDetach(Detach),
    /// Promotes a read replica in another Region, for good; called in its Region.
    #[serde(rename = "replica.promote")]
    ReplicaPromote(Promote),
    /// Copies a snapshot that would expire to a manual one.
    #[serde(rename = "snapshot.copy")]
    SnapshotCopy(SnapshotCopy),
    /// Sets records of a name in one change batch (Route 53's control plane, us-east-1).
    #[serde(rename = "dns.set")]
    DnsSet(DnsSet),
    /// Turns a health check round, or back (Route 53's control plane, us-east-1).
    #[serde(rename = "healthcheck.invert")]
    HealthCheckInvert(HealthCheckInvert),
}

/// What every write says of itself. Its sentence is its `Display`: `routing us-east-1 Off + us-west-2 On`.
pub trait Write: fmt::Display {
    /// The kind's name, as playbooks and the journal write it.
    fn kind(&self) -> &'static str;

    /// The AWS API action it calls.
    fn api(&self) -> &'static str;

    /// How much it can hurt.
    fn danger(&self) -> Danger;

    /// The operation that undoes it, if one call does.
    fn inverse(&self) -> Option<Operation> {
        None
    }

    /// What its inverse only guesses, in words: the state to go back to was not read when the plan was made.
    fn guess(&self) -> Option<String> {
        None
    }

    /// Sending it twice is the same as sending it once: a set of states, or a start that a client token makes so.
    fn is_idempotent(&self) -> bool {
        false
    }

    /// The same write for one more try after it was started `started` times, where the service tells tries apart.
    fn afresh(&self, _started: u32) -> Option<Operation> {
        None
    }

    /// The write that tells what it started under `handle` what a person says; `None` where nobody listens.
    fn telling(&self, _handle: &str, _say: &Signal) -> Option<Operation> {
        None
    }

    /// It is such a write: it goes beside the step's own, which goes on being proved.
    fn is_aside(&self) -> bool {
        false
    }

    /// Whatever else changes meanwhile, it takes no Region out of service without bringing one in (law 6), so it may
    /// be sent although no reading could be had first.
    fn may_go_unread(&self) -> bool {
        false
    }

    /// It takes Regions out of service and brings none in, which no undo may do.
    fn only_takes_out(&self) -> bool {
        false
    }

    /// By then it is read back, or it is not known whether it happened; `None` where only the step's deadline says so.
    fn read_back_within(&self) -> Option<Duration> {
        None
    }

    /// It moves users' traffic, which must not happen before the writer has moved (law 7).
    fn moves_traffic(&self) -> bool {
        false
    }

    /// The writer that it moves, if it moves one.
    fn writer(&self) -> Option<WriterMove<'_>> {
        None
    }

    /// The plane it needs and where that lives.
    fn plane(&self) -> Plane;

    /// The IAM actions it needs.
    fn iam(&self) -> &'static [&'static str];

    /// The equal AWS CLI line.
    fn cli(&self, topology: &Topology) -> String;

    /// AWS CLI lines that read back what it changed.
    fn cli_read_back(&self, topology: &Topology) -> Vec<String>;

    /// What it moves or changes, in a word or two: `traffic`, `orders`.
    fn subject(&self) -> String;

    /// What it does, as something that goes on: `promoting orders in us-west-2`.
    fn doing(&self) -> String;
}

/// A store's writer on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterMove<'a> {
    /// The store.
    pub store: &'a str,
    /// The Region that is to write.
    pub to: &'a Region,
}

/// How much an operation can hurt, which decides what must be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// It can be undone by its inverse, or only adds something beside what is there.
    Reversible,
    /// It cannot be undone by one call, but loses nothing.
    Moves,
    /// It can lose data.
    Loses,
    /// It overrides a safety rule: what guards the platform does not guard it this once.
    Overrides,
}

/// Which plane of AWS an operation needs, and where that plane lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// ARC's data plane: any of the five cluster endpoints.
    ClusterEndpoints,
    /// A service's data plane in one Region, which needs no other Region.
    Regional(Region),
    /// A service's own control plane in one Region.
    Control(Region),
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClusterEndpoints => f.write_str("data plane, five endpoints"),
            Self::Regional(region) => write!(f, "data plane {region}"),
            Self::Control(region) => write!(f, "control plane {region}"),
        }
    }
}

impl Operation {
    /// What this write says of itself.
    fn write(&self) -> &dyn Write {
        match self {
            Self::RoutingSet(set) => set,
            Self::FisStart(start) => start,
            Self::FisStop(stop) => stop,
            Self::FisLever(lever) => lever,
            Self::SwitchRun(run) => run,
            Self::SwitchSignal(signal) => signal,
            Self::AuroraSwitchover(switchover) => switchover,
            Self::AuroraFailover(failover) => failover,
            Self::EcsScale(scale) => scale,
            Self::SsmRun(run) => run,
            Self::SsmSignal(signal) => signal,
            Self::AuroraDetach(detach) => detach,
            Self::ReplicaPromote(promote) => promote,
            Self::SnapshotCopy(copy) => copy,
            Self::DnsSet(set) => set,
            Self::HealthCheckInvert(invert) => invert,
        }
    }

    /// The kind's name, as playbooks and the journal write it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.write().kind()
    }

    /// The AWS API action it calls.
    #[must_use]
    pub fn api(&self) -> &'static str {
        self.write().api()
    }

    /// How much it can hurt.
    #[must_use]
    pub fn danger(&self) -> Danger {
        self.write().danger()
    }

    /// The operation that undoes it, if one call does.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        self.write().inverse()
    }

    /// What its inverse only guesses, in words.
    #[must_use]
    pub fn guess(&self) -> Option<String> {
        self.write().guess()
    }

    /// Sending it twice is the same as sending it once.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.write().is_idempotent()
    }

    /// The same write for one more try after it was started `started` times.
    #[must_use]
    pub fn afresh(&self, started: u32) -> Self {
        self.write().afresh(started).unwrap_or_else(|| self.clone())
    }

    /// The write that tells what it started under `handle` what a person says; `None` where nobody listens.
    #[must_use]
    pub fn telling(&self, handle: &str, say: &Signal) -> Option<Self> {
        self.write().telling(handle, say)
    }

    /// It goes beside a step's own write, which goes on being proved.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        self.write().is_aside()
    }

    /// It is this write, whichever try.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self == other || self.afresh(0) == other.afresh(0)
    }

    /// It may be sent although no reading could be had first (law 6 holds whatever else changes).
    #[must_use]
    pub fn may_go_unread(&self) -> bool {
        self.write().may_go_unread()
    }

    /// It takes Regions out of service and brings none in, which no undo may do.
    #[must_use]
    pub fn only_takes_out(&self) -> bool {
        self.write().only_takes_out()
    }

    /// By then it is read back, or it is not known whether it happened.
    #[must_use]
    pub fn read_back_within(&self) -> Option<Duration> {
        self.write().read_back_within()
    }

    /// It moves users' traffic.
    #[must_use]
    pub fn moves_traffic(&self) -> bool {
        self.write().moves_traffic()
    }

    /// The writer that it moves, if it moves one.
    #[must_use]
    pub fn writer(&self) -> Option<WriterMove<'_>> {
        self.write().writer()
    }

    /// The cluster of a global database that it makes the writer, if it makes one.
    #[must_use]
    pub fn target(&self) -> Option<&AuroraTarget> {
        match self {
            Self::AuroraSwitchover(Switchover(target))
            | Self::AuroraFailover(Failover(target))
            | Self::AuroraDetach(Detach(target)) => Some(target),
            _ => None,
        }
    }

    /// The safety rules that it overrides; none in ordinary times.
    #[must_use]
    pub fn overrides(&self) -> &[Override] {
        match self {
            Self::RoutingSet(set) => &set.overrides,
            _ => &[],
        }
    }

    /// The plane it needs and where that lives.
    #[must_use]
    pub fn plane(&self) -> Plane {
        self.write().plane()
    }

    /// The IAM actions it needs.
    #[must_use]
    pub fn iam(&self) -> &'static [&'static str] {
        self.write().iam()
    }

    /// The equal AWS CLI line; routing updates name the first endpoint of the config.
    #[must_use]
    pub fn cli(&self, topology: &Topology) -> String {
        self.write().cli(topology)
    }

    /// AWS CLI lines that read back what it changed.
    #[must_use]
    pub fn cli_read_back(&self, topology: &Topology) -> Vec<String> {
        self.write().cli_read_back(topology)
    }

    /// What it moves or changes, in a word or two: `traffic`, `orders`.
    #[must_use]
    pub fn subject(&self) -> String {
        self.write().subject()
    }

    /// What it does, as something that goes on: `promoting orders in us-west-2`.
    #[must_use]
    pub fn doing(&self) -> String {
        self.write().doing()
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write().fmt(f)
    }
}
