//! A journal in memory, for tests and benches: the same chain without a disk.
//!
//! Nothing in it survives the process, so it must never stand behind a write to a real account.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::chain::{self, Broken, Head, Line};
use crate::plan::event::{Entry, Event, RunId};
use crate::plan::run::{Ledger, LedgerError, Receipt};

/// A journal in memory; clones share their lines.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    lines: Arc<Mutex<Vec<Line>>>,
    room: Option<usize>,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A journal that is full after so many lines, as a disk is.
    #[must_use]
    pub fn with_room_for(lines: usize) -> Self {
        Self { room: Some(lines), ..Self::default() }
    }

    /// A copy of its first lines, as a crash would leave them.
    #[must_use]
    pub fn cut_after(&self, lines: usize) -> Self {
        let kept = self.lines().iter().take(lines).cloned().collect();
        Self { lines: Arc::new(Mutex::new(kept)), room: None }
    }

    /// Every line, oldest first.
    ///
    /// # Errors
    /// When a line is not as it was written.
    pub fn all(&self) -> Result<Vec<Entry>, Broken> {
        self.lines().iter().cloned().map(Line::entry).collect()
    }

    /// The number of lines, all of which follow each other.
    ///
    /// # Errors
    /// When a line is not as it was written.
    pub fn verify(&self) -> Result<u64, Broken> {
        let lines = self.lines();
        let head = lines.last().map(Head::of);
        chain::verify(&lines, head.as_ref())
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for Journal {
    fn append(&mut self, run: &RunId, at: Timestamp, event: &Event) -> Result<Receipt, LedgerError> {
        let mut lines = self.lines();
        if self.room.is_some_and(|room| lines.len() >= room) {
            return Err(error("write a line", "there is no room left"));
        }
        let head = lines.last().map_or_else(Head::genesis, Head::of);
        let line = head.next(run, at, event).map_err(|e| error("write a line", &e.to_string()))?;
        let entry = line.clone().entry().map_err(|e| error("write a line", &e.to_string()))?;
        lines.push(line);
        Ok(Receipt::for_entry(entry))
    }

    fn entries(&self, run: &RunId) -> Result<Vec<Entry>, LedgerError> {
        let all = self.all().map_err(|e| error("read a run", &e.to_string()))?;
        Ok(all.into_iter().filter(|entry| &entry.run == run).collect())
    }
}

fn error(what: &str, why: &str) -> LedgerError {
    LedgerError {
        what: format!("could not {what} in the journal in memory"),
        why: why.to_owned(),
        next: "Nothing was sent".to_owned(),
    }
}
