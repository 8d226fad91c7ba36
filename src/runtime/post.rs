//! The post of one host: asks go through the journal's file to whoever drives the run, and a lock on a file beside it
//! tells the driver that somebody follows.
//!
//! It carries and never judges: what may be asked, and what becomes of it, is the driver's to say.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use crate::ledger::sqlite::Journal;
use crate::plan::event::RunId;
use crate::plan::run::{Ask, AskId, Asked, Boxed, Inbox, LedgerError, Outbox, Reply};

/// The file whose lock every console holds, with others, that follows a run of this state directory.
const ATTENDED: &str = "attended";

/// How often the driver looks for asks: real time, whatever a simulated world's clock does.
const EVERY: Duration = Duration::from_millis(250);

/// The driver waits no longer than this for another process that writes: it comes again soon.
const PATIENCE: Duration = Duration::from_millis(50);

/// How often a lock is tried that somebody may hold only to see whether it is free.
pub(super) const TRIES: u32 = 4;

/// How long between two tries.
pub(super) const BETWEEN: Duration = Duration::from_millis(15);

/// The driver's half: what is asked of one run on this host.
#[derive(Debug)]
pub struct HostInbox {
    run: RunId,
    state: PathBuf,
    journal: Journal,
    /// Handed out; each is answered here even when its reply could not be written at once.
    handed: BTreeSet<AskId>,
    unwritten: Vec<(AskId, Reply)>,
    due: Instant,
}

impl HostInbox {
    /// Opens the inbox of a run that this process drives from now on; what was asked before is refused as stale.
    ///
    /// # Errors
    /// When the journal's file cannot be opened or written.
    pub fn open(state: &Path, run: RunId) -> Result<Self, LedgerError> {
        let journal = Journal::open(state)?;
        for Asked { id, .. } in journal.asked(&run)? {
            let why = "nobody drove the run when this was asked; look again, then ask again".to_owned();
            journal.reply(&id, &Reply::Refused { why })?;
        }
        let journal = journal.patient_for(PATIENCE)?;
        let (handed, unwritten, state) = (BTreeSet::new(), Vec::new(), state.to_owned());
        Ok(Self { run, state, journal, handed, unwritten, due: Instant::now() })
    }

    /// The next ask that was not handed out yet; replies that could not be written are tried again first.
    fn look(&mut self) -> Option<Asked> {
        let journal = &self.journal;
        self.unwritten.retain(|(id, reply)| journal.reply(id, reply).is_err());
        let asked = journal.asked(&self.run).unwrap_or_else(|error| {
            tracing::warn!(%error, "the asks cannot be read now");
            Vec::new()
        });
        let next = asked.into_iter().find(|asked| !self.handed.contains(&asked.id))?;
        self.handed.insert(next.id.clone());
        Some(next)
    }
}

impl Inbox for HostInbox {
    fn next(&mut self) -> Boxed<'_, Asked> {
        Box::pin(async move {
            loop {
                tokio::time::sleep_until(self.due).await;
                self.due = Instant::now() + EVERY;
                // Nothing is awaited between handing out and returning, so that none is lost.
                if let Some(asked) = self.look() {
                    return asked;
                }
            }
        })
    }

    fn reply(&mut self, id: &AskId, reply: &Reply) {
        if let Err(error) = self.journal.reply(id, reply) {
            tracing::warn!(%error, "a reply could not be written yet");
            self.unwritten.push((id.clone(), reply.clone()));
        }
    }

    fn is_attended(&self) -> bool {
        is_attended(&self.state)
    }
}

/// The asking half: a console that follows a run which another process of this host drives.
#[derive(Clone, Debug)]
pub struct HostOutbox {
    state: PathBuf,
}

impl HostOutbox {
    /// Asks through the journal of this state directory.
    #[must_use]
    pub fn new(state: &Path) -> Self {
        Self { state: state.to_owned() }
    }
}

impl Outbox for HostOutbox {
    fn leave<'a>(&'a mut self, ask: &'a Ask) -> Boxed<'a, Result<AskId, LedgerError>> {
        let (state, ask) = (self.state.clone(), ask.clone());
        Box::pin(off_the_loop(move || Journal::open(&state)?.ask(&ask)))
    }

    fn reply<'a>(&'a mut self, id: &'a AskId) -> Boxed<'a, Result<Option<Reply>, LedgerError>> {
        let (state, id) = (self.state.clone(), id.clone());
        Box::pin(off_the_loop(move || match Journal::open_to_read(&state)? {
            Some(journal) => journal.reply_to(&id),
            None => Ok(None),
        }))
    }
}

