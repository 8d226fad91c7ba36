//! A whole failover beside what the simulated platform itself takes: databases, health checks, clients' DNS.
//!
//! What is above one is the console's own: reading, deciding, and waiting for metrics that prove it.

use std::time::Duration;

use jiff::Timestamp;
use pointsman::plan::event::Event;
use pointsman::sim::Sim;
use pointsman::sim::scenario;
use serde_json::Value;

use crate::virtually;

#[path = "../tests/scenarios"]
mod play {
    pub mod book;
    pub mod door;
    pub mod expect;
    pub mod laws;
    pub mod overlap;
    pub mod people;
    pub mod ride;
    pub mod stage;
}

use play::book::Book;
use play::stage::Stage;

/// Prints how long a failover takes beside the critical path of what is simulated.
pub fn print() {
    let Measured { promoted, arrived, changed, confirmed } = virtually(measure());
    let path = promoted + arrived;
    let ratio = |took: Duration| took.as_secs_f64() / path.as_secs_f64();
    println!(
        "a whole failover: databases {promoted:?} and traffic {arrived:?} make a critical path of {path:?}; orders are \
         back after {:?}: ratio {:.2}; proved at the orders rung after {confirmed:?}: ratio {:.2}",
        changed + arrived,
        ratio(changed + arrived),
        ratio(confirmed),
    );
    for stores in [8, 30] {
        let measured = virtually(play::overlap::measure(stores));
        println!(
            "a failover of {stores} stores and two panels: {:?} beside a critical path of {:?}: ratio {:.3}; one after \
             the other it would be {:?}",
            measured.wall,
            measured.path(),
            measured.ratio(),
            measured.sum,
        );
    }
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn region_loss() -> Duration {
    virtually(async { measure().await.confirmed })
}

/// Spans of one failover, in virtual time.
struct Measured {
    /// From the call to the last database that writes in its new Region.
    promoted: Duration,
    /// From the routing change to orders and traffic as they should be.
    arrived: Duration,
    /// From the start to the routing change.
    changed: Duration,
    /// From the start to the end of the run.
    confirmed: Duration,
}

/// The moments at which the platform itself is there.
struct Truth {
    promoted: Timestamp,
    changed: Timestamp,
    arrived: Timestamp,
}

async fn measure() -> Measured {
    let mut scenario = scenario::find("region-loss").unwrap();
    scenario.scenario.length = Duration::from_mins(14);
    scenario.timeline.retain(|moment| moment.at < scenario.scenario.length);
    let stage = Stage::new(&scenario, 7, Book::in_memory());
    let watched = tokio::spawn(watch(stage.sim.clone()));
    let played = stage.play().await;
    let truth = watched.await.unwrap();
    let journal = played.journal();
    let of = |wanted: fn(&Event) -> bool| journal.iter().find(|entry| wanted(&entry.event)).unwrap().at;
    let started = of(|event| matches!(event, Event::Started { .. }));
    let closed = of(|event| matches!(event, Event::Closed { .. }));
    let called = played.sim.writes()[0].at;
    let span = |from: Timestamp, to: Timestamp| to.duration_since(from).unsigned_abs();
    Measured {
        promoted: span(called, truth.promoted),
        arrived: span(truth.changed, truth.arrived),
        changed: span(started, truth.changed),
        confirmed: span(started, closed),
    }
}

/// Looks at the ground truth every second until everything is where it should be.
async fn watch(sim: Sim) -> Truth {
    let promoted = until(&sim, |truth| {
        ["orders", "catalog"].iter().all(|store| {
            let store = &truth["stores"][store];
            store["writer"] == "us-west-2" && store["status"] == "available"
        })
    });
    let promoted = promoted.await;
    let changed = until(&sim, |truth| truth["controls"]["us-east-1"] == "Off").await;
    let arrived = until(&sim, |truth| {
        let of = |region: &str, what: &str| truth["regions"][region][what].as_f64().unwrap();
        let orders = of("us-east-1", "orders") + of("us-west-2", "orders");
        let usual = of("us-east-1", "baseline") + of("us-west-2", "baseline");
        of("us-west-2", "share") >= 0.95 && orders >= usual * 0.8
    });
    Truth { promoted, changed, arrived: arrived.await }
}

async fn until(sim: &Sim, so: impl Fn(&Value) -> bool) -> Timestamp {
    while !so(&sim.truth()) {
        sim.clock().sleep(Duration::from_secs(1)).await;
    }
    sim.now()
}
