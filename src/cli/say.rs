//! The two streams of the command line.
//!
//! A reader that went away (`| head`, a terminal that hung up) is no reason to stop: what counts is in the journal.

use std::fmt::Display;
use std::io::{self, Write};

/// What was asked for, one line on standard output.
pub(super) fn out(line: impl Display) {
    let _nobody = writeln!(io::stdout(), "{line}");
}

/// The same, for whoever ends when nobody reads any more.
///
/// # Errors
/// When the line cannot be written.
pub(super) fn line(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// The same for text that has its own ends of lines.
pub(super) fn text(text: &str) {
    let _nobody = write!(io::stdout(), "{text}").and_then(|()| io::stdout().flush());
}

/// Why something was not done, or what to know about it, one line on standard error.
pub(super) fn err(line: impl Display) {
    let _nobody = writeln!(io::stderr(), "{line}");
}
