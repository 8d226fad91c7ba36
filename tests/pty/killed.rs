//! A console that is killed with a run in flight, at moments that a seed picks, and the next one that takes it up by
//! hand.

use pointsman::plan::event::End;
use pointsman::plan::progress::Progress;

use super::hands::{MIDDLE, begin};
use super::terminal::Terminal;
use crate::cli::killed::{Dice, nothing_went_out_twice, only_run};
use crate::cli::stage::Stage;

/// Takes the run up that was cut off: the second choice, and the name where something may still be sent.
fn take_up(console: &mut Terminal) {
    console.asks("WAS CUT OFF");
    console.press("j\r");
    console.until("taken up, or the name asked for", |screen| {
        let text = screen.contents();
        text.contains("Type the Region that RECEIVES:") || text.contains("RUNNING")
    });
    if console.text().contains("Type the Region that RECEIVES:") {
        console.press("us-west-2\r");
    }
    console.shows("RUNNING");
}

/// Tries again what is held, until the run ends.
fn decide_until_it_ends(console: &mut Terminal) {
    let held = |text: &str| text.lines().find(|line| line.contains("You decide.")).map(str::to_owned);
    let is_over = |text: &str| text.contains("WATCH") || text.contains("ARMED");
    loop {
        console.until("a hold or the end", |screen| {
            let text = screen.contents();
            held(&text).is_some() || is_over(&text)
        });
        let Some(hold) = held(&console.text()) else { return };
        console.press("R");
        let asks = |text: &str| text.contains("Type the Region that RECEIVES:");
        console.until("the question, or no more hold", |screen| {
            let text = screen.contents();
            asks(&text) || held(&text) != Some(hold.clone())
        });
        if !asks(&console.text()) {
            continue;
        }
        console.asks("Type the Region that RECEIVES:");
        console.press("us-west-2\r");
        console.until("the decision taken", |screen| held(&screen.contents()) != Some(hold.clone()));
    }
}

fn survives(seed: u64) {
    let stage = Stage::new("calm", 10);
    let config = stage.desk.config_file();
    let words = ["--config", config.to_str().unwrap()];
    let mut console = Terminal::with(&words, MIDDLE, &[]);
    let journal = console.folder().join("retail-store-simulated");
    console.shows("● us-west-2 ok");
    begin(&mut console, "failover");
    let mut dice = Dice(seed);
    let mut so_far = 1;
    for _ in 0..2 {
        let moment = dice.moment();
        let lines = || only_run(&journal).map_or(0, |(_, lines)| lines.len() as u64);
        while lines() < so_far + moment.lines && !console.text().contains("You decide.") {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        std::thread::sleep(moment.then);
        console.signal("-KILL");
        so_far = lines();
        console = console.beside(&words, MIDDLE);
        take_up(&mut console);
    }
    decide_until_it_ends(&mut console);

    let (_, lines) = only_run(&journal).unwrap();
    let story = format!("seed {seed}: {lines:#?}");
    let progress = Progress::replay(&lines).unwrap();
    assert!(matches!(progress.closed, Some((_, End::Confirmed, _))), "{story}");
    nothing_went_out_twice(&stage, &lines, &story);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_console_that_is_killed_twice_is_followed_by_one_that_takes_the_run_up() {
    survives(11);
}

#[test]
fn and_at_other_moments() {
    survives(12);
}
