//! A frame as the bytes that a terminal of its kind knows: as few of them as can be, for a link that carries few.
//!
//! Every frame begins and ends with no style set, so that one that is lost spoils no other.

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::kind::Kind;

/// Where frames begin and end for terminals that hold the screen meanwhile (mode 2026).
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
const CLEAR: &[u8] = b"\x1b[2J";

/// The bytes that change these cells, each with its column and row from 0; `clear` begins with an empty screen.
pub(super) fn frame(kind: Kind, clear: bool, changes: &[(u16, u16, &Cell)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(changes.len() * 2 + 32);
    if kind.reports() {
        bytes.extend_from_slice(BEGIN);
    }
    if clear {
        bytes.extend_from_slice(CLEAR);
    }
    let mut pen = Pen { kind, bytes: &mut bytes, at: None, style: Vec::new(), next: Vec::new() };
    for (x, y, cell) in changes {
        pen.put(*x, *y, cell);
    }
    pen.lift();
    if kind.reports() {
        bytes.extend_from_slice(END);
    }
    bytes
}

/// Where the cursor is and what style is set.
struct Pen<'b> {
    kind: Kind,
    bytes: &'b mut Vec<u8>,
    at: Option<(u16, u16)>,
    style: Vec<u8>,
    next: Vec<u8>,
}

impl Pen<'_> {
    fn put(&mut self, x: u16, y: u16, cell: &Cell) {
        self.go(x, y);
        self.dress(cell);
        let symbol = cell.symbol();
        self.bytes.extend_from_slice(symbol.as_bytes());
        // Where terminals may disagree on the width the next cell is found from the edge.
        self.at = match symbol.width() {
            wide @ 1..=2 if symbol.chars().count() == 1 => {
                Some((x.saturating_add(if wide == 1 { 1 } else { 2 }), y))
            }
            _ => None,
        };
    }

    fn go(&mut self, x: u16, y: u16) {
        let _in_memory = match self.at {
            Some(here) if here == (x, y) => Ok(()),
            Some((from, row)) if row == y && from < x => match x - from {
                1 => write!(self.bytes, "\x1b[C"),
                by => write!(self.bytes, "\x1b[{by}C"),
            },
            _ => write!(self.bytes, "\x1b[{};{}H", y + 1, x + 1),
        };
    }

    fn dress(&mut self, cell: &Cell) {
        self.next.clear();
        style(self.kind, cell, &mut self.next);
        if self.next == self.style {
            return;
        }
        self.bytes.extend_from_slice(b"\x1b[");
        if !self.style.is_empty() && !self.next.is_empty() {
            self.bytes.extend_from_slice(b"0;");
        }
        self.bytes.extend_from_slice(&self.next);
        self.bytes.push(b'm');
        std::mem::swap(&mut self.style, &mut self.next);
    }

    fn lift(&mut self) {
        if !self.style.is_empty() {
            self.bytes.extend_from_slice(b"\x1b[m");
        }
    }
}

/// What each modifier is to a VT100, and to those after it.
const MODIFIERS: [(Modifier, u8, bool); 8] = [
    (Modifier::BOLD, 1, true),
    (Modifier::DIM, 2, false),
    (Modifier::ITALIC, 3, false),
    (Modifier::UNDERLINED, 4, true),
    (Modifier::SLOW_BLINK, 5, true),
    (Modifier::REVERSED, 7, true),
    (Modifier::HIDDEN, 8, false),
    (Modifier::CROSSED_OUT, 9, false),
];

/// The numbers of a style, `1;31`; empty for none.
fn style(kind: Kind, cell: &Cell, into: &mut Vec<u8>) {
    for (modifier, number, of_vt100) in MODIFIERS {
        if cell.modifier.contains(modifier) && (of_vt100 || knows(kind, number)) {
            push(into, &[number]);
        }
    }
    if kind.has_colors() {
        color(kind, cell.fg, 30, into);
        color(kind, cell.bg, 40, into);
    }
}

fn knows(kind: Kind, modifier: u8) -> bool {
    match kind {
        Kind::Full | Kind::Screen => true,
        Kind::Linux => modifier == 2,
        Kind::Vt100 => false,
    }
}

fn push(into: &mut Vec<u8>, numbers: &[u8]) {
    for number in numbers {
        let gap = if into.is_empty() { "" } else { ";" };
        let _in_memory = write!(into, "{gap}{number}");
    }
}

/// Adds a colour; `base` is 30 before the letters and 40 behind them.
fn color(kind: Kind, color: Color, base: u8, into: &mut Vec<u8>) {
    match (named(color), color) {
        (Some(number @ 0..8), _) => push(into, &[base + number]),
        // Bold is what makes a colour bright on the Linux console, and only before letters.
        (Some(number), _) if kind == Kind::Linux && base == 30 => push(into, &[1, base + number - 8]),
        (Some(number), _) if kind == Kind::Linux => push(into, &[base + number - 8]),
        (Some(number), _) => push(into, &[base + 60 + number - 8]),
        (None, _) if kind == Kind::Linux => {}
        (None, Color::Indexed(number)) => push(into, &[base + 8, 5, number]),
        (None, Color::Rgb(red, green, blue)) => push(into, &[base + 8, 2, red, green, blue]),
        (None, _) => {}
    }
}

