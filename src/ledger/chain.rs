//! The hash chain: each line carries the hash of the one before it, so that no line can be changed, removed or
//! moved unseen.
//!
//! It proves that the file is whole, not who wrote it: whoever can rewrite all of it can also rewrite the chain.

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::plan::event::{Entry, Event, RunId};

/// What the first line has for the hash of the line before it.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The first line that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {seq}{}: {what}", of_run(run.as_ref()))]
pub struct Broken {
    /// Its number.
    pub seq: u64,
    /// The run it says it is of; nothing says that of a line that is gone.
    pub run: Option<RunId>,
    /// What became of it.
    pub what: String,
}

impl Broken {
    /// Nothing is there where a line should be.
    fn gone(seq: u64, what: String) -> Self {
        Self { seq, run: None, what }
    }
}

fn of_run(run: Option<&RunId>) -> String {
    run.map(|run| format!(" of run {run}")).unwrap_or_default()
}

/// One line as it is stored: text, so that what is hashed is what is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub(super) seq: u64,
    pub(super) run: String,
    pub(super) at: String,
    pub(super) event: String,
    pub(super) previous: String,
    pub(super) hash: String,
}

/// The last line's number and hash, which the next one builds on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) seq: u64,
    pub(super) hash: String,
}

impl Head {
    pub(super) fn genesis() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }

    pub(super) fn of(line: &Line) -> Self {
        Self { seq: line.seq, hash: line.hash.clone() }
    }

    /// The next line after this head.
    pub(super) fn next(&self, run: &RunId, at: Timestamp, event: &Event) -> Result<Line, serde_json::Error> {
        let mut line = Line {
            seq: self.seq + 1,
            run: run.0.clone(),
            at: at.to_string(),
            event: serde_json::to_string(event)?,
            previous: self.hash.clone(),
            hash: String::new(),
        };
        line.hash = line.computed(line.seq);
        Ok(line)
    }
}

impl Line {
    /// Its number.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The run it belongs to.
    #[must_use]
    pub fn run(&self) -> RunId {
        RunId(self.run.clone())
    }

    /// When it was written, if that can be read.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.at.parse().ok()
    }

    /// Its hash, hex.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The hash of this line if it had that number; fields are parted by newlines, which none of them holds.
    fn computed(&self, seq: u64) -> String {
        let text = [&self.previous, &seq.to_string(), &self.run, &self.at, &self.event]
            .map(String::as_str)
            .join("\n");
        hex(&Sha256::digest(text.as_bytes()))
    }

    /// The line is as it was written, at the place where it was written.
    pub(super) fn intact(&self) -> Result<(), Broken> {
        if self.computed(self.seq) == self.hash {
            return Ok(());
        }
        let moved = (1..=self.seq + 10_000).find(|seq| self.computed(*seq) == self.hash);
        let what = moved.map_or_else(
            || "its text is not the one that was written".to_owned(),
            |seq| format!("it was written as line {seq}: lines were moved or removed"),
        );
        Err(self.broken(what))
    }

    pub(super) fn broken(&self, what: String) -> Broken {
        Broken { seq: self.seq, run: Some(RunId(self.run.clone())), what }
    }

    /// The line as a journal entry; what a run believes is what is on disk, so the event is read from its text.
    pub(super) fn entry(self) -> Result<Entry, Broken> {
        self.intact()?;
        let at = self.at.parse().map_err(|e| self.broken(format!("its time cannot be read: {e}")))?;
        let event = serde_json::from_str(&self.event);
        let event = event.map_err(|e| self.broken(format!("this version cannot read it: {e}")))?;
        let Self { seq, run, previous, hash, .. } = self;
        Ok(Entry { seq, run: RunId(run), at, event, previous, hash })
    }
}

/// Walks the whole chain; the answer is the number of lines.
///
/// `head` is the last line as it was noted apart from the lines, which shows when lines were cut from the end or added
/// to it; without it, that note itself is gone.
pub(super) fn verify(lines: &[Line], head: Option<&Head>) -> Result<u64, Broken> {
    let mut before = Head::genesis();
    for (at, line) in lines.iter().enumerate() {
        let expected = before.seq + 1;
        if line.seq != expected {
            return Err(Broken::gone(expected, missing(expected, line.seq, lines)));
        }
        line.intact()?;
        if line.previous != before.hash {
            return Err(parted(lines, at, head));
        }
        before = Head::of(line);
    }
    ends_as_noted(lines, &before, head)?;
    Ok(before.seq)
}

/// Two lines that are whole in themselves and do not follow each other: one of them was written anew, with a hash that
/// fits it. The later one, where what comes after it does not follow it either.
fn parted(lines: &[Line], at: usize, head: Option<&Head>) -> Broken {
    let line = &lines[at];
    let follows = match lines.get(at + 1) {
        Some(next) => next.previous == line.hash,
        None => head.is_some_and(|head| head.hash == line.hash),
    };
    match at.checked_sub(1).and_then(|before| lines.get(before)) {
        Some(before) if follows => {
            let what = format!("it was written anew: line {} does not follow it", line.seq);
            before.broken(what)
        }
        _ => line.broken(format!("it was written anew: it does not follow line {}", line.seq - 1)),
    }
}

fn ends_as_noted(lines: &[Line], last: &Head, head: Option<&Head>) -> Result<(), Broken> {
    let Some(head) = head else {
        let is_empty = lines.is_empty();
        let what =
            "which line was the last is noted nowhere any more: the note was removed, and lines may be too";
        return if is_empty { Ok(()) } else { Err(Broken::gone(last.seq, what.to_owned())) };
    };
    if last.seq < head.seq {
        let first = last.seq + 1;
        return Err(Broken::gone(first, missing(first, head.seq + 1, lines)));
    }
    if last == head {
        return Ok(());
    }
    let added = lines.iter().find(|line| line.seq > head.seq);
    let added = added
        .map(|line| line.broken("it was added: the last line that was noted comes before it".to_owned()));
    Err(match (added, lines.last()) {
        (Some(added), _) => added,
        (None, Some(line)) => {
            line.broken("it was written anew: it is not the last line that was noted".to_owned())
        }
        (None, None) => Broken::gone(head.seq, "it was removed".to_owned()),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What became of the lines from one number to before another; a line that only stands elsewhere is found by its hash.
fn missing(from: u64, until: u64, lines: &[Line]) -> String {
    if let Some(moved) = lines.iter().find(|line| line.seq != from && line.computed(from) == line.hash) {
        return format!("it stands as line {} now: lines were moved", moved.seq);
    }
    match until.saturating_sub(from) {
        0 => "it stands out of order".to_owned(),
        1 => "it was removed".to_owned(),
        _ => format!("lines {from} to {} were removed", until - 1),
    }
}
