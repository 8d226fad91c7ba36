//! Performs the effects of `app`: reads, runs, journal lines, the pace of the sampler.
//!
//! It decides nothing; whatever comes of an effect goes back into the one channel of events.

mod acting;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::Operator;
use super::desk::{Begun, Desk, Seat};
use super::flight::{Fallen, Flight, Gear};
use super::follow::{self, Driving, Interest};
use super::post::HostOutbox;
use super::shared::{self, Commons, Copier, Mandate, TableOutbox};
use super::sign_in::SigningIn;
use acting::{Undone, Wanted, acting, claimed};

use crate::app::{App, Attention, Effect, Event, Ticket};
use crate::aws::Clients;
use crate::clock::Clock;
use crate::ledger::shared::lease::Claim;
use crate::model::World;
use crate::model::reading::{Observation, Source};
use crate::model::topology::Topology;
use crate::model::verdict;
use crate::plan::event::{Entry, Right, RunId, Start};
use crate::plan::run::{Ask, Command, Outbox, Reply, WhenHeld};
use crate::sampler::schedule::declared;
use crate::sampler::{self, Meter, Pace};

/// How long a sheet waits for its reads; what has not come by then is missing on it, and said so.
const READS: Duration = Duration::from_secs(6);

/// How long whoever drives a run may take to answer before that is said.
const REPLY: Duration = Duration::from_secs(10);

/// How often the reply is looked for.
const ASK: Duration = Duration::from_millis(300);

/// How many readings may wait on their way to the console.
const READINGS: usize = 1024;

/// The outside of the console.
pub(super) struct Performer {
    clients: Clients,
    clock: Clock,
    desk: Desk,
    to_app: mpsc::Sender<Event>,
    reading: Reading,
    writing: JoinSet<Done>,
    commons: Option<Commons>,
    copier: Option<Copier>,
    running: Option<Running>,
    signing_in: SigningIn,
    driving: Driving,
    /// A run of this host is shown at work.
    busy: Driving,
    has_run: bool,
}

/// The sampler at work.
struct Reading {
    pace: watch::Sender<Pace>,
    meter: Meter,
    /// Hands on what it reads; the sampler ends with it.
    handing_on: AbortHandle,
}

impl Reading {
    fn begin(clients: &Clients, clock: &Clock, pace: Pace, to_app: &mpsc::Sender<Event>) -> Self {
        let (pace, paced) = watch::channel(pace);
        let (out, mut seen) = mpsc::channel(READINGS);
        let meter = sampler::spawn(clients.clone(), clock.clone(), out, paced);
        let events = to_app.clone();
        let handing_on = tokio::spawn(async move {
            while let Some(observation) = seen.recv().await {
                if events.send(Event::Observed(observation)).await.is_err() {
                    return;
                }
            }
        });
        Self { pace, meter, handing_on: handing_on.abort_handle() }
    }
}

impl fmt::Debug for Performer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Performer").field("running", &self.running.is_some()).finish_non_exhaustive()
    }
}

/// A run in flight, as the console holds it.
struct Running {
    flight: Flight,
    mandate: Option<Mandate>,
    readings: mpsc::Sender<Observation>,
}

/// What came of something that waited for the disk.
enum Done {
    /// A run was begun or taken up, or not. The world and the newest line are those of the moment it was asked for.
    Begun { begun: Box<Result<(Begun, Option<Mandate>), Undone>>, world: World, newest: u64 },
    /// A run was closed, or not.
    Closed(Result<Vec<Entry>, Undone>),
    /// The conch was taken again for the run in flight, or not.
    Claimed(Result<Right, Undone>),
    /// A refusal was written down, or not.
    Refused(Result<Entry, String>),
    /// A note was written down, or not.
    Noted(Result<Entry, String>),
}

impl Performer {
    /// Begins to read the workload, and what others write into the journal after the line that is shown as the newest.
    pub(super) fn new(
        clients: Clients,
        desk: Desk,
        commons: Option<Commons>,
        newest: u64,
        to_app: mpsc::Sender<Event>,
    ) -> Self {
        let clock = desk.clock.clone();
        let reading = Reading::begin(&clients, &clock, Pace::Calm, &to_app);
        let (writing, driving, busy) = (JoinSet::new(), Driving::default(), Driving::default());
        let copier = commons.as_ref().map(|commons| {
            let gates = (driving.clone(), busy.clone());
            shared::watch(commons.clone(), &desk.state, gates, to_app.clone());
            let copier = Copier::begin(commons.clone(), &desk.state);
            shared::tell_behind(&copier, to_app.clone());
            copier
        });
        follow::spawn((desk.state.clone(), newest), Interest::Attends, driving.clone(), to_app.clone());
        Self {
            clients,
            clock,
            desk,
            to_app,
            reading,
            writing,
            commons,
            copier,
            running: None,
            signing_in: SigningIn::default(),
            driving,
            busy,
            has_run: false,
        }
    }

