//! Which reads fill which sheet.

use jiff::SignedDuration;

use super::*;
use crate::model::fixture::Scene as Fixture;
use crate::ui::dialog::{Dialog, Stage};

/// An armed console in a calm world.
fn armed(scene: &Fixture) -> App {
    let mut app = App::new(scene.world.clone(), true, TimeZone::UTC);
    app.armed = scene.now.checked_add(ARMED_FOR).ok();
    app
}

/// Presses a key half a second after the last one.
fn press(app: &mut App, scene: &mut Fixture, key: &str) -> Vec<Effect> {
    scene.now += SignedDuration::from_millis(500);
    app.update(Event::Input(Input::Key(key.parse().unwrap()), scene.now), scene.now)
}

/// Opens the first sheet of the list; what it asked for comes back.
fn open_sheet(app: &mut App, scene: &mut Fixture) -> Ticket {
    assert_eq!(press(app, scene, "a"), []);
    match press(app, scene, "enter").as_slice() {
        [Effect::Read(ticket, _)] => *ticket,
        other => panic!("no reads were asked for: {other:?}"),
    }
}

fn stage(app: &App) -> &Stage {
    match &app.view.dialog {
        Some(Dialog::Sheet(sheet)) => sheet.stage(),
        other => panic!("no sheet is open: {other:?}"),
    }
}

#[test]
fn reads_of_a_sheet_that_was_closed_never_fill_the_next_one() {
    let mut scene = Fixture::calm();
    let mut app = armed(&scene);
    let first = open_sheet(&mut app, &mut scene);
    press(&mut app, &mut scene, "esc");
    let second = open_sheet(&mut app, &mut scene);

    assert_ne!(first, second);
    app.update(Event::ReadsDone(first), scene.now);
    assert!(matches!(stage(&app), Stage::Reading { .. }), "{:?}", stage(&app));
    app.update(Event::ReadsDone(second), scene.now);
    assert!(!matches!(stage(&app), Stage::Reading { .. }), "{:?}", stage(&app));
}

#[test]
fn reads_that_come_twice_or_after_the_sheet_was_closed_do_nothing() {
    let mut scene = Fixture::calm();
    let mut app = armed(&scene);
    let ticket = open_sheet(&mut app, &mut scene);
    press(&mut app, &mut scene, "esc");
    assert_eq!(app.update(Event::ReadsDone(ticket), scene.now), []);
    assert_eq!(app.update(Event::ReadsDone(ticket), scene.now), []);
    assert!(app.view.dialog.is_none());
}
