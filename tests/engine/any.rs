//! Any order of people's commands, answers, readings, crashes and time: whatever comes, nothing leaves that a law
//! forbids, and nothing is believed that no reading shows.
//!
//! The world here is an adversary: it says what it likes, also what no AWS would.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pointsman::model::World;
use pointsman::model::reading::{
    AuroraMember, AuroraMove, AuroraReading, ControlState, MetricAnswer, MetricBatch, Observation, Point,
    RdsEvent, Reading, Source, Trouble, TroubleKind,
};
use pointsman::model::topology::{Region, Topology};
use pointsman::model::verdict;
use pointsman::plan::decide::{self, Next};
use pointsman::plan::event::{Answer, Decision, End, Entry, Event, Outcome, Pause, RunId};
use pointsman::plan::operation::Operation;
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::rules;
use pointsman::plan::{Intent, Playbook, Step, StepId, playbook};
use proptest::prelude::*;

use super::shop::{EAST, Shop, WEST};
use super::stage::{WHO, start};

/// One thing that happens; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Turn {
    /// The engine does the first things it decides, so many at most.
    Goes(u8),
    /// An answer comes to a write on its way.
    Answers(u8),
    /// A source tells something, asked so many seconds ago.
    Tells { source: u8, says: u16, ago: u8 },
    /// A person asks for something.
    Asks { step: u8, what: u8 },
    /// Seconds pass.
    Waits(u16),
    /// The process ends, and another takes the run up.
    Crashes,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        6 => (1_u8..5).prop_map(Turn::Goes),
        3 => any::<u8>().prop_map(Turn::Answers),
        8 => (any::<u8>(), any::<u16>(), 0_u8..4).prop_map(|(source, says, ago)| Turn::Tells { source, says, ago }),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(step, what)| Turn::Asks { step, what }),
        3 => prop_oneof![0_u16..4, 5_u16..200].prop_map(Turn::Waits),
        1 => Just(Turn::Crashes),
    ]
}

/// A run on its way through whatever comes.
struct Path {
    world: World,
    now: Timestamp,
    progress: Progress,
    entries: Vec<Entry>,
    /// Writes on their way, and when the newest of each step left.
    open: BTreeMap<StepId, u32>,
    left: BTreeMap<StepId, Timestamp>,
    /// Steps that ended badly, or are to be read again, and about which nobody has said that they may be sent.
    locked: BTreeSet<StepId>,
}

impl Path {
    fn new(playbook: Playbook) -> Self {
        let shop = Shop::new();
        let now = shop.clock.now();
        let world = World::new(shop.topology.clone());
        let intent = Intent { playbook, from: EAST.into(), to: WEST.into() };
        let plan = playbook::plan(&world, &intent, now).unwrap();
        let first = entry(1, now, Event::Started { plan, start: start() });
        let progress = Progress::replay(std::slice::from_ref(&first)).unwrap();
        let (open, left, locked) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { world, now, progress, entries: vec![first], open, left, locked }
    }

    fn take(&mut self, turn: &Turn) {
        match turn {
            Turn::Goes(most) => (0..*most).for_each(|_| self.go()),
            Turn::Answers(which) => self.answer(*which),
            Turn::Tells { source, says, ago } => self.tell(*source, *says, *ago),
            Turn::Asks { step, what } => self.ask(*step, *what),
            Turn::Waits(seconds) => self.now += SignedDuration::from_secs(i64::from(*seconds)),
            Turn::Crashes => self.crash(),
        }
    }

    fn go(&mut self) {
        match decide::decide(&self.progress, &self.world, self.now).into_iter().next() {
            Some(Next::Write(event)) => {
                self.believes(&event);
                self.write(event);
            }
            Some(Next::Send { step, attempt, operation }) => self.send(step, attempt, operation),
            None => {}
        }
    }

    /// As the driver does it: the intent, then that it is sent, then it leaves.
    fn send(&mut self, step: StepId, attempt: u32, operation: Operation) {
        self.may_leave(step, &operation);
        let at = &self.progress.steps[&step];
        if !(at.state == StepState::Intended && at.attempts == attempt && at.answer.is_none()) {
            let operation = Some(operation);
            self.write(Event::Intended { step, attempt, operation, endpoint: String::new() });
        }
        self.write(Event::Sent { step, attempt, fence: None });
        assert!(self.open.insert(step, attempt).is_none(), "two writes of step {step} are on their way");
        self.left.insert(step, self.now);
    }

