//! Where the operator's own keys are, and what comes of reading them.
//!
//! Whatever is wrong with them keeps nobody from watching: the keys of the table hold then.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::runtime::watched::{News, Watched};
use crate::ui::keymap::Keymap;
use crate::ui::view::Complaint;

/// The subject of complaints.
const KEYS: &str = "keys";

/// The name of the file.
const FILE: &str = "keys.toml";

/// The operator's own keys, read again when their file is saved.
pub(super) struct Keys {
    places: Vec<PathBuf>,
    taken: Keymap,
}

impl Keys {
    /// Reads them the first time; `config` is the file of the workload, if there is one.
    pub(super) fn read(config: Option<&Path>) -> (Self, Result<Keymap, Complaint>) {
        let places = places(config);
        let read = read(&places).map_err(|text| complaint(text, "the keys of the table hold"));
        let taken = read.clone().unwrap_or_default();
        (Self { places, taken }, read)
    }
}

impl Watched for Keys {
    fn places(&self) -> Vec<PathBuf> {
        self.places.clone()
    }

    fn read(&mut self) -> Vec<News> {
        match read(&self.places) {
            Ok(keymap) if keymap == self.taken => vec![News::Right { of: KEYS, said: String::new() }],
            Ok(keymap) => {
                self.taken.clone_from(&keymap);
                let said = "your keys were read again".to_owned();
                vec![News::Keys(Box::new(keymap)), News::Right { of: KEYS, said }]
            }
            Err(text) => vec![News::Wrong(complaint(text, "the keys from before hold"))],
        }
    }
}

fn complaint(text: String, holds: &str) -> Complaint {
    let first = text.lines().next().unwrap_or_default();
    Complaint { of: KEYS, line: format!("{first}; {holds}"), text }
}

/// Where the file may be, the place that counts most first: beside the config, then with the operator's own.
fn places(config: Option<&Path>) -> Vec<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
    let beside = config.map(|file| file.with_file_name(FILE));
    let mut places: Vec<PathBuf> =
        beside.into_iter().chain(own.map(|own| own.join("pointsman").join(FILE))).collect();
    places.dedup();
    places
}

/// The keys of the first file that is there, else those of the table.
///
/// # Errors
/// When the file cannot be read, or anything in it is wrong, in words.
fn read(places: &[PathBuf]) -> Result<Keymap, String> {
    for place in places {
        let name = place.display();
        return match std::fs::read_to_string(place) {
            Ok(text) => Keymap::parse(&name.to_string(), &text).map_err(|problems| problems.to_string()),
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => Err(format!("{name}: {error}")),
        };
    }
    Ok(Keymap::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::action::Action;

    #[test]
    fn a_saved_file_is_taken_or_told_of_and_the_keys_before_hold() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        let mut keys = Keys { places: vec![file.clone()], taken: Keymap::default() };
        std::fs::write(&file, "[keys]\n\"F\" = \"freeze\"\n").unwrap();
        assert!(matches!(&Watched::read(&mut keys)[..], [News::Keys(_), News::Right { of: "keys", .. }]));
        let taken = keys.taken.clone();
        std::fs::write(&file, "[keys]\n\"esc\" = \"freeze\"\n").unwrap();
        let news = Watched::read(&mut keys);
        let [News::Wrong(complaint)] = &news[..] else { panic!("{news:?}") };
        assert!(complaint.line.ends_with(":2: `esc` stays what it is: back; the keys from before hold"));
        assert_eq!(keys.taken, taken);
    }

    #[test]
    fn the_first_file_that_is_there_counts() {
        let folder = tempfile::tempdir().unwrap();
        let places = [folder.path().join("a.toml"), folder.path().join("b.toml")];
        assert_eq!(read(&places), Ok(Keymap::default()));
        std::fs::write(&places[1], "[keys]\n\"F\" = \"freeze\"\n").unwrap();
        assert_eq!(read(&places).unwrap().keys(Action::Freeze), ["F", "f"]);
        std::fs::write(&places[0], "[keys]\n\"F\" = \"frieze\"\n").unwrap();
        let why = read(&places).unwrap_err();
        assert_eq!(
            why,
            format!("{}:2: unknown action `frieze`; did you mean `freeze`?", places[0].display())
        );
    }
}
