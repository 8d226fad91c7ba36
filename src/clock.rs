//! The one clock: a wall time that runs at a chosen speed from a chosen origin.
//!
//! It is read only by `runtime`, `plan::run`, `sampler`, `sim`, `aws` (to sign and to back off) and `cli`;
//! everything else is given the time as a value.
//! It rides on tokio's own instant, so under tokio's paused clock a whole failover takes no real time.
//! It must never be set from inside a module that only needs to know what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A shared clock; clones show the same time, also after [`Clock::advance`].
#[derive(Clone, Debug)]
pub struct Clock {
    origin: Timestamp,
    start: Instant,
    speed: u32,
    advanced_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The wall clock at its own speed: what the console uses on a real account.
    #[must_use]
    pub fn wall() -> Self {
        Self::starting_at(Timestamp::now(), 1)
    }

    /// A clock that shows `origin` now and runs `speed` virtual seconds a real second (at least 1).
    #[must_use]
    pub fn starting_at(origin: Timestamp, speed: u32) -> Self {
        Self { origin, start: Instant::now(), speed: speed.max(1), advanced_ms: Arc::default() }
    }

    /// The time it shows now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let ran = self.start.elapsed().saturating_mul(self.speed);
        let advanced = SignedDuration::from_millis(self.advanced_ms.load(Ordering::Relaxed));
        let ran = SignedDuration::try_from(ran).unwrap_or(SignedDuration::MAX);
        self.origin.saturating_add(ran).and_then(|t| t.saturating_add(advanced)).unwrap_or(Timestamp::MAX)
    }

    /// Jumps forward for every holder of this clock; only the simulator's `advance` may use it.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.advanced_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Waits until `span` of this clock's time has passed (an advance in between does not cut it short).
    pub async fn sleep(&self, span: Duration) {
        tokio::time::sleep(self.real(span)).await;
    }

    /// How long `span` of this clock's time takes in real time.
    #[must_use]
    pub fn real(&self, span: Duration) -> Duration {
        span / self.speed
    }

    /// Virtual seconds a real second.
    #[must_use]
    pub fn speed(&self) -> u32 {
        self.speed
    }
}
