//! What must come of a scenario.
//! It must never guess: what the simulator cannot see of itself is left to the test that has the run's result.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One expectation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// When it must be true, counted from the start; without it at the end.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional"
    )]
    pub by: Option<Duration>,
}
