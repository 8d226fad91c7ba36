//! What goes over the line: whole frames, changes only, within a budget; and what becomes of a key, a pane and a line
//! that is gone.

use std::time::{Duration, Instant};

use super::terminal::Terminal;
use crate::cli::stage::Stage;

const SMALL: (u16, u16) = (24, 80);
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// A console of a simulator elsewhere, with this in its `[screen]`.
fn console_with(stage: &Stage, screen: &str, args: &[&str]) -> Terminal {
    stage.desk.change("theme = \"dark\"", &format!("theme = \"dark\"\n{screen}"));
    let config = stage.desk.config_file();
    let mut words = vec!["--config", config.to_str().unwrap()];
    words.extend(args);
    Terminal::with(&words, SMALL, &[])
}

fn is_well(console: &Terminal) {
    console.until("both Regions ok", |screen| {
        let text = screen.contents();
        text.contains("● us-east-1 ok") && text.contains("● us-west-2 ok")
    });
}

#[test]
fn every_byte_is_in_a_frame_and_only_the_first_of_a_size_clears() {
    let mut console = Terminal::demo("calm", 20, SMALL);
    is_well(&console);
    for keys in ["2", "?", "\x1b", "z", "z"] {
        console.press(keys);
    }
    console.resize(30, 100);
    console.until("the other size in use", |screen| {
        screen.contents().lines().any(|line| line.chars().count() == 100)
    });
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.is_given_back();
    let text = String::from_utf8(console.written()).unwrap();
    let (taken, rest) = text.split_once(BEGIN).unwrap();
    assert_eq!(taken, "\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[?25l");
    let mut frames: Vec<&str> = rest.split(BEGIN).collect();
    let last = frames.pop().unwrap();
    let (last, left) = last.split_once(END).unwrap();
    assert_eq!(left, "\x1b[?1006l\x1b[?1000l\x1b[?2026l\x1b[?1004l\x1b[?2004l\x1b[2J\x1b[?1049l\x1b[?25h");
    let frames: Vec<&str> =
        frames.into_iter().map(|frame| frame.strip_suffix(END).unwrap()).chain([last]).collect();
    let outside = frames.iter().find(|frame| frame.contains("?2026"));
    assert_eq!(outside, None, "one frame, one update");
    let clears = frames.iter().filter(|frame| frame.contains("\x1b[2J")).count();
    assert!((2..=3).contains(&clears), "{clears} frames of {} clear", frames.len());
    assert!(frames.iter().all(|frame| !frame.is_empty()), "an empty frame was written");
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    let stage = Stage::new("calm", 1);
    let mut console = console_with(&stage, "tick = \"1h\"", &[]);
    is_well(&console);
    console.press("f");
    console.shows("FROZEN");
    let before = console.count();
    // No key of the console.
    for _ in 0..5 {
        console.press("\u{7}");
    }
    console.press("3");
    console.until("another pane with the focus", |_| console.count() > before);
    console.press("2");
    let text = || String::from_utf8(console.written()[before..].to_vec()).unwrap();
    console.until("the next one too", |_| text().matches(END).count() == 2);
    assert_eq!(text().matches(BEGIN).count(), 2, "{:?}", text());
}

#[test]
fn clocks_can_be_slowed() {
    let stage = Stage::new("calm", 1);
    let mut console = console_with(&stage, "tick = \"1h\"", &[]);
    is_well(&console);
    let clock = |text: &str| text.lines().next().unwrap().trim_end().to_owned();
    let first = clock(&console.text());
    // Each key is a new frame, over more than a second.
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(2200) {
        console.press("2");
        console.press("1");
    }
    let last = clock(&console.text());
    assert_eq!(first[first.len() - 12..], last[last.len() - 12..], "the clock moved");
}

#[test]
fn a_thin_line_leaves_charts_out_then_slows_clocks_and_never_an_alarm() {
    let stage = Stage::new("calm", 20);
    let mut console = console_with(&stage, "", &["--bytes-per-second", "150"]);
    console.shows("THIN LINE");
    console.until("no charts", |screen| {
        !screen.contents().chars().any(|c| ('\u{2800}'..='\u{28ff}').contains(&c))
    });
    console.press("?");
    console.shows("KEYS");
    console.press("\x1b");
    stage.inject("{\"kind\": \"region-impaired\", \"region\": \"us-east-1\", \"severity\": 0.9}");
    // The header may be too full for whole names, the situation never is.
    console.shows("us-east-1 bad");
    // What was written is what was allowed, the first frame, and what keys and alarms took.
    let allowed = console.started.elapsed().as_secs() * 150 + 25_000;
    let written = u64::try_from(console.count()).unwrap();
    assert!(written < allowed, "{written} bytes of {allowed}");
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_pane_that_falls_over_is_its_error_and_the_rest_lives() {
    let asked = [("POINTSMAN_TEST_PANIC", "Replication")];
    let mut console = Terminal::with(&["demo", "--scenario", "calm"], SMALL, &asked);
    console.shows("This pane fell over: a panic in");
    is_well(&console);
    console.shows("Traffic");
    console.press("2jz");
    console.shows("tried again with each frame");
    console.press("z3j");
    console.press("?");
    console.shows("KEYS");
    console.press("\x1bq");
    assert_eq!(console.exit_code(), 0);
    console.is_given_back();
}

#[test]
fn a_line_that_is_gone_without_a_word_ends_the_console() {
    // In a session of its own nobody sends it a hang-up: it finds out by itself.
    let words = format!("exec setsid -w {} demo --scenario calm", env!("CARGO_BIN_EXE_pointsman"));
    let mut console = Terminal::of("/bin/sh", &["-c", &words], SMALL);
    console.shows("WATCH");
    let worlds = || -> usize {
        let folder = std::fs::read_dir(console_folder(&console)).unwrap();
        folder
            .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with("demo-"))
            .count()
    };
    assert_eq!(worlds(), 1, "the file of the world is there while the process is");
    let folder = console_folder(&console);
    console.cut();
    let late = Instant::now() + Duration::from_mins(2);
    let is_there = || {
        let mut files = std::fs::read_dir(&folder).unwrap();
        files.any(|file| file.unwrap().file_name().to_string_lossy().starts_with("demo-"))
    };
    while is_there() {
        assert!(Instant::now() < late, "it is still there");
        std::thread::yield_now();
    }
}

fn console_folder(console: &Terminal) -> std::path::PathBuf {
    console.folder().join("retail-store-demo")
}

#[test]
fn a_key_is_answered_while_every_endpoint_is_a_black_hole() {
    let (desk, _hole) = Stage::swallowed();
    let config = desk.config_file();
    let mut console = Terminal::with(&["--config", config.to_str().unwrap()], (40, 120), &[]);
    console.shows("reading…");
    let took = console.key_to_frame(60, Duration::ZERO);
    let (busy, peak) = console.cost();
    eprintln!("key to frame with every endpoint a black hole: median {:?}, worst {:?}", took[30], took[59]);
    eprintln!("that took {busy:?} of the processor and at most {} MiB", peak >> 20);
    assert!(took[30] < Duration::from_millis(250), "keys wait for the network: {took:?}");
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}
