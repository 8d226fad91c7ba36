//! What is wrong with a file: each problem with its place, all of them in the order of the lines.
//!
//! A problem must always lead to a place in the file and say what to do; it never ends the reading.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use thiserror::Error;

use super::value::KNOWN_REGIONS;

/// One thing that is wrong, or that looks wrong, at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named to the reader.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The path of the key, such as `regions[0].signals[1].look`; empty for the file as a whole.
    pub key: String,
    /// What is wrong and, where it can be told, what is right.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)
    }
}

/// Everything that is wrong with a file, sorted by place; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems in the order of the file.
    #[must_use]
    pub fn list(&self) -> &[Problem] {
        &self.0
    }

    /// The problems of several files; `None` when there are none.
    pub(super) fn of(list: Vec<Problem>) -> Option<Self> {
        (!list.is_empty()).then_some(Self(list))
    }

    /// For a reader that found nothing wrong and still has nothing to give.
    pub(super) fn unforeseen(file: &str) -> Self {
        let what = "cannot be read, for a reason that was not foreseen".to_owned();
        Self(vec![Problem { file: file.to_owned(), line: 1, column: 1, key: String::new(), what }])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// A place in the file: the byte where it begins and the path of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) key: String,
    pub(super) at: usize,
}

impl Place {
    pub(super) fn new(key: impl Into<String>, span: Range<usize>) -> Self {
        Self { key: key.into(), at: span.start }
    }

    /// An item of the list that this is.
    pub(super) fn item(&self, index: usize, span: Range<usize>) -> Self {
        Self::new(format!("{}[{index}]", self.key), span)
    }
}

/// How a problem came about; decides whether it is worth saying beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// It stands in the file.
    Written,
    /// It may be no more than the shadow of another problem, such as a missing key in a line that cannot be read.
    Shadow,
    /// It stands in the file, but after a syntax error it may only have come to stand in the wrong table.
    Strange,
    /// The file is not TOML there.
    Syntax,
    /// Nothing is refused for it.
    Warning,
}

/// Where every part of the reader reports to, so that one problem never hides the next.
pub(super) struct Sink<'a> {
    file: &'a str,
    text: &'a str,
    found: RefCell<Vec<Found>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Found {
    at: usize,
    cause: Cause,
    key: String,
    what: String,
}

impl<'a> Sink<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: RefCell::default() }
    }

    /// Refuses the file for what is written at a place.
    pub(super) fn refuse(&self, place: &Place, what: impl Into<String>) {
        self.push(place, Cause::Written, what.into());
    }

    /// Refuses the file for a key that nobody knows.
    pub(super) fn strange(&self, place: &Place, what: impl Into<String>) {
        self.push(place, Cause::Strange, what.into());
    }

    /// Refuses the file for what is not there; not said when the file is broken elsewhere.
    pub(super) fn miss(&self, place: &Place, what: impl Into<String>) {
        self.push(place, Cause::Shadow, what.into());
    }

    /// Refuses the file as not being TOML at a byte.
    pub(super) fn syntax(&self, span: Option<Range<usize>>, what: &str) {
        self.push(&Place::new("", span.unwrap_or_default()), Cause::Syntax, format!("not TOML: {what}"));
    }

    /// Says what looks wrong but may be meant.
    pub(super) fn warn(&self, place: &Place, what: impl Into<String>) {
        self.push(place, Cause::Warning, what.into());
    }

    /// Doubts a well-formed Region that this build has never heard of: it may be new, or a slip.
    pub(super) fn doubt(&self, place: &Place, region: &str) {
        if !KNOWN_REGIONS.contains(&region) {
            let near = hint(region, KNOWN_REGIONS.iter().copied());
            self.warn(place, format!("\"{region}\" is not a Region that this build knows{near}"));
        }
    }

    fn push(&self, place: &Place, cause: Cause, what: String) {
        self.found.borrow_mut().push(Found { at: place.at, cause, key: place.key.clone(), what });
    }

    /// The warnings, or all problems if there is one.
    pub(super) fn finish(self) -> Result<Vec<Problem>, Problems> {
        let Self { file, text, found } = self;
        let mut found: Vec<Found> = found.into_inner();
        found.sort_by(|a, b| (a.at, &a.key, &a.what).cmp(&(b.at, &b.key, &b.what)));
        found.dedup();
        let broken: Vec<usize> = found
            .iter()
            .filter(|found| found.cause == Cause::Syntax)
            .map(|found| position(text, found.at).0)
            .collect();
        let refused = found.iter().any(|found| found.cause != Cause::Warning);
        let mut list = Vec::new();
        for Found { at, cause, key, what } in found {
            let (line, column) = position(text, at);
            let worth_saying = match cause {
                Cause::Syntax => true,
                Cause::Written => !broken.contains(&line),
                Cause::Strange => broken.iter().all(|broken| *broken > line),
                Cause::Shadow => broken.is_empty(),
                Cause::Warning => !refused,
            };
            if worth_saying {
                list.push(Problem { file: file.to_owned(), line, column, key, what });
            }
        }
        if refused { Err(Problems(list)) } else { Ok(list) }
    }
}

/// Line and column of a byte, both from 1, the column in characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}

/// The candidate that was most likely meant, if one is near enough to be worth naming.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = word.to_lowercase();
    let far = (word.chars().count() / 4).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean "…"?`, or nothing when no candidate is near.
pub(super) fn hint<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"))
}

/// The same, but with all candidates after `otherwise` when none is near: `; there are …`.
pub(super) fn suggest(word: &str, candidates: &[&str], otherwise: &str) -> String {
    let near = hint(word, candidates.iter().copied());
    if near.is_empty() { format!("; {otherwise} {}", candidates.join(", ")) } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters_from_one() {
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("a\nbc", 3), (2, 2));
        assert_eq!(position("ä = 1", 2), (1, 2));
        assert_eq!(position("ä", 1), (1, 1), "inside a character is at it");
        assert_eq!(position("a\n", 99), (2, 1), "past the end is at the end");
    }

    #[test]
    fn names_only_what_is_near() {
        assert_eq!(nearest("dimensons", ["name", "dimensions"]), Some("dimensions"));
        assert_eq!(nearest("US-East-1", ["us-west-2", "us-east-1"]), Some("us-east-1"));
        assert_eq!(nearest("colour", ["name", "short"]), None);
        assert_eq!(nearest("x", ["y"]), Some("y"));
    }
}
