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
#[error("line {seq}: {what}")]
pub struct Broken {
    /// Its number.
    pub seq: u64,
    /// What became of it.
    pub what: String,
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
        Err(Broken { seq: self.seq, what })
    }

    /// The line as a journal entry; what a run believes is what is on disk, so the event is read from its text.
    pub(super) fn entry(self) -> Result<Entry, Broken> {
        self.intact()?;
        let seq = self.seq;
        let broken = |what: String| Broken { seq, what };
        Ok(Entry {
            seq,
            run: RunId(self.run),
            at: self.at.parse().map_err(|e| broken(format!("its time cannot be read: {e}")))?,
            event: serde_json::from_str(&self.event)
                .map_err(|e| broken(format!("this version cannot read it: {e}")))?,
            previous: self.previous,
            hash: self.hash,
        })
    }
}

/// Walks the whole chain; the answer is the number of lines.
///
/// `head` is the last line as it was noted apart from the lines, which shows when lines were cut from the end.
pub(super) fn verify(lines: impl Iterator<Item = Line>, head: &Head) -> Result<u64, Broken> {
    let mut before = Head::genesis();
    for line in lines {
        let expected = before.seq + 1;
        if line.seq != expected {
            return Err(Broken { seq: expected, what: missing(expected, line.seq) });
        }
        line.intact()?;
        if line.previous != before.hash {
            let what = format!("it does not follow line {}: that one was written anew", before.seq);
            return Err(Broken { seq: line.seq, what });
        }
        before = Head::of(&line);
    }
    if before.seq < head.seq {
        return Err(Broken { seq: before.seq + 1, what: missing(before.seq + 1, head.seq + 1) });
    }
    if before != *head {
        return Err(Broken { seq: before.seq, what: "it is not the last line that was noted".to_owned() });
    }
    Ok(before.seq)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn missing(from: u64, until: u64) -> String {
    match until.saturating_sub(from) {
        0 => "it stands out of order".to_owned(),
        1 => "it was removed".to_owned(),
        _ => format!("lines {from} to {} were removed", until - 1),
    }
}
