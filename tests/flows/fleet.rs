//! One console among several: nothing is carried over when another workload comes to the front.

use pointsman::app::{Attention, Effect};
use pointsman::ui::view::Pane;

use super::desk::Desk;
use crate::fixture::State;

#[test]
fn who_comes_back_is_disarmed_and_finds_nothing_open_selected_or_typed() {
    let mut desk = Desk::degraded();
    desk.app = desk.app.among_others();
    let mut desk = desk.armed().asked();
    desk.write("us-w");
    desk.shows("FAIL OVER");
    desk.app.set_aside(desk.now());
    assert_eq!(desk.app.attention(), Attention::Away, "it is read slowly");
    desk.app.come_to_front(desk.now());
    assert_eq!(desk.app.attention(), Attention::Watching);
    desk.hides("FAIL OVER");
    desk.hides("ARMED");
    desk.shows("WATCH");
    let view = desk.app.scene(desk.now()).view;
    assert_eq!((view.pane, view.rows.len(), view.reason.as_str()), (Pane::Regions, 0, ""));
    assert_eq!(desk.press("enter"), [], "there is no sheet to confirm");
}

#[test]
fn reads_for_a_sheet_that_was_left_open_fill_nothing() {
    let mut desk = Desk::degraded();
    desk.app = desk.app.among_others();
    let mut desk = desk.armed();
    let reads = desk.press("a enter");
    desk.app.set_aside(desk.now());
    desk.app.come_to_front(desk.now());
    assert_eq!(desk.answer(&reads), []);
    desk.hides("FAIL OVER");
    desk.shows("WATCH");
}

#[test]
fn the_way_back_is_a_key_where_there_are_several() {
    let mut alone = Desk::of("staging", State::Calm);
    assert_eq!(alone.press("W"), []);
    alone.shows("W is off: the config has one workload");
    assert!(!alone.app.goes_to_fleet());
    let mut one = Desk::of("staging", State::Calm);
    one.app = one.app.among_others();
    one.press("q");
    assert!(!one.app.goes_to_fleet(), "q leaves the program");
    assert_eq!(one.press("W"), [Effect::Quit]);
    assert!(one.app.goes_to_fleet());
    one.app.come_to_front(one.now());
    assert!(!one.app.goes_to_fleet());
}
