//! A hand on the keys: a failover from the first key to the last rung, and what becomes of it without a console.

use std::path::PathBuf;
use std::time::Duration;

use super::terminal::Terminal;
use crate::cli::stage;

pub(super) const MIDDLE: (u16, u16) = (40, 120);

/// Arms, opens the act list, goes to this playbook, and types the receiving Region's name.
pub(super) fn begin(console: &mut Terminal, playbook: &str) {
    console.press("A");
    console.asks("Arm for 15 minutes");
    console.press("\t\r");
    console.shows("ARMED");
    console.press("a");
    console.asks(" ACT ");
    let chosen = |text: &str| text.lines().find(|line| line.contains('▸')).map(str::to_owned);
    while let Some(row) = chosen(&console.text()).filter(|row| !row.contains(playbook)) {
        console.press("j");
        console.until("another row", |screen| chosen(&screen.contents()) != Some(row.clone()));
    }
    console.press("\r");
    console.asks("Type the Region that RECEIVES:");
    console.press("us-west-2\r");
    console.shows("RUNNING");
}

/// Lets two minutes pass in the world of a demo of the shop. That is far less than any step's deadline: on a slow
/// machine readings lag behind.
pub(super) fn hurry(console: &Terminal) {
    let folder = std::fs::read_dir(console.folder().join("retail-store-demo")).unwrap();
    let mut files = folder.map(|file| file.unwrap().path());
    let is_config = |file: &PathBuf| file.extension().is_some_and(|end| end == "toml");
    let config = std::fs::read_to_string(files.find(is_config).unwrap()).unwrap();
    let (_, url) = config.split_once("endpoint_url = \"").unwrap();
    let (url, _) = url.split_once('"').unwrap();
    for _ in 0..8 {
        std::thread::sleep(Duration::from_millis(300));
        stage::post(url, "advance", "{\"seconds\": 15}");
    }
}

#[test]
fn a_failover_by_hand_is_confirmed_and_summed_up() {
    // A world that gets worse, or outruns its own metrics, would close the sheet under slow fingers.
    let mut console = Terminal::demo("calm", 10, MIDDLE);
    console.shows("● us-west-2 ok");
    begin(&mut console, "failover");
    hurry(&console);
    console.until("the run at its end", |screen| {
        let text = screen.contents();
        text.contains("WATCH") || text.contains("ARMED")
    });
    console.press("q");
    assert_eq!(console.exit_code(), 0, "{}", console.text());
    console.is_given_back();
    for part in [
        ": FAIL OVER us-east-1 → us-west-2, confirmed after ",
        "its journal is in ",
        "pointsman journal show ",
    ] {
        console.shows(part);
    }
    assert!(console.journal(&["list"]).contains("steps confirmed"), "{}", console.journal(&["list"]));
    assert!(console.journal(&["verify"]).contains("the chain holds"));
}

#[test]
fn a_run_goes_on_when_its_console_is_left() {
    let mut console = Terminal::demo("calm", 20, MIDDLE);
    console.shows("● us-west-2 ok");
    begin(&mut console, "evacuate   us-east-1");
    console.press("q");
    console.asks("Leaving ends the screen, not the run");
    console.press("\t\r");
    console.is_given_back();
    console.shows("goes on without the console, to its next hold or its end");
    assert_eq!(console.exit_code(), 0);
    console.shows("confirmed after ");
    assert!(console.journal(&["list"]).contains("steps confirmed"));
}

#[test]
fn a_run_goes_on_when_its_terminal_is_lost_and_nothing_spins() {
    let mut console = Terminal::demo("calm", 20, MIDDLE);
    console.shows("● us-west-2 ok");
    begin(&mut console, "evacuate   us-east-1");
    assert!(console.threads().contains(&"input".to_owned()), "{:?}", console.threads());
    console.close();
    while console.threads().contains(&"input".to_owned()) {
        std::thread::yield_now();
    }
    assert_eq!(console.exit_code(), 0, "the run was confirmed without a terminal");
    assert!(console.journal(&["list"]).contains("steps confirmed"), "{}", console.journal(&["list"]));
}
