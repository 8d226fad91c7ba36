//! The release of the console in a pseudo-terminal: how soon a key is seen while nothing answers, and what it costs to
//! have it open on a calm platform.
//!
//! Real time on this machine. The simulator is another process, so that its cost is not the console's; htop and btop
//! are measured beside it in the same minute where they are installed.

use std::path::Path;
use std::time::Duration;

use crate::stage::Stage;
use crate::terminal::Terminal;

/// The screen it is measured on.
const SCREEN: (u16, u16) = (40, 120);
/// Until everything was read once and the platform is seen to be calm.
const WARM_UP: Duration = Duration::from_secs(20);
/// So long it is watched.
const WATCHED: Duration = Duration::from_mins(1);
const KEYS: usize = 400;

/// Prints both.
pub fn print() {
    keys();
    idle();
}

/// Every endpoint takes connections and never says a word.
fn keys() {
    let (desk, _hole) = Stage::swallowed();
    let config = desk.config_file();
    let mut console = Terminal::with(&["--config", config.to_str().unwrap()], SCREEN, &[]);
    console.shows("reading");
    let took = console.key_to_frame(KEYS);
    let (median, p99) = (took[KEYS / 2], took[KEYS * 99 / 100]);
    let verdict = if p99 < Duration::from_millis(20) { "within" } else { "OVER" };
    println!(
        "key to frame with every endpoint a black hole, {KEYS} keys: median {median:?}, p99 {p99:?} ({verdict} 20 ms), \
         worst {:?}",
        took[KEYS - 1]
    );
}

fn idle() {
    let calm = Stage::new("calm", 1);
    let config = calm.desk.config_file();
    let watched = |name: &str, terminal: Terminal| (name.to_owned(), terminal);
    let console = Terminal::with(&["--config", config.to_str().unwrap()], SCREEN, &[]);
    console.shows("all Regions ok");
    let mut all = vec![watched("pointsman", console)];
    for peer in ["htop", "btop"] {
        let path = format!("/usr/bin/{peer}");
        if Path::new(&path).exists() {
            all.push(watched(peer, Terminal::of(&path, &[], SCREEN)));
        } else {
            println!("{peer} is not installed here, so nothing stands beside the console");
        }
    }
    std::thread::sleep(WARM_UP);
    let before: Vec<_> = all.iter().map(|(_, terminal)| (terminal.count(), terminal.cost().0)).collect();
    std::thread::sleep(WATCHED);
    for ((name, terminal), (bytes, busy)) in all.iter().zip(before) {
        let (now_busy, peak) = terminal.cost();
        let seconds = WATCHED.as_secs_f64();
        let (bytes, busy) = (terminal.count() - bytes, now_busy.saturating_sub(busy));
        println!(
            "{name} open at 120×40 on a calm platform for {WATCHED:?}: {:.0} bytes a second, {:.2} % of a core, at most \
             {:.1} MiB",
            f64::from(u32::try_from(bytes).unwrap()) / seconds,
            busy.as_secs_f64() / seconds * 100.0,
            f64::from(u32::try_from(peak / 1024).unwrap()) / 1024.0,
        );
    }
}
