//! A bar of elapsed time against what is usual, with a tick at p50 and one at p95, its right end.
//!
//! A full bar does not mean done: what is late stays full and is called late beside it.

use std::time::Duration;

use crate::plan::Usual;
use crate::ui::theme::Glyphs;

/// The bar as text, exactly `width` columns wide.
#[must_use]
pub fn gauge(elapsed: Duration, usual: Usual, width: usize, glyphs: &Glyphs) -> String {
    let Some(last) = width.checked_sub(1) else { return String::new() };
    let column = |span: Duration| scale(span, usual.p95, last);
    let done = if elapsed >= usual.p95 { width } else { column(elapsed) };
    let ticks = [column(usual.p50), last];
    let cell = |at: usize| match at {
        at if ticks.contains(&at) && at >= done => glyphs.tick,
        at if at < done => glyphs.full,
        _ => glyphs.empty,
    };
    (0..width).map(cell).collect()
}

fn scale(span: Duration, whole: Duration, columns: usize) -> usize {
    if whole.is_zero() {
        return columns;
    }
    let share = (span.as_secs_f64() / whole.as_secs_f64()).clamp(0.0, 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a screen's columns"
    )]
    let at = (share * columns as f64).round() as usize;
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_stand_where_half_and_nearly_all_runs_end() {
        let usual = Usual { p50: Duration::from_secs(41), p95: Duration::from_secs(70) };
        let bar = |s| gauge(Duration::from_secs(s), usual, 12, &Glyphs::unicode());
        assert_eq!(bar(0), "░░░░░░┊░░░░┊");
        assert_eq!(bar(35), "▓▓▓▓▓▓┊░░░░┊");
        assert_eq!(bar(60), "▓▓▓▓▓▓▓▓▓░░┊");
        assert_eq!(bar(90), "▓▓▓▓▓▓▓▓▓▓▓▓");
        assert_eq!(gauge(Duration::ZERO, usual, 0, &Glyphs::unicode()), "");
    }
}
