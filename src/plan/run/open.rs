//! How a run begins, is taken up again after it was cut off, and is closed without being driven.
//!
//! Nothing is sent here: a write whose answer was never written down becomes `lost`, and only reads tell more.
//! Lines follow each other by their number. A clock that stands before the last line is said in the journal; nothing
//! in that line counts as still to come ([`Progress`]), so that the run neither waits for it nor takes old reads for new.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Ledger, LedgerError, SET_BACK, Stop};
use crate::clock::Clock;
use crate::model::reading::{Trouble, TroubleKind};
use crate::model::verdict;
use crate::plan::decide::{self, ITSELF};
use crate::plan::event::{Answer, End, Entry, Event, Right, RunId, Start};
use crate::plan::progress::{Progress, StepState};
use crate::plan::{Intent, Plan};

/// Writes the first line of a new run.
///
/// # Errors
/// When the line could not be made durable; then there is no run.
pub fn start(plan: Plan, start: Start, ledger: &mut dyn Ledger, clock: &Clock) -> Result<Progress, Stop> {
    let now = clock.now();
    let run = free_name(&*ledger, now, &start.who)?;
    let receipt = ledger.append(&run, now, &Event::Started { plan, start })?;
    Ok(Progress::replay(std::slice::from_ref(receipt.entry()))?)
}

/// Writes down that a confirmation was refused before any call.
///
/// # Errors
/// When the line could not be made durable.
pub fn refuse(
    intent: Intent,
    why: String,
    who: String,
    ledger: &mut dyn Ledger,
    clock: &Clock,
) -> Result<Entry, LedgerError> {
    let now = clock.now();
    let run = free_name(&*ledger, now, &who)?;
    let receipt = ledger.append(&run, now, &Event::ConfirmationRefused { intent, why, who })?;
    Ok(receipt.entry().clone())
}

/// Rebuilds a run that was cut off, from its lines, and writes that it is taken up. One that was paused stays paused,
/// and goes on when a person says so.
///
/// # Errors
/// When its lines are not those of an open run, or a line could not be made durable.
pub fn take_up(
    entries: &[Entry],
    who: &str,
    ledger: &mut dyn Ledger,
    clock: &Clock,
) -> Result<Progress, Stop> {
    let mut progress = Progress::replay(entries)?;
    if !progress.is_open() {
        return Ok(progress);
    }
    lose_answers(&mut progress, ledger, clock)?;
    write(&mut progress, ledger, clock, &Event::TakenUp { who: who.to_owned() })?;
    if let Some(text) = set_back(entries, clock) {
        write(&mut progress, ledger, clock, &Event::Noted { who: ITSELF.to_owned(), text })?;
    }
    Ok(progress)
}

/// The same, and a pause ends: a person has said that the run goes on.
///
/// # Errors
/// As [`take_up`].
pub fn resume(
    entries: &[Entry],
    who: &str,
    ledger: &mut dyn Ledger,
    clock: &Clock,
) -> Result<Progress, Stop> {
    let mut progress = take_up(entries, who, ledger, clock)?;
    if progress.paused && progress.is_open() {
        write(&mut progress, ledger, clock, &Event::Resumed { who: who.to_owned() })?;
    }
    Ok(progress)
}

/// Writes by what right the run acts from here on.
///
/// # Errors
/// When the line could not be made durable; then nothing may be sent.
pub fn by_right(
    progress: &mut Progress,
    (who, host): (&str, &str),
    right: Right,
    ledger: &mut dyn Ledger,
    clock: &Clock,
) -> Result<(), Stop> {
    write(progress, ledger, clock, &Event::Conch { who: who.to_owned(), host: host.to_owned(), right })
}

/// Ends a run that was cut off, without sending or reading anything.
///
/// # Errors
/// When its lines are not those of a run, or a line could not be made durable.
pub fn close(
    entries: &[Entry],
    (who, reason): (&str, &str),
    ledger: &mut dyn Ledger,
    clock: &Clock,
) -> Result<Progress, Stop> {
    let mut progress = Progress::replay(entries)?;
    if !progress.is_open() {
        return Ok(progress);
    }
    lose_answers(&mut progress, ledger, clock)?;
    let note = Event::Noted { who: who.to_owned(), text: format!("closes the run: {reason}") };
    write(&mut progress, ledger, clock, &note)?;
    for event in decide::abort(&progress, reason) {
        write(&mut progress, ledger, clock, &event)?;
    }
    Ok(progress)
}

/// Ends a run whose lines cannot be read or cannot follow each other, as `why` says. What it did is in its lines for
/// people to read; nothing is sent, and nothing is said of its steps.
///
/// # Errors
/// When a line could not be made durable.
pub fn close_unread(
    (run, why): (&RunId, &str),
    (who, reason): (&str, &str),
    ledger: &mut dyn Ledger,
    clock: &Clock,
) -> Result<(), LedgerError> {
    let text = format!("closes the run, which cannot be replayed ({why}): {reason}");
    ledger.append(run, clock.now(), &Event::Noted { who: who.to_owned(), text })?;
    let summary = format!("closed without a replay, so its steps are not known: {reason}");
    ledger.append(run, clock.now(), &Event::Closed { end: End::Aborted, summary })?;
    Ok(())
}

/// What is said where the clock stands before the run's last line.
fn set_back(entries: &[Entry], clock: &Clock) -> Option<String> {
    let last = entries.last()?;
    let before = verdict::age(clock.now(), last.at);
    let at = last.at.strftime("%H:%M:%S");
    (before >= SET_BACK * clock.speed()).then(|| {
        format!(
            "the clock stands {} before line {} ({at} UTC): it was set back, or that host's was ahead; what is written counts as past",
            verdict::span(before),
            last.seq
        )
    })
}

/// A write that was handed to the wire and whose answer is not in the journal may have happened.
fn lose_answers(progress: &mut Progress, ledger: &mut dyn Ledger, clock: &Clock) -> Result<(), Stop> {
    let sent = progress.steps.iter().filter(|(_, s)| s.state == StepState::Sent);
    let lost: Vec<Event> =
        sent.map(|(id, s)| Event::Answered { step: *id, attempt: s.attempts, answer: cut_off() }).collect();
    lost.iter().try_for_each(|event| write(progress, ledger, clock, event))
}

fn cut_off() -> Answer {
    let text = "pointsman was cut off before the answer was written down".to_owned();
    Answer::Lost { trouble: Trouble { kind: TroubleKind::TimedOut, text, request_id: None } }
}

fn write(progress: &mut Progress, ledger: &mut dyn Ledger, clock: &Clock, event: &Event) -> Result<(), Stop> {
    let receipt = ledger.append(&progress.run, clock.now(), event)?;
    progress.apply(receipt.entry())?;
    Ok(())
}

/// Eight hex digits that no run in this journal has.
fn free_name(ledger: &dyn Ledger, now: Timestamp, who: &str) -> Result<RunId, LedgerError> {
    let mut salt = 0_u32;
    loop {
        let digest = Sha256::digest(format!("{now} {who} {salt}").as_bytes());
        let run = RunId(format!(
            "{:08x}",
            digest.iter().take(4).fold(0_u32, |name, byte| name << 8 | u32::from(*byte))
        ));
        if ledger.entries(&run)?.is_empty() {
            return Ok(run);
        }
        salt += 1;
    }
}
