//! What the world shows of a step: which rungs are proved, by which evidence, from readings asked after the write.
//!
//! A 200 is not proof; a reading older than the write proves nothing.

use jiff::Timestamp;

use super::event::RungState;
use super::{Rung, Step};
use crate::model::World;

/// One rung as the world shows it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which rung.
    pub rung: Rung,
    /// What the world shows.
    pub state: RungState,
    /// By what: `4 of 5 endpoints`, `writer us-west-2, available`, `99% of requests in us-west-2`.
    pub evidence: String,
}

/// The rungs that this step climbs, from the weakest to the one that confirms it.
#[must_use]
pub fn ladder(_step: &Step, _world: &World) -> Vec<Rung> {
    Vec::new()
}

/// What the world shows of each rung above [`Rung::Accepted`], by readings asked after `since`.
#[must_use]
pub fn shown(_step: &Step, _world: &World, _since: Timestamp, _now: Timestamp) -> Vec<Shown> {
    Vec::new()
}
