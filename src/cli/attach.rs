//! `pointsman attach`: a console on a run of this host that another process drives, or that was cut off.
//!
//! It finds the run by its journal and the workload by what the driver noted beside its lock, so that nobody has to
//! remember a config at three in the morning. It must never make a journal, nor guess between two runs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::Common;
use super::exit::{self, Refused};
use super::journal::folders;
use super::setup::{Reader, load};
use super::watch::{self, Declared};
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::plan::event::RunId;
use crate::runtime::conch::{self, Holder};

/// A run of this host that has not ended.
struct Open {
    run: RunId,
    state: PathBuf,
    /// Who drives it now; nobody when it was cut off or is on hold.
    driver: Option<Holder>,
    /// Who drove it last.
    last: Option<Holder>,
}

/// Shows the console on the one run that is meant.
pub(super) async fn attach(common: &Common, name: Option<&str>) -> Result<ExitCode> {
    let found = meant(open_runs(common)?, name)?;
    if !common.plain && !watch::has_terminal() {
        let why = format!(
            "no terminal here: `pointsman attach --plain` follows the run, `pointsman journal show {}` tells it",
            found.run
        );
        return Err(Refused::new(exit::USAGE, why).into());
    }
    match found.driver.or(found.last) {
        Some(holder) => follow(common, &found.state, &holder).await,
        None => console(common, &found.state).await,
    }
}

/// Who drives a run of this state folder now.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn driven(state: &Path) -> Result<Option<Holder>> {
    let Some(journal) = Journal::open_to_read(state)? else { return Ok(None) };
    let Some(holder) = conch::holder(state) else { return Ok(None) };
    Ok(journal.open_run()?.map(|_| holder))
}

/// Shows the console on the workload that this holder of the conch acts on.
pub(super) async fn follow(common: &Common, state: &Path, holder: &Holder) -> Result<ExitCode> {
    let config = common.config.clone().or_else(|| holder.config.clone());
    if let Some(config) = config.as_ref().filter(|config| !config.exists()) {
        let why = format!(
            "{} is gone, and with it the way to what {} acted on. If it was a demo, its simulated world has ended with \
             its process; else name the config by --config FILE",
            config.display(),
            holder.by
        );
        return Err(Refused::new(exit::USAGE, why).into());
    }
    console(&Common { config, ..common.clone() }, state).await
}

async fn console(common: &Common, state: &Path) -> Result<ExitCode> {
    let config = load(common)?;
    watch::show(Reader::new(config, Clock::wall()), common, state, Declared::of(common)).await
}

/// Every run in the state folder that has not ended.
fn open_runs(common: &Common) -> Result<Vec<Open>> {
    let mut open = Vec::new();
    for state in folders(common)? {
        let Some(journal) = Journal::open_to_read(&state)? else { continue };
        let Some(run) = journal.open_run()? else { continue };
        open.push(Open { run, driver: conch::holder(&state), last: conch::last(&state), state });
    }
    Ok(open)
}

/// The run of that name; without a name the one that is driven now, else the only one that has not ended.
fn meant(open: Vec<Open>, name: Option<&str>) -> Result<Open, Refused> {
    let mut fits: Vec<Open> = match name {
        Some(name) => open.into_iter().filter(|open| open.run.0.starts_with(name)).collect(),
        None if open.iter().any(|open| open.driver.is_some()) => {
            open.into_iter().filter(|open| open.driver.is_some()).collect()
        }
        None => open,
    };
    let why = match (fits.len(), name) {
        (1, _) => return Ok(fits.remove(0)),
        (0, Some(name)) => {
            format!("no run that has not ended begins with `{name}`; `pointsman journal list` names all")
        }
        (0, None) => "no run is in flight on this host, and none was cut off; `pointsman` watches".to_owned(),
        _ => {
            let runs: Vec<String> = fits.iter().map(Open::to_string).collect();
            format!("which of these? `pointsman attach RUN`\n{}", runs.join("\n"))
        }
    };
    Err(Refused::new(exit::USAGE, why))
}

impl std::fmt::Display for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let workload = self.state.file_name().unwrap_or_default().to_string_lossy();
        let by = self.driver.as_ref().map_or("nobody drives it", |driver| driver.by.as_str());
        write!(f, "  {}  {workload}  {by}", self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(run: &str, driver: Option<&str>) -> Open {
        let driver = driver.map(|by| Holder { by: by.to_owned(), config: None });
        let state = PathBuf::from(format!("/state/shop-{run}"));
        Open { run: RunId(run.to_owned()), state, driver, last: None }
    }

    fn chosen(open: Vec<Open>, name: Option<&str>) -> Result<String, String> {
        meant(open, name).map(|open| open.run.0).map_err(|refused| refused.why)
    }

    #[test]
    fn the_one_that_is_driven_is_meant_else_the_only_one() {
        assert!(chosen(vec![], None).unwrap_err().starts_with("no run is in flight"));
        assert_eq!(chosen(vec![open("aa01", None)], None).unwrap(), "aa01");
        let two = || vec![open("aa01", None), open("bb02", Some("ana on bastion (process 7)"))];
        assert_eq!(chosen(two(), None).unwrap(), "bb02");
        assert_eq!(chosen(two(), Some("aa")).unwrap(), "aa01");
        assert!(chosen(two(), Some("cc")).unwrap_err().starts_with("no run that has not ended"));
        let three = vec![open("aa01", None), open("bb02", None)];
        let which = chosen(three, None).unwrap_err();
        assert!(which.contains("  aa01  shop-aa01  nobody drives it"), "{which}");
    }
}
