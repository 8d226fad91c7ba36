//! Databases that are replicated by their log: a source, read replicas in other Regions, and promotion.
//!
//! A promoted replica stands alone for good; nothing here may make it a replica again, or stop the source from
//! writing: unlike a global database, nobody fences anybody.

mod lag;
mod promote;

use jiff::Timestamp;
use serde::Serialize;

use super::World;
use super::aurora::notice::Notice;
use super::aurora::{DbCluster, Loss};
use super::metric::StatSet;
pub use crate::sim::scenario::world::Engine;

/// Seconds that a replica is behind when it has just been loaded from a snapshot.
const LOADED: f64 = 480.0;

/// Where a promotion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Step {
    /// The stream is cut off and what has arrived is applied.
    Stopping,
    /// The instances restart without a source.
    Rebooting,
    /// It writes; an RDS instance takes its first backup.
    Settling,
}

/// A promotion under way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Promotion {
    /// When it was accepted.
    pub accepted: Timestamp,
    /// Where it is.
    pub step: Step,
    /// Since when.
    pub since: Timestamp,
}

/// One database of a store: the source, a replica, or what stands alone after a promotion.
#[derive(Clone, Debug, Serialize)]
pub struct End {
    /// The cluster; of RDS, the one instance under the same name.
    pub db: DbCluster,
    /// ARN of the database it copies, while it does.
    pub source: Option<String>,
    /// Seconds it is behind.
    pub lag: f64,
    /// Since which second its stream is broken.
    pub broken: Option<i64>,
    /// The promotion under way.
    pub promotion: Option<Promotion>,
    /// Whether RDS has told that its stream stopped.
    #[serde(skip)]
    told_stopped: bool,
    /// What its lag metric showed in this minute.
    #[serde(skip)]
    pub(super) minute: Option<StatSet>,
}

/// A store of a source and its replicas.
#[derive(Clone, Debug, Serialize)]
pub struct Replicated {
    /// The word by which a person knows it.
    pub store: String,
    /// Engine.
    pub engine: Engine,
    /// Whether an order needs it.
    pub orders: bool,
    /// Lag when nothing is wrong, seconds.
    pub base_lag: f64,
    /// Its databases, one in each Region.
    pub ends: Vec<End>,
    /// What promotions left behind.
    pub losses: Vec<Loss>,
}

impl Replicated {
    /// The database in a Region.
    #[must_use]
    pub fn end_in(&self, region: usize) -> Option<&End> {
        self.ends.iter().find(|e| e.db.region == region)
    }

    /// The Region that a replica copies from.
    #[must_use]
    pub fn source_of(&self, end: &End) -> Option<usize> {
        let arn = end.source.as_ref()?;
        self.ends.iter().find(|e| e.db.arn == *arn).map(|e| e.db.region)
    }

    /// The replicas of a database, by ARN.
    pub fn replicas_of(&self, end: &End) -> impl Iterator<Item = &str> {
        let arn = end.db.arn.clone();
        self.ends.iter().filter(move |e| e.source.as_ref() == Some(&arn)).map(|e| e.db.arn.as_str())
    }
}

impl Engine {
    /// `Engine` and `EngineVersion` on the wire.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AuroraBinlog => ("aurora-mysql", "8.0.mysql_aurora.3.08.0"),
            Self::Rds => ("mysql", "8.0.40"),
        }
    }
}

impl End {
    /// A database of a store; a replica when it has a source.
    pub(super) fn new(db: DbCluster, source: Option<String>, lag: f64) -> Self {
        let lag = if source.is_some() { lag } else { 0.0 };
        Self { db, source, lag, broken: None, promotion: None, told_stopped: false, minute: None }
    }
}

impl End {
    /// Whether RDS knows that its stream is broken.
    #[must_use]
    pub fn told(&self) -> bool {
        self.told_stopped
    }
}

impl World {
    /// Share of the orders of a Region that its log-replicated databases take: a replica takes none.
    pub(super) fn replicas_writable(&self, region: usize) -> f64 {
        let needed = self.replicas.iter().filter(|r| r.orders);
        let takes = |r: &Replicated| {
            let own = r.end_in(region).is_some_and(|e| e.db.writable);
            if own { self.db_health(region) } else { 0.0 }
        };
        needed.map(takes).fold(1.0, f64::min)
    }

    /// Adds an event about one of the databases.
    fn notice(&mut self, s: usize, e: usize, notice: Notice) {
        let db = self.replicas[s].ends[e].db.clone();
        self.notice_of(&db, notice);
    }

    /// The database that a promotion left behind in a Region makes place for a replica of the one that serves, loaded
    /// from a snapshot of it: it has a while to catch up.
    pub(super) fn rebuild_replica(&mut self, store: &str, region: &str) {
        let here = self.region_ix(region);
        let Some(store) = self.replicas.iter_mut().find(|r| r.store == store) else { return };
        let serves = |e: &&End| Some(e.db.region) != here && e.db.writable && e.promotion.is_none();
        let Some(source) = store.ends.iter().find(serves).map(|e| e.db.arn.clone()) else { return };
        let alone = |e: &&mut End| Some(e.db.region) == here && e.source.is_none() && e.promotion.is_none();
        let Some(end) = store.ends.iter_mut().find(alone) else { return };
        end.db.writable = false;
        *end = End::new(end.db.clone(), Some(source), LOADED);
    }

    /// Orders that the old source takes after a replica stands alone are in no database that counts.
    pub(super) fn count_left_behind(&mut self, region: usize) {
        let orders = self.regions[region].now.orders / 60.0;
        for store in self.replicas.iter_mut().filter(|r| r.orders) {
            let behind = store.losses.last().is_some_and(|loss| {
                let end = store.ends.iter().find(|e| e.db.region == region);
                end.is_some_and(|e| e.db.writable) && loss.left == Some(region)
            });
            if behind && let Some(loss) = store.losses.last_mut() {
                loss.orders += orders;
            }
        }
    }
}
