//! A frame as an SVG picture of a terminal, for the README and the docs.
//!
//! The sixteen terminal colours are fixed here, so that a picture is the same on every machine.

mod shape;

use std::borrow::Cow;
use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::theme::{self, Ground};
use super::widgets::paint;

/// A cell's width and height in the picture, in pixels: the advance of a monospaced font of 14.
const CELL_WIDE: f64 = 8.43;
const CELL_HIGH: f64 = 18.0;

/// The height of the title bar and the width of the margin, in pixels.
const BAR: u16 = 34;
const MARGIN: u16 = 12;

/// How opaque dimmed text and lines are.
const DIM: f64 = 0.65;

/// Background, text and title of a terminal.
#[derive(Clone, Copy)]
struct Paper {
    back: &'static str,
    fore: &'static str,
    title: &'static str,
}

const DARK: Paper = Paper { back: "#15181e", fore: "#d5dae3", title: "#8b93a1" };
const LIGHT: Paper = Paper { back: "#fbfbf8", fore: "#24272e", title: "#6b7280" };

/// The picture of a buffer under a title, on a dark terminal.
#[must_use]
pub fn svg(buf: &Buffer, title: &str) -> String {
    on(buf, title, Ground::Dark)
}

/// The picture of a buffer under a title, on a terminal with this background.
#[must_use]
pub fn on(buf: &Buffer, title: &str, ground: Ground) -> String {
    let paper = match ground {
        Ground::Dark => DARK,
        Ground::Light => LIGHT,
    };
    let wide = (left(buf.area.width) + f64::from(MARGIN)).ceil();
    let high = (top(buf.area.height) + f64::from(MARGIN)).ceil();
    let mut out = String::new();
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" font-family="'DejaVu Sans Mono', 'Menlo', 'Consolas', monospace" font-size="14">"#
    );
    let _ = writeln!(out, "<title>{}</title>", escape(title));
    let _ = writeln!(out, r#"<rect width="{wide}" height="{high}" rx="8" fill="{}"/>"#, paper.back);
    let middle = wide / 2.0;
    let _ = writeln!(
        out,
        r#"<text x="{middle}" y="22" text-anchor="middle" fill="{}">{}</text>"#,
        paper.title,
        escape(title)
    );
    for y in 0..buf.area.height {
        let runs = runs(buf, y, paper);
        for run in &runs {
            run.ground(&mut out, y, paper);
            run.shapes(&mut out, y);
        }
        let words: String = runs.iter().flat_map(Run::words).collect();
        if !words.is_empty() {
            let base = top(y) + 14.0;
            let _ = writeln!(out, r#"<text y="{base}">{words}</text>"#);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Neighbouring cells of one look.
struct Run {
    at: u16,
    cells: Vec<String>,
    look: Look,
}

#[derive(Clone, PartialEq, Eq)]
struct Look {
    fore: Cow<'static, str>,
    back: Cow<'static, str>,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell, paper: Paper) -> Self {
        let (fore, back) = (color(cell.fg, paper.fore), color(cell.bg, paper.back));
        let modifier = cell.modifier;
        let (fore, back) = if modifier.contains(Modifier::REVERSED) { (back, fore) } else { (fore, back) };
        Self { fore, back, modifier: modifier.difference(Modifier::REVERSED) }
    }
}

/// A row's cells by look; the cell behind a wide character is empty.
fn runs(buf: &Buffer, y: u16, paper: Paper) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut hidden = 0;
    for x in 0..buf.area.width {
        let Some(cell) = buf.cell((buf.area.x + x, buf.area.y + y)) else { continue };
        let symbol = if hidden > 0 { String::new() } else { cell.symbol().to_owned() };
        hidden = if hidden > 0 { hidden - 1 } else { paint::width(&symbol).max(1) - 1 };
        let look = Look::of(cell, paper);
        match runs.last_mut() {
            Some(run) if run.look == look => run.cells.push(symbol),
            _ => runs.push(Run { at: x, cells: vec![symbol], look }),
        }
    }
    runs
}

impl Run {
    /// The coloured ground under it.
    fn ground(&self, out: &mut String, y: u16, paper: Paper) {
        if self.look.back == paper.back {
            return;
        }
        let (x, top, wide) = (left(self.at), top(y), left_of(self.cells.len()));
        let fill = &self.look.back;
        let _ = writeln!(
            out,
            r#"<rect x="{x:.2}" y="{top}" width="{wide:.2}" height="{CELL_HIGH}" fill="{fill}"/>"#
        );
    }

    /// Everything that is drawn and not written, as one path for each opacity.
    fn shapes(&self, out: &mut String, y: u16) {
        let mut paths: Vec<(f64, String)> = Vec::new();
        for (cell, symbol) in (self.at..).zip(&self.cells) {
            let parts = symbol.chars().next().map(shape::parts).unwrap_or_default();
            for (x, part_top, wide, high, opaque) in parts {
                let at = paths.iter().position(|(o, _)| (o - opaque).abs() < f64::EPSILON);
                let at = at.unwrap_or_else(|| {
                    paths.push((opaque, String::new()));
                    paths.len() - 1
                });
                let (x, y) = (left(cell) + x * CELL_WIDE, top(y) + part_top * CELL_HIGH);
                let (wide, high) = (wide * CELL_WIDE, high * CELL_HIGH);
                let _ = write!(paths[at].1, "M{x:.1} {y:.1}h{wide:.1}v{high:.1}h-{wide:.1}z");
            }
        }
        let dim = if self.look.modifier.contains(Modifier::DIM) { DIM } else { 1.0 };
        for (opaque, path) in paths {
            let (fill, opaque) = (&self.look.fore, opaque * dim);
            let _ = writeln!(out, r#"<path fill="{fill}" opacity="{opaque:.2}" d="{path}"/>"#);
        }
    }

    /// Its words, each at its own place.
    fn words(&self) -> Vec<String> {
        let mut words: Vec<(u16, String)> = Vec::new();
        let mut open = false;
        for (cell, symbol) in (self.at..).zip(&self.cells) {
            let text = symbol.chars().any(|c| c != ' ' && shape::parts(c).is_empty());
            match words.last_mut() {
                Some((_, word)) if open && (text || symbol.is_empty()) => word.push_str(symbol),
                _ if text => words.push((cell, symbol.clone())),
                _ => {}
            }
            open = text || symbol.is_empty() && open;
        }
        let attributes = attributes(self.look.modifier);
        let span = |(cell, word): (u16, String)| {
            let (x, fill, word) = (left(cell), &self.look.fore, escape(&word));
            format!(r#"<tspan x="{x:.1}" fill="{fill}"{attributes}>{word}</tspan>"#)
        };
        words.into_iter().map(span).collect()
    }
}

fn left(cell: u16) -> f64 {
    f64::from(MARGIN) + f64::from(cell) * CELL_WIDE
}

fn left_of(cells: usize) -> f64 {
    f64::from(u16::try_from(cells).unwrap_or(u16::MAX)) * CELL_WIDE
}

fn top(row: u16) -> f64 {
    f64::from(BAR) + f64::from(row) * CELL_HIGH
}

fn attributes(modifier: Modifier) -> String {
    let mut text = String::new();
    let known = [
        (Modifier::BOLD, r#" font-weight="bold""#),
        (Modifier::DIM, r#" fill-opacity="0.65""#),
        (Modifier::ITALIC, r#" font-style="italic""#),
        (Modifier::UNDERLINED, r#" text-decoration="underline""#),
    ];
    for (has, attribute) in known {
        if modifier.contains(has) {
            text.push_str(attribute);
        }
    }
    text
}

fn escape(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The sixteen are fixed; the others are what they say.
fn color(color: Color, default: &'static str) -> Cow<'static, str> {
    let fixed = match color {
        Color::Black => "#15181e",
        Color::Red => "#c4444c",
        Color::Green => "#6fb36f",
        Color::Yellow => "#e0b04c",
        Color::Blue => "#5b8dd6",
        Color::Magenta => "#b072c4",
        Color::Cyan => "#4fb3bf",
        Color::Gray => "#b8bfca",
        Color::DarkGray => "#6b7280",
        Color::LightRed => "#ff6b6b",
        Color::LightGreen => "#8fd68f",
        Color::LightYellow => "#ffd479",
        Color::LightBlue => "#82aaff",
        Color::LightMagenta => "#d4a1f0",
        Color::LightCyan => "#7fdbe6",
        Color::White => "#f4f6fa",
        Color::Reset => default,
        Color::Rgb(..) | Color::Indexed(_) => {
            let seen = theme::rgb(color).map(|(r, g, b)| Cow::Owned(format!("#{r:02x}{g:02x}{b:02x}")));
            return seen.unwrap_or(Cow::Borrowed(default));
        }
    };
    Cow::Borrowed(fixed)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn words_are_written_and_lines_are_drawn() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 8, 1));
        buf.set_string(0, 0, "─a<b │", Style::new().fg(Color::Red));
        buf.set_string(7, 0, "x", Style::new().add_modifier(Modifier::REVERSED));
        let svg = svg(&buf, "a & b");
        assert!(svg.contains("<title>a &amp; b</title>"), "{svg}");
        assert!(svg.contains(r##"<tspan x="20.4" fill="#c4444c">a&lt;b</tspan>"##), "{svg}");
        assert_eq!(svg.matches("<path").count(), 1, "one path for one look: {svg}");
        assert!(
            svg.contains(r##"<rect x="71.01" y="34" width="8.43" height="18" fill="#d5dae3"/>"##),
            "{svg}"
        );
    }
}
