//! What kind of terminal it is, by its `TERM`: which sequences it knows.
//!
//! Nothing is ever asked of the terminal: an answer that does not come would be waited for. What a kind does not know
//! is not sent to it.

/// A family of terminals that know the same sequences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// xterm and all that follow it, tmux among them: synchronized updates, focus, bracketed paste, 256 colours.
    #[default]
    Full = 1,
    /// GNU screen, or a tmux that goes by its name behind another host: 256 colours, but none of the three reports.
    Screen = 2,
    /// The console of the Linux kernel: eight colours and their bright ones, no second screen.
    Linux = 3,
    /// A VT100 and its kind: bold, underline, blink and reverse, and a cursor that cannot be hidden.
    Vt100 = 4,
}

impl Kind {
    /// The kind of a terminal by its name; `None` for one that cannot place a cursor, or that is not named. An unknown
    /// name is taken for one of today's. Inside tmux `screen` is tmux.
    #[must_use]
    pub fn of(term: Option<&str>, in_tmux: bool) -> Option<Self> {
        let term = term.unwrap_or_default();
        let is = |names: &[&str]| {
            names.iter().any(|name| {
                term.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
            })
        };
        match term {
            "" | "dumb" | "unknown" | "network" | "cons" => None,
            _ if is(&["screen"]) && !in_tmux => Some(Self::Screen),
            _ if is(&["linux"]) => Some(Self::Linux),
            _ if is(&["ansi", "pcansi", "cygwin"]) => Some(Self::Vt100),
            _ if term.starts_with("vt") && term[2..].starts_with(|c: char| c.is_ascii_digit()) => {
                Some(Self::Vt100)
            }
            _ => Some(Self::Full),
        }
    }

    /// The kind that was kept as a number.
    pub(super) fn kept(number: u8) -> Option<Self> {
        [Self::Full, Self::Screen, Self::Linux, Self::Vt100].into_iter().find(|kind| *kind as u8 == number)
    }

    /// It can be told where a frame begins and ends (mode 2026), when it has the focus (1004) and what is pasted (2004).
    #[must_use]
    pub fn reports(self) -> bool {
        self == Self::Full
    }

    /// It has a second screen (mode 1049), so that what was there before comes back.
    #[must_use]
    pub fn has_second_screen(self) -> bool {
        matches!(self, Self::Full | Self::Screen)
    }

    /// It can hide its cursor.
    #[must_use]
    pub fn hides_cursor(self) -> bool {
        self != Self::Vt100
    }

    /// It has colours at all.
    #[must_use]
    pub fn has_colors(self) -> bool {
        self != Self::Vt100
    }

    /// Its font has the shapes that the console draws with.
    #[must_use]
    pub fn has_shapes(self) -> bool {
        matches!(self, Self::Full | Self::Screen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_terminal_knows() {
        let of = |term| Kind::of(Some(term), false);
        for term in [
            "xterm-256color",
            "xterm",
            "tmux-256color",
            "alacritty",
            "xterm-kitty",
            "ghostty",
            "vte-256color",
        ] {
            assert_eq!(of(term), Some(Kind::Full), "{term}");
        }
        assert_eq!(of("screen-256color"), Some(Kind::Screen));
        assert_eq!(of("screen.xterm-256color"), Some(Kind::Screen));
        assert_eq!(Kind::of(Some("screen-256color"), true), Some(Kind::Full));
        assert_eq!(of("linux"), Some(Kind::Linux));
        assert_eq!(of("linux-16color"), Some(Kind::Linux));
        assert_eq!(
            (of("vt100"), of("vt220"), of("ansi")),
            (Some(Kind::Vt100), Some(Kind::Vt100), Some(Kind::Vt100))
        );
        assert_eq!((of("dumb"), of(""), Kind::of(None, true)), (None, None, None));
    }

    #[test]
    fn a_kind_is_kept_as_its_number() {
        for kind in [Kind::Full, Kind::Screen, Kind::Linux, Kind::Vt100] {
            assert_eq!(Kind::kept(kind as u8), Some(kind));
        }
        assert_eq!(Kind::kept(0), None);
    }
}
