//! The name of one state directory among all that share a table: made once, kept in a file beside the journal.
//!
//! It tells apart two hosts of one name, and is no secret.

use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{ErrorKind, Result, Write};
use std::path::Path;

/// The file's name in the state directory.
const FILE: &str = "desk";

/// The name of a state directory; it is made when there is none.
pub(super) fn name(state: &Path) -> Result<String> {
    let path = state.join(FILE);
    let read = || fs::read_to_string(&path).map(|name| name.trim().to_owned());
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => {
            let name = anew();
            file.write_all(format!("{name}\n").as_bytes())?;
            Ok(name)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(),
        // Whoever only looks needs no folder and keeps no name.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(anew()),
        Err(error) => read().map_err(|_| error),
    }
}

fn anew() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_keeps_its_name_and_no_two_have_the_same() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = name(one.path()).unwrap();
        assert_eq!(first.len(), 16);
        assert_eq!(name(one.path()).unwrap(), first);
        assert_ne!(name(other.path()).unwrap(), first);
        let gone = other.path().join("gone");
        assert_ne!(name(&gone).unwrap(), name(&gone).unwrap(), "nothing is kept where there is no folder");
    }
}
