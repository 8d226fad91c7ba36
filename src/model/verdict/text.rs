//! How spans, ages and values are written, once for every screen, report and sentence.
//!
//! Plain text without colour or padding; it must never make a missing or old value look like a present one.

use std::time::Duration;

use jiff::Timestamp;

use super::super::reading::Freshness;
use super::super::topology::Unit;
use super::Dated;

/// What is drawn where a value cannot be known.
pub const NOTHING: &str = "--";

/// A span for people, always with its two largest units: `8s`, `3m10s`, `1h05m`, `2d04h`.
#[must_use]
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    if minutes == 0 {
        format!("{seconds}s")
    } else if hours == 0 {
        format!("{minutes}m{:02}s", seconds % 60)
    } else if days == 0 {
        format!("{hours}h{:02}m", minutes % 60)
    } else {
        format!("{days}d{:02}h", hours % 24)
    }
}

/// A declared limit, without the units that are zero: `30s`, `15m`, `1h`, `1m30s`.
#[must_use]
pub fn limit_text(limit: Duration) -> String {
    let whole = span(limit);
    let Some(minor) = whole.len().checked_sub(3).filter(|at| *at > 0) else { return whole };
    match whole.split_at_checked(minor) {
        Some((major, "00s" | "00m" | "00h")) => major.to_owned(),
        _ => whole,
    }
}

/// How long ago something was: `7m00s ago`, and `now` for what lies ahead of `now` or under a second back.
#[must_use]
pub fn age_text(at: Timestamp, now: Timestamp) -> String {
    match age(at, now) {
        past if past < Duration::from_secs(1) => "now".to_owned(),
        past => format!("{} ago", span(past)),
    }
}

/// The span from `at` to `now`; zero when `at` lies ahead.
#[must_use]
pub fn age(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(at)).unwrap_or_default()
}

/// A value in its unit: `41%`, `12.1%`, `8.9s`, `1,204`, `1.2 GiB`, `up`; [`NOTHING`] for what is not a number.
#[must_use]
pub fn value_text(value: f64, unit: Unit) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    match unit {
        Unit::Percent => percent(value),
        Unit::Count => count(value),
        Unit::Seconds => seconds(value),
        Unit::Milliseconds if value.abs() >= 1000.0 => seconds(value / 1000.0),
        Unit::Milliseconds => format!("{value:.0}ms"),
        Unit::Bytes => bytes(value),
        Unit::State if value >= 1.0 => "up".to_owned(),
        Unit::State => "down".to_owned(),
    }
}

/// A value as it may be shown at its freshness: as it is, with `~` when stale, [`NOTHING`] when gone.
#[must_use]
pub fn dated_text(value: &Dated<f64>, unit: Unit) -> String {
    aged(value_text(value.value, unit), value.freshness)
}

/// Marks a text by freshness, as [`dated_text`] does.
pub(super) fn aged(text: String, freshness: Freshness) -> String {
    match freshness {
        Freshness::Fresh => text,
        Freshness::Stale => format!("~{text}"),
        Freshness::Gone => NOTHING.to_owned(),
    }
}

/// The change from a baseline with its sign: `−62%`, `+8%`; `None` when there is no baseline to compare with.
#[must_use]
pub fn change_text(value: f64, baseline: f64) -> Option<String> {
    if baseline <= 0.0 || !value.is_finite() {
        return None;
    }
    let change = (value / baseline - 1.0) * 100.0;
    let sign = if change <= -0.5 { "−" } else { "+" };
    Some(format!("{sign}{:.0}%", change.abs()))
}

/// Rounding must not hide the last error nor the last success.
fn percent(value: f64) -> String {
    if value > 0.0 && value < 0.05 {
        return "<0.1%".to_owned();
    }
    if (99.95..100.0).contains(&value) {
        return "99.9%".to_owned();
    }
    format!("{}%", short(value))
}

fn seconds(value: f64) -> String {
    if value.abs() >= 99.95 {
        return Duration::try_from_secs_f64(value.abs().round()).map_or_else(|_| NOTHING.to_owned(), span);
    }
    if value > 0.0 && value < 0.095 { format!("{:.0}ms", value * 1000.0) } else { format!("{value:.1}s") }
}

fn count(value: f64) -> String {
    let text = short(value);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("−", digits));
    let (whole, rest) = digits.split_once('.').map_or((digits, ""), |(whole, rest)| (whole, rest));
    let mut out = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !rest.is_empty() && whole.len() < 3 {
        out.push('.');
        out.push_str(rest);
    }
    out
}

fn bytes(value: f64) -> String {
    let mut value = value;
    let mut units = ["B", "KiB", "MiB", "GiB", "TiB"].into_iter();
    let mut unit = units.next().unwrap_or("B");
    while value.abs() >= 1024.0 {
        let Some(next) = units.next() else { break };
        value /= 1024.0;
        unit = next;
    }
    format!("{} {unit}", short(value))
}

/// One decimal where it says something.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), ToOwned::to_owned)
}
