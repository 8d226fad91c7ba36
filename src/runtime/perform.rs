//! Performs the effects of `app`: reads, runs, journal lines, the pace of the sampler.
//!
//! It decides nothing; whatever comes of an effect goes back into the one channel of events.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::Operator;
use crate::app::{App, Attention, Effect, Event};
use crate::aws::Clients;
use crate::aws::actuator::Hands;
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::model::World;
use crate::model::reading::{Observation, Source};
use crate::plan::Plan;
use crate::plan::event::{self, Entry, RunId, Start};
use crate::plan::progress::Progress;
use crate::plan::run::{self, Command, Ledger, Ports, Stop, WhenHeld};
use crate::sampler::{self, Meter, Pace};

/// How long a sheet waits for its reads; what has not come by then is missing on it, and said so.
const READS: Duration = Duration::from_secs(6);

/// How many readings may wait for a run; newer ones replace what is dropped.
const READINGS: usize = 1024;

/// What was read outside the sampler's cadence is judged against this interval.
const AFRESH: Duration = Duration::from_secs(15);

/// The outside of the console.
pub(super) struct Performer {
    clients: Clients,
    clock: Clock,
    state: PathBuf,
    operator: Operator,
    to_app: mpsc::Sender<Event>,
    pace: watch::Sender<Pace>,
    meter: Meter,
    running: Option<Running>,
}

/// A run in flight, as the console holds it.
struct Running {
    commands: mpsc::Sender<Command>,
    readings: mpsc::Sender<Observation>,
    task: JoinHandle<()>,
}

impl Performer {
    /// Begins to read.
    pub(super) fn new(
        clients: Clients,
        clock: Clock,
        state: PathBuf,
        operator: Operator,
        to_app: mpsc::Sender<Event>,
    ) -> Self {
        let (pace, paced) = watch::channel(Pace::Calm);
        let (out, mut seen) = mpsc::channel(READINGS);
        let meter = sampler::spawn(clients.clone(), clock.clone(), out, paced);
        let events = to_app.clone();
        tokio::spawn(async move {
            while let Some(observation) = seen.recv().await {
                if events.send(Event::Observed(observation)).await.is_err() {
                    return;
                }
            }
        });
        Self { clients, clock, state, operator, to_app, pace, meter, running: None }
    }

    /// What reading costs now.
    pub(super) fn budget(&self) -> Event {
        let budget = self.meter.budget();
        Event::Budget { calls_per_hour: budget.calls_per_hour, dollars_per_month: budget.dollars_per_month }
    }

    /// Lets the run in flight see what the console sees; a full channel means newer readings are on their way.
    pub(super) fn pass_on(&self, observation: &Observation) {
        if let Some(running) = &self.running {
            let _dropped = running.readings.try_send(observation.clone());
        }
    }

    /// Reads as eagerly as the console looks.
    pub(super) fn attend(&self, attention: Attention) {
        let pace = match attention {
            Attention::Watching => Pace::Calm,
            Attention::Acting => Pace::Run,
            Attention::Away => Pace::Background,
        };
        self.pace.send_if_modified(|now| std::mem::replace(now, pace) != pace);
    }

    /// Performs one effect; what came of it at once is returned, the rest comes as events.
    pub(super) fn perform(&mut self, effect: Effect, app: &App) -> Vec<Event> {
        let who = self.operator.who.clone();
        match effect {
            Effect::Read(sources) => self.read(sources),
            Effect::Start { plan, reason } => return self.begin(self.start(*plan, reason, app), 0, app),
            Effect::TakeUp(run) => return self.take_up_again(&run, app),
            Effect::Close { run, reason } => return self.close(&run, &reason),
            Effect::Decide { step, decision } => {
                return self.command(Command::Decide { step, decision, who });
            }
            Effect::Pause => return self.command(Command::Pause { who }),
            Effect::Resume => return self.command(Command::Resume { who }),
            Effect::Log(refused) => return self.log(refused),
            Effect::Quit => {}
        }
        Vec::new()
    }

    /// Waits for a run in flight to come to its next hold or end.
    pub(super) async fn finish(self) {
        let Some(Running { commands, readings, task }) = self.running else { return };
        drop((commands, readings, self.to_app));
        if let Err(fallen) = task.await {
            tracing::error!(%fallen, "the run fell over; it can be taken up again");
        }
    }

    fn read(&self, sources: Vec<Source>) {
        let (clients, clock, to_app) = (self.clients.clone(), self.clock.clone(), self.to_app.clone());
        tokio::spawn(async move {
            let reads = sources.iter().map(|source| {
                let (clients, to_app) = (&clients, &to_app);
                async move {
                    let observation = clients.observe(source, AFRESH).await;
                    let _gone = to_app.send(Event::Observed(observation)).await;
                }
            });
            tokio::select! {
                _ = futures::future::join_all(reads) => {}
                () = clock.sleep(READS) => {}
            }
            let _gone = to_app.send(Event::ReadsDone).await;
        });
    }

