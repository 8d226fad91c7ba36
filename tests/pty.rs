//! The real binary in a real pseudo-terminal: starts, shows, resizes, acts, quits, and gives the terminal back.
//!
//! These tests wait for what the screen says, bounded by a deadline; they never wait for a guess. The only
//! pauses are those of a hand between two keys, by which the console tells a hand from a paste.

mod attached;
mod ends;
mod fleet;
mod hands;
mod killed;
mod line;
mod plain;
mod saved;
mod sign_in;
mod suspended;
pub(crate) mod terminal;
mod terms;
mod tmux;
