//! Rows: the filter and what it hides, the way to the problems, what is copied.

use pointsman::ui::clip::Clip;
use pointsman::ui::dialog::{Dialog, Request};
use pointsman::ui::theme::{Glyphs, Theme};
use pointsman::ui::view::Pane;
use pointsman::ui::{self, Scene};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use super::bench::Bench;
use crate::fixture::State;

/// The whole console at 80×24.
pub(super) fn console(bench: &Bench) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    let scene = Scene {
        world: &bench.world,
        now: bench.now,
        console: &bench.console,
        run: bench.run.as_ref(),
        journal: &bench.journal,
        view: &bench.view,
    };
    ui::draw(&scene, &Theme::find("mono").unwrap(), Glyphs::unicode(), &mut buffer);
    let rows = buffer.content().chunks(80);
    let rows: Vec<String> =
        rows.map(|row| row.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()).collect();
    rows.join("\n")
}

/// Presses keys one after the other, slowly.
pub(super) fn press(bench: &mut Bench, from: i64, keys: &str) -> Option<Request> {
    let mut last = None;
    for (at, key) in keys.split(' ').enumerate() {
        last = bench.press(from + i64::try_from(at).unwrap() * 400, key);
    }
    last
}

fn copied(request: Option<Request>) -> Clip {
    let Some(Request::Copy(clip)) = request else { panic!("not a copy: {request:?}") };
    clip
}

#[test]
fn a_filter_hides_rows_and_counts_them_in_the_title() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "2 / c a r t s");
    let typing = console(&bench);
    assert!(typing.contains("/carts_  Enter keeps it"), "{typing}");
    assert!(typing.contains("hidden /carts"), "it filters as one types\n{typing}");
    press(&mut bench, 4_000, "enter");
    let kept = console(&bench);
    assert!(kept.contains("2 Replication 5 hidden /carts"), "{kept}");
    assert!(!kept.contains("orders    "), "{kept}");
    press(&mut bench, 6_000, "esc");
    assert!(bench.view.filters.is_empty());
    assert!(!console(&bench).contains("hidden"));
}

#[test]
fn what_is_hidden_and_not_ok_is_counted_aloud() {
    let mut bench = Bench::of("simulated", State::Degraded);
    press(&mut bench, 0, "2 / z z z enter");
    let frame = console(&bench);
    assert!(frame.contains("7 hidden (2 not ok)"), "{frame}");
    assert!(frame.contains("no row holds it; Esc shows all"), "{frame}");
}

#[test]
fn an_inverse_filter_hides_what_holds_the_text() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "2 / ! o r d e r s enter");
    let frame = console(&bench);
    assert!(frame.contains("hidden /!orders"), "{frame}");
    assert!(frame.contains("carts"), "{frame}");
}

#[test]
fn esc_while_typing_shows_all_rows_again() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "3 / x x esc");
    assert!(bench.view.filters.is_empty());
    assert_eq!(bench.view.dialog, None);
}

#[test]
fn keys_move_among_the_rows_that_show() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "2");
    let screen = Rect::new(0, 0, 80, 24);
    let all = ui::panes::rows(&bench.facts().scene(&bench.view), screen, Pane::Replication);
    press(&mut bench, 1_000, "/ c a r t s enter");
    let left = ui::panes::rows(&bench.facts().scene(&bench.view), screen, Pane::Replication);
    assert!(!left.is_empty() && left.len() < all.len(), "{left:?} of {all:?}");
    press(&mut bench, 6_000, "G");
    assert_eq!(bench.view.row(Pane::Replication), *left.last().unwrap());
    press(&mut bench, 7_000, "g");
    assert_eq!(bench.view.row(Pane::Replication), left[0]);
    press(&mut bench, 8_000, "enter");
    assert!(
        bench.text().contains("carts: us-"),
        "the detail is of the row that is selected\n{}",
        bench.text()
    );
}

#[test]
fn the_next_problem_is_shown_though_a_filter_hides_it() {
    let mut bench = Bench::of("simulated", State::Degraded);
    press(&mut bench, 0, "2 / z z z enter 1 n");
    while bench.view.pane != Pane::Replication {
        let before = bench.view.pane;
        press(&mut bench, 9_000, "n");
        assert_ne!((before, bench.view.pane), (Pane::Journal, Pane::Journal));
    }
    assert!(bench.view.filters.is_empty());
    assert!(console(&bench).contains("the filter /zzz hid it and is gone"), "{}", console(&bench));
}

#[test]
fn the_problem_before_is_the_one_that_was_left() {
    let mut bench = Bench::of("simulated", State::Degraded);
    press(&mut bench, 0, "n n");
    let place = |bench: &Bench| (bench.view.pane, bench.view.row(bench.view.pane));
    let second = place(&bench);
    press(&mut bench, 2_000, "n");
    assert_ne!(place(&bench), second);
    press(&mut bench, 3_000, "N");
    assert_eq!(place(&bench), second);
}

#[test]
fn y_copies_the_row_and_a_capital_one_the_pane() {
    let mut bench = Bench::new();
    let row = copied(press(&mut bench, 0, "2 y"));
    assert!(!row.text().contains('\n') && row.text().contains("use1→usw2"), "{row:?}");
    let pane = copied(press(&mut bench, 2_000, "Y"));
    assert!(pane.text().starts_with("store") && pane.text().contains(row.text()), "{pane:?}");
    assert!(pane.said().starts_with("copied Replication: "), "{pane:?}");
    press(&mut bench, 4_000, "/ c a r t s enter");
    let filtered = copied(press(&mut bench, 9_000, "Y"));
    assert!(!filtered.text().contains("orders") && filtered.text().contains("carts"), "{filtered:?}");
}

#[test]
fn c_shows_and_copies_the_lines_of_the_row() {
    let mut bench = Bench::new();
    let lines = copied(press(&mut bench, 0, "3 c"));
    assert!(lines.text().starts_with("aws route53-recovery-cluster get-routing-control-state"), "{lines:?}");
    assert!(matches!(bench.view.dialog, Some(Dialog::Cli { .. })));
    let again = copied(press(&mut bench, 2_000, "y"));
    assert_eq!(again.text(), lines.text());
}

#[test]
fn a_pane_without_rows_has_nothing_to_copy_and_says_so() {
    let mut bench = Bench::new();
    assert_eq!(press(&mut bench, 0, "6 y"), None);
    assert!(console(&bench).contains("there is not a row to copy"), "{}", console(&bench));
}

#[test]
fn ctrl_z_suspends_from_everywhere() {
    let mut bench = Bench::new();
    assert_eq!(press(&mut bench, 0, "ctrl-z"), Some(Request::Suspend));
    assert_eq!(press(&mut bench, 1_000, "? ctrl-z"), Some(Request::Suspend));
    assert!(bench.view.help.is_some(), "the help stays");
}
