//! Drives a plan: decides what is next, writes the journal line, then lets the actuator send.
//!
//! It speaks to AWS and to the disk only through [`Actuator`] and [`Ledger`], and nothing in it undoes itself:
//! on anything but a confirmed step it holds and waits for a person.

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;

use super::event::{Answer, Entry, Event, RunId};
use super::operation::Operation;
use crate::model::reading::{Observation, Source};

/// A boxed future that can cross threads.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The hands of a run: sends a write, reads a source afresh.
pub trait Actuator: Send + Sync {
    /// Where the next attempt at this operation would go, in words for the journal.
    fn endpoint(&self, operation: &Operation, attempt: u32) -> String;

    /// Sends one write once. `receipt` shows that its `Sent` line is on disk; there is no other way to write.
    fn send<'a>(&'a self, operation: &'a Operation, receipt: &'a Receipt) -> Boxed<'a, Answer>;

    /// Reads one source now, regardless of its cadence.
    fn look<'a>(&'a self, source: &'a Source) -> Boxed<'a, Observation>;
}

/// The journal as a run sees it.
pub trait Ledger: Send {
    /// Writes one line and returns once it is on disk.
    ///
    /// # Errors
    /// When the line could not be made durable; then nothing may be sent.
    fn append(&mut self, run: &RunId, at: Timestamp, event: &Event) -> Result<Receipt, LedgerError>;

    /// The lines of one run, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read or its chain is broken.
    fn entries(&self, run: &RunId) -> Result<Vec<Entry>, LedgerError>;
}

/// A journal line that is on disk.
#[derive(Clone, Debug)]
pub struct Receipt {
    entry: Entry,
}

impl Receipt {
    /// Only a ledger may say that a line is on disk.
    pub(crate) fn for_entry(entry: Entry) -> Self {
        Self { entry }
    }

    /// The line.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }
}

/// Why the journal could not be written or read, in words for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}. {next}")]
pub struct LedgerError {
    /// What was tried, with the file.
    pub what: String,
    /// What went wrong.
    pub why: String,
    /// What the operator can do.
    pub next: String,
}
