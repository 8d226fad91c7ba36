//! The conch of one host: a lock on a file beside the journal, held by the process that acts.
//!
//! Whoever does not hold it starts, takes up and closes no run. It is never waited for, and the system lets it go
//! when its process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use super::Operator;

/// The file's name in the state directory.
const FILE: &str = "conch";

/// The right to act on a workload from this host, for as long as it lives.
#[derive(Debug)]
pub struct Conch {
    _locked: File,
}

/// Why there is no conch, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum NoConch {
    /// Another process acts.
    #[error("{by} acts on this workload now; nothing was begun here")]
    Held {
        /// Who: operator, host and process.
        by: String,
    },
    /// The file cannot be had.
    #[error("the lock file {file} cannot be had: {error}")]
    File {
        /// Which.
        file: String,
        /// What the system says.
        error: std::io::Error,
    },
}

impl Conch {
    /// Takes the conch of a state directory, or says who has it.
    ///
    /// # Errors
    /// When another process holds it, or its file cannot be written.
    pub fn take(state: &Path, operator: &Operator) -> Result<Self, NoConch> {
        let path = state.join(FILE);
        let wrong = |error| NoConch::File { file: path.display().to_string(), error };
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).to_owned();
        let mut file = options.open(&path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(NoConch::Held { by: name(&mut file) }),
            Err(TryLockError::Error(error)) => return Err(wrong(error)),
        }
        let Operator { who, host } = operator;
        let line = format!("{who} on {host} (process {})\n", std::process::id());
        file.set_len(0).and_then(|()| file.write_all(line.as_bytes())).map_err(wrong)?;
        Ok(Self { _locked: file })
    }
}

/// Who wrote their name into the file.
fn name(file: &mut File) -> String {
    let mut name = String::new();
    match file.read_to_string(&mut name) {
        Ok(1..) => name.trim().to_owned(),
        _ => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(who: &str) -> Operator {
        Operator { who: who.to_owned(), host: "bastion".to_owned() }
    }

    #[test]
    fn only_one_has_it_and_the_other_is_told_who() {
        let state = tempfile::tempdir().unwrap();
        let first = Conch::take(state.path(), &operator("ana")).unwrap();
        let second = Conch::take(state.path(), &operator("ben")).unwrap_err().to_string();
        let process = std::process::id();
        assert_eq!(
            second,
            format!("ana on bastion (process {process}) acts on this workload now; nothing was begun here")
        );
        drop(first);
        Conch::take(state.path(), &operator("ben")).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let gone = tempfile::tempdir().unwrap().path().join("gone");
        let why = Conch::take(&gone, &operator("ana")).unwrap_err().to_string();
        assert!(why.contains("gone/conch cannot be had"), "{why}");
    }
}