/// The place of a colour among the terminal's own sixteen.
fn named(color: Color) -> Option<u8> {
    Some(match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(number @ 0..16) => number,
        Color::Reset | Color::Indexed(_) | Color::Rgb(..) => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const SIZE: Rect = Rect { x: 0, y: 0, width: 24, height: 4 };

    fn text(kind: Kind, before: &Buffer, after: &Buffer) -> String {
        String::from_utf8(frame(kind, false, &before.diff(after))).unwrap()
    }

    fn drawn(texts: &[(u16, u16, &str, Style)]) -> Buffer {
        let mut buffer = Buffer::empty(SIZE);
        for (x, y, text, style) in texts {
            buffer.set_string(*x, *y, text, *style);
        }
        buffer
    }

    #[test]
    fn a_second_costs_few_bytes() {
        let plain = Style::new();
        let before = drawn(&[(10, 0, "14:02:07", plain)]);
        let after = drawn(&[(10, 0, "14:02:08", plain)]);
        assert_eq!(text(Kind::Full, &before, &after), "\x1b[?2026h\x1b[1;18H8\x1b[?2026l");
        assert_eq!(text(Kind::Vt100, &before, &after), "\x1b[1;18H8");
        let minute = drawn(&[(10, 0, "14:12:08", plain)]);
        assert_eq!(text(Kind::Screen, &before, &minute), "\x1b[1;14H1\x1b[3C8");
    }

    #[test]
    fn a_style_is_said_once_and_taken_back() {
        let bad = Style::new().fg(Color::LightRed).add_modifier(Modifier::BOLD);
        let (blank, dim) = (Buffer::empty(SIZE), Style::new().add_modifier(Modifier::DIM));
        let frame = drawn(&[(0, 0, "bad", bad), (3, 0, "dim", dim), (6, 0, "no", Style::new())]);
        assert_eq!(text(Kind::Screen, &blank, &frame), "\x1b[1;1H\x1b[1;91mbad\x1b[0;2mdim\x1b[mno");
        assert_eq!(text(Kind::Linux, &blank, &frame), "\x1b[1;1H\x1b[1;1;31mbad\x1b[0;2mdim\x1b[mno");
        assert_eq!(text(Kind::Vt100, &blank, &frame), "\x1b[1;1H\x1b[1mbad\x1b[mdimno");
    }

    #[test]
    fn only_terminals_with_256_colors_are_sent_one() {
        let (blank, orange) =
            (Buffer::empty(SIZE), Style::new().fg(Color::Indexed(208)).bg(Color::Rgb(1, 2, 3)));
        let frame = drawn(&[(0, 0, "x", orange)]);
        assert_eq!(text(Kind::Screen, &blank, &frame), "\x1b[1;1H\x1b[38;5;208;48;2;1;2;3mx\x1b[m");
        assert_eq!(text(Kind::Linux, &blank, &frame), "\x1b[1;1Hx");
        let named = drawn(&[(0, 0, "x", Style::new().fg(Color::Indexed(9)).bg(Color::White))]);
        assert_eq!(text(Kind::Screen, &blank, &named), "\x1b[1;1H\x1b[91;107mx\x1b[m");
    }

    fn any_frame() -> impl Strategy<Value = Buffer> {
        let color = prop_oneof![
            Just(Color::Reset),
            Just(Color::Red),
            Just(Color::LightCyan),
            Just(Color::Indexed(200))
        ];
        let word = prop_oneof!["[a-z ]{1,9}", Just("日本語".to_owned()), Just("●▲■".to_owned())];
        let style = (color, any::<bool>()).prop_map(|(color, bold)| {
            let style = Style::new().fg(color);
            if bold { style.add_modifier(Modifier::BOLD) } else { style }
        });
        prop::collection::vec((0..24_u16, 0..4_u16, word, style), 0..8).prop_map(|texts| {
            let mut buffer = Buffer::empty(SIZE);
            for (x, y, text, style) in texts {
                buffer.set_stringn(x, y, &text, usize::from(24 - x), style);
            }
            buffer
        })
    }

    fn shown(parser: &vt100::Parser) -> Vec<(String, bool, vt100::Color)> {
        let cell = |(y, x)| parser.screen().cell(y, x).unwrap();
        let all = (0..4_u16).flat_map(|y| (0..24_u16).map(move |x| (y, x)));
        all.map(|at| {
            let cell = cell(at);
            // A blank has no colour that could be seen.
            if cell.has_contents() && cell.contents() != " " {
                (cell.contents().to_owned(), cell.bold(), cell.fgcolor())
            } else {
                (" ".to_owned(), false, vt100::Color::Default)
            }
        })
        .collect()
    }

    fn parser() -> vt100::Parser {
        let cells = |count| std::num::NonZero::new(count).unwrap();
        vt100::Parser::new(cells(4), cells(24), 0)
    }

    proptest! {
        /// One frame after another leaves on the terminal what the last one drawn alone would.
        #[test]
        fn changes_add_up_to_the_whole(frames in prop::collection::vec(any_frame(), 1..6)) {
            let (mut terminal, mut before) = (parser(), Buffer::empty(SIZE));
            for after in &frames {
                terminal.process(&frame(Kind::Full, false, &before.diff(after)));
                before = after.clone();
            }
            let mut alone = parser();
            alone.process(&frame(Kind::Full, true, &Buffer::empty(SIZE).diff(&before)));
            prop_assert_eq!(shown(&terminal), shown(&alone));
        }
    }
}
