//! Where the operator's own keys are, and what comes of reading them.
//!
//! Whatever is wrong with them keeps nobody from watching: the keys of the table hold then.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::ui::keymap::Keymap;

/// The name of the file.
const FILE: &str = "keys.toml";

/// Where the file may be, the place that counts most first: beside the config, then with the operator's own.
pub(super) fn places(config: Option<&Path>) -> Vec<PathBuf> {
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
pub(super) fn read(places: &[PathBuf]) -> Result<Keymap, String> {
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
