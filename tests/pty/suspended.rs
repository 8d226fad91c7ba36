//! Stopped by the shell and let go on: the terminal is the shell's meanwhile, and a run is not stopped with it.

use super::hands::{MIDDLE, begin};
use super::terminal::Terminal;

fn stands_still(console: &Terminal) {
    while console.state() != Some('T') {
        assert!(console.is_alive(), "it ended");
        std::thread::yield_now();
    }
}

#[test]
fn a_stopped_console_gives_the_terminal_back_and_takes_it_again() {
    let mut console = Terminal::demo("calm", 1, (24, 80));
    console.shows("● us-west-2 ok");
    console.signal("-TSTP");
    console.is_given_back();
    stands_still(&console);
    assert!(!console.text().contains("WATCH"), "the screen is the shell's:\n{}", console.text());
    console.signal("-CONT");
    console.shows("● us-west-2 ok");
    assert!(console.is_taken());
    console.press("?");
    console.shows("KEYS");
    console.press("\x1bq");
    assert_eq!(console.exit_code(), 0);
    console.is_given_back();
}

#[test]
fn ctrl_z_stops_it_as_the_shell_would() {
    let mut console = Terminal::demo("calm", 1, (24, 80));
    console.shows("● us-west-2 ok");
    console.press("\x1a");
    stands_still(&console);
    console.is_given_back();
    console.signal("-CONT");
    console.shows("● us-west-2 ok");
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn one_that_was_stopped_unasked_draws_itself_anew() {
    let mut console = Terminal::demo("calm", 1, (24, 80));
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
    console.shows("the console is not suspended");
    console.until("the run at its end", |screen| {
        screen.contents().contains("WATCH") || screen.contents().contains("ARMED")
    });
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    assert!(console.journal(&["list"]).contains("steps confirmed"), "{}", console.journal(&["list"]));
}
