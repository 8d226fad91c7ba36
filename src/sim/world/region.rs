//! A Region: what runs in it, how well, and what it did in the minute that is being measured.
//! It must never reach into another Region: `traffic` and the links do.

use serde::Serialize;

use super::ecs;

/// A Region of the world.
#[derive(Clone, Debug, Serialize)]
pub struct Region {
    /// Name.
    pub name: String,
    /// Short name (`use1`).
    pub short: String,
    /// Country code of the clients nearest to it.
    pub country: String,
    /// Continent code of the clients nearest to it.
    pub continent: String,
    /// Orders a minute its own clients place on a calm day.
    pub baseline: f64,
    /// Orders a minute that `full` healthy tasks can carry.
    pub capacity: f64,
    /// Tasks on a calm day; auto scaling keeps between these and twice as many.
    pub tasks: u32,
    /// Tasks that carry its `capacity`.
    pub full: u32,
    /// Dimension `LoadBalancer` (`app/retail-use1/<16 hex>`).
    pub alb: String,
    /// Dimension `TargetGroup` (`targetgroup/retail-use1/<16 hex>`).
    pub target_group: String,
    /// DNS name of the load balancer, without the final dot.
    pub alb_dns: String,
    /// Hosted zone id of the load balancer.
    pub alb_zone: String,
    /// What holds now.
    pub now: Condition,
    /// The service that answers its clients.
    pub ecs: ecs::Service,
    /// Seconds it has been too hot, and too cool for its tasks.
    #[serde(skip)]
    pub(super) hot: u32,
    #[serde(skip)]
    pub(super) cool: u32,
    /// Since when its load balancer has no healthy target.
    #[serde(skip)]
    pub(super) no_targets: Option<i64>,
    #[serde(skip)]
    pub(super) minute: Minute,
}

/// What holds in a Region in this second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Condition {
    /// Share of the application that works, 0 to 1, before load and faults in single requests.
    pub health: f64,
    /// Share of the Region's API endpoints that is broken, 0 to 1.
    pub control_plane: f64,
    /// Whether the Region is lost altogether.
    pub lost: bool,
    /// Order attempts a minute that reach it.
    pub traffic: f64,
    /// Its share of all traffic, 0 to 1.
    pub share: f64,
    /// Orders a minute that it completes.
    pub orders: f64,
    /// Share of the page views that work, 0 to 1.
    pub works: f64,
    /// Share of its requests answered with 5xx.
    pub errors: f64,
    /// Response time, seconds.
    pub response: f64,
    /// Tasks that are wanted.
    pub desired: u32,
    /// Tasks that run.
    pub running: u32,
}

impl Condition {
    /// A good second with these tasks and nobody there yet.
    #[must_use]
    pub const fn calm(tasks: u32) -> Self {
        Self {
            health: 1.0,
            control_plane: 0.0,
            lost: false,
            traffic: 0.0,
            share: 0.0,
            orders: 0.0,
            works: 1.0,
            errors: 0.0,
            response: 0.08,
            desired: tasks,
            running: tasks,
        }
    }
}

/// What is summed up until the minute closes; divide the last three by `seconds`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Minute {
    pub seconds: f64,
    pub orders: f64,
    pub requests: f64,
    pub failed: f64,
    pub response: f64,
    pub local: f64,
    pub remote: f64,
    pub global: f64,
}
