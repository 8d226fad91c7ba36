//! The pictures of the README: real frames as SVG, compared with what is in the repository.

use pointsman::ui::svg;

use super::dialogs;
use super::show::Show;
use super::story::Until;
use crate::fixture::State;
use crate::written::compare_or_write;

fn compare(name: &str, title: &str, show: &Show, (width, height): (u16, u16)) {
    let picture = svg::svg(&show.frame(width, height), title);
    compare_or_write(&format!("screenshots/{name}.svg"), &picture);
}

#[test]
fn calm() {
    compare("calm", "pointsman: two Regions, all well", &Show::of(State::Calm), (120, 40));
}

#[test]
fn degraded() {
    compare("degraded", "pointsman: one Region goes bad", &Show::of(State::Degraded), (120, 40));
}

#[test]
fn sheet() {
    let mut show = dialogs::sheet();
    show.press(&["u", "s", "-", "w", "e", "s", "t", "-"]);
    compare("sheet", "pointsman: what a failover would do, and the name it asks for", &show, (120, 40));
}

#[test]
fn run() {
    let show = Show::running(Until::Promoting);
    compare("run", "pointsman: a failover under way", &show, (120, 40));
}
