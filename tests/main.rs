//! tests
mod config;
mod written;
