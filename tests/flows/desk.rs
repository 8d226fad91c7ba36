//! A desk: the console, a clock, fingers, and somebody who plays the outside.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use pointsman::app::{App, Effect, Event, Ticket};
use pointsman::clock::Clock;
use pointsman::ledger::memory::Journal;
use pointsman::model::reading::{Observation, Reading, Source, Trouble, TroubleKind};
use pointsman::plan::Plan;
use pointsman::plan::event::{self, Start};
use pointsman::plan::progress::Progress;
use pointsman::plan::run::{self, Ledger};
use pointsman::ui;
use pointsman::ui::key::Input;
use pointsman::ui::theme::{Glyphs, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use crate::fixture::{self, State};

pub(crate) const EAST: &str = "us-east-1";
pub(crate) const WEST: &str = "us-west-2";

/// Milliseconds between two keys of a person.
const FINGERS: i64 = 350;

/// The console and its surroundings.
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) journal: Journal,
    pub(crate) screen: Rect,
    state: State,
    ms: i64,
}

impl Desk {
    /// The two-Region shop in that state, in an environment of that name, everything just read.
    pub(crate) fn of(environment: &str, state: State) -> Self {
        let topology =
            pointsman::model::topology::Topology { environment: environment.to_owned(), ..fixture::retail() };
        let app = App::new(fixture::world(topology, state), environment == "simulated", TimeZone::UTC);
        let screen = Rect::new(0, 0, 120, 40);
        let mut desk = Self { app, journal: Journal::new(), screen, state, ms: 0 };
        desk.input(&Input::Resize { width: screen.width, height: screen.height });
        for region in [EAST, WEST] {
            desk.see(Source::Identity(region.into()), Ok(Reading::Identity(fixture::identity())));
        }
        desk
    }

    /// What is begun here is a drill.
    pub(crate) fn drilling(mut self) -> Self {
        self.app = self.app.drilling(true);
        self
    }

    /// us-east-1 is bad, in an environment that asks for no reason.
    pub(crate) fn degraded() -> Self {
        Self::of("staging", State::Degraded)
    }

    pub(crate) fn now(&self) -> Timestamp {
        fixture::now() + SignedDuration::from_millis(self.ms)
    }

    /// Lets time pass, a tick a second.
    pub(crate) fn wait(&mut self, ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let until = self.ms + ms;
        while self.ms < until {
            self.ms = until.min(self.ms + 1000);
            effects.extend(self.app.update(Event::Tick(self.now()), self.now()));
        }
        effects
    }

    pub(crate) fn input(&mut self, input: &Input) -> Vec<Effect> {
        self.app.update(Event::Input(input.clone(), self.now()), self.now())
    }

    /// One key, as soon after the last one as is said.
    pub(crate) fn key_after(&mut self, ms: i64, key: &str) -> Vec<Effect> {
        self.ms += ms;
        self.input(&Input::Key(key.parse().unwrap()))
    }

    /// Keys in turn, pressed by a person: names with blanks between.
    pub(crate) fn press(&mut self, keys: &str) -> Vec<Effect> {
        keys.split(' ').flat_map(|key| self.key_after(FINGERS, key)).collect()
    }

    /// A word, letter by letter.
    pub(crate) fn write(&mut self, word: &str) -> Vec<Effect> {
        let keys: Vec<String> = word.chars().map(key_of).collect();
        keys.iter().flat_map(|key| self.key_after(FINGERS, key)).collect()
    }

    pub(crate) fn see(&mut self, source: Source, result: Result<Reading, Trouble>) {
        let (asked, at) = (self.now(), self.now());
        let every = Duration::from_mins(1);
        self.app.update(Event::Observed(Observation { source, asked, at, every, result }), at);
    }

    /// Everything is read anew and says what it said, in the state of this desk.
    pub(crate) fn see_all(&mut self) {
        self.see_as(self.state);
    }

