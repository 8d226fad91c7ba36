//! The terminal: taken over once, written to in whole frames, and given back on every way out.
//!
//! A frame is one write inside a synchronized update, holds changed cells only, and is not written when nothing
//! changed. Writing happens on a thread of its own, so that a slow link never delays a key.

mod clipboard;
mod encode;
mod kind;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{
    Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, queue};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::Notify;

pub use kind::Kind;

use crate::ui::guard;
use crate::ui::key::Input;

/// The kind of the terminal while it is taken, else 0. Changed only while standard output is locked, so that no frame
/// comes after the terminal was given back.
static TAKEN: AtomicU8 = AtomicU8::new(0);

/// Clicks and the wheel (mode 1000) with places beyond column 223 (1006); no movement, which a thin link cannot carry.
const MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const NO_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// How long a terminal that takes no bytes may hold up the end.
const LAST_BYTES: Duration = Duration::from_secs(1);

/// Holds the terminal in raw mode on the alternate screen until it is dropped.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes a terminal of this kind over. A panic on this thread gives it back before it tells of itself; one that a
    /// part of the screen is guarded against, or on another thread, ends only that and goes into the log.
    ///
    /// # Errors
    /// When standard output is no terminal or refuses raw mode.
    pub fn take(kind: Kind) -> io::Result<Self> {
        let guard = Self(());
        take(kind)?;
        give_back_on_panic();
        Ok(guard)
    }

    /// Gives the terminal back for as long as `pause` takes.
    ///
    /// # Errors
    /// When it cannot be taken over again.
    pub async fn lend(&self, kind: Kind, pause: impl Future<Output = ()>) -> io::Result<()> {
        give_back();
        pause.await;
        take(kind)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

fn take(kind: Kind) -> io::Result<()> {
    enable_raw_mode()?;
    let mut bytes = Vec::new();
    if kind.has_second_screen() {
        queue!(bytes, EnterAlternateScreen)?;
    }
    if kind.reports() {
        queue!(bytes, EnableBracketedPaste, EnableFocusChange)?;
    }
    if kind.hides_cursor() {
        queue!(bytes, cursor::Hide)?;
    }
    let mut out = io::stdout().lock();
    TAKEN.store(kind as u8, Ordering::SeqCst);
    out.write_all(&bytes)?;
    out.flush()
}

/// What undoes all that [`take`] asked for.
fn farewell(kind: Kind) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if kind.reports() {
        bytes.extend_from_slice(NO_MOUSE);
        queue!(bytes, EndSynchronizedUpdate, DisableFocusChange, DisableBracketedPaste)?;
    }
    // tmux keeps what does not fit the old size when the terminal was resized meanwhile.
    queue!(bytes, Clear(ClearType::All))?;
    if kind.has_second_screen() {
        queue!(bytes, LeaveAlternateScreen)?;
    } else {
        queue!(bytes, cursor::MoveTo(0, 0))?;
    }
    if kind.hides_cursor() {
        queue!(bytes, cursor::Show)?;
    }
    Ok(bytes)
}

fn give_back_on_panic() {
    let (tell, here) = (std::panic::take_hook(), std::thread::current().id());
    std::panic::set_hook(Box::new(move |panic| {
        let elsewhere = std::thread::current().id() != here;
        if TAKEN.load(Ordering::SeqCst) > 0 && (elsewhere || guard::is_watching()) {
            tracing::error!(%panic, "a task or a part of the screen fell over");
            return;
        }
        give_back();
        tell(panic);
    }));
}

/// Gives the terminal back if it was taken; safe to call twice and from a panic hook.
pub fn give_back() {
    // A terminal that is gone cannot be restored; there is nobody left to tell.
    let _gone = disable_raw_mode();
    // The last frame may be stuck in a terminal that takes no bytes, and standard output with it.
    let (done, wait) = mpsc::channel::<()>();
    let leaving = std::thread::Builder::new().name("leave".to_owned()).spawn(move || {
        let mut out = io::stdout().lock();
        if let Some(bytes) = Kind::kept(TAKEN.swap(0, Ordering::SeqCst)).and_then(|kind| farewell(kind).ok())
        {
            let _gone = out.write_all(&bytes).and_then(|()| out.flush());
        }
        drop(done);
    });
    if leaving.is_ok() {
        let _late = wait.recv_timeout(LAST_BYTES);
    }
}

