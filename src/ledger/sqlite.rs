//! The journal on disk: one SQLite file under the state directory, append-only and synchronous.
//!
//! A line counts only once the file system has it; nothing here may buffer, batch or swallow an error.

mod asks;
mod copy;
mod holder;
mod runs;
mod trouble;
mod whole;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params};

pub use whole::SetBack;

use super::chain::{Broken, Head, Line};
use crate::plan::event::{Entry, Event, RunId};
use crate::plan::run::{Ledger, LedgerError, Receipt};

/// The file's name in the state directory.
pub const FILE: &str = "journal.db";

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(2);

/// The database takes a file with fewer bytes for an empty one.
const SMALLEST: u64 = 512;

/// The layout below; a file with a higher number is a newer program's.
const LAYOUT: i64 = 1;

/// The triggers keep honest hands from rewriting; the chain shows what other hands did.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS journal_by_run ON journal (run, seq);
CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS journal_is_not_changed BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS journal_is_not_cut BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
PRAGMA user_version = 1;
";

const COLUMNS: &str = "seq, run, at, event, previous, hash";

/// The journal on disk.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    path: PathBuf,
}

impl Journal {
    /// Opens the journal in a state directory, and makes both when they are not there.
    ///
    /// # Errors
    /// When the directory or the file cannot be made or written, is no journal, or is a newer program's.
    pub fn open(state: &Path) -> Result<Self, LedgerError> {
        let path = state.join(FILE);
        make_private(state).map_err(|e| trouble::io("make the state directory", state, &e))?;
        not_emptied(state, &path)?;
        let connection = Connection::open(&path).map_err(|e| trouble::sql("open", &path, &e))?;
        let journal = Self { connection, path };
        journal.prepare().map_err(|e| journal.error("open", &e))?;
        journal.fits()?;
        Ok(journal)
    }

    /// Opens an existing journal without ever writing to it; `None` when there is none yet.
    ///
    /// # Errors
    /// When the file cannot be read, is no journal, or is a newer program's.
    pub fn open_to_read(state: &Path) -> Result<Option<Self>, LedgerError> {
        let path = state.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        not_emptied(state, &path)?;
        // A writer that was killed leaves a transaction to roll back, which a read-only connection may not do.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&path, flags).map_err(|e| trouble::sql("open", &path, &e))?;
        let journal = Self { connection, path };
        journal.only_read().map_err(|e| journal.error("open", &e))?;
        journal.fits()?;
        Ok(Some(journal))
    }

    /// Waits no longer than this for another process that writes, where it is better to come again than to wait.
    ///
    /// # Errors
    /// When the database does not take it.
    pub fn patient_for(self, patience: Duration) -> Result<Self, LedgerError> {
        self.connection.busy_timeout(patience).map_err(|e| self.error("open", &e))?;
        Ok(self)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The lines of one run, or the first one that is not as it was written or that this version does not know.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn read(&self, run: &RunId) -> Result<Result<Vec<Entry>, Broken>, LedgerError> {
        let lines = self.lines("WHERE run = ?1 ORDER BY seq", [&run.0])?;
        Ok(lines.into_iter().map(Line::entry).collect())
    }

    /// The lines of all runs after this one, oldest first: what was written since somebody last looked.
    ///
    /// # Errors
    /// When the journal cannot be read, or a line is not as it was written.
    pub fn since(&self, line: u64) -> Result<Vec<Entry>, LedgerError> {
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        let lines = self.lines("WHERE seq > ?1 ORDER BY seq", [line])?;
        self.as_entries(lines)
    }

    /// The newest lines of all runs, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read, or a line is not as it was written.
    pub fn tail(&self, count: usize) -> Result<Vec<Entry>, LedgerError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let mut lines = self.lines("ORDER BY seq DESC LIMIT ?1", [count])?;
        lines.reverse();
        self.as_entries(lines)
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.pragma_update(None, "journal_mode", "DELETE")?;
        self.connection.pragma_update(None, "synchronous", "EXTRA")?;
        if self.layout()? == 0 {
            self.connection.execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;"))?;
        }
        if self.layout()? == LAYOUT {
            self.connection.execute_batch(asks::SCHEMA)?;
        }
        Ok(())
    }

