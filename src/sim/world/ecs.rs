//! ECS: the service that serves a Region's requests, and its tasks, which take their time to start.
//! It must never say how well a running task works: `service` does.
//!
//! A change of the desired count alone makes no new deployment, so `rolloutState` stays `COMPLETED`; what tells of
//! it are the counts and the events.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::error::ApiError;
use super::noise::{hex, uuid};
use super::{World, noise};
use crate::sim::fault::Fault;

/// The cluster of the guidance.
pub const CLUSTER: &str = "mr-app-ecs-cluster";
/// The service of the guidance that clients talk to.
pub const SERVICE: &str = "ui";
/// Seconds a task is pending before it runs: image, start, two healthy checks of the load balancer.
const PENDING: (f64, f64) = (30.0, 60.0);
/// Health of a Region below which no task starts in it.
const SOUND: f64 = 0.5;
/// Seconds from one complaint about missing capacity to the next.
const COMPLAINT: i64 = 60;
/// Tasks a service may have (ECS quota).
const MOST_TASKS: i64 = 5000;
/// Events that `DescribeServices` shows.
const SHOWN_EVENTS: usize = 100;

/// The service as it is in one Region.
#[derive(Clone, Debug, Serialize)]
pub struct Service {
    /// Tasks that are wanted.
    pub desired: u32,
    /// Tasks that are up, whether or not they are well.
    pub up: u32,
    /// When its one deployment was made.
    pub made: Timestamp,
    /// The second in which each task on its way up would run.
    #[serde(skip)]
    pending: Vec<i64>,
    /// What it told, the newest first.
    #[serde(skip)]
    pub events: Vec<Event>,
    #[serde(skip)]
    steady: bool,
    #[serde(skip)]
    complained: Option<i64>,
}

/// An event of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Id.
    pub id: String,
    /// The sentence.
    pub message: String,
}

impl Service {
    /// A service that has run with these tasks since `made`.
    #[must_use]
    pub const fn calm(tasks: u32, made: Timestamp) -> Self {
        Self {
            desired: tasks,
            up: tasks,
            made,
            pending: Vec::new(),
            events: Vec::new(),
            steady: true,
            complained: None,
        }
    }

    /// Tasks on their way up.
    #[must_use]
    pub fn pending(&self) -> u32 {
        u32::try_from(self.pending.len()).unwrap_or(u32::MAX)
    }

    /// Whether a task is on its way.
    pub(super) fn is_starting(&self) -> bool {
        !self.pending.is_empty()
    }

    fn tell(&mut self, at: Timestamp, message: String) {
        let id = uuid(&format!("{at} {message}"));
        self.events.insert(0, Event { at, id, message });
        self.events.truncate(SHOWN_EVENTS);
    }

    /// Stops tasks down to the desired count: those that never ran go first.
    fn shrink(&mut self, at: Timestamp) {
        let spare = (self.up + self.pending()).saturating_sub(self.desired);
        let never_ran = spare.min(self.pending());
        self.pending.truncate(self.pending.len() - usize::try_from(never_ran).unwrap_or(0));
        let stopped = spare - never_ran;
        if stopped > 0 {
            self.up -= stopped;
            self.tell(at, format!("(service {SERVICE}) has stopped {stopped} running tasks."));
        }
    }

    /// The tasks that are due run.
    fn start_due(&mut self, second: i64, at: Timestamp) {
        let before = self.pending.len();
        self.pending.retain(|due| *due > second);
        let started = u32::try_from(before - self.pending.len()).unwrap_or(0);
        if started > 0 {
            self.up += started;
            self.complained = None;
            self.tell(
                at,
                format!("(service {SERVICE}) registered {started} targets in (target-group retail)."),
            );
        }
    }

    /// Nothing can be placed now.
    fn complain(&mut self, second: i64, at: Timestamp) {
        let due = self.pending.iter().any(|due| *due <= second);
        if due && self.complained.is_none_or(|last| second - last >= COMPLAINT) {
            self.complained = Some(second);
            self.tell(
                at,
                format!(
                    "(service {SERVICE}) was unable to place a task. Reason: Capacity is unavailable at this \
                     time. Please try again later or in a different availability zone."
                ),
            );
        }
    }

    fn settle(&mut self, at: Timestamp) {
        let steady = self.pending.is_empty() && self.up == self.desired;
        if steady && !self.steady {
            self.tell(at, format!("(service {SERVICE}) has reached a steady state."));
        }
        self.steady = steady;
    }
}

