//! The signals that end a console or ask a run to stop: SIGTERM, SIGHUP and SIGINT; those of a new size, and SIGTSTP.
//!
//! In raw mode Ctrl-C and Ctrl-Z are keys, so SIGINT and SIGTSTP come only from outside. It must never decide what a
//! signal means.

use color_eyre::eyre::{Result, WrapErr};
use futures::FutureExt;
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
    /// Stop until told to go on.
    Suspend,
    /// It was stopped by what nobody can handle, and goes on.
    GoOn,
}

impl Signal {
    /// The exit code of a process that this ended, as shells know it.
    #[must_use]
    pub fn code(self) -> u8 {
        let number = match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
            Self::GoOn => 18,
            Self::Suspend => 20,
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
    suspend: unix::Signal,
    go_on: unix::Signal,
}

/// SIGTSTP and SIGCONT, which tokio has no name for.
const SUSPEND: i32 = rustix::process::Signal::TSTP.as_raw();
const GO_ON: i32 = rustix::process::Signal::CONT.as_raw();

/// Asks this process to stop, as Ctrl-Z does where the terminal is not in raw mode; it comes as [`Signal::Suspend`].
///
/// # Errors
/// When the system does not let it.
pub fn suspend() -> std::io::Result<()> {
    Ok(rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TSTP)?)
}

/// A shell with job control waits behind this process and can let it go on: only such a one makes a process group that
/// is not the session's first. As the command of `ssh -t host pointsman` or of a tmux pane it would stop for good.
#[must_use]
pub fn has_shell() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session != rustix::process::getpgrp())
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
            suspend: listen(SignalKind::from_raw(SUSPEND))?,
            go_on: listen(SignalKind::from_raw(GO_ON))?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.resize.recv() => Signal::Resize,
            _ = self.suspend.recv() => Signal::Suspend,
            _ = self.go_on.recv() => Signal::GoOn,
        }
    }

    /// Stops this process, as the shell asked, until it is told to go on; and with it what stands between them, as a
    /// wrapper that hands out credentials: a shell that sees that one at work does not take its terminal back.
    pub async fn stop(&mut self) {
        // One that came before is not the one to wait for.
        while self.go_on.recv().now_or_never().is_some() {}
        // Not SIGTSTP: that would come to this process once more after it goes on.
        if rustix::process::kill_current_process_group(rustix::process::Signal::STOP).is_ok() {
            let _awake = self.go_on.recv().await;
        }
    }
}
