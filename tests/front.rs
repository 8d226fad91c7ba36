//! A console without a terminal and the person in front of it: keys in, frames out, on the virtual clock.

use std::time::Duration;

use pointsman::app::Event;
use pointsman::clock::Clock;
use pointsman::runtime::{Headless, Setup};
use pointsman::ui;
use pointsman::ui::key::Input;
use pointsman::ui::theme::{Glyphs, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use tokio::time::Instant;

use crate::support::pass;

const SCREEN: Rect = Rect { x: 0, y: 0, width: 120, height: 40 };

/// The console.
pub(crate) struct Front {
    console: Headless,
    clock: Clock,
}

impl Front {
    pub(crate) fn begin(setup: Setup) -> Self {
        let clock = setup.clock.clone();
        let mut front = Self { console: Headless::begin(setup), clock };
        front.input(Input::Resize { width: SCREEN.width, height: SCREEN.height });
        front
    }

    fn input(&mut self, input: Input) {
        self.console.take(Event::Input(input, self.clock.now()));
    }

    /// Lets things happen for a while, a tick a second.
    pub(crate) async fn wait(&mut self, span: Duration) {
        let clock = self.clock.clone();
        pass(&mut self.console, span, |console| {
            console.take(Event::Tick(clock.now()));
        })
        .await;
    }

    /// Waits until this is on the screen.
    pub(crate) async fn shows(&mut self, what: &str) {
        let waited = Instant::now();
        while !self.frame().contains(what) {
            assert!(waited.elapsed() < Duration::from_mins(15), "`{what}` is not on\n{}", self.frame());
            self.wait(Duration::from_millis(500)).await;
        }
    }

    /// Keys in turn, pressed by a person.
    pub(crate) async fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.wait(Duration::from_millis(400)).await;
            self.input(Input::Key(key.parse().unwrap()));
        }
    }

    /// A line, letter by letter.
    pub(crate) async fn write(&mut self, text: &str) {
        for letter in text.chars() {
            let key = match letter {
                ' ' => "space".to_owned(),
                '-' => "minus".to_owned(),
                letter => letter.to_string(),
            };
            self.press(&key).await;
        }
    }

    pub(crate) fn frame(&self) -> String {
        self.frame_of(SCREEN)
    }

    pub(crate) fn frame_of(&self, screen: Rect) -> String {
        let mut frame = Buffer::empty(screen);
        let scene = self.console.app().scene(self.clock.now());
        ui::draw(&scene, &Theme::plain(), Glyphs::unicode(), &mut frame);
        let rows = frame.content().chunks(usize::from(screen.width));
        let row = |cells: &[Cell]| cells.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned();
        rows.map(row).collect::<Vec<_>>().join("\n")
    }
}
