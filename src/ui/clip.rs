//! Text on its way to the operator's clipboard, cut at whole lines to what a terminal takes.
//!
//! It sends nothing: the terminal does, and may refuse. No control character is ever in it but the end of a line.

use super::widgets::paint;

/// The most bytes of a text: as base64 they stay below the 100,000 that terminals take in one sequence.
pub const MOST: usize = 74_000;

/// What is to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    text: String,
    said: String,
}

impl Clip {
    /// So much of these lines as a terminal takes; `None` when there is nothing in them. `what` says what they are.
    #[must_use]
    pub fn new(what: &str, lines: &[String]) -> Option<Self> {
        let mut text = String::new();
        let mut kept = 0;
        for line in lines {
            let line = paint::clean(line);
            let end = usize::from(kept > 0);
            if text.len() + end + line.len() > MOST {
                break;
            }
            if end > 0 {
                text.push('\n');
            }
            text.push_str(&line);
            kept += 1;
        }
        if text.trim().is_empty() && kept == lines.len() {
            return None;
        }
        let plural = if kept == 1 { "" } else { "s" };
        let bytes = text.len();
        let said = if kept == lines.len() {
            format!("copied {what}: {kept} line{plural}, {bytes} bytes, to the terminal's clipboard")
        } else {
            format!(
                "copied the first {kept} of {} lines of {what}: a terminal takes {MOST} bytes",
                lines.len()
            )
        };
        Some(Self { text, said })
    }

    /// So much of it as a thin line carries; the same where it carries all, `None` where not even the first line.
    #[must_use]
    pub fn within(&self, bytes: usize) -> Option<Self> {
        if self.text.len() <= bytes {
            return Some(self.clone());
        }
        let end = self.text.match_indices('\n').map(|(at, _)| at).take_while(|at| *at <= bytes).last()?;
        let text = self.text[..end].to_owned();
        let (kept, all) = (text.lines().count(), self.text.lines().count());
        let said = format!("copied the first {kept} of {all} lines: this line carries no more in a moment");
        Some(Self { text, said })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is said of it, once the terminal was told.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_at_a_line_and_said_so() {
        let line = "x".repeat(999);
        let clip = Clip::new("Journal", &vec![line; 100]).unwrap();
        assert_eq!(clip.text().len(), 74 * 1000 - 1);
        assert_eq!(clip.said(), "copied the first 74 of 100 lines of Journal: a terminal takes 74000 bytes");
    }

    #[test]
    fn a_thin_line_takes_whole_lines_and_says_how_many() {
        let clip = Clip::new("Journal", &["one".to_owned(), "two".to_owned(), "three".to_owned()]).unwrap();
        assert_eq!(clip.within(13), Some(clip.clone()));
        let cut = clip.within(12).unwrap();
        assert_eq!(cut.text(), "one\ntwo");
        assert_eq!(cut.said(), "copied the first 2 of 3 lines: this line carries no more in a moment");
        assert_eq!(clip.within(7).unwrap().text(), "one\ntwo");
        assert_eq!(clip.within(2), None);
    }

    #[test]
    fn nothing_is_no_clip_and_no_control_character_gets_through() {
        assert_eq!(Clip::new("the row", &[]), None);
        assert_eq!(Clip::new("the row", &[" ".to_owned()]), None);
        let clip = Clip::new("the row", &["a\x1b]52;c;x\x07\nb".to_owned()]).unwrap();
        assert_eq!(clip.text(), "a ]52;c;x  b");
        assert_eq!(clip.said(), "copied the row: 1 line, 12 bytes, to the terminal's clipboard");
    }
}
