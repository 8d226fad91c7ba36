//! Several bastions on one table: real clients of the SDK on one simulated AWS, on tokio's paused clock.

mod asks;
mod cable;
mod console;
mod copies;
mod lease;
mod runs;
mod stage;
mod takeover;
