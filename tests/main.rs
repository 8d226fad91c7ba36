//! The one integration binary, so that the SDK is linked once.
#![cfg(test)]

mod boto;
mod config;
<<<<<<< HEAD
mod keys;
=======
mod fixture;
mod screens;
>>>>>>> ui1
mod sim;
mod support;
mod tidy;
mod wire;
mod written;
