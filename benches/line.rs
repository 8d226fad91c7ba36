//! The release of the console in a pseudo-terminal: how soon a key is seen while nothing answers, and what it costs to
//! have it open on a calm platform; each beside its bound. `cargo bench -- line` runs these alone.
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
/// Of these, twenty are slower than the 99th percentile.
const KEYS: usize = 2000;
/// Between two keys, so that they meet time-outs and retries at every moment of these.
const BETWEEN: Duration = Duration::from_millis(15);

/// The most that a key may take at the 99th percentile.
const KEY: Duration = Duration::from_millis(20);
/// The most bytes a second, percent of a core, and MiB that an idle console may take.
const BYTES: f64 = 250.0;
const CORE: f64 = 1.0;
const MEMORY: f64 = 60.0;

/// Prints both.
pub fn print() {
    keys();
    idle();
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "DOES NOT HOLD" }
}

/// Every endpoint takes connections and never says a word.
fn keys() {
    let (desk, _hole) = Stage::swallowed();
    let config = desk.config_file();
    let mut console = Terminal::with(&["--config", config.to_str().unwrap()], SCREEN, &[]);
    console.shows("reading");
    let took = console.key_to_frame(KEYS, BETWEEN);
    let millis = |at: usize| took[at].as_secs_f64() * 1000.0;
    let p99 = took[(KEYS * 99).div_ceil(100) - 1];
    println!(
        "{}: key to frame with every endpoint a black hole, p99 {:.2} ms of at most {} ms ({KEYS} keys, median {:.2} ms, \
         worst {:.2} ms)",
        verdict(p99 < KEY),
        p99.as_secs_f64() * 1000.0,
        KEY.as_millis(),
        millis(KEYS / 2),
        millis(KEYS - 1),
    );
}

/// What a program took of the line, the processor and the memory.
struct Cost {
    bytes: f64,
    core: f64,
    memory: f64,
}

impl Cost {
    /// Of a program whose bytes and processor time were so much when the watch began.
    fn since(terminal: &Terminal, (bytes, busy): (usize, Duration)) -> Self {
        let (now_busy, peak) = terminal.cost();
        let (bytes, busy) = (terminal.count() - bytes, now_busy.saturating_sub(busy));
        let seconds = WATCHED.as_secs_f64();
        Self {
            bytes: f64::from(u32::try_from(bytes).unwrap()) / seconds,
            core: busy.as_secs_f64() / seconds * 100.0,
            memory: f64::from(u32::try_from(peak / 1024).unwrap()) / 1024.0,
        }
    }
}

fn idle() {
    let calm = Stage::new("calm", 1);
    let config = calm.desk.config_file();
    let console = Terminal::with(&["--config", config.to_str().unwrap()], SCREEN, &[]);
    console.shows("all Regions ok");
    let mut all = vec![("pointsman", console)];
    for peer in ["htop", "btop"] {
        let path = format!("/usr/bin/{peer}");
        if Path::new(&path).exists() {
            all.push((peer, Terminal::of(&path, &[], SCREEN)));
        } else {
            println!("not measured: {peer} is not installed here");
        }
    }
    std::thread::sleep(WARM_UP);
    let before: Vec<_> = all.iter().map(|(_, terminal)| (terminal.count(), terminal.cost().0)).collect();
    std::thread::sleep(WATCHED);
    for ((name, terminal), before) in all.iter().zip(before) {
        tell(name, &Cost::since(terminal, before));
    }
    let calm = all[0].1.text().contains("all Regions ok");
    println!("{}: the platform was calm at the end", verdict(calm));
}

/// Our own against its bounds; a peer's only beside it.
fn tell(name: &str, cost: &Cost) {
    let is_ours = name == "pointsman";
    let lines = [
        ("bytes a second to the terminal", cost.bytes, BYTES),
        ("% of a core", cost.core, CORE),
        ("MiB of memory at its peak", cost.memory, MEMORY),
    ];
    for (what, value, bound) in lines {
        let open = format!("{name} open at 120×40 for {WATCHED:?}");
        if is_ours {
            println!("{}: {open}, {value:.2} {what} of at most {bound}", verdict(value <= bound));
        } else {
            println!("beside it: {open}, {value:.2} {what}");
        }
    }
}
