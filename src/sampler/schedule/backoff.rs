//! How long to leave a source alone after trouble: longer each time, and not in step with other consoles.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::model::reading::TroubleKind;

/// The bounds of the first pause after a fault that may be gone at once; between them it is a twelfth of the interval.
const BRISK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// The first pause after being told to ask less.
const THROTTLED: Duration = Duration::from_secs(5);
/// The longest pause, unless the source is asked more rarely than that anyway.
const LONGEST: Duration = Duration::from_mins(1);
/// The longest pause in multiples of the interval, so that a run soon sees an endpoint come back.
const LONGEST_INTERVALS: u32 = 4;

/// The pause after the `times`th trouble in a row of a source that is asked once every `every`; within a fifth of
/// the exact value, always the same for the same seed.
pub(super) fn delay(kind: TroubleKind, times: u32, every: Duration, seed: u64) -> Duration {
    let first = match kind {
        TroubleKind::Throttled => every.max(THROTTLED),
        TroubleKind::Unreachable | TroubleKind::TimedOut | TroubleKind::Faulty => {
            (every / 12).clamp(BRISK.0, BRISK.1)
        }
        TroubleKind::Denied
        | TroubleKind::Expired
        | TroubleKind::NoCredentials
        | TroubleKind::EndpointAway
        | TroubleKind::NotFound
        | TroubleKind::Refused => every,
    };
    let longest = (every * LONGEST_INTERVALS).min(LONGEST).max(every).max(first);
    let exact = first.saturating_mul(1 << times.saturating_sub(1).min(16)).min(longest);
    let mut hasher = DefaultHasher::new();
    (seed, times).hash(&mut hasher);
    let spread = u32::try_from(hasher.finish() % 401).unwrap_or_default();
    exact * (800 + spread) / 1000
}
