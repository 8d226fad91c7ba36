//! The copy of a journal in the shared table: line by line as it is stored, with an index of the runs in it.
//!
//! A copy is always a beginning of the journal: a line is put after the one before it. What is read back is verified
//! against the hash chain, and a copy that was changed, cut or parted is refused.

mod item;
mod tail;
mod verify;

use jiff::Timestamp;

use super::{Expect, Item, Key, Put, Range, Table, put, unreadable};
use crate::ledger::chain::{Broken, Line};
use crate::ledger::{RunState, RunSummary};
use crate::model::reading::Trouble;
use crate::plan::event::{Entry, Event, Right, RunId};

pub use tail::{Reached, Tail, tail};

/// The highest number that a line can have in a key.
const LAST: u64 = 999_999_999_999;

/// A journal among those that share a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The workload's partition.
    pub partition: String,
    /// The journal's name.
    pub journal: String,
}

/// A run as the index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub run: RunId,
    /// The journal that it goes on in.
    pub journal: String,
    /// The host of that journal.
    pub host: String,
    /// Who started it.
    pub who: String,
    /// What it is, in words: `failover us-east-1 → us-west-2`.
    pub words: String,
    /// When its first line was written.
    pub at: Timestamp,
    /// How it stands, in words.
    pub state: String,
    /// It has not ended.
    pub open: bool,
    /// The numbers of its first and of its last line,
    pub first: u64,
    /// of those that are copied,
    pub last: u64,
    /// and the hash of that one.
    pub hash: String,
    /// The newest fencing number it acted under; 0 where it had none.
    pub fence: u64,
}

/// A run that was read back from the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulled {
    /// Its lines, oldest first, with their numbers and hashes in the journal that they were copied from.
    pub lines: Vec<Entry>,
    /// The hash of the last of them.
    pub hash: String,
}

/// Why a run could not be read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPulled {
    /// The table gives no answer.
    #[error("the shared table gives no answer: {0}")]
    Table(Trouble),
    /// The copy is not what was written.
    #[error("the copy of the journal cannot be trusted: {0}")]
    Broken(#[from] Broken),
}

/// The number of the last line that is copied; 0 when none is.
///
/// # Errors
/// When the table does not tell.
pub async fn newest(table: &dyn Table, place: &Place) -> Result<u64, Trouble> {
    let head = table.get(&head_key(place)).await?;
    head.map_or(Ok(0), |head| head.get_number("seq").map_err(|why| unreadable(&why)))
}

/// Puts one line after those that are there.
///
/// # Errors
/// When the table gives no answer, or has another line in its place.
pub async fn copy(table: &dyn Table, place: &Place, line: &Line) -> Result<(), Trouble> {
    let item = item::line(place, line);
    match put(table, &item, &Expect::Absent).await? {
        Put::Done => Ok(()),
        Put::Beaten(_) => Err(unreadable(&format!(
            "the shared table has another line {} of this journal; nothing more is copied",
            line.seq
        ))),
    }
}

/// Notes how far the copy is, once all lines up to this one are there; `whole` is when the journal had no more.
///
/// # Errors
/// When the table gives no answer.
pub async fn reached(table: &dyn Table, place: &Place, line: &Line, whole: Timestamp) -> Result<(), Trouble> {
    let head = Item::new(head_key(place)).number("seq", line.seq).text("hash", &line.hash);
    let head = head.text("whole", whole.to_string());
    // Another process of this host may have copied further.
    put(table, &head, &Expect::NotAbove("seq", i64::try_from(line.seq).unwrap_or(i64::MAX))).await.map(drop)
}

/// Notes how a run stands; whoever goes on with it under a higher number is not overwritten.
///
/// # Errors
/// When the table gives no answer.
pub async fn index(table: &dyn Table, partition: &str, copied: &Copied) -> Result<(), Trouble> {
    let expect = Expect::NotAbove("fence", i64::try_from(copied.fence).unwrap_or(i64::MAX));
    put(table, &item::index(partition, copied), &expect).await.map(drop)
}

