//! The way from the command line to whoever drives a run: through this host's journal, or through the shared table.
//!
//! It carries what is asked and waits for the reply; it never does anything by itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use color_eyre::eyre::Result;

use super::claim::commons;
use super::exit::{self, Refused};
use super::setup::{Reader, load};
use super::{Common, place, say};
use crate::clock::{Clock, host_now};
use crate::ledger::shared::mirror::Copied;
use crate::ledger::sqlite::Journal;
use crate::plan::event::{Entry, RunId};
use crate::plan::run::{Ask, Command, Ledger, Outbox, Reply};
use crate::runtime::Operator;
use crate::runtime::conch;
use crate::runtime::post::HostOutbox;
use crate::runtime::shared::{Commons, TableOutbox};

/// How long whoever drives the run may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often the reply is looked for.
const EVERY: Duration = Duration::from_millis(500);

/// The way to one run.
pub(super) struct Way {
    /// Which.
    pub(super) run: RunId,
    /// Who asks.
    pub(super) operator: Operator,
    outbox: Box<dyn Outbox>,
    journal: Kept,
}

/// Where the run's lines are.
enum Kept {
    Here(PathBuf),
    Abroad(Box<(Commons, Copied)>),
}

impl Way {
    /// The way to the run whose name begins like this: one that a process of this host drives, else one of another host.
    pub(super) async fn to(common: &Common, name: &str) -> Result<Self> {
        let config = load(common)?;
        let state = place::state_of(common, &config.topology)?;
        let operator = place::operator();
        if let Some(run) = here(&state, name)? {
            let outbox = Box::new(HostOutbox::new(&state));
            return Ok(Self { run, operator, outbox, journal: Kept::Here(state) });
        }
        let reader = Reader::new(config, Clock::wall());
        reader.clients.learn_time().await;
        let parts = (&reader.clients, &reader.clock);
        let Some(commons) = commons(&reader.config, parts, (&state, &operator))? else {
            let why = format!(
                "no process of this host drives a run that begins with `{name}`, and no table is shared"
            );
            return Err(Refused::new(exit::USAGE, why).into());
        };
        let runs =
            commons.runs().await.map_err(|trouble| Refused::new(exit::UNKNOWN, trouble.to_string()))?;
        let Some(copied) = runs.into_iter().rev().find(|run| run.open && run.run.0.starts_with(name)) else {
            let why =
                format!("no run that has not ended begins with `{name}`; `pointsman journal list --shared`");
            return Err(Refused::new(exit::USAGE, why).into());
        };
        let run = copied.run.clone();
        let outbox = Box::new(TableOutbox::new(commons.clone(), run.clone()));
        Ok(Self { run, operator, outbox, journal: Kept::Abroad(Box::new((commons, copied))) })
    }

    /// The run's lines as far as they can be seen from here, with its driver's numbers.
    pub(super) async fn lines(&self) -> Result<Vec<Entry>> {
        match &self.journal {
            Kept::Here(state) => match Journal::open_to_read(state)? {
                Some(journal) => Ok(journal.entries(&self.run)?),
                None => Ok(Vec::new()),
            },
            Kept::Abroad(place) => {
                let (commons, copied) = place.as_ref();
                let pulled = commons.pull(copied.clone()).await;
                let foreign = pulled.map_err(|why| Refused::new(exit::UNKNOWN, why.to_string()))?;
                Ok(foreign.pulled.lines)
            }
        }
    }

    /// Asks, and waits until it is done. `seen` is the newest line that whoever asks has seen.
    ///
    /// # Errors
    /// When it was refused, or nobody answered.
    pub(super) async fn put(&mut self, command: Command, seen: Option<u64>) -> Result<()> {
        let (at, host, word) = (host_now(), self.operator.host.clone(), command.word());
        let run = &self.run;
        let id = self.outbox.leave(&Ask { run: run.clone(), at, host, seen, command }).await?;
        let waited = tokio::time::Instant::now();
        while waited.elapsed() < PATIENCE {
            match self.outbox.reply(&id).await {
                Ok(Some(Reply::Taken)) => {
                    say::out(format_args!("run {run}: {word} is done, and in its journal"));
                    return Ok(());
                }
                Ok(Some(Reply::Refused { why })) => {
                    return Err(Refused::new(exit::BAD, format!("run {run} refused {word}: {why}")).into());
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "no reply can be read now"),
            }
            tokio::time::sleep(EVERY).await;
        }
        let why = format!("whoever drives run {run} has not answered; it may still be done: ask aloud");
        Err(Refused::new(exit::UNKNOWN, why).into())
    }
}

/// The run of this host of that name that a process drives now.
fn here(state: &Path, name: &str) -> Result<Option<RunId>> {
    if conch::holder(state).is_none() {
        return Ok(None);
    }
    let Some(journal) = Journal::open_to_read(state)? else { return Ok(None) };
    Ok(journal.open_run()?.filter(|open| open.0.starts_with(name)))
}
