//! The simulated AWS: a physical world, the wire protocols over it, and two doors in front.
//!
//! `Sim` is a cheap handle. Requests are the real SDK's bytes; the Region comes from the signature; the five
//! ARC endpoints are the path prefix `/cluster/{region}`.
//! It must never import `aws`, `plan`, `ui` or an SDK crate: it must not share a mistake with what it tests.

pub mod door;
pub mod fault;
pub mod handout;
pub mod scenario;
mod services;
mod wire;
pub mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::clock::Clock;
use fault::Injection;
use scenario::Scenario;
use services::Call;
use wire::{Protocol, Refusal, Value};
use world::gate::{Fate, Then};
use world::{World, WriteRecord};

/// What becomes of a request.
#[derive(Debug)]
pub enum Answer {
    /// An answer came.
    Response(http::Response<Bytes>),
    /// The connection is open and no answer will ever come.
    Hung,
    /// The connection broke before the answer.
    Dropped,
}

/// A handle on one simulated AWS; clones share the world.
#[derive(Clone)]
pub struct Sim {
    inner: Arc<Inner>,
}

struct Inner {
    world: Mutex<World>,
    clock: Clock,
    seed: u64,
    requests: AtomicU64,
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim")
            .field("now", &self.now())
            .field("seed", &self.inner.seed)
            .finish_non_exhaustive()
    }
}

impl Sim {
    /// A world as the scenario says, at the time its clock shows now.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64, clock: Clock) -> Self {
        let world = Mutex::new(World::new(scenario, seed, clock.now()));
        Self { inner: Arc::new(Inner { world, clock, seed, requests: AtomicU64::new(0) }) }
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The clock the world runs on.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Jumps forward in time; the world lives through all of it.
    pub fn advance(&self, by: Duration) {
        self.inner.clock.advance(by);
        self.catch_up();
    }

    /// Brings the world up to its clock.
    pub fn catch_up(&self) {
        drop(self.world());
    }

    /// The world, brought up to its clock.
    fn world(&self) -> MutexGuard<'_, World> {
        // A panic in a test's thread leaves a world that is still whole: every change is made in one go.
        let mut world = self.inner.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.run_to(self.inner.clock.now());
        world
    }

    /// What is so, whatever `CloudWatch` shows: time, Regions, roles, lag, control states, faults.
    #[must_use]
    pub fn truth(&self) -> serde_json::Value {
        self.world().truth()
    }

    /// Starts or clears a fault now; the id is what clears it.
    #[expect(clippy::must_use_candidate, reason = "a fault that is never cleared needs no id")]
    pub fn inject(&self, injection: &Injection) -> u32 {
        self.world().inject(injection)
    }

    /// Every write that took effect so far, oldest first.
    #[must_use]
    pub fn writes(&self) -> Vec<WriteRecord> {
        self.world().log.clone()
    }

    /// A `pointsman.toml` for this world behind that base URL.
    #[must_use]
    pub fn config(&self, base_url: &str) -> String {
        handout::config(&self.world(), base_url)
    }

    /// Looks into the world, brought up to its clock; for tests and for what is not an API call.
    pub fn look<T>(&self, at: impl FnOnce(&World) -> T) -> T {
        at(&self.world())
    }

    /// Serves one request as AWS would: with its latency, its faults, its lost answers.
    pub async fn handle(&self, request: http::Request<Bytes>) -> Answer {
        if let Some(response) = self.backstage(&request) {
            return Answer::Response(response);
        }
        let call = match services::understand(&request) {
            Ok(call) => call,
            Err(misread) => {
                let result = Err(misread.refusal);
                return Answer::Response(self.frame(misread.protocol, "", &result));
            }
        };
        let Fate { latency, then } = self.world().gate(&call.arrival());
        if !latency.is_zero() {
            self.inner.clock.sleep(latency).await;
        }
        match then {
            Then::Serve => Answer::Response(self.serve(&call)),
            Then::Hang => Answer::Hung,
            Then::Refuse(error) => {
                let result = Err(call.service.refusal(error));
                Answer::Response(self.frame(call.protocol, &call.operation, &result))
            }
            Then::ServeThenDrop => {
                let _lost = self.serve(&call);
                Answer::Dropped
            }
        }
    }

    fn serve(&self, call: &Call) -> http::Response<Bytes> {
        let id = self.request_id();
        let mut world = self.world();
        let written = world.log.len();
        let result = services::perform(&mut world, call);
        if world.log.len() > written {
            world.name_last_write(&id);
            // The world knows what changed; what was asked for is known here.
            if let Some(last) = world.log.last_mut() {
                last.operation.clone_from(&call.operation);
            }
        }
        drop(world);
        wire::answer(call.protocol, &call.operation, &result, &id, self.now())
    }

    fn frame(
        &self,
        protocol: Protocol,
        operation: &str,
        result: &Result<Value, Refusal>,
    ) -> http::Response<Bytes> {
        wire::answer(protocol, operation, result, &self.request_id(), self.now())
    }

    /// An id as AWS gives each request, the same for the same seed and order.
    fn request_id(&self) -> String {
        let count = self.inner.requests.fetch_add(1, Ordering::Relaxed);
        let mixed = (self.inner.seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        format!("{:08x}-0000-4000-8000-{count:012x}", mixed >> 32)
    }
}
