//! Everything a frame is drawn from, owned, with fingers to press keys.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use pointsman::model::World;
use pointsman::model::reading::Source;
use pointsman::plan::event::Entry;
use pointsman::plan::history::History;
use pointsman::plan::progress::Progress;
use pointsman::plan::{Intent, interlock};
use pointsman::ui::conch::Conch;
use pointsman::ui::dialog::Request;
use pointsman::ui::key::{Input, Key};
use pointsman::ui::theme::{Glyphs, Role, Theme};
use pointsman::ui::view::{Facts, Pane, View};
use pointsman::ui::{self, Console, Mode, Scene};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use super::story::{self, Until};
use crate::fixture::{self, State};

/// A console in a state.
pub(crate) struct Show {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    pub(crate) console: Console,
    pub(crate) run: Option<Progress>,
    pub(crate) journal: Vec<Entry>,
    pub(crate) view: View,
}

impl Show {
    /// Watching the shop in that state.
    pub(crate) fn of(state: State) -> Self {
        Self::with(fixture::world(fixture::retail(), state), state != State::Empty)
    }

    /// Watching any world.
    pub(crate) fn with(world: World, known: bool) -> Self {
        let console = Console {
            mode: Mode::Watch,
            drill: false,
            simulated: false,
            identity: known.then(fixture::identity),
            conch: Conch::Free,
            mirror: None,
            follows: None,
            abroad: None,
            calls_per_hour: 64.0,
            dollars_per_month: 9.1,
            history: History::default(),
            zone: TimeZone::posix("CET-1").unwrap(),
        };
        let mut view = View::default();
        view.at = fixture::now();
        Self { world, now: fixture::now(), console, run: None, journal: Vec::new(), view }
    }

    /// A failover that has come so far.
    pub(crate) fn running(until: Until) -> Self {
        let topology = match until {
            Until::Proving => fixture::with_resolvers(fixture::retail()),
            _ => fixture::retail(),
        };
        // Of the change of traffic the story tells itself what the endpoints say.
        let told = |source: &Source| until.moves_traffic() && matches!(source, Source::Endpoint(_));
        let mut show = Self::with(fixture::world_but(topology, State::Degraded, &told), true);
        let story = story::failover(&show.world, show.now, until);
        story::seen(&mut show.world, until);
        show.console.mode = if until == Until::Closed { Mode::Watch } else { Mode::Running };
        show.console.conch = Conch::You;
        (show.run, show.journal) = (Some(story.run), story.journal);
        show.view.pane = Pane::Plan;
        show
    }

    /// With the focus on a pane that fills the screen.
    pub(crate) fn zoomed(mut self, pane: Pane) -> Self {
        (self.view.pane, self.view.zoomed) = (pane, true);
        self
    }

    /// Armed for 14 min 32 s more.
    pub(crate) fn armed(mut self) -> Self {
        self.console.mode = Mode::Armed { until: self.now + SignedDuration::from_secs(14 * 60 + 32) };
        self
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, ms: i64) {
        self.now += SignedDuration::from_millis(ms);
        let at = self.now;
        self.act(|view, facts| view.tick(at, facts));
    }

    /// Presses keys, half a second apart.
    pub(crate) fn press(&mut self, keys: &[&str]) -> Option<Request> {
        let mut asked = None;
        for key in keys {
            self.wait(500);
            let key: Key = key.parse().unwrap_or_else(|error| panic!("{error}"));
            let at = self.now;
            asked = self.act(|view, facts| view.on(&Input::Key(key), at, facts));
        }
        asked
    }

    /// The reads that a sheet asked for come back.
    pub(crate) fn reads(&mut self, intent: &Intent) {
        let prepared = interlock::prepare(&self.world, &self.console.history, intent, self.now);
        self.act(|view, facts| view.sheet_read(prepared, facts));
        self.wait(500);
    }

    fn act(&mut self, act: impl FnOnce(&mut View, &Facts<'_>) -> Option<Request>) -> Option<Request> {
        let facts = Facts {
            world: &self.world,
            now: self.now,
            console: &self.console,
            run: self.run.as_ref(),
            journal: &self.journal,
        };
        act(&mut self.view, &facts)
    }

    /// Hands out the scene.
    pub(crate) fn scene<T>(&self, then: impl FnOnce(&Scene<'_>) -> T) -> T {
        then(&Scene {
            world: &self.world,
            now: self.now,
            console: &self.console,
            run: self.run.as_ref(),
            journal: &self.journal,
            view: &self.view,
        })
    }

    /// The frame in a theme and a set of shapes.
    pub(crate) fn frame_in(&self, width: u16, height: u16, theme: &Theme, glyphs: &Glyphs) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        self.scene(|scene| ui::draw(scene, theme, *glyphs, &mut buf));
        buf
    }

    /// The frame as most see it.
    pub(crate) fn frame(&self, width: u16, height: u16) -> Buffer {
        self.frame_in(width, height, &dark(), &Glyphs::unicode())
    }

    /// The frame's characters.
    pub(crate) fn text(&self, width: u16, height: u16) -> String {
        text(&self.frame(width, height))
    }

    /// One letter for the role of each cell that is not plain text.
    pub(crate) fn roles(&self, width: u16, height: u16) -> String {
        let theme = dark();
        lines(&self.frame(width, height), |cell| {
            let plain = cell.symbol() == " "
                && !cell.style().add_modifier.intersects(ratatui::style::Modifier::REVERSED);
            if plain { ' ' } else { letter(theme.role_of(role_style(cell))) }
        })
    }
}

/// The theme of the pictures.
pub(crate) fn dark() -> Theme {
    Theme::find("dark").unwrap()
}

/// A cell's style as a theme writes it: what a cell leaves open is the terminal's own.
fn role_style(cell: &Cell) -> ratatui::style::Style {
    let mut style = ratatui::style::Style::new().add_modifier(cell.modifier);
    style.fg = Some(cell.fg);
    style.bg = (cell.bg != ratatui::style::Color::Reset).then_some(cell.bg);
    style
}

fn letter(role: Option<Role>) -> char {
    match role {
        None | Some(Role::Text) => '.',
        Some(Role::LampOk | Role::Proved) => 'o',
        Some(Role::LampLook) => '^',
        Some(Role::LampBad | Role::Danger) => '#',
        Some(Role::LampUnknown | Role::Blind) => '?',
        Some(Role::Muted | Role::Hint | Role::Open) => 'm',
        Some(Role::Stale) => '~',
        Some(Role::Title) => 'T',
        Some(Role::Border) => 'b',
        Some(Role::BorderFocus | Role::HintKey) => 'F',
        Some(Role::Selection) => 'S',
        Some(Role::Chart) => 'c',
        Some(Role::ChartMark) => 'x',
        Some(Role::EnvProduction | Role::BorderProduction) => 'P',
        Some(Role::Env) => 'E',
        Some(Role::Frozen) => 'Z',
        Some(Role::Input) => 'i',
        Some(_) => 'M',
    }
}

/// A frame's characters.
pub(crate) fn text(buf: &Buffer) -> String {
    lines(buf, |cell| cell.symbol().chars().next().unwrap_or(' '))
}

fn lines(buf: &Buffer, of: impl Fn(&Cell) -> char) -> String {
    let width = usize::from(buf.area.width).max(1);
    let rows = buf.content().chunks(width);
    let rows = rows.map(|row| row.iter().map(&of).collect::<String>().trim_end().to_owned());
    rows.collect::<Vec<_>>().join("\n")
}
