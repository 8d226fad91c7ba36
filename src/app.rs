//! The console's state and the one function that changes it: `update(Event) -> Vec<Effect>`.
//!
//! Pure: it knows the world, the run and the screen, and neither waits, reads a clock, nor speaks to AWS.
//! What must happen outside is returned as an [`Effect`]; what happened outside comes in as an [`Event`].

mod abroad;
mod claim;
mod effect;
mod fleet;
mod hand;
mod saved;
mod shown;
mod sign_in;
mod still;
mod terminal;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::World;
use crate::model::past::Past;
use crate::model::reading::{Observation, Source};
use crate::model::topology::Topology;
use crate::model::verdict;
use crate::plan::event::{Entry, RunId};
use crate::plan::history::{Ground, History};
use crate::plan::progress::Progress;
use crate::plan::{Intent, interlock};
use crate::ui::conch::{Conch, Mirror};
use crate::ui::dialog::{News, Obstacle, Request};
use crate::ui::key::Input;
use crate::ui::view::{Complaint, Facts, View};
use crate::ui::{Console, Mode, Scene};
use abroad::Home;
use hand::Hand;
use still::Picture;

pub use abroad::Abroad;
pub use effect::Effect;
pub use sign_in::Attempt;

/// How long the console stays armed.
pub const ARMED_FOR: Duration = Duration::from_mins(15);

/// How many journal lines the screen keeps.
const LINES_KEPT: usize = 2000;

/// Which asking some reads belong to; a sheet is filled by those that it asked for itself and by no others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket(u64);

/// What happened outside.
#[derive(Clone, Debug)]
pub enum Event {
    /// A source answered or failed.
    Observed(Observation),
    /// The operator or the terminal did something, at this time of the operator's clock.
    Input(Input, Timestamp),
    /// A second passed, by the operator's clock.
    Tick(Timestamp),
    /// A line is in the journal, by the run that is driven here or by this console.
    Logged(Box<Entry>),
    /// A line is in the journal, by whatever process.
    Followed(Box<Entry>),
    /// Another process of this host took the conch, and who that is; or nobody has it any more.
    Elsewhere(Option<String>),
    /// Something is new of a run that goes on at another host.
    Abroad(Abroad),
    /// Who may act was read, or could not be.
    Conch(Conch),
    /// How far the shared copy of the journal is behind.
    Mirrored(Mirror),
    /// An effect was not performed, because the conch was not to be had; nothing was sent.
    Unclaimed {
        /// Which.
        effect: Box<Effect>,
        /// What stood in the way.
        obstacle: Obstacle,
        /// Who has it, or what is wrong with the table.
        why: String,
    },
    /// The reads of the [`Effect::Read`] with this ticket have all come in.
    ReadsDone(Ticket),
    /// Something came of a sign-in.
    SignIn(Attempt, News),
    /// What reading costs at the cadence now.
    Budget {
        /// Calls an hour.
        calls_per_hour: f64,
        /// Dollars a month.
        dollars_per_month: f64,
    },
    /// Something went wrong that the operator must know, in words.
    Trouble {
        /// What could not be done.
        title: String,
        /// Why, and what to do next.
        text: String,
    },
    /// A file that was saved is not taken as it is.
    Spoiled(Complaint),
    /// Files are as they should be: what was wrong with them is done with.
    Mended {
        /// The complaint's subject.
        of: &'static str,
        /// A line about what was taken in; empty when nothing is to be said.
        said: String,
    },
    /// The run in flight stopped before its end: nobody drives it any more.
    Stopped {
        /// Why.
        why: String,
    },
}

/// How often the world should be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Somebody watches.
    Watching,
    /// A run is in flight, or a sheet is open.
    Acting,
    /// The terminal has lost the focus.
    Away,
}

/// The console's whole state.
#[derive(Clone, Debug)]
pub struct App {
    world: World,
    console: Console,
    run: Option<Progress>,
    hand: Hand,
    /// What is of this host, while a run of another one is shown.
    home: Option<Box<Home>>,
    /// What is begun here is a drill.
    drill: bool,
    journal: Vec<Entry>,
    view: View,
    armed: Option<Timestamp>,
    reading_for: Option<(Ticket, Purpose)>,
    newest: Ticket,
    /// The newest sign-in.
    attempt: Attempt,
    picture: Option<Box<Picture>>,
    past: Past,
    focused: bool,
    /// The operator left for the list of workloads.
    to_fleet: bool,
    /// What waits for a claim to the conch.
    unclaimed: Option<Box<Effect>>,
}

/// What some reads are for.
#[derive(Clone, Debug, PartialEq)]
enum Purpose {
    /// The sheet of an intent, by what was read since it was asked for.
    Sheet {
        /// Which intent.
        intent: Intent,
        /// When the key that asks was pressed.
        asked: Timestamp,
    },
    /// Going on with this run, which was cut off.
    TakeUp(RunId),
}

