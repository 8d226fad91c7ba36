//! `pointsman watch`: the console on the workload of the config.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};
use jiff::tz::TimeZone;

use super::setup::{Loaded, Reader, load};
use super::{Common, exit, place};
use crate::app::App;
use crate::clock::Clock;
use crate::ledger::sqlite::Journal;
use crate::model::World;
use crate::plan::progress::Progress;
use crate::plan::run::Ledger;
use crate::runtime::{self, Operator, Setup};
use crate::ui::theme::{self, Glyphs, Theme};

/// How many lines of earlier runs the journal pane begins with.
const LINES_SHOWN: usize = 200;

/// Shows the console until the operator leaves.
#[expect(clippy::print_stderr, reason = "without a terminal there is only standard error")]
pub(super) async fn watch(common: &Common) -> Result<ExitCode> {
    let Loaded::Config(config) = load(common) else { return Ok(Loaded::code()) };
    if !has_terminal() {
        eprintln!(
            "no terminal here: `pointsman status` prints how the workload is, `pointsman run` acts without one"
        );
        return Ok(exit::USAGE.into());
    }
    let state = state_of(common, &config.topology.workload)?;
    show(Reader::new(*config, Clock::wall()), common, &state).await
}

/// A person can see and type.
pub(super) fn has_terminal() -> bool {
    std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
}

/// The state folder of a workload.
pub(super) fn state_of(common: &Common, workload: &str) -> Result<PathBuf> {
    Ok(place::state_dir(common)?.join(workload))
}

/// Shows the console of a reader.
pub(super) async fn show(reader: Reader, common: &Common, state: &Path) -> Result<ExitCode> {
    let Reader { config, clients, clock } = reader;
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let name = theme::choose(common.theme.as_deref(), config.screen.theme.as_deref(), no_color);
    let theme = Theme::find(name).map_err(|problems| eyre!("{problems}"))?;
    let operator = Operator { who: place::operator(), host: place::host() };
    let world = World::new(Arc::clone(&config.topology));
    let mut app = App::new(world, operator.who.clone(), config.simulated, TimeZone::system());
    remember(&mut app, state)?;
    let _log = log_in(state);
    let setup = Setup {
        app,
        clients,
        clock,
        theme,
        glyphs: if common.ascii || !is_utf8() { Glyphs::ascii() } else { Glyphs::unicode() },
        state: state.to_owned(),
        operator,
    };
    runtime::watch(setup).await?;
    Ok(ExitCode::SUCCESS)
}

/// The locale can write what the console draws; no locale at all counts as UTF-8, as most terminals are.
fn is_utf8() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    set.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Shows what the journal held before; a journal that cannot be opened is an error now and not at the first act.
fn remember(app: &mut App, state: &Path) -> Result<()> {
    let journal = Journal::open(state)?;
    let cut_off = match journal.open_run()? {
        Some(run) => Some(Progress::replay(&journal.entries(&run.run)?)?),
        None => None,
    };
    app.remember(journal.tail(LINES_SHOWN)?, cut_off);
    Ok(())
}

/// Writes the program's own log beside the journal: the screen is taken.
fn log_in(folder: &Path) -> Option<tracing_appender::non_blocking::WorkerGuard> {
    let file = tracing_appender::rolling::never(folder, "pointsman.log");
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = tracing_subscriber::EnvFilter::try_from_env("POINTSMAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,pointsman=info"));
    let taken =
        tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).try_init();
    taken.ok().map(|()| guard)
}