    /// Reads the workload as it is declared now; the sources that this takes.
    pub(super) fn redeclare(&mut self, topology: Arc<Topology>) -> Vec<Source> {
        self.reading.handing_on.abort();
        self.clients = self.clients.redeclared(topology);
        let pace = *self.reading.pace.borrow();
        self.reading = Reading::begin(&self.clients, &self.clock, pace, &self.to_app);
        declared(self.clients.topology(), self.clients.wanted())
    }

    /// A run is driven by this process.
    pub(super) fn drives(&self) -> bool {
        self.running.is_some()
    }

    /// What reading costs now.
    pub(super) fn budget(&self) -> Event {
        let budget = self.reading.meter.budget();
        Event::Budget { calls_per_hour: budget.calls_per_hour, dollars_per_month: budget.dollars_per_month }
    }

    /// Lets the run in flight see what the console sees; a full channel means newer readings are on their way.
    pub(super) fn pass_on(&self, observation: &Observation) {
        if let Some(running) = &self.running {
            let _dropped = running.readings.try_send(observation.clone());
        }
    }

    /// Reads as eagerly as the console looks, and follows no other host's run while one of this host is at work.
    pub(super) fn attend(&self, app: &App) {
        self.busy.set(app.is_at_work());
        let pace = match app.attention() {
            Attention::Watching => Pace::Calm,
            Attention::Acting => Pace::Run,
            Attention::Away => Pace::Background,
        };
        self.reading.pace.send_if_modified(|now| std::mem::replace(now, pace) != pace);
    }

    /// What the run in flight or the journal tells next; for ever nothing without either.
    pub(super) async fn told(&mut self) -> Vec<Event> {
        tokio::select! {
            biased;
            Some(done) = self.writing.join_next() => self.done(done),
            told = next(&mut self.running) => {
                if let Told::End(_) = told {
                    self.running = None;
                    self.driving.set(false);
                }
                told.events()
            }
        }
    }

    /// Performs one effect; what came of it at once is returned, the rest is told later.
    pub(super) fn perform(&mut self, effect: Effect, app: &App) -> Vec<Event> {
        self.perform_by(effect, Claim::Free, app)
    }

    /// The same, with what the conch may be claimed by where the effect needs it.
    fn perform_by(&mut self, effect: Effect, claim: Claim, app: &App) -> Vec<Event> {
        let wanted = Wanted { effect: effect.clone(), claim, away: app.is_away() };
        let who = self.desk.operator.who.clone();
        match effect {
            Effect::Read(ticket, sources) => self.read(ticket, sources),
            Effect::Start { plan, reason } => {
                let by = (who.as_str(), self.desk.operator.host.as_str());
                let start = Start::new(by, verdict::identity(app.world()), reason, app.is_simulated());
                let start = start.drilling(app.drills());
                self.begin(app, wanted, move |desk, seat| desk.start((*plan, start), seat));
            }
            Effect::TakeUp(run) => self.begin(app, wanted, move |desk, seat| desk.take_up(&run, seat)),
            Effect::Close { run, .. } => self.close(run, wanted, app),
            Effect::Refuse { intent, why } => self.write(move |desk| Done::Refused(desk.refuse(intent, why))),
            Effect::Decide { step, decision } => {
                return self.command(Command::Decide { step, decision, who }, app);
            }
            Effect::Approve { step, version } => {
                let host = self.desk.operator.host.clone();
                return self.command(Command::Approve { step, version, who, host }, app);
            }
            Effect::Tick { step } => return self.command(Command::Tick { step, who }, app),
            Effect::Pause => return self.command(Command::Pause { who }, app),
            Effect::Resume if self.must_claim() => self.claim(wanted),
            Effect::Resume => return self.command(Command::Resume { who }, app),
            Effect::Claim { effect, claim } => return self.perform_by(*effect, claimed(claim), app),
            Effect::Note { text, .. } if self.running.is_some() || app.followed().is_some() => {
                return self.command(Command::Note { who, text }, app);
            }
            Effect::Note { text, .. } if app.is_away() && app.driven_by_another().is_some() => {
                return self.command(Command::Note { who, text }, app);
            }
            Effect::Note { run, .. } if app.is_away() => {
                let why =
                    format!("Nobody drives run {run}, and its journal is another host's: take it over first");
                return trouble("The note could not be written down", &why);
            }
            Effect::Note { run, text } => self.write(move |desk| Done::Noted(desk.note(&run, text))),
            Effect::SignIn(attempt, ask) => {
                self.signing_in.ask((attempt, ask), self.clients.clone(), self.to_app.clone());
            }
            // These are the terminal's.
            Effect::Copy(_) | Effect::Theme(_) | Effect::Mouse(_) | Effect::Suspend | Effect::Quit => {}
        }
        Vec::new()
    }

