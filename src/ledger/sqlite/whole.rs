//! Whether the journal is whole: its file, its chain of lines, and the note of the last one.
//!
//! It reads everything and changes nothing.

use super::{Journal, noted, trouble};
use crate::ledger::chain::{self, Broken};
use crate::plan::run::LedgerError;

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

    /// The database's own look at its pages and indexes: a damaged index hides lines from whoever asks for one run.
    fn is_sound(&self) -> Result<(), LedgerError> {
        let look = self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        match look.map_err(|e| self.error("read", &e))?.as_str() {
            "ok" => Ok(()),
            why => Err(trouble::unsound(&self.path, why)),
        }
    }
}
