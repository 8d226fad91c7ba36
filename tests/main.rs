//! The one integration binary, so that the SDK is linked once.

mod config;
mod fixture;
mod screens;
mod sim;
mod support;
mod tidy;
mod written;
