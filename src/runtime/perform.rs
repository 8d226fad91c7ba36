//! Performs the effects of `app`: reads, runs, journal lines, the pace of the sampler.
//!
//! It decides nothing; whatever comes of an effect goes back into the one channel of events.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::Operator;
use super::conch::Conch;
use super::flight::{Flight, Gear};
use crate::app::{App, Attention, Effect, Event, Ticket};
use crate::aws::Clients;
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::model::reading::{Observation, Source};
use crate::model::verdict;
use crate::plan::event::{Entry, RunId, Start};
use crate::plan::progress::Progress;
use crate::plan::run::{self, Command, Ledger, WhenHeld};
use crate::plan::{Intent, Plan};
use crate::sampler::{self, Meter, Pace};

/// How long a sheet waits for its reads; what has not come by then is missing on it, and said so.
const READS: Duration = Duration::from_secs(6);

/// How many readings may wait on their way to the console.
const READINGS: usize = 1024;

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
    has_run: bool,
}

/// A run in flight, as the console holds it.
struct Running {
    flight: Flight,
    readings: mpsc::Sender<Observation>,
}

/// A run that may be driven from here on, or why not.
type Begun = Result<(Progress, Journal, Conch), String>;

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
        Self { clients, clock, state, operator, to_app, pace, meter, running: None, has_run: false }
    }

    /// What reading costs now.
    pub(super) fn budget(&self) -> Event {
        let budget = self.meter.budget();
        Event::Budget { calls_per_hour: budget.calls_per_hour, dollars_per_month: budget.dollars_per_month }
    }

    /// A run was begun or ended by this console.
    pub(super) fn has_run(&self) -> bool {
        self.has_run
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

    /// What the run in flight tells next, for ever nothing without one; `None` when it has come to its end.
    pub(super) async fn told(&mut self) -> Option<Event> {
        let Some(running) = &mut self.running else { return std::future::pending().await };
        if let Some(line) = running.flight.line().await {
            return Some(Event::Logged(Box::new(line)));
        }
        let end = running.flight.end().await;
        self.running = None;
        let why = end.err()?.to_string();
        tracing::error!(why, "the run stopped");
        Some(Event::Stopped { why })
    }

    /// Performs one effect; what came of it at once is returned, the rest comes as events.
    pub(super) fn perform(&mut self, effect: Effect, app: &App) -> Vec<Event> {
        let who = self.operator.who.clone();
        match effect {
            Effect::Read(ticket, sources) => self.read(ticket, sources),
            Effect::Start { plan, reason } => return self.begin(self.start(*plan, reason, app), app),
            Effect::TakeUp(run) => return self.begin(self.taken_up(&run), app),
            Effect::Close { run, reason } => return self.close(&run, &reason),
            Effect::Decide { step, decision } => {
                return self.command(Command::Decide { step, decision, who });
            }
            Effect::Pause => return self.command(Command::Pause { who }),
            Effect::Resume => return self.command(Command::Resume { who }),
            Effect::Refuse { intent, why } => return self.refuse(intent, why),
            Effect::Quit => {}
        }
        Vec::new()
    }

    /// Hands over the run in flight, which nobody attends any more; it goes on to be told what is read.
    pub(super) fn leave(self, mut events: mpsc::Receiver<Event>) -> Option<Flight> {
        let Running { mut flight, readings } = self.running?;
        flight.let_go();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if let Event::Observed(observation) = event
                    && readings.send(observation).await.is_err()
                {
                    return;
                }
            }
        });
        Some(flight)
    }

    fn read(&self, ticket: Ticket, sources: Vec<Source>) {
        let (clients, clock, to_app) = (self.clients.clone(), self.clock.clone(), self.to_app.clone());
        tokio::spawn(async move {
            let reads = sources.iter().map(|source| {
                let (clients, to_app) = (&clients, &to_app);
                async move {
                    let observation = clients.look(source).await;
                    let _gone = to_app.send(Event::Observed(observation)).await;
                }
            });
            tokio::select! {
                _ = futures::future::join_all(reads) => {}
                () = clock.sleep(READS) => {}
            }
            let _gone = to_app.send(Event::ReadsDone(ticket)).await;
        });
    }

    fn start(&self, plan: Plan, reason: String, app: &App) -> Begun {
        let mut journal = Journal::open(&self.state).map_err(words)?;
        let conch = Conch::take(&self.state, &self.operator).map_err(words)?;
        if let Some(open) = journal.open_run().map_err(words)? {
            let run = open.run;
            return Err(format!("run {run} has not ended; the next start of this console asks about it"));
        }
        let Operator { who, host } = &self.operator;
        let start = Start::new((who, host), verdict::identity(app.world()), reason, app.is_simulated());
        let progress = run::start(plan, start, &mut journal, &self.clock).map_err(words)?;
        Ok((progress, journal, conch))
    }

    fn taken_up(&self, run: &RunId) -> Begun {
        let mut journal = Journal::open(&self.state).map_err(words)?;
        let conch = Conch::take(&self.state, &self.operator).map_err(words)?;
        let lines = journal.entries(run).map_err(words)?;
        let progress = run::take_up(&lines, &self.operator.who, &mut journal, &self.clock).map_err(words)?;
        Ok((progress, journal, conch))
    }

    /// Drives a run that has begun, and tells the console the lines that it has not seen yet.
    fn begin(&mut self, begun: Begun, app: &App) -> Vec<Event> {
        let (progress, journal, conch) = match begun {
            Ok(begun) => begun,
            Err(why) => return trouble("The run did not begin; nothing was sent", &why),
        };
        let lines = match journal.entries(&progress.run) {
            Ok(lines) => lines,
            Err(error) => return trouble("The journal cannot be read back; nothing was sent", &error),
        };
        let gear = Gear { clients: self.clients.clone(), clock: self.clock.clone(), journal, conch };
        let (flight, readings) = Flight::begin(progress, app.world().clone(), gear, WhenHeld::Wait);
        (self.running, self.has_run) = (Some(Running { flight, readings }), true);
        tell(lines.into_iter().filter(|line| line.seq > app.newest_line()).collect())
    }

    fn close(&mut self, run: &RunId, reason: &str) -> Vec<Event> {
        match self.closed(run, reason) {
            Ok(lines) => {
                self.has_run = true;
                tell(lines)
            }
            Err(why) => trouble("The run could not be closed", &why),
        }
    }

    fn closed(&self, run: &RunId, reason: &str) -> Result<Vec<Entry>, String> {
        let mut journal = Journal::open(&self.state).map_err(words)?;
        let _conch = Conch::take(&self.state, &self.operator).map_err(words)?;
        let before = journal.entries(run).map_err(words)?;
        run::close(&before, (&self.operator.who, reason), &mut journal, &self.clock).map_err(words)?;
        Ok(journal.entries(run).map_err(words)?.split_off(before.len()))
    }

    fn command(&self, command: Command) -> Vec<Event> {
        let Some(running) = &self.running else { return Vec::new() };
        match running.flight.command(command) {
            Ok(()) => Vec::new(),
            Err(refused) => trouble("The run does not take this now", &refused),
        }
    }

    fn refuse(&self, intent: Intent, why: String) -> Vec<Event> {
        let who = self.operator.who.clone();
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

fn words(why: impl std::fmt::Display) -> String {
    why.to_string()
}

fn trouble(title: &str, why: &dyn std::fmt::Display) -> Vec<Event> {
    vec![Event::Trouble { title: title.to_owned(), text: why.to_string() }]
}
