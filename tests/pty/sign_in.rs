//! Signing in on a real terminal: the demo of it needs no account, and page and code reach the terminal's clipboard.

use super::hands::MIDDLE;
use super::terminal::Terminal;

fn has(written: &[u8], what: &[u8]) -> bool {
    written.windows(what.len()).any(|part| part == what)
}

#[test]
fn whoever_opens_the_console_signed_out_signs_in_by_its_keys() {
    let mut console = Terminal::demo("sso-expired", 1, MIDDLE);
    console.shows("NOT SIGNED IN");
    console.shows("L SIGN IN");
    console.press("L");
    console.shows("S I M L - ");
    console.press("y");
    console.shows("copied the page");
    console.press("c");
    console.shows("copied the code");
    // `https://corp` and `SIML-`, as a terminal is told what to put on its clipboard.
    let written = console.written();
    assert!(has(&written, b"\x1b]52;c;aHR0cHM6Ly9jb3Jw"), "{}", console.text());
    assert!(has(&written, b"\x1b]52;c;U0lNTC"), "{}", console.text());
    console.shows("● us-west-2 ok");
    assert!(!console.text().contains("NOT SIGNED IN"), "{}", console.text());
    console.press("q");
    assert_eq!(console.exit_code(), 0, "{}", console.text());
    console.is_given_back();
}
