//! Frames one after the other as one SVG that moves by itself, without a script.
//!
//! What stands still is drawn once and what changes is shown for as long as it is there, so that a film costs little
//! more than what moves in it. Whoever asks for no motion sees one frame of it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use ratatui::buffer::Buffer;

use super::{BAR, DARK, Run, close, escape, open, runs, top, wide_of};

/// One frame, how long it is shown, and what is said over it.
#[derive(Clone, Debug)]
pub struct Shot {
    /// The frame; all of a film are of one size.
    pub frame: Buffer,
    /// What is said over it.
    pub caption: String,
    /// How long it is shown.
    pub lasts: Duration,
}

/// Grounds lie under shapes and words, so they are drawn first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Ground,
    Shape,
    Word,
}

/// A piece of a picture: its layer, its row, its markup.
type Piece = (Layer, u16, String);

/// From which shot on something is there, and before which it is gone again.
type Spans = Vec<(usize, usize)>;

/// The film of these shots under a title, on a dark terminal; `poster` is the shot for those who ask for no motion.
#[must_use]
pub fn film(shots: &[Shot], title: &str, poster: usize) -> String {
    let Some(first) = shots.first() else { return String::new() };
    let mut seen: BTreeMap<Piece, Spans> = BTreeMap::new();
    for (at, shot) in shots.iter().enumerate() {
        for piece in pieces(shot) {
            let spans = seen.entry(piece).or_default();
            match spans.last_mut() {
                Some((_, end)) if *end >= at => *end = at + 1,
                _ => spans.push((at, at + 1)),
            }
        }
    }
    let mut together: BTreeMap<(Layer, Spans), Vec<(u16, String)>> = BTreeMap::new();
    for ((layer, row, markup), spans) in seen {
        together.entry((layer, spans)).or_default().push((row, markup));
    }
    let clock = Clock::of(shots);
    let mut out = open(first.frame.area, title, DARK);
    out.push_str(&style(&clock, together.keys().map(|(_, spans)| spans), poster));
    for ((layer, spans), pieces) in &together {
        if clock.is_always(spans) {
            draw(&mut out, *layer, pieces);
        } else {
            let _ = writeln!(out, r#"<g class="{}">"#, name(spans));
            draw(&mut out, *layer, pieces);
            out.push_str("</g>\n");
        }
    }
    close(&mut out);
    out
}

fn pieces(shot: &Shot) -> Vec<Piece> {
    let middle = wide_of(shot.frame.area) / 2.0;
    let caption = escape(&shot.caption);
    let caption =
        format!(r#"<tspan x="{middle}" text-anchor="middle" fill="{}">{caption}</tspan>"#, DARK.fore);
    let mut pieces = vec![(Layer::Word, CAPTION, caption)];
    for y in 0..shot.frame.area.height {
        for run in runs(&shot.frame, y, DARK) {
            pieces.extend(of_run(&run, y));
        }
    }
    pieces
}

/// The row of the caption, which is none of the frame's.
const CAPTION: u16 = u16::MAX;

fn of_run(run: &Run, y: u16) -> Vec<Piece> {
    let (mut ground, mut shapes) = (String::new(), String::new());
    run.ground(&mut ground, y, DARK);
    run.shapes(&mut shapes, y);
    let mut pieces: Vec<Piece> = Vec::new();
    pieces.extend((!ground.is_empty()).then_some((Layer::Ground, y, ground)));
    pieces.extend((!shapes.is_empty()).then_some((Layer::Shape, y, shapes)));
    pieces.extend(run.words().into_iter().map(|word| (Layer::Word, y, word)));
    pieces
}

fn draw(out: &mut String, layer: Layer, pieces: &[(u16, String)]) {
    let mut last = None;
    for (row, markup) in pieces {
        if layer == Layer::Word && last != Some(*row) {
            let base = if *row == CAPTION { f64::from(BAR) - 12.0 } else { top(*row) + 14.0 };
            let end = if last.is_some() { "</text>\n" } else { "" };
            let _ = write!(out, r#"{end}<text y="{base}">"#);
        }
        last = Some(*row);
        out.push_str(markup);
    }
    if layer == Layer::Word {
        out.push_str("</text>\n");
    }
}

/// When each shot begins.
struct Clock {
    /// The start of each shot and the end of the last, from 0 to 100.
    marks: Vec<f64>,
    seconds: f64,
}

impl Clock {
    fn of(shots: &[Shot]) -> Self {
        let seconds: f64 = shots.iter().map(|shot| shot.lasts.as_secs_f64()).sum();
        let mut at = 0.0;
        let mut marks = vec![at];
        for shot in shots {
            at += shot.lasts.as_secs_f64();
            marks.push(at / seconds * 100.0);
        }
        Self { marks, seconds }
    }

    fn is_always(&self, spans: &Spans) -> bool {
        *spans == [(0, self.marks.len() - 1)]
    }

    /// Hidden and shown again, mark by mark.
    fn keyframes(&self, spans: &Spans) -> String {
        let mut marks: BTreeMap<usize, &str> = BTreeMap::from([(0, "hidden")]);
        for (from, until) in spans {
            marks.insert(*from, "visible");
            if until + 1 < self.marks.len() {
                marks.insert(*until, "hidden");
            }
        }
        let steps = marks.iter().map(|(at, how)| format!("{:.3}%{{visibility:{how}}}", self.marks[*at]));
        steps.collect::<Vec<_>>().concat()
    }
}

/// What the pieces that are there in these spans are called.
fn name(spans: &Spans) -> String {
    let spans: Vec<String> = spans.iter().map(|(from, until)| format!("{from}-{until}")).collect();
    format!("s{}", spans.join("_"))
}

fn style<'a>(clock: &Clock, spans: impl Iterator<Item = &'a Spans>, poster: usize) -> String {
    let mut all: Vec<&Spans> = spans.filter(|spans| !clock.is_always(spans)).collect();
    all.sort_unstable();
    all.dedup();
    let mut css = String::from("<style>\n");
    let seconds = clock.seconds;
    for spans in all {
        let name = name(spans);
        let still = if spans.iter().any(|(from, until)| (*from..*until).contains(&poster)) {
            "visible"
        } else {
            "hidden"
        };
        let _ = writeln!(css, "@keyframes {name}{{{}}}", clock.keyframes(spans));
        let _ =
            writeln!(css, ".{name}{{visibility:{still};animation:{name} {seconds:.1}s step-end infinite}}");
    }
    css.push_str("@media (prefers-reduced-motion:reduce){g{animation:none!important}}\n</style>\n");
    css
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn shot(text: &str, seconds: u64) -> Shot {
        let mut frame = Buffer::empty(Rect::new(0, 0, 12, 1));
        frame.set_string(0, 0, text, Style::new());
        Shot { frame, caption: "always".to_owned(), lasts: Duration::from_secs(seconds) }
    }

    #[test]
    fn what_stands_still_is_drawn_once_and_the_rest_for_as_long_as_it_is_there() {
        let film = film(&[shot("lamp ok", 1), shot("lamp bad", 2), shot("lamp ok", 1)], "t", 1);
        for (word, times) in [(">lamp<", 1), (">ok<", 1), (">bad<", 1), (">always<", 1)] {
            assert_eq!(film.matches(word).count(), times, "{word}: {film}");
        }
        let ok = "@keyframes s0-1_2-3{0.000%{visibility:visible}25.000%{visibility:hidden}75.000%{visibility:visible}}";
        assert!(film.contains(ok), "{film}");
        assert!(film.contains(
            "@keyframes s1-2{0.000%{visibility:hidden}25.000%{visibility:visible}75.000%{visibility:hidden}}"
        ));
        assert!(
            film.contains(".s1-2{visibility:visible;animation:s1-2 4.0s step-end infinite}"),
            "the poster"
        );
        assert!(film.contains(".s0-1_2-3{visibility:hidden;"), "{film}");
        assert!(!film.contains("<script"));
    }

    #[test]
    fn no_shots_are_no_film() {
        assert_eq!(super::film(&[], "t", 0), "");
    }
}
