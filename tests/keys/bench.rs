//! A console on a bench: a calm two-Region world, a view, a clock, and fingers.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use pointsman::model::World;
use pointsman::model::reading::{AuroraMember, AuroraReading, Observation, Reading, Source, Trouble};
use pointsman::model::topology::{Region, Topology};
use pointsman::plan::event::{Entry, Event, Outcome, RunId, Start};
use pointsman::plan::history::History;
use pointsman::plan::interlock::{self, Interlock, Verdict};
use pointsman::plan::progress::Progress;
use pointsman::plan::{Intent, Plan, Playbook, StepId, playbook};
use pointsman::ui::conch::Conch;
use pointsman::ui::dialog::{self, News, Request};
use pointsman::ui::hint;
use pointsman::ui::key::{Input, Key};
use pointsman::ui::theme::{Glyphs, Theme};
use pointsman::ui::view::{Facts, Size, View};
use pointsman::ui::{Console, Mode, Scene};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use crate::fixture::{self, State};

pub(super) const EAST: &str = "us-east-1";
pub(super) const WEST: &str = "us-west-2";

/// The console, and what it was asked to do.
pub(super) struct Bench {
    pub(super) world: World,
    pub(super) console: Console,
    pub(super) run: Option<Progress>,
    pub(super) journal: Vec<Entry>,
    pub(super) view: View,
    pub(super) now: Timestamp,
    start: Timestamp,
}

impl Bench {
    /// Watching a calm, simulated world in which us-east-1 writes.
    pub(super) fn new() -> Self {
        Self::in_environment("simulated")
    }

    pub(super) fn in_environment(word: &str) -> Self {
        Self::of(word, State::Calm)
    }

    /// In an environment of this name, in a world that stands so.
    pub(super) fn of(environment: &str, state: State) -> Self {
        let topology = Topology { environment: environment.to_owned(), ..fixture::retail() };
        let start = fixture::now();
        let console = Console {
            mode: Mode::Watch,
            drill: false,
            simulated: environment == "simulated",
            identity: Some(fixture::identity()),
            conch: Conch::Host,
            mirror: None,
            follows: None,
            abroad: None,
            calls_per_hour: 64.0,
            dollars_per_month: 9.0,
            history: History::default(),
            zone: TimeZone::UTC,
        };
        let mut view = View::default();
        view.at = start;
        let world = fixture::world(topology, state);
        let mut bench = Self { world, console, run: None, journal: Vec::new(), view, now: start, start };
        for region in [EAST, WEST] {
            bench.see(Source::Identity(region.into()), Reading::Identity(fixture::identity()));
        }
        bench
    }

    pub(super) fn armed(mut self) -> Self {
        self.arm();
        self
    }

    pub(super) fn arm(&mut self) {
        self.console.mode = Mode::Armed { until: self.start + SignedDuration::from_mins(15) };
    }

    /// Every Region says that this one writes.
    pub(super) fn writer(&mut self, store: &str, writer: &str) {
        let aurora = self.world.topology().auroras.iter().find(|a| a.store == store).unwrap();
        let member = |(region, arn): (&Region, &String)| AuroraMember {
            region: region.clone(),
            arn: arn.clone(),
            writer: region.as_str() == writer,
            status: Some("available".to_owned()),
            sync: None,
            instances: Some(1),
        };
        let members = aurora.clusters.iter().map(member).collect();
        let reading = AuroraReading { status: "available".to_owned(), members, moving: None };
        for region in [EAST, WEST] {
            self.see(Source::Aurora(store.to_owned(), region.into()), Reading::Aurora(reading.clone()));
        }
    }

    pub(super) fn see(&mut self, source: Source, reading: Reading) {
        let every = Duration::from_mins(1);
        self.world.apply(Observation { source, asked: self.now, at: self.now, every, result: Ok(reading) });
    }

    /// A source has only this to say.
    pub(super) fn fails(&mut self, source: Source, trouble: Trouble) {
        let every = Duration::from_mins(1);
        let at = self.now + SignedDuration::from_secs(1);
        self.world.apply(Observation { source, asked: at, at, every, result: Err(trouble) });
    }

    /// Milliseconds since the bench began.
    fn at(&mut self, ms: i64) -> Timestamp {
        self.now = self.start + SignedDuration::from_millis(ms);
        self.now
    }

