//! The real binary against a simulator in a process of its own: what it prints, writes down, and exits with.

mod act;
mod books;
mod check;
mod cut;
mod glass;
mod look;
mod stage;
