//! A run in flight, as whoever watches it holds it: its lines as they are written, and the way to steer it.
//!
//! A flight that is dropped is cut off; it must be flown to its end or let go first, and never decides for a person.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::conch::Conch;
use super::post::HostInbox;
use super::shared::{self, Copier, Fenced, Hold, Mandate, TableInbox};
use crate::aws::Clients;
use crate::aws::actuator::Hands;
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::model::World;
use crate::model::reading::Observation;
use crate::plan::decide::ITSELF;
use crate::plan::event::{Entry, Event};
use crate::plan::progress::Progress;
use crate::plan::run::{self, Actuator, Command, Inbox, Ledger, Ports, Stopped, WhenHeld};
use crate::sampler::{self, Pace};
use crate::webhook::{Bell, Dropped, Hung};

/// How many readings may wait for a run; newer ones replace what is dropped.
const READINGS: usize = 1024;

/// How long the end of a run is still told, after everything else is over.
const RING: Duration = Duration::from_secs(15);
/// How long the end of a run waits for its copy in the shared table.
pub const SETTLE: Duration = Duration::from_secs(8);

/// What a run flies with.
#[derive(Debug)]
pub struct Gear {
    /// The way to AWS.
    pub clients: Clients,
    /// The world's clock.
    pub clock: Clock,
    /// Where each line goes before anything happens.
    pub journal: Journal,
    /// The right to act on this host.
    pub conch: Conch,
    /// Who is told when the run needs a person.
    pub bell: Option<Bell>,
    /// The right to act among all bastions that share a table, where they do.
    pub mandate: Option<Mandate>,
    /// What copies the journal to that table.
    pub copier: Option<Copier>,
}

/// A run in flight.
#[derive(Debug)]
pub struct Flight {
    lines: mpsc::UnboundedReceiver<Entry>,
    commands: Option<mpsc::Sender<Command>>,
    task: JoinHandle<Result<Progress, Stopped>>,
    clock: Clock,
    /// The run as far as its lines were handed on, for the bell.
    known: Progress,
    bell: Option<Hung>,
    /// Where the journal is: what the bell drops after the end is written there.
    state: Option<PathBuf>,
    /// The pace of the sampler that reads for this flight alone, for as long as this lives.
    reading: Option<watch::Sender<Pace>>,
}

/// Why a flight has no end to tell.
#[derive(Debug, thiserror::Error)]
pub enum Fallen {
    /// The run stopped before its end.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// It fell over.
    #[error("it fell over: {0}")]
    Over(#[from] tokio::task::JoinError),
}

impl Flight {
    /// Sets a run that has begun going. What is read elsewhere may be sent to it; without, it reads by itself.
    #[must_use]
    pub fn begin(
        progress: Progress,
        world: World,
        gear: Gear,
        when_held: WhenHeld,
    ) -> (Self, mpsc::Sender<Observation>) {
        let Gear { clients, clock, journal, conch, mandate, copier, bell } = gear;
        let (commands, commanded) = mpsc::channel(16);
        let (readings, observations) = mpsc::channel(READINGS);
        let (entries, lines) = mpsc::unbounded_channel();
        let here = clock.clone();
        let (known, state) = (progress.clone(), journal.path().parent().map(Path::to_owned));
        let inboxes = inboxes(&journal, &progress, mandate.as_ref());
        let ports = Ports {
            actuator: actuator(clients, mandate.as_ref()),
            ledger: Box::new(journal),
            clock,
            observations,
            commands: commanded,
            inboxes,
            entries,
            when_held,
        };
        if let Some(mandate) = &mandate {
            watch_over(mandate.watched(), commands.downgrade());
        }
        let task = tokio::spawn(async move {
            let ended = run::drive(progress, world, ports).await;
            // Whoever has the conch next is to find every line.
            if let Some(copier) = copier {
                copier.settle(SETTLE).await;
            }
            if let Some(mandate) = mandate {
                mandate.give_back().await;
            }
            drop(conch);
            ended
        });
        let (commands, bell) = (Some(commands), bell.map(|bell| bell.hang()));
        (Self { lines, commands, task, clock: here, known, bell, state, reading: None }, readings)
    }

    /// The time of the run's world.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The next line once it is on disk; `None` when the run has come to its end, or to a hold that nobody attends.
    pub async fn line(&mut self) -> Option<Entry> {
        loop {
            tokio::select! {
                biased;
                line = self.lines.recv() => {
                    if let Some(line) = &line {
                        self.ring(line);
                    }
                    return line;
                }
                Dropped(text) = dropped(&mut self.bell) => {
                    // A run that takes no note any more is at its end, where what is left is written down.
                    let _ended = self.command(Command::Note { who: ITSELF.to_owned(), text });
                }
            }
        }
    }

    /// Tells whoever is to be told of this line.
    fn ring(&mut self, line: &Entry) {
        // A line that is known already, or that cannot follow, changes nothing.
        let _known = self.known.apply(line);
        if let Some(bell) = &self.bell {
            bell.tell(&self.known, line);
        }
    }

