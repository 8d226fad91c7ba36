//! The frame of a pane: border, title with its digit, and what does not fit in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};

use super::paint::{self, Text};
use crate::ui::Pen;
use crate::ui::theme::Role;

/// What stands on a frame.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// On the left of the upper border.
    pub title: String,
    /// On the right of the upper border, dropped when it does not fit.
    pub note: Text,
    /// On the right of the lower border, dropped when it does not fit.
    pub foot: Text,
    /// It has the focus.
    pub focused: bool,
    /// The rows that are marked.
    pub marked: Vec<usize>,
}

/// Draws the frame and gives the area inside it, with one blank column on each side.
pub fn draw(pen: &Pen<'_>, frame: &Frame, area: Rect, buf: &mut Buffer) -> Rect {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height < 2 {
        return Rect { height: 0, width: 0, ..area };
    }
    let role = if frame.focused { Role::BorderFocus } else { Role::Border };
    let set = pen.glyphs.border;
    let inner = usize::from(area.width) - 2;
    border_row(pen, role, (set.top_left, set.horizontal_top, set.top_right), inner, area, 0, buf);
    let last = area.height - 1;
    border_row(pen, role, (set.bottom_left, set.horizontal_bottom, set.bottom_right), inner, area, last, buf);
    sides(pen, role, &set, area, buf);
    titles(pen, frame, role, area, buf);
    let pad = u16::from(area.width > 4);
    Rect { x: area.x + 1 + pad, y: area.y + 1, width: area.width - 2 - 2 * pad, height: area.height - 2 }
}

fn border_row(
    pen: &Pen<'_>,
    role: Role,
    (left, line, right): (&str, &str, &str),
    inner: usize,
    area: Rect,
    at: u16,
    buf: &mut Buffer,
) {
    let text = format!("{left}{}{right}", line.repeat(inner));
    paint::row(buf, area, at, &Line::from(Span::styled(text, pen.theme.style(role))));
}

fn sides(pen: &Pen<'_>, role: Role, set: &border::Set<'_>, area: Rect, buf: &mut Buffer) {
    let style = pen.theme.style(role);
    for y in area.y + 1..area.bottom() - 1 {
        buf.set_string(area.x, y, set.vertical_left, style);
        buf.set_string(area.right() - 1, y, set.vertical_right, style);
    }
}

fn titles(pen: &Pen<'_>, frame: &Frame, role: Role, area: Rect, buf: &mut Buffer) {
    let top = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
    let role = if frame.focused { role } else { Role::Title };
    let title = format!(" {} ", paint::cut(&frame.title, usize::from(top.width).saturating_sub(2)));
    let taken = paint::width(&title);
    paint::row(buf, top, 0, &Line::from(pen.span(title, role)));
    let bottom = Rect { y: area.bottom() - 1, ..top };
    for (line, rect, taken) in [(&frame.note, top, taken), (&frame.foot, bottom, 0)] {
        if line.width() > 0 && taken + line.width() + 3 < usize::from(rect.width) {
            let mut spans = vec![Span::raw(" ")];
            spans.extend(line.spans.iter().cloned());
            spans.push(Span::raw(" "));
            paint::row_right(buf, rect, 0, &Line::from(spans));
        }
    }
}
