//! How long to wait before the next attempt, and which answers are worth one.
//!
//! The jitter follows from the run and the attempt, so a replay waits exactly as the run did.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::model::reading::TroubleKind;
use crate::plan::StepId;
use crate::plan::event::{Answer, RunId};
use crate::plan::operation::Operation;

/// The first wait after a throttled call.
const THROTTLED: Duration = Duration::from_secs(1);

/// The first wait after a transport fault; endpoints rotate, so the next one is tried at once or nearly so.
const FAULT: Duration = Duration::from_millis(250);

/// No wait is longer, jitter aside.
const LONGEST: Duration = Duration::from_secs(15);

/// A full turn over the five cluster endpoints before waits grow.
const TURN: u32 = 5;

/// What an answer means for the write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A fault: the same write may be sent again.
    Again,
    /// Nobody could sign it: the same write may be sent again once a person has renewed the credentials and resumed.
    Renew,
    /// An answer: only a person may try again.
    Final,
}

/// Throttling and transport faults may pass; conflicts, validation and denial are answers.
pub(super) fn meaning(answer: &Answer) -> Meaning {
    match answer.trouble().map(|trouble| trouble.kind) {
        Some(
            TroubleKind::Throttled
            | TroubleKind::Unreachable
            | TroubleKind::TimedOut
            | TroubleKind::EndpointAway
            | TroubleKind::Faulty,
        ) => Meaning::Again,
        Some(TroubleKind::Expired | TroubleKind::NoCredentials) => Meaning::Renew,
        Some(TroubleKind::Denied | TroubleKind::NotFound | TroubleKind::Refused) | None => Meaning::Final,
    }
}

/// The wait after an attempt that met this trouble: it doubles, spread by half either way.
pub(super) fn wait(
    run: &RunId,
    step: StepId,
    attempt: u32,
    operation: &Operation,
    answer: &Answer,
) -> Duration {
    let throttled = answer.trouble().is_some_and(|trouble| trouble.kind == TroubleKind::Throttled);
    let (first, doublings) = if throttled {
        (THROTTLED, attempt.saturating_sub(1))
    } else if operation.is_idempotent() {
        (FAULT, attempt.saturating_sub(TURN))
    } else {
        (THROTTLED, attempt.saturating_sub(1))
    };
    let whole = first.saturating_mul(1 << doublings.min(10)).min(LONGEST);
    let mut hasher = DefaultHasher::new();
    (run, step, attempt).hash(&mut hasher);
    let permille = u32::try_from(hasher.finish() % 1000).unwrap_or_default();
    whole / 2 + whole * permille / 1000
}
