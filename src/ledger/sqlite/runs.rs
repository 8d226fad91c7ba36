//! The runs of a journal without all of their lines: which there are, which has not ended, how each began and ended.
//!
//! Each is read from its ends, by the index: a journal of many runs is asked for one at every start.

use rusqlite::params;

use super::Journal;
use crate::ledger::chain::{Broken, Line};
use crate::ledger::{RunSummary, summary};
use crate::plan::event::{Entry, RunId};
use crate::plan::run::LedgerError;

/// The words of a run's lines from the newest back; none for a line that cannot be read. The index leads to each line,
/// so that only those are read that are asked for.
const WORDS: &str = "
SELECT CASE WHEN json_valid(event) THEN json_extract(event, '$.event') END
FROM journal WHERE run = ?1 ORDER BY seq DESC";

impl Journal {
    /// The name of every run, oldest first; its lines may not be readable.
    ///
    /// # Errors
    /// When the journal cannot be read at all.
    pub fn names(&self) -> Result<Vec<RunId>, LedgerError> {
        let read = || {
            let mut statement =
                self.connection.prepare_cached("SELECT run FROM journal GROUP BY run ORDER BY MIN(seq)")?;
            let names = statement.query_map([], |row| row.get(0).map(RunId))?;
            names.collect::<rusqlite::Result<Vec<RunId>>>()
        };
        read().map_err(|e| self.error("read", &e))
    }

    /// The newest run that has not ended: in flight in another process, on hold, or cut off. Only whoever reads its
    /// lines knows whether they are as they were written; those of other runs do not matter to it.
    ///
    /// # Errors
    /// When the journal cannot be read at all.
    pub fn open_run(&self) -> Result<Option<RunId>, LedgerError> {
        for run in self.names()?.into_iter().rev() {
            if self.is_open(&run).map_err(|e| self.error("read", &e))? {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// One run summed up from its ends, without reading the lines between; `None` when it begins with no line that
    /// begins a run.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn summary(&self, run: &RunId) -> Result<Result<Option<RunSummary>, Broken>, LedgerError> {
        let first = self.lines("WHERE run = ?1 ORDER BY seq LIMIT 1", [&run.0])?;
        let after = "WHERE run = ?1 AND seq >= ?2 ORDER BY seq";
        let end = self.end(run).map_err(|e| self.error("read", &e))?;
        let end = end.map_or(Ok(Vec::new()), |seq| self.lines(after, params![run.0, seq]))?;
        let count =
            self.connection.query_row("SELECT COUNT(*) FROM journal WHERE run = ?1", [&run.0], |row| {
                row.get::<_, i64>(0)
            });
        let count = count.map_err(|e| self.error("read", &e))?;
        let ends: Result<Vec<Entry>, Broken> = first.into_iter().chain(end).map(Line::entry).collect();
        let lines = usize::try_from(count).unwrap_or_default();
        Ok(ends.map(|ends| summary(&ends).map(|summary| RunSummary { lines, ..summary })))
    }

    /// It began and no line closes it. After the line that does only notes can come; a line that cannot be read hides
    /// no run and opens no closed one.
    fn is_open(&self, run: &RunId) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached(WORDS)?;
        let mut words = statement.query([&run.0])?;
        let mut unread = false;
        while let Some(row) = words.next()? {
            match row.get::<_, Option<String>>(0)?.as_deref() {
                Some("closed" | "confirmation_refused") => return Ok(false),
                Some("noted") => {}
                None => unread = true,
                Some(_) => return Ok(true),
            }
        }
        Ok(unread)
    }

    /// The number of the line that closes a run, looked for from its newest line back.
    fn end(&self, run: &RunId) -> rusqlite::Result<Option<i64>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT seq, event FROM journal WHERE run = ?1 ORDER BY seq DESC")?;
        let mut lines = statement.query([&run.0])?;
        while let Some(line) = lines.next()? {
            let event = line.get::<_, String>(1)?;
            if event.starts_with("{\"event\":\"closed\"") {
                return Ok(Some(line.get(0)?));
            }
            if !event.starts_with("{\"event\":\"noted\"") {
                return Ok(None);
            }
        }
        Ok(None)
    }
}