    fn start(&self, plan: Plan, reason: String, app: &App) -> Result<(Progress, Journal), Stop> {
        let mut journal = Journal::open(&self.state)?;
        let identity = app.identity();
        let start = Start {
            who: self.operator.who.clone(),
            host: self.operator.host.clone(),
            account: identity.map(|i| i.account.clone()),
            role: identity.map(|i| i.role().to_owned()),
            reason,
            drill: false,
            simulated: app.is_simulated(),
        };
        let progress = run::start(plan, start, &mut journal, &self.clock)?;
        Ok((progress, journal))
    }

    /// The run's lines from before are already on the screen; only the new ones are told.
    fn take_up_again(&mut self, run: &RunId, app: &App) -> Vec<Event> {
        let taken = Journal::open(&self.state).map_err(Stop::from).and_then(|mut journal| {
            let lines = journal.entries(run)?;
            let progress = run::resume(&lines, &self.operator.who, &mut journal, &self.clock)?;
            Ok((lines.len(), (progress, journal)))
        });
        match taken {
            Ok((known, begun)) => self.begin(Ok(begun), known, app),
            Err(stop) => self.begin(Err(stop), 0, app),
        }
    }

    /// Drives a run that has begun, and tells the console its lines but the first `known` ones.
    fn begin(&mut self, begun: Result<(Progress, Journal), Stop>, known: usize, app: &App) -> Vec<Event> {
        let (progress, journal) = match begun {
            Ok(begun) => begun,
            Err(stop) => return trouble("The run did not begin; nothing was sent", &stop),
        };
        let mut lines = match journal.entries(&progress.run) {
            Ok(lines) => lines,
            Err(error) => return trouble("The journal cannot be read back; nothing was sent", &error),
        };
        self.running = Some(self.drive(progress, journal, app.world().clone()));
        tell(lines.split_off(known))
    }

    fn drive(&self, progress: Progress, journal: Journal, world: World) -> Running {
        let (commands, commanded) = mpsc::channel(16);
        let (readings, observations) = mpsc::channel(READINGS);
        let (entries, mut written) = mpsc::unbounded_channel::<Entry>();
        let ports = Ports {
            actuator: Arc::new(Hands::new(self.clients.clone(), u64::from(std::process::id()))),
            ledger: Box::new(journal),
            clock: self.clock.clone(),
            observations,
            commands: commanded,
            entries,
            when_held: WhenHeld::Wait,
        };
        let to_app = self.to_app.clone();
        let task = tokio::spawn(async move {
            let drive = tokio::spawn(run::drive(progress, world, ports));
            while let Some(line) = written.recv().await {
                let _gone = to_app.send(Event::Logged(Box::new(line))).await;
            }
            let why = match drive.await {
                Ok(Ok(_)) => return,
                Ok(Err(stopped)) => stopped.to_string(),
                Err(fallen) => fallen.to_string(),
            };
            tracing::error!(why, "the run stopped");
            let _gone = to_app.send(Event::Stopped { why }).await;
        });
        Running { commands, readings, task }
    }

    fn close(&self, run: &RunId, reason: &str) -> Vec<Event> {
        let closed = Journal::open(&self.state).map_err(Stop::from).and_then(|mut journal| {
            let before = journal.entries(run)?;
            run::close(&before, (&self.operator.who, reason), &mut journal, &self.clock)?;
            Ok(journal.entries(run)?.split_off(before.len()))
        });
        match closed {
            Ok(lines) => tell(lines),
            Err(stop) => trouble("The run could not be closed", &stop),
        }
    }

    fn command(&self, command: Command) -> Vec<Event> {
        let Some(running) = &self.running else { return Vec::new() };
        match running.commands.try_send(command) {
            Ok(()) => Vec::new(),
            Err(refused) => trouble("The run does not take this now", &refused),
        }
    }

    fn log(&self, refused: event::Event) -> Vec<Event> {
        let event::Event::ConfirmationRefused { intent, why, who } = refused else { return Vec::new() };
        let written = Journal::open(&self.state)
            .and_then(|mut journal| run::refuse(intent, why, who, &mut journal, &self.clock));
        match written {
            Ok(line) => tell(vec![line]),
            Err(error) => trouble("The refusal could not be written down", &error),
        }
    }
}

fn tell(lines: Vec<Entry>) -> Vec<Event> {
    lines.into_iter().map(|line| Event::Logged(Box::new(line))).collect()
}

fn trouble(title: &str, why: &dyn std::fmt::Display) -> Vec<Event> {
    vec![Event::Trouble { title: title.to_owned(), text: why.to_string() }]
}
