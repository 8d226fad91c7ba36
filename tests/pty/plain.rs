//! `--plain`: lines instead of a screen, in a terminal of any kind and in none.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::hands::{MIDDLE, begin};
use super::terminal::Terminal;
use crate::cli::stage::Stage;

/// A reader of lines without a terminal.
struct Reader {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    heard: Vec<String>,
}

impl Reader {
    fn of(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, heard: Vec::new() }
    }

    /// Reads on until a line says this.
    #[track_caller]
    fn until(&mut self, text: &str) -> String {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            self.heard.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
        panic!("no `{text}` in\n{}", self.heard.join("\n"));
    }

    fn ends(&mut self, signal: &str) -> Option<i32> {
        assert!(
            Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It may have ended by itself already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

#[test]
fn a_change_is_one_line_with_its_time_and_no_escape() {
    let stage = Stage::new("calm", 20);
    let mut reader = Reader::of(stage.desk.command("--plain"));
    reader.until("watching retail-store SIMULATED");
    reader.until("us-west-2  unknown → ok");
    stage.inject("{\"kind\": \"region-impaired\", \"region\": \"us-east-1\", \"severity\": 0.9}");
    let line = reader.until("us-east-1  ok → ");
    assert!(line.as_bytes()[..8].iter().enumerate().all(|(at, b)| if at % 3 == 2 {
        *b == b':'
    } else {
        b.is_ascii_digit()
    }));
    let all = reader.heard.join("\n");
    assert!(!all.chars().any(|c| c.is_control() && c != '\n'), "{all:?}");
    assert!(all.contains("account  not read → 111122223333"), "{all}");
    assert_eq!(reader.ends("-TERM"), Some(143));
}

#[test]
fn a_run_is_followed_line_by_line_and_does_not_wait_for_whoever_reads() {
    let mut console = Terminal::demo("calm", 10, MIDDLE);
    console.shows("● us-west-2 ok");
    begin(&mut console, "failover");
    let mut reader = Reader::of(console.command(&["attach", "--plain"]));
    reader.until("mode  WATCH → RUNNING");
    // The mode is the first thing that is told of a second, and the run one of the last.
    reader.until("mode  RUNNING → WATCH");
    reader.until("→ confirmed");
    assert!(reader.heard.iter().any(|line| line.contains(" step ")), "{:?}", reader.heard);
    assert_eq!(reader.ends("-INT"), Some(130));
}

#[test]
fn a_dumb_terminal_has_lines_too() {
    let console =
        Terminal::with(&["demo", "--scenario", "calm", "--plain", "--ascii"], (24, 80), &[("TERM", "dumb")]);
    console.shows("unknown -> ok");
    console.signal("-INT");
    assert_eq!(console.exit_code(), 130);
    let written = console.written();
    assert!(written.is_ascii() && !written.contains(&0x1b), "{:?}", console.text());
}
