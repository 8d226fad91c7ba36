//! Values as words for cells: with age, with shape, never a number where nothing is known.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::paint::{self, Text};
use super::table::Cell;
use crate::model::reading::Freshness;
use crate::model::verdict::{self, Dated, Lamp};
use crate::ui::Pen;
use crate::ui::theme::Role;

/// What stands where nothing is known.
pub const NOTHING: &str = "--";

/// The role a lamp is drawn in.
#[must_use]
pub fn role(lamp: Lamp) -> Role {
    match lamp {
        Lamp::Ok => Role::LampOk,
        Lamp::Look => Role::LampLook,
        Lamp::Bad => Role::LampBad,
        Lamp::Unknown => Role::LampUnknown,
    }
}

/// The role of the line that says what a lamp says.
#[must_use]
pub fn text_role(lamp: Lamp) -> Role {
    match lamp {
        Lamp::Ok => Role::LampOkText,
        Lamp::Look => Role::LampLookText,
        Lamp::Bad => Role::LampBadText,
        Lamp::Unknown => Role::LampUnknownText,
    }
}

/// A trend; nothing where charts are left out.
#[must_use]
pub fn trend(pen: &Pen<'_>, points: &[Option<f64>], top: Option<f64>) -> Cell {
    if pen.scene.view.flow.charts() { Cell::Trend(points.to_vec(), top) } else { Cell::Text(Line::default()) }
}

/// The lamp's shape.
#[must_use]
pub fn shape(pen: &Pen<'_>, lamp: Lamp) -> Span<'static> {
    Span::styled(pen.glyphs.lamp(lamp), pen.theme.style(role(lamp)))
}

/// The lamp as shape and word.
#[must_use]
pub fn lamp(pen: &Pen<'_>, lamp: Lamp) -> Span<'static> {
    Span::styled(format!("{} {lamp}", pen.glyphs.lamp(lamp)), pen.theme.style(role(lamp)))
}

/// A text as its freshness allows: as it is, with `~` and dimmed, or `--`.
#[must_use]
pub fn dated(pen: &Pen<'_>, text: &str, freshness: Freshness, role: Role) -> Span<'static> {
    match freshness {
        Freshness::Fresh => pen.span(text.to_owned(), role),
        Freshness::Stale => pen.span(format!("~{text}"), Role::Stale),
        Freshness::Gone => pen.span(NOTHING, Role::Stale),
    }
}

/// A dated value written by `write`, or `--` when there is none.
#[must_use]
pub fn value<T>(
    pen: &Pen<'_>,
    value: Option<&Dated<T>>,
    role: Role,
    write: impl FnOnce(&T) -> String,
) -> Span<'static> {
    match value {
        Some(known) => dated(pen, &write(&known.value), known.freshness, role),
        None => pen.span(NOTHING, Role::Stale),
    }
}

/// `--` as a line.
#[must_use]
pub fn nothing(pen: &Pen<'_>) -> Text {
    Line::from(pen.span(NOTHING, Role::Stale))
}

/// A share of 0 to 1 as a whole percentage.
#[must_use]
pub fn share(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// A rate, with a fraction only where it is small and has one.
#[must_use]
pub fn rate(rate: f64) -> String {
    let fraction = rate > 0.0 && rate < 9.95 && (rate - rate.round()).abs() >= 0.05;
    if fraction { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// A time of day in UTC: `14:02:07`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// The text, or with the short names of the Regions where the full ones do not fit.
#[must_use]
pub fn shortened(pen: &Pen<'_>, text: String, room: usize) -> String {
    if paint::width(&text) <= room {
        return text;
    }
    let topology = pen.scene.world.topology();
    let endpoints = topology.routing.iter().flat_map(|routing| &routing.endpoints).map(|e| &e.region);
    let regions = topology.regions.iter().map(|region| &region.name);
    regions.chain(endpoints).fold(text, |text, region| text.replace(region.as_str(), &topology.short(region)))
}

/// How long ago in its largest unit: `12m ago`; for places too narrow for more.
#[must_use]
pub fn ago(age: Duration) -> String {
    format!("{} ago", coarse(age))
}

/// A span in its largest unit alone: `12m`.
#[must_use]
pub fn coarse(span: Duration) -> String {
    let mut text = verdict::span(span);
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).map_or(text.len(), |at| at + 1);
    text.truncate(unit);
    text
}

/// An age that is renewed every few seconds, so roughly that it does not tick with each of them: `<5s`, `10s`, `2m`.
#[must_use]
pub fn about(age: Duration) -> String {
    const STEP: u64 = 5;
    match age.as_secs() {
        seconds if seconds < STEP => format!("<{STEP}s"),
        seconds if seconds < 60 => format!("{}s", seconds / STEP * STEP),
        _ => coarse(age),
    }
}

/// The span from `then` to `now`; zero when `then` lies ahead.
#[must_use]
pub fn since(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

/// A running time: `00:41`, `1:02:09`.
#[must_use]
pub fn stopwatch(span: Duration) -> String {
    let s = span.as_secs();
    let (hours, minutes, seconds) = (s / 3600, s / 60 % 60, s % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_age_stands_still_for_five_seconds() {
        let told = [0, 4, 5, 9, 10, 59, 60, 119, 120, 7_300].map(|s| about(Duration::from_secs(s)));
        assert_eq!(told, ["<5s", "<5s", "5s", "5s", "10s", "55s", "1m", "1m", "2m", "2h"]);
    }
}
