//! Key strings in, frames and effects out: the whole console without a terminal and without AWS.
//!
//! What is outside the console is played by hand: reads are answered when the test says so, and a run's lines come
//! from a real journal.

mod claim;
mod desk;
mod fleet;
mod follow;
mod run;
mod screen;
mod sheet;
mod sign_in;
