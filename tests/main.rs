//! tests
mod sim;
mod support;
