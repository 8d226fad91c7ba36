//! The engine on a small shop of its own: a scripted AWS behind the actuator, the journal in memory, virtual time.
//!
//! What goes over the wire is for the scenario tests; here every answer, loss and crash can be placed exactly.

mod any;
mod asks;
mod crash;
mod credentials;
mod decisions;
mod disk;
mod order;
mod runs;
mod shop;
mod stage;
mod whole;
