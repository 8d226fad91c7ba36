//! A change of writer under way: its phases, how long each takes, and what each leaves behind.
//! It must never be decided by a request once it is accepted.

mod steps;

use jiff::Timestamp;
use serde::Serialize;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ChangeKind {
    /// Planned: waits for synchronisation, loses nothing.
    Switchover,
    /// Unplanned: takes what has arrived.
    Failover,
}

/// Where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Phase {
    /// Accepted, not begun (`pending`).
    Pending,
    /// A switchover waits for the target to catch up.
    Syncing,
    /// The old writer takes no more writes and the target is promoted.
    Promoting,
    /// The new writer is there; the topology is put right.
    Settling,
    /// It is being undone.
    Cancelling,
}

/// A change of writer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Which.
    pub kind: ChangeKind,
    /// ARN of the old writer.
    pub from: String,
    /// ARN of the new one.
    pub to: String,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// Where it is.
    pub phase: Phase,
    /// Since when.
    pub since: Timestamp,
}

impl Change {
    /// `FailoverState.Status` on the wire.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match (self.phase, self.kind) {
            (Phase::Pending, _) => "pending",
            (Phase::Cancelling, _) => "cancelling",
            (_, ChangeKind::Switchover) => "switching-over",
            (_, ChangeKind::Failover) => "failing-over",
        }
    }

    /// `FailoverState.IsDataLossAllowed` on the wire.
    #[must_use]
    pub const fn data_loss_allowed(&self) -> bool {
        matches!(self.kind, ChangeKind::Failover)
    }
}
