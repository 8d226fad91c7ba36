//! From flags, environment and file to the parts that every command is made of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};

use super::exit::{self, Refused};
use super::own::own;
use super::{Common, say};
use crate::aws::Clients;
use crate::clock::Clock;
use crate::config::{self, Config, ConfigErrors, Fleet, Member, Overrides, PlaybookFile};
use crate::model::World;
use crate::sampler;
use crate::webhook::{About, Bell};

/// The code of a device, for a profile with `mfa_serial`.
const CODE: &str = "POINTSMAN_MFA_CODE";

/// What a command reads with.
pub(super) struct Reader {
    /// The workload.
    pub config: Config,
    /// The way to AWS.
    pub clients: Clients,
    /// The time.
    pub clock: Clock,
}

/// Reads the config of the command line.
///
/// # Errors
/// All problems in it at once.
pub(super) fn load(common: &Common) -> Result<Config> {
    let config = read(common)?;
    say::in_ascii(config.screen.ascii);
    for warning in &config.warnings {
        say::err(format_args!("warning: {warning}"));
    }
    Ok(config)
}

/// Every workload that the command line's config has.
///
/// # Errors
/// When there is no config at all; what is wrong with some of several is beside the others.
pub(super) fn fleet(common: &Common) -> Result<Fleet, Refused> {
    let overrides = Overrides::environment(|name| std::env::var(name).ok());
    place(common)
        .and_then(|place| Fleet::load(&place, &overrides))
        .map_err(|problems| Refused::new(exit::USAGE, problems.to_string()))
}

/// The workloads of a folder that has several of which none is named; what is wrong with some of them is said.
///
/// # Errors
/// When there is no config at all.
pub(super) fn several(common: &Common) -> Result<Option<Vec<Member>>, Refused> {
    if common.workload.is_some() {
        return Ok(None);
    }
    let fleet = fleet(common)?;
    if fleet.members.len() + fleet.wrong.len() < 2 || fleet.members.is_empty() {
        return Ok(None);
    }
    say::in_ascii(fleet.members.iter().any(|member| member.config.screen.ascii));
    for problems in &fleet.wrong {
        say::err(problems);
    }
    Ok(Some(fleet.members))
}

/// The one workload that the command line means.
fn member(common: &Common) -> Result<Member, Refused> {
    let meant = fleet(common)?.pick(common.workload.as_deref());
    meant.map_err(|problems| Refused::new(exit::USAGE, problems.to_string()))
}

/// Where the command line and the environment say that the config is.
fn place(common: &Common) -> Result<PathBuf, ConfigErrors> {
    config::find(common.config.as_deref(), |name| std::env::var(name).ok(), Path::exists)
}

/// The same without a word on a terminal that may be taken.
///
/// # Errors
/// All problems in it at once.
pub(super) fn read(common: &Common) -> Result<Config, Refused> {
    Ok(member(common)?.config)
}

/// Who is told when a run needs a person, if the config names somebody.
///
/// # Errors
/// In words, when nobody can be told: a run goes on all the same.
pub(super) fn bell(config: &Config) -> Result<Option<Bell>, String> {
    let Some(webhook) = &config.webhook else { return Ok(None) };
    let (workload, environment) = (config.topology.workload.clone(), config.topology.environment.clone());
    Bell::new(webhook, About { workload, environment }, |name| std::env::var(name).ok()).map(Some)
}

/// The file that [`load`] reads, from the root on: another console may stand in another folder.
pub(super) fn file(common: &Common) -> Option<PathBuf> {
    let place = place(common).ok()?;
    // A file that is wrong is still the file.
    let file = if place.is_dir() { member(common).ok()?.file } else { place };
    std::path::absolute(file).ok()
}

/// A config that the simulator handed out with these playbooks, by name and text.
pub(super) fn simulated(text: &str, playbooks: &[(&str, &str)]) -> Result<Config> {
    let file = |(name, text): &(&str, &str)| PlaybookFile {
        name: (*name).to_owned(),
        file: format!("the simulator's playbook {name}"),
        text: (*text).to_owned(),
    };
    let own: Vec<PlaybookFile> = playbooks.iter().map(file).collect();
    let config = config::parse(text, "the simulator's config").and_then(|config| config.with_playbooks(&own));
    config.map_err(|problems| eyre!("{problems}"))
}

impl Reader {
    /// Clients for a config; nothing is sent yet.
    pub(super) fn new(config: Config, clock: Clock) -> Self {
        let clients = Clients::new(&config.access, Arc::clone(&config.topology), clock.clone(), None);
        if let Some(code) = std::env::var(CODE).ok().filter(|code| !code.is_empty()) {
            clients.give_code(code);
        }
        Self { config, clients, clock }
    }

    /// The world of this console before anything was read.
    pub(super) fn unseen(&self) -> World {
        let variable = |name: &str| std::env::var(name).ok();
        World::new(Arc::clone(&self.config.topology)).leaning_on(own(&self.config, variable))
    }

    /// The world after every source was asked once.
    pub(super) async fn world(&self) -> World {
        let mut world = self.unseen();
        for observation in sampler::once(&self.clients, &self.clock).await {
            world.apply(observation);
        }
        world
    }
}
