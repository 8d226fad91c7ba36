//! The journals of all bastions, as the shared table has copies of them.
//!
//! It only reads, and tells a run only from a copy whose chain holds.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::super::claim::commons;
use super::super::exit::{self, Refused};
use super::super::setup::{Reader, load};
use super::super::{Common, JournalCommand, place, say};
use super::tell;
use crate::clock::Clock;
use crate::ledger::shared::mirror::{Copied, NotPulled};
use crate::ledger::sqlite::Journal;
use crate::model::reading::Trouble;
use crate::runtime::shared::Commons;

/// Answers one question about the copies.
pub(in crate::cli) async fn journal(common: &Common, command: &JournalCommand) -> Result<ExitCode> {
    let config = load(common)?;
    let state = place::state_of(common, &config.topology)?;
    let reader = Reader::new(config, Clock::wall());
    reader.clients.learn_time().await;
    let parts = (&reader.clients, &reader.clock);
    let Some(commons) = commons(&reader.config, parts, (&state, &place::operator()))? else {
        let why = "the config declares no shared table: there is no [shared]";
        return Err(Refused::new(exit::USAGE, why).into());
    };
    let runs = commons.runs().await.map_err(silent)?;
    match command {
        JournalCommand::List => Ok(list(&runs)),
        JournalCommand::Verify { .. } => {
            let copies = verify(&commons, &runs).await?;
            Ok(if own(&commons, &state).await? { copies } else { exit::BROKEN.into() })
        }
        JournalCommand::Show { run } => {
            let entries = commons.pull(one(runs, run)?).await.map_err(refused)?.pulled.lines;
            tell(&entries);
            Ok(ExitCode::SUCCESS)
        }
        JournalCommand::Export { run } => {
            for entry in commons.pull(one(runs, run)?).await.map_err(refused)?.pulled.lines {
                say::record(serde_json::to_string(&entry)?);
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list(runs: &[Copied]) -> ExitCode {
    for run in runs.iter().rev() {
        let when = run.at.strftime("%Y-%m-%d %H:%M:%S");
        let Copied { run, host, who, words, state, .. } = run;
        say::out(format_args!("{run}  {when} UTC  {host}  {words}  {who}  {state}"));
    }
    if runs.is_empty() {
        say::out("no run yet");
    }
    ExitCode::SUCCESS
}

async fn verify(commons: &Commons, runs: &[Copied]) -> Result<ExitCode> {
    let journals: BTreeSet<(&str, &str)> = runs.iter().map(|run| (&*run.host, &*run.journal)).collect();
    let mut whole = true;
    for (host, journal) in journals {
        match commons.verify(journal).await {
            Ok(lines) => say::out(format_args!("{host} ({journal}): {lines} lines, the chain holds")),
            Err(NotPulled::Broken(broken)) => {
                whole = false;
                say::out(format_args!("{host} ({journal}): BROKEN at line {}: {}", broken.seq, broken.what));
            }
            Err(other) => return Err(refused(other).into()),
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { exit::BROKEN.into() })
}

/// Whether this host's journal is what was copied of it; what was done to it, its own note of its end too, shows here.
async fn own(commons: &Commons, state: &Path) -> Result<bool> {
    let Some(journal) = Journal::open_to_read(state)? else { return Ok(true) };
    match commons.against(&journal).await? {
        Ok(()) => say::out("this host's journal: each line that was copied is as it was copied"),
        Err(NotPulled::Broken(broken)) => {
            say::out(format_args!("this host's journal: BROKEN at {broken}"));
            return Ok(false);
        }
        Err(other) => return Err(refused(other).into()),
    }
    Ok(true)
}

/// The one run whose name begins like this.
fn one(mut runs: Vec<Copied>, name: &str) -> Result<Copied, Refused> {
    runs.retain(|run| run.run.0.starts_with(name));
    match runs.len() {
        1 => Ok(runs.remove(0)),
        0 => {
            let why = format!("no run begins with `{name}`; `pointsman journal list --shared` names them");
            Err(Refused::new(exit::USAGE, why))
        }
        _ => {
            let names: Vec<_> = runs.iter().map(|run| run.run.0.as_str()).collect();
            Err(Refused::new(exit::USAGE, format!("`{name}` fits {} runs: {}", runs.len(), names.join(", "))))
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn silent(trouble: Trouble) -> Refused {
    Refused::new(exit::UNKNOWN, format!("the shared table does not tell: {trouble}"))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn refused(why: NotPulled) -> Refused {
    let code = match why {
        NotPulled::Table(_) => exit::UNKNOWN,
        NotPulled::Broken(_) => exit::BROKEN,
    };
    Refused::new(code, why.to_string())
}
