//! `pointsman ask`: asks something of a run that another process drives, on this host or on another bastion.
//!
//! It sends nothing to AWS but the ask itself, and confirms nothing: what becomes of it is for the run, which writes it
//! down.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use color_eyre::eyre::Result;

use super::claim::commons;
use super::exit::{self, Refused};
use super::setup::{Reader, load};
use super::{Common, place, say};
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::plan::StepId;
use crate::plan::event::{Decision, RunId};
use crate::plan::run::{Ask, Command, Outbox, Reply};
use crate::runtime::Operator;
use crate::runtime::conch;
use crate::runtime::post::HostOutbox;
use crate::runtime::shared::TableOutbox;

/// What can be asked.
#[derive(Clone, Debug, Subcommand)]
pub enum AskCommand {
    /// Start no new step; anyone may ask for it
    Pause,
    /// Start steps again
    Resume,
    /// Approve a step that waits for a second person
    Approve {
        /// The step's number
        step: u16,
        /// The version of the plan that you have looked at
        #[arg(long, value_name = "VERSION")]
        plan: String,
    },
    /// Read the world again for a held step
    ReadAgain {
        /// The step's number
        step: u16,
    },
    /// Try a held step's write again
    Retry {
        /// The step's number
        step: u16,
    },
    /// End the run; what is on its way is not stopped
    Abort {
        /// Why; it is written into the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Put a note into its journal
    Note {
        /// The note
        text: String,
    },
}

/// How long whoever drives the run may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often the reply is looked for.
const EVERY: Duration = Duration::from_millis(500);

/// Asks, and waits for the reply; exit 0 when it was done, 20 when it was refused, 30 when nobody answered.
pub(super) async fn ask(common: &Common, name: &str, command: AskCommand) -> Result<ExitCode> {
    let config = load(common)?;
    let state = place::state_of(common, &config.topology)?;
    let operator = place::operator();
    let command = command.of(&operator);
    if let Some(run) = here(&state, name)? {
        return put(HostOutbox::new(&state), (run, command), &operator).await;
    }
    let reader = Reader::new(config, Clock::wall());
    reader.clients.learn_time().await;
    let parts = (&reader.clients, &reader.clock);
    let Some(commons) = commons(&reader.config, parts, (&state, &operator))? else {
        let why =
            format!("no process of this host drives a run that begins with `{name}`, and no table is shared");
        return Err(Refused::new(exit::USAGE, why).into());
    };
    let runs = commons.runs().await.map_err(|trouble| Refused::new(exit::UNKNOWN, trouble.to_string()))?;
    let Some(run) = runs.into_iter().rev().find(|run| run.open && run.run.0.starts_with(name)) else {
        let why =
            format!("no run that has not ended begins with `{name}`; `pointsman journal list --shared`");
        return Err(Refused::new(exit::USAGE, why).into());
    };
    put(TableOutbox::new(commons, run.run.clone()), (run.run, command), &operator).await
}

/// The run of this host of that name that a process drives now.
fn here(state: &Path, name: &str) -> Result<Option<RunId>> {
    if conch::holder(state).is_none() {
        return Ok(None);
    }
    let Some(journal) = Journal::open_to_read(state)? else { return Ok(None) };
    Ok(journal.open_run()?.filter(|open| open.0.starts_with(name)))
}

async fn put(
    mut outbox: impl Outbox,
    (run, command): (RunId, Command),
    operator: &Operator,
) -> Result<ExitCode> {
    let (at, host, word) = (crate::clock::host_now(), operator.host.clone(), command.word());
    let id = outbox.leave(&Ask { run: run.clone(), at, host, seen: None, command }).await?;
    let waited = tokio::time::Instant::now();
    while waited.elapsed() < PATIENCE {
        match outbox.reply(&id).await {
            Ok(Some(Reply::Taken)) => {
                say::out(format_args!("run {run}: {word} is done, and in its journal"));
                return Ok(ExitCode::SUCCESS);
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

impl AskCommand {
    fn of(self, operator: &Operator) -> Command {
        let Operator { who, host } = operator.clone();
        let decide = |step, decision, who| Command::Decide { step: StepId(step), decision, who };
        match self {
            Self::Pause => Command::Pause { who },
            Self::Resume => Command::Resume { who },
            Self::Approve { step, plan } => Command::Approve { step: StepId(step), who, host, version: plan },
            Self::ReadAgain { step } => decide(step, Decision::ReadAgain, who),
            Self::Retry { step } => decide(step, Decision::Retry, who),
            Self::Abort { reason } => Command::Abort { who, reason },
            Self::Note { text } => Command::Note { who, text },
        }
    }
}
