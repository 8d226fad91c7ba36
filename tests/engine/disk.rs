//! The journal on disk: what it refuses, what it finds, and what it says when the disk is not as it should be.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use pointsman::ledger::sqlite::{FILE, Journal};
use pointsman::ledger::{RunState, summary};
use pointsman::model::topology::Workload;
use pointsman::plan::event::{End, Event, RunId};
use pointsman::plan::run::Ledger;
use pointsman::plan::{Intent, Plan, Playbook};
use rusqlite::Connection;
use tempfile::TempDir;

use super::stage::{WHO, start};

fn now() -> Timestamp {
    "2026-11-20T14:02:07.5Z".parse().unwrap()
}

fn intent() -> Intent {
    Intent { playbook: Playbook::Failover, from: "us-east-1".into(), to: "us-west-2".into() }
}

fn started() -> Event {
    let plan = Plan {
        intent: intent(),
        workload: Workload::default(),
        made: now(),
        steps: vec![],
        measured: vec![],
    };
    Event::Started { plan, start: start() }
}

fn note(text: &str) -> Event {
    Event::Noted { who: WHO.to_owned(), text: text.to_owned() }
}

fn closed() -> Event {
    Event::Closed { end: End::Confirmed, summary: "4 steps confirmed in 4m02s".to_owned() }
}

fn run(name: &str) -> RunId {
    RunId(name.to_owned())
}

/// A journal of two runs, five lines, in its own directory.
fn filled() -> (TempDir, Journal) {
    let state = TempDir::new().unwrap();
    let mut journal = Journal::open(state.path()).unwrap();
    for (name, event) in [
        ("aaaa0001", started()),
        ("aaaa0001", note("one")),
        ("bbbb0002", started()),
        ("aaaa0001", closed()),
        ("bbbb0002", note("two")),
    ] {
        journal.append(&run(name), now(), &event).unwrap();
    }
    (state, journal)
}

/// Other hands at the file: they drop the triggers first.
fn tamper(state: &Path, sql: &str) {
    let hands = Connection::open(state.join(FILE)).unwrap();
    let open = "DROP TRIGGER IF EXISTS journal_is_not_changed; DROP TRIGGER IF EXISTS journal_is_not_cut;";
    hands.execute_batch(&format!("{open}{sql}")).unwrap();
}

fn broken(sql: &str) -> String {
    let (state, journal) = filled();
    tamper(state.path(), sql);
    journal.verify().unwrap().unwrap_err().to_string()
}

#[test]
fn lines_come_back_as_they_were_written() {
    let (state, journal) = filled();
    drop(journal);
    let journal = Journal::open(state.path()).unwrap();
    let entries = journal.entries(&run("aaaa0001")).unwrap();
    assert_eq!(entries.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!(entries[1].event, note("one"));
    assert_eq!(entries[1].at, now());
    assert_eq!(journal.verify().unwrap(), Ok(5));
    let tail: Vec<u64> = journal.tail(2).unwrap().iter().map(|e| e.seq).collect();
    assert_eq!(tail, [4, 5]);
}

#[test]
fn runs_are_listed_and_the_open_one_is_found() {
    let (_state, mut journal) = filled();
    let refused =
        Event::ConfirmationRefused { intent: intent(), why: "wrong name".to_owned(), who: WHO.to_owned() };
    journal.append(&run("cccc0003"), now(), &refused).unwrap();
    let names = journal.names().unwrap();
    let runs: Vec<_> = names.iter().filter_map(|run| summary(&journal.entries(run).unwrap())).collect();
    let states: Vec<(&str, usize, bool)> =
        runs.iter().map(|r| (r.run.0.as_str(), r.lines, r.state == RunState::Open)).collect();
    assert_eq!(states, [("aaaa0001", 3, false), ("bbbb0002", 2, true), ("cccc0003", 1, false)]);
    assert_eq!(journal.open_run().unwrap().unwrap(), run("bbbb0002"));
    assert_eq!(runs[2].state, RunState::Refused { why: "wrong name".to_owned() });
}

#[test]
fn a_line_cannot_be_changed_or_removed_by_honest_hands() {
    let (state, _journal) = filled();
    let hands = Connection::open(state.path().join(FILE)).unwrap();
    for sql in ["UPDATE journal SET event = '{}' WHERE seq = 2", "DELETE FROM journal WHERE seq = 5"] {
        let refused = hands.execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("the journal is append-only"), "{refused}");
    }
}

#[test]
fn verify_names_the_line_that_was_changed_removed_or_moved() {
    assert_eq!(
        broken("UPDATE journal SET event = replace(event, 'one', 'won') WHERE seq = 2;"),
        "line 2 of run aaaa0001: its text is not the one that was written"
    );
    assert_eq!(
        broken("UPDATE journal SET at = '2026-11-20T14:02:08Z' WHERE seq = 3;"),
        "line 3 of run bbbb0002: its text is not the one that was written"
    );
    assert_eq!(broken("DELETE FROM journal WHERE seq = 3;"), "line 3: it was removed");
    assert_eq!(broken("DELETE FROM journal WHERE seq IN (2, 3);"), "line 2: lines 2 to 3 were removed");
    assert_eq!(broken("DELETE FROM journal WHERE seq = 5;"), "line 5: it was removed");
    assert_eq!(
        broken(
            "UPDATE journal SET seq = 99 WHERE seq = 2; UPDATE journal SET seq = 2 WHERE seq = 3;
             UPDATE journal SET seq = 3 WHERE seq = 99;"
        ),
        "line 2 of run bbbb0002: it was written as line 3: lines were moved or removed"
    );
    assert_eq!(
        broken("DELETE FROM journal WHERE seq = 2; UPDATE journal SET seq = seq - 1 WHERE seq > 2;"),
        "line 2 of run bbbb0002: it was written as line 3: lines were moved or removed"
    );
}

