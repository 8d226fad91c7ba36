//! The terminal: taken over once, written to in whole frames, and given back on every way out.
//!
//! A frame is one write inside a synchronized update, holds changed cells only, and is not written when nothing
//! changed. Writing happens on a thread of its own, so that a slow link never delays a key.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Holds the terminal in raw mode on the alternate screen until it is dropped.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When standard output is no terminal or refuses raw mode.
    pub fn take() -> io::Result<Self> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, cursor::Hide)?;
        Ok(Self(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back if it was taken; safe to call twice and from a panic hook.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // A terminal that is gone cannot be restored; there is nobody left to tell.
    let mut out = io::stdout();
    let _gone = execute!(
        out,
        EndSynchronizedUpdate,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _gone = disable_raw_mode();
}

/// What is on the terminal now, and the way to change it.
#[derive(Debug)]
pub struct Screen {
    shown: Buffer,
    to_writer: mpsc::SyncSender<Vec<u8>>,
    busy: Arc<AtomicBool>,
    broken: Arc<AtomicBool>,
    clear: bool,
}

impl Screen {
    /// An empty screen of the terminal's size, and the thread that writes to it.
    ///
    /// # Errors
    /// When the terminal does not tell its size.
    pub fn open() -> io::Result<Self> {
        let (to_writer, frames) = mpsc::sync_channel::<Vec<u8>>(1);
        let (busy, broken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (busy_there, broken_there) = (Arc::clone(&busy), Arc::clone(&broken));
        std::thread::Builder::new().name("screen".to_owned()).spawn(move || {
            for frame in frames {
                let mut out = io::stdout().lock();
                if out.write_all(&frame).and_then(|()| out.flush()).is_err() {
                    broken_there.store(true, Ordering::SeqCst);
                }
                busy_there.store(false, Ordering::SeqCst);
            }
        })?;
        Ok(Self { shown: Buffer::empty(size()?), to_writer, busy, broken, clear: true })
    }

    /// The area a frame may fill.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.shown.area
    }

    /// The last frame is still on its way; another one now would only queue behind it.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst)
    }

    /// The terminal refused a write: it is gone.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    /// Takes on the terminal's size now and forgets what was drawn; the next frame is a whole one.
    ///
    /// # Errors
    /// When the terminal does not tell its size.
    pub fn resize(&mut self) -> io::Result<()> {
        self.shown = Buffer::empty(size()?);
        self.clear = true;
        Ok(())
    }

    /// Shows a frame: writes what differs from what is shown, or nothing.
    ///
    /// # Errors
    /// When the frame cannot be encoded.
    pub fn show(&mut self, frame: Buffer) -> io::Result<()> {
        let changes = self.shown.diff(&frame);
        if changes.is_empty() && !self.clear {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(changes.len() * 4);
        queue!(bytes, BeginSynchronizedUpdate)?;
        if std::mem::take(&mut self.clear) {
            queue!(bytes, Clear(ClearType::All))?;
        }
        CrosstermBackend::new(&mut bytes).draw(changes.into_iter())?;
        queue!(bytes, EndSynchronizedUpdate)?;
        self.shown = frame;
        self.hand_over(bytes);
        Ok(())
    }

    fn hand_over(&self, bytes: Vec<u8>) {
        self.busy.store(true, Ordering::SeqCst);
        if self.to_writer.send(bytes).is_err() {
            self.broken.store(true, Ordering::SeqCst);
        }
    }
}

fn size() -> io::Result<Rect> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(Rect::new(0, 0, width, height))
}