    pub(crate) fn see_as(&mut self, state: State) {
        let now = self.now();
        for mut seen in fixture::observations(self.app.topology(), state, now) {
            seen.asked = seen.asked.max(now);
            self.app.update(Event::Observed(seen), now);
        }
        for region in [EAST, WEST] {
            self.see(Source::Identity(region.into()), Ok(Reading::Identity(fixture::identity())));
        }
    }

    /// The reads that were asked for come in, and say what is so.
    pub(crate) fn answer(&mut self, effects: &[Effect]) -> Vec<Effect> {
        let ticket = ticket(effects);
        self.ms += 400;
        self.see_all();
        self.app.update(Event::ReadsDone(ticket), self.now())
    }

    /// The same without any new reading.
    pub(crate) fn answer_with_silence(&mut self, effects: &[Effect]) -> Vec<Effect> {
        self.app.update(Event::ReadsDone(ticket(effects)), self.now())
    }

    /// Armed, by its own keys.
    pub(crate) fn armed(mut self) -> Self {
        self.press("A tab enter");
        assert!(self.frame().contains("ARMED"), "{}", self.frame());
        self
    }

    /// The sheet of a failover to us-west-2 is open and asks.
    pub(crate) fn asked(mut self) -> Self {
        let reads = self.press("a enter");
        assert_eq!(self.answer(&reads), []);
        assert!(self.frame().contains("FAIL OVER  us-east-1 → us-west-2"), "{}", self.frame());
        self
    }

    /// Does what the runtime does with a confirmed plan, up to its first line.
    pub(crate) fn start(&mut self, plan: Plan, reason: String) -> Progress {
        let start = Start {
            who: "maria".to_owned(),
            host: "bastion".to_owned(),
            account: None,
            role: None,
            reason,
            drill: false,
            simulated: self.app.is_simulated(),
        };
        let clock = Clock::starting_at(self.now(), 1);
        let run = match run::start(plan, start, &mut self.journal, &clock) {
            Ok(run) => run,
            Err(stop) => panic!("{stop}"),
        };
        let first = self.journal.entries(&run.run).unwrap().remove(0);
        self.app.update(Event::Logged(Box::new(first)), self.now());
        run
    }

    /// The run writes its next line.
    pub(crate) fn log(&mut self, run: &mut Progress, event: &event::Event) {
        let receipt = self.journal.append(&run.run, self.now(), event).unwrap();
        run.apply(receipt.entry()).unwrap();
        self.app.update(Event::Logged(Box::new(receipt.entry().clone())), self.now());
    }

    /// The frame as text, without the blanks at the end of its lines.
    pub(crate) fn frame(&self) -> String {
        let mut frame = Buffer::empty(self.screen);
        let theme = Theme::find("mono").unwrap();
        ui::draw(&self.app.scene(self.now()), &theme, Glyphs::unicode(), &mut frame);
        let rows = frame.content().chunks(usize::from(self.screen.width.max(1)));
        let row = |cells: &[Cell]| cells.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned();
        rows.map(row).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn shows(&self, what: &str) {
        assert!(self.frame().contains(what), "`{what}` is not on\n{}", self.frame());
    }

    pub(crate) fn hides(&self, what: &str) {
        assert!(!self.frame().contains(what), "`{what}` is on\n{}", self.frame());
    }
}

fn ticket(effects: &[Effect]) -> Ticket {
    match effects {
        [Effect::Read(ticket, sources)] => {
            assert!(!sources.is_empty());
            *ticket
        }
        other => panic!("no reads were asked for: {other:?}"),
    }
}

/// A letter's name as a key.
fn key_of(letter: char) -> String {
    match letter {
        ' ' => "space".to_owned(),
        '-' => "minus".to_owned(),
        other => other.to_string(),
    }
}

/// Why a confirmation was refused.
pub(crate) fn refused(effects: &[Effect]) -> &str {
    match effects {
        [Effect::Refuse { why, .. }] => why,
        other => panic!("not refused: {other:?}"),
    }
}

/// A source that does not answer.
pub(crate) fn gone() -> Trouble {
    let text = "connection timed out after 3 s".to_owned();
    Trouble { kind: TroubleKind::Unreachable, text, request_id: None }
}
