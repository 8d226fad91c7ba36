//! What must come of a scenario.
//! It must never guess: what the simulator cannot see of itself is left to the test that has the run's result.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sim::world::World;
use crate::sim::world::arc::ControlState;
use crate::sim::world::aurora::{DbCluster, Snapshot};

/// One expectation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expect {
    /// The moment at which it must be so, counted from the start; without it the end.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub by: Option<Duration>,
    /// What must be so.
    #[serde(flatten)]
    pub that: That,
}

/// What must be so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum That {
    /// The run of an `act` (1 is the first) ends with one of these: `confirmed`, `refused`, `failed`, `unknown`.
    Outcome {
        /// Which act.
        #[serde(default = "first")]
        run: usize,
        /// Any of these.
        any: Vec<String>,
    },
    /// The run proved its last step of traffic up to this rung.
    Rung {
        /// Which act.
        #[serde(default = "first")]
        run: usize,
        /// Name of the rung (`read back`, `health check`, `DNS`, `canary`, `orders`).
        rung: String,
    },
    /// The run says this where it stops.
    Says {
        /// Which act.
        #[serde(default = "first")]
        run: usize,
        /// Part of the sentence.
        text: String,
    },
    /// The console shows this lamp for a Region: `ok`, `look`, `bad`, `unknown`.
    Lamp {
        /// The Region.
        region: String,
        /// Any of these.
        any: Vec<String>,
    },
    /// A store's writer is in this Region, or its cluster there stands alone and takes writes; of a store with read
    /// replicas, its database there takes writes.
    Writer {
        /// The store.
        store: String,
        /// The Region.
        region: String,
    },
    /// Orders a minute, as a share of the baseline.
    Orders {
        /// Of one Region only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// At least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<f64>,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
    },
    /// A Region's share of the traffic.
    Share {
        /// The Region.
        region: String,
        /// At least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<f64>,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
    },
    /// Seconds that a store is behind in a Region.
    Lag {
        /// The store.
        store: String,
        /// From.
        from: String,
        /// To.
        to: String,
        /// At least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<f64>,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
    },
    /// Tasks that run in a Region.
    Tasks {
        /// The Region.
        region: String,
        /// At least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<f64>,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
    },
    /// A routing control's state.
    Control {
        /// Name.
        name: String,
        /// State.
        state: ControlState,
    },
    /// How many writes of an operation took effect (of all, without one).
    Writes {
        /// The operation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operation: Option<String>,
        /// At least.
        #[serde(default)]
        least: usize,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<usize>,
    },
    /// Where the last experiment of a template is: `running`, `completed`, `stopped`, …
    Experiment {
        /// Name of the template.
        name: String,
        /// Any of these.
        any: Vec<String>,
    },
    /// Where the last execution of a Region switch plan is: `inProgress`, `completed`, …
    Execution {
        /// Name of the plan.
        plan: String,
        /// Any of these.
        any: Vec<String>,
    },
    /// A copy of what a failover of the store left behind is there and stays until somebody deletes it.
    Kept {
        /// The store.
        store: String,
        /// The Region.
        region: String,
    },
    /// What failovers of a store threw away, in seconds.
    Loss {
        /// The store.
        store: String,
        /// At most.
        most: f64,
    },
}

fn first() -> usize {
    1
}

impl That {
    /// Checks it against the ground truth; `None` when the simulator cannot know it.
    ///
    /// # Errors
    /// Says what is so instead.
    #[must_use]
    pub fn check(&self, world: &World) -> Option<Result<(), String>> {
        Some(match self {
            Self::Outcome { .. } | Self::Rung { .. } | Self::Says { .. } | Self::Lamp { .. } => return None,
            Self::Writer { store, region } => writer(world, store, region),
            Self::Orders { region, least, most } => {
                let (orders, baseline) = match region.as_ref().map(|name| world.region(name)) {
                    None => (world.orders(), world.baseline()),
                    Some(Some(region)) => (region.now.orders, region.baseline),
                    Some(None) => return Some(Err(format!("no such Region: {region:?}"))),
                };
                within("orders", orders / baseline, *least, *most)
            }
            Self::Share { region, least, most } => match world.region(region) {
                Some(r) => within(&format!("share of {region}"), r.now.share, *least, *most),
                None => Err(format!("no such Region: {region}")),
            },
            Self::Lag { store, from, to, least, most } => {
                let link = world.region_ix(from).zip(world.region_ix(to));
                match link.and_then(|(from, to)| world.link_lag(store, from, to)) {
                    Some(lag) => within(&format!("lag of {store}"), lag, *least, *most),
                    None => Err(format!("{store} has no link from {from} to {to}")),
                }
            }
            Self::Tasks { region, least, most } => match world.region(region) {
                Some(r) => within(&format!("tasks of {region}"), f64::from(r.now.running), *least, *most),
                None => Err(format!("no such Region: {region}")),
            },
            Self::Control { name, state } => match world.arc.control_named(name) {
                Some(control) if control.state == *state => Ok(()),
                Some(control) => Err(format!("control {name} is {}", control.state)),
                None => Err(format!("no such control: {name}")),
            },
            Self::Writes { operation, least, most } => writes(world, operation.as_deref(), *least, *most),
            Self::Experiment { name, any } => {
                one_of(&format!("experiment {name}"), experiment(world, name), any)
            }
            Self::Execution { plan, any } => {
                one_of(&format!("execution of {plan}"), execution(world, plan), any)
            }
            Self::Kept { store, region } => kept(world, store, region),
            Self::Loss { store, most } => loss(world, store, *most),
        })
    }
}

