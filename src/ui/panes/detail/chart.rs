//! A metric's last hour as a chart in lines of text, with its scale, its limits and its times.
//!
//! Where charts are left out it is one line with the range.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::model::topology::Unit;
use crate::model::verdict;
use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{self, Chart};
use crate::ui::widgets::paint::Text;

/// The columns of the scale, its tick included.
const SCALE: usize = 10;

/// The rows of the plot.
const ROWS: u16 = 5;

/// The columns around a detail: of its dialog and of the scale.
const AROUND: u16 = 4 + 10;

/// The most columns of the plot: one a minute.
const WIDEST: u16 = 60;

/// After this a period that should be visible is drawn as a gap, as trends are laid out.
const OVERDUE: SignedDuration = SignedDuration::from_secs(180);

/// What is drawn: an hour of points, oldest first.
pub(super) struct Hour<'a> {
    pub(super) points: &'a [Option<f64>],
    pub(super) unit: Unit,
    /// The end of the newest period that was measured.
    pub(super) newest: Option<Timestamp>,
    /// What it is measured against, drawn where it is in sight.
    pub(super) limits: &'a [f64],
}

/// The chart, or one line; nothing where nothing was measured.
pub(super) fn lines(pen: &Pen<'_>, hour: &Hour<'_>) -> Vec<Text> {
    let known = || hour.points.iter().flatten().copied();
    let (Some(low), Some(high)) = (known().reduce(f64::min), known().reduce(f64::max)) else {
        return Vec::new();
    };
    let value = |value: f64| verdict::value_text(value, hour.unit);
    let range = format!("{} to {} in the last hour", value(low), value(high));
    let size = pen.scene.view.size;
    let columns = size.width.saturating_sub(AROUND).min(WIDEST);
    if !pen.scene.view.flow.charts() || columns < 20 || size.height < 20 {
        return vec![Line::from(pen.span(range, Role::Muted))];
    }
    let top = top(hour, high);
    let mut lines = plot(pen, hour, top, columns);
    lines.push(times(pen, hour, usize::from(columns)));
    lines.push(Line::from(pen.span(range, Role::Muted)));
    lines
}

/// A limit is in sight when it does not press the line flat.
fn top(hour: &Hour<'_>, high: f64) -> f64 {
    let limits = hour.limits.iter().copied().filter(|limit| *limit <= high * 2.0);
    let highest = limits.fold(high, f64::max);
    match hour.unit {
        Unit::Percent if highest > 20.0 && highest <= 100.0 => 100.0,
        Unit::State => 1.0,
        _ => chart::nice(highest),
    }
}

fn plot(pen: &Pen<'_>, hour: &Hour<'_>, top: f64, columns: u16) -> Vec<Text> {
    let area = Rect::new(0, 0, columns, ROWS);
    let mut buf = Buffer::empty(area);
    let chart = Chart {
        points: hour.points,
        top,
        levels: hour.limits,
        dots: pen.glyphs.dots(),
        line: pen.style(Role::Chart),
        behind: pen.style(Role::ChartMark),
    };
    chart::draw(&mut buf, area, &chart);
    let scale = |row: u16| match row {
        0 => verdict::value_text(top, hour.unit),
        row if row + 1 == ROWS => verdict::value_text(0.0, hour.unit),
        _ => String::new(),
    };
    let line = |row: u16| {
        let label = format!("{:>1$} {2}", scale(row), SCALE - 2, pen.glyphs.axis());
        let mut spans = vec![pen.span(label, Role::Muted)];
        spans.extend(cells(&buf, row));
        Line::from(spans)
    };
    (0..ROWS).map(line).collect()
}

/// One row of a buffer as spans of one style each.
fn cells(buf: &Buffer, row: u16) -> Vec<Span<'static>> {
    let mut spans: Vec<(String, Style)> = Vec::new();
    for column in 0..buf.area.width {
        let Some(cell) = buf.cell((column, row)) else { continue };
        match spans.last_mut() {
            Some((text, style)) if *style == cell.style() => text.push_str(cell.symbol()),
            _ => spans.push((cell.symbol().to_owned(), cell.style())),
        }
    }
    spans.into_iter().map(|(text, style)| Span::styled(text, style)).collect()
}

/// The times under the plot: its first period, the middle, and the end of its last.
fn times(pen: &Pen<'_>, hour: &Hour<'_>, columns: usize) -> Text {
    let overdue = pen.scene.now.saturating_sub(OVERDUE).unwrap_or(pen.scene.now);
    let end = hour.newest.map_or(overdue, |newest| newest.max(overdue));
    let back = |minutes: i64| {
        let at = end.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(end);
        at.strftime("%H:%M").to_string()
    };
    let gap = " ".repeat((columns.saturating_sub(15)) / 2);
    let rest = " ".repeat(columns.saturating_sub(15) - gap.len());
    let text = format!("{}{}{gap}{}{rest}{}", " ".repeat(SCALE), back(60), back(30), back(0));
    Line::from(pen.span(text, Role::Muted))
}
