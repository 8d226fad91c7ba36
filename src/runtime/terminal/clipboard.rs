//! The way of a text to the clipboard of the terminal that the operator sits at: OSC 52, through tmux and screen.
//!
//! Nothing is asked of the terminal and nothing comes back, so whether it took the text is not known.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Kind;

/// What lies between the console and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Nothing.
    Direct,
    /// tmux: it takes the sequence itself where `set-clipboard` is on, and passes it through where
    /// `allow-passthrough` is on. Neither is known, so both are sent.
    Tmux,
    /// GNU screen, which passes strings on in short pieces only.
    Screen,
}

/// GNU screen drops a string that is longer than its buffer, of 768 bytes in old versions.
const PIECE: usize = 240;

impl Way {
    /// The way by the kind of the terminal; `None` where there is none.
    pub(super) fn of(kind: Kind, in_tmux: bool) -> Option<Self> {
        match kind {
            Kind::Full if in_tmux => Some(Self::Tmux),
            Kind::Full => Some(Self::Direct),
            Kind::Screen => Some(Self::Screen),
            Kind::Linux | Kind::Vt100 => None,
        }
    }

    /// The bytes that carry a text.
    pub(super) fn sequence(self, text: &str) -> Vec<u8> {
        let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
        match self {
            Self::Direct => plain.into_bytes(),
            Self::Tmux => {
                let through = plain.replace('\x1b', "\x1b\x1b");
                format!("{plain}\x1bPtmux;{through}\x1b\\").into_bytes()
            }
            Self::Screen => {
                let pieces = plain.as_bytes().chunks(PIECE);
                pieces.flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat()).collect()
            }
        }
    }
}

/// The console is inside tmux.
pub(super) fn in_tmux() -> bool {
    std::env::var_os("TMUX").is_some_and(|socket| !socket.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(kind: Kind, in_tmux: bool, text: &str) -> String {
        String::from_utf8(Way::of(kind, in_tmux).unwrap().sequence(text)).unwrap()
    }

    #[test]
    fn a_text_goes_out_as_osc_52() {
        assert_eq!(sequence(Kind::Full, false, "orders →"), "\x1b]52;c;b3JkZXJzIOKGkg==\x07");
    }

    #[test]
    fn tmux_is_told_itself_and_asked_to_pass_it_through() {
        let wanted = "\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\";
        assert_eq!(sequence(Kind::Full, true, "a"), wanted);
    }

    #[test]
    fn screen_gets_it_in_pieces() {
        let bytes = sequence(Kind::Screen, false, &"x".repeat(600));
        let pieces: Vec<&str> =
            bytes.split("\x1b\\").filter(|piece| !piece.is_empty()).map(|piece| &piece[2..]).collect();
        assert!(pieces.len() > 3 && pieces.iter().all(|piece| piece.len() <= PIECE), "{pieces:?}");
        let plain = sequence(Kind::Full, false, &"x".repeat(600));
        assert_eq!(pieces.concat(), plain);
    }

    #[test]
    fn a_terminal_without_the_sequence_is_sent_nothing() {
        assert_eq!((Way::of(Kind::Linux, false), Way::of(Kind::Vt100, true)), (None, None));
    }
}
