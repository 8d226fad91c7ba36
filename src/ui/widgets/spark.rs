//! Sparklines: one column a period, blank where nothing was measured.
//!
//! The scale starts at zero, so that a flat line is flat and a small wiggle is not drawn as a mountain.

use crate::ui::theme::Glyphs;
use crate::ui::widgets::chart::Dots;

/// The newest `width` periods of a trend as bars against `top`, or against its own maximum if that is more.
#[must_use]
pub fn spark(trend: &[Option<f64>], width: usize, top: Option<f64>, glyphs: &Glyphs) -> String {
    let shown = newest(trend, width);
    let top = top.unwrap_or(0.0).max(highest(shown));
    let bar = |value: &Option<f64>| value.map_or(" ", |v| level(v, top, &glyphs.spark));
    let drawn: String = shown.iter().map(bar).collect();
    format!("{drawn:>width$}")
}

/// The newest periods of a trend as a line one cell high, two periods a cell; as bars where braille cannot be had.
#[must_use]
pub fn line(trend: &[Option<f64>], width: usize, top: Option<f64>, glyphs: &Glyphs) -> String {
    if glyphs.dots() != Dots::Braille {
        return spark(trend, width, top, glyphs);
    }
    let shown = newest(trend, width * 2);
    let top = top.unwrap_or(0.0).max(highest(shown));
    let odd = (shown.len() % 2 == 1).then_some(None);
    let dots: Vec<Option<usize>> =
        odd.into_iter().chain(shown.iter().map(|v| v.map(|v| rank(v, top, 4)))).collect();
    let drawn: String =
        dots.chunks(2).map(|pair| dot(pair.first(), 0) | dot(pair.get(1), 1)).map(cell).collect();
    format!("{drawn:>width$}")
}

/// The bit of a dot: the lowest rank is the lowest row.
fn dot(rank: Option<&Option<usize>>, column: usize) -> u32 {
    const ROWS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];
    rank.copied().flatten().map_or(0, |rank| ROWS[column][rank.min(3)])
}

fn cell(bits: u32) -> char {
    if bits == 0 { ' ' } else { char::from_u32(0x2800 + bits).unwrap_or(' ') }
}

fn newest(trend: &[Option<f64>], count: usize) -> &[Option<f64>] {
    &trend[trend.len().saturating_sub(count)..]
}

fn highest(trend: &[Option<f64>]) -> f64 {
    trend.iter().flatten().copied().fold(0.0, f64::max)
}

fn level(value: f64, top: f64, levels: &[&'static str]) -> &'static str {
    levels.get(rank(value, top, levels.len())).copied().unwrap_or(" ")
}

/// Which of so many levels a value is at, from 0.
fn rank(value: f64, top: f64, levels: usize) -> usize {
    let last = levels.saturating_sub(1);
    let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a handful of levels"
    )]
    let at = (share * last as f64).round() as usize;
    at.min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_a_blank_and_not_a_zero() {
        let trend = [Some(0.0), None, Some(8.0)];
        assert_eq!(spark(&trend, 3, None, &Glyphs::unicode()), "▁ █");
        assert_eq!(spark(&trend, 5, None, &Glyphs::unicode()), "  ▁ █");
        assert_eq!(spark(&trend, 1, None, &Glyphs::unicode()), "█");
        assert_eq!(spark(&[], 2, None, &Glyphs::unicode()), "  ");
    }

    #[test]
    fn a_line_has_two_periods_a_cell_and_ends_at_the_right() {
        let trend = [Some(8.0), Some(8.0), None, Some(8.0), Some(0.0)];
        assert_eq!(line(&trend, 3, None, &Glyphs::unicode()), "⠈⠁⣁".replace('⣁', "⢁"));
        assert_eq!(line(&trend, 4, None, &Glyphs::unicode()).chars().count(), 4);
        assert_eq!(line(&trend, 2, None, &Glyphs::ascii()), "@_");
        assert_eq!(line(&trend, 2, None, &Glyphs::unicode().charting(Dots::Blocks)), "█▁");
        assert_eq!(line(&trend, 2, None, &Glyphs::unicode().charting(Dots::Ascii)), "@_");
        assert_eq!(Glyphs::ascii().charting(Dots::Braille), Glyphs::ascii(), "what the terminal has not");
    }
}
