//! A frame as an SVG picture of a terminal, for the README and the docs.
//!
//! The sixteen terminal colours are fixed here, so that a picture is the same on every machine.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// A cell's width and height in the picture, in hundredths of a pixel.
const CELL: (u32, u32) = (843, 1800);

/// The height of the title bar and the width of the margin, in pixels.
const BAR: u32 = 34;
const MARGIN: u32 = 12;

const BACK: &str = "#15181e";
const FORE: &str = "#d5dae3";

/// The picture of a buffer under a title.
#[must_use]
pub fn svg(buf: &Buffer, title: &str) -> String {
    let (columns, rows) = (u32::from(buf.area.width), u32::from(buf.area.height));
    let (wide, high) = (columns * CELL.0 / 100 + 2 * MARGIN, rows * CELL.1 / 100 + BAR + MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" font-family="'DejaVu Sans Mono', 'Menlo', 'Consolas', monospace" font-size="14">"#
    );
    let _ = writeln!(out, "<title>{}</title>", escape(title));
    let _ = writeln!(out, r#"<rect width="{wide}" height="{high}" rx="8" fill="{BACK}"/>"#);
    let middle = wide / 2;
    let _ = writeln!(
        out,
        r##"<text x="{middle}" y="22" text-anchor="middle" fill="#8b93a1">{}</text>"##,
        escape(title)
    );
    for y in 0..buf.area.height {
        for run in runs(buf, y) {
            run.write(&mut out, u32::from(y));
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Neighbouring cells of one look.
struct Run {
    at: u32,
    cells: u32,
    text: String,
    look: Look,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    fore: &'static str,
    back: &'static str,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (fore, back) = (color(cell.fg, FORE), color(cell.bg, BACK));
        let modifier = cell.modifier;
        let (fore, back) = if modifier.contains(Modifier::REVERSED) { (back, fore) } else { (fore, back) };
        Self { fore, back, modifier: modifier.difference(Modifier::REVERSED) }
    }
}

fn runs(buf: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut skip = 0;
    for x in 0..buf.area.width {
        let Some(cell) = buf.cell((buf.area.x + x, buf.area.y + y)) else { continue };
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let wide = super::widgets::paint::width(cell.symbol()).max(1);
        skip = wide - 1;
        let (look, cells) = (Look::of(cell), u32::try_from(wide).unwrap_or(1));
        match runs.last_mut() {
            Some(run) if run.look == look => {
                run.cells += cells;
                run.text.push_str(cell.symbol());
            }
            _ => runs.push(Run { at: u32::from(x), cells, text: cell.symbol().to_owned(), look }),
        }
    }
    runs
}

impl Run {
    fn write(&self, out: &mut String, row: u32) {
        let top = u64::from(row * CELL.1 / 100 + BAR);
        if self.look.back != BACK {
            let (x, wide) = (pixels(self.at, 0), pixels(self.cells, 0));
            let (x, high) = (x + f64::from(MARGIN), f64::from(CELL.1) / 100.0);
            let _ = writeln!(
                out,
                r#"<rect x="{x:.2}" y="{top}" width="{wide:.2}" height="{high:.0}" fill="{}"/>"#,
                self.look.back
            );
        }
        let blanks = u32::try_from(self.text.len() - self.text.trim_start_matches(' ').len()).unwrap_or(0);
        let text = self.text.trim_matches(' ');
        if text.is_empty() {
            return;
        }
        let cells = u32::try_from(super::widgets::paint::width(text)).unwrap_or(0);
        let (x, wide) = (pixels(self.at + blanks, MARGIN), pixels(cells, 0));
        let base = top + 14;
        let _ = writeln!(
            out,
            r#"<text x="{x:.2}" y="{base}" textLength="{wide:.2}" lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="{}"{}>{}</text>"#,
            self.look.fore,
            attributes(self.look.modifier),
            escape(text)
        );
    }
}

fn pixels(cells: u32, plus: u32) -> f64 {
    f64::from(cells * CELL.0) / 100.0 + f64::from(plus)
}

fn attributes(modifier: Modifier) -> String {
    let mut text = String::new();
    let known = [
        (Modifier::BOLD, r#" font-weight="bold""#),
        (Modifier::DIM, r#" opacity="0.65""#),
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
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The fixed palette; colours beyond the sixteen are drawn in the default.
fn color(color: Color, default: &'static str) -> &'static str {
    match color {
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
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => default,
    }
}