impl App {
    /// A console that has seen nothing yet.
    #[must_use]
    pub fn new(world: World, simulated: bool, zone: TimeZone) -> Self {
        let console = Console {
            mode: Mode::Watch,
            drill: false,
            simulated,
            identity: None,
            conch: Conch::Host,
            mirror: None,
            follows: None,
            abroad: None,
            calls_per_hour: 0.0,
            dollars_per_month: 0.0,
            history: History::new(Ground::here(simulated, false)),
            zone,
        };
        Self {
            world,
            console,
            run: None,
            hand: Hand::Nobody,
            home: None,
            drill: false,
            journal: Vec::new(),
            view: View::default(),
            armed: None,
            reading_for: None,
            newest: Ticket::default(),
            attempt: Attempt::default(),
            picture: None,
            past: Past::default(),
            focused: true,
            to_fleet: false,
            unclaimed: None,
        }
    }

    /// The same, and what is begun in it is a drill, or not.
    #[must_use]
    pub fn drilling(mut self, drill: bool) -> Self {
        self.drill = drill;
        self.console.drill = drill;
        self.console.history = History::new(Ground::here(self.console.simulated, drill));
        self
    }

    /// What is begun here is a drill.
    #[must_use]
    pub fn drills(&self) -> bool {
        self.drill
    }

    /// Shows what the journal held before, oldest first, and asks about the run that was cut off, if one was.
    pub fn remember(&mut self, lines: Vec<Entry>, cut_off: Option<Progress>) {
        self.journal = lines;
        if let Some(run) = &cut_off {
            self.view.ask_about(run);
        }
        self.run = cut_off;
    }

    /// Goes by what earlier runs tell.
    pub fn learn(&mut self, history: History) {
        self.console.history = history;
    }

