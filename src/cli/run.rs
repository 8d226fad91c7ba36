//! `pointsman run`, `resume` and `close`: the same engine without a screen, one event a line.
//!
//! Nobody can be asked, so a run on hold ends the command with the run still open; it never decides for a person.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};
use tokio::sync::{mpsc, watch as channel};

use super::plan::{declared, intent};
use super::setup::{Loaded, Reader, load};
use super::watch::state_of;
use super::{Common, RunArgs, exit, place};
use crate::aws::actuator::Hands;
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::model::World;
use crate::model::reading::{Identity, Reading, Source};
use crate::plan::event::{End, Entry, Outcome, RunId, Start, line};
use crate::plan::interlock::{self, Interlock, Verdict};
use crate::plan::progress::{Progress, StepState};
use crate::plan::run::{self, Ledger, Ports, WhenHeld};
use crate::plan::{Intent, playbook};
use crate::sampler::{self, Pace};

/// Runs a playbook to its end or to a hold.
#[expect(clippy::print_stderr, reason = "what is refused is said on standard error")]
pub(super) async fn run(common: &Common, args: &RunArgs) -> Result<ExitCode> {
    let Loaded::Config(config) = load(common) else { return Ok(Loaded::code()) };
    let intent = intent(&args.intent);
    if let Err(why) = declared(&intent, &config.topology) {
        eprintln!("{why}");
        return Ok(exit::USAGE.into());
    }
    let state = state_of(common, &config.topology.workload)?;
    let clock = Clock::wall();
    if args.confirm != args.intent.to {
        let why = format!(
            "--confirm must name the Region that receives, {}; it says `{}`",
            intent.to, args.confirm
        );
        eprintln!("refused, nothing was sent: {why}");
        refuse(&state, intent, why, &clock)?;
        return Ok(exit::USAGE.into());
    }
    let mut journal = Journal::open(&state)?;
    if let Some(open) = journal.open_run()? {
        eprintln!(
            "refused, nothing was sent: run {0} has not ended. `pointsman journal show {0}` tells it; \
             `pointsman resume {0}` goes on with it, `pointsman close {0} --reason TEXT` ends it.",
            open.run
        );
        return Ok(exit::BAD.into());
    }
    let reader = Reader::new(*config, clock);
    let world = reader.world().await;
    let now = reader.clock.now();
    let plan = match playbook::plan(&world, &intent, now) {
        Ok(plan) => plan,
        Err(why) => {
            eprintln!("no plan: {why}");
            return Ok(exit::BAD.into());
        }
    };
    let interlocks = interlock::check(&world, &intent, now);
    if !interlock::clear(&interlocks) {
        let why = held_by(&interlocks);
        eprintln!("refused, nothing was sent: {why}");
        refuse(&state, intent, why, &reader.clock)?;
        return Ok(exit::BAD.into());
    }
    let start = start_of(&world, args.reason.clone(), reader.config.simulated);
    let progress = run::start(plan, start, &mut journal, &reader.clock)?;
    drive(reader, world, journal, progress, args.json).await
}

/// Goes on with a run that was cut off or is on hold.
pub(super) async fn resume(common: &Common, name: &str, json: bool) -> Result<ExitCode> {
    let Loaded::Config(config) = load(common) else { return Ok(Loaded::code()) };
    let state = state_of(common, &config.topology.workload)?;
    let reader = Reader::new(*config, Clock::wall());
    let mut journal = Journal::open(&state)?;
    let lines = journal.entries(&open_run(&journal, name)?)?;
    let world = reader.world().await;
    let progress = run::resume(&lines, &place::operator(), &mut journal, &reader.clock)?;
    drive(reader, world, journal, progress, json).await
}

/// Ends a run that was cut off or is on hold; sends nothing.
#[expect(clippy::print_stdout, reason = "what was done is the answer")]
pub(super) fn close(common: &Common, name: &str, reason: &str) -> Result<ExitCode> {
    let Loaded::Config(config) = load(common) else { return Ok(Loaded::code()) };
    let mut journal = Journal::open(&state_of(common, &config.topology.workload)?)?;
    let run = open_run(&journal, name)?;
    let lines = journal.entries(&run)?;
    run::close(&lines, (&place::operator(), reason), &mut journal, &Clock::wall())?;
    println!("run {run} is closed; nothing was sent and nothing was undone");
    Ok(ExitCode::SUCCESS)
}

