//! The runs of all bastions, as the shared table has them: whose they are, reading them back, taking one over.
//!
//! A run of another host is taken over only from a copy that is whole, and only when nobody drives it any more.

use super::{Commons, mirror};
use crate::ledger::shared::adopt::{self, Taker};
use crate::ledger::shared::lease::Lease;
use crate::ledger::shared::mirror::{self as copies, Copied, NotPulled, Place, Pulled, Reached, Tail};
use crate::ledger::sqlite::Journal;
use crate::model::reading::Trouble;
use crate::model::verdict;
use crate::plan::event::{Entry, RunId};
use crate::plan::run::{Ledger, LedgerError};

/// A run of another host, read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    /// As the index has it.
    pub copied: Copied,
    /// Its lines.
    pub pulled: Pulled,
}

impl Commons {
    /// Every run of the workload, oldest first.
    ///
    /// # Errors
    /// When the table does not tell.
    pub async fn runs(&self) -> Result<Vec<Copied>, Trouble> {
        copies::runs(&*self.table, &self.partition).await
    }

    /// The run that has not ended and goes on in another journal than this one, if there is one.
    ///
    /// # Errors
    /// When the table does not tell.
    pub async fn open_elsewhere(&self, here: Option<&Place>) -> Result<Option<Copied>, Trouble> {
        let mut runs = self.runs().await?;
        runs.retain(|run| run.open && here.is_none_or(|here| here.journal != run.journal));
        Ok(runs.pop())
    }

    /// A run of that name that goes on, or went on, in another journal than this one.
    ///
    /// # Errors
    /// When the table does not tell.
    pub async fn elsewhere(&self, here: Option<&Place>, run: &RunId) -> Result<Option<Copied>, Trouble> {
        let copied = copies::run(&*self.table, &self.partition, run).await?;
        Ok(copied.filter(|copied| here.is_none_or(|here| here.journal != copied.journal)))
    }

    /// What came into the copy of a run's journal after the last line that was seen.
    ///
    /// # Errors
    /// When the table gives no answer, or the copy is not what was written.
    pub async fn tail(&self, copied: &Copied, after: &Reached) -> Result<Tail, NotPulled> {
        let place = Place { partition: self.partition.clone(), journal: copied.journal.clone() };
        copies::tail(&*self.table, &place, after).await
    }

    /// What another bastion has begun and not ended, or went on with, in words; nothing where the table is silent, which
    /// the claim to the conch asks about.
    pub async fn in_the_way(&self, here: Option<&Place>, run: Option<&RunId>) -> Option<String> {
        let runs = self.runs().await.ok()?;
        let elsewhere = |copied: &&Copied| here.is_none_or(|here| here.journal != copied.journal);
        let meant = |copied: &&Copied| run.map_or(copied.open, |run| copied.run == *run);
        let Copied { run, host, who, state, .. } = runs.iter().rev().filter(elsewhere).find(meant)?;
        Some(format!(
            "run {run} of {who} is in the journal of {host}, {state}. `pointsman journal show {run} --shared` tells it, \
             `pointsman resume {run} --take-over REASON` goes on with it here, `pointsman close {run} --reason TEXT` \
             ends what of it is open here or there"
        ))
    }

    /// The name of a journal among all; none while it has no line.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn place(&self, journal: &Journal) -> Result<Option<Place>, LedgerError> {
        mirror::place(journal, self)
    }

    /// Reads a run back and verifies it.
    ///
    /// # Errors
    /// When the table gives no answer, or the copy is not what was written.
    pub async fn pull(&self, copied: Copied) -> Result<Foreign, NotPulled> {
        let pulled = copies::pull(&*self.table, &self.partition, &copied).await?;
        Ok(Foreign { copied, pulled })
    }

    /// Walks the copy of a journal; the answer is the number of lines.
    ///
    /// # Errors
    /// When the table gives no answer, or the copy is not what was written.
    pub async fn verify(&self, journal: &str) -> Result<u64, NotPulled> {
        let place = Place { partition: self.partition.clone(), journal: journal.to_owned() };
        copies::verify(&*self.table, &place).await
    }

    /// Holds the journal of this host against its copy. Whoever cut its end, and the note of its last line with it, is
    /// found only so.
    ///
    /// # Errors
    /// When the journal cannot be read; inside, when the table gives no answer or a line is not as it was copied.
    pub async fn against(&self, journal: &Journal) -> Result<Result<(), NotPulled>, LedgerError> {
        let Some(place) = mirror::place(journal, self)? else { return Ok(Ok(())) };
        let here = journal.stored(0, usize::MAX)?;
        Ok(copies::against(&*self.table, &place, &here).await)
    }

    /// Notes in the index that a run is over whose lines cannot be trusted, for whoever has the conch under this number.
    ///
    /// # Errors
    /// When the table gives no answer.
    pub async fn close_unread(&self, copied: &Copied, fence: u64, why: &str) -> Result<(), Trouble> {
        let closed = Copied { open: false, state: why.to_owned(), fence, ..copied.clone() };
        copies::index(&*self.table, &self.partition, &closed).await
    }

    /// Who drives a run now, as far as their lease lasts.
    ///
    /// # Errors
    /// When the table does not tell.
    pub async fn driver(&self, run: &RunId) -> Result<Option<Lease>, Trouble> {
        let now = self.clock.now();
        let drives =
            |lease: &Lease| !lease.free && !lease.has_run_out(now) && lease.work.run.as_ref() == Some(run);
        Ok(self.conch().await?.filter(|lease| lease.holder.desk != self.me.desk).filter(drives))
    }

    /// Why a run cannot be taken over from whoever drives it: who that is, and how long it lasts.
    #[must_use]
    pub fn still_driven(&self, run: &RunId, lease: &Lease) -> String {
        let now = self.clock.now();
        format!(
            "{} drives run {run}, last heard of {} ago: its lease lasts {} more, and longer when it is renewed. Ask for a \
             pause, or wait until nothing is heard of it",
            lease.holder,
            verdict::span(verdict::age(lease.renewed, now)),
            verdict::span(verdict::age(now, lease.expires))
        )
    }

    /// Writes a run of another host into this host's journal, all of its lines or none; they come back with this
    /// journal's numbers. `before` is the lease that was taken over.
    ///
    /// # Errors
    /// In words, when the lines do not follow each other, or could not be made durable.
    pub fn adopt(
        &self,
        journal: &mut Journal,
        Foreign { copied, pulled }: &Foreign,
        before: Option<&Lease>,
        reason: &str,
    ) -> Result<Vec<Entry>, String> {
        let here = journal.entries(&copied.run).map_err(|error| error.to_string())?;
        if !adopt::is_adopted(&here, pulled) {
            let sending = before.map_or(&[][..], |lease| &lease.work.sending);
            let taker = Taker { who: &self.me.who, host: &self.me.host, reason };
            let lines = adopt::lines((copied, pulled), sending, taker, self.clock.now())?;
            journal.adopt(&copied.run, &lines).map_err(|error| error.to_string())?;
        }
        journal.entries(&copied.run).map_err(|error| error.to_string())
    }
}
