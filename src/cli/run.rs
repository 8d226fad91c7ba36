//! `pointsman run`, `resume` and `close`: the same engine without a screen, one event a line.
//!
//! Nobody can be asked, so a run on hold ends the command with the run still open; it never decides for a person.

use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::{Report, Result};
use jiff::Timestamp;

use super::exit::{self, Refused};
use super::follow::{Teller, ended, follow};
use super::plan::{declared, intent};
use super::setup::{Reader, bell, file, load};
use super::{Common, ResumeArgs, RunArgs, place, say};
use crate::clock::{Clock, host_now};
use crate::ledger::past;
use crate::ledger::sqlite::Journal;
use crate::model::World;
use crate::model::verdict;
use crate::plan::event::{RunId, Start};
use crate::plan::history::Ground;
use crate::plan::interlock::{self, Interlock, Verdict};
use crate::plan::progress::Progress;
use crate::plan::run::{self, Ledger, Stop, WhenHeld};
use crate::plan::{Intent, Plan};
use crate::runtime::Operator;
use crate::runtime::conch::Conch;
use crate::runtime::flight::{Flight, Gear};
use crate::runtime::signals::Signals;

/// Where a run is written down, and the right to have one.
struct Desk {
    journal: Journal,
    conch: Conch,
    operator: Operator,
}

/// Runs a playbook to its end or to a hold.
pub(super) async fn run(common: &Common, args: &RunArgs) -> Result<ExitCode> {
    let config = load(common)?;
    let intent = intent(&args.intent);
    declared(&intent, &config.topology)?;
    let state = place::state_of(common, &config.topology)?;
    let reader = Reader::new(config, Clock::wall());
    let cleared = match confirmed(args.confirm.as_deref(), &intent) {
        Ok(()) => clear(common, &state, &reader, &intent).await,
        Err(unconfirmed) => Err(unconfirmed.into()),
    };
    let (mut desk, world, plan) = match cleared {
        Ok(cleared) => cleared,
        Err(report) => {
            if let Some(Refused { why, .. }) = report.downcast_ref() {
                say::err("refused, nothing was sent:");
                refuse(&state, &intent, why, args.json)?;
            }
            return Err(report);
        }
    };
    let Operator { who, host } = &desk.operator;
    let identity = verdict::identity(&world);
    let start = Start::new((who, host), identity, args.reason.clone(), reader.config.simulated);
    // From here on no signal ends the process by itself.
    let signals = Signals::new()?;
    let progress = run::start(plan, start, &mut desk.journal, &reader.clock)?;
    fly(reader, world, desk, (progress, signals), args.json).await
}

/// Goes on with a run that was cut off or is paused.
pub(super) async fn resume(common: &Common, args: &ResumeArgs) -> Result<ExitCode> {
    let (config, json) = (load(common)?, args.json);
    let state = place::state_of(common, &config.topology)?;
    let (run, mut desk) = take_up(common, &state, &args.run)?;
    let lines = desk.journal.entries(&run)?;
    let before = Progress::replay(&lines)?;
    let reader = Reader::new(config, Clock::wall());
    let world = match still_meant(&before, args.confirm.as_deref()) {
        Ok(()) => reader.world().await,
        Err(unconfirmed) => return Err(not_resumed(&state, &before, unconfirmed, json)),
    };
    let rest = interlock::rest(&world, &before, reader.config.simulated, reader.clock.now());
    if let Err(held) = held_back(&rest) {
        return Err(not_resumed(&state, &before, held, json));
    }
    let signals = Signals::new()?;
    let progress = run::resume(&lines, &desk.operator.who, &mut desk.journal, &reader.clock)?;
    fly(reader, world, desk, (progress, signals), json).await
}

/// A run that may still send is gone on with only under the name of the Region that receives.
fn still_meant(run: &Progress, confirm: Option<&str>) -> Result<(), Refused> {
    if confirm.is_none() && run.may_send().is_empty() { Ok(()) } else { confirmed(confirm, &run.plan.intent) }
}

/// What is refused is written down, as far as it can be.
fn not_resumed(state: &Path, run: &Progress, refused: Refused, json: bool) -> Report {
    say::err("refused, nothing was sent:");
    let why = format!("resume of run {}: {}", run.run, refused.why);
    match refuse(state, &run.plan.intent, &why, json) {
        Ok(()) => refused.into(),
        Err(unwritten) => unwritten,
    }
}

/// Ends a run that was cut off or is on hold; sends nothing.
pub(super) fn close(common: &Common, name: &str, reason: &str) -> Result<ExitCode> {
    let config = load(common)?;
    let state = place::state_of(common, &config.topology)?;
    let (run, mut desk) = take_up(common, &state, name)?;
    close_run(&mut desk.journal, &run, &desk.operator, reason)?;
    say::out(format_args!("run {run} is closed; nothing was sent and nothing was undone"));
    Ok(ExitCode::SUCCESS)
}

