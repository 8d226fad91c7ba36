//! How many colours a terminal has, and what a theme's colours become where there are fewer.
//!
//! Sixteen is the default: they are the ones that the operator chose for the terminal. It reads no environment by
//! itself; the variables come in as a function.

use ratatui::style::{Color, Style};

/// How many colours can be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// None: what has a colour is drawn as the theme `mono` has it.
    None,
    /// The terminal's own sixteen.
    #[default]
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    True,
}

/// Terminals that have every colour without saying so in `COLORTERM`.
const TRUE: [&str; 7] = ["-direct", "truecolor", "kitty", "alacritty", "wezterm", "foot", "ghostty"];

/// Terminals that have none.
const PLAIN: [&str; 4] = ["dumb", "vt52", "vt100", "vt220"];

impl Depth {
    /// Every depth, from none on.
    pub const ALL: [Self; 4] = [Self::None, Self::Sixteen, Self::Indexed, Self::True];

    /// What the terminal says of itself by `TERM` and `COLORTERM`.
    ///
    /// GNU screen hands `COLORTERM` of the terminal around it on and has 256 colours at most; tmux turns every colour
    /// into one that the terminal around it has.
    #[must_use]
    pub fn of_terminal(variable: impl Fn(&str) -> Option<String>) -> Self {
        let says = |name: &str| variable(name).unwrap_or_default().to_ascii_lowercase();
        let (term, colors) = (says("TERM"), says("COLORTERM"));
        if PLAIN.contains(&term.as_str()) {
            return Self::None;
        }
        let many = if term.contains("256color") { Self::Indexed } else { Self::Sixteen };
        let in_screen = term.starts_with("screen") && says("TMUX").is_empty();
        if in_screen || term == "linux" {
            return many;
        }
        if matches!(colors.as_str(), "truecolor" | "24bit") || TRUE.iter().any(|name| term.contains(name)) {
            return Self::True;
        }
        many
    }

    /// Its name on the screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "no colour",
            Self::Sixteen => "16 colours",
            Self::Indexed => "256 colours",
            Self::True => "true colour",
        }
    }

    /// It can draw this colour as it is.
    pub(super) fn has(self, color: Color) -> bool {
        self >= match color {
            Color::Rgb(..) => Self::True,
            Color::Indexed(16..) => Self::Indexed,
            Color::Reset => Self::None,
            _ => Self::Sixteen,
        }
    }

    /// The colour nearest to this one that it can draw.
    pub(super) fn nearest(self, color: Color) -> Color {
        if self.has(color) {
            return color;
        }
        match (self, rgb(color)) {
            (Self::None, _) | (_, None) => Color::Reset,
            (Self::Indexed, Some(wanted)) => {
                let all = (16..=255).map(|n| (Color::Indexed(n), of_256(n)));
                closest(wanted, all)
            }
            (_, Some(wanted)) => closest(wanted, SIXTEEN),
        }
    }

    /// A style in these colours. Where two that differed become one, the text turns to black or white.
    pub(super) fn style(self, style: Style) -> Style {
        let (fg, bg) = (style.fg.map(|fg| self.nearest(fg)), style.bg.map(|bg| self.nearest(bg)));
        let lost = fg.is_some() && fg == bg && fg != Some(Color::Reset);
        let seen = bg.and_then(rgb).map(|ground| if is_pale(ground) { Color::Black } else { Color::White });
        Style { fg: if lost { seen } else { fg }, bg, ..style }
    }
}

type Rgb = (u8, u8, u8);

