//! `pointsman demo`: the console on a simulated platform in the same process, through the real SDK and real sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::setup::simulated;
use super::sim::start;
use super::{Common, Simulated, place, status, watch};
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::plan::run::{self, Ledger};

/// Watches a simulated platform; without a terminal it says so and prints what `status` prints.
#[expect(clippy::print_stderr, reason = "without a terminal there is only standard error")]
pub(super) async fn demo(common: &Common, world: &Simulated) -> Result<ExitCode> {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let served = start(world, any_port, std::future::pending()).await?;
    let reader = simulated(&served.config, common, served.sim.clock().clone())?;
    if !watch::has_terminal() {
        eprintln!("no terminal here, so this is what `pointsman status` prints of the simulated platform:");
        let world = reader.world().await;
        return Ok(status::print(&world, reader.clock.now(), false));
    }
    let state = watch::state_of(common, &format!("{}-simulated", reader.config.topology.workload))?;
    forget_the_last_world(&state, &reader.clock)?;
    watch::show(reader, common, &state).await
}

/// A run that was cut off in an earlier demo acted on a world that is gone with it.
fn forget_the_last_world(state: &Path, clock: &Clock) -> Result<()> {
    let mut journal = Journal::open(state)?;
    while let Some(run) = journal.open_run()? {
        let lines = journal.entries(&run.run)?;
        let why = "the simulated world it acted on is gone";
        run::close(&lines, (&place::operator(), why), &mut journal, clock)?;
    }
    Ok(())
}
