//! Text on a buffer: cut at words, padded, never outside.
//!
//! Widths are terminal columns, not characters. Control characters never reach the buffer.

use std::borrow::Cow;

use crate::ui::theme::Glyphs;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The mark of a text that was cut.
pub const MORE: char = '…';

/// A line that owns its text.
pub type Text = Line<'static>;

/// How many columns a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// A text without control characters: what a service answered may hold any of them.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The text in at most `room` columns, cut after a word where it can be, with `…` for what is missing.
#[must_use]
pub fn cut(text: &str, room: usize) -> String {
    let text = clean(text);
    if width(&text) <= room {
        return text.into_owned();
    }
    let Some(room) = room.checked_sub(1) else { return String::new() };
    let head = head(&text, room);
    let whole_word = text[head.len()..].starts_with(' ');
    let kept = match head.rfind(' ') {
        Some(at) if !whole_word && at * 2 > head.len() => &head[..at],
        _ => head,
    };
    let kept = kept.trim_end_matches([' ', ',', ':', ';', '·', '.']);
    format!("{kept}{MORE}")
}

/// The longest beginning of a text that fits.
fn head(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > room {
            return &text[..at];
        }
    }
    text
}

/// The text broken at spaces into lines of at most `room` columns; longer words are cut.
#[must_use]
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if room == 0 {
        return lines;
    }
    for word in clean(text).split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(cut(word, room)),
        }
    }
    lines
}

/// A line in at most `room` columns: spans are kept until one does not fit, which is cut.
#[must_use]
pub fn cut_line(line: Text, room: usize) -> Text {
    if line.width() <= room {
        return line;
    }
    let mut left = room;
    let mut kept = Vec::new();
    for span in line.spans {
        let wide = span.width();
        if wide <= left {
            left -= wide;
            kept.push(span);
            continue;
        }
        kept.push(Span::styled(cut(&span.content, left), span.style));
        break;
    }
    Line::from(kept)
}

/// Draws a line in one row of the area, over what is there; nothing when there is no such row.
pub fn row(buf: &mut Buffer, area: Rect, at: u16, line: &Line<'_>) {
    let area = area.intersection(buf.area);
    if at >= area.height || area.width == 0 {
        return;
    }
    let covered = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
    for x in area.x..area.x + covered {
        if let Some(cell) = buf.cell_mut((x, area.y + at)) {
            cell.modifier = Modifier::empty();
        }
    }
    if line.width() <= usize::from(area.width) {
        buf.set_line(area.x, area.y + at, line, area.width);
    } else {
        let owned = Line::from(line.iter().map(owned).collect::<Vec<_>>());
        buf.set_line(area.x, area.y + at, &cut_line(owned, usize::from(area.width)), area.width);
    }
}

fn owned(span: &Span<'_>) -> Span<'static> {
    Span::styled(span.content.clone().into_owned(), span.style)
}

/// Draws a line so that it ends at the area's right edge; nothing when it does not fit.
pub fn row_right(buf: &mut Buffer, area: Rect, at: u16, line: &Line<'_>) {
    let Ok(wide) = u16::try_from(line.width()) else { return };
    if let Some(left) = area.width.checked_sub(wide) {
        row(buf, Rect { x: area.x + left, width: wide, ..area }, at, line);
    }
}

/// Lays a style over one row of the area.
pub fn style_row(buf: &mut Buffer, area: Rect, at: u16, style: Style) {
    if at < area.height {
        let row = Rect { y: area.y + at, height: 1, ..area };
        buf.set_style(row.intersection(buf.area), style);
    }
}

/// Blanks of this width.
#[must_use]
pub fn blank(columns: usize) -> Span<'static> {
    Span::raw(" ".repeat(columns))
}

/// Leaves no cell with a shape that the set does not have.
pub fn keep_to(glyphs: &Glyphs, buf: &mut Buffer) {
    if !glyphs.is_ascii() {
        return;
    }
    for cell in &mut buf.content {
        if !cell.symbol().is_ascii() {
            let plain = glyphs.text(cell.symbol()).chars().find(char::is_ascii).unwrap_or('?');
            cell.set_char(plain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_after_a_word_and_marks_it() {
        assert_eq!(cut("us-east-1 bad 3m10s: canary local 41%", 24), "us-east-1 bad 3m10s…");
        assert_eq!(cut("us-east-1 bad", 13), "us-east-1 bad");
        assert_eq!(cut("unbreakable", 5), "unbr…");
        assert_eq!(cut("abc", 1), "…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(cut("a\nb", 3), "a b");
    }

    #[test]
    fn wraps_at_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 7), Vec::<String>::new());
        assert_eq!(wrap("one", 0), Vec::<String>::new());
    }
}
