//! `--plain`: what the console would show, as one line a change, on any terminal and on none.
//!
//! It only watches and follows; acting without a screen is `pointsman run`.

use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::Result;
use jiff::tz::TimeZone;

use super::looks::Wish;
use super::setup::Reader;
use super::{Common, claim, place, say, watch};
use crate::app::App;
use crate::runtime::plain::{self, Reading};

/// Prints what changes until a signal ends it or nobody reads any more.
pub(super) async fn plain(reader: Reader, common: &Common, state: &Path) -> Result<ExitCode> {
    let world = reader.unseen();
    let Reader { config, clients, clock } = reader;
    let mut app = App::new(world, config.simulated, TimeZone::system()).drilling(common.drill);
    if let Some((title, text)) = watch::remember(&mut app, state) {
        say::err(format_args!("{title}: {text}"));
    }
    let _log = place::log_in(state);
    let commons = claim::commons(&config, (&clients, &clock), (state, &place::operator())).ok().flatten();
    let glyphs = Wish::of(common, None).glyphs(&config.screen);
    say::out(plain::opening(&app));
    let reading = Reading { app, clients, clock, state: state.to_owned(), commons, glyphs };
    let ended = plain::read(reading, say::line).await?;
    Ok(ended.code().into())
}
