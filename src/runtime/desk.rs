//! The console's own lines in the journal: how a run begins, is taken up or closed, and what was refused.
//!
//! Each waits for the disk, so it is called from a thread that may wait and never from the loop of the screen. Nothing
//! is sent to AWS here.

use std::path::PathBuf;

use super::Operator;
use super::conch::Conch;
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::plan::event::{Entry, Event, Right, RunId, Start};
use crate::plan::progress::Progress;
use crate::plan::run::{self, Ledger};
use crate::plan::{Intent, Plan};
use crate::webhook::Bell;

/// Where a console writes, and in whose name.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    /// The folder of the journal.
    pub(super) state: PathBuf,
    /// Who writes.
    pub(super) operator: Operator,
    /// When.
    pub(super) clock: Clock,
    /// By which config.
    pub(super) config: Option<PathBuf>,
    /// Who is told of its runs.
    pub(super) bell: Option<Bell>,
}

/// The journal and the conch of this host, for whoever may act here.
pub(super) struct Seat {
    pub(super) journal: Journal,
    pub(super) conch: Conch,
    /// By what right, where bastions share a table.
    pub(super) right: Option<Right>,
}

/// A run that may be driven from here on, with all of its lines.
pub(super) struct Begun {
    pub(super) progress: Progress,
    pub(super) lines: Vec<Entry>,
    pub(super) journal: Journal,
    pub(super) conch: Conch,
}

impl Desk {
    /// Writes the first lines of a run; the error says in words why there is none.
    pub(super) fn start(
        &self,
        (plan, start): (Plan, Start),
        Seat { mut journal, conch, right }: Seat,
    ) -> Result<Begun, String> {
        if let Some(open) = journal.open_run().map_err(words)? {
            return Err(format!(
                "run {open} has not ended: the next start of this console asks about it, and \
                 `pointsman close {open} --reason TEXT` ends it"
            ));
        }
        let mut progress = run::start(plan, start, &mut journal, &self.clock).map_err(words)?;
        self.by_right(&mut progress, right, &mut journal)?;
        begun(progress, journal, conch)
    }

    /// Writes that a run that was cut off goes on.
    pub(super) fn take_up(
        &self,
        run: &RunId,
        Seat { mut journal, conch, right }: Seat,
    ) -> Result<Begun, String> {
        let lines = journal.entries(run).map_err(words)?;
        let mut progress =
            run::take_up(&lines, &self.operator.who, &mut journal, &self.clock).map_err(words)?;
        self.by_right(&mut progress, right, &mut journal)?;
        begun(progress, journal, conch)
    }

    /// Ends a run that was cut off; its lines come back.
    pub(super) fn close(
        &self,
        (run, reason): (&RunId, &str),
        Seat { mut journal, conch: _conch, .. }: Seat,
    ) -> Result<Vec<Entry>, String> {
        let before = journal.entries(run).map_err(words)?;
        run::close(&before, (&self.operator.who, reason), &mut journal, &self.clock).map_err(words)?;
        journal.entries(run).map_err(words)
    }

    /// Writes a note about a run that nobody drives.
    pub(super) fn note(&self, run: &RunId, text: String) -> Result<Entry, String> {
        let mut journal = Journal::open(&self.state).map_err(words)?;
        let event = Event::Noted { who: self.operator.who.clone(), text };
        let receipt = journal.append(run, self.clock.now(), &event).map_err(words)?;
        Ok(receipt.entry().clone())
    }

    /// Writes down what was refused.
    pub(super) fn refuse(&self, intent: Intent, why: String) -> Result<Entry, String> {
        let mut journal = Journal::open(&self.state).map_err(words)?;
        run::refuse(intent, why, self.operator.who.clone(), &mut journal, &self.clock).map_err(words)
    }

    /// The journal, for whoever may act.
    pub(super) fn sit_down(&self) -> Result<Seat, String> {
        let journal = Journal::open(&self.state).map_err(words)?;
        let mut conch = Conch::take(&self.state, &self.operator).map_err(words)?;
        if let Some(config) = &self.config {
            conch.acts_by(config);
        }
        Ok(Seat { journal, conch, right: None })
    }

    /// Writes by what right the run acts, where bastions share a table.
    fn by_right(
        &self,
        progress: &mut Progress,
        right: Option<Right>,
        journal: &mut Journal,
    ) -> Result<(), String> {
        let Some(right) = right.filter(|_| progress.is_open()) else { return Ok(()) };
        let Operator { who, host } = &self.operator;
        run::by_right(progress, (who, host), right, journal, &self.clock).map_err(words)
    }
}

fn begun(progress: Progress, journal: Journal, conch: Conch) -> Result<Begun, String> {
    let lines = journal.entries(&progress.run).map_err(words)?;
    Ok(Begun { progress, lines, journal, conch })
}

fn words(why: impl std::fmt::Display) -> String {
    why.to_string()
}
