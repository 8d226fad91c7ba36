//! The one integration binary, so that the SDK is linked once.

mod config;
mod keys;
mod sim;
mod support;
mod tidy;
mod written;
