//! Lines and index entries as items of the table, and back.
//!
//! The text of a line is the one that was hashed, byte by byte; it is never written anew from what it means.

use super::super::{Item, Key};
use super::{Copied, Place};
use crate::ledger::chain::Line;
use crate::plan::event::RunId;

/// The partition of a journal's lines.
pub(super) fn partition(place: &Place) -> String {
    format!("{}#journal#{}", place.partition, place.journal)
}

/// The place of what is noted of the whole copy, after all of its lines.
pub(super) const HEAD: &str = "head";

/// A line's number, so that texts are in the order of numbers.
pub(super) fn number(seq: u64) -> String {
    format!("{seq:012}")
}

pub(super) fn line(place: &Place, line: &Line) -> Item {
    Item::new(Key::new(partition(place), number(line.seq)))
        .number("seq", line.seq)
        .text("run", &line.run)
        .text("at", &line.at)
        .text("event", &line.event)
        .text("previous", &line.previous)
        .text("hash", &line.hash)
}

pub(super) fn lined(item: &Item) -> Result<Line, String> {
    let text = |name: &str| item.get_text(name).map(str::to_owned);
    Ok(Line {
        seq: item.get_number("seq")?,
        run: text("run")?,
        at: text("at")?,
        event: text("event")?,
        previous: text("previous")?,
        hash: text("hash")?,
    })
}

pub(super) fn index_key(partition: &str, run: &RunId) -> Key {
    Key::new(partition, format!("run#{run}"))
}

pub(super) fn index(partition: &str, copied: &Copied) -> Item {
    Item::new(index_key(partition, &copied.run))
        .text("run", &copied.run.0)
        .text("journal", &copied.journal)
        .text("host", &copied.host)
        .text("who", &copied.who)
        .text("words", &copied.words)
        .text("at", copied.at.to_string())
        .text("state", &copied.state)
        .number("open", u64::from(copied.open))
        .number("first", copied.first)
        .number("last", copied.last)
        .text("hash", &copied.hash)
        .number("fence", copied.fence)
}

pub(super) fn indexed(item: &Item) -> Result<Copied, String> {
    let text = |name: &str| item.get_text(name).map(str::to_owned);
    Ok(Copied {
        run: RunId(text("run")?),
        journal: text("journal")?,
        host: text("host")?,
        who: text("who")?,
        words: text("words")?,
        at: item.get_text("at")?.parse().map_err(|e| format!("the time of a run cannot be read: {e}"))?,
        state: text("state")?,
        open: item.get_number("open")? > 0,
        first: item.get_number("first")?,
        last: item.get_number("last")?,
        hash: text("hash")?,
        fence: item.get_number("fence")?,
    })
}