    /// Ends the reading for the screen and hands over the run in flight, which nobody attends any more. What was still
    /// being written is waited for, and told; the flag says whether this console began or ended a run.
    pub(super) async fn leave(mut self) -> (Vec<Event>, bool, Option<Flight>) {
        let mut late = Vec::new();
        while let Some(done) = self.writing.join_next().await {
            late.extend(self.done(done));
        }
        let Some(Running { mut flight, readings, .. }) = self.running else {
            return (late, self.has_run, None);
        };
        flight.let_go();
        // The console's own readings end with it; those that prove a run must not.
        flight.read_for_itself(self.clients, self.clock, readings);
        (late, true, Some(flight))
    }

    fn read(&self, ticket: Ticket, sources: Vec<Source>) {
        let (clients, clock, to_app) = (self.clients.clone(), self.clock.clone(), self.to_app.clone());
        tokio::spawn(async move {
            let reads = sources.iter().map(|source| {
                let (clients, to_app) = (&clients, &to_app);
                async move {
                    let observation = clients.insist(source).await;
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

    /// The journal waits for the disk and for other processes, so it never writes on the loop of the screen.
    fn write(&mut self, work: impl FnOnce(&Desk) -> Done + Send + 'static) {
        let desk = self.desk.clone();
        self.writing.spawn_blocking(move || work(&desk));
    }

    fn begin(
        &mut self,
        app: &App,
        wanted: Wanted,
        begin: impl FnOnce(&Desk, Seat) -> Result<Begun, String> + Send + 'static,
    ) {
        self.driving.set(true);
        let (world, newest) = (app.world().clone(), app.newest_line());
        let acting = acting(self.desk.clone(), self.commons.clone(), wanted, begin);
        self.writing.spawn(async move {
            let begun = acting.await;
            if let Ok((begun, Some(mandate))) = &begun {
                mandate.acts_in(begun.progress.run.clone()).await;
            }
            Done::Begun { begun: Box::new(begun), world, newest }
        });
    }

    fn close(&mut self, run: RunId, wanted: Wanted, app: &App) {
        self.driving.set(true);
        let (wanted, newest) = (wanted.or_without_table(), app.newest_line());
        let reason = wanted.reason();
        let close = move |desk: &Desk, seat: Seat| desk.close((&run, &reason), seat);
        let acting = acting(self.desk.clone(), self.commons.clone(), wanted, close);
        self.writing.spawn(async move {
            let closed = acting.await;
            let new = |mut lines: Vec<Entry>| {
                lines.retain(|line| line.seq > newest);
                lines
            };
            Done::Closed(closed.map(|(lines, _given_back)| new(lines)))
        });
    }

    /// The run in flight may not send as it is.
    fn must_claim(&self) -> bool {
        let mandate = self.running.as_ref().and_then(|running| running.mandate.as_ref());
        mandate.is_some_and(|mandate| !mandate.hold().is_good(self.clock.now()))
    }

    /// Takes the conch again before the run in flight goes on.
    fn claim(&mut self, wanted: Wanted) {
        let Some(mandate) = self.running.as_ref().and_then(|running| running.mandate.clone()) else { return };
        self.writing.spawn(async move {
            let right = mandate.claim(wanted.claim.clone()).await;
            Done::Claimed(right.map_err(|none| wanted.unclaimed(&none)))
        });
    }

    /// The run in flight goes on under a new right, which is in its journal first.
    fn go_on(&self, right: Right) -> Vec<Event> {
        let Operator { who, host } = self.desk.operator.clone();
        let Some(running) = &self.running else { return Vec::new() };
        let act = Command::Act { who: who.clone(), host, right };
        match running.flight.command(act).and_then(|()| running.flight.command(Command::Resume { who })) {
            Ok(()) => Vec::new(),
            Err(refused) => trouble("The run does not take this now", &refused),
        }
    }

    fn done(&mut self, done: Result<Done, JoinError>) -> Vec<Event> {
        match done {
            Ok(Done::Begun { begun, world, newest }) => match *begun {
                Ok((begun, mandate)) => self.fly(begun, mandate, (world, newest)),
                Err(undone) => {
                    self.driving.set(false);
                    undone.told("The run did not begin; nothing was sent")
                }
            },
            Ok(Done::Closed(closed)) => {
                self.driving.set(self.running.is_some());
                self.has_run |= closed.is_ok();
                closed.map_or_else(|undone| undone.told("The run could not be closed"), tell)
            }
            Ok(Done::Claimed(Ok(right))) => self.go_on(right),
            Ok(Done::Claimed(Err(undone))) => undone.told("The run does not go on"),
            Ok(Done::Refused(Ok(line)) | Done::Noted(Ok(line))) => tell(vec![line]),
            Ok(Done::Noted(Err(why))) => trouble("The note could not be written down", &why),
            Ok(Done::Refused(Err(why))) => trouble("The refusal could not be written down", &why),
            Err(fell) => {
                self.driving.set(self.running.is_some());
                trouble("The journal's writer fell over; nothing was sent", &fell)
            }
        }
    }

    /// Drives a run that has begun, and tells the console the lines that it has not seen yet.
    fn fly(&mut self, begun: Begun, mandate: Option<Mandate>, (world, newest): (World, u64)) -> Vec<Event> {
        let Begun { progress, lines, journal, conch } = begun;
        let (clients, clock) = (self.clients.clone(), self.clock.clone());
        let copier = self.copier.clone();
        let (bell, mandate_of) = (self.desk.bell.clone(), mandate.clone());
        let gear = Gear { clients, clock, journal, conch, mandate: mandate_of, copier, bell };
        let (flight, readings) = Flight::begin(progress, world, gear, WhenHeld::Wait);
        (self.running, self.has_run) = (Some(Running { flight, mandate, readings }), true);
        tell(lines.into_iter().filter(|line| line.seq > newest).collect())
    }

    /// Hands a command to the run that is driven here, or asks whoever drives it.
    fn command(&self, command: Command, app: &App) -> Vec<Event> {
        let Some(running) = &self.running else {
            if let Some(run) = app.followed() {
                let outbox = HostOutbox::new(&self.desk.state);
                self.ask(outbox, (command, run.clone()), Some(app.newest_line()));
            } else if let Some((commons, run)) = self.commons.as_ref().zip(app.driven_by_another()) {
                let outbox = TableOutbox::new(commons.clone(), run.clone());
                self.ask(outbox, (command, run.clone()), app.seen_abroad());
            }
            return Vec::new();
        };
        match running.flight.command(command) {
            Ok(()) => Vec::new(),
            Err(refused) => trouble("The run does not take this now", &refused),
        }
    }

    /// Asks and waits for the reply on the side; what is done is seen in the journal, what is not done is said.
    fn ask(&self, outbox: impl Outbox + 'static, (command, run): (Command, RunId), seen: Option<u64>) {
        let (at, host) = (self.clock.now(), self.desk.operator.host.clone());
        let (ask, to_app) = (Ask { run, at, host, seen, command }, self.to_app.clone());
        tokio::spawn(async move {
            let word = ask.command.word().to_uppercase();
            let (title, text) = match asked(outbox, &ask).await {
                Ok(()) if ask.seen.is_some() => return,
                // What another bastion does is not on this screen yet.
                Ok(()) => (format!("{word} is done"), format!("run {} has it in its journal", ask.run)),
                Err(why) => (format!("{word} was not done"), why),
            };
            let _gone = to_app.send(Event::Trouble { title, text }).await;
        });
    }
}

/// Leaves an ask and waits until it is taken; the error says in words why it was not.
async fn asked(mut outbox: impl Outbox, ask: &Ask) -> Result<(), String> {
    let id = outbox.leave(ask).await.map_err(|error| error.to_string())?;
    let waited = tokio::time::Instant::now();
    while waited.elapsed() < REPLY {
        match outbox.reply(&id).await {
            Ok(Some(Reply::Taken)) => return Ok(()),
            Ok(Some(Reply::Refused { why })) => return Err(format!("The run refused it: {why}")),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "no reply can be read now"),
        }
        tokio::time::sleep(ASK).await;
    }
    Err(format!(
        "Whoever drives the run has not answered for {}; it may still be done. Look at the journal before you ask again.",
        verdict::span(REPLY)
    ))
}

/// What a run in flight tells.
enum Told {
    Line(Box<Entry>),
    End(Result<(), Fallen>),
}

impl Told {
    fn events(self) -> Vec<Event> {
        match self {
            Self::Line(line) => vec![Event::Logged(line)],
            Self::End(Ok(())) => Vec::new(),
            Self::End(Err(fallen)) => {
                let why = fallen.to_string();
                tracing::error!(why, "the run stopped");
                vec![Event::Stopped { why }]
            }
        }
    }
}

/// The next line of the run in flight, or its end; it never comes while there is none.
async fn next(running: &mut Option<Running>) -> Told {
    let Some(running) = running else { return std::future::pending().await };
    match running.flight.line().await {
        Some(line) => Told::Line(Box::new(line)),
        None => Told::End(running.flight.end().await.map(drop)),
    }
}

fn tell(lines: Vec<Entry>) -> Vec<Event> {
    lines.into_iter().map(|line| Event::Logged(Box::new(line))).collect()
}

fn trouble(title: &str, why: &dyn std::fmt::Display) -> Vec<Event> {
    vec![Event::Trouble { title: title.to_owned(), text: why.to_string() }]
}
