//! A run that is taken over from another host: which lines this host's journal begins it with.
//!
//! What the other host had told the table to be on its way, and whose line never reached the table, is written as sent:
//! it may have happened. Nothing here says that it did.

use jiff::Timestamp;

use super::mirror::{Copied, Pulled};
use crate::plan::event::{Entry, Event};
use crate::plan::progress::Progress;
use crate::plan::run::Departure;

/// Who takes a run over, and why.
#[derive(Clone, Copy, Debug)]
pub struct Taker<'a> {
    /// Who.
    pub who: &'a str,
    /// To which host.
    pub host: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// The lines that this host's journal begins the run with, each with its time.
///
/// # Errors
/// In words, when they do not follow each other: then lines are missing that nobody has.
pub fn lines(
    (copied, pulled): (&Copied, &Pulled),
    sending: &[Departure],
    taker: Taker<'_>,
    now: Timestamp,
) -> Result<Vec<(Timestamp, Event)>, String> {
    let mut progress = Progress::replay(&pulled.lines).map_err(|illegal| illegal.to_string())?;
    let mut lines: Vec<(Timestamp, Event)> =
        pulled.lines.iter().map(|line| (line.at, line.event.clone())).collect();
    let mut add = |event: Event| {
        let what = |why| {
            format!(
                "lines of {} never reached the shared table: its last ones there cannot be followed by what it was \
                 about to send ({why})",
                copied.host
            )
        };
        progress.admits(&event).map_err(what)?;
        let seq = pulled.lines.last().map_or(0, |line| line.seq);
        let (run, hash) = (copied.run.clone(), String::new());
        let line = Entry { seq, run, at: now, event: event.clone(), previous: hash.clone(), hash };
        progress.apply(&line).map_err(|illegal| what(illegal.to_string()))?;
        lines.push((now, event));
        Ok::<(), String>(())
    };
    for departure in sending.iter().filter(|departure| departure.run == copied.run) {
        unheard(departure, (pulled, copied.fence)).into_iter().try_for_each(&mut add)?;
    }
    add(Event::Adopted {
        who: taker.who.to_owned(),
        host: taker.host.to_owned(),
        from: copied.host.clone(),
        reason: taker.reason.to_owned(),
        lines: pulled.lines.len() as u64,
        hash: pulled.hash.clone(),
    })?;
    Ok(lines)
}

/// The lines of a write that may have left, as far as they did not reach the table.
fn unheard(departure: &Departure, (pulled, fence): (&Pulled, u64)) -> Vec<Event> {
    let of = (departure.step, departure.attempt);
    let has = |is: fn(&Event, (_, _)) -> bool| pulled.lines.iter().any(|line| is(&line.event, of));
    if has(|event, of| matches!(event, Event::Sent { step, attempt, .. } if (*step, *attempt) == of)) {
        return Vec::new();
    }
    let (step, attempt) = of;
    let mut events = Vec::new();
    if !has(|event, of| matches!(event, Event::Intended { step, attempt, .. } if (*step, *attempt) == of)) {
        let (operation, endpoint) = (Some(departure.operation.clone()), departure.endpoint.clone());
        events.push(Event::Intended { step, attempt, operation, endpoint });
    }
    events.push(Event::Sent { step, attempt, fence: (fence > 0).then_some(fence) });
    events
}

/// The run was taken over from this copy before.
#[must_use]
pub fn is_adopted(here: &[Entry], pulled: &Pulled) -> bool {
    here.iter().any(|line| matches!(&line.event, Event::Adopted { hash, .. } if *hash == pulled.hash))
}
