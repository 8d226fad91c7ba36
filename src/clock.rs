//! The one clock: the wall's time, or a virtual one that runs at a chosen speed.
//!
//! It is read only by `runtime`, `plan::run`, `sampler`, `sim`, `aws` (to sign and to back off) and `cli`;
//! everything else is given the time as a value.
//! A virtual clock rides on tokio's own instant, so under tokio's paused clock a whole failover takes no real time.
//! It must never be set from inside a module that only needs to know what time it is, and never goes back: where the
//! system's time of day is set back, it runs on from what it showed at half the pace, until that has come up with it.
//! What is signed bears the time of day itself, because a service holds it against its own clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The host's time of day: the operator's clock, whatever a simulated world's shows.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is where the host's clock is read")]
pub fn host_now() -> Timestamp {
    Timestamp::now()
}

/// A shared clock; clones show the same time, also after [`Clock::advance`] and [`Clock::follow`].
#[derive(Clone, Debug)]
pub struct Clock {
    face: Arc<Mutex<Face>>,
}

/// While it is ahead of the time of day it runs so many times slower.
const SLOWED: u32 = 2;

/// Where a clock has its time from.
#[derive(Clone, Copy, Debug)]
enum Face {
    /// The system's time of day, which also knows of a host that slept; it last showed `shown`, at the instant `since`.
    Wall { shown: Timestamp, since: Instant },
    /// It showed `at` at the instant `since` and runs `speed` virtual seconds a real second.
    Virtual { at: Timestamp, since: Instant, speed: u32 },
}

impl Face {
    fn wall() -> Self {
        Self::Wall { shown: host_now(), since: Instant::now() }
    }

    /// The time it shows when the system's time of day is `wall`.
    fn at(self, wall: Timestamp) -> Timestamp {
        match self {
            Self::Wall { shown, .. } if wall >= shown => wall,
            Self::Wall { shown, since } => after(shown, since.elapsed() / SLOWED),
            Self::Virtual { at, since, speed } => after(at, since.elapsed().saturating_mul(speed)),
        }
    }

    /// The same, and it remembers what it has shown.
    fn show(&mut self, wall: Timestamp) -> Timestamp {
        let now = self.at(wall);
        if let Self::Wall { shown, since } = self {
            (*shown, *since) = (now, Instant::now());
        }
        now
    }

    fn now(&mut self) -> Timestamp {
        self.show(host_now())
    }

    /// How far what it shows is ahead of that time of day, as a virtual time never is.
    fn ahead(self, wall: Timestamp) -> Duration {
        match self {
            Self::Wall { .. } => Duration::try_from(self.at(wall).duration_since(wall)).unwrap_or_default(),
            Self::Virtual { .. } => Duration::ZERO,
        }
    }

    fn speed(self) -> u32 {
        match self {
            Self::Wall { .. } => 1,
            Self::Virtual { speed, .. } => speed,
        }
    }
}

impl Clock {
    /// The wall clock: what the console uses on a real account.
    #[must_use]
    pub fn wall() -> Self {
        Self { face: Arc::new(Mutex::new(Face::wall())) }
    }

    /// The wall clock of a host whose time of day was set back by that much a moment ago.
    #[cfg(test)]
    pub(crate) fn set_back(by: Duration) -> Self {
        let face = Face::Wall { shown: after(host_now(), by), since: Instant::now() };
        Self { face: Arc::new(Mutex::new(face)) }
    }

    /// A clock that shows `origin` now and runs `speed` virtual seconds a real second (at least 1).
    #[must_use]
    pub fn starting_at(origin: Timestamp, speed: u32) -> Self {
        let face = Face::Virtual { at: origin, since: Instant::now(), speed: speed.max(1) };
        Self { face: Arc::new(Mutex::new(face)) }
    }

