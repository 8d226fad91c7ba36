//! `pointsman run`, `resume` and `close`: the same engine without a screen, one event a line.
//!
//! Nobody can be asked, so a run on hold ends the command with the run still open; it never decides for a person.

use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::{Report, Result};
use jiff::Timestamp;

use super::claim::{self, ClaimArgs};
use super::exit::{self, Refused};
use super::follow::{Teller, ended, follow};
use super::meant::{self, Open};
use super::plan::{declared, intent};
use super::setup::{Reader, bell, file, load};
use super::{Common, ResumeArgs, RunArgs, place, say};
use crate::clock::{Clock, host_now};
use crate::ledger::past;
use crate::ledger::shared::lease::Claim;
use crate::ledger::shared::mirror::Copied;
use crate::ledger::sqlite::Journal;
use crate::model::World;
use crate::model::verdict;
use crate::plan::event::{Entry, Right, RunId, Start};
use crate::plan::history::Ground;
use crate::plan::interlock::{self, Interlock, Verdict};
use crate::plan::operation::Override;
use crate::plan::progress::Progress;
use crate::plan::run::{self, Ledger, Stop, WhenHeld};
use crate::plan::{Intent, Plan};
use crate::runtime::Operator;
use crate::runtime::conch::Conch;
use crate::runtime::flight::{Flight, Gear, SETTLE};
use crate::runtime::shared::{Commons, Copier, Taken};
use crate::runtime::signals::Signals;

/// Where a run is written down, and the right to have one.
struct Desk {
    journal: Journal,
    conch: Conch,
    operator: Operator,
    /// The right to act among all bastions, where they share a table.
    taken: Option<Taken>,
    copier: Option<Copier>,
}

