//! The newest lines of a copy, for whoever follows it from another host.
//!
//! Each look asks only for what came after the last line that was seen, and holds it against that line's hash; it never
//! shows a line that does not follow.

use jiff::Timestamp;

use super::super::{Range, Table, unreadable};
use super::{NotPulled, Place, item, verify};
use crate::ledger::chain::Line;
use crate::plan::event::Entry;

/// The last line of a copy that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Its number.
    pub seq: u64,
    /// Its hash; none before the first line of a run, where nothing was seen yet.
    pub hash: Option<String>,
}

/// What a look at the end of a copy showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// The lines that are new, of whatever run.
    pub lines: Vec<Entry>,
    /// The last line that is seen now.
    pub reached: Reached,
    /// When the journal had no more than that, by the clock of its host; none where that is not noted.
    pub whole: Option<Timestamp>,
}

/// The lines after the last that was seen.
///
/// # Errors
/// When the table gives no answer, or the copy is not what was written.
pub async fn tail(table: &dyn Table, place: &Place, after: &Reached) -> Result<Tail, NotPulled> {
    let (from, to) = (item::number(after.seq + 1), item::HEAD.to_owned());
    let mut items =
        table.query(&Range { pk: item::partition(place), from, to }).await.map_err(NotPulled::Table)?;
    let head = items.pop_if(|item| item.key.sk == item::HEAD);
    let lines: Result<Vec<Line>, String> = items.iter().map(item::lined).collect();
    let lines = lines.map_err(|why| NotPulled::Table(unreadable(&why)))?;
    let reached = verify::after(&lines, after)?;
    // Lines that came while the table was read are seen by the next look.
    let noted = head.filter(|head| head.get_number("seq").is_ok_and(|seq| seq <= reached.seq));
    let whole = noted.and_then(|head| head.get_text("whole").ok()?.parse().ok());
    let lines: Result<Vec<Entry>, _> = lines.into_iter().map(Line::entry).collect();
    Ok(Tail { lines: lines?, reached, whole })
}
