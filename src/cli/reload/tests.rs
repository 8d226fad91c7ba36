//! What a console takes on of files that were saved, and what it leaves as it was.

use super::*;
use crate::ui::theme::{Depth, Role};

/// A config with every key.
const FULL: &str = include_str!("../../../tests/config/full.toml");

/// A folder with a config in it, and what a console made of it.
struct Place {
    folder: tempfile::TempDir,
    files: Files,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pointsman.toml");
        std::fs::write(&file, FULL.replace("theme = \"dark\"", "theme = \"mono\"")).unwrap();
        let common = Common {
            config: Some(file.clone()),
            workload: None,
            state_dir: None,
            drill: false,
            theme: None,
            color: None,
            ascii: false,
            plain: false,
            bytes_per_second: None,
        };
        let wish = Wish {
            folders: vec![folder.path().join("themes")],
            theme: None,
            color: None,
            ascii: false,
            no_color: false,
            terminal: Depth::True,
        };
        let config = setup::read(&common).unwrap();
        let looks = wish.look(&config.screen, config.topology.is_production()).unwrap();
        Self { files: Files::new(&common, wish, Some(file), config, looks), folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn edit(&self, from: &str, to: &str) {
        let file = self.path("pointsman.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
    }

    fn save(&self, name: &str, text: &str) {
        let file = self.path(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    /// The news in a few words.
    fn read(&mut self) -> Vec<String> {
        let folder = format!("{}/", self.folder.path().display());
        let words = |news: News| match news {
            News::Looks(looks) => format!("looks {}", looks.0.name()),
            News::Declared(topology) => format!("declared {}", topology.objectives.rpo.as_secs()),
            News::Line(thrift) => format!("line {thrift:?}"),
            News::Wrong(complaint) => {
                format!("wrong {}: {}", complaint.of, complaint.line.replace(&folder, ""))
            }
            News::Right { of, said } if said.is_empty() => format!("right {of}"),
            News::Keys(_) => "keys".to_owned(),
            News::Themes(names) => {
                format!("themes {}", names.join(" ").split(" dark ").next().unwrap_or_default())
            }
            News::Right { of, said } => format!("right {of}: {}", said.replace(&folder, "")),
        };
        self.files.read().into_iter().map(words).collect()
    }
}

#[test]
fn what_did_not_change_is_not_taken_in_again() {
    assert_eq!(Place::new().read(), ["right config", "right theme"]);
}

#[test]
fn a_saved_config_is_taken_in_and_a_bad_one_leaves_the_old() {
    let mut place = Place::new();
    place.edit("rpo = \"30s\"", "rpo = \"20s\"");
    assert_eq!(place.read(), ["declared 20", "right config: pointsman.toml was read again", "right theme"]);
    place.edit("rpo = \"20s\"", "rpo = \"twenty\"\nrtp = \"5m\"");
    let wrong = place.read();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong[0].starts_with("wrong config: pointsman.toml:"), "{wrong:?}");
    assert!(wrong[0].contains("objectives.rpo") && wrong[0].ends_with(" (+1)"), "{wrong:?}");
    assert_eq!(place.files.taken.topology.objectives.rpo.as_secs(), 20, "the old one stays");
    place.edit("rpo = \"twenty\"\nrtp = \"5m\"", "rpo = \"20s\"");
    assert_eq!(place.read(), ["right config", "right theme"], "mended, with nothing new");
}

#[test]
fn who_we_are_and_where_aws_is_wait_for_the_next_start() {
    let mut place = Place::new();
    let was = place.files.taken.clone();
    place.edit("name = \"retail-store\"", "name = \"other-store\"");
    place.edit("profile = \"ops\"", "profile = \"root\"");
    place.edit("rpo = \"30s\"", "rpo = \"20s\"");
    let news = place.read();
    assert_eq!(news[0], "declared 20");
    assert_eq!(
        news[2],
        "wrong config: pointsman.toml: workload.name, workload.profile count from the next start on"
    );
    let now = &place.files.taken;
    assert_eq!((&now.topology.workload, &now.access), (&was.topology.workload, &was.access));
}

#[test]
fn a_playbook_is_read_with_the_config() {
    let mut place = Place::new();
    place.save("playbooks/mine.toml", "about = 3\n");
    let wrong = place.read();
    assert!(wrong[0].starts_with("wrong config: playbooks/mine.toml:1:"), "{wrong:?}");
    assert!(place.files.places().contains(&place.path("playbooks")));
}

#[test]
fn a_saved_theme_is_drawn_and_a_bad_one_leaves_the_old() {
    let mut place = Place::new();
    place.save("themes/dark.toml", "inherits = \"dark\"\n[palette]\nok = \"#010203\"\n");
    place.edit("theme = \"mono\"", "theme = \"dark\"");
    let news = place.read();
    assert_eq!(news[1..], ["looks dark", "right theme: drawn in the theme dark now"], "{news:?}");
    place.save("themes/dark.toml", "inherits = \"dark\"\n[palette]\nok = \"grean\"\n");
    assert_eq!(
        place.read()[1..],
        ["wrong theme: themes/dark.toml:3:6: palette.ok: unknown colour `grean`; did you mean `green`?"]
    );
    let ok = place.files.looks.0.style(Role::LampOk).fg;
    assert_eq!(ok, Some(ratatui::style::Color::Rgb(1, 2, 3)));
    std::fs::remove_file(place.path("themes/dark.toml")).unwrap();
    assert_eq!(place.read()[1..], ["looks dark", "right theme: drawn in the theme dark now"]);
}

#[test]
fn ascii_and_colour_are_taken_from_the_saved_config() {
    let mut place = Place::new();
    place.edit("theme = \"mono\"", "theme = \"light\"");
    place.edit("color = \"auto\"\nascii = false", "color = \"never\"\nascii = true");
    let news = place.read();
    assert_eq!(news[1..], ["looks light", "right theme: drawn in the theme light now"], "{news:?}");
    let (theme, glyphs) = &place.files.looks;
    assert!(glyphs.is_ascii() && theme.style(Role::LampOk).fg.is_none());
}

#[test]
fn charts_and_the_line_are_taken_from_the_saved_config() {
    let mut place = Place::new();
    place.edit("chart = \"blocks\"", "chart = \"ascii\"");
    assert_eq!(place.read()[1..], ["looks mono", "right theme: drawn with other shapes now"]);
    assert_eq!(place.files.looks.1.dots(), crate::ui::widgets::chart::Dots::Ascii);
    place.edit("tick = \"5s\"", "tick = \"2s\"");
    let line = "line Thrift { tick: Some(2s), bytes_per_second: Some(1200) }";
    assert_eq!(place.read()[0], line);
    place.edit("bytes_per_second = 1200", "bytes_per_second = 0");
    assert_eq!(place.read()[0], "line Thrift { tick: Some(2s), bytes_per_second: None }");
    assert_eq!(place.read()[0], "right config", "only what changed is taken in");
}

#[test]
fn the_flag_goes_before_the_saved_bytes_a_second() {
    let mut place = Place::new();
    place.files.common.bytes_per_second = Some(960);
    place.edit("bytes_per_second = 1200", "bytes_per_second = 9600");
    assert_eq!(place.read()[0], "right config: pointsman.toml was read again");
}

#[test]
fn a_theme_that_was_added_can_be_asked_for() {
    let mut place = Place::new();
    place.save("themes/night-shift.toml", "inherits = \"dark\"\n");
    assert_eq!(place.read(), ["right config", "themes night-shift", "right theme"]);
    assert_eq!(place.read(), ["right config", "right theme"], "told once");
}
