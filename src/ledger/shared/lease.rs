//! The conch as a lease: one holder, a fencing number that only grows, and a time at which it runs out.
//!
//! Each change replaces the whole item, and only if it is still the one that was read. The item is never deleted,
//! so that a number is never given twice; and nothing here takes a conch that was not given back without a reason.

mod item;

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Expect, Item, Key, Put, Table, put, unreadable};
use crate::model::reading::Trouble;
use crate::plan::event::{Right, RunId};
use crate::plan::run::Departure;

/// How long a lease lasts that is not renewed. It is judged by the clock of whoever looks, so the clocks of the hosts
/// must agree better than this.
pub const LASTS: Duration = Duration::from_secs(30);

/// The time, and how long a lease lasts from then on: a simulated world whose clock runs fast makes no process faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time.
    pub at: Timestamp,
    /// How long a lease lasts.
    pub lasts: Duration,
}

impl From<Timestamp> for Now {
    fn from(at: Timestamp) -> Self {
        Self { at, lasts: LASTS }
    }
}

impl Now {
    fn end(self) -> Timestamp {
        let lasts = SignedDuration::try_from(self.lasts).unwrap_or(SignedDuration::MAX);
        self.at.saturating_add(lasts).unwrap_or(Timestamp::MAX)
    }
}

/// The place of the lease in the workload's partition.
const PLACE: &str = "conch";

/// How often a change is tried again that met another one.
const TRIES: usize = 4;

/// Who may hold the conch: a person at one process of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The operator.
    pub who: String,
    /// The host.
    pub host: String,
    /// The process.
    pub process: u32,
    /// The name of the host's journal, which tells two hosts of one name apart.
    pub desk: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {} (process {})", self.who, self.host, self.process)
    }
}

/// What the holder does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The run it acts in, if it does.
    pub run: Option<RunId>,
    /// What may be on its way: whoever goes on with the run must not think that it never left.
    pub sending: Vec<Departure>,
}

/// The conch as the table has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Grows with every taking, and is in every line of a write.
    pub fence: u64,
    /// Grows with every change of the item.
    pub beat: u64,
    /// Who has it, or had it last.
    pub holder: Holder,
    /// Since when.
    pub since: Timestamp,
    /// When it was last renewed.
    pub renewed: Timestamp,
    /// When it runs out, or ran out.
    pub expires: Timestamp,
    /// It was given back.
    pub free: bool,
    /// What the holder does.
    pub work: Work,
    /// From whom it was taken over and why, if it was.
    pub over: Option<Over>,
}

/// How a conch came to its holder that nobody had given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// From whom.
    pub from: String,
    /// Why.
    pub reason: String,
}

/// How the conch may be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// If nobody has it.
    #[default]
    Free,
    /// Also from whoever has it, for this reason.
    TakeOver(String),
    /// Also from whoever had it and was not heard of in time, for this reason.
    Left(String),
    /// Also without asking the table, where it gives no answer, for this reason.
    WithoutTable(String),
}

impl Claim {
    /// Why it takes this lease from its holder, if it does.
    fn over(&self, lease: &Lease, now: Timestamp) -> Option<&str> {
        let reason = match self {
            Self::TakeOver(reason) => reason.trim(),
            Self::Left(reason) if lease.has_run_out(now) => reason.trim(),
            Self::Left(_) | Self::Free | Self::WithoutTable(_) => "",
        };
        (!reason.is_empty()).then_some(reason)
    }
}

/// How the conch stands for one holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has it.
    Free,
    /// This very process has it.
    Mine(Lease),
    /// This host's journal has it, by a process that is no more.
    Left(Lease),
    /// Somebody else has it.
    Held(Lease),
    /// Somebody else had it, and neither gave it back nor renewed it in time.
    RanOut(Lease),
}

/// Why there is no lease.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLease {
    /// Somebody else has it, or has not given it back.
    #[error("{}", held(.0, *.1))]
    Held(Box<Lease>, Timestamp),
    /// The table does not tell who has it.
    #[error("the shared table does not tell who may act: {0}")]
    Table(Trouble),
}

/// What became of a lease that was renewed or given back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Renewed {
    /// It holds.
    Still(Lease),
    /// Somebody else has it.
    Gone(Box<Lease>),
}

fn held(lease: &Lease, now: Timestamp) -> String {
    let (holder, since) = (&lease.holder, lease.since.strftime("%H:%M:%SZ"));
    let heard = now.duration_since(lease.renewed).as_secs().max(0);
    let state = if lease.has_run_out(now) { "and has not given it back" } else { "and holds it now" };
    let run = lease.work.run.as_ref().map(|run| format!(", in run {run}")).unwrap_or_default();
    format!("{holder} has had the conch since {since} {state}, last heard {heard} s ago{run}")
}

impl Lease {
    /// Nobody has renewed it in time.
    #[must_use]
    pub fn has_run_out(&self, now: Timestamp) -> bool {
        self.expires <= now
    }

    /// How it stands for a holder.
    #[must_use]
    pub fn standing(self, me: &Holder, now: Timestamp) -> Standing {
        if self.free {
            Standing::Free
        } else if self.holder == *me {
            Standing::Mine(self)
        } else if self.holder.desk == me.desk {
            Standing::Left(self)
        } else if self.has_run_out(now) {
            Standing::RanOut(self)
        } else {
            Standing::Held(self)
        }
    }

