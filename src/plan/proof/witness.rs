//! Each source's own word on a rung: an endpoint, a resolver, a health check, a canary.
//!
//! Rungs are proved by counting these and shown by naming them, so that nobody else judges a second time.

use std::time::Duration;

use jiff::Timestamp;

/// One source's word on a rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Who: the Region of an endpoint, a resolver, a Region, a canary.
    pub who: String,
    /// How that stands to what is to be proved.
    pub stance: Stance,
    /// What it says, or why it says nothing: `us-east-1 Off, us-west-2 On`.
    pub says: String,
    /// When that was true: when the answer came, or the request was made that failed; the end of a metric's period.
    pub at: Option<Timestamp>,
    /// How long the answer took.
    pub took: Option<Duration>,
    /// How long a resolver may still give this answer without asking again.
    pub left: Option<Duration>,
}

/// How a source's word stands to what is to be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stance {
    /// It shows what was wanted.
    Agrees,
    /// It shows something else, perhaps only not yet.
    Differs,
    /// It was asked since the write and did not answer.
    Silent,
    /// It was not asked since the write, or has not answered yet.
    Unheard,
}

impl Witness {
    pub(super) fn new(who: impl Into<String>, stance: Stance, says: impl Into<String>) -> Self {
        Self { who: who.into(), stance, says: says.into(), at: None, took: None, left: None }
    }

    pub(super) fn at(self, at: Timestamp) -> Self {
        Self { at: Some(at), ..self }
    }
}

impl Stance {
    /// Agreement, if so; else that it differs.
    pub(super) fn agrees(so: bool) -> Self {
        if so { Self::Agrees } else { Self::Differs }
    }
}
