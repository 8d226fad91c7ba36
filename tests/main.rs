//! All that runs in this process and on a virtual clock, in one binary, so that the SDK is linked once.
#![cfg(test)]
#![allow(clippy::disallowed_methods, reason = "tests may look at the host's clock")]

mod config;
mod engine;
mod fixture;
mod flows;
mod front;
mod iam;
mod keys;
mod rules;
mod scenarios;
mod screens;
mod shared;
mod sim;
mod support;
mod tidy;
mod wire;
mod written;

/// Runs a whole virtual world: tokio's clock stands still while anything works and jumps when nothing does.
fn virtually<T>(play: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(play)
}