    /// The lease of the next holder.
    fn next(before: Option<&Self>, me: &Holder, claim: &Claim, now: Now) -> Result<Self, NoLease> {
        let standing = before.cloned().map_or(Standing::Free, |lease| lease.standing(me, now.at));
        let over = match standing {
            Standing::Free | Standing::Mine(_) | Standing::Left(_) => None,
            Standing::Held(lease) | Standing::RanOut(lease) => match claim.over(&lease, now.at) {
                Some(reason) => Some(Over { from: lease.holder.to_string(), reason: reason.to_owned() }),
                None => return Err(NoLease::Held(Box::new(lease), now.at)),
            },
        };
        Ok(Self {
            fence: before.map_or(0, |lease| lease.fence) + 1,
            beat: before.map_or(0, |lease| lease.beat) + 1,
            holder: me.clone(),
            since: now.at,
            renewed: now.at,
            expires: now.end(),
            free: false,
            work: Work::default(),
            over,
        })
    }

    /// By what right its holder acts.
    #[must_use]
    pub fn right(&self) -> Right {
        match &self.over {
            None => Right::Taken { fence: self.fence },
            Some(Over { from, reason }) => {
                Right::TakenOver { fence: self.fence, from: from.clone(), reason: reason.clone() }
            }
        }
    }

    fn with_beat(&self) -> Expect {
        Expect::Same(vec![
            ("beat", super::Value::number(self.beat)),
            ("fence", super::Value::number(self.fence)),
        ])
    }
}

/// The key of a workload's lease.
#[must_use]
pub fn key(partition: &str) -> Key {
    Key::new(partition, PLACE)
}

/// The lease as the table has it; none when nobody ever had it.
///
/// # Errors
/// When the table does not tell.
pub async fn read(table: &dyn Table, key: &Key) -> Result<Option<Lease>, Trouble> {
    table.get(key).await?.map(|item| item::read(&item).map_err(|why| unreadable(&why))).transpose()
}

/// Takes the conch; what the one before was doing is in the second part.
///
/// # Errors
/// When somebody else has it and the claim does not take it from them, or the table gives no answer.
pub async fn take(
    table: &dyn Table,
    key: &Key,
    (me, claim): (&Holder, &Claim),
    now: impl Into<Now>,
) -> Result<(Lease, Option<Lease>), NoLease> {
    let now = now.into();
    let mut before = read(table, key).await.map_err(NoLease::Table)?;
    for _ in 0..TRIES {
        let lease = Lease::next(before.as_ref(), me, claim, now)?;
        let expect = before.as_ref().map_or(Expect::Absent, Lease::with_beat);
        match put(table, &item::write(key, &lease), &expect).await.map_err(NoLease::Table)? {
            Put::Done => return Ok((lease, before)),
            Put::Beaten(there) => before = beaten(there).map_err(NoLease::Table)?,
        }
    }
    let why = "it is changed again and again by others";
    before.map_or_else(
        || Err(NoLease::Table(unreadable(why))),
        |lease| Err(NoLease::Held(Box::new(lease), now.at)),
    )
}

/// Renews a lease and says what its holder does now.
///
/// # Errors
/// When the table gives no answer: whether it holds is then not known.
pub async fn renew(
    table: &dyn Table,
    key: &Key,
    (lease, work): (&Lease, Work),
    now: impl Into<Now>,
) -> Result<Renewed, Trouble> {
    let now = now.into();
    change(table, key, lease, |lease| Lease {
        renewed: now.at,
        expires: now.end().max(lease.expires),
        work: work.clone(),
        ..lease.clone()
    })
    .await
}

/// Gives a lease back.
///
/// # Errors
/// When the table gives no answer: then it runs out.
pub async fn give_back(
    table: &dyn Table,
    key: &Key,
    lease: &Lease,
    now: impl Into<Now>,
) -> Result<Renewed, Trouble> {
    let now = now.into();
    change(table, key, lease, |lease| Lease {
        renewed: now.at,
        expires: now.at,
        free: true,
        work: Work::default(),
        ..lease.clone()
    })
    .await
}

/// Changes the lease as long as it is this holder's, whatever change of its own got no answer before.
async fn change(
    table: &dyn Table,
    key: &Key,
    lease: &Lease,
    change: impl Fn(&Lease) -> Lease,
) -> Result<Renewed, Trouble> {
    let mut mine = lease.clone();
    for _ in 0..TRIES {
        let changed = Lease { beat: mine.beat + 1, ..change(&mine) };
        match put(table, &item::write(key, &changed), &mine.with_beat()).await? {
            Put::Done => return Ok(Renewed::Still(changed)),
            Put::Beaten(there) => match beaten(there)? {
                Some(there) if there.fence == lease.fence && !there.free => mine = there,
                Some(there) => return Ok(Renewed::Gone(Box::new(there))),
                None => return Err(unreadable("the lease is not in the table any more")),
            },
        }
    }
    Err(unreadable("the lease is changed again and again by others"))
}

fn beaten(there: Option<Item>) -> Result<Option<Lease>, Trouble> {
    there.map(|item| item::read(&item).map_err(|why| unreadable(&why))).transpose()
}