/// Runs a playbook to its end or to a hold.
pub(super) async fn run(common: &Common, args: &RunArgs) -> Result<ExitCode> {
    let config = load(common)?;
    let intent = intent(&args.intent);
    declared(&intent, &config.topology)?;
    let state = place::state_of(common, &config.topology)?;
    let reader = Reader::new(config, Clock::wall());
    let cleared = match confirmed(args.confirm.as_deref(), &intent) {
        Ok(()) => clear(common, &state, &reader, args).await,
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
    let start = start.drilling(common.drill);
    // From here on no signal ends the process by itself.
    let signals = Signals::new()?;
    let mut progress = run::start(plan, start, &mut desk.journal, &reader.clock)?;
    desk.acts_in(&mut progress, &reader.clock).await?;
    fly(reader, world, desk, (progress, signals), args.json).await
}

/// Goes on with a run that was cut off or is paused.
pub(super) async fn resume(common: &Common, args: &ResumeArgs) -> Result<ExitCode> {
    let (config, json) = (load(common)?, args.json);
    let state = place::state_of(common, &config.topology)?;
    let reader = Reader::new(config, Clock::wall());
    let mut desk = Desk::open(common, &state)?;
    let commons = desk.commons(&state, &reader).await?;
    let open = meant::open(&args.run, &desk.journal, commons.as_ref(), &args.claim).await?;
    let lines = match &open {
        Open::Here(run) => desk.journal.entries(run)?,
        Open::Elsewhere(foreign) => foreign.pulled.lines.clone(),
        Open::Unreadable(_, why) => return Err(Refused::new(exit::BAD, why.clone()).into()),
    };
    let before = Progress::replay(&lines)?;
    let world = match still_meant(&before, args.confirm.as_deref()) {
        Ok(()) => reader.world().await,
        Err(unconfirmed) => return Err(not_resumed(&state, &before, unconfirmed.into(), json)),
    };
    let rest = interlock::rest(&world, &before, reader.config.simulated, reader.clock.now());
    if let Err(held) = held_back(&rest) {
        return Err(not_resumed(&state, &before, held.into(), json));
    }
    let lines = match desk.go_on(commons, (open, lines), &args.claim).await {
        Ok(lines) => lines,
        Err(unclaimed) => return Err(not_resumed(&state, &before, unclaimed, json)),
    };
    let signals = Signals::new()?;
    let mut progress = run::resume(&lines, &desk.operator.who, &mut desk.journal, &reader.clock)?;
    desk.acts_in(&mut progress, &reader.clock).await?;
    fly(reader, world, desk, (progress, signals), json).await
}

/// A run that may still send is gone on with only under the name of the Region that receives.
fn still_meant(run: &Progress, confirm: Option<&str>) -> Result<(), Refused> {
    if confirm.is_none() && run.may_send().is_empty() { Ok(()) } else { confirmed(confirm, &run.plan.intent) }
}

/// What is refused is written down, as far as it can be.
fn not_resumed(state: &Path, run: &Progress, report: Report, json: bool) -> Report {
    let Some(Refused { why, .. }) = report.downcast_ref() else { return report };
    say::err("refused, nothing was sent:");
    let why = format!("resume of run {}: {why}", run.run);
    match refuse(state, &run.plan.intent, &why, json) {
        Ok(()) => report,
        Err(unwritten) => unwritten,
    }
}

/// Ends a run that was cut off or is on hold; sends nothing.
pub(super) async fn close(common: &Common, name: &str, reason: &str, claim: &ClaimArgs) -> Result<ExitCode> {
    let config = load(common)?;
    let state = place::state_of(common, &config.topology)?;
    let reader = Reader::new(config, Clock::wall());
    let mut desk = Desk::open(common, &state)?;
    let commons = desk.commons(&state, &reader).await?;
    let over = claim.or_take_over(reason);
    let open = match meant::open(name, &desk.journal, commons.as_ref(), &over).await {
        Ok(open) => open,
        // What ended elsewhere, or is driven there, still has a copy here that anybody here may close.
        Err(report) => return close_copy(desk, name, reason).map_err(|_| report),
    };
    let run = match open {
        Open::Here(run) => {
            desk.claim(commons, &claim.or_without_table(reason)).await?;
            close_run(&mut desk.journal, &run, &desk.operator, reason)?;
            run
        }
        Open::Elsewhere(foreign) => {
            let run = foreign.copied.run.clone();
            desk.go_on(commons, (Open::Elsewhere(foreign), Vec::new()), &over).await?;
            close_run(&mut desk.journal, &run, &desk.operator, reason)?;
            run
        }
        Open::Unreadable(copied, why) => {
            desk.claim(commons.clone(), &over).await?;
            desk.close_unread(
                commons.as_ref(),
                &copied,
                &format!("closed without its lines ({why}): {reason}"),
            )
            .await?;
            copied.run
        }
    };
    desk.get_up(&reader.clock).await;
    say::out(format_args!("run {run} is closed; nothing was sent and nothing was undone"));
    Ok(ExitCode::SUCCESS)
}

/// Ends this host's copy of a run that went on elsewhere.
fn close_copy(mut desk: Desk, name: &str, reason: &str) -> Result<ExitCode> {
    let open = desk.journal.open_run()?.filter(|open| open.0.starts_with(name));
    let run = open.ok_or_else(|| Refused::new(exit::USAGE, "no such run"))?;
    close_run(&mut desk.journal, &run, &desk.operator, reason)?;
    say::out(format_args!(
        "this host's copy of run {run} is closed; it went on elsewhere, which is not touched"
    ));
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
    args: &RunArgs,
) -> Result<(Desk, World, Plan)> {
    let (mut desk, intent) = (Desk::open(common, state)?, intent(&args.intent));
    if let Some(open) = desk.journal.open_run()? {
        let why = format!(
            "run {open} has not ended. `pointsman journal show {open}` tells it, `pointsman resume {open} --confirm \
             REGION` goes on with it, `pointsman close {open} --reason TEXT` ends it"
        );
        return Err(Refused::new(exit::BAD, why).into());
    }
    let world = reader.world().await;
    let now = reader.clock.now();
    let history = past::history(&desk.journal, Ground::here(reader.config.simulated, common.drill))?;
    let overrides = overrides(&world, args)?;
    let prepared = interlock::prepare(&world, &history, &intent, now)
        .and_then(|prepared| interlock::break_glass(prepared, &world, &overrides, now))
        .map_err(|why| Refused::new(exit::BAD, why))?;
    held_back(&prepared.interlocks)?;
    let commons = desk.commons(state, reader).await?;
    nothing_open_elsewhere(commons.as_ref(), &desk.journal).await?;
    desk.claim(commons, &args.claim).await?;
    Ok((desk, world, prepared.plan))
}

/// No other host's run stands open: two runs at a time are one too many. A table that does not tell is asked again
/// for the conch.
async fn nothing_open_elsewhere(commons: Option<&Commons>, journal: &Journal) -> Result<()> {
    let Some(commons) = commons else { return Ok(()) };
    let place = commons.place(journal)?;
    let Ok(Some(Copied { run, host, who, .. })) = commons.open_elsewhere(place.as_ref()).await else {
        return Ok(());
    };
    let why = format!(
        "run {run} of {who} at {host} has not ended. `pointsman journal show {run} --shared` tells it, `pointsman resume \
         {run} --take-over REASON` goes on with it here, `pointsman close {run} --reason TEXT` ends it"
    );
    Err(Refused::new(exit::BAD, why).into())
}

/// The safety rules that are to be overridden, each by its name and with its own reason.
fn overrides(world: &World, args: &RunArgs) -> Result<Vec<Override>, Refused> {
    if args.override_rule.len() != args.because.len() {
        let why = "each --override-rule needs a --because of its own";
        return Err(Refused::new(exit::USAGE, why));
    }
    let named = args.override_rule.iter().zip(&args.because);
    let named = named.map(|(rule, reason)| interlock::override_of(world, rule, reason));
    named.collect::<Result<_, _>>().map_err(|why| Refused::new(exit::USAGE, why))
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
        Ok(Self { journal, conch, operator, taken: None, copier: None })
    }

    /// The table that bastions share, where one is declared.
    async fn commons(&self, state: &Path, reader: &Reader) -> Result<Option<Commons>> {
        if reader.config.shared.is_some() {
            reader.clients.learn_time().await;
        }
        claim::commons(&reader.config, (&reader.clients, &reader.clock), (state, &self.operator))
    }

    /// Takes the conch among all bastions, where they share a table.
    async fn claim(&mut self, commons: Option<Commons>, claim: &ClaimArgs) -> Result<()> {
        let Some(taken) = claim::take(commons.as_ref(), claim).await? else { return Ok(()) };
        let state = self.journal.path().parent();
        self.copier = commons.zip(state).map(|(commons, state)| Copier::begin(commons, state));
        self.taken = Some(taken);
        Ok(())
    }

    /// Takes the conch for a run that goes on, and its lines where it comes from another host; they come back.
    async fn go_on(
        &mut self,
        commons: Option<Commons>,
        (open, lines): (Open, Vec<Entry>),
        claim: &ClaimArgs,
    ) -> Result<Vec<Entry>> {
        self.claim(commons.clone(), claim).await?;
        let (Open::Elsewhere(foreign), Some(commons)) = (open, commons) else { return Ok(lines) };
        let before = self.taken.as_ref().and_then(|taken| taken.before.as_ref());
        let reason = match claim.claim() {
            Claim::TakeOver(reason) => reason,
            _ => String::new(),
        };
        let adopted = commons.adopt(&mut self.journal, &foreign, before, &reason);
        Ok(adopted.map_err(|why| Refused::new(exit::BAD, why))?)
    }

    /// Notes that a run of another host is over whose lines cannot be trusted.
    async fn close_unread(&self, commons: Option<&Commons>, copied: &Copied, why: &str) -> Result<()> {
        let Some((commons, taken)) = commons.zip(self.taken.as_ref()) else { return Ok(()) };
        let fence = match taken.right {
            Right::Taken { fence } | Right::TakenOver { fence, .. } => fence,
            Right::WithoutTable { .. } => copied.fence,
        };
        let noted = commons.close_unread(copied, fence, why).await;
        Ok(noted.map_err(|trouble| Refused::new(exit::UNKNOWN, trouble.to_string()))?)
    }

    /// Waits for the copy in the shared table and gives the conch back.
    async fn get_up(self, clock: &Clock) {
        if let Some(copier) = self.copier {
            copier.settle(clock, SETTLE).await;
        }
        if let Some(taken) = self.taken {
            taken.mandate.give_back().await;
        }
    }

    /// Writes by what right a run that has begun acts, and tells the table of it.
    async fn acts_in(&mut self, run: &mut Progress, clock: &Clock) -> Result<()> {
        let Some(Taken { mandate, right, .. }) = &self.taken else { return Ok(()) };
        mandate.acts_in(run.run.clone()).await;
        let by = (self.operator.who.as_str(), self.operator.host.as_str());
        if run.is_open() {
            run::by_right(run, by, right.clone(), &mut self.journal, clock)?;
        }
        Ok(())
    }
}

/// Drives a run that has begun, and tells its lines from the first.
async fn fly(
    reader: Reader,
    world: World,
    desk: Desk,
    (begun, mut signals): (Progress, Signals),
    json: bool,
) -> Result<ExitCode> {
    let Desk { journal, conch, operator, taken, copier } = desk;
    let mandate = taken.map(|taken| taken.mandate);
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
    let gear = Gear { clients: clients.clone(), clock: clock.clone(), journal, conch, mandate, copier, bell };
    let (mut flight, readings) = Flight::begin(begun, world, gear, WhenHeld::StopThere);
    flight.read_for_itself(clients, clock, readings);
    let followed = follow(&mut flight, &mut teller, &operator, &mut signals).await?;
    Ok(ended(&followed))
}