    /// The time it shows now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.face().now()
    }

    /// How far it is ahead of the host's time of day, because that was set back while it ran.
    #[must_use]
    pub fn ahead(&self) -> Duration {
        self.face().ahead(host_now())
    }

    /// What a request is signed with: the host's time of day as it is now, or a simulated world's time.
    #[must_use]
    pub fn to_sign(&self) -> Timestamp {
        let mut face = self.face();
        match *face {
            Face::Wall { .. } => host_now(),
            Face::Virtual { .. } => face.now(),
        }
    }

    /// Jumps forward for every holder of this clock; only the simulator's `advance` may use it.
    pub fn advance(&self, by: Duration) {
        let mut face = self.face();
        *face = Face::Virtual { at: after(face.now(), by), since: Instant::now(), speed: face.speed() };
    }

    /// Takes over the time and speed of a simulated world that this clock is behind of; it never goes back.
    pub fn follow(&self, at: Timestamp, speed: u32) {
        let mut face = self.face();
        let (shown, speed) = (face.now(), speed.max(1));
        if at > shown || speed != face.speed() {
            *face = Face::Virtual { at: at.max(shown), since: Instant::now(), speed };
        }
    }

    /// Waits until `span` of this clock's time has passed (an advance in between does not cut it short).
    pub async fn sleep(&self, span: Duration) {
        tokio::time::sleep(self.real(span)).await;
    }

    /// How long `span` of this clock's time takes in real time.
    #[must_use]
    pub fn real(&self, span: Duration) -> Duration {
        span / self.speed()
    }

    /// Virtual seconds a real second.
    #[must_use]
    pub fn speed(&self) -> u32 {
        self.face().speed()
    }

    fn face(&self) -> MutexGuard<'_, Face> {
        // A face is replaced in one go, so it is whole after a panic too.
        self.face.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn after(at: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: Timestamp = Timestamp::UNIX_EPOCH;

    fn seconds(clock: &Clock) -> f64 {
        clock.now().duration_since(ORIGIN).as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn runs_at_its_speed_and_jumps_for_all_clones() {
        let clock = Clock::starting_at(ORIGIN, 10);
        let other = clock.clone();
        clock.sleep(Duration::from_secs(20)).await;
        assert!((seconds(&other) - 20.0).abs() < 0.1, "{}", other.now());
        clock.advance(Duration::from_mins(5));
        assert!((seconds(&other) - 320.0).abs() < 0.1, "{}", other.now());
        assert_eq!(other.real(Duration::from_secs(5)), Duration::from_millis(500));
    }

    #[tokio::test(start_paused = true)]
    async fn follows_a_world_that_is_ahead_and_never_goes_back() {
        let clock = Clock::starting_at(ORIGIN, 1);
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        clock.follow(at(100), 60);
        assert_eq!((clock.now(), clock.speed()), (at(100), 60));
        clock.follow(at(90), 60);
        assert_eq!(clock.now(), at(100), "an answer that was long on its way tells an old time");
        clock.follow(at(90), 2);
        assert_eq!((clock.now(), clock.speed()), (at(100), 2));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(clock.now(), at(110));
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_of_day_that_is_set_back_does_not_take_the_clock_back() {
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        let mut face = Face::Wall { shown: at(1000), since: Instant::now() };
        assert_eq!(face.show(at(1010)), at(1010));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(face.show(at(416)), at(1013), "ten minutes back: it runs on");
        assert_eq!(face.ahead(at(416)), Duration::from_secs(597));
        let mut wall = 416;
        while face.ahead(at(wall)) > Duration::ZERO {
            let before = face.show(at(wall));
            tokio::time::advance(Duration::from_secs(4)).await;
            wall += 4;
            assert!(face.show(at(wall)) > before);
        }
        assert!((1600..=1620).contains(&wall), "the time of day has come up with it at {wall}");
        assert_eq!(face.show(at(1700)), at(1700), "and is followed again");
    }

    #[tokio::test]
    async fn the_wall_becomes_virtual_only_where_a_world_is_ahead_of_it() {
        let clock = Clock::wall();
        clock.follow(Timestamp::UNIX_EPOCH, 1);
        assert!(matches!(*clock.face(), Face::Wall { .. }));
        let ahead = host_now().saturating_add(SignedDuration::from_hours(1)).unwrap();
        clock.follow(ahead, 1);
        assert!(clock.now() >= ahead);
    }
}