/// Whoever writes a line anew with a hash that fits it still parts it from the next one.
#[test]
fn verify_names_a_line_that_was_written_anew() {
    let (state, journal) = filled();
    let other = TempDir::new().unwrap();
    let mut forged = Journal::open(other.path()).unwrap();
    forged.append(&run("aaaa0001"), now(), &started()).unwrap();
    forged.append(&run("aaaa0001"), now(), &note("forged")).unwrap();
    let hash = forged.tail(1).unwrap().remove(0).hash;
    let sql =
        format!("UPDATE journal SET event = replace(event, 'one', 'forged'), hash = '{hash}' WHERE seq = 2;");
    tamper(state.path(), &sql);
    assert_eq!(
        journal.verify().unwrap().unwrap_err().to_string(),
        "line 2 of run aaaa0001: it was written anew: line 3 does not follow it"
    );
}

#[test]
fn a_line_that_is_not_as_it_was_written_is_not_replayed() {
    let (state, journal) = filled();
    tamper(state.path(), "UPDATE journal SET event = replace(event, 'one', 'won') WHERE seq = 2;");
    let error = journal.entries(&run("aaaa0001")).unwrap_err().to_string();
    assert!(error.contains("line 2 of run aaaa0001: its text is not the one that was written"), "{error}");
    assert!(error.contains("pointsman journal verify"), "{error}");
}

#[test]
fn a_line_that_cannot_be_read_keeps_nobody_from_the_other_runs() {
    let (state, mut journal) = filled();
    tamper(state.path(), "UPDATE journal SET event = 'torn' WHERE seq = 2;");
    assert_eq!(journal.read(&run("aaaa0001")).unwrap().unwrap_err().seq, 2);
    assert_eq!(journal.open_run().unwrap(), Some(run("bbbb0002")), "a closed run stays closed");
    assert_eq!(journal.entries(&run("bbbb0002")).unwrap().len(), 2);

    tamper(state.path(), "UPDATE journal SET event = 'torn' WHERE run = 'bbbb0002';");
    assert_eq!(journal.open_run().unwrap(), Some(run("bbbb0002")), "an open run is not hidden");
    let clock = pointsman::clock::Clock::wall();
    let (id, by) = (run("bbbb0002"), ("maria", "moved by hand"));
    pointsman::plan::run::close_unread((&id, "line 3: torn"), by, &mut journal, &clock).unwrap();
    assert_eq!(journal.open_run().unwrap(), None);
}

#[test]
fn two_consoles_write_one_chain() {
    let (state, mut one) = filled();
    let mut other = Journal::open(state.path()).unwrap();
    for turn in 0..6 {
        let journal = if turn % 2 == 0 { &mut one } else { &mut other };
        journal.append(&run("bbbb0002"), now(), &note("turn")).unwrap();
    }
    assert_eq!(one.verify().unwrap(), Ok(11));
}

#[test]
fn a_journal_that_is_not_there_is_not_made_by_reading() {
    let state = TempDir::new().unwrap();
    assert!(Journal::open_to_read(state.path()).unwrap().is_none());
    assert!(!state.path().join(FILE).exists());
    let (state, _journal) = filled();
    let mut reader = Journal::open_to_read(state.path()).unwrap().unwrap();
    assert_eq!(reader.tail(9).unwrap().len(), 5);
    let error = reader.append(&run("aaaa0001"), now(), &note("no")).unwrap_err().to_string();
    assert!(error.contains("it is read-only"), "{error}");
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let state = TempDir::new().unwrap();
    let file = state.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Journal::open(&file.join("pointsman")).unwrap_err();
    assert!(error.what.contains("could not make the state directory"), "{error}");
    assert!(error.next.contains("XDG_STATE_HOME"), "{error}");
}

#[test]
fn what_is_no_journal_is_kept_and_named() {
    let state = TempDir::new().unwrap();
    fs::write(state.path().join(FILE), "not a database, but long enough to look at ".repeat(40)).unwrap();
    let error = Journal::open(state.path()).unwrap_err();
    assert!(error.why.starts_with("it is damaged or no journal"), "{error}");
}

#[test]
fn a_truncated_file_is_named() {
    let (state, mut journal) = filled();
    let path = state.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let tried = journal.append(&run("aaaa0001"), now(), &note("x")).map(|_| ());
    let error = tried.and_then(|()| journal.verify().map(|_| ())).unwrap_err();
    assert!(error.why.starts_with("it is damaged or no journal"), "{error}");
}

#[test]
fn a_newer_layout_is_left_alone() {
    let (state, _journal) = filled();
    let hands = Connection::open(state.path().join(FILE)).unwrap();
    hands.execute_batch("PRAGMA user_version = 7").unwrap();
    let error = Journal::open(state.path()).unwrap_err();
    assert!(error.why.contains("its layout is 7 and this program knows 1"), "{error}");
}

/// Times that run backwards break no chain, and are named.
#[test]
fn a_line_whose_time_is_before_the_one_above_it_is_named() {
    let (_state, mut journal) = filled();
    assert_eq!(journal.set_back().unwrap(), []);
    let earlier = now() - jiff::SignedDuration::from_mins(10);
    journal.append(&run("bbbb0002"), earlier, &note("set back")).unwrap();
    journal.append(&run("cccc0003"), earlier, &started()).unwrap();
    journal.append(&run("bbbb0002"), earlier, &note("and on")).unwrap();
    assert_eq!(journal.verify().unwrap(), Ok(8));
    let told: Vec<String> = journal.set_back().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["line 6 of run bbbb0002: its time is 10m00s before that of the line above it: a clock was set back"]
    );
}
