//! The two streams of the command line, and in which letters they are written.
//!
//! A reader that went away (`| head`, a terminal that hung up) is no reason to stop: what counts is in the journal.
//! Words keep to ASCII where the flag, the config or the locale says so; data for other programs is never touched.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ui::theme::Glyphs;

/// Whoever reads the streams of this process has nothing but ASCII. Like the streams there is one for the process.
static ASCII: AtomicBool = AtomicBool::new(false);

/// From now on words are written in ASCII, if so.
pub(super) fn in_ascii(so: bool) {
    ASCII.fetch_or(so, Ordering::Relaxed);
}

fn glyphs() -> Glyphs {
    if ASCII.load(Ordering::Relaxed) { Glyphs::ascii() } else { Glyphs::unicode() }
}

/// What was asked for, one line on standard output.
pub(super) fn out(line: impl Display) {
    let _nobody = writeln!(io::stdout(), "{}", glyphs().text(&line.to_string()));
}

/// The same, for whoever ends when nobody reads any more.
///
/// # Errors
/// When the line cannot be written.
pub(super) fn line(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{}", glyphs().text(line))
}

/// The same for text that has its own ends of lines.
pub(super) fn text(text: &str) {
    data(&glyphs().text(text));
}

/// What another program reads (JSON, HTML, SVG, a script), byte for byte.
pub(super) fn data(text: &str) {
    let _nobody = write!(io::stdout(), "{text}").and_then(|()| io::stdout().flush());
}

/// The same as one line.
pub(super) fn record(line: impl Display) {
    let _nobody = writeln!(io::stdout(), "{line}");
}

/// Why something was not done, or what to know about it, one line on standard error.
pub(super) fn err(line: impl Display) {
    let _nobody = writeln!(io::stderr(), "{}", glyphs().text(&line.to_string()));
}
