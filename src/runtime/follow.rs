//! Follows what other processes of this host write into the journal, and who of them has the conch.
//!
//! It only reads, and leaves alone what this console drives itself. What it finds goes into the one channel of events;
//! the order matters: who drives is told before their lines, and that they are gone only after all of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::conch;
use super::post::Attendance;
use crate::app::Event;
use crate::ledger::sqlite::Journal;
use crate::plan::event::Entry;

/// How often it looks: real time, so that a line of another process is on the screen at once.
const EVERY: Duration = Duration::from_millis(250);

/// It waits no longer than this for another process that writes: it comes again soon.
const PATIENCE: Duration = Duration::from_millis(100);

/// Whether this console drives a run, or is about to: then nothing is followed. The same for a run of this host that it
/// shows, beside which none of another host is followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Driving(Arc<AtomicBool>);

impl Driving {
    /// Says so; it must be said before the conch is taken.
    pub(super) fn set(&self, driving: bool) {
        self.0.store(driving, Ordering::SeqCst);
    }

    pub(super) fn is_so(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What whoever follows a run is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interest {
    /// Somebody who can be asked: the run waits for them at a hold.
    Attends,
    /// A log or a reader, who decides nothing.
    Reads,
}

/// Follows the journal of a state directory, from the line after `newest` on, until nobody listens any more.
pub(super) fn spawn(
    (state, newest): (PathBuf, u64),
    interest: Interest,
    driving: Driving,
    to_app: mpsc::Sender<Event>,
) {
    let mut follower = Follower { state, newest, interest, driver: None, attendance: None, trouble: None };
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            if driving.is_so() {
                follower.attendance = None;
                continue;
            }
            let (state, after) = (follower.state.clone(), follower.newest);
            let Ok(seen) = tokio::task::spawn_blocking(move || look(&state, after)).await else { continue };
            // What was begun here meanwhile is told by the run itself.
            if driving.is_so() {
                continue;
            }
            for event in follower.take(seen) {
                if to_app.send(event).await.is_err() {
                    return;
                }
            }
        }
    });
}

/// What one look at the state directory showed.
struct Seen {
    /// Who has the conch, read before the lines: whoever had let it go by then has written all of theirs.
    driver: Option<String>,
    lines: Result<Vec<Entry>, String>,
}

fn look(state: &Path, after: u64) -> Seen {
    let before = conch::holder(state);
    let lines = lines(state, after).map_err(|error| error.to_string());
    // Whoever took it between the two reads has begun to drive: their first lines may be here already.
    let driver =
        before.or_else(|| conch::holder(state).filter(|_| lines.as_ref().is_ok_and(|l| !l.is_empty())));
    Seen { driver: driver.map(|holder| holder.by), lines }
}

fn lines(state: &Path, after: u64) -> Result<Vec<Entry>, crate::plan::run::LedgerError> {
    match Journal::open_to_read(state)? {
        Some(journal) => journal.patient_for(PATIENCE)?.since(after),
        None => Ok(Vec::new()),
    }
}

struct Follower {
    state: PathBuf,
    newest: u64,
    interest: Interest,
    driver: Option<String>,
    /// From the first run of another process on, until this console drives one: whoever drives is to know that somebody
    /// is here, and a simulated world that lives in their process stays with it.
    attendance: Option<Attendance>,
    trouble: Option<String>,
}

impl Follower {
    fn take(&mut self, seen: Seen) -> Vec<Event> {
        let lines = match seen.lines {
            Ok(lines) => {
                self.trouble = None;
                lines
            }
            // Without the lines nobody knows how the run stands, so nothing is concluded from who has the conch.
            Err(why) => return self.troubled(why),
        };
        if let Some(line) = lines.last() {
            self.newest = line.seq;
        }
        let changed = seen.driver != self.driver;
        let mut events: Vec<Event> = lines.into_iter().map(|line| Event::Followed(Box::new(line))).collect();
        if changed {
            self.driver.clone_from(&seen.driver);
            if self.driver.is_some() && self.attendance.is_none() && self.interest == Interest::Attends {
                self.attendance = Attendance::begin(&self.state);
            }
            match seen.driver {
                Some(by) => events.insert(0, Event::Elsewhere(Some(by))),
                None => events.push(Event::Elsewhere(None)),
            }
        }
        events
    }

