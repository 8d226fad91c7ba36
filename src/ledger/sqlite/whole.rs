//! Whether the journal is whole: its file, its chain of lines, and the note of the last one.
//!
//! It reads everything and changes nothing. The order of lines is that of their numbers, whatever their times say; a
//! time that runs backwards breaks nothing and is named.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{Journal, noted, trouble};
use crate::ledger::chain::{self, Broken};
use crate::model::verdict;
use crate::plan::event::RunId;
use crate::plan::run::LedgerError;

/// Clocks are kept in step by changes that are smaller than this.
const WORTH_A_WORD: Duration = Duration::from_secs(2);

/// A line whose time is before that of the line above it in its run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetBack {
    /// Its number.
    pub seq: u64,
    /// Its run.
    pub run: RunId,
    /// By how much.
    pub by: Duration,
}

impl fmt::Display for SetBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, run, by } = self;
        let by = verdict::span(*by);
        write!(
            f,
            "line {seq} of run {run}: its time is {by} before that of the line above it: a clock was set back"
        )
    }
}

impl Journal {
    /// Walks the whole chain: the number of lines, or the first one that is not as it was written.
    ///
    /// # Errors
    /// When the file cannot be read, or is damaged so that lines may be hidden.
    pub fn verify(&self) -> Result<Result<u64, Broken>, LedgerError> {
        let lines = self.lines("ORDER BY seq", [])?;
        let head = noted(&self.connection).map_err(|e| self.error("read", &e))?;
        let chain = chain::verify(&lines, head.as_ref());
        if chain.is_ok() {
            self.is_sound()?;
        }
        Ok(chain)
    }

    /// The lines that were written before the line above them of the same run, by their times.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn set_back(&self) -> Result<Vec<SetBack>, LedgerError> {
        let mut last: BTreeMap<RunId, Timestamp> = BTreeMap::new();
        let mut found = Vec::new();
        for line in self.lines("ORDER BY seq", [])? {
            let Some(at) = line.at() else { continue };
            let before = last.insert(line.run(), at);
            let by = before.map_or(Duration::ZERO, |before| verdict::age(at, before));
            if by >= WORTH_A_WORD {
                found.push(SetBack { seq: line.seq(), run: line.run(), by });
            }
        }
        Ok(found)
    }

    /// The database's own look at its pages and indexes: a damaged index hides lines from whoever asks for one run.
    fn is_sound(&self) -> Result<(), LedgerError> {
        let look = self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        match look.map_err(|e| self.error("read", &e))?.as_str() {
            "ok" => Ok(()),
            why => Err(trouble::unsound(&self.path, why)),
        }
    }
}
