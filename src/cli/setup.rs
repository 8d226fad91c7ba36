//! From flags, environment and file to the parts that every command is made of.

use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};

use super::{Common, exit};
use crate::aws::Clients;
use crate::clock::Clock;
use crate::config::{self, Config, Overrides};
use crate::model::World;
use crate::sampler;

/// A config that could be read, or the exit code after its problems were printed.
pub(super) enum Loaded {
    /// Here it is.
    Config(Box<Config>),
    /// It is wrong; every problem is on standard error.
    Wrong,
}

/// What a command reads with.
pub(super) struct Reader {
    /// The workload.
    pub config: Config,
    /// The way to AWS.
    pub clients: Clients,
    /// The time.
    pub clock: Clock,
}

impl Loaded {
    /// The exit code of a wrong config.
    pub(super) fn code() -> std::process::ExitCode {
        exit::USAGE.into()
    }
}

/// Reads the config of the command line; problems go to standard error, all of them.
#[expect(clippy::print_stderr, reason = "a command line prints its problems")]
pub(super) fn load(common: &Common) -> Loaded {
    let variable = |name: &str| std::env::var(name).ok();
    let flags = Overrides { theme: common.theme.clone(), ..Overrides::default() };
    let overrides = flags.over(Overrides::environment(variable));
    let config = config::find(common.config.as_deref(), variable, |place| place.exists())
        .and_then(|file| config::load(&file))
        .and_then(|config| config.overridden(overrides));
    match config {
        Ok(config) => {
            for warning in &config.warnings {
                eprintln!("warning: {warning}");
            }
            Loaded::Config(Box::new(config))
        }
        Err(problems) => {
            eprintln!("{problems}");
            Loaded::Wrong
        }
    }
}

/// A config that the simulator handed out, on the simulator's clock.
pub(super) fn simulated(text: &str, common: &Common, clock: Clock) -> Result<Reader> {
    let flags = Overrides { theme: common.theme.clone(), ..Overrides::default() };
    let config = config::parse(text, "the simulator's config").map_err(|problems| eyre!("{problems}"))?;
    Ok(Reader::new(config.overridden(flags)?, clock))
}

impl Reader {
    /// Clients for a config; nothing is sent yet.
    pub(super) fn new(config: Config, clock: Clock) -> Self {
        let clients = Clients::new(&config.access, Arc::clone(&config.topology), clock.clone(), None);
        Self { config, clients, clock }
    }

    /// The world after every source was asked once.
    pub(super) async fn world(&self) -> World {
        let mut world = World::new(Arc::clone(&self.config.topology));
        for observation in sampler::once(&self.clients, &self.clock).await {
            world.apply(observation);
        }
        world
    }
}