    /// Laws 4, 6 and 7 at the moment at which a write leaves.
    fn may_leave(&self, id: StepId, operation: &Operation) {
        let step = self.progress.plan.step(id).unwrap();
        let planned = step.operation() == Some(operation);
        assert!(
            !self.progress.paused && self.progress.aborted.is_none(),
            "it was to be still\n{}",
            self.told()
        );
        assert!(!self.locked.contains(&id), "nobody said that step {id} may be sent\n{}", self.told());
        let undoes = self.entries.iter().any(
            |e| matches!(&e.event, Event::Decided { step, decision: Decision::Undo, .. } if *step == id),
        );
        let inverse = step.operation().and_then(Operation::inverse);
        assert!(planned || undoes && inverse.as_ref() == Some(operation), "{operation} is not in the plan");
        let done = |need: &StepId| {
            matches!(self.progress.steps[need].state, StepState::Done(Outcome::Confirmed | Outcome::Skipped))
        };
        assert!(step.needs.iter().all(done), "step {id} was not ready\n{}", self.told());
        if let Operation::RoutingSet(set) = operation {
            let then = rules::after(&playbook::states(&self.world, self.now), &set.entries);
            let on = [EAST, WEST].iter().any(|name| then.get(*name) == Some(&ControlState::On));
            assert!(on, "no Region would be On after {operation}\n{}", self.told());
        }
        if planned && operation.moves_traffic() {
            let writers = self
                .progress
                .plan
                .steps
                .iter()
                .filter(|step| step.operation().is_some_and(|o| o.writer().is_some()));
            for writer in writers {
                assert!(self.moved_or_named(writer), "traffic before step {}\n{}", writer.id, self.told());
            }
        }
    }

    fn moved_or_named(&self, step: &Step) -> bool {
        match self.progress.steps[&step.id].state {
            StepState::Done(Outcome::Confirmed) => true,
            StepState::Done(Outcome::Skipped) => self.entries.iter().any(|e| {
                matches!(&e.event, Event::Decided { step: of, decision: Decision::Skip { typed: Some(to), .. }, .. }
                    if *of == step.id && to.as_str() == WEST)
            }),
            _ => false,
        }
    }

    /// Law 3: what is confirmed after a write is shown by readings that were asked for after it left.
    fn believes(&self, event: &Event) {
        let Event::Ended { step, outcome: Outcome::Confirmed, .. } = event else { return };
        let at = &self.progress.steps[step];
        let (Some(operation), Some(left)) = (&at.operation, self.left.get(step)) else { return };
        let seen = |source: &Source| {
            let feed = self.world.feed(source)?;
            feed.asked().filter(|asked| asked > left)?;
            feed.seen().map(|(reading, _)| reading.clone())
        };
        match operation {
            Operation::RoutingSet(set) => {
                let endpoints = &self.world.topology().routing.as_ref().unwrap().endpoints;
                let says = |states: &BTreeMap<String, ControlState>| {
                    set.entries.iter().all(|entry| states.get(&entry.control) == Some(&entry.state))
                };
                let agree = endpoints.iter().filter(|endpoint| {
                    matches!(seen(&Source::Endpoint(endpoint.region.clone())), Some(Reading::Controls(s)) if says(&s))
                });
                assert!(agree.count() >= 2, "nothing shows it\n{}", self.told());
            }
            operation => {
                let Some(writer) = operation.writer() else { return };
                let shows = [EAST, WEST].iter().any(|region| {
                    let source = Source::Aurora(writer.store.to_owned(), Region::new(region));
                    matches!(seen(&source), Some(Reading::Aurora(reading)) if reading.writer() == Some(writer.to))
                });
                assert!(shows, "nothing shows that {} moved\n{}", writer.store, self.told());
            }
        }
    }

    fn write(&mut self, event: Event) {
        match &event {
            Event::Ended { step, outcome, .. } if outcome.needs_a_person() => {
                self.locked.insert(*step);
            }
            Event::Decided { step, decision: Decision::Retry | Decision::Undo, .. } => {
                self.locked.remove(step);
            }
            _ => {}
        }
        let next = entry(self.entries.len() + 1, self.now, event);
        if let Err(illegal) = self.progress.apply(&next) {
            panic!("the engine wrote what cannot follow: {illegal}: {:?}\n{}", next.event, self.told());
        }
        self.entries.push(next);
    }

