//! The clients and the sampler against the simulator, through the real SDK, on tokio's paused clock.

mod compute;
mod databases;
mod drill;
mod names;
mod pace;
mod reads;
mod socket;
mod troubles;
mod writes;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use jiff::Timestamp;
use pointsman::aws::Clients;
use pointsman::clock::Clock;
use pointsman::config;
use pointsman::model::reading::{Observation, Reading, Source, Trouble};
use pointsman::model::topology::Region;
use pointsman::sim::fault::{Fault, Injection};
use pointsman::sim::{Sim, handout, scenario};

use crate::support::{ByHand, InProcess};

/// A loopback address, so that the clients sign as the simulated caller; no socket is ever opened.
const BASE_URL: &str = "http://127.0.0.1:4566";

/// How often a test pretends to ask.
const EVERY: Duration = Duration::from_secs(15);

/// The world of a scenario, seed 7, on tokio's clock.
fn world(name: &str) -> Sim {
    let start = "2026-03-02T09:00:00Z".parse().unwrap();
    Sim::new(&scenario::find(name).unwrap(), 7, Clock::starting_at(start, 1))
}

/// One request that left the clients.
#[derive(Clone, Debug, PartialEq)]
struct Call {
    at: Timestamp,
    region: String,
    service: String,
    path: String,
}

/// The simulator's door, noting what goes through it.
#[derive(Clone, Debug)]
struct Noted {
    door: InProcess,
    clock: Clock,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl HttpClient for Noted {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Noted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let signed = request.headers().get("authorization").unwrap_or_default().to_owned();
        let scope: Vec<&str> = signed.split(['/', ',']).collect();
        let path = request.uri().split('/').skip(3).collect::<Vec<_>>().join("/");
        let call = Call {
            at: self.clock.now(),
            region: scope.get(2).copied().unwrap_or_default().to_owned(),
            service: scope.get(3).copied().unwrap_or_default().to_owned(),
            path,
        };
        self.calls.lock().unwrap().push(call);
        self.door.call(request)
    }
}

/// A simulated world with clients in front of it.
struct Bench {
    sim: Sim,
    clients: Clients,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Bench {
    fn new(scenario: &str) -> Self {
        let sim = world(scenario);
        let text = sim.look(|world| handout::config(world, BASE_URL));
        Self::of(sim, &text)
    }

    fn of(sim: Sim, text: &str) -> Self {
        let clock = sim.clock().clone();
        let config = config::parse(text, "pointsman.toml").unwrap();
        let calls = Arc::default();
        let door = Noted { door: InProcess(sim.clone()), clock: clock.clone(), calls: Arc::clone(&calls) };
        let clients = Clients::new(&config.access, config.topology, clock, Some(SharedHttpClient::new(door)))
            .resolving_by(ByHand::way(&sim));
        Self { sim, clients, calls }
    }

    /// Injects a fault and lets the world live through its first seconds.
    fn inject(&self, fault: Fault) -> u32 {
        let id = self.sim.inject(&Injection { lasts: None, fault });
        self.sim.advance(Duration::from_secs(2));
        id
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    async fn observe(&self, source: &Source) -> Observation {
        self.clients.observe(source, EVERY).await
    }

    async fn read(&self, source: &Source) -> Reading {
        self.observe(source).await.result.unwrap()
    }

    async fn trouble(&self, source: &Source) -> Trouble {
        self.observe(source).await.result.unwrap_err()
    }
}

fn east() -> Region {
    Region::new("us-east-1")
}

fn west() -> Region {
    Region::new("us-west-2")
}
