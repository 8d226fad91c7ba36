//! The time axis that the charts share, and the acts on it.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::model::verdict::OrdersVerdict;
use crate::plan::event::Event;
use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::paint;

/// The shortest window, in periods: less would make every wiggle a mountain.
const SHORTEST: usize = 15;

/// A window of time, in periods of which the last ends at `end`.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    end: Timestamp,
    periods: usize,
    step: SignedDuration,
    acts: Vec<(Timestamp, String)>,
}

impl Axis {
    /// The window in which anything is known, as far back as there are dots for.
    pub(super) fn of<'a>(pen: &Pen<'_>, all: impl Iterator<Item = &'a OrdersVerdict>, dots: usize) -> Self {
        let mut known = 0;
        let mut end = None;
        for orders in all {
            let first = orders.trend.iter().position(Option::is_some).unwrap_or(orders.trend.len());
            known = known.max(orders.trend.len() - first);
            end = end.max(orders.rate.as_ref().map(|rate| rate.at));
        }
        let acts = pen.scene.journal.iter().filter_map(|entry| match &entry.event {
            Event::Sent { step, .. } => Some((entry.at, step.to_string())),
            _ => None,
        });
        Self {
            end: end.unwrap_or(pen.scene.now),
            periods: known.min(dots).max(SHORTEST),
            step: SignedDuration::from_secs(60),
            acts: acts.collect(),
        }
    }

    /// The part of a Region's points that is in the window.
    pub(super) fn window<'a>(&self, orders: &'a OrdersVerdict) -> &'a [Option<f64>] {
        let from = orders.trend.len().saturating_sub(self.periods);
        &orders.trend[from..]
    }

    fn at(&self, back: usize) -> Timestamp {
        let periods = i32::try_from(back).unwrap_or(i32::MAX);
        self.end.saturating_sub(self.step.saturating_mul(periods)).unwrap_or(self.end)
    }

    /// The column of a time, if it is in the window.
    fn column(&self, at: Timestamp, columns: u16) -> Option<u16> {
        let back = self.end.duration_since(at).as_secs();
        let whole = i64::try_from(self.periods.saturating_sub(1)).ok()?.checked_mul(self.step.as_secs())?;
        let last = i64::from(columns.checked_sub(1)?);
        let ahead = (whole - back).clamp(-1, whole);
        let place = (ahead >= 0).then(|| ahead * last / whole.max(1))?;
        u16::try_from(place).ok()
    }

    /// Draws the times.
    pub(super) fn draw(&self, pen: &Pen<'_>, row: Rect, buf: &mut Buffer) {
        let columns = usize::from(row.width);
        let count = (columns / 16).clamp(1, 4);
        for tick in 0..=count {
            let place = columns.saturating_sub(1) * tick / count;
            let back = (self.periods - 1) - (self.periods - 1) * tick / count;
            let text = self.at(back).strftime("%H:%M").to_string();
            let left = if tick == count { columns.saturating_sub(text.len()) } else { place };
            let Ok(left) = u16::try_from(left) else { continue };
            if columns >= 12 || tick == count {
                let here = Rect { x: row.x + left, width: row.width.saturating_sub(left), ..row };
                paint::row(buf, here, 0, &Line::from(pen.span(text, Role::Muted)));
            }
        }
    }

    /// Draws the numbers of the steps at their acts, in the first row of the area.
    pub(super) fn names(&self, pen: &Pen<'_>, area: Rect, buf: &mut Buffer) {
        let mut free = 0;
        let mut labels: Vec<(u16, String)> = Vec::new();
        for (at, step) in &self.acts {
            let Some(column) = self.column(*at, area.width) else { continue };
            match labels.last_mut() {
                Some((_, label)) if column < free => {
                    if !label.split(',').any(|known| known == step) {
                        label.extend([",", step]);
                    }
                }
                _ => labels.push((column, step.clone())),
            }
            let end = labels.last().map_or(0, |(column, label)| usize::from(*column) + label.len() + 1);
            free = u16::try_from(end).unwrap_or(u16::MAX);
        }
        for (column, label) in labels {
            let wide = u16::try_from(label.len()).unwrap_or(u16::MAX);
            let column = column.min(area.width.saturating_sub(wide));
            let here = Rect { x: area.x + column, width: area.width - column, ..area };
            paint::row(buf, here, 0, &Line::from(pen.span(label, Role::ChartMark)));
        }
    }

    /// Draws a line through the band at each act.
    pub(super) fn marks(&self, pen: &Pen<'_>, band: Rect, buf: &mut Buffer) {
        for (at, _) in &self.acts {
            let Some(column) = self.column(*at, band.width) else { continue };
            for row in 0..band.height {
                let here = Rect { x: band.x + column, width: 1, ..band };
                paint::row(buf, here, row, &Line::from(pen.span(pen.glyphs.tick, Role::ChartMark)));
            }
        }
    }
}
