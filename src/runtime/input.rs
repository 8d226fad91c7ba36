//! Turns the terminal's events into inputs, on a thread that does nothing else.
//!
//! It must never act on an input, and it ends when the terminal is gone instead of spinning on it.

use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers};
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::app::Event;
use crate::ui::key::{Code, Input, Key};

/// Starts the thread; it ends with the terminal or the receiver.
///
/// # Errors
/// When no thread can be started.
pub fn listen(to: mpsc::Sender<Event>) -> std::io::Result<()> {
    std::thread::Builder::new().name("input".to_owned()).spawn(move || {
        while let Ok(event) = event::read() {
            let Some(input) = translate(event) else { continue };
            if to.blocking_send(Event::Input(input, Timestamp::now())).is_err() {
                break;
            }
        }
    })?;
    Ok(())
}

fn translate(event: event::Event) -> Option<Input> {
    match event {
        event::Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Input::Key),
        event::Event::Paste(text) => Some(Input::Paste(text)),
        event::Event::Resize(width, height) => Some(Input::Resize { width, height }),
        event::Event::FocusGained => Some(Input::Focus(true)),
        event::Event::FocusLost => Some(Input::Focus(false)),
        event::Event::Key(_) | event::Event::Mouse(_) => None,
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
