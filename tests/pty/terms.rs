//! Each kind of terminal is sent what it knows and nothing else, and has the whole console.

use super::terminal::Terminal;

const SMALL: (u16, u16) = (24, 80);

/// What a terminal knows besides printing, the cursor's moves and clearing.
struct Knows {
    /// Private modes that it has.
    modes: &'static [&'static str],
    /// Whether a number of a style means to it what it means to us.
    style: fn(u16) -> bool,
    /// It draws more than ASCII.
    shapes: bool,
}

fn sixteen(number: u16) -> bool {
    matches!(number, 0..=9 | 30..=37 | 40..=47 | 90..=97 | 100..=107)
}

fn knows(term: &str) -> Knows {
    match term {
        "xterm-256color" | "tmux-256color" => Knows {
            modes: &["1049", "2004", "1004", "25", "2026", "1000", "1006"],
            style: sixteen,
            shapes: true,
        },
        "screen-256color" => Knows { modes: &["1049", "25"], style: sixteen, shapes: true },
        "linux" => Knows {
            modes: &["25"],
            style: |number| matches!(number, 0..=2 | 4 | 5 | 7 | 30..=37 | 40..=47),
            shapes: false,
        },
        "vt100" => Knows { modes: &[], style: |number| matches!(number, 0 | 1 | 4 | 5 | 7), shapes: false },
        other => panic!("nobody says what {other} knows"),
    }
}

/// Every sequence that such a terminal does not know.
fn strange(bytes: &[u8], knows: &Knows) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut strange = Vec::new();
    for part in text.split('\x1b').skip(1) {
        let Some(sequence) = part.strip_prefix('[') else {
            strange.push(format!("ESC {part:.8}"));
            continue;
        };
        let end = sequence.find(|c: char| ('@'..='~').contains(&c)).unwrap();
        let (numbers, last) = (&sequence[..end], &sequence[end..=end]);
        let known = match (numbers.strip_prefix('?'), last) {
            (Some(mode), "h" | "l") => knows.modes.contains(&mode),
            (None, "m") => numbers.split(';').all(|n| n.is_empty() || (knows.style)(n.parse().unwrap())),
            (None, "H" | "C" | "J") => true,
            _ => false,
        };
        if !known {
            strange.push(format!("CSI {numbers}{last}"));
        }
    }
    if !knows.shapes && !text.is_ascii() {
        strange.extend(text.chars().filter(|c| !c.is_ascii()).map(String::from));
    }
    strange.sort();
    strange.dedup();
    strange
}

fn plays(term: &str) {
    let env = [("TERM", term)];
    let mut console = Terminal::with(&["demo", "--scenario", "calm"], SMALL, &env);
    let ok = if knows(term).shapes { "●" } else { "o" };
    console.until("both Regions ok", |screen| {
        let text = screen.contents();
        text.contains(&format!("{ok} us-east-1 ok")) && text.contains(&format!("{ok} us-west-2 ok"))
    });
    for (key, title) in [("5", "5 Plan"), ("3", "3 Traffic"), ("4", "4 Orders")] {
        console.press(key);
        console.shows(title);
    }
    console.press("A");
    console.asks("Arm for 15 minutes");
    console.press("\x1b");
    console.press("q");
    assert_eq!(console.exit_code(), 0, "{}", console.text());
    console.is_given_back();
    assert_eq!(strange(&console.written(), &knows(term)), [""; 0], "{term} does not know these");
}

#[test]
fn xterm_is_sent_what_it_knows() {
    plays("xterm-256color");
}

#[test]
fn tmux_is_sent_what_it_knows() {
    plays("tmux-256color");
}

#[test]
fn gnu_screen_is_sent_what_it_knows() {
    plays("screen-256color");
}

#[test]
fn the_linux_console_is_sent_what_it_knows() {
    plays("linux");
}

#[test]
fn a_vt100_is_sent_what_it_knows() {
    plays("vt100");
}

#[test]
fn what_is_strange_is_seen() {
    let of = |bytes: &[u8], term| strange(bytes, &knows(term));
    assert_eq!(of(b"\x1b[?2026hx\x1b[38;5;9my\x1b7", "linux"), ["CSI 38;5;9m", "CSI ?2026h", "ESC 7"]);
    assert_eq!(of("\x1b[2;1H\x1b[1mbad ■".as_bytes(), "vt100"), ["■"]);
}

#[test]
fn a_terminal_that_cannot_place_a_cursor_is_told_of_plain_lines() {
    for (term, says) in [("dumb", "TERM is `dumb`"), ("", "TERM is not set")] {
        for words in [&["demo"][..], &["demo", "--scenario", "calm"]] {
            let console = Terminal::with(words, SMALL, &[("TERM", term)]);
            assert_eq!(console.exit_code(), 2);
            console.shows(says);
            console.shows("`pointsman --plain`");
            assert!(!console.written().contains(&0x1b), "{:?}", console.text());
        }
    }
}

#[test]
fn a_small_terminal_shows_lamps_and_a_smaller_one_words() {
    let mut console = Terminal::demo("calm", 1, (15, 60));
    console.until("lamps", |screen| {
        let text = screen.contents();
        text.contains("WATCH") && text.contains("● us") && text.contains("all Regions ok")
    });
    console.resize(1, 40);
    console.until("one line of words", |screen| {
        let text = screen.contents();
        text.contains("WATCH") && text.contains("ok")
    });
    console.resize(6, 30);
    console.shows("all Regions ok");
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}
