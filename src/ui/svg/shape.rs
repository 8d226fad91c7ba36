//! Lines, blocks and dots as drawn shapes: no font has all of them in the right width.
//!
//! Coordinates are in a cell of 0 to 1 on both sides.

/// A filled rectangle: left, top, width, height, and how opaque it is.
pub(super) type Part = (f64, f64, f64, f64, f64);

/// Half the width and half the height of a line.
const THIN: (f64, f64) = (0.06, 0.03);

/// The shapes of a symbol; nothing for one that is text.
pub(super) fn parts(symbol: char) -> Vec<Part> {
    let code = u32::from(symbol);
    match symbol {
        '─' | '│' | '┌' | '┐' | '└' | '┘' | '┤' | '├' => lines(symbol),
        '═' => vec![(0.0, 0.40, 1.0, 0.05, 1.0), (0.0, 0.56, 1.0, 0.05, 1.0)],
        '┊' => {
            (0..4).map(|n| (0.5 - THIN.0, 0.05 + f64::from(n) * 0.25, THIN.0 * 2.0, 0.14, 1.0)).collect()
        }
        '┈' => (0..3).map(|n| (0.08 + f64::from(n) * 0.34, 0.47, 0.16, 0.06, 1.0)).collect(),
        '░' => vec![(0.0, 0.1, 1.0, 0.8, 0.3)],
        '▓' => vec![(0.0, 0.1, 1.0, 0.8, 0.9)],
        '▁'..='█' => {
            let high = f64::from(code - 0x2580) / 8.0;
            vec![(0.0, 1.0 - high, 1.0, high, 1.0)]
        }
        '\u{2800}'..='\u{28ff}' => dots(code - 0x2800),
        _ => Vec::new(),
    }
}

/// The arms of a line symbol: left, right, up, down.
fn lines(symbol: char) -> Vec<Part> {
    let (left, right, up, down) = match symbol {
        '─' => (true, true, false, false),
        '│' => (false, false, true, true),
        '┌' => (false, true, false, true),
        '┐' => (true, false, false, true),
        '└' => (false, true, true, false),
        '┘' => (true, false, true, false),
        '┤' => (true, false, true, true),
        _ => (false, true, true, true),
    };
    let across = |from: f64, to: f64| (from, 0.5 - THIN.1, to - from, THIN.1 * 2.0, 1.0);
    let along = |from: f64, to: f64| (0.5 - THIN.0, from, THIN.0 * 2.0, to - from, 1.0);
    let arms = [
        (left, across(0.0, 0.5 + THIN.0)),
        (right, across(0.5 - THIN.0, 1.0)),
        (up, along(0.0, 0.5 + THIN.1)),
        (down, along(0.5 - THIN.1, 1.0)),
    ];
    arms.into_iter().filter(|(there, _)| *there).map(|(_, part)| part).collect()
}

/// The dots of a braille symbol, a bit a dot.
fn dots(bits: u32) -> Vec<Part> {
    const PLACES: [(f64, f64); 8] =
        [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 0.0), (1.0, 1.0), (1.0, 2.0), (0.0, 3.0), (1.0, 3.0)];
    let there = PLACES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    there.map(|(_, (x, y))| (0.14 + x * 0.5, 0.06 + y * 0.25, 0.26, 0.13, 1.0)).collect()
}
