//! Which run that has not ended is meant: one of this host's journal, or one of another host's that the shared table has
//! a copy of.
//!
//! A run of another host is never gone on with while somebody drives it there, nor from a copy that is not whole.

use color_eyre::eyre::Result;

use super::claim::ClaimArgs;
use super::exit::{self, Refused};
use super::say;
use crate::ledger::shared::lease::Claim;
use crate::ledger::shared::mirror::{Copied, NotPulled, Place};
use crate::ledger::sqlite::Journal;
use crate::plan::event::RunId;
use crate::runtime::shared::{Commons, Foreign};

/// A run that has not ended.
pub(super) enum Open {
    /// In this host's journal.
    Here(RunId),
    /// In another one, read back from the table.
    Elsewhere(Box<Foreign>),
    /// In another one, and its copy cannot be trusted.
    Unreadable(Box<Copied>, String),
}

/// The run whose name begins like this, wherever it is.
pub(super) async fn open(
    name: &str,
    journal: &Journal,
    commons: Option<&Commons>,
    args: &ClaimArgs,
) -> Result<Open> {
    let here = journal.open_run()?;
    let fits = here.clone().filter(|open| open.0.starts_with(name));
    let place = commons.map(|commons| commons.place(journal)).transpose()?.flatten();
    let copied = match commons {
        Some(commons) => copied(name, commons, (place.as_ref(), fits.is_some())).await?,
        None => None,
    };
    match (fits, copied, commons) {
        (Some(here), Some(copied), _) if !copied.open => Err(ended(&here, &copied).into()),
        (_, Some(copied), Some(commons)) if copied.open => elsewhere(copied, commons, args).await,
        (Some(here), ..) => Ok(Open::Here(here)),
        (None, ..) => Err(none(name, here.as_ref(), journal).into()),
    }
}

/// The run of that name that goes on, or went on, in another journal. A table that is silent is said, and the claim to
/// the conch asks about it; a run that is only there cannot be had then.
async fn copied(
    name: &str,
    commons: &Commons,
    (place, is_here): (Option<&Place>, bool),
) -> Result<Option<Copied>> {
    let runs = match commons.runs().await {
        Ok(runs) => runs,
        Err(trouble) if is_here => {
            say::err(format_args!("warning: whether the run went on elsewhere is not known: {trouble}"));
            return Ok(None);
        }
        Err(trouble) => {
            let why = format!("the shared table does not tell the runs of other hosts: {trouble}");
            return Err(Refused::new(exit::UNKNOWN, why).into());
        }
    };
    let other = |run: &Copied| place.is_none_or(|place| place.journal != run.journal);
    let fits = |run: &Copied| run.run.0.starts_with(name) && (run.open || is_here);
    Ok(runs.into_iter().rev().find(|run| fits(run) && other(run)))
}

async fn elsewhere(copied: Copied, commons: &Commons, args: &ClaimArgs) -> Result<Open> {
    let Copied { run, host, who, .. } = &copied;
    let refused = |why: String| Refused::new(exit::BAD, why);
    if !matches!(args.claim(), Claim::TakeOver(_)) {
        let why =
            format!("run {run} of {who} is in the journal of {host}; `--take-over REASON` takes it over");
        return Err(refused(why).into());
    }
    let driver = commons.driver(run).await;
    match driver.map_err(|trouble| refused(format!("who drives run {run} is not known: {trouble}")))? {
        Some(lease) => Err(refused(commons.still_driven(run, &lease)).into()),
        None => match commons.pull(copied.clone()).await {
            Ok(foreign) => Ok(Open::Elsewhere(Box::new(foreign))),
            Err(NotPulled::Broken(broken)) => {
                let why = NotPulled::Broken(broken).to_string();
                Ok(Open::Unreadable(Box::new(copied), why))
            }
            Err(silent) => Err(refused(silent.to_string()).into()),
        },
    }
}

fn ended(here: &RunId, copied: &Copied) -> Refused {
    let why = format!(
        "run {here} went on at {} and ended there: {}. `pointsman close {here} --reason TEXT` ends this host's copy",
        copied.host, copied.state
    );
    Refused::new(exit::BAD, why)
}

fn none(name: &str, here: Option<&RunId>, journal: &Journal) -> Refused {
    let why = match here {
        Some(open) => format!("the run that has not ended is {open}, not `{name}`"),
        None => format!("every run in {} has ended", journal.path().display()),
    };
    Refused::new(exit::USAGE, why)
}
