//! The one integration binary, so that the SDK is linked once.
#![cfg(test)]

mod boto;
mod config;
mod keys;
mod sim;
mod support;
mod tidy;
mod wire;
mod written;
