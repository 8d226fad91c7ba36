//! The right to act while a run acts: one task keeps the lease, renews it, and answers for each write that is due.
//!
//! It never sends anything of the workload. What it cannot know it does not grant: with no answer from the table a
//! write may leave only while the lease that was last seen still lasts.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

use super::Commons;
use crate::ledger::shared::lease::{self, Claim, Lease, NoLease, Renewed, Work};
use crate::model::reading::Trouble;
use crate::plan::event::{Right, RunId};
use crate::plan::run::{Departure, Leave};

/// How often the lease is renewed: the host's time, as a process lives in it.
const BEAT: Duration = Duration::from_secs(10);

/// The same while the table gives no answer.
const RETRY: Duration = Duration::from_secs(2);

/// A write that leaves must be on its way before another host may hold the conch: so much of the lease is not used.
const MARGIN: i32 = 6;

/// How often a lease is renewed for one write that is due, if it has run out in the meantime.
const TRIES: usize = 3;

/// So many of the newest writes are told to whoever may go on with the run.
const TOLD: usize = 32;

/// How the right stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one a run")]
pub enum Hold {
    /// The lease is held.
    Lease {
        /// As it was last renewed.
        lease: Lease,
        /// Why the table has not answered since, if it has not.
        unheard: Option<String>,
    },
    /// Somebody else has it.
    Gone {
        /// Their lease.
        by: Box<Lease>,
    },
    /// The table gives no answer, and a person goes on without it.
    Without {
        /// What is wrong with it.
        trouble: String,
        /// The fencing number that was last held.
        fence: Option<u64>,
    },
}

impl Hold {
    pub(super) fn lease(lease: Lease) -> Self {
        Self::Lease { lease, unheard: None }
    }

    /// Writes may leave, as far as is known now.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        match self {
            Self::Lease { lease, .. } => lasts(lease, now),
            Self::Gone { .. } => false,
            Self::Without { .. } => true,
        }
    }

    fn fence(&self) -> Option<u64> {
        match self {
            Self::Lease { lease, .. } => Some(lease.fence),
            Self::Gone { .. } => None,
            Self::Without { fence, .. } => *fence,
        }
    }
}

fn lasts(lease: &Lease, now: Timestamp) -> bool {
    let margin = lease.expires.duration_since(lease.renewed) / MARGIN;
    lease.expires.saturating_sub(margin).is_ok_and(|until| until > now)
}

/// The right to act, as whoever acts holds it. With the last clone it is given back.
#[derive(Clone, Debug)]
pub struct Mandate {
    commons: Commons,
    requests: mpsc::Sender<Request>,
    hold: watch::Receiver<Hold>,
}

/// What the keeper is asked.
#[derive(Debug)]
enum Request {
    Leave(Box<Departure>, oneshot::Sender<Leave>),
    Claim(Claim, oneshot::Sender<Result<Right, NoLease>>),
    ActsIn(RunId),
    GiveBack(oneshot::Sender<()>),
}

impl Mandate {
    /// Keeps a right until it is given back.
    pub(super) fn keep(commons: Commons, hold: Hold, run: Option<RunId>) -> Self {
        let (requests, requested) = mpsc::channel(64);
        let (told, heard) = watch::channel(hold.clone());
        let work = Work { run, ..Work::default() };
        tokio::spawn(Keeper { commons: commons.clone(), hold, work, requested, told }.keep());
        Self { commons, requests, hold: heard }
    }

    /// The table that it is kept in.
    #[must_use]
    pub fn commons(&self) -> &Commons {
        &self.commons
    }

    /// How it stands now.
    #[must_use]
    pub fn hold(&self) -> Hold {
        self.hold.borrow().clone()
    }

    /// How it stands, from now on, for whoever only looks; it ends when it was given back.
    #[must_use]
    pub fn watched(&self) -> watch::Receiver<Hold> {
        self.hold.clone()
    }

    /// Whether a write may leave now.
    pub async fn leave(&self, departure: Departure) -> Leave {
        let (answer, answered) = oneshot::channel();
        let asked = self.requests.send(Request::Leave(Box::new(departure), answer)).await;
        let left = async {
            asked.ok()?;
            answered.await.ok()
        }
        .await;
        left.unwrap_or_else(|| Leave::Stay {
            who: "pointsman".to_owned(),
            why: "the conch was given back; nothing more is sent from here".to_owned(),
        })
    }

    /// Takes the conch again where it was lost, or goes on without the table.
    ///
    /// # Errors
    /// When the claim does not get it.
    pub async fn claim(&self, claim: Claim) -> Result<Right, NoLease> {
        let (answer, answered) = oneshot::channel();
        let asked = self.requests.send(Request::Claim(claim, answer)).await;
        let got = async {
            asked.ok()?;
            answered.await.ok()
        }
        .await;
        got.unwrap_or_else(|| {
            let text = "the conch was given back".to_owned();
            let kind = crate::model::reading::TroubleKind::Refused;
            Err(NoLease::Table(Trouble { kind, text, request_id: None }))
        })
    }

    /// Says in which run it acts.
    pub async fn acts_in(&self, run: RunId) {
        // A keeper that is gone has given it back.
        let _gone = self.requests.send(Request::ActsIn(run)).await;
    }

    /// Gives the conch back and waits until the table has it, as far as it answers.
    pub async fn give_back(self) {
        let (answer, answered) = oneshot::channel();
        if self.requests.send(Request::GiveBack(answer)).await.is_ok() {
            let _done = answered.await;
        }
    }
}