/// The file waits for the disk and for other processes, so it is never touched on the loop of the screen.
async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|fell| {
        Err(LedgerError {
            what: "could not reach the journal".to_owned(),
            why: fell.to_string(),
            next: "Try again".to_owned(),
        })
    })
}

/// Tells the driver, for as long as it lives, that a console of this host follows its run.
#[derive(Debug)]
pub struct Attendance {
    _locked: File,
}

impl Attendance {
    /// Begins to attend. `None` where the file cannot be had: then the driver does not know, and leaves at a hold as it
    /// would with nobody there. It waits a little where a driver has just looked.
    #[must_use]
    pub fn begin(state: &Path) -> Option<Self> {
        let file = open(state).ok()?;
        for _ in 0..TRIES {
            match file.try_lock_shared() {
                Ok(()) => return Some(Self { _locked: file }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(BETWEEN),
                Err(TryLockError::Error(_)) => return None,
            }
        }
        None
    }
}

/// A console of this host follows a run of this state directory. The lock is let go by the system when its process
/// ends, however it ends.
#[must_use]
pub fn is_attended(state: &Path) -> bool {
    let Ok(file) = open(state) else { return false };
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

fn open(state: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(state.join(ATTENDED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::run::Command;

    fn run() -> RunId {
        RunId("aaaa0001".to_owned())
    }

    fn pause(who: &str) -> Ask {
        let command = Command::Pause { who: who.to_owned() };
        let (at, host) = (jiff::Timestamp::UNIX_EPOCH, "bastion".to_owned());
        Ask { run: run(), at, host, seen: None, command }
    }

    #[tokio::test(start_paused = true)]
    async fn each_ask_is_handed_out_once_and_its_reply_comes_back() {
        let state = tempfile::tempdir().unwrap();
        let mut outbox = HostOutbox::new(state.path());
        let mut inbox = HostInbox::open(state.path(), run()).unwrap();
        let ids = [outbox.leave(&pause("ana")).await.unwrap(), outbox.leave(&pause("ben")).await.unwrap()];
        // Handed out and not answered yet, the first does not come again.
        let asked = [inbox.next().await, inbox.next().await];
        assert_eq!(asked.map(|asked| asked.ask.command.who().to_owned()), ["ana", "ben"]);
        inbox.reply(&ids[0], &Reply::Taken);
        assert_eq!(outbox.reply(&ids[0]).await.unwrap(), Some(Reply::Taken));
        assert_eq!(outbox.reply(&ids[1]).await.unwrap(), None);
        let more = tokio::time::timeout(Duration::from_secs(5), inbox.next()).await;
        assert!(more.is_err(), "{more:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_asked_of_a_driver_that_is_gone_is_stale() {
        let state = tempfile::tempdir().unwrap();
        let mut outbox = HostOutbox::new(state.path());
        let id = outbox.leave(&pause("ana")).await.unwrap();
        let mut inbox = HostInbox::open(state.path(), run()).unwrap();
        let refused = outbox.reply(&id).await.unwrap();
        assert!(matches!(refused, Some(Reply::Refused { why }) if why.starts_with("nobody drove the run")));
        let none = tokio::time::timeout(Duration::from_secs(5), inbox.next()).await;
        assert!(none.is_err(), "{none:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reply_that_finds_the_file_locked_is_written_later() {
        let state = tempfile::tempdir().unwrap();
        let mut outbox = HostOutbox::new(state.path());
        let mut inbox = HostInbox::open(state.path(), run()).unwrap();
        let id = outbox.leave(&pause("ana")).await.unwrap();
        let asked = inbox.next().await;
        let other = rusqlite::Connection::open(state.path().join(crate::ledger::sqlite::FILE)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        inbox.reply(&asked.id, &Reply::Taken);
        assert_eq!(outbox.reply(&id).await.unwrap(), None);
        other.execute_batch("ROLLBACK").unwrap();
        let none = tokio::time::timeout(Duration::from_secs(1), inbox.next()).await;
        assert!(none.is_err(), "{none:?}");
        assert_eq!(outbox.reply(&id).await.unwrap(), Some(Reply::Taken));
    }

    #[test]
    fn attendance_is_seen_and_ends_with_whoever_attends() {
        let state = tempfile::tempdir().unwrap();
        assert!(!is_attended(state.path()));
        let (one, other) = (Attendance::begin(state.path()), Attendance::begin(state.path()));
        assert!(is_attended(state.path()));
        drop(one);
        assert!(is_attended(state.path()), "the other still attends");
        drop(other);
        assert!(!is_attended(state.path()));
        assert!(!is_attended(Path::new("/nowhere/at/all")));
    }
}
