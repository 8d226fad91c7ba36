//! The bastions' shared table as one console uses it: who holds the conch, taking it, and keeping it while a run acts.
//!
//! The lock on this host comes first, the lease in the table after it. A table that gives no answer is said and never
//! taken for a yes.

mod desk;
mod fenced;
mod follow;
mod mandate;
mod mirror;
mod post;
mod runs;
mod watch;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::Operator;
use crate::aws::Clients;
use crate::aws::shared::Shared;
use crate::clock::Clock;
use crate::ledger::shared::fit::fits;
use crate::ledger::shared::lease::{self, Claim, Holder, LASTS, Lease, NoLease, Now};
use crate::ledger::shared::{Key, Table, partition};
use crate::model::reading::{Trouble, TroubleKind};
use crate::model::topology::SharedTable;
use crate::plan::event::{Right, RunId};

pub use fenced::Fenced;
pub(super) use mandate::gone;
pub use mandate::{Hold, Mandate};
pub use mirror::Copier;
pub use post::{TableInbox, TableOutbox};
pub use runs::Foreign;
pub(super) use watch::{tell_behind, watch};

/// The shared table, as this console reaches it and by what name it acts there.
#[derive(Clone)]
pub struct Commons {
    table: Arc<dyn Table>,
    declared: SharedTable,
    partition: String,
    me: Holder,
    clock: Clock,
    /// Why the table must not be used, once it was seen.
    unfit: Arc<OnceLock<String>>,
}

impl fmt::Debug for Commons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commons")
            .field("table", &self.declared.table)
            .field("me", &self.me)
            .finish_non_exhaustive()
    }
}

/// How often the conch is asked for while the table gives no answer, and how long between.
const TRIES: usize = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// A trouble that may be over in a moment.
fn passes(kind: TroubleKind) -> bool {
    use TroubleKind::{Faulty, Throttled, TimedOut, Unreachable};
    matches!(kind, Throttled | TimedOut | Unreachable | Faulty)
}

/// The conch, once it is taken.
#[derive(Debug)]
pub struct Taken {
    /// The right to act.
    pub mandate: Mandate,
    /// What it is, for the journal.
    pub right: Right,
    /// The lease as it was before: what whoever had it was doing.
    pub before: Option<Lease>,
}

/// How the table suits, as far as it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does; there may be something worth knowing.
    Fits(Option<String>),
    /// It must not be used as it is declared.
    Unfit(String),
    /// It does not tell now.
    Unseen(Trouble),
}

impl Commons {
    /// The declared table, for the console of a state directory; nothing is asked yet.
    ///
    /// # Errors
    /// When this host's name for itself can be neither read nor written in the state directory.
    pub fn new(
        clients: &Clients,
        declared: SharedTable,
        (state, operator): (&Path, &Operator),
        clock: Clock,
    ) -> std::io::Result<Self> {
        let topology = clients.topology();
        let me = Holder {
            who: operator.who.clone(),
            host: operator.host.clone(),
            process: std::process::id(),
            desk: desk::name(state)?,
        };
        let partition = partition(&topology.workload, &topology.environment);
        let table = Arc::new(Shared::new(clients.clone(), declared.clone()));
        Ok(Self { table, declared, partition, me, clock, unfit: Arc::default() })
    }

    /// The same in another process's name, which tests need.
    #[must_use]
    pub fn in_process(mut self, process: u32) -> Self {
        self.me.process = process;
        self
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.declared.table
    }

    /// By what name this console acts.
    #[must_use]
    pub fn me(&self) -> &Holder {
        &self.me
    }

    /// Whether the table can hold a lease, as far as it tells.
    pub async fn fit(&self) -> Fit {
        match self.table.describe().await {
            Ok(shapes) => fits(&self.declared, &shapes).map_or_else(
                |why| {
                    let _once = self.unfit.set(why.clone());
                    Fit::Unfit(why)
                },
                Fit::Fits,
            ),
            Err(trouble) => Fit::Unseen(trouble),
        }
    }

    /// The conch as the table has it; none when nobody ever had it.
    ///
    /// # Errors
    /// When the table does not tell.
    pub async fn conch(&self) -> Result<Option<Lease>, Trouble> {
        lease::read(&*self.table, &self.key()).await
    }

    /// Takes the conch and keeps it until it is given back, or the mandate and all its clones are dropped.
    ///
    /// # Errors
    /// When the claim does not get it.
    pub async fn take(&self, run: Option<RunId>, claim: &Claim) -> Result<Taken, NoLease> {
        match (self.taken(claim).await, claim) {
            (Ok((lease, before)), _) => {
                let right = lease.right();
                Ok(Taken { mandate: Mandate::keep(self.clone(), Hold::lease(lease), run), right, before })
            }
            (Err(NoLease::Table(trouble)), Claim::WithoutTable(reason)) if !reason.trim().is_empty() => {
                let (trouble, reason) = (trouble.to_string(), reason.trim().to_owned());
                let hold = Hold::Without { trouble: trouble.clone(), fence: None };
                let mandate = Mandate::keep(self.clone(), hold, run);
                Ok(Taken { mandate, right: Right::WithoutTable { trouble, reason }, before: None })
            }
            (Err(none), _) => Err(none),
        }
    }

    /// A lease of a table that can hold one.
    async fn taken(&self, claim: &Claim) -> Result<(Lease, Option<Lease>), NoLease> {
        if let Some(why) = self.unfit.get() {
            let trouble = Trouble { kind: TroubleKind::Refused, text: why.clone(), request_id: None };
            return Err(NoLease::Table(trouble));
        }
        let key = self.key();
        let take = || lease::take(&*self.table, &key, (&self.me, claim), self.now());
        for _ in 1..TRIES {
            match take().await {
                Err(NoLease::Table(trouble)) if passes(trouble.kind) => tokio::time::sleep(BETWEEN).await,
                taken => return taken,
            }
        }
        take().await
    }

    /// The time, and how long a lease lasts: 30 s of the host's time, whatever a simulated world's clock does.
    fn now(&self) -> Now {
        Now { at: self.clock.now(), lasts: LASTS * self.clock.speed() }
    }

    fn key(&self) -> Key {
        lease::key(&self.partition)
    }
}