    /// What the screen is drawn from.
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            world: &self.world,
            now: self.now,
            console: &self.console,
            run: self.run.as_ref(),
            journal: &self.journal,
        }
    }

    fn with_view(&mut self, act: impl FnOnce(&mut View, &Facts<'_>) -> Option<Request>) -> Option<Request> {
        let facts = Facts {
            world: &self.world,
            now: self.now,
            console: &self.console,
            run: self.run.as_ref(),
            journal: &self.journal,
        };
        act(&mut self.view, &facts)
    }

    pub(super) fn input(&mut self, ms: i64, input: &Input) -> Option<Request> {
        let at = self.at(ms);
        self.with_view(|view, facts| view.on(input, at, facts))
    }

    /// Presses one key, by its name.
    pub(super) fn press(&mut self, ms: i64, key: &str) -> Option<Request> {
        let key: Key = key.parse().unwrap_or_else(|error| panic!("{error}"));
        self.input(ms, &Input::Key(key))
    }

    /// Types a word with `gap` ms between its letters, the first one at `ms`; gives the time of the last.
    pub(super) fn type_word(&mut self, ms: i64, gap: i64, word: &str) -> i64 {
        let mut at = ms - gap;
        for letter in word.chars() {
            at += gap;
            let asked = self.input(at, &Input::Key(Key::char(letter)));
            assert_eq!(asked, None, "a letter asks for nothing");
        }
        at
    }

    pub(super) fn tick(&mut self, ms: i64) -> Option<Request> {
        let at = self.at(ms);
        self.with_view(|view, facts| view.tick(at, facts))
    }

    /// The reads come back, and the plan is what the playbook makes of the world.
    pub(super) fn reads(&mut self, ms: i64, intent: &Intent) -> Option<Request> {
        self.reads_with(ms, intent, Vec::new())
    }

    /// The same, and these interlocks beside those of the world.
    pub(super) fn reads_with(&mut self, ms: i64, intent: &Intent, more: Vec<Interlock>) -> Option<Request> {
        self.at(ms);
        let fresh = fixture::observations(self.world.topology(), State::Calm, self.now);
        for observation in fresh.into_iter().filter(|o| matches!(o.source, Source::Endpoint(_))) {
            self.world.apply(observation);
        }
        let mut prepared = interlock::prepare(&self.world, &self.console.history, intent, self.now);
        if let Ok(prepared) = &mut prepared {
            prepared.interlocks.extend(more);
        }
        self.with_view(|view, facts| view.sheet_read(prepared, facts))
    }

    /// Something came of a sign-in.
    pub(super) fn hears(&mut self, ms: i64, news: News) {
        self.at(ms);
        self.with_view(|view, facts| {
            view.hear(news, facts);
            None
        });
    }

    pub(super) fn plan(&self, playbook: Playbook) -> Plan {
        playbook::plan(&self.world, &intent(playbook), self.now).unwrap()
    }

    /// The run that is shown.
    pub(super) fn run_mut(&mut self) -> &mut Progress {
        self.run.as_mut().unwrap()
    }

    /// A run whose steps stand as these say.
    pub(super) fn run_with(&mut self, plan: Plan, held: &[(u16, Outcome)]) {
        let start = Start {
            who: "maria".to_owned(),
            host: "bastion".to_owned(),
            account: None,
            role: None,
            reason: String::new(),
            drill: false,
            simulated: true,
        };
        let entry = Entry {
            seq: 1,
            run: RunId("3f9a0c11".to_owned()),
            at: self.now,
            event: Event::Started { plan, start },
            previous: String::new(),
            hash: String::new(),
        };
        let mut run = Progress::replay(std::slice::from_ref(&entry)).unwrap();
        for (step, outcome) in held {
            let progress = run.steps.get_mut(&StepId(*step)).unwrap();
            progress.state = pointsman::plan::progress::StepState::Done(*outcome);
            "no answer from ap-southeast-2".clone_into(&mut progress.why);
        }
        self.journal.push(entry);
        self.run = Some(run);
        self.console.mode = Mode::Running;
    }

    /// Draws dialog and hint bar at a size; rows without what is blank at their end.
    pub(super) fn screen(&self, size: Size) -> Vec<String> {
        let buffer = self.buffer(size, &Theme::find("mono").unwrap(), &Glyphs::unicode());
        let width = usize::from(size.width.max(1));
        let rows = buffer.content().chunks(width);
        rows.map(|row| row.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()).collect()
    }

    pub(super) fn buffer(&self, size: Size, theme: &Theme, glyphs: &Glyphs) -> Buffer {
        let area = Rect::new(0, 0, size.width, size.height);
        let mut buffer = Buffer::empty(area);
        let scene = Scene {
            world: &self.world,
            now: self.now,
            console: &self.console,
            run: self.run.as_ref(),
            journal: &self.journal,
            view: &self.view,
        };
        let last = Rect { y: area.height.saturating_sub(1), height: area.height.min(1), ..area };
        hint::draw(&scene, theme, last, &mut buffer);
        dialog::draw(&scene, theme, glyphs, &mut buffer);
        pointsman::ui::widgets::paint::keep_to(glyphs, &mut buffer);
        buffer
    }

    /// The whole screen at 80×24 as one text.
    pub(super) fn text(&self) -> String {
        self.screen(Size { width: 80, height: 24 }).join("\n")
    }

    /// The sheet is open and asks; its reads came at `ms`.
    pub(super) fn asking(&mut self, ms: i64) {
        self.press(ms - 3_000, "a");
        self.press(ms - 2_500, "j");
        let intent = intent(Playbook::Failover);
        assert_eq!(self.press(ms - 2_000, "enter"), Some(Request::OpenSheet(intent.clone())));
        assert_eq!(self.reads(ms, &intent), None);
        assert_eq!(self.tick(ms), None);
    }
}

pub(super) fn intent(playbook: Playbook) -> Intent {
    Intent { playbook, from: EAST.into(), to: WEST.into() }
}

pub(super) fn hold(name: &str, why: &str) -> Interlock {
    Interlock { name: name.to_owned(), verdict: Verdict::Hold(why.to_owned()) }
}
