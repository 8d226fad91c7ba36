//! The conch of one host: a lock on a file beside the journal, held by the process that acts.
//!
//! Whoever does not hold it starts, takes up and closes no run. It is never waited for, and the system lets it go
//! when its process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::Operator;
use super::post::{BETWEEN, TRIES};

/// The file's name in the state directory.
const FILE: &str = "conch";

/// The right to act on a workload from this host, for as long as it lives.
#[derive(Debug)]
pub struct Conch {
    locked: File,
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
        match locked(|| file.try_lock()) {
            Ok(true) => {}
            Ok(false) => return Err(NoConch::Held { by: left_by(&path).by }),
            Err(error) => return Err(wrong(error)),
        }
        let Operator { who, host } = operator;
        let line = format!("{who} on {host} (process {})\n", std::process::id());
        file.set_len(0).and_then(|()| file.write_all(line.as_bytes())).map_err(wrong)?;
        Ok(Self { locked: file })
    }

    /// Notes the config of the workload it acts on, so that another console finds the same world.
    pub fn acts_by(&mut self, config: &Path) {
        // Without it the config has to be named there; the run itself does not need it.
        let _unnoted = writeln!(self.locked, "{}", config.display());
    }
}

/// Who has the conch of a state directory now; `None` when nobody has, or it cannot be told.
#[must_use]
pub fn holder(state: &Path) -> Option<Holder> {
    let path = state.join(FILE);
    let file = File::open(&path).ok()?;
    // A lock that is shared disturbs nobody who only looks, and for a moment whoever takes it, who tries again.
    let held = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    held.then(|| left_by(&path))
}

/// Whoever had the conch last, also when they have it no more.
#[must_use]
pub fn last(state: &Path) -> Option<Holder> {
    let path = state.join(FILE);
    path.exists().then(|| left_by(&path))
}

/// What the holder of a conch wrote into its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Operator, host and process.
    pub by: String,
    /// The config of the workload it acts on, if it is known.
    pub config: Option<PathBuf>,
}

/// Tries again a few times: somebody may hold it only to see whether it is free.
fn locked(take: impl Fn() -> Result<(), TryLockError>) -> std::io::Result<bool> {
    for tried in 1.. {
        match take() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if tried < TRIES => std::thread::sleep(BETWEEN),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

fn left_by(path: &Path) -> Holder {
    let mut text = String::new();
    let _unread = File::open(path).and_then(|mut file| file.read_to_string(&mut text));
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let by = lines.next().unwrap_or("another process").to_owned();
    Holder { by, config: lines.next().map(PathBuf::from) }
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
    fn whoever_looks_learns_who_has_it_and_disturbs_nobody() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!((holder(state.path()), last(state.path())), (None, None));
        let mut conch = Conch::take(state.path(), &operator("ana")).unwrap();
        conch.acts_by(Path::new("/etc/pointsman.toml"));
        let by = format!("ana on bastion (process {})", std::process::id());
        let ana = Holder { by, config: Some(PathBuf::from("/etc/pointsman.toml")) };
        assert_eq!(holder(state.path()), Some(ana.clone()));
        drop(conch);
        assert_eq!((holder(state.path()), last(state.path())), (None, Some(ana)));
        Conch::take(state.path(), &operator("ben")).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let gone = tempfile::tempdir().unwrap().path().join("gone");
        let why = Conch::take(&gone, &operator("ana")).unwrap_err().to_string();
        assert!(why.contains("gone/conch cannot be had"), "{why}");
    }
}
