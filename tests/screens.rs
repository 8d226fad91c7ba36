//! Frames as text: what an operator sees in each state, at each size, in each dialog.
//!
//! Read a changed picture as its user would before you accept it: alignment, words, nothing unexplained.

mod any;
mod dialogs;
mod panels;
mod panes;
mod pictures;
mod show;
mod story;
mod themes;
