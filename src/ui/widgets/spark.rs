//! Sparklines: one column a bucket of time, blank where nothing was measured.
//!
//! The scale starts at zero, so that a flat line is flat and a small wiggle is not drawn as a mountain.

use crate::ui::theme::Glyphs;

/// The newest `width` buckets of a trend as bars against `top`, or against its own maximum.
#[must_use]
pub fn spark(trend: &[Option<f64>], width: usize, top: Option<f64>, glyphs: Glyphs) -> String {
    let buckets = buckets(trend, width);
    let own = buckets.iter().flatten().copied().fold(0.0, f64::max);
    let top = top.unwrap_or(0.0).max(own);
    let bar = |value: &Option<f64>| value.map_or(" ", |v| level(v, top, &glyphs.spark));
    let drawn: String = buckets.iter().map(bar).collect();
    format!("{drawn:>width$}")
}

fn level(value: f64, top: f64, levels: &[&'static str]) -> &'static str {
    let Some(last) = levels.len().checked_sub(1) else { return " " };
    let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
        reason = "a share of a handful of levels")]
    let at = (share * last as f64).round() as usize;
    levels.get(at).copied().unwrap_or(" ")
}

/// The newest part of a trend in at most `width` buckets: a longer trend is squeezed and keeps its worst value.
#[must_use]
pub fn buckets(trend: &[Option<f64>], width: usize) -> Vec<Option<f64>> {
    if width == 0 || trend.is_empty() {
        return Vec::new();
    }
    let per = trend.len().div_ceil(width);
    let skip = trend.len() % per;
    let worst = |chunk: &[Option<f64>]| chunk.iter().flatten().copied().reduce(f64::max);
    let first = (skip > 0).then(|| worst(&trend[..skip]));
    first.into_iter().chain(trend[skip..].chunks(per).map(worst)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_a_blank_and_not_a_zero() {
        let trend = [Some(0.0), None, Some(8.0)];
        assert_eq!(spark(&trend, 3, None, Glyphs::unicode()), "▁ █");
        assert_eq!(spark(&trend, 5, None, Glyphs::unicode()), "  ▁ █");
        assert_eq!(spark(&[], 2, None, Glyphs::unicode()), "  ");
    }

    #[test]
    fn a_long_trend_keeps_its_peaks() {
        let mut trend = vec![Some(1.0); 60];
        trend[31] = Some(9.0);
        assert_eq!(buckets(&trend, 10).iter().flatten().filter(|v| **v > 8.0).count(), 1);
        assert!(buckets(&trend, 7).len() <= 7);
    }
}
