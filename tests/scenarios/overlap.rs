//! Independent steps overlap: the wall time of a failover of many stores beside its critical path, in virtual time.
//!
//! The path is what the platform itself takes for the slowest database, by the ground truth, and then what the slower
//! of two routing updates takes to be proved. The config knows one control panel, so the second panel is stood in for
//! by controls of its own and an update of its own beside the first.

use std::time::Duration;

use jiff::Timestamp;
use pointsman::model::reading::ControlState;
use pointsman::model::topology::Topology;
use pointsman::plan::event::{Event, Outcome};
use pointsman::plan::operation::{ControlChange, Operation, RoutingSet};
use pointsman::plan::{Action, Plan, Rung, Step, StepId};
use pointsman::sim::Sim;
use pointsman::sim::scenario::world::Rule;
use pointsman::sim::scenario::{self, Scenario};
use pointsman::sim::world::arc::{self, safety::RuleType};

use super::book::Book;
use super::laws;
use super::ride::{Calm, Fuse, Rider};
use super::stage::{Played, Stage};

/// What the second panel's controls are called.
const SECOND: [&str; 2] = ["api us-east-1", "api us-west-2"];

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
    let mut rider = Rider::on(stage, Fuse::none());
    rider.amend = move_second_too;
    let played = rider.ride(&mut Calm).await;
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
    for name in SECOND {
        scenario.world.controls.insert(name.to_owned(), arc::ControlState::On);
    }
    // A control without a Region opens a gate, or the config has no place for it; this gate is always open.
    let regions = scenario.world.regions.iter().map(|region| region.name.clone());
    scenario.world.rules.push(Rule {
        name: "second-panel".to_owned(),
        assert: Vec::new(),
        gating: SECOND.map(str::to_owned).to_vec(),
        target: regions.collect(),
        kind: RuleType::Or,
        threshold: 0,
        inverted: false,
        wait: Duration::ZERO,
    });
    scenario
}

fn move_second_too(plan: &mut Plan, topology: &Topology) {
    let first = plan.steps.last().unwrap().clone();
    let control = |at: usize| topology.routing.as_ref().unwrap().control(SECOND[at]).unwrap();
    let change = |at: usize, state| ControlChange {
        control: control(at).name.clone(),
        arn: control(at).arn.clone(),
        state,
        was: ControlState::On,
        guessed: false,
    };
    let set = RoutingSet::of(vec![change(0, ControlState::Off), change(1, ControlState::On)]);
    plan.steps.push(Step {
        id: StepId(first.id.0 + 1),
        title: set.to_string(),
        action: Action::Operate(Operation::RoutingSet(set)),
        rung: Rung::Traffic,
        ..first
    });
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
