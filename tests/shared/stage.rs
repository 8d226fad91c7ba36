//! One simulated world and the bastions that look at it, each with clients of its own.

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use pointsman::aws::Clients;
use pointsman::aws::shared::Shared;
use pointsman::clock::Clock;
use pointsman::config::{self, Config};
use pointsman::ledger::shared::Key;
use pointsman::ledger::shared::lease::{self, Holder};
use pointsman::model::topology::SharedTable;
use pointsman::sim::scenario::{self, Scenario};
use pointsman::sim::{Sim, handout};
use serde_json::{Value, json};

use crate::support::InProcess;

pub(super) const EAST: &str = "us-east-1";
pub(super) const WEST: &str = "us-west-2";

/// A loopback address, so that the clients sign as the simulated caller; no socket is ever opened.
const BASE_URL: &str = "http://127.0.0.1:4566";

/// The world.
pub(super) struct Stage {
    pub(super) sim: Sim,
    pub(super) config: Config,
}

impl Stage {
    /// The calm world, whose table has a copy in both Regions and a witness.
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same after a change of its scenario.
    pub(super) fn with(change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = scenario::find("calm").unwrap();
        change(&mut scenario);
        let clock = Clock::starting_at("2026-03-02T09:00:00Z".parse().unwrap(), 1);
        let sim = Sim::new(&scenario, 7, clock);
        let config = sim.look(|world| handout::config(world, BASE_URL));
        let config = config::parse(&config, "pointsman.toml").unwrap();
        Self { sim, config }
    }

    /// Clients of their own, as another bastion has them.
    pub(super) fn clients(&self) -> Clients {
        let transport = SharedHttpClient::new(InProcess(self.sim.clone()));
        let topology = self.config.topology.clone();
        Clients::new(&self.config.access, topology, self.sim.clock().clone(), Some(transport))
    }

    /// The table as another bastion reaches it.
    pub(super) fn table(&self) -> Shared {
        Shared::new(self.clients(), self.config.shared.clone().unwrap())
    }

    /// The table as it would be declared for these Regions.
    pub(super) fn table_in(&self, regions: &[&str]) -> Shared {
        let regions = regions.iter().map(|region| (*region).into()).collect();
        Shared::new(self.clients(), SharedTable { table: "pointsmanLock".to_owned(), regions })
    }

    /// The key of the conch.
    pub(super) fn conch(&self) -> Key {
        let topology = &self.config.topology;
        lease::key(&pointsman::ledger::shared::partition(&topology.workload, &topology.environment))
    }

    pub(super) fn inject(&self, fault: &Value) -> u32 {
        self.sim.inject(&serde_json::from_value(fault.clone()).unwrap())
    }

    /// Nobody reaches the table any more.
    pub(super) fn throttle(&self) {
        self.inject(&json!({ "kind": "throttle", "service": "dynamodb", "rate": 1.0 }));
    }

    /// All is well again.
    pub(super) fn heal(&self) {
        self.inject(&json!({ "kind": "clear" }));
    }
}

/// Ana at the first bastion, ben at the second, each in a process of their own.
pub(super) fn holder(who: &str) -> Holder {
    let (host, process) = if who == "ana" { ("bastion-1", 100) } else { ("bastion-2", 200) };
    Holder { who: who.to_owned(), host: host.to_owned(), process, desk: format!("desk of {host}") }
}
