//! A wrong file never panics: the full file, shaken at random.

use pointsman::config;
use proptest::prelude::*;

use super::FULL;

/// Pieces that mean something to a reader, put where they do not belong.
const PIECES: &[&str] = &[
    "",
    "\n",
    "\"",
    "'",
    "[",
    "]]",
    "[[",
    "{",
    "}",
    "=",
    "#",
    ".",
    ",",
    "\u{0}",
    "ä",
    "🚦",
    "\r\n",
    "5",
    "-1",
    "1.5",
    "true",
    "nan",
    "1979-05-27",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "\"< 5\"",
    "\"never\"",
    "\"30s\"",
    "\"us-east-1\"",
    "\"99999999999999999999s\"",
    "0x1F",
    "\n[[regions]]\n",
    "\n[aurora]\n",
    "\n[routing]\n",
    "regions = 1\n",
    "99999999999999999999999999",
    "\"arn:aws:iam::1:role/\"",
    "preset = \"alb\"\n",
    "\"\\u0000\"",
    "\n[a.b.c]\n",
];

/// One blow: at a place of the file, so many characters are replaced by a piece.
fn blow() -> impl Strategy<Value = (prop::sample::Index, usize, &'static str)> {
    let length = prop_oneof![3 => 0..4_usize, 2 => 4..40_usize, 1 => 40..2000_usize];
    (any::<prop::sample::Index>(), length, prop::sample::select(PIECES))
}

fn shake(text: &str, blows: &[(prop::sample::Index, usize, &'static str)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (at, length, piece) in blows {
        let start = at.index(letters.len() + 1);
        let end = (start + length).min(letters.len());
        letters.splice(start..end, piece.chars());
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_shaken_file_is_read_or_refused_with_places(blows in prop::collection::vec(blow(), 1..6)) {
        let text = shake(FULL, &blows);
        let lines = text.matches('\n').count() + 1;
        let list = match config::parse(&text, "f") {
            Ok(config) => config.warnings,
            Err(problems) => {
                prop_assert!(!problems.list().is_empty());
                problems.list().to_vec()
            }
        };
        for pair in list.windows(2) {
            prop_assert!((pair[0].line, pair[0].column) <= (pair[1].line, pair[1].column));
        }
        for problem in &list {
            prop_assert!((1..=lines).contains(&problem.line) && problem.column >= 1, "{}", problem);
            prop_assert!(!problem.what.contains("not foreseen") && !problem.what.is_empty(), "{}", problem);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        prop_assert!(config::parse(&text, "f").is_err());
    }
}
