//! Chance without state: the same seed, tick and key give the same number, whoever asks and however often.
//! It must never hold a generator that a request could move on.

use std::fmt::Write;

/// A well-mixed number from the seed, a moment and a key.
#[must_use]
pub fn hash(seed: u64, moment: i64, key: u64) -> u64 {
    let mut x = seed ^ moment.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ key.rotate_left(29);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The same, spread over `0.0..1.0`.
#[must_use]
pub fn unit(seed: u64, moment: i64, key: u64) -> f64 {
    let top = u32::try_from(hash(seed, moment, key) >> 32).unwrap_or(u32::MAX);
    f64::from(top) / (f64::from(u32::MAX) + 1.0)
}

/// The same, spread over `low..high`.
#[must_use]
pub fn between(seed: u64, moment: i64, key: u64, low: f64, high: f64) -> f64 {
    low + (high - low) * unit(seed, moment, key)
}

/// A key for a name; FNV-1a, so that it is the same in every build.
#[must_use]
pub const fn key(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut h = 0xCBF2_9CE4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        h = (h ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01B3);
        i += 1;
    }
    h
}

/// `digits` lower-case hex digits that stand for a name: resource ids that look like AWS's and never change.
#[must_use]
pub fn hex(name: &str, digits: usize) -> String {
    let mut out = String::with_capacity(digits + 16);
    let mut round = 0;
    while out.len() < digits {
        let _ = write!(out, "{:016x}", hash(key(name), round, 7));
        round += 1;
    }
    out.truncate(digits);
    out
}

/// A version-4-looking UUID that stands for a name.
#[must_use]
pub fn uuid(name: &str) -> String {
    let h = hex(name, 32);
    format!("{}-{}-4{}-a{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..])
}
