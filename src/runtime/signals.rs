//! The signals that end a console: SIGTERM, SIGHUP and SIGINT.
//!
//! In raw mode Ctrl-C is a key, so SIGINT comes only from outside.

use color_eyre::eyre::{Result, WrapErr};
use tokio::signal::unix::{self, SignalKind};

/// What the console was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// End.
    Terminate,
    /// The terminal hung up.
    HangUp,
    /// Interrupt, sent by another process.
    Interrupt,
}

/// All of them at once.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: unix::Signal,
    hang_up: unix::Signal,
    interrupt: unix::Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Self> {
        let listen = |kind| unix::signal(kind).wrap_err("cannot listen to signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
            _ = self.interrupt.recv() => Signal::Interrupt,
        }
    }
}
