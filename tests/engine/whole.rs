//! Whatever one hand does to the journal's file is found, and the line is named; and what damages the file is told.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use pointsman::ledger::sqlite::{FILE, Journal};
use pointsman::plan::event::{Entry, Event, RunId};
use pointsman::plan::run::Ledger;
use proptest::prelude::*;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A journal of so many lines of three runs.
fn journal(lines: u32) -> TempDir {
    let state = TempDir::new().unwrap();
    let mut journal = Journal::open(state.path()).unwrap();
    for seq in 1..=lines {
        let run = RunId(format!("aaaa000{}", seq % 3));
        let at = Timestamp::from_second(1_790_000_000 + i64::from(seq)).unwrap();
        let event = Event::Noted { who: "maria".to_owned(), text: format!("line {seq}, {}", "x".repeat(40)) };
        journal.append(&run, at, &event).unwrap();
    }
    state
}

/// Other hands at the file: they drop the triggers first.
fn hands(state: &Path) -> Connection {
    let hands = Connection::open(state.join(FILE)).unwrap();
    hands.execute_batch("DROP TRIGGER journal_is_not_changed; DROP TRIGGER journal_is_not_cut;").unwrap();
    hands
}

/// One change that a hand can make.
#[derive(Clone, Debug)]
enum Harm {
    /// A field of a line becomes another.
    Field(u32, &'static str),
    /// A field is not even text any more.
    Garbled(u32),
    Removed(u32),
    /// A line gets a number that no line has.
    Renumbered(u32),
    /// Two lines change places.
    Swapped(u32, u32),
    /// A line says something else and has a hash that fits it.
    Anew(u32),
    /// A line says that it follows another, and has a hash that fits it.
    Reparted(u32),
    /// A line that nobody wrote, with a hash that fits and a right place.
    Added,
    /// The note of the last line is another, or gone.
    Note(bool),
}

fn hash(previous: &str, seq: u32, run: &str, at: &str, event: &str) -> String {
    let text = format!("{previous}\n{seq}\n{run}\n{at}\n{event}");
    let hex = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap());
    Sha256::digest(text.as_bytes()).iter().flat_map(hex).collect()
}

impl Harm {
    /// Does it; the line that must be named, where one can be.
    fn done_to(&self, hands: &Connection, lines: u32) -> Option<u32> {
        let on = |sql: &str, seq: u32| assert_eq!(hands.execute(sql, [seq]).unwrap(), 1, "{sql}");
        match self {
            Self::Field(seq, field) => {
                on(
                    &format!("UPDATE journal SET {field} = 'f' || substr({field}, 2) || 'e' WHERE seq = ?1"),
                    *seq,
                );
                Some(*seq)
            }
            Self::Garbled(seq) => {
                on("UPDATE journal SET event = CAST(x'7bff00fe' AS TEXT) WHERE seq = ?1", *seq);
                Some(*seq)
            }
            Self::Removed(seq) => {
                on("DELETE FROM journal WHERE seq = ?1", *seq);
                Some(*seq)
            }
            Self::Renumbered(seq) => {
                on("UPDATE journal SET seq = seq + 1000 WHERE seq = ?1", *seq);
                Some(*seq)
            }
            Self::Swapped(one, other) => {
                let sql = "UPDATE journal SET seq = ?2 WHERE seq = ?1";
                for (from, to) in [(*one, 999), (*other, *one), (999, *other)] {
                    assert_eq!(hands.execute(sql, [from, to]).unwrap(), 1);
                }
                Some(*one.min(other))
            }
            Self::Anew(seq) => {
                on("UPDATE journal SET event = replace(event, 'maria', 'mario') WHERE seq = ?1", *seq);
                rehash(hands, *seq);
                Some(*seq)
            }
            Self::Reparted(seq) => {
                on("UPDATE journal SET previous = 'ff' || substr(previous, 3) WHERE seq = ?1", *seq);
                rehash(hands, *seq);
                Some(*seq)
            }
            Self::Added => {
                let (previous, run, at, event): (String, String, String, String) = hands
                    .query_row("SELECT hash, run, at, event FROM journal WHERE seq = ?1", [lines], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                    })
                    .unwrap();
                let hash = hash(&previous, lines + 1, &run, &at, &event);
                let sql = "INSERT INTO journal (seq, run, at, event, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                hands.execute(sql, params![lines + 1, run, at, event, previous, hash]).unwrap();
                Some(lines + 1)
            }
            Self::Note(gone) => {
                let sql =
                    if *gone { "DELETE FROM head" } else { "UPDATE head SET hash = 'ff' || substr(hash, 3)" };
                assert_eq!(hands.execute(sql, []).unwrap(), 1);
                None
            }
        }
    }
}

