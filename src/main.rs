//! The `pointsman` binary: parse, call `cli`, exit code.
fn main() {}