/// The open run whose name begins like this.
fn open_run(journal: &Journal, name: &str) -> Result<RunId> {
    match journal.open_run()? {
        Some(open) if open.run.0.starts_with(name) => Ok(open.run),
        Some(open) => Err(eyre!("the run that has not ended is {}, not `{name}`", open.run)),
        None => Err(eyre!("every run in {} has ended", journal.path().display())),
    }
}

async fn drive(
    reader: Reader,
    world: World,
    journal: Journal,
    begun: Progress,
    json: bool,
) -> Result<ExitCode> {
    let Reader { clients, clock, .. } = reader;
    let mut told = journal.entries(&begun.run)?;
    told.iter().enumerate().for_each(|(at, entry)| print(entry, &told[..at], json));
    let (out, observations) = mpsc::channel(1024);
    // The sampler stays at this pace for as long as the sender lives.
    let (_pace, paced) = channel::channel(Pace::Run);
    let _meter = sampler::spawn(clients.clone(), clock.clone(), out, paced);
    let (_commands, commanded) = mpsc::channel(1);
    let (entries, mut lines) = mpsc::unbounded_channel();
    let ports = Ports {
        actuator: Arc::new(Hands::new(clients, u64::from(std::process::id()))),
        ledger: Box::new(journal),
        clock,
        observations,
        commands: commanded,
        entries,
        when_held: WhenHeld::StopThere,
    };
    let driving = tokio::spawn(run::drive(begun, world, ports));
    while let Some(entry) = lines.recv().await {
        print(&entry, &told, json);
        told.push(entry);
    }
    let progress = driving.await??;
    Ok(ended(&progress))
}

#[expect(clippy::print_stdout, reason = "one event a line is what was asked for")]
fn print(entry: &Entry, before: &[Entry], json: bool) {
    if json {
        let text = serde_json::to_string(entry).unwrap_or_else(|e| format!("{{\"error\":\"{e}\"}}"));
        println!("{text}");
    } else {
        println!("{}  {}", entry.at.strftime("%H:%M:%S"), line(entry, before));
    }
}

#[expect(clippy::print_stderr, reason = "why it did not end well goes to standard error")]
fn ended(progress: &Progress) -> ExitCode {
    match &progress.closed {
        Some((_, End::Confirmed, _)) => return ExitCode::SUCCESS,
        Some((_, _, summary)) => eprintln!("{summary}"),
        None => eprintln!(
            "run {0} is on hold and needs a person: the console shows it, or `pointsman resume {0}` and \
             `pointsman close {0} --reason TEXT`",
            progress.run
        ),
    }
    let unknown = progress.steps.values().any(|step| step.state == StepState::Done(Outcome::Unknown));
    if unknown { exit::UNKNOWN.into() } else { exit::BAD.into() }
}

fn refuse(state: &Path, intent: Intent, why: String, clock: &Clock) -> Result<()> {
    run::refuse(intent, why, place::operator(), &mut Journal::open(state)?, clock)?;
    Ok(())
}

fn held_by(interlocks: &[Interlock]) -> String {
    let holds = interlocks.iter().filter_map(|interlock| match &interlock.verdict {
        Verdict::Hold(why) => Some(format!("{}: {why}", interlock.name)),
        Verdict::Pass | Verdict::Warn(_) => None,
    });
    holds.collect::<Vec<_>>().join("; ")
}

fn start_of(world: &World, reason: String, simulated: bool) -> Start {
    let identity = identity(world);
    Start {
        who: place::operator(),
        host: place::host(),
        account: identity.map(|i| i.account.clone()),
        role: identity.map(|i| i.role().to_owned()),
        reason,
        drill: false,
        simulated,
    }
}

fn identity(world: &World) -> Option<&Identity> {
    world.feeds().find_map(|(source, feed)| match (source, feed.seen()) {
        (Source::Identity(_), Some((Reading::Identity(identity), _))) => Some(identity),
        _ => None,
    })
}
