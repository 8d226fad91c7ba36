//! Every line of a real run, on disk, and every way to touch it: what was changed, removed, moved, doubled or cut is
//! found, and the line is named.

use std::path::Path;

use pointsman::ledger::sqlite::{FILE, Journal};
use pointsman::sim::scenario;
use rusqlite::Connection;
use tempfile::TempDir;

use super::ride::{Calm, Fuse, Rider};
use super::stage::Stage;
use super::{Book, SEED};

const COLUMNS: [&str; 6] = ["seq", "run", "at", "event", "previous", "hash"];

/// The journal of a run that moves writers and traffic.
async fn written() -> (TempDir, u64) {
    let book = Book::on_disk();
    let stage = Stage::new(&scenario::find("lost-answer").unwrap(), SEED, book.clone());
    let played = Rider::on(stage, Fuse::none()).ride(&mut Calm).await;
    let lines = played.book.verified();
    let Book::Disk(folder) = book else { panic!("it is on disk") };
    let kept = TempDir::new().unwrap();
    std::fs::copy(folder.path().join(FILE), kept.path().join(FILE)).unwrap();
    let hands = Connection::open(kept.path().join(FILE)).unwrap();
    let open = "DROP TRIGGER journal_is_not_changed; DROP TRIGGER journal_is_not_cut;
        CREATE TABLE spare AS SELECT * FROM journal; CREATE TABLE spare_head AS SELECT * FROM head;";
    hands.execute_batch(open).unwrap();
    (kept, lines)
}

/// Does that to the journal, and the line that is then named; none when nothing was found. All is put back.
fn found(state: &Path, sql: &str) -> Option<u64> {
    let hands = Connection::open(state.join(FILE)).unwrap();
    hands.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;").unwrap();
    hands.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let verified = Journal::open_to_read(state).unwrap().unwrap().verify().unwrap();
    let back = "DELETE FROM journal; INSERT INTO journal SELECT * FROM spare;
        DELETE FROM head; INSERT INTO head SELECT * FROM spare_head;";
    hands.execute_batch(back).unwrap();
    verified.err().map(|broken| broken.seq)
}

#[tokio::test(start_paused = true)]
async fn one_byte_of_any_column_of_any_line_is_found_and_the_line_is_named() {
    let (state, lines) = written().await;
    assert!(lines > 30, "{lines}");
    assert_eq!(found(state.path(), ""), None);
    for line in 1..=lines {
        for (number, column) in (1..).zip(&COLUMNS[1..]) {
            // Its first byte, its last, or one between.
            let place = match (line + number) % 3 {
                0 => "1".to_owned(),
                1 => format!("length({column})"),
                _ => format!("(length({column}) + 1) / 2"),
            };
            let sql = format!(
                "UPDATE journal SET {column} = substr({column}, 1, {place} - 1)
                    || char(unicode(substr({column}, {place}, 1)) + 1) || substr({column}, {place} + 1)
                 WHERE seq = {line}"
            );
            assert_eq!(found(state.path(), &sql), Some(line), "{sql}");
        }
        let renumbered = format!("UPDATE journal SET seq = seq + 1000 WHERE seq = {line}");
        assert_eq!(found(state.path(), &renumbered), Some(line), "{renumbered}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_was_removed_swapped_or_doubled_is_found_and_named() {
    let (state, lines) = written().await;
    for line in 1..=lines {
        let removed = format!("DELETE FROM journal WHERE seq = {line}");
        assert_eq!(found(state.path(), &removed), Some(line), "{removed}");
        let closed = format!(
            "{removed}; UPDATE journal SET seq = -seq WHERE seq > {line}; UPDATE journal SET seq = -seq - 1 WHERE seq < 0"
        );
        assert_eq!(found(state.path(), &closed), Some(line), "{closed}");
        let cut = format!("DELETE FROM journal WHERE seq >= {line}");
        assert_eq!(found(state.path(), &cut), Some(line), "{cut}");
        let doubled = format!(
            "UPDATE journal SET seq = -seq WHERE seq > {line}; UPDATE journal SET seq = 1 - seq WHERE seq < 0;
             INSERT INTO journal SELECT seq + 1, run, at, event, previous, hash FROM journal WHERE seq = {line}"
        );
        assert_eq!(found(state.path(), &doubled), Some(line + 1), "{doubled}");
        let other = if line == lines { 1 } else { line + 1 };
        let swapped = format!(
            "UPDATE journal SET seq = -1 WHERE seq = {line}; UPDATE journal SET seq = {line} WHERE seq = {other};
             UPDATE journal SET seq = {other} WHERE seq = -1"
        );
        assert_eq!(found(state.path(), &swapped), Some(line.min(other)), "{swapped}");
    }
}

/// The one thing that the file alone cannot show: the end cut off by somebody who also wrote the note of it anew.
/// `tests/shared/copies.rs` shows that the copy in the shared table does.
#[tokio::test(start_paused = true)]
async fn an_end_that_was_cut_with_its_note_is_not_found_here_and_without_it_is() {
    let (state, lines) = written().await;
    let last = lines - 3;
    let note = format!("UPDATE head SET seq = {last}, hash = (SELECT hash FROM journal WHERE seq = {last})");
    let cut = format!("DELETE FROM journal WHERE seq > {last}");
    assert_eq!(found(state.path(), &cut), Some(last + 1));
    assert_eq!(found(state.path(), &note), Some(last + 1), "the note alone");
    assert_eq!(found(state.path(), &format!("{cut}; DELETE FROM head")), Some(last));
    assert_eq!(found(state.path(), &format!("{cut}; {note}")), None);
}
