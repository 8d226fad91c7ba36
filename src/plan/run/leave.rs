//! Whether a write may leave now: another bastion may have taken the run over, and then nothing more is sent from here.
//!
//! It asks and remembers for a moment; it never decides what is sent. A permission that is not used at once is asked
//! for again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Boxed;
use crate::model::verdict;
use crate::plan::StepId;
use crate::plan::event::RunId;
use crate::plan::operation::Operation;

/// How long a permission is good for.
const GOOD_FOR: Duration = Duration::from_secs(3);

/// A write that is about to leave; its line is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// Of which run.
    pub run: RunId,
    /// Of which step.
    pub step: StepId,
    /// Which attempt.
    pub attempt: u32,
    /// Where to, in words.
    pub endpoint: String,
    /// What.
    pub operation: Operation,
}

/// Whether it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// It may, under this fencing number where there is one.
    Go {
        /// The number.
        fence: Option<u64>,
    },
    /// It may not, and nor may any other write until a person says so: the run pauses.
    Stay {
        /// Who or what keeps it.
        who: String,
        /// Why, for the journal.
        why: String,
    },
}

/// A permission that is good now, under this fencing number where there is one.
pub(super) struct Granted {
    pub(super) fence: Option<u64>,
}

/// A write of a step, by its attempt.
type Write = (StepId, u32);

/// What was asked about the writes that are due.
#[derive(Default)]
pub(super) struct Leaves {
    asking: FuturesUnordered<Boxed<'static, (Write, Leave)>>,
    asked: BTreeSet<Write>,
    granted: BTreeMap<Write, (Timestamp, Option<u64>)>,
    barred: bool,
}

impl Leaves {
    /// Nothing can be said about this write yet: it is asked about, or everything is barred.
    pub(super) fn waits(&self, step: StepId, attempt: u32) -> bool {
        self.barred || self.asked.contains(&(step, attempt))
    }

    /// Asks about a write; an answer that is there at once comes back at once.
    pub(super) fn ask(&mut self, write: Write, asking: Boxed<'static, Leave>) -> Option<Leave> {
        let mut asking: Boxed<'static, (Write, Leave)> = Box::pin(asking.map(move |leave| (write, leave)));
        if let Some((_, leave)) = asking.as_mut().now_or_never() {
            return Some(leave);
        }
        self.asked.insert(write);
        self.asking.push(asking);
        None
    }

    /// The next answer; it never comes while nothing is asked.
    pub(super) async fn next(&mut self) -> (Write, Leave) {
        match self.asking.next().await {
            Some((write, leave)) => {
                self.asked.remove(&write);
                (write, leave)
            }
            None => std::future::pending().await,
        }
    }

    pub(super) fn grant(&mut self, write: Write, fence: Option<u64>, now: Timestamp) {
        self.granted.insert(write, (now, fence));
    }

    /// The permission for a write, which is good once.
    pub(super) fn used(&mut self, write: Write, now: Timestamp) -> Option<Granted> {
        let (at, fence) = self.granted.remove(&write)?;
        (verdict::age(at, now) <= GOOD_FOR).then_some(Granted { fence })
    }

    /// Nothing leaves any more.
    pub(super) fn bar(&mut self) {
        self.barred = true;
        self.granted.clear();
    }

    /// A person says that it goes on; whether writes may leave is asked anew.
    pub(super) fn lift(&mut self) {
        self.barred = false;
    }
}
