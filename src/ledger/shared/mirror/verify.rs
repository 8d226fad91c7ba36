//! Whether a copy is what was written: the chain of its lines, held against what the index and the head say.
//!
//! It names the first line that is wrong and never mends one.

use super::super::Item;
use super::{Copied, Reached};
use crate::ledger::chain::{self, Broken, Head, Line};

/// Lines that come after one that was seen; the last line that is seen with them.
pub(super) fn after(lines: &[Line], reached: &Reached) -> Result<Reached, Broken> {
    let mut reached = reached.clone();
    for line in lines {
        let expected = reached.seq + 1;
        if line.seq != expected {
            return Err(absent(expected));
        }
        line.intact()?;
        if reached.hash.is_some_and(|hash| hash != line.previous) {
            let what = format!("it does not follow line {}: that one was written anew", expected - 1);
            return Err(line.broken(what));
        }
        reached = Reached { seq: line.seq, hash: Some(line.hash.clone()) };
    }
    Ok(reached)
}

/// Part of a copy, from the first line of a run on.
pub(super) fn part(lines: &[Line], copied: &Copied) -> Result<(), Broken> {
    after(lines, &Reached { seq: copied.first.saturating_sub(1), hash: None })?;
    let last = lines.iter().find(|line| line.seq == copied.last);
    match last {
        None => Err(absent(copied.last)),
        Some(last) if last.hash != copied.hash => {
            Err(last.broken("it is not the line that the index of runs names".to_owned()))
        }
        Some(_) => Ok(()),
    }
}

fn absent(seq: u64) -> Broken {
    Broken { seq, run: None, what: "it is not in the shared table".to_owned() }
}

/// A whole copy, up to where its head says that it is.
pub(super) fn whole(lines: &[Line], head: Option<&Item>) -> Result<u64, Broken> {
    let newest = lines.last().map_or_else(Head::genesis, Head::of);
    let lines = chain::verify(lines, Some(&newest))?;
    let Some((seq, hash)) = head.and_then(|head| head.get_number("seq").ok().zip(head.get_text("hash").ok()))
    else {
        return Ok(lines);
    };
    if newest.seq < seq {
        return Err(absent(newest.seq + 1));
    }
    if newest.seq == seq && newest.hash != hash {
        return Err(Broken { seq, run: None, what: "it is not the last line that was noted".to_owned() });
    }
    Ok(lines)
}

/// The journal of this host against its copy: whoever cut its end or wrote it anew, the note of its last line too, has
/// not reached the table.
pub(super) fn against(copy: &[Line], here: &[Line]) -> Result<(), Broken> {
    for (at, copied) in copy.iter().enumerate() {
        match here.get(at) {
            None => {
                let what = "it is in the shared table and not in this host's journal: the end was cut off";
                return Err(copied.broken(what.to_owned()));
            }
            Some(line) if line != copied => {
                return Err(copied.broken("it is another one in this host's journal".to_owned()));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
