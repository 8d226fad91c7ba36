//! One simulated world and the bastions that look at it, each with clients of its own.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use pointsman::aws::Clients;
use pointsman::aws::shared::Shared;
use pointsman::clock::Clock;
use pointsman::config::{self, Config};
use pointsman::ledger::shared::Key;
use pointsman::ledger::shared::lease::{self, Claim, Holder, NoLease};
use pointsman::ledger::sqlite::Journal;
use pointsman::model::World;
use pointsman::model::topology::SharedTable;
use pointsman::plan::event::{Entry, Event, RunId, Start};
use pointsman::plan::history::History;
use pointsman::plan::progress::Progress;
use pointsman::plan::run::{self, WhenHeld};
use pointsman::plan::{Intent, Plan, Playbook, interlock};
use pointsman::runtime::Operator;
use pointsman::runtime::conch::Conch;
use pointsman::runtime::flight::{Flight, Gear};
use pointsman::runtime::shared::{Commons, Copier, Mandate, Taken};
use pointsman::sampler;
use pointsman::sim::scenario::{self, Scenario};
use pointsman::sim::{Sim, handout};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cable::Cable;
use crate::support::ByHand;

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
        Self::at_speed(1, change)
    }

    /// The same in a world that runs faster than its hosts.
    pub(super) fn at_speed(speed: u32, change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = scenario::find("calm").unwrap();
        change(&mut scenario);
        let clock = Clock::starting_at("2026-03-02T09:00:00Z".parse().unwrap(), speed);
        let sim = Sim::new(&scenario, 7, clock);
        let config = sim.look(|world| handout::config(world, BASE_URL));
        let config = config::parse(&config, "pointsman.toml").unwrap();
        Self { sim, config }
    }

    /// Clients of their own, as another bastion has them.
    pub(super) fn clients(&self) -> Clients {
        self.wired(Cable::new(&self.sim))
    }

    fn wired(&self, cable: Cable) -> Clients {
        let transport = SharedHttpClient::new(cable);
        let topology = self.config.topology.clone();
        Clients::new(&self.config.access, topology, self.sim.clock().clone(), Some(transport))
            .resolving_by(ByHand::way(&self.sim))
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

/// A bastion: a state directory of its own, an operator, and its way to AWS.
pub(super) struct Bastion<'a> {
    stage: &'a Stage,
    pub(super) state: TempDir,
    pub(super) operator: Operator,
    /// Its way to AWS, which can be cut.
    pub(super) cable: Cable,
    pub(super) clients: Clients,
    pub(super) commons: Commons,
    when_held: WhenHeld,
    copies: bool,
}

/// A run in flight at a bastion.
pub(super) struct Flying {
    pub(super) run: RunId,
    pub(super) flight: Flight,
    pub(super) mandate: Mandate,
}

impl Stage {
    /// Another bastion with its operator.
    pub(super) fn bastion(&self, who: &str, host: &str) -> Bastion<'_> {
        let state = tempfile::tempdir().unwrap();
        let operator = Operator { who: who.to_owned(), host: host.to_owned() };
        let (cable, clock) = (Cable::new(&self.sim), self.sim.clock().clone());
        let clients = self.wired(cable.clone());
        let declared = self.config.shared.clone().unwrap();
        let commons = Commons::new(&clients, declared, (state.path(), &operator), clock).unwrap();
        Bastion {
            stage: self,
            state,
            operator,
            cable,
            clients,
            commons,
            when_held: WhenHeld::StopThere,
            copies: true,
        }
    }
}

