//! `pointsman watch`: the console on the workload of the config, and what is left to say when it has ended.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use color_eyre::eyre::Result;
use jiff::tz::TimeZone;

use super::exit::{self, Refused};
use super::follow::{self, Followed, Teller, ended, standing, way_on};
use super::keys::Keys;
use super::looks::Wish;
use super::reload::Files;
use super::setup::{Reader, bell, file, load, several};
use super::{Common, claim, fleet, place, plain, say};
use crate::app::{App, Event};
use crate::aws::Clients;
use crate::clock::Clock;
use crate::config::{Config, Screen};
use crate::ledger::past;
use crate::ledger::sqlite::{FILE, Journal};
use crate::plan::history::Ground;
use crate::plan::progress::Progress;
use crate::plan::run::{Ledger, LedgerError};
use crate::runtime::conch;
use crate::runtime::shared::Commons;
use crate::runtime::signals::Signals;
use crate::runtime::terminal::Kind;
use crate::runtime::{self, Ended, Exit, Look, Operator, Setup, Thrift};
use crate::ui::conch::Conch;

/// Over what is wrong with the journal.
const WATCH_ONLY: &str = "This console can only watch: the journal cannot be had";

/// How many lines of earlier runs the journal pane begins with.
const LINES_SHOWN: usize = 200;

/// Shows the console until the operator leaves: that of the one workload, or the list of several.
pub(super) async fn watch(common: &Common) -> Result<ExitCode> {
    if let Some(members) = several(common)? {
        return Box::pin(fleet::watch(members, common)).await;
    }
    let config = load(common)?;
    if !common.plain {
        needs_terminal()?;
    }
    let state = place::state_of(common, &config.topology)?;
    show(Reader::new(config, Clock::wall()), common, &state, Declared::of(common)).await
}

/// Refuses where nothing can be drawn.
pub(super) fn needs_terminal() -> Result<(), Refused> {
    if has_terminal() {
        return Ok(());
    }
    let why = "no terminal here: `pointsman --plain` prints what changes, `pointsman status` how the workload is, \
               `pointsman run` acts without one";
    Err(Refused::new(exit::USAGE, why))
}

/// A person can see and type.
pub(super) fn has_terminal() -> bool {
    std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
}

/// Where a config was declared.
pub(super) enum Declared {
    /// In a file of the operator, which is read again when it is saved; nowhere that lasts, when there is none.
    File(Option<PathBuf>),
    /// By a simulator, in a file for other consoles to find.
    HandedOut(PathBuf),
}

impl Declared {
    /// The file that the command line and the environment lead to.
    pub(super) fn of(common: &Common) -> Self {
        Self::File(file(common))
    }

    /// The operator's own file, if there is one.
    pub(super) fn own(&self) -> Option<&Path> {
        match self {
            Self::File(file) => file.as_deref(),
            Self::HandedOut(_) => None,
        }
    }

    /// Where another console finds the same config.
    fn place(&self) -> Option<&PathBuf> {
        match self {
            Self::File(file) => file.as_ref(),
            Self::HandedOut(file) => Some(file),
        }
    }
}

/// Shows the console of a reader, and follows a run that goes on without it.
pub(super) async fn show(
    reader: Reader,
    common: &Common,
    state: &Path,
    declared: Declared,
) -> Result<ExitCode> {
    if common.plain {
        return plain::plain(reader, common, state).await;
    }
    let operator = place::operator();
    let _log = place::log_in(state);
    let setup = setup(reader, common, (state, &operator), &declared)?;
    let ended = Box::pin(runtime::watch(setup)).await?;
    Box::pin(after(ended, state, &operator)).await
}

/// Everything that the console of a reader is made of.
pub(super) fn setup(
    reader: Reader,
    common: &Common,
    (state, operator): (&Path, &Operator),
    declared: &Declared,
) -> Result<Setup> {
    let kind = kind()?;
    let world = reader.unseen();
    let Reader { config, clients, clock } = reader;
    let own = declared.own().map(Path::to_owned);
    let wish = Wish::of(common, own.as_deref()).on(kind);
    let looks = wish.look(&config.screen, config.topology.is_production());
    let (theme, glyphs) = looks.map_err(|problems| Refused::new(exit::USAGE, problems.to_string()))?;
    let look = look(wish.clone(), &config);
    let (keys, keymap) = Keys::read(own.as_deref());
    let themes = wish.themes();
    let files = Files::new(common, wish, own, config.clone(), (theme.clone(), glyphs));
    let mut app = App::new(world, config.simulated, TimeZone::system()).drilling(common.drill);
    app.offer_themes(themes);
    if let Some((title, text)) = remember(&mut app, state) {
        app.update(Event::Trouble { title, text }, clock.now());
    }
    match keymap {
        Ok(keymap) => app.bind(keymap),
        Err(complaint) => drop(app.update(Event::Spoiled(complaint), clock.now())),
    }
    let bell = bell(&config).unwrap_or_else(|text| {
        let title = "Nobody will be told when a run needs a person".to_owned();
        app.update(Event::Trouble { title, text }, clock.now());
        None
    });
    let commons = commons(&config, (&clients, &clock), (state, operator), &mut app);
    Ok(Setup {
        app,
        clients,
        clock,
        theme,
        glyphs,
        kind,
        thrift: thrift(common, &config.screen),
        state: state.to_owned(),
        operator: operator.clone(),
        commons,
        config: declared.place().cloned(),
        bell,
        look,
        watched: vec![Box::new(files), Box::new(keys)],
    })
}

