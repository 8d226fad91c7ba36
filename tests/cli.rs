//! The real binary against a simulator in a process of its own: what it prints, writes down, and exits with.

mod act;
mod ascii;
mod books;
mod check;
mod cut;
mod fleet;
mod full;
mod glass;
pub(crate) mod killed;
mod look;
mod script;
mod sealed;
mod shared;
pub(crate) mod stage;
mod tell;
mod who;
