//! Files that are saved while the console runs, and the colours that a terminal is given.

use std::fs;

use super::hands::MIDDLE;
use super::terminal::Terminal;

#[test]
fn a_saved_config_and_theme_count_at_once_and_a_bad_one_says_where() {
    let sim = Terminal::with(&["sim", "--scenario", "calm", "--write-config", "pointsman.toml"], MIDDLE, &[]);
    sim.shows("http://127.0.0.1:");
    let file = sim.folder().with_file_name("pointsman.toml");
    let mut console = sim.beside(&["watch"], MIDDLE);
    console.shows("● us-west-2 ok");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("rpo = \"30s\"", "rpo = \"17s\"")).unwrap();
    console.shows(" 17s");
    fs::write(&file, "name = \n").unwrap();
    console.shows("pointsman.toml:1:");
    console.shows("E file error");
    console.press("E");
    console.asks("Files that are not taken as they are");
    console.shows("what was read before still counts");
    console.press("\r");
    fs::write(&file, text.replace("theme = \"dark\"", "theme = \"mine\"")).unwrap();
    console.shows("there is no theme of this name");
    fs::create_dir(sim.folder().with_file_name("themes")).unwrap();
    fs::write(sim.folder().with_file_name("themes").join("mine.toml"), "inherits = \"mono\"\n").unwrap();
    console.until("drawn without a colour", |screen| {
        !screen.contents().contains("E file error") && colors(screen) == 0
    });
    assert!(console.text().contains("● us-west-2 ok"), "{}", console.text());
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}

/// How many cells have a colour.
fn colors(screen: &vt100::Screen) -> usize {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let colored = |cell: &vt100::Cell| {
        cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default
    };
    cells.filter_map(|(row, column)| screen.cell(row, column)).filter(|cell| colored(cell)).count()
}

#[test]
fn no_color_is_honoured_and_the_flag_wins_over_it() {
    let demo = ["demo", "--scenario", "calm"];
    let plain = Terminal::with(&demo, MIDDLE, &[("NO_COLOR", "1")]);
    plain.shows("● us-west-2 ok");
    plain.until("without a colour", |screen| colors(screen) == 0);
    let flag = [&demo[..], &["--color", "always"]].concat();
    let colored = Terminal::with(&flag, MIDDLE, &[("NO_COLOR", "1")]);
    colored.until("in colours", |screen| colors(screen) > 10);
    let never = [&demo[..], &["--color", "never", "--ascii"]].concat();
    let never = Terminal::with(&never, MIDDLE, &[]);
    never.shows("o us-west-2 ok");
    never.until("without a colour", |screen| colors(screen) == 0);
    assert!(never.text().is_ascii(), "{}", never.text());
}