    fn only_read(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.pragma_update(None, "query_only", true)
    }

    fn layout(&self) -> rusqlite::Result<i64> {
        self.connection.query_row("PRAGMA user_version", [], |row| row.get(0))
    }

    fn fits(&self) -> Result<(), LedgerError> {
        let layout = self.layout().map_err(|e| self.error("open", &e))?;
        if layout == LAYOUT {
            return Ok(());
        }
        Err(LedgerError {
            what: format!("could not open the journal {}", self.path.display()),
            why: format!("its layout is {layout} and this program knows {LAYOUT}"),
            next: "Use the program that wrote it, or another state directory".to_owned(),
        })
    }

    fn lines(&self, rest: &str, values: impl rusqlite::Params) -> Result<Vec<Line>, LedgerError> {
        let read = || {
            let mut statement =
                self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM journal {rest}"))?;
            let lines = statement.query_map(values, line)?;
            lines.collect::<rusqlite::Result<Vec<Line>>>()
        };
        read().map_err(|e| self.error("read", &e))
    }

    fn as_entries(&self, lines: Vec<Line>) -> Result<Vec<Entry>, LedgerError> {
        let entries: Result<Vec<Entry>, Broken> = lines.into_iter().map(Line::entry).collect();
        entries.map_err(|broken| trouble::broken(&self.path, &broken))
    }

    fn write(&mut self, run: &RunId, at: Timestamp, event: &Event) -> Result<Entry, LedgerError> {
        let path = self.path.clone();
        let sql = |e: rusqlite::Error| trouble::sql("write", &path, &e);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
        let head = end(&transaction, &path)?;
        let line = head.next(run, at, event).map_err(|e| trouble::unwritable(&path, &e.to_string()))?;
        let entry = line.clone().entry().map_err(|e| trouble::unwritable(&path, &e.to_string()))?;
        insert(&transaction, &line).map_err(sql)?;
        transaction.commit().map_err(sql)?;
        Ok(entry)
    }

    fn error(&self, what: &str, error: &rusqlite::Error) -> LedgerError {
        trouble::sql(what, &self.path, error)
    }
}

impl Ledger for Journal {
    fn append(&mut self, run: &RunId, at: Timestamp, event: &Event) -> Result<Receipt, LedgerError> {
        self.write(run, at, event).map(Receipt::for_entry)
    }

    fn entries(&self, run: &RunId) -> Result<Vec<Entry>, LedgerError> {
        self.read(run)?.map_err(|broken| trouble::broken(&self.path, &broken))
    }
}

/// The last line as it is noted apart from the lines.
fn noted(connection: &Connection) -> rusqlite::Result<Option<Head>> {
    let head = connection.query_row("SELECT seq, hash FROM head", [], |row| {
        Ok(Head { seq: row.get::<_, i64>(0)?.unsigned_abs(), hash: text(row, 1)? })
    });
    head.optional()
}

/// The last line as it stands among the lines.
fn last(connection: &Connection) -> rusqlite::Result<Option<Head>> {
    let last = connection.query_row("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", [], |row| {
        Ok(Head { seq: row.get::<_, i64>(0)?.unsigned_abs(), hash: text(row, 1)? })
    });
    last.optional()
}

/// What the next line follows, where the lines end as it was noted.
fn end(transaction: &Transaction<'_>, path: &Path) -> Result<Head, LedgerError> {
    let sql = |e: rusqlite::Error| trouble::sql("write", path, &e);
    let head = noted(transaction).map_err(sql)?.unwrap_or_else(Head::genesis);
    let last = last(transaction).map_err(sql)?.unwrap_or_else(Head::genesis);
    if last != head {
        return Err(trouble::unfollowed(path, last.seq));
    }
    Ok(head)
}

