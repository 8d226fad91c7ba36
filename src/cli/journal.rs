//! `pointsman journal`: reads the journal of the config's workload, and of earlier demos.
//!
//! It never writes, and a broken chain is an error that names the line.

use std::path::PathBuf;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::exit::{self, Refused};
use super::{Common, JournalCommand, place, say};
use crate::ledger::sqlite::{FILE, Journal};
use crate::ledger::{RunState, RunSummary, summary};
use crate::plan::event::{Entry, RunId, line};
use crate::plan::run::Ledger;

/// A journal with the folder it is in.
struct Found {
    workload: String,
    journal: Journal,
}

/// Answers one question about the journals of this host.
pub(super) fn journal(common: &Common, command: &JournalCommand) -> Result<ExitCode> {
    let journals = journals(common)?;
    match command {
        JournalCommand::List => list(&journals),
        JournalCommand::Show { run } => show(&journals, run),
        JournalCommand::Verify => verify(&journals),
        JournalCommand::Export { run } => export(&journals, run),
    }
}

/// The folders in the state folder that have a journal, one a workload.
pub(super) fn folders(common: &Common) -> Result<Vec<PathBuf>> {
    let state = place::state_dir(common)?;
    let Ok(folders) = std::fs::read_dir(&state) else { return Ok(Vec::new()) };
    let mut folders: Vec<PathBuf> = folders.filter_map(|f| Some(f.ok()?.path())).collect();
    folders.retain(|folder| folder.join(FILE).exists());
    folders.sort();
    Ok(folders)
}

/// Every journal in the state folder.
fn journals(common: &Common) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for folder in folders(common)? {
        let workload = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(journal) = Journal::open_to_read(&folder)? {
            found.push(Found { workload, journal });
        }
    }
    Ok(found)
}

fn list(journals: &[Found]) -> Result<ExitCode> {
    let (mut none, mut whole) = (true, true);
    for Found { workload, journal } in journals {
        for run in journal.names()?.iter().rev() {
            none = false;
            match journal.read(run)?.map(|lines| summary(&lines)) {
                Ok(Some(run)) => say::out(list_line(workload, &run)),
                Ok(None) => {}
                Err(broken) => {
                    whole = false;
                    say::out(format_args!("{run}  {workload}  cannot be read: {broken}"));
                }
            }
        }
    }
    if none {
        say::out("no run yet");
    }
    Ok(if whole { ExitCode::SUCCESS } else { exit::BAD.into() })
}

fn list_line(workload: &str, run: &RunSummary) -> String {
    let state = match &run.state {
        RunState::Refused { why } => format!("refused: {why}"),
        RunState::Open => "open: in flight, on hold or cut off".to_owned(),
        RunState::Closed { summary, .. } => summary.clone(),
    };
    let when = run.at.strftime("%Y-%m-%d %H:%M:%S");
    let intent = &run.intent;
    format!(
        "{}  {when} UTC  {workload}  {} {} → {}  {}  {state}",
        run.run, intent.playbook, intent.from, intent.to, run.who
    )
}

fn show(journals: &[Found], name: &str) -> Result<ExitCode> {
    let (lines, code) = find(journals, name)?;
    for (at, entry) in lines.iter().enumerate() {
        let when = entry.at.strftime("%Y-%m-%d %H:%M:%S");
        say::out(format_args!("{:>5}  {when}  {}", entry.seq, line(entry, &lines[..at])));
    }
    Ok(code)
}

fn export(journals: &[Found], name: &str) -> Result<ExitCode> {
    let (lines, code) = find(journals, name)?;
    for entry in lines {
        say::out(serde_json::to_string(&entry)?);
    }
    Ok(code)
}

fn verify(journals: &[Found]) -> Result<ExitCode> {
    let mut whole = true;
    for Found { workload, journal } in journals {
        match journal.verify()? {
            Ok(lines) => say::out(format_args!("{workload}: {lines} lines, the chain holds")),
            Err(broken) => {
                whole = false;
                say::out(format_args!("{workload}: BROKEN at line {}: {}", broken.seq, broken.what));
            }
        }
    }
    if journals.is_empty() {
        say::out("no journal yet");
    }
    Ok(if whole { ExitCode::SUCCESS } else { exit::BAD.into() })
}

/// The lines of the one run whose name begins like this, and the exit code: a chain that is broken anywhere is said,
/// because a line may be missing here.
fn find(journals: &[Found], name: &str) -> Result<(Vec<Entry>, ExitCode)> {
    let mut fits: Vec<(&Journal, RunId)> = Vec::new();
    for Found { journal, .. } in journals {
        let runs = journal.names()?.into_iter();
        fits.extend(runs.filter(|run| run.0.starts_with(name)).map(|run| (journal, run)));
    }
    match fits.as_slice() {
        [] => {
            let why = format!("no run begins with `{name}`; `pointsman journal list` names them");
            Err(Refused::new(exit::USAGE, why).into())
        }
        [(journal, run)] => {
            let lines = journal.entries(run)?;
            let Err(broken) = journal.verify()? else { return Ok((lines, ExitCode::SUCCESS)) };
            say::err(format_args!("the journal's chain is broken at {broken}; lines may be missing here"));
            Ok((lines, exit::BAD.into()))
        }
        several => {
            let names: Vec<_> = several.iter().map(|(_, run)| run.0.as_str()).collect();
            let why = format!("`{name}` fits {} runs: {}", several.len(), names.join(", "));
            Err(Refused::new(exit::USAGE, why).into())
        }
    }
}
