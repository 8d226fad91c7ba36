//! Follows a run that another bastion drives, from the copy of its journal, and tells whether anybody drives it still.
//!
//! It only reads, and only what is new. That a driver is gone is concluded from what the table says of the lease, never
//! from a table that says nothing; and it is told only after all lines that were copied.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::super::follow::Driving;
use super::{Commons, mirror};
use crate::app::Abroad;
use crate::ledger::shared::lease::Lease;
use crate::ledger::shared::mirror::{Copied, NotPulled, Place, Reached, Tail};
use crate::ledger::sqlite::Journal;
use crate::model::reading::Trouble;
use crate::plan::event::{Entry, Event, RunId};
use crate::ui::conch::Driver;

/// How long the index of runs is not read again while the conch stays where it is.
const INDEX: Duration = Duration::from_mins(1);

/// The same while somebody has it, and has begun nothing yet that is in the index.
const SOON: Duration = Duration::from_secs(4);

/// How often a run is looked at that nobody drives.
const RARELY: Duration = Duration::from_secs(5);

/// Follows one run at a time.
pub(super) struct Follower {
    commons: Commons,
    state: PathBuf,
    /// This console drives a run or is about to.
    driving: Driving,
    /// It shows a run of this host.
    busy: Driving,
    run: Option<Followed>,
    conch: Seen,
    /// What the conch was when the index was last read, and when that was.
    indexed: Option<(Hands, Instant)>,
}

/// The conch as it was last read.
#[derive(Default)]
struct Seen {
    lease: Option<Lease>,
    /// When the table said so.
    at: Option<Timestamp>,
}

/// In whose hands the conch is, for what: while that is the same, no other run can have begun.
type Hands = Option<(u64, bool, Option<RunId>)>;

struct Followed {
    copied: Copied,
    reached: Reached,
    driver: Driver,
    whole: Option<Timestamp>,
    trouble: Option<String>,
    closed: bool,
    /// When its lines were last asked for.
    looked: Option<Instant>,
}

impl Followed {
    /// From its first line on.
    fn new(copied: Copied, driver: Driver) -> Self {
        let reached = Reached { seq: copied.first.saturating_sub(1), hash: None };
        Self { copied, reached, driver, whole: None, trouble: None, closed: false, looked: None }
    }

    /// Takes in what is new; its own lines come back, and whether the copy is known to be whole to a later time.
    fn take(&mut self, Tail { mut lines, reached, whole }: Tail) -> (Vec<Entry>, bool) {
        // A host that notes no time of its copy is as far as its newest line.
        let whole = whole.or_else(|| lines.last().map(|line| line.at)).max(self.whole);
        let later = std::mem::replace(&mut self.whole, whole) != whole;
        lines.retain(|line| line.run == self.copied.run);
        self.reached = reached;
        self.closed |= lines.iter().any(|line| matches!(line.event, Event::Closed { .. }));
        (lines, later)
    }

    /// Lines may have come; a run that nobody drives gets few, and is looked at more rarely.
    fn is_due(&self) -> bool {
        let every = if matches!(self.driver, Driver::Drives { .. }) { Duration::ZERO } else { RARELY };
        !self.closed && self.looked.is_none_or(|looked| looked.elapsed() >= every)
    }

    fn is_in(&self, copied: &Copied) -> bool {
        self.copied.run == copied.run && self.copied.journal == copied.journal
    }
}

impl Follower {
    pub(super) fn new(commons: Commons, state: PathBuf, (driving, busy): (Driving, Driving)) -> Self {
        Self { commons, state, driving, busy, run: None, conch: Seen::default(), indexed: None }
    }

    /// The conch was read, at this time.
    pub(super) fn sees(&mut self, lease: Option<Lease>, at: Timestamp) {
        self.conch = Seen { lease, at: Some(at) };
    }

    /// Looks once; what is new comes back in the order in which it is to be told.
    pub(super) async fn turn(&mut self) -> Vec<Abroad> {
        if self.busy.is_so() {
            (self.run, self.indexed) = (None, None);
            return Vec::new();
        }
        if self.driving.is_so() {
            return Vec::new();
        }
        let mut told = match self.find().await {
            Ok(told) => told,
            Err(trouble) => self.troubled(&trouble.to_string()),
        };
        told.extend(self.lines().await);
        // What was begun or taken over here meanwhile is told by the run itself.
        if self.driving.is_so() { Vec::new() } else { told }
    }

