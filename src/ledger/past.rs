//! What the journal of this host tells of earlier runs: each replayed once, for their times and their moves.
//!
//! It never judges a line: a run that cannot be read or replayed tells nothing, and who verifies the chain says why.

use super::sqlite::Journal;
use crate::plan::history::{Ground, History, NEWEST};
use crate::plan::progress::Progress;
use crate::plan::run::LedgerError;

/// What earlier runs on this ground tell; the newest count.
///
/// # Errors
/// When the journal cannot be read at all.
pub fn history(journal: &Journal, ground: Ground) -> Result<History, LedgerError> {
    let mut runs = Vec::new();
    for name in journal.names()?.into_iter().rev() {
        let Ok(lines) = journal.read(&name)? else { continue };
        let Ok(run) = Progress::replay(&lines) else { continue };
        if Ground::of(&run.start) == ground {
            runs.push(run);
        }
        if runs.len() == NEWEST {
            break;
        }
    }
    let mut history = History::new(ground);
    runs.iter().rev().for_each(|run| history.take(run));
    Ok(history)
}
