//! The shapes of the screen, in Unicode or in ASCII.
//!
//! Both sets have a shape of its own for every state, so that colour is never needed to tell states apart.

use std::borrow::Cow;

use ratatui::symbols::border;
use unicode_width::UnicodeWidthChar;

use crate::model::verdict::Lamp;
use crate::ui::widgets::chart::Dots;

/// One set of shapes; each is one cell wide unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// The lamp `ok`.
    pub ok: &'static str,
    /// The lamp `look`.
    pub look: &'static str,
    /// The lamp `bad`.
    pub bad: &'static str,
    /// The lamp `unknown`.
    pub unknown: &'static str,
    /// Eight levels of a sparkline, lowest first.
    pub spark: [&'static str; 8],
    /// Lines and corners of boxes.
    pub border: border::Set<'static>,
    /// From here to there; one or two cells.
    pub arrow: &'static str,
    /// Between items, and a step that has not begun.
    pub bullet: &'static str,
    /// Done and proved.
    pub check: &'static str,
    /// Under way.
    pub running: &'static str,
    /// Left out, or not there.
    pub dash: &'static str,
    /// A horizontal rule.
    pub rule: &'static str,
    /// The rule of the point of no return.
    pub double: &'static str,
    /// The done part of a bar.
    pub full: &'static str,
    /// The rest of a bar.
    pub empty: &'static str,
    /// A tick on a bar: p50 and p95.
    pub tick: &'static str,
    /// Multiplied by.
    pub times: &'static str,
    /// Text goes on; one to three cells.
    pub ellipsis: &'static str,
    dots: Dots,
    ascii: bool,
}

impl Glyphs {
    /// The usual set.
    #[must_use]
    pub const fn unicode() -> Self {
        Self {
            ok: "●",
            look: "▲",
            bad: "■",
            unknown: "?",
            spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            border: border::PLAIN,
            arrow: "→",
            bullet: "·",
            check: "✓",
            running: "▸",
            dash: "–",
            rule: "─",
            double: "═",
            full: "▓",
            empty: "░",
            tick: "┊",
            times: "×",
            ellipsis: "…",
            dots: Dots::Braille,
            ascii: false,
        }
    }

    /// The set for terminals and fonts that have nothing else.
    #[must_use]
    pub const fn ascii() -> Self {
        Self {
            ok: "o",
            look: "^",
            bad: "#",
            unknown: "?",
            spark: ["_", ".", ":", "-", "=", "+", "*", "@"],
            border: ASCII_BORDER,
            arrow: "->",
            bullet: ".",
            check: "v",
            running: ">",
            dash: "-",
            rule: "-",
            double: "=",
            full: "#",
            empty: ".",
            tick: "|",
            times: "x",
            ellipsis: "...",
            dots: Dots::Ascii,
            ascii: true,
        }
    }

    /// It holds nothing but ASCII.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// What charts are drawn with.
    #[must_use]
    pub fn dots(&self) -> Dots {
        self.dots
    }

    /// The same with charts and trends drawn with these; a set of ASCII alone stays so.
    #[must_use]
    pub fn charting(self, dots: Dots) -> Self {
        match dots {
            _ if self.ascii => self,
            Dots::Ascii => Self { dots, spark: Self::ascii().spark, ..self },
            Dots::Braille | Dots::Blocks => Self { dots, spark: Self::unicode().spark, ..self },
        }
    }

    /// The tick at the left edge of a chart.
    #[must_use]
    pub fn axis(&self) -> &'static str {
        if self.ascii { "|" } else { "┤" }
    }

    /// The shape of a lamp.
    #[must_use]
    pub fn lamp(&self, lamp: Lamp) -> &'static str {
        match lamp {
            Lamp::Ok => self.ok,
            Lamp::Look => self.look,
            Lamp::Bad => self.bad,
            Lamp::Unknown => self.unknown,
        }
    }

    /// A sentence in this set. What it has no likeness for, as a letter of a name, becomes `?`.
    #[must_use]
    pub fn text<'a>(&self, sentence: &'a str) -> Cow<'a, str> {
        if !self.ascii || sentence.is_ascii() {
            return Cow::Borrowed(sentence);
        }
        let mut plain = String::with_capacity(sentence.len());
        for letter in sentence.chars() {
            match likeness(letter) {
                Some(text) => plain.push_str(text),
                None if letter.is_ascii() => plain.push(letter),
                None => plain.extend(std::iter::repeat_n('?', letter.width().unwrap_or(0))),
            }
        }
        Cow::Owned(plain)
    }
}

/// What a letter that the program itself writes looks like in ASCII.
fn likeness(letter: char) -> Option<&'static str> {
    Some(match letter {
        '→' => "->",
        '←' => "<-",
        '…' => "...",
        '×' => "x",
        '−' | '–' | '—' | '─' | '┈' => "-",
        '═' | '▄' | '▅' => "=",
        '·' | '░' | '▂' | '▃' => ".",
        '●' => "o",
        '▲' => "^",
        '■' | '▓' => "#",
        '✓' => "v",
        '▸' => ">",
        '│' | '┊' | '┤' | '├' => "|",
        '┌' | '┐' | '└' | '┘' | '┬' | '┴' | '┼' => "+",
        '▁' => "_",
        '▆' | '▇' | '█' | '\u{2801}'..='\u{28ff}' => "*",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        '\u{a0}' | '\u{2800}' => " ",
        _ => return None,
    })
}

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
