//! `pointsman demo`: the console on a simulated platform in the same process, through the real SDK and real sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr};

use super::run::close_run;
use super::setup::simulated;
use super::sim::start;
use super::watch::{self, Declared};
use super::{Common, Simulated, attach, place, say, status};
use crate::ledger::sqlite::Journal;
use crate::runtime::conch::Conch;
use crate::runtime::post::is_attended;
use crate::runtime::signals::{Signal, Signals};
use crate::sim::handout;

/// Watches a simulated platform; without a terminal it says so and prints what `status` prints.
pub(super) async fn demo(common: &Common, world: &Simulated) -> Result<ExitCode> {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let served = start(world, any_port, std::future::pending()).await?;
    let playbooks = served.sim.look(handout::playbooks);
    let reader = simulated((&served.config, &playbooks), served.sim.clock().clone())?;
    if !common.plain && !watch::has_terminal() {
        say::err("no terminal here, so this is what `pointsman status` prints of the simulated platform:");
        let world = reader.world().await;
        return Ok(status::print(&world, reader.clock.now(), false));
    }
    let state = place::state_dir(common)?.join(place::folder(&reader.config.topology.workload, "demo"));
    if let Some(driver) = attach::driven(&state)? {
        say::err(format_args!(
            "another demo has a run in flight ({}); this console goes to its world",
            driver.by
        ));
        served.server.abort();
        return attach::follow(common, &state, &driver).await;
    }
    forget_the_last_world(&state)?;
    let file = HandedOut::write(&state, &served.config)?;
    let shown = watch::show(reader, common, &state, Declared::HandedOut(file.0.clone())).await;
    stay_for_others(&state).await?;
    shown
}

/// The config of this process's world, for as long as the world is there.
struct HandedOut(PathBuf);

impl HandedOut {
    fn write(state: &Path, config: &str) -> Result<Self> {
        let file = state.join(format!("demo-{}.toml", std::process::id()));
        std::fs::write(&file, config).wrap_err_with(|| format!("cannot write {}", file.display()))?;
        Ok(Self(std::path::absolute(&file)?))
    }
}

impl Drop for HandedOut {
    fn drop(&mut self) {
        // Left behind, it names a world that is gone, which whoever reads it finds out.
        let _left_behind = std::fs::remove_file(&self.0);
    }
}

/// The world lives in this process: while another console is in it, it stays, until a signal ends it.
async fn stay_for_others(state: &Path) -> Result<()> {
    if !is_attended(state) {
        return Ok(());
    }
    say::out("another console is in this simulated world, which stays until it has left; Ctrl-C ends both");
    let mut signals = Signals::new()?;
    while is_attended(state) {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Interrupt | Signal::Terminate => break,
                Signal::HangUp | Signal::Resize | Signal::Suspend | Signal::GoOn => {}
            },
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
    Ok(())
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
