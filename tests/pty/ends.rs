//! Starting, resizing, and every way to end.

use super::terminal::Terminal;

const SMALL: (u16, u16) = (24, 80);

#[test]
fn it_starts_shows_the_platform_and_quits_on_q() {
    let mut console = Terminal::demo("calm", 1, SMALL);
    console.shows("WATCH");
    eprintln!(
        "the first frame was on the terminal {:?} after the process was started",
        console.started.elapsed()
    );
    console.shows("SIMULATED");
    console.until("both Regions ok", |screen| {
        let text = screen.contents();
        text.contains("● us-east-1 ok") && text.contains("● us-west-2 ok")
    });
    assert!(console.is_taken());
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.is_given_back();
    assert_eq!(console.text().trim(), "", "nothing is left to say when nothing was done");
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let mut console = Terminal::demo("calm", 1, SMALL);
    console.shows("Replication");
    for (rows, cols) in [(50, 200), (40, 120), (5, 20), (1, 1)] {
        console.resize(rows, cols);
    }
    console.resize(40, 120);
    console.until("the whole width in use", |screen| {
        let (_, cols) = screen.size();
        screen.rows(0, cols.get()).any(|row| row.trim_end().chars().count() == 120 && row.ends_with('┐'))
    });
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (signal, code) in [("-TERM", 143), ("-HUP", 129), ("-INT", 130)] {
        let console = Terminal::demo("calm", 1, SMALL);
        console.shows("WATCH");
        console.signal(signal);
        assert_eq!(console.exit_code(), code);
        console.is_given_back();
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_says_why() {
    let asked = [("POINTSMAN_TEST_PANIC", "1")];
    let console = Terminal::with(&["demo", "--scenario", "calm"], SMALL, &asked);
    assert_eq!(console.exit_code(), 101);
    console.is_given_back();
    console.shows("a panic that a test asked for");
}

#[test]
fn a_terminal_that_is_lost_ends_the_console() {
    let mut console = Terminal::demo("calm", 1, SMALL);
    console.shows("WATCH");
    console.close();
    assert_eq!(console.exit_code(), 129);
}

#[test]
fn control_c_asks_and_again_leaves() {
    let mut console = Terminal::demo("calm", 1, SMALL);
    console.shows("WATCH");
    console.press("\x03");
    console.shows("Ctrl-C again leaves");
    console.press("\x03");
    assert_eq!(console.exit_code(), 0);
    console.is_given_back();
}
