//! By what right a run acts where bastions share a table; it says so, and grants nothing.

use serde::{Deserialize, Serialize};

/// By what right somebody acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "right", rename_all = "snake_case")]
pub enum Right {
    /// Nobody had the conch.
    Taken {
        /// The fencing number.
        fence: u64,
    },
    /// Somebody had it, and it was taken from them.
    TakenOver {
        /// The fencing number.
        fence: u64,
        /// From whom.
        from: String,
        /// Why.
        reason: String,
    },
    /// The shared table gave no answer, and a person goes on without it.
    WithoutTable {
        /// What is wrong with the table.
        trouble: String,
        /// Why that person goes on.
        reason: String,
    },
}
