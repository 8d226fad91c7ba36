//! A rough ride: a run that is cut off, taken up again, decided about and disturbed, on the simulator through the SDK.
//!
//! The world's own past is lived through before the console opens, so that a ride costs what its run costs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use pointsman::aws::Clients;
use pointsman::aws::actuator::Hands;
use pointsman::clock::Clock;
use pointsman::model::World;
use pointsman::model::reading::Observation;
use pointsman::plan::event::{Decision, Entry, Event, Outcome, RunId};
use pointsman::plan::progress::Progress;
use pointsman::plan::run::{
    self, Actuator, Ask, AskId, Asked, Boxed, Command, Inbox, Ledger, LedgerError, Ports, Receipt, Reply,
    WhenHeld,
};
use pointsman::plan::{Intent, Plan, StepId, interlock};
use pointsman::sampler::{self, Pace};
use pointsman::sim::Sim;
use pointsman::sim::scenario::Scenario;
use tokio::sync::{Notify, mpsc, watch};

use super::book::Book;
use super::people::People;
use super::stage::{self, Came, Played, Stage, WHO};
use crate::support::ByHand;

/// The console opens so long before the operator acts.
pub(crate) const BEFORE: Duration = Duration::from_secs(20);

/// Between two acts the console is watched for so long before the second.
const LULL: Duration = Duration::from_secs(200);

/// A ride that is not at rest by then never will be.
const ENDLESS: Duration = Duration::from_hours(4);

/// So long an operator waits for the reads after the key.
const READS: Duration = Duration::from_secs(6);

/// What burns through after so many journal lines: the process is then gone.
#[derive(Debug, Default)]
pub(crate) struct Fuse {
    left: AtomicUsize,
    kills_at_once: Mutex<bool>,
    gone: Notify,
}

impl Fuse {
    /// One that never burns through.
    pub(crate) fn none() -> Arc<Self> {
        let fuse = Arc::new(Self::default());
        fuse.mend();
        fuse
    }

    /// After this many lines the process is gone: at once, or when it would write the next one.
    pub(crate) fn after(lines: usize, at_once: bool) -> Arc<Self> {
        let fuse = Self { kills_at_once: Mutex::new(at_once), ..Self::default() };
        fuse.left.store(lines, Ordering::Relaxed);
        Arc::new(fuse)
    }

    fn mend(&self) {
        self.left.store(usize::MAX, Ordering::Relaxed);
    }
}

/// A journal behind a fuse.
struct Fused {
    inner: Box<dyn Ledger>,
    fuse: Arc<Fuse>,
}

impl Ledger for Fused {
    fn append(&mut self, run: &RunId, at: Timestamp, event: &Event) -> Result<Receipt, LedgerError> {
        let left = self.fuse.left.load(Ordering::Relaxed);
        if left == 0 {
            let (what, why, next) =
                ("write a line".to_owned(), "the process is gone".to_owned(), String::new());
            return Err(LedgerError { what, why, next });
        }
        if left != usize::MAX {
            self.fuse.left.store(left - 1, Ordering::Relaxed);
            if left == 1 && *self.fuse.kills_at_once.lock().unwrap() {
                self.fuse.gone.notify_one();
            }
        }
        self.inner.append(run, at, event)
    }

    fn entries(&self, run: &RunId) -> Result<Vec<Entry>, LedgerError> {
        self.inner.entries(run)
    }
}

/// What happens to a run besides its plan.
pub(crate) trait Mind {
    /// When it wants to act next.
    fn next(&self) -> Option<Timestamp>;

    /// What it does then.
    fn act(&mut self, sim: &Sim) -> Deed;

    /// A run has begun.
    fn begun(&mut self, _: &Plan, _: &Sim) {}

    /// A line of the run has been written.
    fn heard(&mut self, _: &Entry, _: &Sim) {}
}

/// One thing that happens to a run.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// Something of the world, already done.
    Nothing,
    /// A person asks for this.
    Asks(Command),
    /// Another person does, at another console, who had seen the journal up to this line.
    AsksAfar(Command, u64),
    /// The process is gone, for so long.
    Crash(Duration),
}