/// How the line to the terminal is used: by the flag, else by the config.
pub(super) fn thrift(common: &Common, screen: &Screen) -> Thrift {
    Thrift { tick: screen.tick, bytes_per_second: common.bytes_per_second.or(screen.bytes_per_second) }
}

/// What the terminal knows.
///
/// # Errors
/// When nothing can be drawn on it.
fn kind() -> Result<Kind, Refused> {
    let term = std::env::var("TERM").ok();
    let in_tmux = std::env::var_os("TMUX").is_some_and(|v| !v.is_empty());
    Kind::of(term.as_deref(), in_tmux).ok_or_else(|| {
        let name = term
            .filter(|term| !term.is_empty())
            .map_or_else(|| "not set".to_owned(), |term| format!("`{term}`"));
        let why = format!(
            "TERM is {name}, which cannot place a cursor: `pointsman --plain` prints one line a change here, \
             `pointsman status` how the workload is"
        );
        Refused::new(exit::USAGE, why)
    })
}

/// How it is drawn in a theme that is asked for while it runs.
fn look(wish: Wish, config: &Config) -> Look {
    let (screen, production) = (config.screen.clone(), config.topology.is_production());
    Box::new(move |name| {
        let wish = Wish { theme: Some(name.to_owned()), ..wish.clone() };
        wish.look(&screen, production).map_err(|problems| problems.to_string())
    })
}

/// The shared table; a state folder that cannot be written has been told of, and keeps nobody from watching.
fn commons(
    config: &Config,
    parts: (&Clients, &Clock),
    place: (&Path, &Operator),
    app: &mut App,
) -> Option<Commons> {
    if config.shared.is_some() {
        app.update(Event::Conch(Conch::Unread), parts.1.now());
    }
    claim::commons(config, parts, place).ok().flatten()
}

/// Shows what the journal held before. Whatever is wrong with it comes back as a title and a text, to be told now and
/// not at the first act; it keeps nobody from watching.
pub(super) fn remember(app: &mut App, state: &Path) -> Option<(String, String)> {
    match Journal::open(state) {
        Ok(journal) => recall(app, &journal, state).err(),
        Err(error) => Some((WATCH_ONLY.to_owned(), error.to_string())),
    }
}

/// What the operator must know of the journal, as a title and a text; the console is filled as far as it goes.
fn recall(app: &mut App, journal: &Journal, state: &Path) -> Result<(), (String, String)> {
    let unread = |error: LedgerError| (WATCH_ONLY.to_owned(), error.to_string());
    app.learn(past::history(journal, Ground::here(app.is_simulated(), app.drills())).map_err(unread)?);
    // Read before the lines: whoever has let it go by then has written all of theirs.
    let driver = conch::holder(state);
    let (mut lines, harm) = match journal.tail(LINES_SHOWN) {
        Ok(lines) => (lines, Ok(())),
        Err(error) => {
            (Vec::new(), Err(("Earlier lines of the journal cannot be shown".to_owned(), error.to_string())))
        }
    };
    let Some(run) = journal.open_run().map_err(unread)? else {
        app.remember(lines, None);
        return harm;
    };
    let replayed = journal.entries(&run).map_err(|e| e.to_string()).and_then(|mut of_run| {
        // What was written since the lines were read comes as everything that comes later does.
        match lines.last() {
            Some(newest) => of_run.retain(|line| line.seq <= newest.seq),
            None => lines.clone_from(&of_run),
        }
        Progress::replay(&of_run).map_err(|e| e.to_string())
    });
    // Whoever holds the conch drives it, and is followed; else it was cut off or is on hold, and asks for a person.
    match (replayed, driver) {
        (Ok(progress), Some(driver)) => app.follow(lines, progress, driver.by),
        (Ok(progress), None) => app.remember(lines, Some(progress)),
        (Err(why), _) => {
            app.remember(lines, None);
            let text = format!(
                "{why}. `pointsman close {run} --reason TEXT` ends it; nothing can be started before"
            );
            return Err((format!("Run {run} has not ended and cannot be replayed"), text));
        }
    }
    harm
}

/// Says what is left to say on the terminal that was given back.
pub(super) async fn after(ended: Ended, state: &Path, operator: &Operator) -> Result<ExitCode> {
    let Ended { exit, run, flight } = ended;
    let Some(run) = run else { return Ok(code(exit)) };
    let Some(mut flight) = flight else {
        sum_up(&run, state);
        return Ok(code(exit));
    };
    let mut teller = Teller::of(state, &run.run);
    say::out(format_args!(
        "run {} goes on without the console, to its next hold or its end; Ctrl-C lets nothing new start",
        run.run
    ));
    let followed = follow::follow(&mut flight, &mut teller, operator, &mut Signals::new()?).await?;
    let Followed::To(run) = &followed else { return Ok(self::ended(&followed)) };
    sum_up(run, state);
    Ok(follow::code(run))
}

fn sum_up(run: &Progress, state: &Path) {
    say::out(standing(run));
    say::out(format_args!("its journal is in {}", state.join(FILE).display()));
    if run.is_open() {
        say::out(way_on(run));
    } else {
        say::out(format_args!("`pointsman journal show {}` tells it line by line", run.run));
    }
}

fn code(exit: Exit) -> ExitCode {
    match exit {
        Exit::Left => ExitCode::SUCCESS,
        Exit::Ended(signal) => signal.code().into(),
        Exit::FellOver => exit::FELL_OVER.into(),
    }
}