/// Every run of the workload, oldest first.
///
/// # Errors
/// When the table does not tell.
pub async fn runs(table: &dyn Table, partition: &str) -> Result<Vec<Copied>, Trouble> {
    let (from, to) = ("run#".to_owned(), "run#~".to_owned());
    let items = table.query(&Range { pk: partition.to_owned(), from, to }).await?;
    let runs: Result<Vec<Copied>, String> = items.iter().map(item::indexed).collect();
    let mut runs = runs.map_err(|why| unreadable(&why))?;
    runs.sort_by(|one, other| (one.at, &one.run).cmp(&(other.at, &other.run)));
    Ok(runs)
}

/// One run of the workload.
///
/// # Errors
/// When the table does not tell.
pub async fn run(table: &dyn Table, partition: &str, run: &RunId) -> Result<Option<Copied>, Trouble> {
    let item = table.get(&item::index_key(partition, run)).await?;
    item.map(|item| item::indexed(&item).map_err(|why| unreadable(&why))).transpose()
}

/// Reads a run back and verifies it: each line as it was written, none missing, up to the last that the index names.
///
/// # Errors
/// When the table gives no answer, or the copy is not what was written.
pub async fn pull(table: &dyn Table, partition: &str, copied: &Copied) -> Result<Pulled, NotPulled> {
    let place = Place { partition: partition.to_owned(), journal: copied.journal.clone() };
    let lines = lines(table, &place, copied.first).await?;
    verify::part(&lines, copied)?;
    let mut entries = Vec::new();
    for line in lines.into_iter().filter(|line| line.run == copied.run.0) {
        entries.push(line.entry()?);
    }
    let hash = entries.last().map(|entry| entry.hash.clone()).unwrap_or_default();
    Ok(Pulled { lines: entries, hash })
}

/// Walks the whole copy of a journal; the answer is the number of lines.
///
/// # Errors
/// When the table gives no answer, or the copy is not what was written.
pub async fn verify(table: &dyn Table, place: &Place) -> Result<u64, NotPulled> {
    let head = table.get(&head_key(place)).await.map_err(NotPulled::Table)?;
    let lines = lines(table, place, 1).await?;
    Ok(verify::whole(&lines, head.as_ref())?)
}

/// Holds the lines of this host's journal against their copy, of which the journal may be ahead.
///
/// # Errors
/// When the table gives no answer, or a line that was copied is not as it was here.
pub async fn against(table: &dyn Table, place: &Place, here: &[Line]) -> Result<(), NotPulled> {
    Ok(verify::against(&lines(table, place, 1).await?, here)?)
}

async fn lines(table: &dyn Table, place: &Place, from: u64) -> Result<Vec<Line>, NotPulled> {
    let range = Range { pk: item::partition(place), from: item::number(from), to: item::number(LAST) };
    let items = table.query(&range).await.map_err(NotPulled::Table)?;
    let lines: Result<Vec<Line>, String> = items.iter().map(item::lined).collect();
    lines.map_err(|why| NotPulled::Table(unreadable(&why)))
}

fn head_key(place: &Place) -> Key {
    Key::new(item::partition(place), item::HEAD)
}

/// The index entry of a run, from its lines in this journal.
#[must_use]
pub fn copied(place: &Place, host: &str, summary: &RunSummary, lines: &[Entry]) -> Option<Copied> {
    let (first, last) = (lines.first()?, lines.last()?);
    let (state, open) = match &summary.state {
        RunState::Refused { why } => (format!("refused: {why}"), false),
        RunState::Open => ("open".to_owned(), true),
        RunState::Closed { summary, .. } => (summary.clone(), false),
    };
    let intent = &summary.intent;
    Some(Copied {
        run: summary.run.clone(),
        journal: place.journal.clone(),
        host: host.to_owned(),
        who: summary.who.clone(),
        words: format!("{} {} → {}", intent.playbook, intent.from, intent.to),
        at: summary.at,
        state,
        open,
        first: first.seq,
        last: last.seq,
        hash: last.hash.clone(),
        fence: lines.iter().map(fence).max().unwrap_or_default(),
    })
}

fn fence(entry: &Entry) -> u64 {
    match &entry.event {
        Event::Conch { right: Right::Taken { fence } | Right::TakenOver { fence, .. }, .. } => *fence,
        _ => 0,
    }
}
