//! Wrong files: what is said, where, and how much of it.

use std::fmt::Write as _;

use pointsman::config;

use super::FULL;

/// Replaces lines of the full file where they first stand together, and tells what is said of the outcome.
fn said(out: &str, put: &str) -> String {
    let found = FULL.match_indices(out).find(|(at, _)| *at == 0 || FULL[..*at].ends_with('\n'));
    let Some((at, _)) = found else { return format!("  the full file has no such lines: {out:?}\n") };
    let first = FULL[..at].matches('\n').count() + 1;
    let text = format!("{}{put}{}", &FULL[..at], &FULL[at + out.len()..]);
    let (list, mark) = match config::parse(&text, "pointsman.toml") {
        Ok(config) => (config.warnings, "warning: "),
        Err(problems) => (problems.list().to_vec(), ""),
    };
    let mut said = String::new();
    for problem in list {
        let line = problem.line.cast_signed() - first.cast_signed();
        let told = writeln!(said, "  {line:+}:{}: {mark}{}: {}", problem.column, problem.key, problem.what);
        assert_eq!(told, Ok(()), "a String takes everything");
    }
    said
}

/// Lines with their ends.
fn ended<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The cases with what is really said.
fn retold(cases: &str) -> String {
    let mut told = String::new();
    for case in cases.split("\n\n") {
        let lines = |mark: char| {
            let marked = case.lines().filter_map(move |line| line.strip_prefix(mark));
            ended(marked.map(|line| line.strip_prefix(' ').unwrap_or(line)))
        };
        told.push_str(&ended(case.lines().filter(|line| !line.starts_with("  "))));
        if !case.starts_with('#') {
            told.push_str(&said(&lines('-'), &lines('+')));
        }
        told.push('\n');
    }
    told.truncate(told.trim_end().len() + 1);
    told
}

#[test]
fn every_wrong_file_is_told_what_is_wrong_with_it() {
    let cases = include_str!("refused.txt");
    let told = retold(cases);
    for case in told.split("\n\n").filter(|case| !case.starts_with('#')) {
        assert!(case.lines().any(|line| line.starts_with("  ")), "nothing is said of:\n{case}");
    }
    crate::written::compare_or_write("tests/config/refused.txt", &told);
}

#[test]
fn everything_is_said_at_once_and_in_order() {
    let text = "[workload]\nname = 5\nenvirnment = \"x\"\n[objectives]\nrto = \"soon\"\nrpo = \"30s\"\n\
        [[regions]]\nname = \"us-east-1\"\n[dns]\n";
    let problems = config::parse(text, "some/pointsman.toml").expect_err("it is wrong");
    let expected = "\
some/pointsman.toml:1:1: workload: \"environment\" is missing: text in quotes
some/pointsman.toml:2:8: workload.name: expected text in quotes, found a whole number
some/pointsman.toml:3:1: workload.envirnment: unknown key; did you mean \"environment\"?
some/pointsman.toml:5:7: objectives.rto: \"soon\" is no span; write it as \"30s\", \"10m\" or \"1h30m\"
some/pointsman.toml:7:1: regions: needs at least two Regions; with one there is nowhere to go
some/pointsman.toml:9:1: dns: expected tables [[dns]], found a table";
    assert_eq!(problems.to_string(), expected);
}

#[test]
fn an_empty_file_is_told_what_it_needs() {
    let problems = config::parse("", "f").expect_err("it is empty");
    let expected = "\
f:1:1: \"objectives\" is missing: a table [objectives]
f:1:1: \"regions\" is missing: tables [[regions]]
f:1:1: \"workload\" is missing: a table [workload]";
    assert_eq!(problems.to_string(), expected);
}

#[test]
fn only_what_syntax_cannot_have_caused_is_said_beside_it() {
    let text = "[workload]\nname = \nwrong = 1\n[objectives]\nrto = 5\n";
    let problems = config::parse(text, "f").expect_err("it is no TOML");
    let expected = "\
f:2:8: not TOML: string values must be quoted, expected literal string
f:5:7: objectives.rto: expected a span such as \"30s\", found a whole number";
    assert_eq!(problems.to_string(), expected);
}