    /// Where the run stands, once it has no more lines.
    ///
    /// # Errors
    /// When it stopped before its end: its journal can be replayed and the run taken up again.
    pub async fn end(&mut self) -> Result<Progress, Fallen> {
        let ended = (&mut self.task).await;
        if let Some(bell) = self.bell.take() {
            let dropped = bell.finish(RING).await;
            self.write_down(dropped);
        }
        Ok(ended??)
    }

    /// What was not told is in the journal, also after the run's last line.
    fn write_down(&self, dropped: Vec<Dropped>) {
        let Some(state) = self.state.as_ref().filter(|_| !dropped.is_empty()) else { return };
        let written = Journal::open(state).and_then(|mut journal| {
            dropped.into_iter().try_for_each(|Dropped(text)| {
                let note = Event::Noted { who: ITSELF.to_owned(), text };
                journal.append(&self.known.run, self.clock.now(), &note).map(drop)
            })
        });
        if let Err(error) = written {
            tracing::error!(%error, "what the webhook was not told is not in the journal either");
        }
    }

    /// Hands the run a command.
    ///
    /// # Errors
    /// In words, when it takes none now.
    pub fn command(&self, command: Command) -> Result<(), String> {
        let Some(commands) = &self.commands else { return Err("nobody steers this run any more".to_owned()) };
        commands.try_send(command).map_err(|refused| refused.to_string())
    }

    /// Reads the workload for this flight alone: without the metrics no rung above the read-back is ever seen.
    pub fn read_for_itself(&mut self, clients: Clients, clock: Clock, readings: mpsc::Sender<Observation>) {
        let (pace, paced) = watch::channel(Pace::Run);
        let _meter = sampler::spawn(clients, clock, readings, paced);
        self.reading = Some(pace);
    }

    /// Nobody is there to be asked any more: at its next hold the run ends its flight and stays open. It can still
    /// be paused.
    pub fn let_go(&mut self) {
        if self.command(Command::Leave).is_err() {
            self.commands = None;
        }
    }

    /// Starts nothing new; once what is on its way has ended, the flight ends and the run stays open.
    ///
    /// # Errors
    /// In words, when the run does not take it: then it goes on as before.
    pub fn land(&mut self, who: &str) -> Result<(), String> {
        self.command(Command::Pause { who: who.to_owned() })?;
        self.let_go();
        Ok(())
    }
}

/// The next message that was given up; it never comes without a bell.
async fn dropped(bell: &mut Option<Hung>) -> Dropped {
    match bell {
        Some(bell) => bell.dropped().await,
        None => std::future::pending().await,
    }
}

/// The hands of a run, which ask for leave where bastions share a table.
fn actuator(clients: Clients, mandate: Option<&Mandate>) -> Arc<dyn Actuator> {
    // A simulated world comes out the same each time, so the endpoints are tried in the same order there.
    let chance = if clients.is_simulated() { 0 } else { std::process::id() };
    let hands = Hands::new(clients, u64::from(chance));
    match mandate {
        Some(mandate) => Arc::new(Fenced::new(hands, mandate.clone())),
        None => Arc::new(hands),
    }
}

/// Pauses the run at once when somebody else takes the conch, and notes what becomes of the right meanwhile.
fn watch_over(mut holds: watch::Receiver<Hold>, commands: mpsc::WeakSender<Command>) {
    tokio::spawn(async move {
        let mut before = holds.borrow_and_update().clone();
        while holds.changed().await.is_ok() {
            let now = holds.borrow_and_update().clone();
            for command in told(&before, &now) {
                let Some(commands) = commands.upgrade() else { return };
                // A run that takes no command any more is at its end.
                let _gone = commands.send(command).await;
            }
            before = now;
        }
    });
}

/// What a change of the right means for the run.
fn told(before: &Hold, now: &Hold) -> Vec<Command> {
    match (before, now) {
        (Hold::Gone { .. }, Hold::Gone { .. }) => Vec::new(),
        (_, Hold::Gone { by }) => {
            let who = by.holder.who.clone();
            vec![Command::Note { who: who.clone(), text: shared::gone(by) }, Command::Pause { who }]
        }
        (Hold::Without { .. }, Hold::Lease { lease, .. }) => {
            let (who, host) = (lease.holder.who.clone(), lease.holder.host.clone());
            vec![Command::Act { who, host, right: lease.right() }]
        }
        _ => Vec::new(),
    }
}

/// Where other consoles ask. A run that cannot be asked is still a run: its own console steers it.
fn inboxes(journal: &Journal, progress: &Progress, mandate: Option<&Mandate>) -> Vec<Box<dyn Inbox>> {
    let mut inboxes: Vec<Box<dyn Inbox>> = Vec::new();
    if let Some(state) = journal.path().parent() {
        match HostInbox::open(state, progress.run.clone()) {
            Ok(inbox) => inboxes.push(Box::new(inbox)),
            Err(error) => {
                tracing::error!(%error, "no other console of this host can ask anything of this run");
            }
        }
    }
    if let Some(mandate) = mandate {
        inboxes.push(Box::new(TableInbox::open(mandate.commons().clone(), progress.run.clone())));
    }
    inboxes
}
