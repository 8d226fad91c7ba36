//! Asks every source when it is due and hands on what came of it as observations.
//!
//! Each source is asked on its own task with its own time-out and back-off, at most once at a time, so that one that
//! hangs delays nothing else. It judges no reading and must never ask a metric more often than its period.

pub mod budget;
pub mod schedule;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::aws::{Clients, Counted};
use crate::clock::Clock;
use crate::model::reading::{Observation, TroubleKind};
use budget::Budget;
use schedule::{Asked, Due, Schedule, What};

/// How eagerly the world is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pace {
    /// Somebody watches.
    #[default]
    Calm,
    /// A run is in flight or a sheet is open.
    Run,
    /// The terminal has lost focus.
    Background,
}

/// What reading costs; a handle that stays true as the pace changes.
#[derive(Clone, Debug)]
pub struct Meter {
    clients: Clients,
    budget: Arc<Mutex<Budget>>,
}

impl Meter {
    /// What a whole hour and month cost at the current pace.
    #[must_use]
    pub fn budget(&self) -> Budget {
        *self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was really asked so far.
    #[must_use]
    pub fn counted(&self) -> Counted {
        self.clients.tally().counted()
    }

    fn set(&self, budget: Budget) {
        *self.budget.lock().unwrap_or_else(PoisonError::into_inner) = budget;
    }
}

/// Starts reading the workload of these clients; it ends when nobody takes the observations any more.
///
/// Must be called within a tokio runtime.
#[must_use]
pub fn spawn(
    clients: Clients,
    clock: Clock,
    out: mpsc::Sender<Observation>,
    pace: watch::Receiver<Pace>,
) -> Meter {
    let now = clock.now();
    let seed = now.as_microsecond().unsigned_abs();
    let schedule = Schedule::new(clients.topology(), clients.wanted(), now, seed);
    let meter = Meter { clients: clients.clone(), budget: Arc::default() };
    let sampler = Sampler { schedule, clients, clock, out, pace, meter: meter.clone() };
    tokio::spawn(sampler.run());
    meter
}

/// Asks every source once, all at the same time; what came of each, in the order in which they answered.
pub async fn once(clients: &Clients, clock: &Clock) -> Vec<Observation> {
    clients.learn_time().await;
    let mut schedule = Schedule::new(clients.topology(), clients.wanted(), clock.now(), 0);
    let asking = FuturesUnordered::new();
    for due in schedule.due(clock.now()) {
        asking.push(insist(clients, clock, due));
    }
    asking.filter_map(async |seen| seen).collect().await
}

/// How often a throttled reading that a person waits for is asked again, and after how long.
const INSISTS: usize = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// One reading, and again while the service only says that it is asked too often: there is no next turn.
async fn insist(clients: &Clients, clock: &Clock, due: Due) -> Option<Observation> {
    for _ in 0..INSISTS {
        let (_, seen) = ask(clients.clone(), due.clone()).await;
        let trouble = seen.as_ref().and_then(|seen| seen.result.as_ref().err());
        if trouble.is_none_or(|trouble| trouble.kind != TroubleKind::Throttled) {
            return seen;
        }
        clock.sleep(BETWEEN).await;
    }
    ask(clients.clone(), due).await.1
}

struct Sampler {
    schedule: Schedule,
    clients: Clients,
    clock: Clock,
    out: mpsc::Sender<Observation>,
    pace: watch::Receiver<Pace>,
    meter: Meter,
}

impl Sampler {
    async fn run(mut self) {
        let mut asking: JoinSet<(Due, Option<Observation>)> = JoinSet::new();
        let (mut steered, mut renewals) = (true, self.clients.renewals());
        self.clients.learn_time().await;
        self.steer();
        loop {
            for due in self.schedule.due(self.clock.now()) {
                match self.asked_elsewhere(&due) {
                    Some(at) => self.schedule.defer(due.id, at),
                    None => drop(asking.spawn(ask(self.clients.clone(), due))),
                }
            }
            let wait = self.schedule.next().map(|next| until(self.clock.now(), next));
            tokio::select! {
                biased;
                Some(done) = asking.join_next() => {
                    if let Ok((due, seen)) = done && !self.took(&due, seen).await { return }
                }
                changed = self.pace.changed(), if steered => match changed {
                    Ok(()) => self.steer(),
                    Err(_) => steered = false,
                },
                Ok(()) = renewals.changed() => self.schedule.hurry(self.clock.now()),
                () = self.clock.sleep(wait.unwrap_or(Duration::from_hours(1))) => {}
                () = self.out.closed() => return,
            }
        }
    }

    /// When a run asked these metrics itself, within their period.
    fn asked_elsewhere(&self, due: &Due) -> Option<Timestamp> {
        let What::Metrics { region, period, .. } = &due.what else { return None };
        let at = self.clients.last_asked(region, *period)?;
        let age = self.clock.now().duration_since(at).unsigned_abs();
        (due.failures == 0 && age < Duration::from_secs(u64::from(*period))).then_some(at)
    }

    fn steer(&mut self) {
        let pace = *self.pace.borrow_and_update();
        self.schedule.set_pace(pace, self.clock.now());
        self.meter.set(self.schedule.budget());
    }

    /// Hands an observation on; false when nobody wants it.
    async fn took(&mut self, due: &Due, seen: Option<Observation>) -> bool {
        let Some(observation) = seen else {
            let now = self.clock.now();
            self.schedule.done(due.id, Asked { asked: now, at: now, trouble: Some(TroubleKind::Faulty) });
            return true;
        };
        let trouble = observation.result.as_ref().err().map(|trouble| trouble.kind);
        self.schedule.done(due.id, Asked { asked: observation.asked, at: observation.at, trouble });
        self.out.send(observation).await.is_ok()
    }
}

/// One reading; `None` when it fell over, so that its source is asked again all the same.
async fn ask(clients: Clients, due: Due) -> (Due, Option<Observation>) {
    let reading = async {
        match &due.what {
            What::Whole(source) => clients.observe(source, due.every).await,
            What::Metrics { region, metrics, .. } => {
                clients.observe_metrics(region, metrics, due.window, due.every).await
            }
        }
    };
    let seen = AssertUnwindSafe(reading).catch_unwind().await.ok();
    (due, seen)
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}
