//! Reads `[screen]` and `[production]`: how it is drawn, and where it must be drawn so that nobody misses it.
//!
//! Whether there is a theme of a name is for the screen to say.

use super::cursor::Cursor;
use super::value;
use super::{Chart, Color, Screen};
use crate::model::topology::Production;

pub(super) fn screen(root: &Cursor<'_>) -> Screen {
    let Some(table) = root.table("screen") else { return Screen::default() };
    let bytes = table.whole("bytes_per_second").and_then(|bytes| u32::try_from(bytes.value).ok());
    Screen {
        theme: table.text("theme").map(|theme| theme.value),
        color: table.text("color").and_then(|word| Color::named(&word.value)),
        ascii: table.flag("ascii"),
        chart: table.text("chart").and_then(|word| Chart::named(&word.value)),
        tick: table.span("tick").map(|tick| tick.value),
        bytes_per_second: bytes.filter(|bytes| *bytes > 0),
    }
}

pub(super) fn production(root: &Cursor<'_>) -> Production {
    let Some(table) = root.table("production") else { return Production::default() };
    let accounts = table.texts("accounts").unwrap_or_default();
    for pattern in &accounts {
        if !pattern.value.chars().all(|letter| letter.is_ascii_digit() || letter == '*') {
            let what = "is no pattern of an account: digits, and * for any of them";
            table.sink.refuse(&pattern.place, what);
        } else if value::account(&pattern.value).is_err() && !pattern.value.contains('*') {
            table.sink.refuse(&pattern.place, "has not the twelve digits of an account, and no *");
        }
    }
    let words = table.texts("environments").unwrap_or_default();
    Production {
        accounts: accounts.into_iter().map(|pattern| pattern.value).collect(),
        environments: words.into_iter().map(|pattern| pattern.value).collect(),
    }
}
