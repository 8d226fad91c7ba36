//! Watching: freeze, the next problem, zoom, leaving.

use pointsman::app::{Attention, Effect};
use pointsman::ui::key::Input;
use pointsman::ui::view::Pane;
use ratatui::layout::Rect;

use super::desk::Desk;
use crate::fixture::State;

#[test]
fn a_frozen_picture_stands_still_and_says_so_while_reading_goes_on() {
    let mut desk = Desk::of("staging", State::Calm);
    assert_eq!(desk.press("f"), []);
    desk.shows("FROZEN");
    let below = |desk: &Desk| desk.frame().lines().skip(3).collect::<Vec<_>>().join("\n");
    let still = below(&desk);
    desk.wait(60_000);
    desk.see_as(State::Degraded);
    let later = below(&desk);
    let differing: Vec<_> = still.lines().zip(later.lines()).filter(|(a, b)| a != b).collect();
    assert!(differing.len() <= 1, "only the hint bar may tell the time that passes: {differing:#?}");
    desk.shows("WATCH");
    assert_eq!(desk.press("f"), []);
    desk.hides("FROZEN");
    assert_ne!(below(&desk), still);
}

#[test]
fn nothing_is_done_on_a_frozen_picture() {
    let mut desk = Desk::degraded().armed();
    desk.press("f");
    assert_eq!(desk.press("a"), []);
    desk.hides("FROZEN");
    desk.shows("press a again");
    desk.press("a");
    desk.shows("failover");
}

#[test]
fn the_last_hour_is_looked_at_again_loudly_and_nothing_is_done_there() {
    let mut desk = Desk::of("staging", State::Calm).armed();
    desk.press("]");
    desk.shows("is off: this is now");
    for _ in 0..3 {
        desk.wait(60_000);
    }
    desk.see_as(State::Degraded);
    let age = |desk: &Desk| desk.now().duration_since(desk.app.scene(desk.now()).view.still_at().unwrap());
    desk.press("[");
    desk.shows("REPLAY −");
    let first = age(&desk);
    desk.press("<");
    assert!(age(&desk).as_secs() >= first.as_secs() + 30, "{first:?}, then {:?}", age(&desk));
    desk.shows("REPLAY −");
    assert_eq!(desk.press("a"), [], "nothing is done in the past");
    desk.hides("REPLAY");
    desk.shows("press a again");
    desk.press("[");
    desk.press("]");
    desk.hides("REPLAY");
    desk.shows("this is now");
}

#[test]
fn n_goes_from_one_problem_to_the_next() {
    let mut desk = Desk::degraded();
    let mut places = Vec::new();
    for _ in 0..12 {
        desk.press("n");
        let view = desk.app.scene(desk.now()).view;
        places.push((view.pane, view.row(view.pane)));
    }
    let problems = desk.app.scene(desk.now()).view.problems(&desk.app.scene(desk.now()).facts());
    assert!(problems.len() > 1, "{problems:?}");
    assert!(places.iter().all(|place| problems.contains(place)), "{places:?}");
    assert_ne!(places[0], places[1]);
    assert_eq!(places[0], places[problems.len()], "after the last comes the first");

    let mut calm = Desk::of("staging", State::Calm);
    calm.press("n");
    assert_eq!(calm.app.scene(calm.now()).view.pane, Pane::Regions, "there is none to go to");
}

#[test]
fn zoom_fills_the_screen_and_esc_leaves_it_but_never_the_program() {
    let mut desk = Desk::degraded();
    desk.shows("Replication");
    desk.press("4 z");
    desk.hides("Replication");
    desk.shows("Orders");
    assert_eq!(desk.press("esc"), []);
    desk.shows("Replication");
    for _ in 0..5 {
        assert_eq!(desk.press("esc"), []);
    }
}

#[test]
fn leaving_is_at_once_when_nothing_is_in_flight() {
    assert_eq!(Desk::degraded().press("q"), [Effect::Quit]);
    let mut desk = Desk::degraded();
    assert_eq!(desk.press("ctrl-c"), []);
    desk.shows("Nothing is in flight");
    assert_eq!(desk.press("ctrl-c"), [Effect::Quit]);
}

#[test]
fn a_terminal_without_focus_is_read_for_more_rarely() {
    let mut desk = Desk::degraded();
    desk.input(&Input::Focus(false));
    assert_eq!(desk.app.attention(), Attention::Away);
    desk.input(&Input::Focus(true));
    assert_eq!(desk.app.attention(), Attention::Watching);
}

#[test]
fn every_way_can_be_gone_at_every_size() {
    for (width, height) in [(0, 0), (1, 1), (20, 5), (60, 15), (80, 24), (200, 50)] {
        let mut desk = Desk::degraded();
        desk.screen = Rect::new(0, 0, width, height);
        desk.input(&Input::Resize { width, height });
        for keys in ["?", "esc", "A tab enter", "a", "j", "c", "esc", "5 z", "f", "n", "enter", "esc", "q"] {
            desk.press(keys);
            let _frame = desk.frame();
        }
    }
}