fn insert(transaction: &Transaction<'_>, line: &Line) -> rusqlite::Result<()> {
    let seq = i64::try_from(line.seq).unwrap_or(i64::MAX);
    transaction.execute(
        "INSERT INTO journal (seq, run, at, event, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![seq, line.run, line.at, line.event, line.previous, line.hash],
    )?;
    transaction.execute(
        "INSERT INTO head (one, seq, hash) VALUES (1, ?1, ?2)
         ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
        params![seq, line.hash],
    )?;
    Ok(())
}

fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    Ok(Line {
        seq: row.get::<_, i64>(0)?.unsigned_abs(),
        run: text(row, 1)?,
        at: text(row, 2)?,
        event: text(row, 3)?,
        previous: text(row, 4)?,
        hash: text(row, 5)?,
    })
}

/// A text as far as it is one: what other hands made of it must not hide the rest of the line, whose hash shows it.
fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    })
}

/// A file with next to nothing in it is a new journal only where nothing else was left in the folder: beside a lock or a log it was
/// one once, and a new one in its place would hide that.
fn not_emptied(state: &Path, path: &Path) -> Result<(), LedgerError> {
    let length = fs::metadata(path).map_or(SMALLEST, |file| file.len());
    if length >= SMALLEST {
        return Ok(());
    }
    let others = fs::read_dir(state).into_iter().flatten().flatten();
    let is_other = |name: &OsStr| !name.to_string_lossy().starts_with(FILE);
    match others.map(|file| file.file_name()).find(|name| is_other(name)) {
        None if length == 0 => Ok(()),
        _ => Err(trouble::emptied(path)),
    }
}

/// Only the operator reads it: the journal names accounts, roles and reasons.
fn make_private(state: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str) -> Event {
        Event::Noted { who: "maria".to_owned(), text: text.to_owned() }
    }

    fn run() -> RunId {
        RunId("aaaa0001".to_owned())
    }

    fn journal() -> (tempfile::TempDir, Journal) {
        let state = tempfile::TempDir::new().unwrap();
        let mut journal = Journal::open(state.path()).unwrap();
        journal.append(&run(), Timestamp::UNIX_EPOCH, &note("one")).unwrap();
        (state, journal)
    }

    #[test]
    fn a_full_disk_is_named_and_leaves_the_chain_whole() {
        let (_state, mut journal) = journal();
        let pages: i64 = journal.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        journal.connection.pragma_update(None, "max_page_count", pages).unwrap();
        let long = note(&"x".repeat(60_000));
        let error = journal.append(&run(), Timestamp::UNIX_EPOCH, &long).unwrap_err();
        assert!(error.why.starts_with("the disk is full"), "{error}");
        assert_eq!(journal.verify().unwrap(), Ok(1));
    }

    #[test]
    fn a_locked_journal_says_that_somebody_holds_it() {
        let (state, mut journal) = journal();
        let other = Connection::open(state.path().join(FILE)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        journal.connection.busy_timeout(Duration::ZERO).unwrap();
        let error = journal.append(&run(), Timestamp::UNIX_EPOCH, &note("two")).unwrap_err();
        assert!(error.why.starts_with("another process holds it"), "{error}");
        other.execute_batch("ROLLBACK").unwrap();
        journal.append(&run(), Timestamp::UNIX_EPOCH, &note("two")).unwrap();
        assert_eq!(journal.verify().unwrap(), Ok(2));
    }

    #[test]
    fn every_line_is_synchronous() {
        let (_state, journal) = journal();
        let synchronous: i64 =
            journal.connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        let mode: String = journal.connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        assert_eq!((synchronous, mode.as_str()), (3, "delete"));
    }
}