/// The sixteen as xterm draws them, to measure by; a terminal may draw them otherwise.
const SIXTEEN: [(Color, Rgb); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// What a colour looks like in xterm; nothing for the terminal's default.
#[must_use]
pub fn rgb(color: Color) -> Option<Rgb> {
    match color {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(n @ 16..) => Some(of_256(n)),
        Color::Indexed(n) => SIXTEEN.get(usize::from(n)).map(|(_, rgb)| *rgb),
        named => SIXTEEN.iter().find(|(color, _)| *color == named).map(|(_, rgb)| *rgb),
    }
}

/// The colour of that number: a cube of six levels, then greys.
fn of_256(number: u8) -> Rgb {
    if number >= 232 {
        let grey = 8 + 10 * (number - 232);
        return (grey, grey, grey);
    }
    let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
    let at = number.saturating_sub(16);
    (level(at / 36), level(at / 6 % 6), level(at % 6))
}

fn closest(wanted: Rgb, of: impl IntoIterator<Item = (Color, Rgb)>) -> Color {
    let nearest = of.into_iter().min_by_key(|(_, rgb)| distance(wanted, *rgb));
    nearest.map_or(Color::Reset, |(color, _)| color)
}

/// How unlike two colours look: squares of the differences, weighted by how much red there is, as eyes do it roughly.
fn distance(a: Rgb, b: Rgb) -> i64 {
    let difference = |a: u8, b: u8| i64::from(a) - i64::from(b);
    let red = i64::midpoint(i64::from(a.0), i64::from(b.0));
    let (r, g, b) = (difference(a.0, b.0), difference(a.1, b.1), difference(a.2, b.2));
    (512 + red) * r * r + 1024 * g * g + (767 - red) * b * b
}

fn is_pale((r, g, b): Rgb) -> bool {
    299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) > 128_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Depth {
        Depth::of_terminal(|name| {
            pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_terminal_has_what_it_says() {
        let cases: &[(&[(&str, &str)], Depth)] = &[
            (&[], Depth::Sixteen),
            (&[("TERM", "xterm")], Depth::Sixteen),
            (&[("TERM", "xterm-256color")], Depth::Indexed),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::True),
            (&[("TERM", "xterm-kitty")], Depth::True),
            (&[("TERM", "xterm-direct")], Depth::True),
            (&[("TERM", "screen-256color"), ("COLORTERM", "truecolor")], Depth::Indexed),
            (&[("TERM", "screen"), ("COLORTERM", "24bit")], Depth::Sixteen),
            (&[("TERM", "screen-256color"), ("TMUX", "/tmp/t,1,0"), ("COLORTERM", "24bit")], Depth::True),
            (&[("TERM", "tmux-256color"), ("TMUX", "/tmp/t,1,0")], Depth::Indexed),
            (&[("TERM", "linux"), ("COLORTERM", "truecolor")], Depth::Sixteen),
            (&[("TERM", "vt100")], Depth::None),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Depth::None),
        ];
        for (variables, wanted) in cases {
            assert_eq!(of(variables), *wanted, "{variables:?}");
        }
    }

    #[test]
    fn colours_become_the_nearest_that_are_there() {
        let orange = Color::Rgb(0xff, 0x87, 0x00);
        assert_eq!(Depth::True.nearest(orange), orange);
        assert_eq!(Depth::Indexed.nearest(orange), Color::Indexed(208));
        assert_eq!(Depth::Indexed.nearest(Color::Rgb(0x80, 0x80, 0x80)), Color::Indexed(244));
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(250, 10, 10)), Color::LightRed);
        assert_eq!(Depth::Sixteen.nearest(Color::Indexed(231)), Color::White);
        assert_eq!(Depth::Sixteen.nearest(Color::Red), Color::Red);
        assert_eq!(Depth::None.nearest(Color::Red), Color::Reset);
    }

    #[test]
    fn text_stays_apart_from_its_ground() {
        let near = Style::new().fg(Color::Rgb(250, 0, 0)).bg(Color::Rgb(255, 10, 10));
        assert_eq!(Depth::Sixteen.style(near), Style::new().fg(Color::White).bg(Color::LightRed));
        let pale = Style::new().fg(Color::Rgb(250, 255, 0)).bg(Color::Rgb(255, 250, 10));
        assert_eq!(Depth::Sixteen.style(pale).fg, Some(Color::Black));
    }
}
