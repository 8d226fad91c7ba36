//! Frames as text: what an operator sees in each state, at each size.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pointsman::model::World;
use pointsman::plan::event::Entry;
use pointsman::plan::progress::Progress;
use pointsman::ui::theme::{Glyphs, Theme};
use pointsman::ui::view::{Pane, View};
use pointsman::ui::{self, Console, Mode, Scene};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::fixture::{self, State};
use story::Until;

mod story;

/// Everything a frame is drawn from, owned.
struct Show {
    world: World,
    now: Timestamp,
    console: Console,
    run: Option<Progress>,
    journal: Vec<Entry>,
    view: View,
}

impl Show {
    fn of(state: State) -> Self {
        let console = Console {
            mode: Mode::Watch,
            drill: false,
            simulated: false,
            identity: (state != State::Empty).then(fixture::identity),
            conch: "free".to_owned(),
            calls_per_hour: 64.0,
            dollars_per_month: 9.1,
            zone: TimeZone::posix("CET-1").unwrap(),
        };
        Self {
            world: fixture::world(fixture::retail(), state),
            now: fixture::now(),
            console,
            run: None,
            journal: Vec::new(),
            view: View::default(),
        }
    }

    fn running(until: Until) -> Self {
        let mut show = Self::of(State::Degraded);
        let story = story::failover(&show.world, show.now, until);
        show.console.mode = Mode::Running;
        show.console.conch = "you".to_owned();
        (show.run, show.journal) = (Some(story.run), story.journal);
        show.view.pane = Pane::Plan;
        show
    }

    fn frame(&self, width: u16, height: u16) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let scene = Scene {
            world: &self.world,
            now: self.now,
            console: &self.console,
            run: self.run.as_ref(),
            journal: &self.journal,
            view: &self.view,
        };
        ui::draw(&scene, &Theme::find("dark").unwrap(), Glyphs::unicode(), &mut buf);
        buf
    }

    fn text(&self, width: u16, height: u16) -> String {
        text(&self.frame(width, height))
    }
}

fn text(buf: &Buffer) -> String {
    let width = usize::from(buf.area.width).max(1);
    let lines = buf.content().chunks(width).map(|row| {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn look() {
    let sizes = std::env::var("SIZES").unwrap_or_else(|_| "80x24".to_owned());
    let which = std::env::var("WHICH").unwrap_or_default();
    let mut shows: Vec<(String, Show)> = Vec::new();
    for state in [State::Calm, State::Degraded, State::Stale, State::Unreachable, State::Empty] {
        shows.push((format!("{state:?}"), Show::of(state)));
    }
    for until in [Until::Promoting, Until::Lost, Until::Unknown, Until::Closed] {
        shows.push((format!("{until:?}"), Show::running(until)));
    }
    let mut many = Show::of(State::Degraded);
    many.world = fixture::world(fixture::many(30, 8), State::Degraded);
    shows.push(("Many".to_owned(), many));
    for size in sizes.split(',') {
        let (w, h) = size.split_once('x').unwrap();
        for (name, show) in
            shows.iter().filter(|(name, _)| which.is_empty() || which.split(',').any(|w| w == name))
        {
            println!("==== {name} {size}\n{}", show.text(w.parse().unwrap(), h.parse().unwrap()));
        }
    }
}
