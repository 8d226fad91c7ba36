//! Every theme in every number of colours and both sets of shapes: nothing that is written cannot be seen.

use pointsman::ui::theme::{Depth, Glyphs, Ground, Role, Shelf, Theme, rgb};
use pointsman::ui::view::{Complaint, Pane};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::dialogs;
use super::show::{self, Show};
use super::story::Until;
use crate::fixture::State;

/// Every pane, and a dialog of each kind.
fn shows() -> Vec<Show> {
    let mut shows = vec![Show::of(State::Calm), Show::of(State::Degraded), Show::of(State::Empty)];
    shows.extend([Until::Promoting, Until::Unknown, Until::Closed].map(Show::running));
    shows.extend(Pane::ALL.map(|pane| Show::running(Until::Unknown).zoomed(pane)));
    let pressed = |mut show: Show, keys: &[&str]| {
        show.press(keys);
        show
    };
    let watching = ["?", "a", "A", "enter", "f", "q"];
    shows.extend(watching.map(|key| pressed(Show::of(State::Degraded).armed(), &[key])));
    shows.extend(
        ["s", "R", "x", "c", "N", "enter", "q"].map(|key| pressed(Show::running(Until::Unknown), &[key])),
    );
    shows.push(dialogs::sheet());
    shows.push(pressed(dialogs::sheet(), &["u", "s", "-", "w"]));
    let mut spoiled = Show::of(State::Degraded);
    spoiled.view.complain(complaint());
    shows.push(spoiled);
    shows
}

fn complaint() -> Complaint {
    Complaint {
        of: "config",
        line: "pointsman.toml:12:9: objectives.rpo: \"soon\" is no span (+2)".to_owned(),
        text: "all of it".to_owned(),
    }
}

/// Text and ground of a cell, as a terminal of that background draws them.
fn drawn(cell: &Cell, ground: Ground) -> [(u8, u8, u8); 2] {
    let (text, paper) = match ground {
        Ground::Dark => ((229, 229, 229), (0, 0, 0)),
        Ground::Light => ((0, 0, 0), (255, 255, 255)),
    };
    let (fg, bg) = (rgb(cell.fg).unwrap_or(text), rgb(cell.bg).unwrap_or(paper));
    if cell.modifier.contains(Modifier::REVERSED) { [bg, fg] } else { [fg, bg] }
}

/// How unlike two colours are in brightness, 0 to 255.
fn apart([a, b]: [(u8, u8, u8); 2]) -> u32 {
    let bright =
        |(r, g, b): (u8, u8, u8)| (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1000;
    bright(a).abs_diff(bright(b))
}

#[track_caller]
fn all_can_be_seen(frame: &Buffer, theme: &Theme, what: &str) {
    for cell in frame.content().iter().filter(|cell| cell.symbol() != " ") {
        let apart = apart(drawn(cell, theme.ground()));
        let hidden = cell.modifier.contains(Modifier::HIDDEN);
        assert!(apart >= 60 && !hidden, "{what}: {:?} in {:?} on {:?}", cell.symbol(), cell.fg, cell.bg);
    }
}

#[test]
fn everything_can_be_seen_in_every_theme_depth_and_set_of_shapes() {
    let (shows, shelf) = (shows(), Shelf::default());
    for name in Theme::NAMES {
        for depth in Depth::ALL {
            let theme = shelf.find(name, depth).unwrap();
            for (at, show) in shows.iter().enumerate() {
                let glyphs = if at % 2 == 0 { Glyphs::unicode() } else { Glyphs::ascii() };
                let frame = show.frame_in(120, 40, &theme, &glyphs);
                all_can_be_seen(&frame, &theme, &format!("{name}, {depth:?}, show {at}"));
            }
        }
    }
}

#[test]
fn in_ascii_every_cell_is_ascii() {
    for (at, show) in shows().iter().enumerate() {
        for (width, height) in [(80, 24), (200, 50), (60, 15), (40, 6)] {
            let text = show::text(&show.frame_in(width, height, &show::dark(), &Glyphs::ascii()));
            assert!(text.is_ascii(), "show {at} at {width}x{height}:\n{text}");
        }
    }
}

/// The cells of a word's first place in a frame.
fn cells<'a>(frame: &'a Buffer, word: &str) -> Vec<&'a Cell> {
    let text: String =
        frame.content().iter().map(|cell| cell.symbol().chars().next().unwrap_or(' ')).collect();
    let at = text.find(word).map(|byte| text[..byte].chars().count());
    let at = at.unwrap_or_else(|| panic!("there is no {word}"));
    frame.content()[at..at + word.len()].iter().collect()
}

#[test]
fn production_is_said_in_header_and_acting_dialogs_of_every_theme() {
    let shelf = Shelf::default();
    let mut acting = vec![dialogs::sheet()];
    for key in ["a", "A"] {
        let mut show = Show::of(State::Degraded);
        show.press(&[key]);
        acting.push(show);
    }
    for key in ["s", "R", "x"] {
        let mut show = Show::running(Until::Unknown);
        show.press(&[key]);
        acting.push(show);
    }
    let stands_out = |cell: &&Cell| cell.bg != Color::Reset || cell.modifier.contains(Modifier::REVERSED);
    for name in Theme::NAMES {
        for depth in [Depth::None, Depth::Sixteen, Depth::True] {
            let theme = shelf.find(name, depth).unwrap();
            for (width, height) in [(80, 24), (200, 50)] {
                for (at, show) in acting.iter().enumerate() {
                    let what = format!("{name}, {depth:?}, {width}x{height}, show {at}");
                    let frame = show.frame_in(width, height, &theme, &Glyphs::unicode());
                    let rows = frame.content().chunks(usize::from(width));
                    let said = rows.filter(|row| {
                        let text: String = row.iter().map(Cell::symbol).collect();
                        text.contains("PRODUCTION")
                    });
                    assert!(said.count() >= 2, "{what}: it is said in header and dialog");
                    assert!(cells(&frame, "PRODUCTION").iter().all(stands_out), "{what}");
                    let border = frame.content().iter().filter(|cell| {
                        let style = theme.style(Role::BorderProduction);
                        cell.symbol() == "─" && cell.modifier == style.add_modifier && stands_out(cell)
                    });
                    assert!(border.count() > 20, "{what}: its border is that of production");
                }
            }
        }
    }
}

#[test]
fn an_account_is_production_whatever_the_environment_is_called() {
    let mut topology = crate::fixture::retail();
    "blue".clone_into(&mut topology.environment);
    let text = |topology| {
        let world = crate::fixture::world(topology, State::Calm);
        Show::with(world, true).text(80, 24)
    };
    assert!(!text(topology.clone()).contains("PRODUCTION"));
    topology.production.accounts.push("1111*".to_owned());
    let said = text(topology);
    assert!(said.lines().next().unwrap().contains("PRODUCTION  BLUE"), "{said}");
}

#[test]
fn what_is_wrong_with_a_file_stays_on_the_screen_until_it_is_mended() {
    let mut show = Show::of(State::Degraded);
    show.view.complain(complaint());
    let text = show.text(80, 24);
    let line = text.lines().nth(22).unwrap();
    assert_eq!(line, " pointsman.toml:12:9: objectives.rpo: \"soon\" is no span (+2)");
    assert!(text.lines().nth(23).unwrap().contains("E file error"), "{text}");
    show.press(&["E"]);
    assert!(show.text(80, 24).contains("all of it"));
    show.press(&["esc"]);
    show.view.done_with("config");
    let mended = show.text(80, 24);
    assert!(!mended.contains("pointsman.toml") && !mended.contains("E file error"), "{mended}");
}