    /// Each trouble is told once: a file that is only locked is read a moment later.
    fn troubled(&mut self, why: String) -> Vec<Event> {
        if why.contains("holds it") || self.trouble.as_ref() == Some(&why) {
            return Vec::new();
        }
        self.trouble = Some(why.clone());
        let title = "What other processes do cannot be seen in the journal".to_owned();
        vec![Event::Trouble { title, text: why }]
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::plan::event::{self, RunId};
    use crate::plan::run::Ledger;
    use crate::runtime::Operator;
    use crate::runtime::conch::Conch;
    use crate::runtime::post::is_attended;

    fn note(journal: &mut Journal, text: &str) {
        let event = event::Event::Noted { who: "maria".to_owned(), text: text.to_owned() };
        journal.append(&RunId("aaaa0001".to_owned()), Timestamp::UNIX_EPOCH, &event).unwrap();
    }

    fn reader(state: &Path, newest: u64) -> Follower {
        let state = state.to_owned();
        Follower { state, newest, interest: Interest::Reads, driver: None, attendance: None, trouble: None }
    }

    #[test]
    fn whoever_only_reads_holds_no_run_up() {
        let state = tempfile::tempdir().unwrap();
        let ana = Operator { who: "ana".to_owned(), host: "bastion".to_owned() };
        let _conch = Conch::take(state.path(), &ana).unwrap();
        let mut follower = reader(state.path(), 0);
        let seen = look(state.path(), 0);
        assert_eq!(told(&follower.take(seen)), ["ana"]);
        assert!(!is_attended(state.path()));
    }

    fn told(events: &[Event]) -> Vec<String> {
        let word = |event: &Event| match event {
            Event::Followed(line) => format!("line {}", line.seq),
            Event::Elsewhere(Some(by)) => by.split(' ').next().unwrap_or_default().to_owned(),
            Event::Elsewhere(None) => "gone".to_owned(),
            other => format!("{other:?}"),
        };
        events.iter().map(word).collect()
    }

    #[test]
    fn whoever_drives_is_told_before_their_lines_and_gone_after_them() {
        let state = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(state.path()).unwrap();
        note(&mut journal, "seen before");
        let state = state.path();
        let mut follower = Follower { interest: Interest::Attends, ..reader(state, 1) };
        let next = |follower: &mut Follower| {
            let seen = look(state, follower.newest);
            told(&follower.take(seen))
        };
        assert_eq!(next(&mut follower), [""; 0]);

        let ana = Operator { who: "ana".to_owned(), host: "bastion".to_owned() };
        let conch = Conch::take(state, &ana).unwrap();
        note(&mut journal, "begun");
        assert_eq!(next(&mut follower), ["ana", "line 2"]);
        assert!(is_attended(state));
        assert_eq!(next(&mut follower), [""; 0]);
        note(&mut journal, "the last");
        drop(conch);
        assert_eq!(next(&mut follower), ["line 3", "gone"]);
        assert!(is_attended(state), "a world in that process is still looked at");
        drop(follower);
        assert!(!is_attended(state));
    }

    #[test]
    fn a_journal_that_cannot_be_read_is_said_once_and_proves_nobody_gone() {
        let state = tempfile::tempdir().unwrap();
        drop(Journal::open(state.path()).unwrap());
        let driver = Some("ana on bastion (process 7)".to_owned());
        let mut follower = Follower { driver, ..reader(state.path(), 0) };
        let bad = || Seen { driver: None, lines: Err("it is damaged".to_owned()) };
        assert!(matches!(follower.take(bad()).as_slice(), [Event::Trouble { .. }]));
        assert!(follower.take(bad()).is_empty());
        let good = Seen { driver: None, lines: Ok(Vec::new()) };
        assert_eq!(told(&follower.take(good)), ["gone"]);
    }
}
