//! `pointsman demo`: the console on a simulated platform in the same process, through the real SDK and real sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::setup::simulated;
use super::sim::start;
use super::{Common, Simulated, status, watch};

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
    let journal = watch::journal_of(common, &format!("{}-simulated", reader.config.topology.workload))?;
    watch::show(reader, common, &journal).await
}
