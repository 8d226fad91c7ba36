//! Exit codes that scripts may rely on, and the error that carries one; `0` is all ok.
//!
//! Nothing but `main` may end the process.

use std::process::ExitCode;

use color_eyre::eyre::Report;

use super::say;

/// Something that nobody foresaw: a full disk, a port that is taken.
pub const FAILED: u8 = 1;
/// Bad usage or a bad config.
pub const USAGE: u8 = 2;
/// Something is worth a look.
pub const LOOK: u8 = 10;
/// Something is bad, or a run did not confirm every step.
pub const BAD: u8 = 20;
/// Something cannot be known.
pub const UNKNOWN: u8 = 30;
/// A journal is not as it was written.
pub const BROKEN: u8 = 40;
/// The console fell over.
pub const FELL_OVER: u8 = 101;

/// Why a command was not done, in words for the operator, with the exit code for it.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub(super) struct Refused {
    /// The exit code.
    pub code: u8,
    /// Why.
    pub why: String,
}

impl Refused {
    pub(super) fn new(code: u8, why: impl Into<String>) -> Self {
        Self { code, why: why.into() }
    }
}

/// Every cause in turn, each once: one that only hands on what is behind it says the same words.
fn words(report: &Report) -> String {
    let mut causes: Vec<String> = report.chain().map(ToString::to_string).collect();
    causes.dedup();
    causes.join(": ")
}

/// Says why a command was not done; the exit code for it.
pub(super) fn told(report: &Report) -> ExitCode {
    if let Some(Refused { code, why }) = report.downcast_ref() {
        say::err(why);
        return (*code).into();
    }
    say::err(format_args!("error: {}", words(report)));
    FAILED.into()
}
