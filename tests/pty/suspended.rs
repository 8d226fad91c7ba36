//! Stopped by the shell and let go on: the terminal is the shell's meanwhile, and a run is not stopped with it.

use super::hands::{MIDDLE, begin};
use super::terminal::{Terminal, state};

const SMALL: (u16, u16) = (24, 80);

fn demo() -> String {
    format!("{} demo --scenario calm", env!("CARGO_BIN_EXE_pointsman"))
}

fn stands_still(console: &Terminal) {
    while console.state() != Some('T') {
        assert!(console.is_alive(), "it ended");
        std::thread::yield_now();
    }
}

/// The shell has its terminal back and takes a command, until it lets the console go on.
fn is_the_shells(shell: &mut Terminal) {
    shell.prompts();
    shell.is_given_back();
    shell.shows("Stopped");
    assert_eq!(state(shell.child("pointsman").unwrap()), Some('T'));
    assert!(!shell.text().contains("WATCH"), "the screen is the shell's:\n{}", shell.text());
    shell.send(b"echo $((6 * 7))\r");
    shell.shows("42");
    shell.send(b"fg\r");
    shell.shows("● us-west-2 ok");
    assert!(shell.is_taken());
}

/// Leaves the console by its keys, and the shell after it.
fn leaves(mut shell: Terminal, told: &str) {
    shell.press("?");
    shell.shows("KEYS");
    shell.press("\x1bq");
    shell.prompts();
    shell.is_given_back();
    shell.send(b"echo left=$?\r");
    shell.shows(told);
    shell.shows("left=0");
    shell.send(b"exit\r");
    assert_eq!(shell.exit_code(), 0);
}

#[test]
fn ctrl_z_gives_the_shell_its_terminal_and_fg_takes_it_again() {
    let mut shell = Terminal::in_shell(&demo(), SMALL);
    shell.shows("● us-west-2 ok");
    for _ in 0..2 {
        shell.press("\x1a");
        is_the_shells(&mut shell);
    }
    leaves(shell, "left=0");
}

#[test]
fn a_stop_that_somebody_sends_is_the_same() {
    let mut shell = Terminal::in_shell(&demo(), SMALL);
    shell.shows("● us-west-2 ok");
    let console = shell.child("pointsman").unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TSTP", &console]).status().unwrap().success());
    is_the_shells(&mut shell);
    leaves(shell, "left=0");
}

#[test]
fn what_wraps_the_console_stops_with_it() {
    let line = format!("sh -c '{}; echo wrapped=$?'", demo());
    let mut shell = Terminal::in_shell(&line, SMALL);
    shell.shows("● us-west-2 ok");
    shell.press("\x1a");
    is_the_shells(&mut shell);
    leaves(shell, "wrapped=0");
}

#[test]
fn without_a_shell_that_could_let_it_go_on_it_does_not_stop() {
    let mut console = Terminal::demo("calm", 1, SMALL);
    console.shows("● us-west-2 ok");
    console.press("\x1a");
    console.shows("no shell waits behind this console");
    console.press("?");
    console.shows("KEYS");
    console.signal("-TSTP");
    console.press("\x1b");
    console.shows("no shell waits behind this console");
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.is_given_back();
}

#[test]
fn one_that_was_stopped_unasked_draws_itself_anew() {
    let mut console = Terminal::demo("calm", 1, SMALL);
    console.shows("● us-west-2 ok");
    console.signal("-STOP");
    stands_still(&console);
    let before = console.count();
    console.signal("-CONT");
    console.until("a whole frame", |_| {
        String::from_utf8_lossy(&console.written()[before..]).contains("\x1b[2J")
            && console.count() > before + 1000
    });
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_run_that_is_driven_here_is_not_stopped() {
    let mut console = Terminal::demo("calm", 20, MIDDLE);
    console.shows("● us-west-2 ok");
    begin(&mut console, "evacuate   us-east-1");
    console.signal("-TSTP");
    console.shows("a run is driven here: not suspended");
    console.until("the run at its end", |screen| {
        screen.contents().contains("WATCH") || screen.contents().contains("ARMED")
    });
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    assert!(console.journal(&["list"]).contains("steps confirmed"), "{}", console.journal(&["list"]));
}
