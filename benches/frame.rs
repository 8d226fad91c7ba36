//! One frame of the whole screen, and the verdicts alone that it is made of: the first should be little more.

use divan::Bencher;
use jiff::tz::TimeZone;
use pointsman::app::{App, Event};
use pointsman::ui;
use pointsman::ui::digest::Digest;
use pointsman::ui::key::Input;
use pointsman::ui::theme::{Glyphs, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::fixture::{self, State};

/// A large terminal: 200×50.
const SCREEN: Rect = Rect { x: 0, y: 0, width: 200, height: 50 };

/// Regions, and signals in each.
const WORLDS: [(usize, usize); 3] = [(4, 5), (30, 5), (30, 100)];

#[divan::bench(args = WORLDS)]
fn at_200x50(bencher: Bencher<'_, '_>, (regions, signals): (usize, usize)) {
    let world = fixture::world(fixture::many(regions, signals), State::Degraded);
    let now = fixture::now();
    let mut app = App::new(world, false, TimeZone::UTC);
    let size = Input::Resize { width: SCREEN.width, height: SCREEN.height };
    app.update(Event::Input(size, now), now);
    let theme = Theme::find("dark").unwrap();
    bencher.bench_local(|| {
        let mut frame = Buffer::empty(SCREEN);
        ui::draw(&app.scene(now), &theme, Glyphs::unicode(), &mut frame);
        frame
    });
}

#[divan::bench(args = WORLDS)]
fn verdicts_alone(bencher: Bencher<'_, '_>, (regions, signals): (usize, usize)) {
    let world = fixture::world(fixture::many(regions, signals), State::Degraded);
    bencher.bench_local(|| Digest::of(&world, fixture::now()).regions.len());
}
