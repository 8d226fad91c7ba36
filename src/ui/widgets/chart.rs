//! A line chart: braille dots, two columns and four rows a cell; bars of eighths, or whole cells in ASCII, where
//! braille cannot be had.
//!
//! The scale starts at zero, and where nothing was measured there is no line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// The points, one a period, the newest at the right edge.
    pub points: &'a [Option<f64>],
    /// The value at the upper edge.
    pub top: f64,
    /// Levels drawn behind the line.
    pub levels: &'a [f64],
    /// What it is drawn with.
    pub dots: Dots,
    /// The look of the line.
    pub line: Style,
    /// The look of the level.
    pub behind: Style,
}

/// What a line is drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dots {
    /// Eight dots a cell.
    #[default]
    Braille,
    /// Bars in eighths of a cell.
    Blocks,
    /// `*`, one a column.
    Ascii,
}

/// Bars from one eighth to the whole cell.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One bit a dot of a braille cell, by row and column.
const DOTS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

struct Grid {
    wide: usize,
    high: usize,
    dots: Vec<bool>,
}

impl Grid {
    fn set(&mut self, x: usize, y: usize) {
        if x < self.wide && y < self.high {
            self.dots[y * self.wide + x] = true;
        }
    }

    fn has(&self, x: usize, y: usize) -> bool {
        x < self.wide && y < self.high && self.dots[y * self.wide + x]
    }

    /// From one point to the next: each column in between gets the stretch that it crosses.
    fn stroke(&mut self, from: (usize, usize), to: (usize, usize)) {
        let run = to.0.saturating_sub(from.0).max(1);
        for x in from.0..=to.0 {
            let at = |x: usize| interpolate(from.1, to.1, x.saturating_sub(from.0), run);
            let (here, next) = (at(x), at((x + 1).min(to.0)));
            for y in here.min(next)..=here.max(next) {
                self.set(x, y);
            }
        }
    }
}

fn interpolate(from: usize, to: usize, step: usize, run: usize) -> usize {
    if to >= from { from + (to - from) * step / run } else { from - (from - to) * step / run }
}

/// Draws the chart into the area.
pub fn draw(buf: &mut Buffer, area: Rect, chart: &Chart<'_>) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    for level in chart.levels {
        draw_level(buf, area, chart, *level);
    }
    if chart.dots == Dots::Blocks {
        bars(buf, area, chart);
        return;
    }
    let braille_dots = chart.dots == Dots::Braille;
    let (per_x, per_y) = if braille_dots { (2, 4) } else { (1, 1) };
    let (wide, high) = (usize::from(area.width) * per_x, usize::from(area.height) * per_y);
    let mut grid = Grid { wide, high, dots: vec![false; wide * high] };
    plot(&mut grid, chart);
    for row in 0..area.height {
        for column in 0..area.width {
            let symbol = if braille_dots {
                braille(&grid, usize::from(column), usize::from(row))
            } else {
                grid.has(column.into(), row.into()).then_some('*')
            };
            if let (Some(symbol), Some(cell)) = (symbol, buf.cell_mut((area.x + column, area.y + row))) {
                cell.set_char(symbol).set_style(chart.line);
            }
        }
    }
}

/// A bar a column, the value that is nearest to it; none where nothing was measured.
fn bars(buf: &mut Buffer, area: Rect, chart: &Chart<'_>) {
    let (columns, eighths) = (usize::from(area.width), usize::from(area.height) * 8);
    let last = (columns.saturating_sub(1), chart.points.len().saturating_sub(1));
    for column in 0..area.width {
        let at = (usize::from(column) * last.1 + last.0 / 2).checked_div(last.0).unwrap_or(last.1);
        let Some(value) = chart.points.get(at).copied().flatten() else { continue };
        let filled = (eighths - height(value, chart.top, eighths + 1)).max(1);
        for row in 0..area.height {
            let below = usize::from(area.height - 1 - row) * 8;
            let Some(here) = filled.checked_sub(below + 1) else { continue };
            if let Some(cell) = buf.cell_mut((area.x + column, area.y + row)) {
                cell.set_char(BARS[here.min(7)]).set_style(chart.line);
            }
        }
    }
}

/// A round number at or above the value, for the upper edge of a scale.
#[must_use]
pub fn nice(value: f64) -> f64 {
    let mut step = 1.0;
    while step * 10.0 < value {
        step *= 10.0;
    }
    [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 10.0]
        .into_iter()
        .map(|factor| factor * step)
        .find(|top| *top >= value)
        .unwrap_or(value)
        .max(1.0)
}

fn draw_level(buf: &mut Buffer, area: Rect, chart: &Chart<'_>, value: f64) {
    if value <= 0.0 || value > chart.top {
        return;
    }
    let row = height(value, chart.top, usize::from(area.height));
    let Ok(row) = u16::try_from(row) else { return };
    let symbol = if chart.dots == Dots::Ascii { '.' } else { '┈' };
    for column in (0..area.width).step_by(2) {
        if let Some(cell) = buf.cell_mut((area.x + column, area.y + row)) {
            cell.set_char(symbol).set_style(chart.behind);
        }
    }
}

fn plot(grid: &mut Grid, chart: &Chart<'_>) {
    let mut last: Option<(usize, usize)> = None;
    for (at, point) in chart.points.iter().enumerate() {
        let here = point
            .map(|value| (column(at, chart.points.len(), grid.wide), height(value, chart.top, grid.high)));
        match (last, here) {
            (Some(from), Some(to)) => grid.stroke(from, to),
            (None, Some((x, y))) => grid.set(x, y),
            _ => {}
        }
        last = here;
    }
}

/// The column of the point at this place, the newest at the right edge.
#[must_use]
pub fn column(at: usize, points: usize, columns: usize) -> usize {
    if points < 2 {
        return columns.saturating_sub(1);
    }
    at * columns.saturating_sub(1) / (points - 1)
}

/// The row of a value, counted from the top.
fn height(value: f64, top: f64, rows: usize) -> usize {
    let last = rows.saturating_sub(1);
    let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a screen's rows"
    )]
    let up = (share * last as f64).round() as usize;
    last - up.min(last)
}

fn braille(grid: &Grid, column: usize, row: usize) -> Option<char> {
    let mut bits = 0;
    for (y, pair) in DOTS.iter().enumerate() {
        for (x, bit) in pair.iter().enumerate() {
            if grid.has(column * 2 + x, row * 4 + y) {
                bits |= bit;
            }
        }
    }
    (bits > 0).then(|| char::from_u32(0x2800 + bits)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(dots: Dots, points: &[Option<f64>], (width, height): (u16, u16)) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let (line, behind) = (Style::default(), Style::default());
        draw(&mut buf, area, &Chart { points, top: 4.0, levels: &[], dots, line, behind });
        let rows = buf.content().chunks(usize::from(width));
        rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
    }

    #[test]
    fn the_same_points_in_each_set() {
        let points = [Some(0.0), Some(4.0), None, Some(2.0), Some(3.0)];
        assert_eq!(drawn(Dots::Blocks, &points, (5, 2)), [" █  ▄", "▁█ ██"]);
        assert_eq!(drawn(Dots::Ascii, &points, (5, 3)), ["** **", "*  * ", "*    "]);
        let braille = drawn(Dots::Braille, &points, (5, 2)).concat();
        assert!(braille.chars().all(|c| c == ' ' || ('\u{2801}'..='\u{28ff}').contains(&c)), "{braille}");
    }
}
