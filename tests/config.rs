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

#[test]
fn the_page_about_the_file_is_what_the_code_says() {
    crate::written::compare_or_write("docs/config.md", &config::docs());
}
