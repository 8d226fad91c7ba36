//! A second console on a run that another process drives: it sees it, steers it, and takes it up when that is gone.

use super::hands::{MIDDLE, begin, hurry};
use super::terminal::Terminal;

/// A failover in flight in a demo.
fn flying(speed: u32) -> Terminal {
    let mut console = Terminal::demo("calm", speed, MIDDLE);
    console.shows("● us-west-2 ok");
    begin(&mut console, "failover");
    console
}

#[test]
fn a_run_that_lost_its_terminal_is_paused_and_let_go_on_from_another_console() {
    let mut first = flying(10);
    first.close();
    let mut second = first.beside(&["attach"], MIDDLE);
    second.shows("RUNNING");
    second.shows("follows ana on ");
    second.press("P");
    second.shows("PAUSED");
    second.press("i");
    second.asks("NOTE  run");
    second.press("from the second console\r");
    second.shows("ana: from the second console");
    assert!(first.is_alive(), "a run that is attended waits for whoever attends it");
    second.press("P");
    second.until("the run goes on", |screen| !screen.contents().contains("PAUSED"));
    hurry(&first);
    second.until("the run at its end", |screen| screen.contents().contains("confirmed in"));
    second.shows("WATCH");
    assert!(first.is_alive(), "the simulated world stays while somebody is in it");
    second.press("q");
    assert_eq!(second.exit_code(), 0);
    assert_eq!(first.exit_code(), 0);
    let list = second.journal(&["list"]);
    assert!(list.contains("steps confirmed"), "{list}");
    assert!(second.journal(&["verify"]).contains("the chain holds"));
}

#[test]
fn two_consoles_on_one_run_never_both_drive_it() {
    let mut first = flying(5);
    let mut second = first.beside(&["demo", "--scenario", "calm"], MIDDLE);
    second.shows("RUNNING");
    second.shows("follows ana on ");
    second.press("P");
    first.shows("PAUSED");
    second.shows("PAUSED");
    first.press("P");
    second.until("the run goes on", |screen| !screen.contents().contains("PAUSED"));
    // What the second console may not begin, it does not even offer.
    second.press("a");
    second.shows("a run is in flight; P pauses it");
    let journal = first.journal(&["list"]);
    assert_eq!(journal.lines().count(), 1, "{journal}");
    first.signal("-KILL");
    second.shows("drives it no more");
    second.shows("WAS CUT OFF");
}