struct Keeper {
    commons: Commons,
    hold: Hold,
    work: Work,
    requested: mpsc::Receiver<Request>,
    told: watch::Sender<Hold>,
}

impl Keeper {
    async fn keep(mut self) {
        loop {
            let pause = match &self.hold {
                Hold::Lease { unheard: None, .. } | Hold::Gone { .. } => BEAT,
                Hold::Lease { .. } | Hold::Without { .. } => RETRY,
            };
            tokio::select! {
                biased;
                request = self.requested.recv() => match request {
                    Some(Request::Leave(departure, answer)) => {
                        let leave = self.leave(*departure).await;
                        let _gone = answer.send(leave);
                    }
                    Some(Request::Claim(claim, answer)) => {
                        let right = self.claim(&claim).await;
                        let _gone = answer.send(right);
                    }
                    Some(Request::ActsIn(run)) => self.work.run = Some(run),
                    Some(Request::GiveBack(done)) => {
                        self.give_back().await;
                        let _gone = done.send(());
                        return;
                    }
                    None => return self.give_back().await,
                },
                () = tokio::time::sleep(pause) => self.beat().await,
            }
            self.tell();
        }
    }

    fn tell(&self) {
        self.told.send_if_modified(|told| {
            let changed = *told != self.hold;
            told.clone_from(&self.hold);
            changed
        });
    }

    /// A write is told to the table before it leaves, so that nobody who takes the run over thinks that it never left.
    async fn leave(&mut self, departure: Departure) -> Leave {
        self.work.sending.push(departure);
        let surplus = self.work.sending.len().saturating_sub(TOLD);
        self.work.sending.drain(..surplus);
        self.renew().await;
        for _ in 1..TRIES {
            // The world's clock may have jumped on while the table was asked: then the lease is long enough only anew.
            if !self.is_heard() || self.hold.is_good(self.commons.clock.now()) {
                break;
            }
            self.renew().await;
        }
        let now = self.commons.clock.now();
        match &self.hold {
            hold if hold.is_good(now) => Leave::Go { fence: hold.fence() },
            Hold::Gone { by } => Leave::Stay { who: by.holder.who.clone(), why: gone(by) },
            Hold::Lease { unheard, .. } => Leave::Stay {
                who: "pointsman".to_owned(),
                why: format!(
                    "the shared table {} gives no answer ({}) and the lease has run out, so another bastion may act; \
                     nothing more is sent until a person goes on without the table, with a reason",
                    self.commons.name(),
                    unheard.as_deref().unwrap_or("it came too late")
                ),
            },
            Hold::Without { fence, .. } => Leave::Go { fence: *fence },
        }
    }

    /// The table has answered, and says that the lease is this host's.
    fn is_heard(&self) -> bool {
        matches!(self.hold, Hold::Lease { unheard: None, .. })
    }

    async fn beat(&mut self) {
        match self.hold {
            Hold::Lease { .. } => self.renew().await,
            // Others must see who acts as soon as the table can tell them.
            Hold::Without { .. } => drop(self.claim(&Claim::Free).await),
            Hold::Gone { .. } => {}
        }
    }

    async fn renew(&mut self) {
        let Hold::Lease { lease, unheard } = &mut self.hold else { return };
        let (table, key, now) = (&*self.commons.table, self.commons.key(), self.commons.now());
        match lease::renew(table, &key, (lease, self.work.clone()), now).await {
            Ok(Renewed::Still(renewed)) => {
                (*lease, *unheard) = (renewed, None);
            }
            Ok(Renewed::Gone(by)) => self.hold = Hold::Gone { by },
            Err(trouble) => *unheard = Some(trouble.to_string()),
        }
    }

    /// Takes the conch once more. Somebody else who has it is believed also where this host went on without the table.
    async fn claim(&mut self, claim: &Claim) -> Result<Right, NoLease> {
        match self.commons.taken(claim).await {
            Ok((lease, _)) => {
                let right = lease.right();
                self.hold = Hold::lease(lease);
                Ok(right)
            }
            Err(NoLease::Held(by, at)) => {
                self.hold = Hold::Gone { by: by.clone() };
                Err(NoLease::Held(by, at))
            }
            Err(NoLease::Table(trouble)) => match claim {
                Claim::WithoutTable(reason) if !reason.trim().is_empty() => {
                    let (trouble, reason) = (trouble.to_string(), reason.trim().to_owned());
                    self.hold = Hold::Without { trouble: trouble.clone(), fence: self.hold.fence() };
                    Ok(Right::WithoutTable { trouble, reason })
                }
                _ => Err(NoLease::Table(trouble)),
            },
        }
    }

    async fn give_back(&mut self) {
        let Hold::Lease { lease, .. } = &self.hold else { return };
        let (table, key) = (&*self.commons.table, self.commons.key());
        if let Err(trouble) = lease::give_back(table, &key, lease, self.commons.now()).await {
            tracing::warn!(%trouble, "the conch could not be given back; it runs out by itself");
        }
    }
}

/// Why nothing leaves any more, when somebody else has the conch.
pub(in crate::runtime) fn gone(by: &Lease) -> String {
    let reason = by.over.as_ref().map(|over| format!(": {}", over.reason)).unwrap_or_default();
    format!("{} has the conch now, fence {}{reason}; nothing more is sent from here", by.holder, by.fence)
}
