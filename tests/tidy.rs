//! Holds the house: who may import whom, that every module says what it is for, and that none grows past one idea.

use std::fs;
use std::path::{Path, PathBuf};

/// One row of the import table: a module, what of this crate it may import, and which crates it must never name.
struct Row {
    module: &'static str,
    may_import: &'static [&'static str],
    never_names: &'static [&'static str],
}

const AWS: &str = "aws_";

/// The most specific row that fits a file counts, so `plan::run` stands before `plan`.
const TABLE: &[Row] = &[
    Row { module: "clock", may_import: &[], never_names: &[AWS, "ratatui", "crossterm"] },
    Row { module: "model", may_import: &[], never_names: &[AWS, "tokio", "ratatui", "crossterm"] },
    Row {
        module: "config",
        may_import: &["model"],
        never_names: &[AWS, "tokio", "futures", "ratatui", "crossterm"],
    },
    Row { module: "dns", may_import: &["model"], never_names: &[AWS, "ratatui", "crossterm"] },
    Row {
        module: "plan::run",
        may_import: &["model", "plan", "clock"],
        never_names: &[AWS, "ratatui", "crossterm"],
    },
    Row { module: "plan", may_import: &["model"], never_names: &[AWS, "tokio", "ratatui", "crossterm"] },
    Row { module: "ledger", may_import: &["model", "plan"], never_names: &[AWS, "ratatui", "crossterm"] },
    Row {
        module: "aws",
        may_import: &["model", "config", "plan", "ledger", "clock", "dns"],
        never_names: &["ratatui", "crossterm"],
    },
    Row {
        module: "sampler",
        may_import: &["model", "config", "aws", "clock"],
        never_names: &[AWS, "ratatui", "crossterm"],
    },
    Row {
        module: "sim",
        may_import: &["model", "config", "clock"],
        never_names: &[AWS, "ratatui", "crossterm"],
    },
    Row {
        module: "report",
        may_import: &["model", "plan", "ledger"],
        never_names: &[AWS, "tokio", "ratatui", "crossterm"],
    },
    Row {
        module: "ui",
        may_import: &["model", "plan"],
        never_names: &[AWS, "tokio", "crossterm", "plan::run"],
    },
    Row {
        module: "app",
        may_import: &["model", "plan", "ui"],
        never_names: &[AWS, "tokio", "crossterm", "plan::run"],
    },
    // Only `aws` speaks to AWS; this speaks to whoever is to be told.
    Row { module: "webhook", may_import: &["config", "plan"], never_names: &[AWS, "ratatui", "crossterm"] },
    Row {
        module: "runtime",
        may_import: &[
            "webhook", "clock", "model", "config", "plan", "ledger", "aws", "sampler", "report", "ui", "app",
        ],
        never_names: &[AWS],
    },
    Row {
        module: "cli",
        may_import: &[
            "webhook", "clock", "model", "config", "plan", "ledger", "aws", "sampler", "sim", "report", "ui",
            "app", "runtime",
        ],
        never_names: &[AWS],
    },
];

/// Longest file that one can still hold in one's head, without its tests.
const LONGEST: usize = 500;

#[test]
fn imports_follow_the_table() {
    let mut wrong = Vec::new();
    for file in sources() {
        let (module, code) = (module_of(&file), production_code(&file));
        let Some(row) = TABLE.iter().find(|r| fits(&module, r.module)) else {
            assert!(["lib", "main"].contains(&module.as_str()), "{module} has no row in the import table");
            continue;
        };
        let own = row.module.split("::").next().unwrap_or_default();
        for imported in imports(&code) {
            if imported != own && !row.may_import.contains(&imported.as_str()) {
                wrong.push(format!("{} imports {imported}", file.display()));
            }
        }
        for name in row.never_names {
            if names(&code, name) {
                wrong.push(format!("{} names {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "against the import table:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let headless: Vec<_> = sources()
        .into_iter()
        .filter(|f| !fs::read_to_string(f).unwrap().starts_with("//! "))
        .map(|f| f.display().to_string())
        .collect();
    assert!(headless.is_empty(), "without a head:\n{}", headless.join("\n"));
}

#[test]
fn no_file_grows_past_one_idea() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|f| (production_code(&f).lines().count(), f))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, f)| format!("{lines} {}", f.display()))
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST} lines without tests:\n{}", long.join("\n"));
}

#[test]
fn the_import_scanner_sees_imports() {
    assert_eq!(imports("use crate::aws::x; crate::ui::y()"), ["aws", "ui"]);
    assert_eq!(
        imports("use crate::{\n    app::App,\n    model::{a, b},\n    ui,\n};"),
        ["app", "model", "ui"]
    );
    assert!(names("use tokio::sync;", "tokio") && !names("use mytokio::x;", "tokio"));
    assert!(names("aws_sdk_rds::Client", "aws_") && !names("//! aws_sdk", "aws_"));
}

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

fn module_of(file: &Path) -> String {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = file.strip_prefix(src).unwrap().with_extension("");
    inside.iter().map(|p| p.to_string_lossy()).collect::<Vec<_>>().join("::")
}

fn fits(module: &str, row: &str) -> bool {
    module == row || module.strip_prefix(row).is_some_and(|rest| rest.starts_with("::"))
}

/// The file without its unit tests and without comments.
fn production_code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    // Test modules in files of their own may import what they test with.
    if file.file_stem().is_some_and(|s| s == "tests") || file.parent().is_some_and(|p| p.ends_with("tests")) {
        return String::new();
    }
    let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.to_owned()
}

fn without_comments(code: &str) -> String {
    code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// First path segments after `crate::`, also inside `crate::{…}`.
fn imports(code: &str) -> Vec<String> {
    let code = without_comments(code);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads_of_group(group)),
            None => found.push(word(rest)),
        }
    }
    found.sort();
    found.dedup();
    found
}

fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut start) = (0_i32, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && c.is_alphabetic() => {
                heads.push(word(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn names(code: &str, name: &str) -> bool {
    let code = without_comments(code);
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        let open_end = name.ends_with('_') || !after.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let path_like = name.ends_with('_') || after == Some(':') || after == Some(';') || after == Some(' ');
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"' || c == '.')
            && open_end
            && path_like
    })
}
