//! A dialog as roles and words, and how that is laid out in a box: wrapped, scrolled, never outside.
//!
//! A page knows no colour and no width; its paragraphs wrap at spaces, and a no-break space stays together.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Scroll;
use crate::ui::theme::{Glyphs, Role, Theme};
use crate::ui::view::Size;

/// What a dialog shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    /// In the upper border, left.
    pub(crate) title: String,
    /// In the upper border, right.
    pub(crate) note: String,
    /// What scrolls.
    pub(crate) body: Vec<Para>,
    /// Under the body, as much of it as the body leaves room for.
    pub(crate) foot: Vec<Para>,
    /// What always shows, at the bottom.
    pub(crate) tail: Vec<Para>,
    /// How far the body is scrolled.
    pub(crate) scroll: Scroll,
    /// It acts, and this is production.
    pub(crate) production: bool,
    /// The keys that show what is above and what is below.
    pub(crate) ways: (String, String),
}

/// One paragraph: spans of text with their roles.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Para {
    spans: Vec<(String, Ink)>,
    aside: Option<(String, Ink)>,
    right: Option<(String, Ink)>,
    hang: usize,
    selected: bool,
    keep: Keep,
}

/// Where a paragraph of the body goes when not all of it can show at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It scrolls.
    #[default]
    Scrolls,
    /// It stays above what scrolls.
    Above,
    /// It stays below what scrolls.
    Below,
}

/// How a span is drawn: by its role, or as the pane that said it has it already.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ink {
    Role(Role),
    Style(Style),
}

impl Ink {
    fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Role(role) => theme.style(role),
            Self::Style(style) => style,
        }
    }
}

/// The word on a dialog that acts in production.
const PRODUCTION: &str = " PRODUCTION ";

/// The most columns a dialog takes.
const WIDEST: u16 = 100;

impl Para {
    pub(crate) fn blank() -> Self {
        Self::default()
    }

    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::default().add(text, Role::Text)
    }

    /// A line of a pane, as it is styled; longer than the dialog, it hangs.
    pub(crate) fn line(line: text::Line<'_>) -> Self {
        let spans = line.spans.into_iter().map(|span| (span.content.into_owned(), Ink::Style(span.style)));
        Self { spans: spans.collect(), hang: 4, ..Self::default() }
    }

    pub(crate) fn add(mut self, text: impl Into<String>, role: Role) -> Self {
        self.spans.push((text.into(), Ink::Role(role)));
        self
    }

    /// Columns by which every line but the first is indented.
    pub(crate) fn hang(self, hang: usize) -> Self {
        Self { hang, ..self }
    }

    /// Words after the first line, where there is room for them beside those at the right edge.
    pub(crate) fn aside(self, text: impl Into<String>, role: Role) -> Self {
        Self { aside: Some((text.into(), Ink::Role(role))), ..self }
    }

    /// A word at the right edge of the first line, where there is room.
    pub(crate) fn right(self, text: impl Into<String>, role: Role) -> Self {
        Self { right: Some((text.into(), Ink::Role(role))), ..self }
    }

    /// Where it goes when not all of the body can show at once.
    pub(crate) fn keep(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }

    /// Drawn as the selected line.
    pub(crate) fn selected(self, selected: bool) -> Self {
        Self { selected, ..self }
    }
}

/// One laid out line.
type Line = Vec<(String, Ink)>;

/// The area of the largest dialog on a screen of this size: the header and the hint bar stay visible.
fn outer(screen: Rect) -> Rect {
    let top = (screen.height / 6).min(2);
    let bottom = u16::from(screen.height >= 8);
    let width = screen.width.min(WIDEST);
    let x = screen.x + (screen.width - width) / 2;
    Rect { x, y: screen.y + top, width, height: screen.height.saturating_sub(top + bottom) }
}

fn inner_width(outer: Rect) -> usize {
    usize::from(outer.width.saturating_sub(4))
}

/// Lines that the body of a page can show at once when it has no tail.
pub(crate) fn room(size: Size) -> usize {
    usize::from(outer(Rect::new(0, 0, size.width, size.height)).height.saturating_sub(2)).max(1)
}

/// How many lines of a page scroll at most, in either set of glyphs, and how many of them show at once.
pub(crate) fn stretch(page: &Page, size: Size) -> (usize, usize) {
    let screen = Rect::new(0, 0, size.width, size.height);
    let shown = Shown::of(page, outer(screen), &Glyphs::ascii());
    (shown.body.len(), shown.room)
}

