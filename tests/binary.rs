//! The real binary as a process, in real time: what it prints, what it shows in a terminal, and what strangers to this
//! code base make of its simulator.
//!
//! Apart from the worlds on a virtual clock, which keep every core busy: what is waited for here must not wait for them.
#![cfg(test)]
#![allow(clippy::disallowed_methods, reason = "tests may look at the host's clock")]

mod boto;
mod cli;
mod pty;