/// What is on the terminal now, and the way to change it.
#[derive(Debug)]
pub struct Screen {
    kind: Kind,
    shown: Buffer,
    to_writer: mpsc::SyncSender<Vec<u8>>,
    busy: Arc<AtomicBool>,
    /// Told each time when it is not any more.
    free: Arc<Notify>,
    broken: Arc<AtomicBool>,
    clear: bool,
    /// Goes out before the next frame.
    first: Vec<u8>,
}

impl Screen {
    /// An empty screen of the terminal's size, and the thread that writes to it.
    ///
    /// # Errors
    /// When the terminal does not tell its size.
    pub fn open(kind: Kind) -> io::Result<Self> {
        let (to_writer, frames) = mpsc::sync_channel::<Vec<u8>>(1);
        let (busy, broken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (busy_there, broken_there) = (Arc::clone(&busy), Arc::clone(&broken));
        let free = Arc::new(Notify::new());
        let free_there = Arc::clone(&free);
        std::thread::Builder::new().name("screen".to_owned()).spawn(move || {
            for frame in frames {
                let mut out = io::stdout().lock();
                let taken = TAKEN.load(Ordering::SeqCst) > 0;
                if taken && out.write_all(&frame).and_then(|()| out.flush()).is_err() {
                    broken_there.store(true, Ordering::SeqCst);
                }
                drop(out);
                busy_there.store(false, Ordering::SeqCst);
                free_there.notify_one();
            }
        })?;
        Ok(Self {
            kind,
            shown: Buffer::empty(size()?),
            to_writer,
            busy,
            free,
            broken,
            clear: true,
            first: Vec::new(),
        })
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

    /// Returns when a frame has gone out: at once, when one has since this was last asked.
    pub async fn freed(&self) {
        self.free.notified().await;
    }

    /// The terminal refused a write: it is gone.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    /// The terminal's size now, as an input; a terminal that does not tell it is about to be gone.
    #[must_use]
    pub fn size(&self) -> Input {
        let Rect { width, height, .. } = size().unwrap_or(self.shown.area);
        Input::Resize { width, height }
    }

    /// Takes on a size and forgets what was drawn; the next frame is a whole one.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.shown = Buffer::empty(Rect { width, height, ..self.shown.area });
        self.clear = true;
    }

    /// Shows a frame: writes what differs from what is shown, or nothing. How many bytes that took is returned.
    pub fn show(&mut self, frame: Buffer) -> usize {
        let changes = self.shown.diff(&frame);
        if changes.is_empty() && !self.clear && self.first.is_empty() {
            return 0;
        }
        let mut bytes = std::mem::take(&mut self.first);
        bytes.extend(encode::frame(self.kind, std::mem::take(&mut self.clear), &changes));
        let count = bytes.len();
        self.shown = frame;
        self.hand_over(bytes);
        count
    }

    /// Puts a text on the clipboard of whoever sits at the terminal, with the next frame.
    ///
    /// # Errors
    /// When terminals of this kind have no way to, in words.
    pub fn copy(&mut self, text: &str) -> Result<(), &'static str> {
        let way = clipboard::Way::of(self.kind, clipboard::in_tmux())
            .ok_or("nothing is copied: this kind of terminal cannot be told to (OSC 52)")?;
        self.first.extend(way.sequence(text));
        Ok(())
    }

    /// Has the terminal tell of clicks and of the wheel, or leaves the mouse to it, which then selects text.
    ///
    /// # Errors
    /// When terminals of this kind have no way to, in words.
    pub fn listen_to_mouse(&mut self, on: bool) -> Result<(), &'static str> {
        if !self.kind.reports() {
            return Err("this kind of terminal does not tell of a mouse");
        }
        self.first.extend_from_slice(if on { MOUSE } else { NO_MOUSE });
        Ok(())
    }

    fn hand_over(&self, bytes: Vec<u8>) {
        self.busy.store(true, Ordering::SeqCst);
        if self.to_writer.send(bytes).is_err() {
            self.broken.store(true, Ordering::SeqCst);
        }
    }
}

/// A terminal that does not know its size, as a serial line, is taken to be of the usual one.
fn size() -> io::Result<Rect> {
    let (width, height) = match crossterm::terminal::size()? {
        (0, _) | (_, 0) => (80, 24),
        size => size,
    };
    Ok(Rect::new(0, 0, width, height))
}
