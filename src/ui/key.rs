//! Keys and other inputs as the screen knows them, and their names: `a`, `?`, `ctrl-c`, `shift-tab`.
//!
//! The runtime turns the terminal's events into these; nothing here reads a terminal.

use std::fmt;
use std::str::FromStr;

/// What an operator or the terminal did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed, or repeated because it is held; releases are not inputs.
    Key(Key),
    /// The first button of a mouse was pressed on a cell.
    Click {
        /// Column from 0.
        x: u16,
        /// Row from 0.
        y: u16,
    },
    /// The wheel of a mouse was turned over a cell.
    Wheel {
        /// Column from 0.
        x: u16,
        /// Row from 0.
        y: u16,
        /// Towards the hand, which shows what is below.
        down: bool,
    },
    /// Text arrived as a bracketed paste.
    Paste(String),
    /// The terminal has this size now, in cells.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The terminal gained (true) or lost the focus.
    Focus(bool),
}

/// One key with what was held down beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which key; a letter comes as it would be written, so `A` and not `a` with shift.
    pub code: Code,
    /// Control was held.
    pub ctrl: bool,
    /// Alt was held, or the key came after Esc.
    pub alt: bool,
    /// Shift was held; always false with [`Code::Char`].
    pub shift: bool,
}

/// The keys that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A written character.
    Char(char),
    /// A function key, from 1.
    F(u8),
    /// Enter.
    Enter,
    /// Esc.
    Esc,
    /// Tab; a terminal's `BackTab` is this with shift.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
}

/// The named keys; every other name is a character or `f1` to `f24`.
const NAMES: [(&str, Code); 16] = [
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("home", Code::Home),
    ("end", Code::End),
    ("space", Code::Char(' ')),
    ("minus", Code::Char('-')),
];

impl Key {
    /// A key with nothing held down.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// A character with nothing held down.
    #[must_use]
    pub const fn char(letter: char) -> Self {
        Self::plain(Code::Char(letter))
    }

    /// The same key as every terminal should have told it: shift is part of a character, not beside it, and
    /// with control the case of a letter means nothing.
    #[must_use]
    pub fn normal(self) -> Self {
        let Code::Char(letter) = self.code else { return self };
        let letter = match (self.ctrl, self.shift) {
            (true, _) => letter.to_ascii_lowercase(),
            (false, true) => letter.to_ascii_uppercase(),
            (false, false) => letter,
        };
        Self { code: Code::Char(letter), shift: false, ..self }
    }

    /// Its name as a sentence has it: `Enter`, `Ctrl-C`, `PgUp`, and a letter as it is.
    #[must_use]
    pub fn spoken(self) -> String {
        let mut name = String::new();
        for (held, word) in [(self.ctrl, "Ctrl-"), (self.alt, "Alt-"), (self.shift, "Shift-")] {
            name.push_str(if held { word } else { "" });
        }
        let bare = Self { ctrl: false, alt: false, shift: false, ..self }.to_string();
        match (self.code, bare.as_str()) {
            (Code::PageUp, _) => name.push_str("PgUp"),
            (Code::PageDown, _) => name.push_str("PgDn"),
            (Code::Char(letter), one) if one.chars().count() == 1 => {
                name.push(if self.ctrl { letter.to_ascii_uppercase() } else { letter });
            }
            (_, word) => {
                let mut letters = word.chars();
                name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                name.extend(letters);
            }
        }
        name
    }

    /// The character it writes into a line of text, if it writes one.
    #[must_use]
    pub fn written(self) -> Option<char> {
        match self.code {
            Code::Char(letter) if !self.ctrl && !self.alt && !letter.is_control() => Some(letter),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match (NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Code::F(number)) => write!(f, "f{number}"),
            (None, Code::Char(letter)) => write!(f, "{letter}"),
            // Every other code has a name above.
            (None, _) => f.write_str("?"),
        }
    }
}

/// A name that is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key: write `a`, `?`, `ctrl-c`, `shift-tab`, `enter`, `f5`")]
pub struct NoKey(pub String);

impl FromStr for Key {
    type Err = NoKey;

    fn from_str(name: &str) -> Result<Self, NoKey> {
        let mut key = Self::plain(Code::Esc);
        let mut rest = name;
        loop {
            let (held, after) = if let Some(after) = rest.strip_prefix("ctrl-") {
                (&mut key.ctrl, after)
            } else if let Some(after) = rest.strip_prefix("alt-") {
                (&mut key.alt, after)
            } else if let Some(after) = rest.strip_prefix("shift-") {
                (&mut key.shift, after)
            } else {
                break;
            };
            *held = true;
            rest = after;
        }
        key.code = code(rest).ok_or_else(|| NoKey(name.to_owned()))?;
        Ok(key.normal())
    }
}

fn code(name: &str) -> Option<Code> {
    if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(*code);
    }
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Some(Code::Char(letter)),
        (Some('f'), Some(_)) => name[1..].parse().ok().filter(|n| (1..=24).contains(n)).map(Code::F),
        _ => None,
    }
}
