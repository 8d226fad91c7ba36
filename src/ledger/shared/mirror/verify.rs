//! Whether a copy is what was written: the chain of its lines, held against what the index and the head say.
//!
//! It names the first line that is wrong and never mends one.

use super::super::Item;
use super::Copied;
use crate::ledger::chain::{self, Broken, Head, Line};

/// Part of a copy, from the first line of a run on.
pub(super) fn part(lines: &[Line], copied: &Copied) -> Result<(), Broken> {
    let mut before: Option<&Line> = None;
    for line in lines {
        let expected = before.map_or(copied.first, |before| before.seq + 1);
        if line.seq != expected {
            return Err(Broken { seq: expected, what: "it is not in the shared table".to_owned() });
        }
        line.intact()?;
        if before.is_some_and(|before| before.hash != line.previous) {
            let what = format!("it does not follow line {}: that one was written anew", expected - 1);
            return Err(Broken { seq: line.seq, what });
        }
        before = Some(line);
    }
    let last = lines.iter().find(|line| line.seq == copied.last);
    match last {
        None => Err(Broken { seq: copied.last, what: "it is not in the shared table".to_owned() }),
        Some(last) if last.hash != copied.hash => {
            Err(Broken { seq: last.seq, what: "it is not the line that the index of runs names".to_owned() })
        }
        Some(_) => Ok(()),
    }
}

/// A whole copy, up to where its head says that it is.
pub(super) fn whole(lines: Vec<Line>, head: Option<&Item>) -> Result<u64, Broken> {
    let newest = lines.last().map_or_else(Head::genesis, Head::of);
    let lines = chain::verify(lines.into_iter(), &newest)?;
    let Some((seq, hash)) = head.and_then(|head| head.get_number("seq").ok().zip(head.get_text("hash").ok()))
    else {
        return Ok(lines);
    };
    if newest.seq < seq {
        return Err(Broken { seq: newest.seq + 1, what: "it is not in the shared table".to_owned() });
    }
    if newest.seq == seq && newest.hash != hash {
        return Err(Broken { seq, what: "it is not the last line that was noted".to_owned() });
    }
    Ok(lines)
}