    /// Reads the index where another run may have begun, or gone on in another journal.
    async fn find(&mut self) -> Result<Vec<Abroad>, Trouble> {
        let hands = self.hands();
        let waits = self.drives().is_some() && self.run.as_ref().is_none_or(|run| run.closed);
        let every = if waits { SOON } else { INDEX };
        let same = |(before, at): &(Hands, Instant)| *before == hands && at.elapsed() < every;
        if self.indexed.as_ref().is_some_and(same) {
            return Ok(Vec::new());
        }
        let here = self.here().await;
        let mut runs = self.commons.runs().await?;
        self.indexed = Some((hands, Instant::now()));
        let shown = self.run.as_ref().map(|run| run.copied.run.clone());
        let gone = runs.iter().position(|run| Some(&run.run) == shown.as_ref()).map(|at| runs[at].clone());
        runs.retain(|run| run.open && here.as_ref().is_none_or(|here| here.journal != run.journal));
        let acts =
            |run: &&Copied| self.drives().is_some_and(|lease| lease.work.run.as_ref() == Some(&run.run));
        let Some(copied) = runs.iter().find(acts).or(runs.last()).cloned() else {
            return Ok(self.leave(gone));
        };
        if self.run.as_ref().is_some_and(|run| run.is_in(&copied)) {
            return Ok(Vec::new());
        }
        Ok(self.begin(copied).await)
    }

    /// What is followed is open no more by the index. Its last lines are still to come, unless there are none.
    fn leave(&mut self, copied: Option<Copied>) -> Vec<Abroad> {
        let Some((run, copied)) = self.run.as_ref().filter(|run| !run.closed).zip(copied) else {
            return Vec::new();
        };
        if run.is_in(&copied) && run.reached.seq < copied.last {
            return Vec::new();
        }
        self.run = None;
        vec![Abroad::Over { run: copied.run, host: copied.host, state: copied.state }]
    }

    async fn begin(&mut self, copied: Copied) -> Vec<Abroad> {
        let driver = self.driver(&copied.run);
        let mut followed = Followed::new(copied, driver.clone());
        let tail = match self.commons.tail(&followed.copied, &followed.reached).await {
            Ok(tail) => tail,
            Err(why) => {
                // It is read again with the next look at the index.
                self.indexed = None;
                return self.troubled(&words(&why));
            }
        };
        let host = followed.copied.host.clone();
        let (lines, _) = followed.take(tail);
        let whole = followed.whole;
        self.run = Some(followed);
        vec![Abroad::Run { host, lines, driver }, Abroad::Behind { whole, trouble: None }]
    }

    /// What came into the copy since, and then who drives it.
    async fn lines(&mut self) -> Vec<Abroad> {
        let Some(run) = self.run.as_mut().filter(|run| run.is_due()) else { return Vec::new() };
        run.looked = Some(Instant::now());
        let tail = match self.commons.tail(&run.copied, &run.reached).await {
            Ok(tail) => tail,
            Err(why) => return self.troubled(&words(&why)),
        };
        let shown = run.copied.run.clone();
        let driver = self.driver(&shown);
        let Some(run) = &mut self.run else { return Vec::new() };
        let (lines, later) = run.take(tail);
        let mut told: Vec<Abroad> = lines.into_iter().map(|line| Abroad::Line(Box::new(line))).collect();
        if run.trouble.take().is_some() || later {
            told.push(Abroad::Behind { whole: run.whole, trouble: None });
        }
        if driver != run.driver {
            run.driver = driver.clone();
            told.push(Abroad::Driver(driver));
        }
        told
    }

    /// Each trouble is told once, as long as it lasts; the age of what is shown grows meanwhile.
    fn troubled(&mut self, why: &str) -> Vec<Abroad> {
        tracing::warn!(why, "the run of another host cannot be followed now");
        let Some(run) = &mut self.run else { return Vec::new() };
        let before = run.trouble.replace(why.to_owned());
        if before.as_deref() == Some(why) {
            return Vec::new();
        }
        vec![Abroad::Behind { whole: run.whole, trouble: run.trouble.clone() }]
    }

    /// Who drives a run, by the lease as the table last told it. Whoever has it and names no run yet is about to.
    fn driver(&self, run: &RunId) -> Driver {
        let of_run = |lease: &&Lease| !lease.free && lease.work.run.as_ref().is_none_or(|acts| acts == run);
        let Some((lease, at)) = self.conch.lease.as_ref().filter(of_run).zip(self.conch.at) else {
            return Driver::Nobody;
        };
        let (by, heard) = (lease.holder.to_string(), lease.renewed);
        if lease.has_run_out(at) { Driver::Silent { by, heard } } else { Driver::Drives { by } }
    }

    fn drives(&self) -> Option<&Lease> {
        let (lease, at) = self.conch.lease.as_ref().zip(self.conch.at)?;
        (!lease.free && !lease.has_run_out(at)).then_some(lease)
    }

    fn hands(&self) -> Hands {
        let lease = self.conch.lease.as_ref()?;
        Some((lease.fence, lease.free, lease.work.run.clone()))
    }

    /// This host's journal among all. One that cannot be read has no run that goes on here.
    async fn here(&self) -> Option<Place> {
        let (state, commons) = (self.state.clone(), self.commons.clone());
        let place = tokio::task::spawn_blocking(move || {
            let journal = Journal::open_to_read(&state).ok().flatten()?;
            mirror::place(&journal, &commons).ok().flatten()
        });
        place.await.ok().flatten()
    }
}

fn words(why: &NotPulled) -> String {
    match why {
        NotPulled::Table(trouble) => trouble.to_string(),
        NotPulled::Broken(_) => why.to_string(),
    }
}