/// Writes that a run is over, at no earlier time than its last line: a simulated world may be ahead of this clock.
///
/// A run that cannot be replayed is closed all the same: it must not keep everybody from acting.
pub(super) fn close_run(journal: &mut Journal, run: &RunId, operator: &Operator, reason: &str) -> Result<()> {
    let by = (operator.who.as_str(), reason);
    let lines = match journal.read(run)? {
        Ok(lines) => lines,
        Err(broken) => {
            run::close_unread((run, &broken.to_string()), by, journal, &Clock::wall())?;
            return Ok(());
        }
    };
    let newest = lines.last().map_or(Timestamp::MIN, |line| line.at);
    let clock = Clock::starting_at(host_now().max(newest), 1);
    match run::close(&lines, by, journal, &clock) {
        Err(Stop::Illegal(illegal)) => run::close_unread((run, &illegal.to_string()), by, journal, &clock)?,
        closed => drop(closed?),
    }
    Ok(())
}

/// The Region that receives was named again.
fn confirmed(confirm: Option<&str>, intent: &Intent) -> Result<(), Refused> {
    let to = &intent.to;
    let why = match confirm {
        Some(typed) if typed == to.as_str() => return Ok(()),
        Some(typed) => format!("--confirm must name the Region that receives, {to}; it says `{typed}`"),
        None => format!("--confirm is missing; it must name the Region that receives, {to}"),
    };
    Err(Refused::new(exit::USAGE, why))
}

/// Everything that must be so before a run may begin; nothing is written yet.
async fn clear(
    common: &Common,
    state: &Path,
    reader: &Reader,
    intent: &Intent,
) -> Result<(Desk, World, Plan)> {
    let desk = Desk::open(common, state)?;
    if let Some(open) = desk.journal.open_run()? {
        let why = format!(
            "run {open} has not ended. `pointsman journal show {open}` tells it, `pointsman resume {open} --confirm \
             REGION` goes on with it, `pointsman close {open} --reason TEXT` ends it"
        );
        return Err(Refused::new(exit::BAD, why).into());
    }
    let world = reader.world().await;
    let now = reader.clock.now();
    let history = past::history(&desk.journal, Ground::here(reader.config.simulated))?;
    let prepared =
        interlock::prepare(&world, &history, intent, now).map_err(|why| Refused::new(exit::BAD, why))?;
    held_back(&prepared.interlocks)?;
    Ok((desk, world, prepared.plan))
}

/// What warns is said; what holds, all of it, is why there is no run.
fn held_back(interlocks: &[Interlock]) -> Result<(), Refused> {
    for Interlock { name, verdict, .. } in interlocks {
        if let Verdict::Warn(why) = verdict {
            say::err(format_args!("warning: {name}: {why}"));
        }
    }
    let holds = interlock::holds(interlocks);
    if holds.is_empty() { Ok(()) } else { Err(Refused::new(exit::BAD, holds.join("\n"))) }
}

/// Writes down what was refused.
fn refuse(state: &Path, intent: &Intent, why: &str, json: bool) -> Result<()> {
    let (mut journal, who) = (Journal::open(state)?, place::operator().who);
    let line = run::refuse(intent.clone(), why.to_owned(), who, &mut journal, &Clock::wall())?;
    if json {
        Teller::after(Vec::new(), true).tell(line);
    }
    Ok(())
}

impl Desk {
    /// The journal of a state folder, for whoever may act.
    fn open(common: &Common, state: &Path) -> Result<Self> {
        let (journal, operator) = (Journal::open(state)?, place::operator());
        let mut conch =
            Conch::take(state, &operator).map_err(|held| Refused::new(exit::BAD, held.to_string()))?;
        if let Some(file) = file(common) {
            conch.acts_by(&file);
        }
        Ok(Self { journal, conch, operator })
    }
}

/// The open run whose name begins like this, for whoever may act.
fn take_up(common: &Common, state: &Path, name: &str) -> Result<(RunId, Desk)> {
    let desk = Desk::open(common, state)?;
    let why = match desk.journal.open_run()? {
        Some(open) if open.0.starts_with(name) => return Ok((open, desk)),
        Some(open) => format!("the run that has not ended is {open}, not `{name}`"),
        None => format!("every run in {} has ended", desk.journal.path().display()),
    };
    Err(Refused::new(exit::USAGE, why).into())
}

/// Drives a run that has begun, and tells its lines from the first.
async fn fly(
    reader: Reader,
    world: World,
    desk: Desk,
    (begun, mut signals): (Progress, Signals),
    json: bool,
) -> Result<ExitCode> {
    let Desk { journal, conch, operator } = desk;
    let Reader { clients, clock, config } = reader;
    let bell = bell(&config).unwrap_or_else(|why| {
        say::err(format_args!("warning: nobody will be told of this run: {why}"));
        None
    });
    let _log = journal.path().parent().and_then(place::log_in);
    let mut teller = Teller::after(Vec::new(), json);
    for line in journal.entries(&begun.run)? {
        teller.tell(line);
    }
    let gear = Gear { clients: clients.clone(), clock: clock.clone(), journal, conch, bell };
    let (mut flight, readings) = Flight::begin(begun, world, gear, WhenHeld::StopThere);
    flight.read_for_itself(clients, clock, readings);
    let followed = follow(&mut flight, &mut teller, &operator, &mut signals).await?;
    Ok(ended(&followed))
}