/// What is asked at another console.
struct Afar(mpsc::UnboundedReceiver<Ask>);

impl Inbox for Afar {
    fn next(&mut self) -> Boxed<'_, Asked> {
        Box::pin(async {
            match self.0.recv().await {
                Some(ask) => Asked { id: AskId(ask.at.to_string()), ask },
                None => std::future::pending().await,
            }
        })
    }

    fn reply(&mut self, _: &AskId, _: &Reply) {}

    fn is_attended(&self) -> bool {
        false
    }
}

/// Nothing happens.
pub(crate) struct Calm;

impl Mind for Calm {
    fn next(&self) -> Option<Timestamp> {
        None
    }

    fn act(&mut self, _: &Sim) -> Deed {
        Deed::Nothing
    }
}

/// The clients of one process, and what its sampler brings.
struct Eyes {
    clients: Clients,
    seen: mpsc::Receiver<Observation>,
    _pace: watch::Sender<Pace>,
}

impl Eyes {
    fn open(stage: &Stage) -> Self {
        let clock = stage.sim.clock().clone();
        let transport = SharedHttpClient::new(stage.door.clone());
        let topology = stage.config.topology.clone();
        let clients = Clients::new(&stage.config.access, topology, clock.clone(), Some(transport))
            .resolving_by(ByHand::way(&stage.sim));
        let (out, seen) = mpsc::channel(4096);
        let (pace, paced) = watch::channel(Pace::Calm);
        let _meter = sampler::spawn(clients.clone(), clock, out, paced);
        Self { clients, seen, _pace: pace }
    }
}

/// How one leg of a ride ended.
enum Leg {
    /// The run ended, or holds and was left.
    Rests(Box<Progress>),
    /// The process is gone, for so long.
    Cut(Duration),
}

/// The console of a ride.
pub(crate) struct Rider {
    pub(crate) stage: Stage,
    eyes: Eyes,
    clock: Clock,
    world: World,
    fuse: Arc<Fuse>,
    /// So long a process that is gone stays gone.
    pub(crate) away: Duration,
    /// How often a person tries a step again that did not end well.
    pub(crate) retries: usize,
    came: Vec<Came>,
}

impl Rider {
    /// Opens a console right before the first act of a scenario.
    pub(crate) fn new(scenario: &Scenario, seed: u64, fuse: Arc<Fuse>) -> Self {
        Self::on(Stage::new(scenario, seed, Book::in_memory()), fuse)
    }

    /// The same on a stage that was changed before.
    pub(crate) fn on(stage: Stage, fuse: Arc<Fuse>) -> Self {
        let clock = stage.sim.clock().clone();
        let (eyes, world) = (Eyes::open(&stage), World::new(stage.config.topology.clone()));
        let away = Duration::from_secs(4);
        Self { stage, eyes, clock, world, fuse, away, retries: 0, came: Vec::new() }
    }

    /// Acts as the scenario says, from the first act to the last.
    pub(crate) async fn ride(mut self, mind: &mut dyn Mind) -> Played {
        let began = self.stage.sim.look(|world| world.start);
        self.until(began + BEFORE).await;
        for act in self.stage.scenario.act.clone() {
            let at = began.checked_add(act.at).unwrap();
            let idle = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
            self.stage.sim.advance(idle.saturating_sub(LULL));
            self.until(at).await;
            let came = tokio::time::timeout(ENDLESS, self.act(&stage::intent(&act), mind)).await;
            let Ok(came) = came else {
                panic!("neither ends nor holds:\n{}", super::laws::told(&self.stage.book))
            };
            self.came.push(came);
        }
        self.played()
    }

    /// Lets time pass until then, seeing what is seen.
    async fn until(&mut self, then: Timestamp) {
        let left = Duration::try_from(then.duration_since(self.clock.now())).unwrap_or_default();
        let clock = self.clock.clone();
        let mut slept = std::pin::pin!(clock.sleep(left));
        loop {
            tokio::select! {
                biased;
                Some(seen) = self.eyes.seen.recv() => self.world.apply(seen),
                () = &mut slept => return,
            }
        }
    }