/// A page laid out in a box, from the top down.
struct Shown {
    above: Vec<Line>,
    body: Vec<Line>,
    /// Lines of the body that show at once.
    room: usize,
    below: Vec<Line>,
    tail: Vec<Line>,
}

/// So many lines of the body come before the first one of the foot.
const BEFORE_FOOT: usize = 4;

/// What scrolls must show so many lines at least; else everything but the tail scrolls.
const LEAST: usize = 2;

impl Shown {
    fn of(page: &Page, most: Rect, glyphs: &Glyphs) -> Self {
        let (width, inside) = (inner_width(most), usize::from(most.height.saturating_sub(2)).max(1));
        let mut tail = tight(laid_out(&page.tail, width, glyphs), usize::from(most.height / 3));
        let body = laid_out(&page.body, width, glyphs);
        let foot = laid_out(&page.foot, width, glyphs);
        if !foot.is_empty() {
            return Self::over_foot(body, foot, tail, inside, glyphs);
        }
        let mut room = inside.saturating_sub(tail.len());
        if body.len() > room {
            tail.retain(|line| !line.is_empty());
            room = inside.saturating_sub(tail.len());
        }
        let body = tight(body, room);
        if body.len() <= room {
            let room = body.len();
            return Self { above: Vec::new(), body, room, below: Vec::new(), tail };
        }
        let kept = |keep| laid_out(page.body.iter().filter(|para| para.keep == keep), width, glyphs);
        let (above, below) = (kept(Keep::Above), kept(Keep::Below));
        let body = tight(kept(Keep::Scrolls), 0);
        let left = room.saturating_sub(above.len() + below.len());
        if left >= LEAST {
            return Self { above, body, room: left, below, tail };
        }
        let all = above.into_iter().chain(below).chain(body).collect();
        Self { above: Vec::new(), body: all, room, below: Vec::new(), tail }
    }
}

impl Shown {
    /// A body with a foot under it: where not all of the foot fits, it ends in what says so.
    fn over_foot(
        body: Vec<Line>,
        mut foot: Vec<Line>,
        tail: Vec<Line>,
        inside: usize,
        glyphs: &Glyphs,
    ) -> Self {
        let all = inside.saturating_sub(tail.len());
        let body = tight(body, all.saturating_sub(foot.len()));
        let most = all.saturating_sub(body.len().min(BEFORE_FOOT));
        if foot.len() > most {
            foot.retain(|line| !line.is_empty());
            foot.truncate(most.saturating_sub(1));
            foot.push(vec![(format!("{} more on the sheet", glyphs.ellipsis), Ink::Role(Role::Muted))]);
        }
        let room = all.saturating_sub(foot.len()).min(body.len());
        Self { above: Vec::new(), body, room, below: foot, tail }
    }

    /// The first line that shows: where it was scrolled to, or so that the selected line is on.
    fn top(&self, scroll: Scroll, room: usize) -> usize {
        let is_selected = |line: &Line| line.iter().any(|(_, ink)| *ink == Ink::Role(Role::Selection));
        let mut scroll = scroll;
        if let Some(at) = self.body.iter().position(is_selected) {
            scroll.show(at, room.max(1));
        }
        scroll.clamped(self.body.len(), room)
    }
}

/// How many lines the body takes at most, in either set of glyphs, where `room` of them show at once.
pub(crate) fn lines(body: &[Para], size: Size, room: usize) -> usize {
    let width = inner_width(outer(Rect::new(0, 0, size.width, size.height)));
    tight(laid_out(body, width, &Glyphs::ascii()), room).len()
}

/// Without its blank lines, when they are what makes it too long.
fn tight(mut lines: Vec<Line>, room: usize) -> Vec<Line> {
    if lines.len() > room {
        lines.retain(|line| !line.is_empty());
    }
    lines
}

/// The paragraphs of a page as lines to copy.
pub(crate) fn words(body: &[Para]) -> Vec<String> {
    let words = |para: &Para| para.spans.iter().map(|(text, _)| text.as_str()).collect::<String>();
    body.iter().map(|para| words(para).replace('\u{a0}', " ").trim_end().to_owned()).collect()
}

/// The body of plain lines, as the dialog of CLI lines shows it.
pub(crate) fn plain(lines: &[String]) -> Vec<Para> {
    lines
        .iter()
        .map(|line| {
            let role = if line.starts_with('#') { Role::Muted } else { Role::Text };
            Para::default().add(line.clone(), role).hang(2)
        })
        .collect()
}

/// How many lines plain lines take.
pub(crate) fn height(lines_of_text: &[String], size: Size) -> usize {
    lines(&plain(lines_of_text), size, room(size))
}

