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
            zone: TimeZone::fixed(jiff::tz::offset(1)),
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
    for state in [State::Calm, State::Degraded, State::Stale, State::Unreachable, State::Empty] {
        println!("==== {state:?}\n{}", Show::of(state).text(80, 24));
    }
    println!("{}", Show::of(State::Degraded).text(120, 40));
    println!("{}", Show::of(State::Degraded).text(200, 50));
    let mut show = Show::of(State::Calm);
    show.view.pane = Pane::Plan;
    println!("{}", show.text(80, 24));
}
