//! Each dialog over the panes.

use pointsman::ui::dialog::Request;
use pointsman::ui::view::Pane;

use super::show::Show;
use super::story::Until;
use crate::fixture::State;

fn picture(name: &str, show: &Show) {
    for (width, height) in [(80, 24), (120, 40)] {
        insta::assert_snapshot!(format!("dialog_{name}_{width}x{height}"), show.text(width, height));
    }
}

/// The sheet of a failover, with its reads.
pub(crate) fn sheet() -> Show {
    let mut show = Show::of(State::Degraded).armed();
    show.press(&["a"]);
    let Some(Request::OpenSheet(intent)) = show.press(&["enter"]) else { panic!("no sheet was opened") };
    show.reads(&intent);
    show
}

#[test]
fn help_act_and_quit() {
    for (name, key) in [("help", "?"), ("act", "a"), ("arm", "A")] {
        let mut show = Show::of(State::Degraded);
        show.press(&[key]);
        picture(name, &show);
    }
    let mut show = Show::running(Until::Promoting);
    show.press(&["q"]);
    picture("quit", &show);
}

#[test]
fn the_sheet() {
    let mut show = sheet();
    picture("sheet", &show);
    show.press(&["u", "s", "-", "w", "e", "s", "t", "-"]);
    picture("sheet_typed", &show);
}

#[test]
fn a_decision_about_a_held_step() {
    let mut show = Show::running(Until::Unknown);
    show.press(&["s"]);
    picture("skip", &show);
    let mut show = Show::running(Until::Unknown);
    show.press(&["c"]);
    picture("cli", &show);
}

#[test]
fn the_detail_of_a_row() {
    for (pane, row) in [(Pane::Regions, 1), (Pane::Replication, 0), (Pane::Traffic, 0), (Pane::Orders, 0)] {
        let mut show = Show::of(State::Degraded);
        show.view.pane = pane;
        show.view.rows.insert(pane, row);
        show.press(&["enter"]);
        picture(&format!("detail_{}", pane.name().to_lowercase()), &show);
    }
    let mut show = Show::running(Until::Proving);
    show.press(&["enter"]);
    picture("detail_proving", &show);
    for (pane, row) in [(Pane::Plan, 3), (Pane::Journal, 17)] {
        let mut show = Show::running(Until::Unknown);
        show.view.pane = pane;
        show.view.rows.insert(pane, row);
        show.press(&["enter"]);
        picture(&format!("detail_{}", pane.name().to_lowercase()), &show);
    }
}
