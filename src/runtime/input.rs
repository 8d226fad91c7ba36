//! Turns the terminal's events into inputs, on a thread that does nothing else.
//!
//! It must never act on an input, and it ends when the terminal is gone instead of spinning on it.

use std::io::{self, PipeReader, PipeWriter};
use std::time::Duration;

use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};
use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::{mpsc, oneshot};

use crate::app::Event;
use crate::clock::host_now;
use crate::ui::key::{Code, Input, Key};

/// How long crossterm may look for an event in bytes that are already there.
const AT_ONCE: Duration = Duration::from_millis(1);

/// The thread that listens; it ends when this is dropped, so that what is typed later is the shell's again.
#[derive(Debug)]
pub(super) struct Keyboard {
    _stop: PipeWriter,
    gone: oneshot::Receiver<()>,
}

impl Keyboard {
    /// Starts to listen.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn listen(to: mpsc::Sender<Event>) -> io::Result<Self> {
        let (stopped, stop) = io::pipe()?;
        let (ended, gone) = oneshot::channel();
        std::thread::Builder::new().name("input".to_owned()).spawn(move || {
            // Whatever ends it, the console is told by `ended` being dropped.
            let _ended = ended;
            let _gone = listen(&to, &stopped);
        })?;
        Ok(Self { _stop: stop, gone })
    }

    /// Returns once the terminal gives no input any more.
    pub(super) async fn gone(&mut self) {
        let _dropped = (&mut self.gone).await;
    }
}

fn listen(to: &mpsc::Sender<Event>, stopped: &PipeReader) -> io::Result<()> {
    while waits(stopped)? {
        while event::poll(AT_ONCE)? {
            let Some(input) = translate(event::read()?) else { continue };
            if to.blocking_send(Event::Input(input, host_now())).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Waits for input; false when there will be none any more. crossterm itself reads a terminal that hung up without
/// end, so it is only asked while there is one.
fn waits(stopped: &PipeReader) -> io::Result<bool> {
    let keys = io::stdin();
    let mut looked = [PollFd::new(&keys, PollFlags::IN), PollFd::new(stopped, PollFlags::empty())];
    loop {
        match poll(&mut looked, None) {
            Ok(_) => break,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let [keys, stop] = looked.map(|fd| fd.revents());
    Ok(keys == PollFlags::IN && stop.is_empty())
}

fn translate(event: event::Event) -> Option<Input> {
    match event {
        event::Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Input::Key),
        event::Event::Paste(text) => Some(Input::Paste(text)),
        event::Event::Resize(width, height) => Some(Input::Resize { width, height }),
        event::Event::FocusGained => Some(Input::Focus(true)),
        event::Event::FocusLost => Some(Input::Focus(false)),
        event::Event::Mouse(mouse) => self::mouse(mouse),
        event::Event::Key(_) => None,
    }
}

fn mouse(mouse: event::MouseEvent) -> Option<Input> {
    let (x, y) = (mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Input::Click { x, y }),
        MouseEventKind::ScrollUp => Some(Input::Wheel { x, y, down: false }),
        MouseEventKind::ScrollDown => Some(Input::Wheel { x, y, down: true }),
        _ => None,
    }
}

fn key(key: event::KeyEvent) -> Option<Key> {
    let held = |modifier| key.modifiers.contains(modifier);
    let code = match key.code {
        KeyCode::Char(letter) => Code::Char(letter),
        KeyCode::F(number) => Code::F(number),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab | KeyCode::BackTab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        _ => return None,
    };
    let shift = held(KeyModifiers::SHIFT) || key.code == KeyCode::BackTab;
    Some(Key { code, ctrl: held(KeyModifiers::CONTROL), alt: held(KeyModifiers::ALT), shift }.normal())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{Event as Terminal, KeyEvent};

    #[test]
    fn keys_come_through_by_their_names() {
        let cases = [
            (KeyCode::Char('A'), KeyModifiers::SHIFT, "A"),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, "ctrl-c"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "shift-tab"),
            (KeyCode::Enter, KeyModifiers::NONE, "enter"),
        ];
        for (code, modifiers, name) in cases {
            let input = translate(Terminal::Key(KeyEvent::new(code, modifiers)));
            assert_eq!(input, Some(Input::Key(name.parse().unwrap())), "{name}");
        }
    }

    #[test]
    fn a_release_is_no_key() {
        let release = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(translate(Terminal::Key(release)), None);
    }
}
