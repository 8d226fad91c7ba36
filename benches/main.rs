//! What the console costs: a frame, an observation, a poll of many Regions, a whole failover.
//!
//! Two of them are ratios on the virtual clock, which no machine's speed changes; they are printed first. The others
//! are real time on this machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench is a test that measures"
)]
#![allow(unreachable_pub, dead_code, reason = "what is shared with the tests is more than is used here")]

mod failover;
mod frame;
mod line;
mod poll;
mod world;

#[path = "../tests/fixture.rs"]
mod fixture;
#[path = "../tests/cli/stage.rs"]
mod stage;
#[path = "../tests/support.rs"]
mod support;
#[path = "../tests/pty/terminal.rs"]
mod terminal;

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if named.iter().any(|name| name == "line") {
        line::print();
        return;
    }
    poll::print();
    failover::print();
    // A filter asks for benches by name; these take two minutes.
    if named.is_empty() {
        line::print();
    }
    divan::main();
}

/// Runs a whole virtual world: tokio's clock stands still while anything works and jumps when nothing does.
fn virtually<T>(play: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(play)
}
