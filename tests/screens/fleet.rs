//! The fleet view: what it shows of several workloads, and what its keys are about.

use std::sync::Arc;

use pointsman::model::World;
use pointsman::model::topology::{Topology, Workload};
use pointsman::model::verdict::Lamp;
use pointsman::ui::fleet::{Ask, Fleet, Row, draw};
use pointsman::ui::key::Input;
use pointsman::ui::keymap::Keymap;
use pointsman::ui::theme::{Glyphs, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use super::show::Show;
use super::story::Until;
use crate::fixture::{self, State};

/// The row of a shop in that state under another name.
fn row(name: &str, environment: &str, account: &str, show: &Show) -> Row {
    let row = show.scene(Row::of);
    let workload =
        Workload { name: name.into(), environment: environment.into(), account: Some(account.into()) };
    Row { workload, production: environment == "production", ..row }
}

fn rows() -> Vec<Row> {
    vec![
        row("loyalty", "staging", "777788889999", &Show::of(State::Calm)),
        row("retail-store", "production", "111122223333", &Show::of(State::Degraded)),
        row("till", "production", "444455556666", &Show::running(Until::Promoting)),
        row("search", "production", "444455556666", &Show::of(State::Unreachable)),
    ]
}

fn frame(fleet: &Fleet, rows: &[Row], glyphs: &Glyphs, (width, height): (u16, u16)) -> String {
    let mut frame = Buffer::empty(Rect::new(0, 0, width, height));
    draw(fleet, (rows, fixture::now()), &Theme::plain(), *glyphs, &mut frame);
    let line = |cells: &[Cell]| cells.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned();
    frame.content().chunks(usize::from(width.max(1))).map(line).collect::<Vec<_>>().join("\n")
}

fn press(fleet: &mut Fleet, rows: &[Row], keys: &str) -> Option<Ask> {
    let mut asked = None;
    for key in keys.split(' ') {
        asked = fleet.on(&Input::Key(key.parse().unwrap()), fixture::now(), rows);
    }
    asked
}

#[test]
fn several_workloads_at_three_sizes() {
    let rows = rows();
    for (width, height) in [(80, 24), (120, 40), (60, 15)] {
        let text = frame(&Fleet::default(), &rows, &Glyphs::unicode(), (width, height));
        insta::assert_snapshot!(format!("fleet_{width}x{height}"), text);
    }
    let mut naming = Fleet::default();
    press(&mut naming, &rows, "enter");
    insta::assert_snapshot!("fleet_naming_80x24", frame(&naming, &rows, &Glyphs::unicode(), (80, 24)));
    for size in [(0, 0), (1, 1), (7, 3), (20, 5), (300, 2)] {
        let plain = frame(&naming, &rows, &Glyphs::ascii(), size);
        assert!(plain.is_ascii(), "{plain}");
    }
}

#[test]
fn trouble_comes_first_and_what_is_selected_stays_selected() {
    let mut rows = rows();
    let mut fleet = Fleet::default();
    let names = |fleet: &Fleet, rows: &[Row]| -> Vec<String> {
        fleet.order(rows).into_iter().map(|at| rows[at].workload.name.clone()).collect()
    };
    let first = names(&fleet, &rows);
    assert_eq!(first.last().map(String::as_str), Some("loyalty"), "{first:?}");
    press(&mut fleet, &rows, "G");
    assert_eq!(fleet.selected(&rows), Some(0));
    rows[0].worst = Lamp::Bad;
    rows[0].run = Some("evacuate 1/3".to_owned());
    assert_eq!(names(&fleet, &rows)[0], "loyalty", "it has moved up");
    assert_eq!(fleet.selected(&rows), Some(0), "and is still what the keys are about");
    rows[1].worst = Lamp::Ok;
    press(&mut fleet, &rows, "g enter");
    rows[3].worst = Lamp::Bad;
    assert_eq!(press(&mut fleet, &rows, "enter"), Some(Ask::Open(0)), "what was named is what opens");
}

#[test]
fn nothing_opens_unnamed_and_the_name_says_environment_and_account() {
    let (mut fleet, rows) = (Fleet::default(), rows());
    press(&mut fleet, &rows, "/ r e t a i l enter");
    assert_eq!(press(&mut fleet, &rows, "enter"), None);
    let text = frame(&fleet, &rows, &Glyphs::unicode(), (80, 24));
    for part in ["Open the console of retail-store", "environment PRODUCTION", "account     111122223333"] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    assert_eq!(press(&mut fleet, &rows, "j"), None, "any other key stays");
    assert!(!frame(&fleet, &rows, &Glyphs::unicode(), (80, 24)).contains("Open the console"));
    assert_eq!(press(&mut fleet, &rows, "enter enter"), Some(Ask::Open(1)));
    let pasted = Input::Paste("\r".to_owned());
    press(&mut fleet, &rows, "enter");
    assert_eq!(fleet.on(&pasted, fixture::now(), &rows), None);
}

#[test]
fn the_filter_narrows_and_esc_shows_all() {
    let (mut fleet, rows) = (Fleet::default(), rows());
    press(&mut fleet, &rows, "/ 4 4 4 4");
    assert_eq!(fleet.order(&rows).len(), 2, "two workloads are in that account");
    press(&mut fleet, &rows, "x");
    assert_eq!(fleet.order(&rows), [0; 0]);
    assert_eq!(press(&mut fleet, &rows, "enter enter"), None, "nothing is selected, so nothing is named");
    press(&mut fleet, &rows, "esc");
    assert_eq!(fleet.order(&rows).len(), 4);
}

#[test]
fn leaving_asks_while_a_run_is_in_flight() {
    let (mut fleet, mut rows) = (Fleet::default(), rows());
    assert_eq!(press(&mut fleet, &rows, "q"), None);
    let text = frame(&fleet, &rows, &Glyphs::unicode(), (80, 24));
    assert!(text.contains("A run is in flight in till; it goes on without a console."), "{text}");
    assert_eq!(press(&mut fleet, &rows, "j"), None);
    assert_eq!(press(&mut fleet, &rows, "q q"), Some(Ask::Quit));
    rows[2].run = None;
    assert_eq!(press(&mut fleet, &rows, "q"), Some(Ask::Quit));
}

#[test]
fn a_row_says_what_of_the_world_is_worst() {
    let rows = rows();
    assert_eq!(rows[1].worst, Lamp::Bad);
    assert!(rows[2].run.as_deref().is_some_and(|run| run.starts_with("failover ")), "{:?}", rows[2].run);
    assert!(rows[0].orders.is_some() && rows[0].usual.is_some() && rows[0].run.is_none());
    let empty = Topology { workload: "new".into(), ..Topology::default() };
    let unread = Show::with(World::new(empty.into()), false).scene(Row::of);
    assert_eq!((unread.age, unread.orders, unread.usual), (None, None, None));
}

#[test]
fn an_inverse_filter_hides_what_holds_the_text() {
    let (mut fleet, rows) = (Fleet::default(), rows());
    press(&mut fleet, &rows, "/ ! 4 4 4 4 enter");
    assert_eq!(fleet.order(&rows).len(), 2);
    let text = frame(&fleet, &rows, &Glyphs::unicode(), (80, 24));
    assert!(text.contains("2 hidden /!4444") && !text.contains("till"), "{text}");
    press(&mut fleet, &rows, "esc");
    assert_eq!(fleet.order(&rows).len(), 4);
}

#[test]
fn the_next_problem_is_the_next_workload_that_is_not_ok() {
    let (mut fleet, rows) = (Fleet::default(), rows());
    let order = fleet.order(&rows);
    let wrong: Vec<usize> = order.iter().copied().filter(|at| rows[*at].worst != Lamp::Ok).collect();
    press(&mut fleet, &rows, "n");
    assert_eq!(fleet.selected(&rows), Some(wrong[1]));
    press(&mut fleet, &rows, "N N");
    assert_eq!(fleet.selected(&rows), wrong.last().copied(), "round and round");
    let calm = vec![row("loyalty", "staging", "777788889999", &Show::of(State::Calm))];
    press(&mut fleet, &calm, "n");
    let text = frame(&fleet, &calm, &Glyphs::unicode(), (80, 24));
    assert!(text.contains("n is off: nothing is wrong that can be seen"), "{text}");
}

#[test]
fn the_keys_of_the_operator_hold_in_the_list_too() {
    let text =
        "[keys]\n\"q\" = false\n\"Q\" = \"quit\"\n\"/\" = false\n\"space f\" = \"filter\"\n\"j\" = false\n";
    let (mut fleet, mut rows) = (Fleet::default(), rows());
    fleet.bind(Arc::new(Keymap::parse("keys.toml", text).unwrap()));
    let bar = |fleet: &Fleet, rows: &[Row]| frame(fleet, rows, &Glyphs::unicode(), (80, 24));
    assert!(bar(&fleet, &rows).contains("Q quit"), "{}", bar(&fleet, &rows));
    press(&mut fleet, &rows, "space");
    assert!(bar(&fleet, &rows).contains("space  f filter  esc none of it"), "{}", bar(&fleet, &rows));
    press(&mut fleet, &rows, "f t i l l enter");
    assert_eq!(fleet.order(&rows), [2]);
    press(&mut fleet, &rows, "esc j");
    assert_eq!(fleet.selected(&rows), fleet.order(&rows).first().copied(), "j is bound to nothing");
    assert_eq!(press(&mut fleet, &rows, "q"), None);
    press(&mut fleet, &rows, "Q");
    assert!(bar(&fleet, &rows).contains(" Q leave  any other key stay here"), "{}", bar(&fleet, &rows));
    assert_eq!(press(&mut fleet, &rows, "Q"), Some(Ask::Quit));
    rows[2].run = None;
    assert_eq!(press(&mut fleet, &rows, "ctrl-c"), Some(Ask::Quit));
    assert_eq!(press(&mut fleet, &rows, "ctrl-z"), Some(Ask::Suspend));
}

#[test]
fn its_help_is_made_from_the_table() {
    let (mut fleet, rows) = (Fleet::default(), rows());
    fleet.on(&Input::Resize { width: 80, height: 24 }, fixture::now(), &rows);
    press(&mut fleet, &rows, "?");
    insta::assert_snapshot!("fleet_help_80x24", frame(&fleet, &rows, &Glyphs::unicode(), (80, 24)));
    let before = fleet.selected(&rows);
    press(&mut fleet, &rows, "enter G");
    assert_eq!(fleet.selected(&rows), before, "no key reaches what is beneath");
    press(&mut fleet, &rows, "esc /");
    press(&mut fleet, &rows, "? f1");
    insta::assert_snapshot!("fleet_help_filter_80x24", frame(&fleet, &rows, &Glyphs::unicode(), (80, 24)));
    press(&mut fleet, &rows, "esc esc enter f1");
    assert!(!frame(&fleet, &rows, &Glyphs::unicode(), (80, 24)).contains("KEYS"), "any other key stays here");
}

#[test]
fn the_bar_keeps_what_weighs_most() {
    let (fleet, rows) = (Fleet::default(), rows());
    let bar =
        |width| frame(&fleet, &rows, &Glyphs::unicode(), (width, 20)).lines().last().unwrap().to_owned();
    assert_eq!(bar(80), " n next problem  / filter  enter open  ? help  q quit");
    assert_eq!(bar(30), " enter open  ? help");
    assert_eq!(bar(9), " ? help");
}
