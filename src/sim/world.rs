//! The simulated world: resources and physics as plain data, moved on second by second.
//! It must never read a clock, wait, or know a protocol; requests change it only through its methods.

pub mod alarm;
pub mod arc;
pub mod aurora;
pub mod bucket;
mod build;
pub mod dns;
pub mod ecs;
pub mod error;
mod faults;
pub mod fis;
pub mod gate;
pub mod health;
pub mod log;
pub mod metric;
pub mod noise;
pub mod region;
pub mod replica;
mod service;
pub mod ssm;
pub mod switch;
pub mod table;
#[cfg(test)]
mod tests;
mod tick;
pub mod traffic;
mod truth;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use error::ApiError;
pub use gate::{Call, Fate, Then};
pub use log::WriteRecord;

use super::fault::{Active, Injection};
use super::scenario::Scenario;

/// All resources and the state of the physics.
#[derive(Clone, Debug)]
pub struct World {
    /// The scenario it was made from.
    pub scenario: Scenario,
    /// The seed of all chance.
    pub seed: u64,
    /// Account id.
    pub account: String,
    /// When the scenario began.
    pub start: Timestamp,
    /// The time it shows.
    pub now: Timestamp,
    /// The last second the physics has done.
    ticked: i64,
    /// Regions, in the order of the scenario.
    pub regions: Vec<region::Region>,
    /// The clients, one group near each Region.
    pub groups: Vec<traffic::Group>,
    /// The ARC cluster.
    pub arc: arc::Cluster,
    /// Health checks.
    pub health_checks: Vec<health::HealthCheck>,
    /// Zones and changes.
    pub dns: dns::Dns,
    /// Databases.
    pub aurora: aurora::Aurora,
    /// Databases with read replicas.
    pub replicas: Vec<replica::Replicated>,
    /// Tables.
    pub tables: Vec<table::Table>,
    /// Executions of runbooks.
    pub automations: ssm::Automations,
    /// Replication between buckets.
    pub buckets: Vec<bucket::BucketLink>,
    /// Metrics.
    pub metrics: metric::Metrics,
    /// Alarms.
    pub alarms: Vec<alarm::Alarm>,
    /// FIS.
    pub fis: fis::Fis,
    /// ARC Region switch.
    pub switch: switch::Switch,
    /// Faults that hold now.
    pub faults: Vec<Active>,
    /// Every write that took effect.
    pub log: Vec<WriteRecord>,
    /// Faults still to come: (when, what).
    upcoming: Vec<(Timestamp, Injection)>,
    /// Orders of each of the last seconds, the newest first.
    order_history: VecDeque<f64>,
    gates: gate::Counters,
    next_fault: u32,
}

impl World {
    /// The world of a scenario at `start`, with an hour behind it.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64, start: Timestamp) -> Self {
        build::world(scenario, seed, start)
    }

    /// Moves on to `now` in steps of a second; a time that has passed changes nothing.
    pub fn run_to(&mut self, now: Timestamp) {
        if now <= self.now {
            return;
        }
        while self.ticked < now.as_second() {
            self.ticked += 1;
            self.now = Timestamp::from_second(self.ticked).unwrap_or(self.now);
            self.tick();
        }
        self.now = now;
    }

    /// Time since the scenario began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.now.duration_since(self.start).unsigned_abs()
    }

    /// The moment this long after the start.
    #[must_use]
    pub fn moment(&self, after: Duration) -> Timestamp {
        let after = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
        self.start.saturating_add(after).unwrap_or(Timestamp::MAX)
    }

    /// The index of a Region by name.
    #[must_use]
    pub fn region_ix(&self, name: &str) -> Option<usize> {
        self.regions.iter().position(|r| r.name == name)
    }

    /// The Region by name.
    #[must_use]
    pub fn region(&self, name: &str) -> Option<&region::Region> {
        self.regions.iter().find(|r| r.name == name)
    }
}
