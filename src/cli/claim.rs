//! The conch on the command line: what it may be claimed by, taking it, and `pointsman conch`.
//!
//! It is never taken from anybody without a reason on the command line, nor is a silent table passed over without one.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use color_eyre::eyre::{Result, WrapErr};

use super::exit::{self, Refused};
use super::setup::{Reader, load};
use super::{Common, place, say};
use crate::aws::Clients;
use crate::clock::Clock;
use crate::config::Config;
use crate::ledger::shared::lease::{Claim, Lease, NoLease, Standing};
use crate::plan::event::Right;
use crate::runtime::Operator;
use crate::runtime::conch;
use crate::runtime::shared::{Commons, Fit, Taken};

/// What the conch may be claimed by, where bastions share a table.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options where bastions share a table")]
pub struct ClaimArgs {
    /// Take the conch, and a run, over from whoever has it; why goes into both
    /// journals
    #[arg(long, value_name = "REASON", conflicts_with = "without_table")]
    take_over: Option<String>,
    /// Go on when the table gives no answer; why goes into the journal
    #[arg(long, value_name = "REASON")]
    without_table: Option<String>,
}

impl ClaimArgs {
    /// The same for an act that has a reason of its own, whoever has the conch.
    pub(super) fn or_take_over(&self, reason: &str) -> Self {
        match self {
            Self { take_over: None, without_table: None } => {
                Self { take_over: Some(reason.to_owned()), without_table: None }
            }
            given => given.clone(),
        }
    }

    /// The same for an act that has a reason of its own and sends nothing: it does not wait for the table.
    pub(super) fn or_without_table(&self, reason: &str) -> Self {
        match self {
            Self { take_over: None, without_table: None } => {
                Self { without_table: Some(reason.to_owned()), take_over: None }
            }
            given => given.clone(),
        }
    }

    /// The claim.
    pub(super) fn claim(&self) -> Claim {
        match (&self.take_over, &self.without_table) {
            (Some(reason), _) => Claim::TakeOver(reason.clone()),
            (None, Some(reason)) => Claim::WithoutTable(reason.clone()),
            (None, None) => Claim::Free,
        }
    }
}

/// The shared table of a config; none where none is declared.
///
/// # Errors
/// When the state folder cannot be written.
pub(super) fn commons(
    config: &Config,
    (clients, clock): (&Clients, &Clock),
    (state, operator): (&Path, &Operator),
) -> Result<Option<Commons>> {
    let Some(declared) = config.shared.clone() else { return Ok(None) };
    let commons = Commons::new(clients, declared, (state, operator), clock.clone());
    Ok(Some(commons.wrap_err_with(|| format!("cannot keep this host's name in {}", state.display()))?))
}

/// Takes the conch among all bastions, for whoever has the lock of this host; nothing where no table is declared.
pub(super) async fn take(commons: Option<&Commons>, args: &ClaimArgs) -> Result<Option<Taken>> {
    let Some(commons) = commons else { return Ok(None) };
    match commons.fit().await {
        Fit::Fits(Some(note)) => say::err(format_args!("warning: {note}")),
        Fit::Unseen(trouble) => {
            say::err(format_args!("warning: the shared table {} does not answer: {trouble}", commons.name()));
        }
        Fit::Fits(None) | Fit::Unfit(_) => {}
    }
    let taken = commons.take(None, &args.claim()).await.map_err(|none| refused(&none))?;
    if let Right::WithoutTable { trouble, .. } = &taken.right {
        say::err(format_args!("warning: nobody can see that this host acts: {trouble}"));
    }
    Ok(Some(taken))
}

fn refused(none: &NoLease) -> Refused {
    let way = match none {
        NoLease::Held(..) => "`--take-over REASON` takes it from them",
        NoLease::Table(_) => "ask aloud who acts; `--without-table REASON` goes on without it",
    };
    Refused::new(exit::BAD, format!("{none}; {way}"))
}

/// Says who may act; exit 0 when nobody or this host does, 10 somebody else, 30 when the table does not tell.
pub(super) async fn conch(common: &Common) -> Result<ExitCode> {
    let config = load(common)?;
    let state = place::state_of(common, &config.topology)?;
    if let Some(holder) = conch::holder(&state) {
        say::out(format_args!("this host: {}", holder.by));
    } else {
        say::out("this host: nobody acts");
    }
    let reader = Reader::new(config, Clock::wall());
    reader.clients.learn_time().await;
    let parts = (&reader.clients, &reader.clock);
    let Some(commons) = commons(&reader.config, parts, (&state, &place::operator()))? else {
        say::out("no table is shared with other hosts");
        return Ok(ExitCode::SUCCESS);
    };
    if let Fit::Unfit(why) = commons.fit().await {
        return Err(Refused::new(exit::BAD, why).into());
    }
    let name = commons.name();
    match commons.conch().await {
        Ok(lease) => Ok(told(name, lease, &commons, &reader.clock)),
        Err(trouble) => {
            Err(Refused::new(exit::UNKNOWN, format!("the shared table {name} does not tell: {trouble}"))
                .into())
        }
    }
}

fn told(name: &str, lease: Option<Lease>, commons: &Commons, clock: &Clock) -> ExitCode {
    let now = clock.now();
    let fence = lease.as_ref().map_or(0, |lease| lease.fence);
    let (words, code) = match lease.map_or(Standing::Free, |lease| lease.standing(commons.me(), now)) {
        Standing::Free => (format!("nobody has the conch; the last fencing number is {fence}"), 0),
        Standing::Mine(lease) | Standing::Left(lease) => {
            (format!("{}, fence {fence}: this host", NoLease::Held(Box::new(lease), now)), 0)
        }
        Standing::Held(lease) | Standing::RanOut(lease) => {
            (format!("{}, fence {fence}", NoLease::Held(Box::new(lease), now)), exit::LOOK)
        }
    };
    say::out(format_args!("{name}: {words}"));
    code.into()
}
