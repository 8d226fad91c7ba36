//! `pointsman sim`: serves the simulated AWS until told to stop.
//!
//! It binds loopback only: a simulator that anybody can reach is a server nobody asked for.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::{Result, WrapErr, eyre};
use jiff::Timestamp;

use super::{SimArgs, Simulated};
use crate::clock::Clock;
use crate::sim::door::http::serve;
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
    if !listen.ip().is_loopback() {
        return Err(eyre!("the simulator listens on loopback only, and {listen} is not; use 127.0.0.1:PORT"));
    }
    let scenario = scenario::find(&args.scenario).map_err(|why| eyre!(why))?;
    let sim = Sim::new(&scenario, args.seed, Clock::starting_at(Timestamp::now(), args.speed));
    let (address, server) =
        serve(sim.clone(), listen, stop).await.wrap_err_with(|| format!("cannot listen on {listen}"))?;
    let base_url = format!("http://{address}");
    let config = sim.look(|world| handout::config(world, &base_url));
    Ok(Served { sim, base_url, config, server: tokio::spawn(server) })
}

/// Serves until Ctrl-C or SIGTERM.
#[expect(clippy::print_stdout, reason = "the base URL is what scripts read")]
pub(super) async fn sim(args: &SimArgs) -> Result<ExitCode> {
    let served = start(&args.world, args.listen, told_to_stop()).await?;
    if let Some(file) = &args.write_config {
        write(file, &served.config)?;
    }
    println!("{}", served.base_url);
    served.server.await?;
    Ok(ExitCode::SUCCESS)
}

fn write(file: &Path, config: &str) -> Result<()> {
    fs::write(file, config).wrap_err_with(|| format!("cannot write {}", file.display()))
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
