//! The one integration binary, so that the SDK is linked once.
#![cfg(test)]
#![allow(clippy::disallowed_methods, reason = "tests may look at the host's clock")]

mod boto;
mod cli;
mod config;
mod engine;
mod fixture;
mod flows;
mod keys;
mod pty;
mod scenarios;
mod screens;
mod shared;
mod sim;
mod support;
mod tidy;
mod wire;
mod written;
