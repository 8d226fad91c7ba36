//! How spans, ages and values are written, once for every screen, report and sentence.
//!
//! Plain text without colour or padding; it must never make a missing or old value look like a present one.

use std::time::Duration;

use jiff::Timestamp;

use super::Dated;
use crate::model::reading::Freshness;
use crate::model::topology::Unit;

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
#[must_use]
pub fn aged(text: String, freshness: Freshness) -> String {
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

/// Thousands are set apart, and from ten on there is no fraction.
fn count(value: f64) -> String {
    if value.abs() < 10.0 {
        return short(value).replace('-', "−");
    }
    let digits = format!("{:.0}", value.abs().round());
    let mut out = String::from(if value < 0.0 { "−" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let cases = [
            (0, "0s"),
            (8, "8s"),
            (59, "59s"),
            (60, "1m00s"),
            (190, "3m10s"),
            (3599, "59m59s"),
            (3900, "1h05m"),
            (86_399, "23h59m"),
            (187_200, "2d04h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn limits() {
        let cases = [
            (0, "0s"),
            (30, "30s"),
            (90, "1m30s"),
            (900, "15m"),
            (3600, "1h"),
            (5400, "1h30m"),
            (86_400, "1d"),
        ];
        for (seconds, text) in cases {
            assert_eq!(limit_text(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn ages() {
        let now: Timestamp = "2026-11-20T14:02:07Z".parse().unwrap();
        assert_eq!(age_text(now, now), "now");
        assert_eq!(age_text("2026-11-20T14:02:06Z".parse().unwrap(), now), "1s ago");
        assert_eq!(age_text("2026-11-20T13:55:07Z".parse().unwrap(), now), "7m00s ago");
        assert_eq!(age_text("2026-11-20T14:03:00Z".parse().unwrap(), now), "now");
    }

    #[test]
    fn values() {
        let cases = [
            (41.0, Unit::Percent, "41%"),
            (12.1, Unit::Percent, "12.1%"),
            (0.0, Unit::Percent, "0%"),
            (0.02, Unit::Percent, "<0.1%"),
            (99.96, Unit::Percent, "99.9%"),
            (100.0, Unit::Percent, "100%"),
            (8.9, Unit::Seconds, "8.9s"),
            (0.4, Unit::Seconds, "0.4s"),
            (0.045, Unit::Seconds, "45ms"),
            (0.0, Unit::Seconds, "0.0s"),
            (99.96, Unit::Seconds, "1m40s"),
            (125.0, Unit::Seconds, "2m05s"),
            (400.0, Unit::Milliseconds, "400ms"),
            (8_900.0, Unit::Milliseconds, "8.9s"),
            (1_204.0, Unit::Count, "1,204"),
            (1_234_567.0, Unit::Count, "1,234,567"),
            (999.0, Unit::Count, "999"),
            (1_204.5, Unit::Count, "1,205"),
            (2.5, Unit::Count, "2.5"),
            (-1_204.0, Unit::Count, "−1,204"),
            (512.0, Unit::Bytes, "512 B"),
            (1_288_490_189.0, Unit::Bytes, "1.2 GiB"),
            (1.0, Unit::State, "up"),
            (0.0, Unit::State, "down"),
            (f64::NAN, Unit::Count, "--"),
            (f64::INFINITY, Unit::Seconds, "--"),
        ];
        for (value, unit, text) in cases {
            assert_eq!(value_text(value, unit), text, "{value} {unit:?}");
        }
    }

    #[test]
    fn old_values_are_marked() {
        let at = Timestamp::UNIX_EPOCH;
        let dated = |freshness| Dated { value: 41.0, at, freshness };
        assert_eq!(dated_text(&dated(Freshness::Fresh), Unit::Percent), "41%");
        assert_eq!(dated_text(&dated(Freshness::Stale), Unit::Percent), "~41%");
        assert_eq!(dated_text(&dated(Freshness::Gone), Unit::Percent), "--");
    }

    #[test]
    fn changes() {
        assert_eq!(change_text(148.0, 390.0).as_deref(), Some("−62%"));
        assert_eq!(change_text(0.0, 390.0).as_deref(), Some("−100%"));
        assert_eq!(change_text(421.0, 390.0).as_deref(), Some("+8%"));
        assert_eq!(change_text(389.9, 390.0).as_deref(), Some("+0%"));
        assert_eq!(change_text(5.0, 0.0), None);
    }
}