    fn played(self) -> Played {
        let Self { stage, came, .. } = self;
        let Stage { sim, config, scenario, book, door, .. } = stage;
        let truth = sim.truth();
        Played {
            sim,
            scenario,
            book,
            came,
            left: door.left(),
            calls: door.calls(),
            topology: config.topology,
            truth,
        }
    }

    async fn act(&mut self, intent: &Intent, mind: &mut dyn Mind) -> Came {
        let mut progress = loop {
            let plan = self.prepare(intent).await;
            match self.begin(plan, intent) {
                Ok(Ok(progress)) => break progress,
                Ok(Err(why)) => return Came::Refused(why),
                // The line could not be written: whoever comes next looks afresh.
                Err(_) => self.reopen(self.away).await,
            }
        };
        mind.begun(&progress.plan, &self.stage.sim);
        let mut retries = self.retries;
        loop {
            let id = progress.run.clone();
            match self.leg(progress, mind).await {
                Leg::Rests(rests) => match self.retry(*rests, &mut retries) {
                    Ok(again) => progress = again,
                    Err(rests) => return Came::Ran(rests),
                },
                Leg::Cut(away) => progress = self.recover(&id, away).await,
            }
        }
    }

    /// The first line of a run, or why there is none; the error is a process that is gone.
    fn begin(
        &mut self,
        plan: Result<Plan, String>,
        intent: &Intent,
    ) -> Result<Result<Progress, String>, run::Stop> {
        let mut ledger = self.ledger();
        stage::close_open(&mut self.came, &mut ledger, &self.clock)?;
        match plan {
            Ok(mut plan) => {
                (self.stage.amend)(&mut plan);
                Ok(Ok(run::start(plan, stage::start_of(), &mut ledger, &self.clock)?))
            }
            Err(why) => {
                run::refuse(intent.clone(), why.clone(), WHO.to_owned(), &mut ledger, &self.clock)?;
                Ok(Err(why))
            }
        }
    }

    fn ledger(&self) -> Fused {
        Fused { inner: self.stage.book.ledger(), fuse: Arc::clone(&self.fuse) }
    }

    /// Looks afresh, as the sheet does, and plans; the error says what holds.
    async fn prepare(&mut self, intent: &Intent) -> Result<Plan, String> {
        let asked = self.clock.now();
        let clients = &self.eyes.clients;
        let sources = interlock::rests_on(clients.topology(), intent);
        let reads = sources.into_iter().map(|source| {
            let (clients, clock) = (clients.clone(), self.clock.clone());
            async move {
                tokio::select! {
                    biased;
                    seen = clients.insist(&source) => Some(seen),
                    () = clock.sleep(READS) => None,
                }
            }
        });
        let seen = futures::future::join_all(reads).await;
        seen.into_iter().flatten().for_each(|seen| self.world.apply(seen));
        let past = self.stage.book.past();
        let prepared = interlock::prepare_afresh(&self.world, &past, intent, (asked, self.clock.now()))?;
        let held = interlock::holds(&prepared.interlocks);
        if held.is_empty() { Ok(prepared.plan) } else { Err(held.join("; ")) }
    }

