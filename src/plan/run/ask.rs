//! What people ask of a run that another process drives: a console on the same host, or one on another.
//!
//! The driver takes asks in one at a time, beside the commands of its own console, and treats both alike: what cannot
//! be done is refused in the journal. An ask never sends anything and confirms nothing by itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Boxed, Command, LedgerError};
use crate::plan::event::RunId;

/// Something that is asked of a run from outside the process that drives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Of which run.
    pub run: RunId,
    /// When, by the clock of whoever asks; it is for people and decides nothing.
    pub at: Timestamp,
    /// The host it was asked on.
    pub host: String,
    /// The newest line of the driver's journal that was on the screen of whoever asks, if it is known. A decision
    /// about a step that has moved on since is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u64>,
    /// What, and by whom.
    pub command: Command,
}

/// An ask's name in the store it lies in; no two of one store are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AskId(pub String);

/// An ask as its store hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its name there.
    pub id: AskId,
    /// The ask.
    pub ask: Ask,
}

/// What became of an ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// It was done, and is in the journal.
    Taken,
    /// It was not done.
    Refused {
        /// Why.
        why: String,
    },
}

/// The driver's half of a store of asks. A run may have several: one for its host, one that hosts share.
///
/// Asks that were left before the driver began are stale: whoever opens an inbox refuses them, and hands out only
/// what is left later.
pub trait Inbox: Send {
    /// The next ask that has no reply yet, each once; waits until there is one, and for ever where none can come any
    /// more. A failure of the store is the implementor's to tell the log and to try again. Dropping the future loses
    /// no ask.
    fn next(&mut self) -> Boxed<'_, Asked>;

    /// Notes what became of an ask. It must not wait for a network: a step may be due.
    fn reply(&mut self, id: &AskId, reply: &Reply);

    /// Somebody follows the run through this store now, so that a run that needs a person need not be left. It must
    /// not wait either.
    fn is_attended(&self) -> bool;
}

/// The other half: where a console leaves asks for whoever drives a run, and learns what became of them.
pub trait Outbox: Send {
    /// Leaves an ask.
    ///
    /// # Errors
    /// When it could not be left; then nobody will see it.
    fn leave<'a>(&'a mut self, ask: &'a Ask) -> Boxed<'a, Result<AskId, LedgerError>>;

    /// What became of it; `None` while nobody has taken it up.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn reply<'a>(&'a mut self, id: &'a AskId) -> Boxed<'a, Result<Option<Reply>, LedgerError>>;
}

/// The next ask of any of these inboxes, with the place of the inbox it came from; for ever nothing where there are
/// none.
pub(super) async fn next(inboxes: &mut [Box<dyn Inbox>]) -> (usize, Asked) {
    if inboxes.is_empty() {
        return std::future::pending().await;
    }
    let (asked, from, _others) =
        futures::future::select_all(inboxes.iter_mut().map(|inbox| inbox.next())).await;
    (from, asked)
}