impl Bastion<'_> {
    /// Without a copy of its journal.
    pub(super) fn without_copy(self) -> Self {
        Self { copies: false, ..self }
    }

    /// With somebody there to be asked.
    pub(super) fn attended(self) -> Self {
        Self { when_held: WhenHeld::Wait, ..self }
    }

    pub(super) fn clock(&self) -> Clock {
        self.stage.sim.clock().clone()
    }

    pub(super) fn journal(&self) -> Journal {
        Journal::open(self.state.path()).unwrap()
    }

    /// Every line of its journal.
    pub(super) fn lines(&self) -> Vec<Entry> {
        self.journal().since(0).unwrap()
    }

    /// Its lines in words.
    pub(super) fn words(&self) -> Vec<String> {
        self.lines().iter().map(|entry| format!("{} {}", entry.event.word(), entry.event.detail())).collect()
    }

    /// Waits until another bastion can read every line that this one has written: how soon that is depends on the disk.
    pub(super) async fn is_copied_to(&self, other: &Bastion<'_>) {
        let began = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let written = self.lines().len();
            let run = other.commons.runs().await.unwrap().pop();
            let pulled = match run {
                Some(run) => other.commons.pull(run).await.map_or(0, |foreign| foreign.pulled.lines.len()),
                None => 0,
            };
            if pulled >= written {
                return;
            }
            assert!(began.elapsed() < Duration::from_mins(2), "{pulled} of {written} lines are copied");
        }
    }

    pub(super) async fn world(&self) -> World {
        let mut world = World::new(self.clients.topology().clone());
        for observation in sampler::once(&self.clients, &self.clock()).await {
            world.apply(observation);
        }
        world
    }

    /// Begins a run under a claim, as the command line does.
    pub(super) async fn start(&self, playbook: Playbook, claim: Claim) -> Result<Flying, NoLease> {
        self.start_changed(playbook, claim, |_| ()).await
    }

    /// The same with a plan that was changed.
    pub(super) async fn start_changed(
        &self,
        playbook: Playbook,
        claim: Claim,
        change: impl FnOnce(&mut Plan),
    ) -> Result<Flying, NoLease> {
        let world = self.world().await;
        let intent = Intent { playbook, from: EAST.into(), to: WEST.into() };
        let mut prepared =
            interlock::prepare(&world, &History::default(), &intent, self.clock().now()).unwrap();
        change(&mut prepared.plan);
        assert_eq!(interlock::holds(&prepared.interlocks), [""; 0]);
        let mut journal = self.journal();
        let conch = Conch::take(self.state.path(), &self.operator).unwrap();
        let Taken { mandate, right, .. } = self.commons.take(None, &claim).await?;
        let Operator { who, host } = &self.operator;
        let start = Start::new((who, host), None, "a test".to_owned(), true);
        let mut progress = run::start(prepared.plan, start, &mut journal, &self.clock()).unwrap();
        run::by_right(&mut progress, (who, host), right, &mut journal, &self.clock()).unwrap();
        mandate.acts_in(progress.run.clone()).await;
        Ok(self.fly(progress, world, (journal, conch, mandate)))
    }

    pub(super) fn fly(
        &self,
        progress: Progress,
        world: World,
        (journal, conch, mandate): (Journal, Conch, Mandate),
    ) -> Flying {
        let (run, clients, clock) = (progress.run.clone(), self.clients.clone(), self.clock());
        let gear = Gear {
            clients: clients.clone(),
            clock: clock.clone(),
            journal,
            conch,
            mandate: Some(mandate.clone()),
            copier: self.copies.then(|| Copier::begin(self.commons.clone(), self.state.path())),
            bell: None,
        };
        let (mut flight, readings) = Flight::begin(progress, world, gear, self.when_held);
        flight.read_for_itself(clients, clock, readings);
        Flying { run, flight, mandate }
    }
}

impl Flying {
    /// Follows the run until a line says so.
    pub(super) async fn until(&mut self, says: impl Fn(&Event) -> bool) -> Entry {
        loop {
            let line = self.flight.line().await.expect("the run has come to rest before");
            if says(&line.event) {
                return line;
            }
        }
    }

    /// Follows the run to where it rests.
    pub(super) async fn rest(mut self) -> Progress {
        while self.flight.line().await.is_some() {}
        self.flight.end().await.unwrap()
    }
}