    fn answer(&mut self, which: u8) {
        let Some((step, attempt)) = pick(&self.open, which >> 3) else { return };
        self.open.remove(&step);
        let kinds =
            [TroubleKind::Throttled, TroubleKind::TimedOut, TroubleKind::Denied, TroubleKind::Refused];
        let trouble = trouble(kinds[usize::from(which >> 1) % kinds.len()]);
        let answer = match which % 4 {
            0 => Answer::Accepted { endpoint: String::new(), request_id: None, handle: None },
            1 => Answer::Refused { code: "Conflict".to_owned(), trouble },
            2 => Answer::NotSent { trouble },
            _ => Answer::Lost { trouble },
        };
        self.write(Event::Answered { step, attempt, answer });
    }

    fn ask(&mut self, step: u8, what: u8) {
        let ids: Vec<StepId> = self.progress.plan.steps.iter().map(|step| step.id).collect();
        let (step, who) = (ids[usize::from(step) % ids.len()], WHO.to_owned());
        let reason = || "because".to_owned();
        let decision = match what % 12 {
            0 | 1 => Decision::ReadAgain,
            2..=4 => Decision::Retry,
            5 => Decision::Undo,
            6 => Decision::Skip { reason: reason(), typed: None },
            7 => Decision::Skip { reason: reason(), typed: Some(WEST.into()) },
            8 if what > 200 => Decision::Abort { reason: reason() },
            8 | 9 => return self.ask_for(Event::Paused { who, why: Pause::Asked }),
            _ => return self.ask_for(Event::Resumed { who }),
        };
        self.ask_for(Event::Decided { step, decision, who });
    }

    fn ask_for(&mut self, event: Event) {
        if self.progress.may_ask(&event).is_ok() {
            self.write(event);
        }
    }

    /// Only the lines are left; what was on its way has no answer any more.
    fn crash(&mut self) {
        let again = Progress::replay(&self.entries).unwrap();
        assert_eq!(again, self.progress, "the lines tell another story");
        self.world = World::new(self.world.topology_handle());
        for (step, attempt) in std::mem::take(&mut self.open) {
            let answer = Answer::Lost { trouble: trouble(TroubleKind::TimedOut) };
            self.write(Event::Answered { step, attempt, answer });
        }
        if self.progress.is_open() {
            self.write(Event::Resumed { who: WHO.to_owned() });
        }
    }

    fn tell(&mut self, source: u8, says: u16, ago: u8) {
        let topology = self.world.topology();
        let mut sources: Vec<Source> = [EAST, WEST].map(|region| Source::Metrics(region.into())).into();
        sources.extend(
            topology.routing.iter().flat_map(|r| &r.endpoints).map(|e| Source::Endpoint(e.region.clone())),
        );
        for aurora in &topology.auroras {
            for region in [EAST, WEST] {
                sources.push(Source::Aurora(aurora.store.clone(), region.into()));
                sources.push(Source::AuroraEvents(aurora.store.clone(), region.into()));
            }
        }
        // Half of the time everything tells the same at once, as a world that is well does.
        let told: Vec<Source> = if source.is_multiple_of(2) {
            sources
        } else {
            vec![sources[usize::from(source / 2) % sources.len()].clone()]
        };
        let asked = self.now - SignedDuration::from_secs(i64::from(ago));
        for source in told {
            let result = if says.is_multiple_of(11) {
                Err(trouble(TroubleKind::Unreachable))
            } else {
                Ok(reading(topology_of(&self.world), &source, says / 11, self.now))
            };
            self.world.apply(Observation {
                source,
                asked,
                at: self.now,
                every: Duration::from_secs(5),
                result,
            });
        }
    }

    fn told(&self) -> String {
        let words = self.entries.iter().map(|e| format!("{} {:?} {}", e.at, e.event.step(), e.event));
        words.collect::<Vec<_>>().join("\n")
    }
}

fn topology_of(world: &World) -> &Topology {
    world.topology()
}

