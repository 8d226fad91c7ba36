//! `pointsman.toml` from outside: what a right file says, and how a wrong one is refused.

use pointsman::config;

const FULL: &str = include_str!("config/full.toml");

#[test]
fn reads_every_key() {
    let config = config::parse(FULL, "pointsman.toml").unwrap_or_else(|problems| panic!("{problems}"));
    println!("{config:#?}");
    assert!(config.simulated);
    assert_eq!(config.warnings, []);
}
