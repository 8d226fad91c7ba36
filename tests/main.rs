//! The one integration binary, so that the SDK is linked once.
#![cfg(test)]

mod config;
mod engine;
mod sim;
mod support;
mod tidy;
mod wire;
mod written;
