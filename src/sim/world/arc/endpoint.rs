//! A cluster endpoint: what it answers with, and the three changes a second it takes.
//! It must never decide whether a change is safe.

use jiff::Timestamp;
use serde::Serialize;

/// Mutating calls an endpoint takes in one second (ARC quota).
pub const CHANGES_A_SECOND: u32 = 3;

/// One of the five.
#[derive(Clone, Debug, Serialize)]
pub struct Endpoint {
    /// Its Region, which is also the Region of the signature.
    pub region: String,
    /// The second it counts in.
    pub second: i64,
    /// Changes it took in that second.
    pub changes: u32,
}

impl Endpoint {
    /// A fresh endpoint.
    #[must_use]
    pub fn new(region: &str) -> Self {
        Self { region: region.to_owned(), second: i64::MIN, changes: 0 }
    }

    /// Counts a mutating call; `false` when it is one too many this second.
    pub fn take(&mut self, now: Timestamp) -> bool {
        if self.second != now.as_second() {
            self.second = now.as_second();
            self.changes = 0;
        }
        self.changes += 1;
        self.changes <= CHANGES_A_SECOND
    }
}
