//! Keys and dialogs from outside: what an operator presses, when, and what the app is asked to do.
//!
//! Times are given in milliseconds of the operator's clock, so every flow is exact.

mod bench;
mod confirm;
mod decide;
mod frames;
mod glass;
mod help;
mod keymap;
mod looks;
mod marks;
mod mouse;
mod moved;
mod palette;
mod rows;
mod screen;
mod sign_in;
mod table;
