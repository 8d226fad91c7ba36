//! A frame as lines of text with its looks as ANSI escapes, for a terminal that is not taken over.
//!
//! It moves no cursor and clears nothing; each line ends in the terminal's own look. Without a style it is plain text.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::widgets::paint;

/// The lines of a buffer with their looks.
#[must_use]
pub fn ansi(buf: &Buffer) -> String {
    lines(buf, |cell| {
        let codes = codes(cell);
        if codes.is_empty() { String::new() } else { codes.join(";") }
    })
}

/// The lines of a buffer as plain text.
#[must_use]
pub fn plain(buf: &Buffer) -> String {
    lines(buf, |_| String::new())
}

fn lines(buf: &Buffer, look: impl Fn(&Cell) -> String) -> String {
    let mut out = String::new();
    for row in buf.content.chunks(usize::from(buf.area.width).max(1)) {
        let mut line = String::new();
        let (mut now, mut hidden) = (String::new(), 0);
        for cell in row {
            // The cell behind a wide character shows nothing of its own.
            if hidden > 0 {
                hidden -= 1;
                continue;
            }
            hidden = paint::width(cell.symbol()).max(1) - 1;
            let look = look(cell);
            if look != now {
                // Writing to a String cannot fail.
                let _ = if look.is_empty() { write!(line, "\x1b[m") } else { write!(line, "\x1b[0;{look}m") };
                now = look;
            }
            line.push_str(cell.symbol());
        }
        if now.is_empty() {
            line.truncate(line.trim_end_matches(' ').len());
        } else {
            line.push_str("\x1b[m");
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The parameters that give a cell its look; none for the terminal's own.
fn codes(cell: &Cell) -> Vec<String> {
    let attributes = [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::ITALIC, "3"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::REVERSED, "7"),
        (Modifier::CROSSED_OUT, "9"),
    ];
    let modifiers = attributes.iter().filter(|(modifier, _)| cell.modifier.contains(*modifier));
    let mut codes: Vec<String> = modifiers.map(|(_, code)| (*code).to_owned()).collect();
    codes.extend(color(cell.fg, 0));
    codes.extend(color(cell.bg, 10));
    codes
}

/// The parameters of a colour: of the text, or 10 further on of the ground.
fn color(color: Color, ground: u8) -> Option<String> {
    let sixteen = match color {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => return Some(format!("{};2;{r};{g};{b}", 38 + ground)),
        Color::Indexed(n) => return Some(format!("{};5;{n}", 38 + ground)),
        Color::Black => 30,
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        Color::Gray => 37,
        Color::DarkGray => 90,
        Color::LightRed => 91,
        Color::LightGreen => 92,
        Color::LightYellow => 93,
        Color::LightBlue => 94,
        Color::LightMagenta => 95,
        Color::LightCyan => 96,
        Color::White => 97,
    };
    Some((sixteen + ground).to_string())
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_look_is_said_when_it_changes_and_ends_with_its_line() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 2));
        buf.set_string(0, 0, "ab", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        buf.set_string(2, 0, "c", Style::new());
        buf.set_string(0, 1, "日", Style::new().bg(Color::Rgb(1, 2, 3)).fg(Color::Indexed(208)));
        assert_eq!(ansi(&buf), "\x1b[0;1;31mab\x1b[mc\n\x1b[0;38;5;208;48;2;1;2;3m日\x1b[m\n");
        assert_eq!(plain(&buf), "abc\n日\n");
    }
}
