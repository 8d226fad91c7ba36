//! `pointsman themes`: the themes there are, drawn in the colours of this terminal, or one of them as a picture.

use std::io::IsTerminal;
use std::process::ExitCode;

use color_eyre::eyre::Result;
use ratatui::buffer::Buffer;

use super::exit::{self, Refused};
use super::looks::Wish;
use super::setup;
use super::{Common, ThemesArgs, say};
use crate::config::{Color, Screen};
use crate::ui::theme::{Depth, Glyphs, Shelf, preview};
use crate::ui::{ansi, svg};

/// Draws themes.
pub(super) fn themes(common: &Common, args: &ThemesArgs) -> Result<ExitCode> {
    let mut wish = Wish::of(common, setup::file(common).as_deref());
    if !std::io::stdout().is_terminal() && wish.color != Some(Color::Always) {
        wish.color = Some(Color::Never);
    }
    let shelf = Shelf::read(&wish.folders);
    let screen = Screen::default();
    let (depth, glyphs) = (wish.depth(&screen), wish.glyphs(&screen));
    match args.names.as_slice() {
        [] => list(&shelf, depth, &glyphs),
        [name] if args.svg => picture(&shelf, name, &glyphs),
        [_, _, ..] if args.svg => Err(Refused::new(exit::USAGE, "a picture is of one theme").into()),
        names => draw(&shelf, names, depth, &glyphs),
    }
}

/// One line for each theme; what is wrong with one is said, and the others are listed all the same.
fn list(shelf: &Shelf, depth: Depth, glyphs: &Glyphs) -> Result<ExitCode> {
    let (mut wrong, names) = (Vec::new(), shelf.names());
    let widest = names.iter().map(|name| name.len()).max().unwrap_or_default();
    for name in names {
        match shelf.find(name, depth) {
            Ok(theme) => {
                let sample = written(&preview::sample(&theme, glyphs), depth);
                say::out(format_args!("{name:widest$} {}", sample.trim_end()));
                say::out(format_args!("{:widest$}  {}", "", theme.about()));
            }
            Err(problems) => {
                say::out(format_args!("{name:widest$}  cannot be read, see below"));
                wrong.push(problems.to_string());
            }
        }
    }
    say::out(format_args!("\n{} here; `pointsman themes NAME` draws one", depth.words()));
    if wrong.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(Refused::new(exit::USAGE, wrong.join("\n")).into())
    }
}

fn draw(shelf: &Shelf, names: &[String], depth: Depth, glyphs: &Glyphs) -> Result<ExitCode> {
    for name in names {
        let theme = shelf.find(name, depth).map_err(refused)?;
        let origin = shelf.origin(name).map(|origin| format!(" ({origin})")).unwrap_or_default();
        say::out(format_args!("{name}{origin}: {}, {}\n", theme.about(), depth.words()));
        say::out(written(&preview::preview(&theme, glyphs), depth));
    }
    Ok(ExitCode::SUCCESS)
}

fn picture(shelf: &Shelf, name: &str, glyphs: &Glyphs) -> Result<ExitCode> {
    let theme = shelf.find(name, Depth::True).map_err(refused)?;
    let title = format!("pointsman: the theme {name}");
    say::data(&svg::on(&preview::preview(&theme, glyphs), &title, theme.ground()));
    Ok(ExitCode::SUCCESS)
}

/// Plain text where there are no colours: a file or a pipe wants no escapes, and `NO_COLOR` none here.
fn written(buf: &Buffer, depth: Depth) -> String {
    if depth == Depth::None && !std::io::stdout().is_terminal() { ansi::plain(buf) } else { ansi::ansi(buf) }
}

fn refused(problems: impl std::fmt::Display) -> Refused {
    Refused::new(exit::USAGE, problems.to_string())
}
