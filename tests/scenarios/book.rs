//! The journal of a play: in memory, or on disk in a folder of its own.

use std::sync::Arc;

use pointsman::ledger::{memory, sqlite};
use pointsman::plan::event::Entry;
use pointsman::plan::history::{Ground, History};
use pointsman::plan::run::Ledger;
use tempfile::TempDir;

/// One journal that several hands hold.
#[derive(Clone, Debug)]
pub(crate) enum Book {
    /// In memory.
    Memory(memory::Journal),
    /// On disk.
    Disk(Arc<TempDir>),
}

impl Book {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(memory::Journal::new())
    }

    pub(crate) fn on_disk() -> Self {
        Self::Disk(Arc::new(tempfile::tempdir().unwrap()))
    }

    /// A hand that writes.
    pub(crate) fn ledger(&self) -> Box<dyn Ledger> {
        match self {
            Self::Memory(journal) => Box::new(journal.clone()),
            Self::Disk(folder) => Box::new(sqlite::Journal::open(folder.path()).unwrap()),
        }
    }

    /// Every line, read as another process would.
    pub(crate) fn lines(&self) -> Vec<Entry> {
        match self {
            Self::Memory(journal) => journal.all().unwrap(),
            Self::Disk(folder) => {
                let journal = sqlite::Journal::open_to_read(folder.path()).unwrap();
                journal.map_or_else(Vec::new, |journal| journal.tail(100_000).unwrap())
            }
        }
    }

    /// What its runs tell of a simulated world, as a console reads it.
    pub(crate) fn past(&self) -> History {
        History::of(Ground::Simulated, &self.lines())
    }

    /// The number of lines; all follow each other.
    pub(crate) fn verified(&self) -> u64 {
        match self {
            Self::Memory(journal) => journal.verify().unwrap(),
            Self::Disk(folder) => {
                let journal = sqlite::Journal::open_to_read(folder.path()).unwrap();
                journal.map_or(0, |journal| journal.verify().unwrap().unwrap())
            }
        }
    }
}
