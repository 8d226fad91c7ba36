//! Copies the journal of this host to the shared table, line by line, and says how far the copy is behind.
//!
//! It runs beside everything else and nothing waits for it but the end of a process. What it copies is what the disk
//! has, so that a copy that was cut off goes on where it was.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Commons;
use crate::ledger::shared::mirror::{self, Copied, Place};
use crate::ledger::sqlite::Journal;
use crate::ledger::{Line, summary};
use crate::model::reading::Trouble;
use crate::plan::run::LedgerError;
use crate::ui::conch::Mirror;

/// How often it looks for new lines: the host's time.
const EVERY: Duration = Duration::from_secs(1);

/// How soon it tries again when the table gives no answer.
const RETRY: Duration = Duration::from_secs(3);

/// How often the table is told that the copy is whole while nothing is written and a run is open.
const PULSE: Duration = Duration::from_secs(3);

/// How many lines it takes at once.
const LINES: usize = 50;

/// It waits no longer than this for another process that writes to the journal: it comes again soon.
const PATIENCE: Duration = Duration::from_millis(100);

/// The copying of one journal; it ends with the last clone.
#[derive(Clone, Debug)]
pub struct Copier {
    behind: watch::Receiver<Mirror>,
}

impl Copier {
    /// Copies the journal of a state directory from now on.
    #[must_use]
    pub fn begin(commons: Commons, state: &Path) -> Self {
        let (told, behind) = watch::channel(Mirror::default());
        let copying = Copying { commons, state: state.to_owned(), reached: None, pulsed: None, told };
        tokio::spawn(copying.copy());
        Self { behind }
    }

    /// How far it is behind.
    #[must_use]
    pub fn behind(&self) -> Mirror {
        self.behind.borrow().clone()
    }

    /// The same whenever it changes; it ends with the copying.
    #[must_use]
    pub fn watched(&self) -> watch::Receiver<Mirror> {
        self.behind.clone()
    }

    /// Waits until a later look found nothing left to copy, but no longer than this.
    pub async fn settle(&self, most: Duration) {
        let mut behind = self.behind.clone();
        let looked = behind.borrow().looks;
        let settled = behind.wait_for(|behind| behind.lines == 0 && behind.looks > looked + 1);
        tokio::select! {
            biased;
            _settled = settled => {}
            () = tokio::time::sleep(most) => tracing::warn!("the shared copy of the journal is not whole yet"),
        }
    }
}

struct Copying {
    commons: Commons,
    state: PathBuf,
    /// The number of the last line that is copied, once it is known.
    reached: Option<u64>,
    /// When the table was last told how far the copy is.
    pulsed: Option<Instant>,
    told: watch::Sender<Mirror>,
}

/// What the journal has.
#[derive(Debug)]
struct Found {
    place: Place,
    lines: Vec<Line>,
    newest: u64,
    /// When that was so.
    looked: Timestamp,
    /// The newest line, while a run is open.
    open: Option<Line>,
    /// The runs of these lines, as they stand by the whole journal.
    runs: Vec<Copied>,
}

