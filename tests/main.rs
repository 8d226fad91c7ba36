//! tests
#[cfg(test)]
mod sim;
#[cfg(test)]
mod support;