    /// Drives until the run rests or the process is gone.
    async fn leg(&mut self, progress: Progress, mind: &mut dyn Mind) -> Leg {
        let (command, commands) = mpsc::channel(64);
        let (tell, mut entries) = mpsc::unbounded_channel();
        let (see, observations) = mpsc::channel(256);
        let (afar, asked) = mpsc::unbounded_channel();
        let run = progress.run.clone();
        let actuator: Arc<dyn Actuator> = Arc::new(Hands::new(self.eyes.clients.clone(), 7));
        let ports = Ports {
            actuator,
            ledger: Box::new(self.ledger()),
            clock: self.clock.clone(),
            observations,
            commands,
            entries: tell,
            inboxes: vec![Box::new(Afar(asked))],
            when_held: if mind.next().is_some() { WhenHeld::Wait } else { WhenHeld::StopThere },
        };
        let mut people = People::at(&self.stage.scenario, &progress);
        let mut drive = std::pin::pin!(run::drive(progress, self.world.clone(), ports));
        loop {
            let speak = people.wait(self.clock.now());
            let wait = mind
                .next()
                .map(|at| Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default());
            let clock = self.clock.clone();
            tokio::select! {
                biased;
                () = self.fuse.gone.notified() => return Leg::Cut(self.away),
                Some(entry) = entries.recv() => {
                    people.hear(&entry);
                    mind.heard(&entry, &self.stage.sim);
                }
                ran = &mut drive => {
                    while let Ok(entry) = entries.try_recv() {
                        mind.heard(&entry, &self.stage.sim);
                    }
                    return match ran {
                        Ok(progress) => Leg::Rests(Box::new(progress)),
                        Err(_) => Leg::Cut(self.away),
                    };
                }
                () = async { clock.sleep(wait.unwrap()).await }, if wait.is_some() => match mind.act(&self.stage.sim) {
                    Deed::Nothing => {}
                    Deed::Asks(asked) => drop(command.send(asked).await),
                    Deed::AsksAfar(command, seen) => {
                        let (run, at, host) = (run.clone(), self.clock.now(), "bastion-2".to_owned());
                        let _gone = afar.send(Ask { run, at, host, seen: Some(seen), command });
                    }
                    Deed::Crash(away) => return Leg::Cut(away),
                },
                () = async { clock.sleep(speak.unwrap()).await }, if speak.is_some() => {
                    if let Some(said) = people.speak(clock.now()) {
                        drop(command.send(said).await);
                    }
                }
                Some(seen) = self.eyes.seen.recv() => {
                    let _full = see.try_send(seen.clone());
                    self.world.apply(seen);
                }
            }
        }
    }

    /// Another process is there, and has seen nothing yet.
    async fn reopen(&mut self, away: Duration) {
        self.clock.sleep(away).await;
        self.fuse.mend();
        self.world = World::new(self.stage.config.topology.clone());
        self.eyes = Eyes::open(&self.stage);
    }

    /// Another process takes the run up from its lines.
    async fn recover(&mut self, id: &RunId, away: Duration) -> Progress {
        self.reopen(away).await;
        let mut ledger = self.stage.book.ledger();
        let entries = ledger.entries(id).unwrap();
        match run::resume(&entries, WHO, &mut *ledger, &self.clock) {
            Ok(progress) => progress,
            Err(stop) => panic!("it was not taken up: {stop}\n{}", super::laws::told(&self.stage.book)),
        }
    }

    /// A person tries the first step again that did not end well, as often as there is patience.
    fn retry(&self, mut progress: Progress, retries: &mut usize) -> Result<Progress, Box<Progress>> {
        let Some(step) = progress.held().first().copied().filter(|_| progress.is_open() && *retries > 0)
        else {
            return Err(Box::new(progress));
        };
        *retries -= 1;
        let event = Event::Decided { step, decision: Decision::Retry, who: WHO.to_owned() };
        if progress.may_ask(&event).is_err() {
            return Err(Box::new(progress));
        }
        let receipt = self.stage.book.ledger().append(&progress.run, self.clock.now(), &event).unwrap();
        progress.apply(receipt.entry()).unwrap();
        Ok(progress)
    }
}

/// How each step ended, and how the world is: what two rides must share to have reached the same end.
pub(crate) fn end(played: &Played) -> Vec<String> {
    let mut all: Vec<String> = played.came.iter().map(|came| came.outcome().to_owned()).collect();
    let truth = &played.truth;
    let writers = truth["stores"].as_object().into_iter().flatten();
    for (store, of) in writers {
        all.push(format!("{store} is written in {}", of["writer"]));
        all.extend(
            of["alone"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|region| format!("{store} stands alone in {region}")),
        );
    }
    let controls: BTreeMap<_, _> = truth["controls"].as_object().into_iter().flatten().collect();
    all.extend(controls.iter().map(|(name, state)| format!("{name} {state}")));
    all
}

/// The steps of a run that need a person, as they stand after these lines.
pub(crate) fn held_by(entry: &Entry) -> Option<(StepId, Outcome)> {
    match &entry.event {
        Event::Ended { step, outcome, .. } if outcome.needs_a_person() => Some((*step, *outcome)),
        _ => None,
    }
}