/// Draws a page over the screen.
pub(crate) fn draw(page: &Page, theme: &Theme, glyphs: &Glyphs, buf: &mut Buffer) {
    let most = outer(buf.area);
    if most.width < 4 || most.height < 1 {
        return;
    }
    let shown = Shown::of(page, most, glyphs);
    let pinned = shown.above.len() + shown.below.len() + shown.tail.len();
    let wanted = u16::try_from(shown.room + pinned + 2).unwrap_or(u16::MAX);
    let area = Rect { height: wanted.min(most.height), ..most };
    let inside = usize::from(area.height.saturating_sub(2)).max(1);
    let tail = &shown.tail[shown.tail.len().saturating_sub(inside)..];
    let room = shown.room.min(inside - tail.len());
    let from = shown.top(page.scroll, room);

    blank(area, theme, buf);
    let below = shown.body.len().saturating_sub(from + room);
    frame(page, (from, below), area, theme, glyphs, buf);
    let body = shown.body.iter().skip(from).take(room);
    let lines = shown.above.iter().chain(body).chain(&shown.below).chain(tail);
    let first = if area.height >= 3 { area.y + 1 } else { area.y };
    for (row, line) in (first..buf.area.bottom()).zip(lines) {
        let at = Rect { x: area.x + 2, y: row, width: area.width - 4, height: 1 };
        draw_line(line, at, theme, buf);
    }
}

fn blank(area: Rect, theme: &Theme, buf: &mut Buffer) {
    for position in area.intersection(buf.area).positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
            cell.set_style(theme.style(Role::Text));
        }
    }
}

fn draw_line(line: &Line, at: Rect, theme: &Theme, buf: &mut Buffer) {
    let mut x = at.x;
    for (text, ink) in line {
        let left = at.right().saturating_sub(x);
        if left == 0 {
            return;
        }
        (x, _) = buf.set_stringn(x, at.y, text, usize::from(left), ink.style(theme));
    }
}

fn frame(
    page: &Page,
    (above, below): (usize, usize),
    area: Rect,
    theme: &Theme,
    glyphs: &Glyphs,
    buf: &mut Buffer,
) {
    if area.height < 3 {
        return;
    }
    let border = if page.production { Role::BorderProduction } else { Role::BorderFocus };
    let style = theme.style(border);
    let inner = usize::from(area.width) - 2;
    let set = glyphs.border;
    let (top, bottom) = (area.y, area.bottom() - 1);
    let rule = |left: &str, line: &str, right: &str| format!("{left}{}{right}", line.repeat(inner));
    buf.set_stringn(area.x, top, rule(set.top_left, set.horizontal_top, set.top_right), inner + 2, style);
    let foot = rule(set.bottom_left, set.horizontal_bottom, set.bottom_right);
    buf.set_stringn(area.x, bottom, foot, inner + 2, style);
    for y in top + 1..bottom {
        buf.set_string(area.x, y, set.vertical_left, style);
        buf.set_string(area.right() - 1, y, set.vertical_right, style);
    }
    let title = format!(" {} ", glyphs.text(&page.title));
    let (mut x, mut left) = (area.x + 1, inner);
    if page.production {
        let (after, _) = buf.set_stringn(x, top, PRODUCTION, left, theme.style(Role::EnvProduction));
        left -= usize::from(after - x);
        x = after;
    }
    let over = if page.production { style } else { theme.style(Role::Title) };
    let (x, _) = buf.set_stringn(x, top, &title, left, over);
    on_the_right(&page.note, usize::from(x - area.x), Rect { height: 1, ..area }, over, buf);
    let (up, down) = &page.ways;
    let more = match (above, below) {
        (0, 0) => String::new(),
        (above, 0) => format!("{above} above, {up}"),
        (0, below) => format!("{below} below, {down}"),
        (above, below) => format!("{above} above, {below} below, {up} {down}"),
    };
    on_the_right(&more, 0, Rect { y: bottom, height: 1, ..area }, over, buf);
}

fn on_the_right(note: &str, taken: usize, row: Rect, style: Style, buf: &mut Buffer) {
    let note = format!(" {note} ");
    let width = note.width();
    let room = usize::from(row.width).saturating_sub(taken + 2);
    if width > 2 && width < room {
        let x = row.right() - 2 - u16::try_from(width).unwrap_or_default();
        buf.set_string(x, row.y, note, style);
    }
}

fn laid_out<'a>(paras: impl IntoIterator<Item = &'a Para>, width: usize, glyphs: &Glyphs) -> Vec<Line> {
    paras.into_iter().flat_map(|para| wrap(para, width, glyphs)).collect()
}

