//! `pointsman` with several workloads: the list of them, and the console of each.
//!
//! Each has its own config, clients, journal and playbooks; nothing here mixes two of them.

use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::Result;
use futures::future::join_all;

use super::exit::{self, Refused};
use super::keys::Keys;
use super::setup::Reader;
use super::watch::{self, Declared};
use super::{Common, place};
use crate::clock::Clock;
use crate::config::Member;
use crate::runtime::watched::Watched;
use crate::runtime::{Operator, Setup, fleet};

/// Shows the fleet until the operator leaves.
pub(super) async fn watch(members: Vec<Member>, common: &Common) -> Result<ExitCode> {
    if common.plain {
        let why = "several workloads here, and --plain tells of one: name it with --workload";
        return Err(Refused::new(exit::USAGE, why).into());
    }
    watch::needs_terminal()?;
    let mut crew = Crew::new(common)?;
    for Member { file, config } in members {
        let state = place::state_of(common, &config.topology)?;
        // What is read again when it is saved is this workload's, out of the same folder.
        let own = Common { workload: Some(file.display().to_string()), ..common.clone() };
        let declared = Declared::File(std::path::absolute(file).ok());
        crew.enlist(Reader::new(config, Clock::wall()), &own, &state, &declared)?;
    }
    crew.show().await
}

/// The consoles of several workloads, before they are shown.
pub(super) struct Crew<'a> {
    common: &'a Common,
    operator: Operator,
    setups: Vec<Setup>,
    /// The keys of the list, which are those of the first workload.
    keys: Option<Keys>,
}

impl<'a> Crew<'a> {
    /// Nobody yet.
    pub(super) fn new(common: &'a Common) -> Result<Self> {
        std::fs::create_dir_all(place::state_dir(common)?)?;
        Ok(Self { common, operator: place::operator(), setups: Vec::new(), keys: None })
    }

    /// One more workload, with the flags that lead to it, its folder of the journal, and where its config is.
    pub(super) fn enlist(
        &mut self,
        reader: Reader,
        own: &Common,
        state: &Path,
        declared: &Declared,
    ) -> Result<()> {
        let mut setup = watch::setup(reader, own, (state, &self.operator), declared)?;
        setup.app = setup.app.among_others();
        self.keys.get_or_insert_with(|| Keys::read(declared.own()).0);
        self.setups.push(setup);
        Ok(())
    }

    /// Shows them, and follows every run that goes on without its console, all at the same time: what the operator
    /// presses then is for all of them.
    pub(super) async fn show(self) -> Result<ExitCode> {
        let ended = {
            let _log = place::log_in(&place::state_dir(self.common)?);
            let keys = self.keys.into_iter().map(|keys| Box::new(keys) as Box<dyn Watched>);
            Box::pin(fleet::watch(self.setups, keys.collect())).await?
        };
        let after = ended
            .into_iter()
            .map(async |(state, ended)| Box::pin(watch::after(ended, &state, &self.operator)).await);
        let mut worst = ExitCode::SUCCESS;
        for code in join_all(after).await {
            let code = code?;
            if worst == ExitCode::SUCCESS {
                worst = code;
            }
        }
        Ok(worst)
    }
}
