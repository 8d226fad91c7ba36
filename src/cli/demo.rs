//! `pointsman demo`: the console on a simulated platform in the same process, through the real SDK and real sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use color_eyre::eyre::{Report, Result, WrapErr};

use super::fleet::Crew;
use super::run::close_run;
use super::setup::{Reader, simulated};
use super::sim::{lay_out_file, start, start_in};
use super::watch::{self, Declared};
use super::{Common, Simulated, attach, place, say, status};
use crate::ledger::sqlite::Journal;
use crate::runtime::conch::Conch;
use crate::runtime::post::is_attended;
use crate::runtime::signals::{Signal, Signals};
use crate::sim::{Sim, handout};

/// Watches a simulated platform; without a terminal it says so and prints what `status` prints.
pub(super) async fn demo(common: &Common, world: &Simulated) -> Result<ExitCode> {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let served = start(world, any_port, std::future::pending()).await?;
    let mut config = simulated(&served.config, &served.sim.look(handout::playbooks))?;
    let folder = place::folder(&config.topology.workload, "demo");
    let state = || Ok::<_, Report>(place::state_dir(common)?.join(&folder));
    if let Some(own) = &mut config.access.folder {
        *own = sign_in_files(&served.sim, &state()?)?;
    }
    let reader = Reader::new(config, served.sim.clock().clone());
    if !common.plain && !watch::has_terminal() {
        say::err("no terminal here, so this is what `pointsman status` prints of the simulated platform:");
        let world = reader.world().await;
        return Ok(status::print(&world, reader.clock.now(), false));
    }
    let state = state()?;
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

/// The workloads that `--fleet` adds: name, scenario and account.
const OTHERS: [(&str, &str, &str); 2] =
    [("till", "lag-spike", "444455556666"), ("loyalty", "calm", "777788889999")];

/// Watches several simulated platforms in several accounts; each has a world of its own.
pub(super) async fn fleet(common: &Common, world: &Simulated) -> Result<ExitCode> {
    watch::needs_terminal()?;
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut crew = Crew::new(common)?;
    let mut worlds = Vec::new();
    for other in std::iter::once(None).chain(OTHERS.map(Some)) {
        let scenario = other.map_or_else(|| world.scenario.clone(), |(_, scenario, _)| scenario.to_owned());
        let args = Simulated { scenario, ..world.clone() };
        let account = other.map(|(_, _, account)| account);
        let served = start_in(&args, account, any_port, std::future::pending()).await?;
        let config = match other {
            Some((name, ..)) => {
                served.config.replacen("name = \"retail-store\"", &format!("name = \"{name}\""), 1)
            }
            None => served.config.clone(),
        };
        let mut parsed = simulated(&config, &served.sim.look(handout::playbooks))?;
        let state = place::state_dir(common)?.join(place::folder(&parsed.topology.workload, "demo"));
        if let Some(own) = &mut parsed.access.folder {
            *own = sign_in_files(&served.sim, &state)?;
        }
        let reader = Reader::new(parsed, served.sim.clock().clone());
        forget_the_last_world(&state)?;
        let file = HandedOut::write(&state, &config)?;
        crew.enlist(reader, common, &state, &Declared::HandedOut(file.0.clone()))?;
        worlds.push((served, state, file));
    }
    let shown = crew.show().await;
    for (_, state, _) in &worlds {
        stay_for_others(state).await?;
    }
    shown
}

/// Lays the AWS files of a world in which people sign in out anew; the folder they are in.
fn sign_in_files(sim: &Sim, state: &Path) -> Result<PathBuf> {
    let folder = std::path::absolute(state.join(handout::FOLDER))?;
    // A sign-in of the last world is none in this one.
    let _none = std::fs::remove_dir_all(&folder);
    for (path, text) in sim.look(handout::files) {
        lay_out_file(&folder.join(path), &text)?;
    }
    Ok(folder)
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
