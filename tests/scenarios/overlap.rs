//! Independent steps overlap: the wall time of a failover of many stores beside its critical path, in virtual time.
//!
//! The path is what the platform itself takes for the slowest database, by the ground truth, and then what the slower
//! of two routing updates, one for each control panel, takes to be proved.

use std::time::Duration;

use jiff::Timestamp;
use pointsman::plan::event::{Event, Outcome};
use pointsman::plan::operation::Operation;
use pointsman::plan::{Plan, Step, StepId};
use pointsman::sim::Sim;
use pointsman::sim::scenario::world::Panel;
use pointsman::sim::scenario::{self, Scenario};

use super::book::Book;
use super::laws;
use super::ride::{Calm, Fuse, Rider};
use super::stage::{Played, Stage};

/// Spans of one failover of many stores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// From the start of the run to its end.
    pub(crate) wall: Duration,
    /// From the first call to the last database that writes in its new Region, by the ground truth.
    pub(crate) promoted: Duration,
    /// The slower routing update, from its call to its proof.
    pub(crate) routed: Duration,
    /// What the same steps would take one after the other.
    pub(crate) sum: Duration,
}

impl Measured {
    /// The critical path.
    pub(crate) fn path(&self) -> Duration {
        self.promoted + self.routed
    }

    /// The wall time in critical paths.
    pub(crate) fn ratio(&self) -> f64 {
        self.wall.as_secs_f64() / self.path().as_secs_f64()
    }
}

/// Fails so many Aurora stores over, and two panels after them.
pub(crate) async fn measure(stores: usize) -> Measured {
    let scenario = scenario(stores);
    let stage = Stage::new(&scenario, 7, Book::in_memory());
    let watched = tokio::spawn(last_promotion(stage.sim.clone()));
    let played = Rider::on(stage, Fuse::none()).ride(&mut Calm).await;
    laws::hold(&played);
    let steps = spans(&played);
    let called = played.sim.writes()[0].at;
    let promoted = span(called, watched.await.unwrap());
    let run = played.run(1);
    let (_, end, _) = run.closed.as_ref().unwrap_or_else(|| panic!("{}", laws::told(&played.book)));
    assert_eq!(end.to_string(), "confirmed");
    assert_eq!(run.plan.waves().len(), 3, "record, every store, both panels");
    let closed = run.closed.as_ref().unwrap().0;
    let routed =
        steps.iter().filter(|(id, _)| moves_traffic(&run.plan, *id)).map(|(_, took)| *took).max().unwrap();
    Measured {
        wall: span(run.started, closed),
        promoted,
        routed,
        sum: steps.iter().map(|(_, took)| *took).sum(),
    }
}

fn scenario(stores: usize) -> Scenario {
    let mut scenario = scenario::find("region-loss").unwrap();
    scenario.expect.clear();
    scenario.act.truncate(1);
    let last = scenario.act[0].at;
    scenario.timeline.retain(|moment| moment.at <= last);
    let like = scenario.world.aurora[0].clone();
    for number in scenario.world.aurora.len()..stores {
        let mut store = like.clone();
        (store.store, store.orders) = (format!("store-{number:02}"), false);
        scenario.world.aurora.push(store);
    }
    let panel = |name: &str| Panel { name: name.to_owned(), controls: None, rules: None };
    scenario.world.panels = vec![panel("store"), panel("api")];
    scenario
}

fn moves_traffic(plan: &Plan, id: StepId) -> bool {
    plan.step(id).and_then(Step::operation).is_some_and(Operation::moves_traffic)
}

/// How long each write took from its call to its proof.
fn spans(played: &Played) -> Vec<(StepId, Duration)> {
    let journal = played.journal();
    let at = |id: StepId, is: fn(&Event) -> bool| {
        journal.iter().find(|entry| entry.event.step() == Some(id) && is(&entry.event)).map(|entry| entry.at)
    };
    let sent = |id| at(id, |event| matches!(event, Event::Sent { .. }));
    let ended = |id| at(id, |event| matches!(event, Event::Ended { outcome: Outcome::Confirmed, .. }));
    let steps = played.run(1).plan.steps.iter();
    steps.filter_map(|step| Some((step.id, span(sent(step.id)?, ended(step.id)?)))).collect()
}

fn span(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).unsigned_abs()
}

/// When the last store was written in its new Region.
async fn last_promotion(sim: Sim) -> Timestamp {
    loop {
        let moved = sim.look(|world| {
            let there = |at: Option<usize>| at.is_some_and(|at| world.regions[at].name == "us-west-2");
            let writes = |global: &pointsman::sim::world::aurora::GlobalCluster| {
                there(global.writer().map(|member| member.region)) && global.change.is_none()
            };
            world.aurora.globals.iter().all(writes)
        });
        if moved {
            return sim.now();
        }
        sim.clock().sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn eight_stores_and_two_panels_take_hardly_more_than_the_slowest_of_them() {
    let measured = measure(8).await;
    assert!(measured.ratio() <= 1.1, "{measured:?}: {:.3}", measured.ratio());
    assert!(measured.sum > measured.wall * 2, "one after the other it would be no slower: {measured:?}");
}

#[tokio::test(start_paused = true)]
async fn thirty_stores_take_hardly_more_than_the_slowest_of_them() {
    let measured = measure(30).await;
    assert!(measured.ratio() <= 1.2, "{measured:?}: {:.3}", measured.ratio());
    assert!(measured.sum > measured.wall * 5, "one after the other it would be no slower: {measured:?}");
}
