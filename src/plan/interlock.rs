//! Conditions that must hold before anything is sent, each with its verdict and its reason.
//!
//! All of them are listed, not the first that fails. They are computed from the world and never stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Intent;
use crate::model::World;

/// One condition and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interlock {
    /// What is asked, in a few words: `us-west-2 healthy`.
    pub name: String,
    /// How it stands.
    pub verdict: Verdict,
}

/// How a condition stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not quite hold; the operator must read why and may go on.
    Warn(String),
    /// It does not hold; nothing is sent.
    Hold(String),
}

/// Every interlock of an intent, as the world stands.
#[must_use]
pub fn check(_world: &World, _intent: &Intent, _now: Timestamp) -> Vec<Interlock> {
    Vec::new()
}

/// None of them holds the plan back.
#[must_use]
pub fn clear(interlocks: &[Interlock]) -> bool {
    !interlocks.iter().any(|i| matches!(i.verdict, Verdict::Hold(_)))
}
