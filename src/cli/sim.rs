//! `pointsman sim`: serves the simulated AWS until told to stop.
//!
//! It binds loopback only: a simulator that anybody can reach is a server nobody asked for.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::{Result, WrapErr};

use super::exit::{self, Refused};
use super::{SimArgs, Simulated, say};
use crate::clock::{Clock, host_now};
use crate::runtime::signals::{Signal, Signals};
use crate::sim::door::dns;
use crate::sim::door::http::serve;
use crate::sim::scenario::Scenario;
use crate::sim::scenario::playbooks::Playbook;
use crate::sim::{Sim, handout, scenario};

/// A simulated AWS that listens on loopback.
pub(super) struct Served {
    /// The world behind it.
    pub sim: Sim,
    /// Where it listens.
    pub base_url: String,
    /// A `pointsman.toml` that points at it.
    pub config: String,
    /// Serves until it is dropped.
    pub server: tokio::task::JoinHandle<()>,
}

/// Starts the simulated AWS; it stops when `stop` ends.
pub(super) async fn start(
    args: &Simulated,
    listen: std::net::SocketAddr,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<Served> {
    start_in(args, None, listen, stop).await
}

/// The same in another account than the scenario's.
pub(super) async fn start_in(
    args: &Simulated,
    account: Option<&str>,
    listen: std::net::SocketAddr,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<Served> {
    if !listen.ip().is_loopback() {
        let why = format!("the simulator listens on loopback only, and {listen} is not; use 127.0.0.1:PORT");
        return Err(Refused::new(exit::USAGE, why).into());
    }
    let mut scenario = scenario_of(&args.scenario).map_err(|why| Refused::new(exit::USAGE, why))?;
    if let Some(account) = account {
        account.clone_into(&mut scenario.world.account);
    }
    let sim = Sim::new(&scenario, args.seed, Clock::starting_at(host_now(), args.speed));
    let (address, server) =
        serve(sim.clone(), listen, stop).await.wrap_err_with(|| format!("cannot listen on {listen}"))?;
    let base_url = format!("http://{address}");
    // The name server goes with the runtime; nobody waits for it.
    let (resolvers, names) =
        dns::serve(sim.clone(), std::future::pending()).await.wrap_err("cannot listen for DNS questions")?;
    tokio::spawn(names);
    let config = sim.look(|world| handout::config_at(world, &base_url, &resolvers));
    Ok(Served { sim, base_url, config, server: tokio::spawn(server) })
}

/// A scenario by its name, or from a file.
fn scenario_of(name: &str) -> Result<Scenario, String> {
    if Path::new(name).extension().is_none_or(|extension| extension != "toml") {
        return scenario::find(name);
    }
    let text = fs::read_to_string(name).map_err(|error| format!("{name}: {error}"))?;
    scenario::parse(&text).map_err(|error| format!("{name}: {error}"))
}

/// Serves until Ctrl-C, SIGTERM or a hang-up.
pub(super) async fn sim(args: &SimArgs) -> Result<ExitCode> {
    let served = start(&args.world, args.listen, told_to_stop(Signals::new()?)).await?;
    if let Some(file) = &args.write_config {
        write(file, &served.config)?;
        lay_out(file, &served.sim.look(handout::playbooks))?;
        let beside = file.parent().unwrap_or_else(|| Path::new(".")).join(handout::FOLDER);
        for (path, text) in served.sim.look(handout::files) {
            lay_out_file(&beside.join(path), &text)?;
        }
    }
    say::record(&served.base_url);
    served.server.await?;
    Ok(ExitCode::SUCCESS)
}

fn write(file: &Path, config: &str) -> Result<()> {
    fs::write(file, config).wrap_err_with(|| format!("cannot write {}", file.display()))
}

/// Puts playbooks where a config looks for them; one that is there already is somebody's own and stays as it is.
fn lay_out(config: &Path, playbooks: &[Playbook]) -> Result<()> {
    let folder = config.parent().unwrap_or_else(|| Path::new(".")).join("playbooks");
    playbooks.iter().try_for_each(|(name, text)| lay_out_file(&folder.join(format!("{name}.toml")), text))
}

/// Writes a file with its folder, unless it is there already.
pub(super) fn lay_out_file(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).wrap_err_with(|| format!("cannot make {}", folder.display()))?;
    match fs::File::create_new(file).and_then(|mut new| new.write_all(text.as_bytes())) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(error).wrap_err_with(|| format!("cannot write {}", file.display()))
        }
        _ => Ok(()),
    }
}

async fn told_to_stop(mut signals: Signals) {
    loop {
        match signals.next().await {
            Signal::Resize | Signal::GoOn => {}
            Signal::Suspend => signals.stop().await,
            Signal::Terminate | Signal::HangUp | Signal::Interrupt => return,
        }
    }
}
