//! Lines on their way to a copy elsewhere, and the lines of a run that is taken over from elsewhere.
//!
//! What leaves is the text that was hashed. What comes in is written as this journal's own lines, all of them or none.

use jiff::Timestamp;
use rusqlite::TransactionBehavior;

use super::{Journal, end, insert, last, trouble};
use crate::ledger::chain::Line;
use crate::plan::event::{Entry, Event, RunId};
use crate::plan::run::LedgerError;

impl Journal {
    /// Up to `most` lines after this one, as they are stored.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn stored(&self, after: u64, most: usize) -> Result<Vec<Line>, LedgerError> {
        let [after, most] = [after, most as u64].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        self.lines("WHERE seq > ?1 ORDER BY seq LIMIT ?2", [after, most])
    }

    /// The number of the newest line; 0 when there is none.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn newest(&self) -> Result<u64, LedgerError> {
        let last = last(&self.connection).map_err(|e| self.error("read", &e))?;
        Ok(last.map_or(0, |last| last.seq))
    }

    /// Takes over the lines of a run that began elsewhere. Lines of it that are here already must be the first of them.
    ///
    /// # Errors
    /// When they are not, or the lines could not be made durable; then none of them is here.
    pub fn adopt(&mut self, run: &RunId, lines: &[(Timestamp, Event)]) -> Result<(), LedgerError> {
        let here = self.read(run)?.map_err(|broken| trouble::broken(&self.path, &broken))?;
        let same = |(one, (at, event)): (&Entry, &(Timestamp, Event))| one.at == *at && one.event == *event;
        if here.len() > lines.len() || !here.iter().zip(lines).all(same) {
            return Err(trouble::parted(&self.path, run));
        }
        let path = self.path.clone();
        let sql = |e: rusqlite::Error| trouble::sql("write", &path, &e);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
        for (at, event) in &lines[here.len()..] {
            let next = end(&transaction, &path)?.next(run, *at, event);
            let line = next.map_err(|e| trouble::unwritable(&path, &e.to_string()))?;
            insert(&transaction, &line).map_err(sql)?;
        }
        transaction.commit().map_err(sql)
    }
}