impl World {
    /// ARN of the cluster in a Region.
    #[must_use]
    pub fn ecs_cluster_arn(&self, region: &str) -> String {
        format!("arn:aws:ecs:{region}:{}:cluster/{CLUSTER}", self.account)
    }

    /// ARN of the service in a Region.
    #[must_use]
    pub fn ecs_service_arn(&self, region: &str) -> String {
        format!("arn:aws:ecs:{region}:{}:service/{CLUSTER}/{SERVICE}", self.account)
    }

    /// The Region whose cluster this names, by name or ARN.
    ///
    /// # Errors
    /// `ClusterNotFoundException`; no name is the cluster `default`, which nobody has.
    pub fn ecs_cluster(&self, region: &str, cluster: Option<&str>) -> Result<usize, ApiError> {
        let here = self.region_ix(region).filter(|_| {
            cluster.is_some_and(|cluster| cluster == CLUSTER || cluster == self.ecs_cluster_arn(region))
        });
        here.ok_or_else(|| ApiError::new(400, "ClusterNotFoundException", "Cluster not found."))
    }

    /// Whether this names the service in a Region, by name or ARN.
    #[must_use]
    pub fn is_ecs_service(&self, region: &str, service: &str) -> bool {
        service == SERVICE || service == self.ecs_service_arn(region)
    }

    /// `UpdateService` with a desired count.
    ///
    /// # Errors
    /// `ClusterNotFoundException`, `ServiceNotFoundException`, `InvalidParameterException`.
    pub fn update_service(
        &mut self,
        region: &str,
        cluster: Option<&str>,
        service: &str,
        desired: Option<i64>,
    ) -> Result<usize, ApiError> {
        let at = self.ecs_cluster(region, cluster)?;
        if !self.is_ecs_service(region, service) {
            return Err(ApiError::new(400, "ServiceNotFoundException", "Service not found."));
        }
        if let Some(desired) = desired {
            let tasks = u32::try_from(desired).ok().filter(|_| desired <= MOST_TASKS).ok_or_else(|| {
                let message = format!("The desired count must be between 0 and {MOST_TASKS}.");
                ApiError::new(400, "InvalidParameterException", message)
            })?;
            self.want_tasks(at, tasks);
        }
        let detail = json!({ "cluster": cluster, "service": service, "desired": desired });
        self.record(region, "ecs", "UpdateService", detail);
        Ok(at)
    }

    /// The service of a Region is to have so many tasks.
    pub(super) fn want_tasks(&mut self, at: usize, tasks: u32) {
        let (seed, second, now) = (self.seed, self.ticked, self.now);
        let region = &mut self.regions[at];
        let key = noise::key(&region.name);
        let service = &mut region.ecs;
        service.desired = tasks;
        service.shrink(now);
        let missing = tasks.saturating_sub(service.up + service.pending());
        for n in 0..missing {
            let delay = noise::between(seed, second, key ^ u64::from(n + 1), PENDING.0, PENDING.1);
            #[expect(clippy::cast_possible_truncation, reason = "a minute at most")]
            service.pending.push(second + delay.round() as i64);
        }
        if missing > 0 {
            let names = (0..missing.min(3)).map(|n| hex(&format!("task {} {second} {n}", region.name), 32));
            let names = names.map(|name| format!("(task {name})")).collect::<Vec<_>>().join(" ");
            region.ecs.tell(now, format!("(service {SERVICE}) has started {missing} tasks: {names}."));
        }
        region.ecs.settle(now);
        region.count_tasks();
    }

    /// Stops tasks from outside; the service starts new ones in their place.
    pub(super) fn lose_tasks(&mut self, at: usize, count: u32) {
        let service = &mut self.regions[at].ecs;
        service.up = service.up.saturating_sub(count);
        let desired = service.desired;
        self.want_tasks(at, desired);
    }

    /// One second of a Region's tasks.
    pub(super) fn tend_tasks(&mut self, at: usize) {
        let full = self
            .faults
            .iter()
            .any(|f| matches!(&f.fault, Fault::NoCapacity { region } if *region == self.regions[at].name));
        let (second, now) = (self.ticked, self.now);
        let region = &mut self.regions[at];
        if full || region.now.health < SOUND {
            region.ecs.complain(second, now);
        } else {
            region.ecs.start_due(second, now);
        }
        region.ecs.settle(now);
        if let Some(tasks) = region.auto_scaling() {
            self.want_tasks(at, tasks);
        }
        self.regions[at].count_tasks();
    }
}
