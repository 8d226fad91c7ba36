//! Which reads fill which sheet.

use jiff::SignedDuration;

use super::*;
use crate::model::fixture::{Scene as Fixture, east, west};
use crate::model::reading::{Identity, Reading};
use crate::plan::{Playbook, event, playbook};
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

#[test]
fn a_sheet_is_held_by_what_was_not_read_since_its_key() {
    let mut scene = Fixture::calm();
    let mut app = armed(&scene);
    let ticket = open_sheet(&mut app, &mut scene);
    app.update(Event::ReadsDone(ticket), scene.now);
    assert!(matches!(stage(&app), Stage::Held { .. }), "nothing came back: {:?}", stage(&app));
}

/// A run of a simulated or a real world that was cut off before its first step.
fn cut_off(scene: &Fixture, simulated: bool) -> Progress {
    let intent = Intent { playbook: Playbook::Switchover, from: east(), to: west() };
    let plan = playbook::plan(&scene.world, &intent, scene.now).unwrap();
    let start = event::Start::new(("maria", "bastion"), None, String::new(), simulated);
    let entry = Entry {
        seq: 1,
        run: RunId("3f9a0c11".to_owned()),
        at: scene.now,
        event: event::Event::Started { plan, start },
        previous: String::new(),
        hash: String::new(),
    };
    Progress::replay(std::slice::from_ref(&entry)).unwrap()
}

/// What comes of taking a run up, once its reads are done.
fn taken_up(mut scene: Fixture, run: Progress) -> Vec<Effect> {
    let identity = Identity {
        account: "111122223333".to_owned(),
        arn: "arn:aws:sts::111122223333:assumed-role/ops/maria".to_owned(),
        expires: None,
    };
    scene.see(Source::Identity(west()), Ok(Reading::Identity(identity)));
    let mut app = App::new(scene.world.clone(), true, TimeZone::UTC);
    app.remember(Vec::new(), Some(run.clone()));
    let ticket = match app.fulfil(Some(Request::TakeUp(run.run)), scene.now).as_slice() {
        [Effect::Read(ticket, _)] => *ticket,
        other => panic!("nothing is read first: {other:?}"),
    };
    app.update(Event::ReadsDone(ticket), scene.now)
}

#[test]
fn a_run_goes_on_after_reads_and_in_its_own_world_only() {
    let scene = Fixture::calm();
    let run = cut_off(&scene, true);
    assert_eq!(taken_up(scene, run.clone()), [Effect::TakeUp(run.run)]);
    let scene = Fixture::calm();
    let real = cut_off(&scene, false);
    match taken_up(scene, real).as_slice() {
        [Effect::Refuse { why, .. }] => assert!(why.contains("the run began in the real world"), "{why}"),
        other => panic!("it went on: {other:?}"),
    }
}

#[test]
fn another_declaration_waits_for_what_rests_on_the_old_one() {
    let mut scene = Fixture::calm();
    let mut app = armed(&scene);
    assert!(app.may_redeclare());
    open_sheet(&mut app, &mut scene);
    assert!(!app.may_redeclare(), "a sheet is open");
    press(&mut app, &mut scene, "esc");
    assert!(!app.may_redeclare(), "its reads are still on their way");
    let mut topology = app.topology().clone();
    topology.objectives.rpo = Duration::from_secs(17);
    let kept: Vec<Source> = scene
        .world
        .feeds()
        .map(|(source, _)| source.clone())
        .filter(|s| !matches!(s, Source::Table(..)))
        .collect();
    let tables = |app: &App| app.world().feeds().filter(|(s, _)| matches!(s, Source::Table(..))).count();
    let before = (tables(&app), app.world().feeds().count());
    app.redeclare(std::sync::Arc::new(topology), &kept);
    assert_eq!(app.topology().objectives.rpo, Duration::from_secs(17));
    assert_eq!(app.world().feeds().count(), before.1 - before.0, "what is declared no more is forgotten");
}
