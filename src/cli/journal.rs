//! `pointsman journal`: reads the journal of the config's workload, and of earlier demos.
//!
//! It never writes, and a broken chain is an error that names the line.

pub(super) mod shared;

use std::path::PathBuf;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::exit::{self, Refused};
use super::follow::step;
use super::{Common, JournalCommand, place, say};
use crate::ledger::sqlite::{FILE, Journal};
use crate::ledger::{RunState, RunSummary};
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
        JournalCommand::Verify { run: None } => Ok(verify(&journals)),
        JournalCommand::Verify { run: Some(run) } => verify_run(&journals, run),
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
            match journal.summary(run)? {
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
    Ok(if whole { ExitCode::SUCCESS } else { exit::BROKEN.into() })
}

fn list_line(workload: &str, run: &RunSummary) -> String {
    let state = match &run.state {
        RunState::Refused { why } => format!("refused: {why}"),
        RunState::Open => "open: in flight, on hold or cut off".to_owned(),
        RunState::Closed { summary, .. } => summary.clone(),
    };
    let is_drill = run.start.as_ref().is_some_and(|start| start.drill);
    let drill = if is_drill { "DRILL " } else { "" };
    let when = run.at.strftime("%Y-%m-%d %H:%M:%S");
    let intent = &run.intent;
    format!(
        "{}  {when} UTC  {workload}  {drill}{} {} → {}  {}  {state}",
        run.run, intent.playbook, intent.from, intent.to, run.who
    )
}

fn show(journals: &[Found], name: &str) -> Result<ExitCode> {
    let (lines, code) = find(journals, name)?;
    tell(&lines);
    Ok(code)
}

/// The lines of one run, as people read them.
fn tell(lines: &[Entry]) {
    for (at, entry) in lines.iter().enumerate() {
        let when = entry.at.strftime("%Y-%m-%d %H:%M:%S");
        let (seq, step) = (entry.seq, step(entry));
        say::out(format_args!("{seq:>5}  {when}  {step:>2} {}", line(entry, &lines[..at])));
    }
}

fn export(journals: &[Found], name: &str) -> Result<ExitCode> {
    let (lines, code) = find(journals, name)?;
    for entry in lines {
        say::record(serde_json::to_string(&entry)?);
    }
    Ok(code)
}

fn verify(journals: &[Found]) -> ExitCode {
    let mut whole = true;
    for found in journals {
        match verdict(&found.journal) {
            Ok(lines) => {
                say::out(format_args!("{}: {lines} lines, the chain holds", found.workload));
                tell_set_back(&found.journal, None);
            }
            Err(broken) => {
                whole = false;
                say::out(format_args!("{}: {broken}", found.workload));
            }
        }
    }
    if journals.is_empty() {
        say::out("no journal yet");
    }
    if whole { ExitCode::SUCCESS } else { exit::BROKEN.into() }
}

/// Times that run backwards, of one run or of all: the chain holds, and whoever reads the times must know.
fn tell_set_back(journal: &Journal, of: Option<&RunId>) {
    let found = journal.set_back().unwrap_or_default();
    for line in found.iter().filter(|line| of.is_none_or(|run| line.run == *run)) {
        say::out(format_args!("  {line}"));
    }
}

/// The number of lines of a journal that is whole, or what is wrong with it.
fn verdict(journal: &Journal) -> Result<u64, String> {
    match journal.verify() {
        Ok(Ok(lines)) => Ok(lines),
        Ok(Err(broken)) => Err(format!("BROKEN at {broken}")),
        Err(damaged) => Err(format!("DAMAGED: {damaged}")),
    }
}

/// One run, and the chain that it is in: where that is broken, a line of this run may be missing.
fn verify_run(journals: &[Found], name: &str) -> Result<ExitCode> {
    let (Found { journal, .. }, run) = named(journals, name)?;
    let lines = journal.read(&run)?;
    let (own, all) = (lines.as_ref().map(Vec::len), verdict(journal));
    match &own {
        Ok(lines) => {
            say::out(format_args!("run {run}: {lines} lines, each as it was written"));
            tell_set_back(journal, Some(&run));
        }
        Err(broken) => say::out(format_args!("run {run}: BROKEN at {broken}")),
    }
    match &all {
        Ok(lines) => say::out(format_args!("its journal: {lines} lines, the chain holds")),
        Err(broken) => say::out(format_args!("its journal: {broken}; lines of the run may be missing")),
    }
    Ok(if own.is_ok() && all.is_ok() { ExitCode::SUCCESS } else { exit::BROKEN.into() })
}

/// One run as it was found among all journals of this host.
pub(super) struct Told {
    /// The folder of its workload.
    pub workload: String,
    /// All its lines.
    pub lines: Vec<Entry>,
    /// What the command exits with, if nothing else is wrong.
    pub code: ExitCode,
    /// The chain of its journal holds.
    pub whole: bool,
}

/// The one run whose name begins like this; a chain that is broken is said on standard error.
///
/// # Errors
/// When no run, or more than one, begins like this, or a journal cannot be read.
pub(super) fn told(common: &Common, name: &str) -> Result<Told> {
    let journals = journals(common)?;
    let (lines, code) = find(&journals, name)?;
    let (found, _) = named(&journals, name)?;
    let whole = code == ExitCode::SUCCESS;
    Ok(Told { workload: found.workload.clone(), lines, code, whole })
}

/// The lines of the one run whose name begins like this, and the exit code: a chain that is broken anywhere is said,
/// because a line may be missing here.
fn find(journals: &[Found], name: &str) -> Result<(Vec<Entry>, ExitCode)> {
    let (Found { journal, .. }, run) = named(journals, name)?;
    let lines = journal.entries(&run)?;
    let Err(broken) = journal.verify()? else { return Ok((lines, ExitCode::SUCCESS)) };
    say::err(format_args!("the journal's chain is broken at {broken}; lines may be missing here"));
    Ok((lines, exit::BROKEN.into()))
}

/// The one run whose name begins like this, and where it was found.
fn named<'a>(journals: &'a [Found], name: &str) -> Result<(&'a Found, RunId)> {
    let mut fits: Vec<(&Found, RunId)> = Vec::new();
    for found in journals {
        let runs = found.journal.names()?.into_iter();
        fits.extend(runs.filter(|run| run.0.starts_with(name)).map(|run| (found, run)));
    }
    let why = match fits.as_slice() {
        [] => format!("no run begins with `{name}`; `pointsman journal list` names them"),
        [_] => return Ok(fits.remove(0)),
        several => {
            let names: Vec<_> = several.iter().map(|(_, run)| run.0.as_str()).collect();
            format!("`{name}` fits {} runs: {}", several.len(), names.join(", "))
        }
    };
    Err(Refused::new(exit::USAGE, why).into())
}