fn reading(topology: &Topology, source: &Source, says: u16, now: Timestamp) -> Reading {
    let bit = |at: u16| says >> at & 1 == 1;
    let state = |on: bool| if on { ControlState::On } else { ControlState::Off };
    match source {
        Source::Endpoint(_) => {
            let states = [(EAST, bit(0) && bit(3)), (WEST, !bit(1) || bit(4))];
            Reading::Controls(states.map(|(name, on)| (name.to_owned(), state(on))).into())
        }
        Source::Aurora(store, _) => Reading::Aurora(aurora(topology, store, says)),
        Source::AuroraEvents(store, _) => {
            let message = if bit(0) { "failover cancelled" } else { "failover started" };
            let event = RdsEvent { at: now, cluster: store.clone(), message: message.to_owned() };
            Reading::AuroraEvents(vec![event])
        }
        Source::Metrics(region) => Reading::Metrics(metrics(topology, region, says, now)),
        other => panic!("nobody asks {other}"),
    }
}

fn aurora(topology: &Topology, store: &str, says: u16) -> AuroraReading {
    let bit = |at: u16| says >> at & 1 == 1;
    let aurora = topology.auroras.iter().find(|aurora| aurora.store == store).unwrap();
    let writes = |region: &Region| match says % 4 {
        0 => false,
        1 => region.as_str() == EAST,
        _ => region.as_str() == WEST,
    };
    let member = |(region, arn): (&Region, &String)| AuroraMember {
        region: region.clone(),
        arn: arn.clone(),
        writer: writes(region) || says % 32 == 31,
        status: bit(2).then(|| if bit(5) { "promoting" } else { "available" }.to_owned()),
        sync: None,
        instances: Some(1),
    };
    let moving = says.is_multiple_of(5).then(|| AuroraMove {
        status: "failing-over".to_owned(),
        from: aurora.clusters[&Region::new(EAST)].clone(),
        to: aurora.clusters[&Region::new(WEST)].clone(),
        data_loss_allowed: true,
    });
    AuroraReading {
        status: "available".to_owned(),
        members: aurora.clusters.iter().map(member).collect(),
        moving,
    }
}

fn metrics(topology: &Topology, region: &Region, says: u16, now: Timestamp) -> MetricBatch {
    let minute = Timestamp::from_second(now.as_second().div_euclid(60) * 60).unwrap();
    let values = [0.0, 100.0, 586.0];
    let answer = |(at, metric): (usize, pointsman::model::topology::Metric)| {
        let value = values[(usize::from(says) + at % 2) % values.len()];
        let points = (1..=3).rev().map(|back| Point { at: minute - SignedDuration::from_mins(back), value });
        MetricAnswer { metric, points: points.collect(), trouble: None }
    };
    let wanted = verdict::wanted_metrics(topology).into_iter().filter(|metric| metric.region == *region);
    MetricBatch { until: minute, series: wanted.enumerate().map(answer).collect() }
}

fn pick(from: &BTreeMap<StepId, u32>, which: u8) -> Option<(StepId, u32)> {
    from.iter().nth(usize::from(which) % from.len().max(1)).map(|(step, attempt)| (*step, *attempt))
}

fn trouble(kind: TroubleKind) -> Trouble {
    Trouble { kind, text: String::new(), request_id: None }
}

fn entry(seq: usize, at: Timestamp, event: Event) -> Entry {
    let (previous, hash) = (String::new(), String::new());
    Entry { seq: u64::try_from(seq).unwrap(), run: RunId("3f9a0001".to_owned()), at, event, previous, hash }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_comes_no_law_is_broken(
        playbook in prop_oneof![Just(Playbook::Failover), Just(Playbook::Switchover), Just(Playbook::Evacuate)],
        turns in proptest::collection::vec(turn(), 20..160),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let _clock = runtime.enter();
        let mut path = Path::new(playbook);
        for turn in &turns {
            path.take(turn);
        }
        // Every prefix of the lines is a state that was, and the whole is the state that is.
        for lines in 1..=path.entries.len() {
            let prefix = Progress::replay(&path.entries[..lines]).unwrap();
            prop_assert!(prefix.closed.is_none() || lines == path.entries.len());
        }
        prop_assert_eq!(&Progress::replay(&path.entries).unwrap(), &path.progress);
        if let Some((_, End::Confirmed, _)) = path.progress.closed {
            let all = path.progress.steps.values().all(|step| step.state == StepState::Done(Outcome::Confirmed));
            prop_assert!(all);
        }
    }
}
