//! The mouse: off until asked for, and never acting.

use pointsman::ui::dialog::{Dialog, Request};
use pointsman::ui::key::Input;
use pointsman::ui::view::Pane;

use super::bench::Bench;
use super::rows::{console, press};

/// In the middle of Traffic and of Replication at 80×24.
const TRAFFIC: (u16, u16) = (10, 18);
const REPLICATION: (u16, u16) = (60, 8);

fn click((x, y): (u16, u16)) -> Input {
    Input::Click { x, y }
}

fn wheel((x, y): (u16, u16), down: bool) -> Input {
    Input::Wheel { x, y, down }
}

#[test]
fn the_mouse_is_off_until_it_is_asked_for() {
    let mut bench = Bench::new();
    assert_eq!(bench.input(0, &click(TRAFFIC)), None);
    assert_eq!(bench.view.pane, Pane::Regions);
    assert_eq!(press(&mut bench, 100, "m"), Some(Request::Mouse(true)));
    assert!(console(&bench).contains("the mouse is on"));
    assert_eq!(bench.input(600, &click(TRAFFIC)), None);
    assert_eq!(bench.view.pane, Pane::Traffic, "a click focuses");
    assert_eq!(press(&mut bench, 1_000, "m"), Some(Request::Mouse(false)));
    bench.input(1_500, &click(REPLICATION));
    assert_eq!(bench.view.pane, Pane::Traffic);
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "m");
    assert_eq!(bench.input(500, &wheel(REPLICATION, true)), None);
    assert_eq!((bench.view.pane, bench.view.row(Pane::Replication)), (Pane::Regions, 3));
    bench.input(600, &wheel(REPLICATION, false));
    assert_eq!(bench.view.row(Pane::Replication), 0);
}

#[test]
fn no_click_acts() {
    let mut bench = Bench::new().armed();
    press(&mut bench, 0, "m a");
    let before = bench.view.dialog.clone();
    for y in 0..24 {
        for x in (0..80).step_by(4) {
            assert_eq!(bench.input(2_000, &click((x, y))), None);
        }
    }
    assert!(matches!(before, Some(Dialog::Act(_))));
    assert_eq!(bench.view.dialog, before);
    bench.input(3_000, &wheel(TRAFFIC, true));
    assert_ne!(bench.view.dialog, before, "the wheel moves the selected line");
}
