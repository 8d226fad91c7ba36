//! `pointsman demo`: the console on a simulated platform in the same process, through the real SDK and real sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::run::close_run;
use super::setup::simulated;
use super::sim::start;
use super::{Common, Simulated, place, say, status, watch};
use crate::ledger::sqlite::Journal;
use crate::runtime::conch::Conch;

/// Watches a simulated platform; without a terminal it says so and prints what `status` prints.
pub(super) async fn demo(common: &Common, world: &Simulated) -> Result<ExitCode> {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let served = start(world, any_port, std::future::pending()).await?;
    let reader = simulated(&served.config, common, served.sim.clock().clone())?;
    if !watch::has_terminal() {
        say::err("no terminal here, so this is what `pointsman status` prints of the simulated platform:");
        let world = reader.world().await;
        return Ok(status::print(&world, reader.clock.now(), false));
    }
    let state = place::state_dir(common)?.join(place::folder(&reader.config.topology.workload, "demo"));
    forget_the_last_world(&state)?;
    watch::show(reader, common, &state).await
}

/// A run that was cut off in an earlier demo acted on a world that is gone with it.
fn forget_the_last_world(state: &Path) -> Result<()> {
    let (mut journal, operator) = (Journal::open(state)?, place::operator());
    // Another demo that acts now has its own world and is not gone.
    let Ok(_conch) = Conch::take(state, &operator) else { return Ok(()) };
    while let Some(run) = journal.open_run()? {
        close_run(&mut journal, &run, &operator, "the simulated world it acted on is gone")?;
    }
    Ok(())
}