/// Breaks a paragraph at spaces into lines of at most `width` columns.
fn wrap(para: &Para, width: usize, glyphs: &Glyphs) -> Vec<Line> {
    let cells = cells(para, glyphs);
    let mut lines: Vec<Line> = Vec::new();
    let mut rest = cells.as_slice();
    loop {
        let hang = if lines.is_empty() { 0 } else { para.hang.min(width / 2) };
        let (line, after) = split(rest, width.saturating_sub(hang).max(1));
        lines.push(joined(line, hang, para.selected));
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    let right = para.right.as_ref().map(|(text, ink)| (glyphs.text(text), ink));
    if let (Some((text, ink)), Some(first)) = (&para.aside, lines.first_mut()) {
        let text = glyphs.text(text);
        let reserved = right.as_ref().map_or(0, |(right, _)| right.width() + 2);
        if used(first) + text.width() + reserved <= width {
            first.push((text.into_owned(), if para.selected { Ink::Role(Role::Selection) } else { *ink }));
        }
    }
    if let (Some((text, ink)), Some(first)) = (right, lines.first_mut()) {
        let used = used(first);
        if let Some(gap) = width.checked_sub(used + text.width()).filter(|gap| *gap > 0) {
            first.push((" ".repeat(gap), Ink::Role(Role::Text)));
            first.push((text.into_owned(), *ink));
        }
    }
    lines
}

fn used(line: &Line) -> usize {
    line.iter().map(|(text, _)| text.width()).sum()
}

type Cell = (char, Ink, usize);

fn cells(para: &Para, glyphs: &Glyphs) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (text, ink) in &para.spans {
        for letter in glyphs.text(text).chars() {
            // Words from outside may hold anything; a control character would move the cursor.
            let letter = if letter.is_control() { ' ' } else { letter };
            cells.push((letter, *ink, letter.width().unwrap_or(0)));
        }
    }
    cells
}

fn split(cells: &[Cell], width: usize) -> (&[Cell], &[Cell]) {
    let mut used = 0;
    let mut end = cells.len();
    for (at, (_, _, wide)) in cells.iter().enumerate() {
        used += wide;
        if used > width {
            end = at;
            break;
        }
    }
    if end == cells.len() {
        return (cells, &[]);
    }
    let space = cells[..=end].iter().rposition(|(letter, ..)| *letter == ' ').filter(|at| *at > 0);
    let end = space.unwrap_or(end.max(1));
    let line = trimmed_end(&cells[..end]);
    let skip = cells[end..].iter().take_while(|(letter, ..)| *letter == ' ').count();
    (line, &cells[end + skip..])
}

fn trimmed_end(cells: &[Cell]) -> &[Cell] {
    let kept = cells.iter().rposition(|(letter, ..)| *letter != ' ').map_or(0, |at| at + 1);
    &cells[..kept]
}

fn joined(cells: &[Cell], hang: usize, selected: bool) -> Line {
    let mut line: Line = Vec::new();
    if hang > 0 {
        line.push((" ".repeat(hang), Ink::Role(Role::Text)));
    }
    for (letter, ink, _) in cells {
        let letter = if *letter == '\u{a0}' { ' ' } else { *letter };
        let ink = if selected { Ink::Role(Role::Selection) } else { *ink };
        match line.last_mut() {
            Some((text, last)) if *last == ink => text.push(letter),
            _ => line.push((letter.to_string(), ink)),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, hang: usize, width: usize) -> Vec<String> {
        let lines = wrap(&Para::new(text).hang(hang), width, &Glyphs::unicode());
        lines.into_iter().map(|line| line.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn paragraphs_break_at_spaces_and_hang() {
        let cases: [(&str, usize, usize, &[&str]); 6] = [
            ("one two three", 0, 8, &["one two", "three"]),
            ("one two three", 2, 9, &["one two", "  three"]),
            ("one   two", 0, 9, &["one   two"]),
            ("abcdefgh", 0, 3, &["abc", "def", "gh"]),
            ("● a\u{a0}b ● c", 0, 5, &["● a b", "● c"]),
            ("", 0, 5, &[""]),
        ];
        for (text, hang, width, wanted) in cases {
            assert_eq!(wrapped(text, hang, width), wanted, "{text} in {width}");
        }
    }

    #[test]
    fn control_characters_never_reach_the_screen() {
        assert_eq!(wrapped("a\x1b[31mb", 0, 20), ["a [31mb"]);
    }
}