impl Copying {
    async fn copy(mut self) {
        while !self.told.is_closed() {
            let wait = match self.turn().await {
                Ok(true) => continue,
                Ok(false) => EVERY,
                Err(why) => {
                    tracing::warn!(why, "the journal is not copied now");
                    self.told.send_modify(|behind| behind.trouble = Some(why));
                    RETRY
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Copies what is there; true when more may be.
    async fn turn(&mut self) -> Result<bool, String> {
        let Some(found) = self.look(self.reached).await? else {
            self.told.send_modify(|behind| behind.looks += 1);
            return Ok(false);
        };
        let Some(reached) = self.reached else {
            let reached = mirror::newest(&*self.commons.table, &found.place).await;
            self.reached = Some(reached.map_err(|trouble| trouble.to_string())?);
            return Ok(true);
        };
        self.tell(&found, reached);
        let copied = match self.put(&found).await {
            Ok(()) => self.pulse(&found).await,
            failed => failed,
        };
        self.tell(&found, self.reached.unwrap_or(reached));
        copied.map_err(|trouble| trouble.to_string())?;
        self.told.send_modify(|behind| behind.looks += 1);
        Ok(found.lines.len() == LINES)
    }

    async fn put(&mut self, found: &Found) -> Result<(), Trouble> {
        let Some(last) = found.lines.last() else { return Ok(()) };
        let table = &*self.commons.table;
        for line in &found.lines {
            mirror::copy(table, &found.place, line).await?;
        }
        for run in &found.runs {
            mirror::index(table, &found.place.partition, run).await?;
        }
        // Where there are more lines than it took at once, the copy is whole only to the last of these.
        let whole = if last.seq() == found.newest { found.looked } else { last.at().unwrap_or(found.looked) };
        mirror::reached(table, &found.place, last, whole).await?;
        self.reached = Some(last.seq());
        self.pulsed = Some(Instant::now());
        Ok(())
    }

    /// While a run is open, whoever follows it is to know that a journal which says nothing has nothing to say.
    async fn pulse(&mut self, found: &Found) -> Result<(), Trouble> {
        let due = self.pulsed.is_none_or(|pulsed| pulsed.elapsed() >= PULSE);
        let is_copied = |line: &&Line| due && Some(line.seq()) == self.reached;
        let Some(last) = found.open.as_ref().filter(is_copied) else { return Ok(()) };
        mirror::reached(&*self.commons.table, &found.place, last, found.looked).await?;
        self.pulsed = Some(Instant::now());
        Ok(())
    }

    fn tell(&self, found: &Found, reached: u64) {
        let oldest = found.lines.iter().find(|line| line.seq() > reached).and_then(Line::at);
        let lines = found.newest.saturating_sub(reached);
        self.told.send_modify(|behind| {
            let trouble = behind.trouble.take().filter(|_| lines > 0);
            *behind = Mirror { lines, since: oldest, trouble, looks: behind.looks };
        });
    }

    /// The journal waits for the disk, so it is read where that delays nobody.
    async fn look(&self, after: Option<u64>) -> Result<Option<Found>, String> {
        let (state, commons) = (self.state.clone(), self.commons.clone());
        let look = tokio::task::spawn_blocking(move || look(&state, &commons, after.unwrap_or_default()));
        match look.await {
            Ok(found) => found.map_err(|error| error.to_string()),
            Err(fell) => Err(fell.to_string()),
        }
    }
}

fn look(state: &Path, commons: &Commons, after: u64) -> Result<Option<Found>, LedgerError> {
    let Some(journal) = Journal::open_to_read(state)? else { return Ok(None) };
    let (journal, looked) = (journal.patient_for(PATIENCE)?, commons.clock.now());
    let Some(place) = place(&journal, commons)? else { return Ok(None) };
    let lines = journal.stored(after, LINES)?;
    let mut runs = Vec::new();
    // A run that cannot be read is copied line by line and is not in the index.
    for run in lines.iter().map(Line::run).collect::<BTreeSet<_>>() {
        let Ok(mut of_run) = journal.read(&run)? else { continue };
        // The index never names a line that is not copied yet.
        let last = lines.last().map_or(after, Line::seq);
        of_run.retain(|line| line.seq <= last);
        let summary = summary(&of_run);
        runs.extend(summary.and_then(|run| mirror::copied(&place, &commons.me.host, &run, &of_run)));
    }
    let newest = journal.newest()?;
    let open = match journal.open_run()? {
        Some(_) => journal.stored(newest.saturating_sub(1), 1)?.pop(),
        None => None,
    };
    Ok(Some(Found { place, lines, newest, looked, open, runs }))
}

/// The journal's name among all: the desk's, and its first line's hash, for whoever begins a new one.
pub(super) fn place(journal: &Journal, commons: &Commons) -> Result<Option<Place>, LedgerError> {
    let first = journal.stored(0, 1)?;
    Ok(first.first().map(|first| Place {
        partition: commons.partition.clone(),
        journal: format!("{}.{}", commons.me.desk, first.hash().get(..8).unwrap_or_default()),
    }))
}