/// Gives a line the hash that its fields have.
fn rehash(hands: &Connection, seq: u32) {
    let fields = "SELECT previous, run, at, event FROM journal WHERE seq = ?1";
    let text = hands
        .query_row(fields, [seq], |row| {
            let [previous, run, at, event]: [String; 4] =
                [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok(hash(&previous, seq, &run, &at, &event))
        })
        .unwrap();
    hands.execute("UPDATE journal SET hash = ?2 WHERE seq = ?1", params![seq, text]).unwrap();
}

fn harm(lines: u32) -> impl Strategy<Value = Harm> {
    let line = 1..=lines;
    let field = prop::sample::select(vec!["run", "at", "event", "previous", "hash"]);
    prop_oneof![
        3 => (line.clone(), field).prop_map(|(seq, field)| Harm::Field(seq, field)),
        1 => line.clone().prop_map(Harm::Garbled),
        1 => line.clone().prop_map(Harm::Removed),
        1 => line.clone().prop_map(Harm::Renumbered),
        1 => (line.clone(), line.clone())
            .prop_filter("two lines", |(one, other)| one != other)
            .prop_map(|(one, other)| Harm::Swapped(one, other)),
        1 => line.clone().prop_map(Harm::Anew),
        1 => line.prop_map(Harm::Reparted),
        1 => Just(Harm::Added),
        1 => any::<bool>().prop_map(Harm::Note),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_change_is_always_found_and_its_line_is_named((lines, harm) in (2_u32..12).prop_flat_map(|lines| (Just(lines), harm(lines)))) {
        let state = journal(lines);
        let whole = Journal::open_to_read(state.path()).unwrap().unwrap().verify().unwrap();
        prop_assert_eq!(whole, Ok(u64::from(lines)));
        let named = harm.done_to(&hands(state.path()), lines);
        let broken = Journal::open_to_read(state.path()).unwrap().unwrap().verify().unwrap();
        let Err(broken) = broken else { panic!("{harm:?} was not found") };
        if let Some(named) = named {
            prop_assert_eq!(broken.seq, u64::from(named), "{:?}: {}", &harm, &broken);
        }
        let is_gone = matches!(harm, Harm::Removed(_) | Harm::Renumbered(_) | Harm::Note(true));
        prop_assert_eq!(broken.run.is_none(), is_gone, "{:?}: {}", harm, broken);
    }

    /// A byte that a disk turned over is found, or lies where it changes no line.
    #[test]
    fn a_turned_byte_is_found_or_changes_no_line(at in 0.0..1.0_f64, bit in 0..8_u32) {
        let state = journal(9);
        let before = read(state.path());
        let path = state.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
        let at = (at * bytes.len() as f64) as usize;
        bytes[at] ^= 1 << bit;
        fs::write(&path, &bytes).unwrap();
        let found = match Journal::open_to_read(state.path()) {
            Err(_) => true,
            Ok(None) => panic!("the file is there"),
            Ok(Some(journal)) => !matches!(journal.verify(), Ok(Ok(9))),
        };
        prop_assert!(found || read(state.path()) == before, "byte {at}");
    }
}

fn read(state: &Path) -> Option<Vec<Entry>> {
    Journal::open_to_read(state).ok()??.since(0).ok()
}

/// However much of the file is left, no start takes it for a whole journal, and none begins another in its place.
#[test]
fn a_file_that_was_cut_is_never_taken_for_a_whole_journal() {
    let state = journal(60);
    let path = state.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    // The lock of whoever acted once: the folder has been in use.
    fs::write(state.path().join("conch"), "ana on bastion (process 7)\n").unwrap();
    let lengths = (0..whole.len()).step_by(512).chain([1, 15, 16, 99, 100, 4095, 4097, whole.len() - 1]);
    for length in lengths {
        fs::write(&path, &whole[..length]).unwrap();
        let opened = Journal::open(state.path()).and_then(|mut journal| {
            let run = RunId("aaaa0001".to_owned());
            let written = journal.append(&run, Timestamp::UNIX_EPOCH, &note("after")).map(|_| ());
            let lines = journal.verify()?;
            Ok((written, lines))
        });
        match opened {
            Err(error) => {
                let told = error.to_string();
                assert!(told.contains(FILE) && !error.next.is_empty(), "{length}: {told}");
            }
            // A cut inside the last page may take nothing away; what is there must then be all there was.
            Ok((Ok(()), Ok(lines))) => assert_eq!(lines, 61, "{length}"),
            Ok((written, lines)) => assert!(written.is_err() || lines.is_err(), "{length}: {lines:?}"),
        }
    }
}

fn note(text: &str) -> Event {
    Event::Noted { who: "maria".to_owned(), text: text.to_owned() }
}

#[test]
fn an_empty_file_in_a_folder_that_was_in_use_is_named() {
    let state = TempDir::new().unwrap();
    fs::write(state.path().join(FILE), "").unwrap();
    drop(Journal::open(state.path()).unwrap());
    fs::write(state.path().join(FILE), "").unwrap();
    fs::write(state.path().join("pointsman.log"), "").unwrap();
    for error in [Journal::open(state.path()).unwrap_err(), Journal::open_to_read(state.path()).unwrap_err()]
    {
        assert!(
            error.why.starts_with("it is as good as empty, although this folder has been in use"),
            "{error}"
        );
    }
}

#[test]
fn nothing_is_written_after_an_end_that_is_not_as_it_was_written() {
    for harm in [Harm::Removed(5), Harm::Added, Harm::Note(true), Harm::Note(false)] {
        let state = journal(5);
        harm.done_to(&hands(state.path()), 5);
        let mut journal = Journal::open(state.path()).unwrap();
        let error = journal.append(&RunId("aaaa0001".to_owned()), Timestamp::UNIX_EPOCH, &note("after"));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("its end is not as it was written"), "{harm:?}: {error}");
        assert!(error.contains("Nothing was sent"), "{harm:?}: {error}");
    }
}