fn within(what: &str, is: f64, least: Option<f64>, most: Option<f64>) -> Result<(), String> {
    if least.is_some_and(|least| is < least) {
        return Err(format!("{what} is {is:.3}, less than {least:?}"));
    }
    if most.is_some_and(|most| is > most) {
        return Err(format!("{what} is {is:.3}, more than {most:?}"));
    }
    Ok(())
}

fn writer(world: &World, store: &str, region: &str) -> Result<(), String> {
    if let Some(replicated) = world.replicas.iter().find(|r| r.store == store) {
        let end = world.region_ix(region).and_then(|at| replicated.end_in(at));
        return match end {
            Some(end) if end.db.writable && end.db.status == "available" => Ok(()),
            Some(end) => Err(format!("{} is {} and takes no writes", end.db.id, end.db.status)),
            None => Err(format!("{store} has no database in {region}")),
        };
    }
    let Some(global) = world.aurora.globals.iter().find(|g| g.store == store) else {
        return Err(format!("no such store: {store}"));
    };
    // A cluster that was taken out of it is what users have there.
    let alone = |c: &&DbCluster| c.global.is_none() && c.writable && c.id.starts_with(&format!("{store}-"));
    if world.aurora.clusters.iter().filter(alone).any(|c| world.regions[c.region].name == region) {
        return Ok(());
    }
    let is = global.writer().map_or("nobody", |m| world.regions[m.region].name.as_str());
    if is == region { Ok(()) } else { Err(format!("the writer of {store} is {is}")) }
}

fn kept(world: &World, store: &str, region: &str) -> Result<(), String> {
    let at = world.region_ix(region).ok_or_else(|| format!("no such Region: {region}"))?;
    let there = world.aurora.snapshots.iter().filter(|s| s.region == at);
    let of_store = there.filter(|s| s.cluster.strip_prefix(store).is_some_and(|rest| rest.starts_with('-')));
    let stays = |s: &Snapshot| s.manual && s.expires.is_none() && s.status == "available";
    let copied = of_store.clone().any(|s| stays(s) && s.source.is_some());
    let all: Vec<_> = of_store.map(|s| format!("{} {}", s.id, s.status)).collect();
    if copied { Ok(()) } else { Err(format!("nothing of {store} is kept in {region}: {all:?}")) }
}

fn writes(world: &World, operation: Option<&str>, least: usize, most: Option<usize>) -> Result<(), String> {
    let of = |w: &&crate::sim::world::WriteRecord| operation.is_none_or(|o| w.operation == o);
    let count = world.log.iter().filter(of).count();
    if count < least || most.is_some_and(|most| count > most) {
        let operations: Vec<_> = world.log.iter().map(|w| w.operation.as_str()).collect();
        return Err(format!("{count} writes took effect; all: {operations:?}"));
    }
    Ok(())
}

fn experiment(world: &World, name: &str) -> Option<&'static str> {
    let of_it = |id: &str| world.fis.templates.iter().any(|t| t.id == id && t.spec.name == name);
    world.fis.experiments.iter().rev().find(|e| of_it(&e.template)).map(|e| e.status.as_str())
}

fn execution(world: &World, plan: &str) -> Option<&'static str> {
    let of_it = |arn: &str| world.switch.plan(arn).is_some_and(|p| p.spec.name == plan);
    world.switch.executions.iter().rev().find(|e| of_it(&e.plan)).map(|e| e.state.as_str())
}

fn one_of(what: &str, is: Option<&str>, any: &[String]) -> Result<(), String> {
    match is {
        Some(is) if any.iter().any(|one| one == is) => Ok(()),
        Some(is) => Err(format!("{what} is {is}")),
        None => Err(format!("{what} was never started")),
    }
}

fn loss(world: &World, store: &str, most: f64) -> Result<(), String> {
    let globals = world.aurora.globals.iter().filter(|g| g.store == store).flat_map(|g| &g.losses);
    let replicas = world.replicas.iter().filter(|r| r.store == store).flat_map(|r| &r.losses);
    let lost = globals.chain(replicas);
    let seconds = lost.map(|l| l.seconds).fold(0.0, f64::max);
    within(&format!("loss of {store}"), seconds, None, Some(most))
}
