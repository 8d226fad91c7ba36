//! The signals that end a console or ask a run to stop: SIGTERM, SIGHUP and SIGINT; and the one of a new size.
//!
//! In raw mode Ctrl-C is a key, so SIGINT comes only from outside. It must never decide what a signal means.

use color_eyre::eyre::{Result, WrapErr};
use tokio::signal::unix::{self, SignalKind};

/// What the process was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End.
    Terminate,
    /// The terminal hung up.
    HangUp,
    /// Interrupt.
    Interrupt,
    /// The terminal has another size.
    Resize,
}

impl Signal {
    /// The exit code of a process that this ended, as shells know it.
    #[must_use]
    pub fn code(self) -> u8 {
        let number = match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
            Self::Resize => 28,
        };
        128 + number
    }
}

/// All of them at once; while it lives, and after, none of them ends the process by itself.
#[derive(Debug)]
pub struct Signals {
    terminate: unix::Signal,
    hang_up: unix::Signal,
    interrupt: unix::Signal,
    resize: unix::Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn new() -> Result<Self> {
        let listen = |kind| unix::signal(kind).wrap_err("cannot listen to signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
            interrupt: listen(SignalKind::interrupt())?,
            resize: listen(SignalKind::window_change())?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.resize.recv() => Signal::Resize,
        }
    }
}