    /// What a frame at `now` is drawn from.
    #[must_use]
    pub fn scene(&self, now: Timestamp) -> Scene<'_> {
        let (console, view) = (&self.console, &self.view);
        match &self.picture {
            Some(picture) => Scene {
                world: &picture.world,
                now,
                console,
                run: picture.run.as_ref(),
                journal: &picture.journal,
                view,
            },
            None => Scene {
                world: &self.world,
                now,
                console,
                run: self.run.as_ref(),
                journal: &self.journal,
                view,
            },
        }
    }

    /// How often the world should be read now.
    #[must_use]
    pub fn attention(&self) -> Attention {
        if self.is_running() || self.reading_for.is_some() {
            Attention::Acting
        } else if self.focused {
            Attention::Watching
        } else {
            Attention::Away
        }
    }

    /// A run is in flight, driven here or followed.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.hand != Hand::Nobody && self.run.as_ref().is_some_and(Progress::is_open)
    }

    /// The world is simulated.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.console.simulated
    }

    /// What is declared.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        self.world.topology()
    }

    /// What is known.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The run that is shown.
    #[must_use]
    pub fn run(&self) -> Option<&Progress> {
        self.run.as_ref()
    }

    /// The number of the newest line of this host's journal that is known; 0 when there is none.
    #[must_use]
    pub fn newest_line(&self) -> u64 {
        let journal = self.home.as_ref().map_or(&self.journal, |home| &home.journal);
        journal.last().map_or(0, |entry| entry.seq)
    }

    /// Takes in what happened at `now` of the world's clock; what must happen outside comes back.
    pub fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.console.mode = self.mode(now);
        let effects = self.take(event, now);
        self.console.mode = self.mode(now);
        // A run that has not ended says itself whether it is one, whoever began it.
        let run = self.run.as_ref().filter(|run| run.is_open());
        self.console.drill = run.map_or(self.drill, |run| run.start.drill);
        self.keep_still(now);
        effects
    }

    fn take(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::Observed(observation) => self.observe(observation),
            Event::Input(Input::Focus(focused), _) => self.focused = focused,
            Event::Input(input, at) => {
                let request = self.with_view(now, |view, facts| view.on(&input, at, facts));
                return self.fulfil(request, now);
            }
            Event::Tick(at) => {
                let request = self.with_view(now, |view, facts| view.tick(at, facts));
                return self.fulfil(request, now);
            }
            Event::Logged(entry) => self.log(*entry, true),
            Event::Followed(entry) => self.log(*entry, false),
            Event::Elsewhere(by) => self.elsewhere(by),
            Event::Abroad(news) => self.abroad(news),
            Event::Conch(conch) => self.console.conch = conch,
            Event::Mirrored(mirror) => self.console.mirror = Some(mirror),
            Event::Unclaimed { effect, obstacle, why } => self.unclaimed(effect, obstacle, &why),
            Event::ReadsDone(ticket) => return self.reads_done(ticket, now),
            Event::SignIn(attempt, news) => self.hear_sign_in(attempt, news, now),
            Event::Budget { calls_per_hour, dollars_per_month } => {
                self.console.calls_per_hour = calls_per_hour;
                self.console.dollars_per_month = dollars_per_month;
            }
            Event::Trouble { title, text } => self.view.notify(&title, &text),
            Event::Spoiled(complaint) => self.view.complain(complaint),
            Event::Mended { of, said } => self.mended(of, &said),
            Event::Stopped { why } => {
                self.hand = Hand::Nobody;
                self.view.notify("The run stopped; nothing more is sent until it is taken up again", &why);
            }
        }
        Vec::new()
    }

    fn observe(&mut self, observation: Observation) {
        let is_identity = matches!(observation.source, Source::Identity(_));
        self.world.apply(observation);
        if is_identity {
            self.console.identity = verdict::identity(&self.world).cloned();
        }
    }

    fn fulfil(&mut self, request: Option<Request>, now: Timestamp) -> Vec<Effect> {
        let Some(request) = request else { return Vec::new() };
        match request {
            Request::OpenSheet(intent) | Request::Recheck(intent) => {
                vec![self.read_for(&intent.clone(), Purpose::Sheet { intent, asked: now })]
            }
            Request::Confirm { plan, reason, .. } => {
                self.reading_for = None;
                vec![Effect::Start { plan: Box::new(plan), reason }]
            }
            Request::RefusedConfirmation { intent, why } => {
                self.reading_for = None;
                vec![Effect::Refuse { intent, why }]
            }
            Request::Decide { step, decision } => vec![Effect::Decide { step, decision }],
            Request::Arm { .. } => {
                self.armed = now.saturating_add(ARMED_FOR).ok();
                Vec::new()
            }
            Request::Disarm => {
                self.armed = None;
                Vec::new()
            }
            Request::TakeUp(run) => self.take_up(run),
            Request::CloseRun { run, reason } => vec![Effect::Close { run, reason }],
            Request::Approve { step, version } => vec![Effect::Approve { step, version }],
            Request::Tick { step } => vec![Effect::Tick { step }],
            Request::Note { run, text } => vec![Effect::Note { run, text }],
            Request::Claim(claim) => self.claimed(claim),
            Request::SignIn(ask) => self.ask_sign_in(ask),
            Request::Pause => vec![Effect::Pause],
            Request::Resume => vec![Effect::Resume],
            request @ (Request::Copy(_) | Request::Mouse(_) | Request::Theme(_) | Request::Suspend) => {
                self.of_terminal(request)
            }
            Request::Quit => vec![Effect::Quit],
            Request::Fleet => {
                self.to_fleet = true;
                vec![Effect::Quit]
            }
        }
    }

    /// What a sheet must see afresh: everything the plan decides on but metrics, which are never asked more often
    /// than they are published.
    fn sources_of(&self, intent: &Intent) -> Vec<Source> {
        interlock::rests_on(self.world.topology(), intent)
    }

    /// Reads that another sheet asked for, closed since, may have begun before this one was opened: they fill nothing.
    fn reads_done(&mut self, ticket: Ticket, now: Timestamp) -> Vec<Effect> {
        let Some((_, purpose)) = self.reading_for.take_if(|(asked, _)| *asked == ticket) else {
            return Vec::new();
        };
        match purpose {
            Purpose::Sheet { intent, asked } => {
                let prepared =
                    interlock::prepare_afresh(&self.world, &self.console.history, &intent, (asked, now));
                let request = self.with_view(now, |view, facts| view.sheet_read(prepared, facts));
                self.fulfil(request, now)
            }
            Purpose::TakeUp(run) => self.taken_up(run, now),
        }
    }

    fn read_for(&mut self, intent: &Intent, purpose: Purpose) -> Effect {
        self.newest.0 += 1;
        self.reading_for = Some((self.newest, purpose));
        Effect::Read(self.newest, self.sources_of(intent))
    }

    /// Nothing of a run that was cut off goes on before the world was read.
    fn take_up(&mut self, run: RunId) -> Vec<Effect> {
        let Some(progress) = self.run.as_ref().filter(|progress| progress.run == run) else {
            return Vec::new();
        };
        let intent = progress.plan.intent.clone();
        self.view.say(&format!("reading the world before run {} goes on", run.short()));
        vec![self.read_for(&intent, Purpose::TakeUp(run))]
    }

    fn taken_up(&mut self, run: RunId, now: Timestamp) -> Vec<Effect> {
        let Some(progress) =
            self.run.as_ref().filter(|progress| progress.run == run && self.hand == Hand::Nobody)
        else {
            return Vec::new();
        };
        let interlocks = interlock::rest(&self.world, progress, self.console.simulated, now);
        if interlock::clear(&interlocks) {
            return vec![Effect::TakeUp(run)];
        }
        let (intent, why) = (progress.plan.intent.clone(), interlock::holds(&interlocks).join("; "));
        self.view.notify("The run was not taken up; nothing was sent", &why);
        vec![Effect::Refuse { intent, why: format!("take-up of run {run}: {why}") }]
    }

    fn with_view<T>(&mut self, now: Timestamp, act: impl FnOnce(&mut View, &Facts<'_>) -> T) -> T {
        let facts = Facts {
            world: &self.world,
            now,
            console: &self.console,
            run: self.run.as_ref(),
            journal: &self.journal,
        };
        act(&mut self.view, &facts)
    }

    fn mode(&self, now: Timestamp) -> Mode {
        if self.is_running() {
            return Mode::Running;
        }
        match self.armed {
            Some(until) if until > now => Mode::Armed { until },
            _ => Mode::Watch,
        }
    }
}

#[cfg(test)]
mod tests;
