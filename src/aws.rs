//! AWS through its SDK: one client a service, Region and endpoint; reads for whoever asks, writes for a run.
//!
//! Everything that leaves this module is a [`Reading`], a [`Trouble`] or an [`Answer`](crate::plan::event::Answer);
//! no type of the SDK does. It acts and never decides: it neither repeats a write nor judges what a reading means,
//! and the only places that can write are [`actuator`] and, to the bastions' own table,
//! [`shared::gate`].

pub mod actuator;
mod arc;
mod aurora;
mod bound;
mod cloudwatch;
mod credentials;
mod diary;
mod dynamodb;
mod ecs;
mod error;
pub mod fis;
mod follow;
pub mod iam;
pub mod inventory;
mod metering;
mod profiles;
pub mod regionswitch;
mod replica;
mod route53;
#[cfg(test)]
mod script;
pub mod shared;
pub mod sign_in;
mod snapshot;
mod ssm;
mod sso;
mod sts;
mod time;
mod token;
mod wallet;

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::Access;
use crate::dns::{Resolvers, Way};
use crate::model::reading::{MetricBatch, Observation, Reading, Resolved, Source, Trouble, TroubleKind};
use crate::model::topology::{Metric, Region, Topology};
use crate::model::verdict::wanted_metrics;
use bound::Bound;
pub(crate) use cloudwatch::exists_at;
pub use cloudwatch::{QUERIES_A_CALL, Window};
use credentials::Finder;
use diary::Diary;
use follow::Following;
pub use metering::{Counted, Tally};
pub use ssm::FoundDocument;
use wallet::Wallet;

/// The longest one reading may take, whatever hangs: past it the reading is [`TroubleKind::TimedOut`].
pub const PATIENCE: Duration = Duration::from_secs(12);

/// How often a throttled reading that a person waits for is asked again, and after how long.
const INSISTS: usize = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// Clients for every Region and endpoint of a workload; clones share connections, credentials and counts.
///
/// Making it is cheap and sends nothing. It can only read; [`actuator::Hands`] is what writes.
#[derive(Clone)]
pub struct Clients {
    inner: Arc<Inner>,
}

struct Inner {
    topology: Arc<Topology>,
    wanted: Vec<Metric>,
    clock: Clock,
    wallet: Arc<Wallet>,
    bound: Arc<Bound>,
    resolvers: Resolvers,
    simulated: bool,
    tally: Arc<Tally>,
    diary: Arc<Diary>,
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients").field("workload", &self.inner.topology.workload).finish_non_exhaustive()
    }
}

impl Clients {
    /// Clients of the workload; `transport` replaces sockets, as tests do.
    #[must_use]
    pub fn new(
        access: &Access,
        topology: Arc<Topology>,
        clock: Clock,
        transport: Option<SharedHttpClient>,
    ) -> Self {
        // Whoever replaces the sockets says by what names are resolved, with `resolving_by`.
        let way = if transport.is_some() { Way::nowhere() } else { Way::sockets() };
        let http = transport.unwrap_or_else(|| bound::sockets(access, &topology));
        let simulated = access.is_simulated();
        let http = if simulated { SharedHttpClient::new(Following::new(http, &clock)) } else { http };
        let finder = Finder::new(access, &topology, &clock, &http);
        let wallet = Arc::new(Wallet::new(finder, clock.clone()));
        let bound = Arc::new(Bound::new(access, &clock, http, &wallet));
        let wanted = wanted_metrics(&topology);
        let resolvers = Resolvers::new(&topology, way);
        let inner = Inner {
            topology,
            wanted,
            clock,
            wallet,
            bound,
            resolvers,
            simulated,
            tally: Arc::default(),
            diary: Arc::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Clients of another declaration of the same workload: account, credentials, connections, counts and what was
    /// asked when are those of these. A cluster endpoint that was spoken to keeps its URL.
    #[must_use]
    pub fn redeclared(&self, topology: Arc<Topology>) -> Self {
        let wanted = wanted_metrics(&topology);
        let resolvers = self.inner.resolvers.of(&topology);
        let inner = Inner {
            topology,
            wanted,
            clock: self.inner.clock.clone(),
            wallet: Arc::clone(&self.inner.wallet),
            bound: Arc::clone(&self.inner.bound),
            resolvers,
            simulated: self.inner.simulated,
            tally: Arc::clone(&self.inner.tally),
            diary: Arc::clone(&self.inner.diary),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The code that a person read off a device, for a profile with `mfa_serial`: the next look for credentials uses it,
    /// once. It is kept nowhere else.
    pub fn give_code(&self, code: String) {
        self.inner.wallet.give_code(code);
    }

    /// Changes whenever there are credentials again after there were none, or a person has signed in.
    #[must_use]
    pub fn renewals(&self) -> watch::Receiver<u64> {
        self.inner.wallet.renewals()
    }

    /// The platform is a simulated one.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.inner.simulated
    }

    /// The same clients, asking resolvers another way; before there are clones of them.
    #[must_use]
    pub fn resolving_by(mut self, way: Way) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.resolvers = inner.resolvers.clone().by(way);
        }
        self
    }

    /// What exists, as the operator declared it.
    #[must_use]
    pub fn topology(&self) -> &Arc<Topology> {
        &self.inner.topology
    }

    /// What was asked so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.inner.tally
    }

    /// Every metric that a verdict needs, each once.
    #[must_use]
    pub fn wanted(&self) -> &[Metric] {
        &self.inner.wanted
    }

    /// Asks a source in its turn. Metrics are asked by [`Clients::observe_metrics`].
    pub async fn observe(&self, source: &Source, every: Duration) -> Observation {
        self.inner.diary.paced(source, every);
        self.stamped(source, every, Box::pin(self.read(source))).await
    }

    /// Asks a source out of turn, telling the cadence it is read at, so that its age is still judged by that.
    ///
    /// Of metrics it asks those whose period has passed since they were last asked. When there are none the
    /// observation is an empty one of that time, which proves nothing new.
    pub async fn look(&self, source: &Source) -> Observation {
        let every = self.inner.diary.every(source);
        if let Source::Metrics(region) = source
            && self.due(region).is_empty()
            && let Some(asked) = self.inner.diary.newest(region)
        {
            let batch = MetricBatch { until: Window::end(asked, 60), series: Vec::new() };
            let result = Ok(Reading::Metrics(batch));
            return Observation { source: source.clone(), asked, at: asked, every, result };
        }
        self.stamped(source, every, Box::pin(self.read(source))).await
    }

    /// The same, and again after a second while the service only says that it is asked too often: a person waits for
    /// this one, and the next turn of the cadence is too late for them.
    pub async fn insist(&self, source: &Source) -> Observation {
        for _ in 0..INSISTS {
            let seen = self.look(source).await;
            if !is_throttled(&seen) {
                return seen;
            }
            self.inner.clock.sleep(BETWEEN).await;
        }
        self.look(source).await
    }

    /// Asks metrics of one Region and one period over a window.
    pub async fn observe_metrics(
        &self,
        region: &Region,
        metrics: &[Metric],
        window: Window,
        every: Duration,
    ) -> Observation {
        let source = Source::Metrics(region.clone());
        self.inner.diary.paced(&source, every);
        let batch = async { self.metrics(region, metrics, window).await.map(Reading::Metrics) };
        self.stamped(&source, every, batch).await
    }

    /// When metrics of this Region and period were last asked.
    #[must_use]
    pub fn last_asked(&self, region: &Region, period: u32) -> Option<Timestamp> {
        self.inner.diary.asked(region, period)
    }

    /// Waits for credentials, but not for ever.
    async fn signer(&self) -> Result<(), Trouble> {
        tokio::select! {
            biased;
            ready = self.inner.wallet.ready() => ready,
            () = tokio::time::sleep(time::patience(&self.inner.clock, PATIENCE)) => Err(gave_up()),
        }
    }

    async fn stamped(
        &self,
        source: &Source,
        every: Duration,
        reading: impl Future<Output = Result<Reading, Trouble>>,
    ) -> Observation {
        let clock = &self.inner.clock;
        let asked = clock.now();
        let result = tokio::select! {
            biased;
            result = reading => result,
            () = tokio::time::sleep(time::patience(clock, PATIENCE)) => Err(gave_up()),
        };
        if result.as_ref().is_err_and(|trouble| trouble.kind == TroubleKind::Expired) {
            self.inner.wallet.forget();
        }
        Observation { source: source.clone(), asked, at: clock.now(), every, result }
    }

    async fn read(&self, source: &Source) -> Result<Reading, Trouble> {
        // A resolver asks for no credentials, so it waits for none.
        if !matches!(source, Source::Resolver(..)) {
            self.inner.wallet.ready().await?;
        }
        match source {
            Source::Metrics(region) => self.metrics_due(region).await.map(Reading::Metrics),
            Source::Endpoint(region) => self.controls(region).await.map(Reading::Controls),
            Source::Aurora(store, region) => self.aurora(store, region).await.map(Reading::Aurora),
            Source::AuroraEvents(store, region) => {
                self.aurora_events(store, region).await.map(Reading::AuroraEvents)
            }
            Source::Replica(store, region) => self.replica(store, region).await.map(Reading::Replica),
            Source::Snapshots(store, region) => {
                Box::pin(self.snapshots(store, region)).await.map(Reading::Snapshots)
            }
            Source::Table(store, region) => self.table(store, region).await.map(Reading::Table),
            Source::Experiments(name, region) => {
                Box::pin(self.experiments(name, region)).await.map(Reading::Experiments)
            }
            Source::Lever(region) => self.lever(region).await.map(Reading::Lever),
            Source::Executions(name, region) => {
                Box::pin(self.executions(name, region)).await.map(Reading::Executions)
            }
            Source::Service(name, region) => self.service(name, region).await.map(Reading::Service),
            Source::Automation(region, id) => self.automation(region, id).await.map(Reading::Automation),
            Source::Records(name) => self.records(name).await.map(Reading::Records),
            Source::RecordChange(id) => self.record_change(id).await.map(Reading::RecordChange),
            Source::HealthCheck(id) => self.health_check(id).await.map(Reading::HealthCheck),
            Source::Resolver(name, resolver) => self.resolved(name, resolver).await.map(Reading::Resolved),
            Source::Alarms(region) => self.alarms(region).await.map(Reading::Alarms),
            Source::Identity(region) => self.identity(region).await.map(Reading::Identity),
        }
    }

    async fn resolved(&self, name: &str, resolver: &str) -> Result<Resolved, Trouble> {
        let found = self.inner.topology.dns.iter().find(|dns| dns.name == name);
        let dns = found.ok_or_else(|| undeclared(&format!("the name {name}")))?;
        self.inner.resolvers.ask(dns, resolver).await
    }

    async fn metrics_due(&self, region: &Region) -> Result<MetricBatch, Trouble> {
        let metrics = self.due(region);
        let longest = metrics.iter().map(|metric| metric.period).max().unwrap_or(60);
        self.metrics(region, &metrics, Window::newest(self.inner.clock.now(), longest)).await
    }

    /// The wanted metrics of a Region that may be asked now.
    fn due(&self, region: &Region) -> Vec<Metric> {
        let now = self.inner.clock.now();
        let due = |metric: &&Metric| &metric.region == region && self.inner.diary.is_due(metric, now);
        self.inner.wanted.iter().filter(due).cloned().collect()
    }

    async fn metrics(
        &self,
        region: &Region,
        metrics: &[Metric],
        window: Window,
    ) -> Result<MetricBatch, Trouble> {
        self.inner.wallet.ready().await?;
        self.inner.diary.asks(metrics, self.inner.clock.now());
        self.metric_data(region, metrics, window).await
    }
}

fn is_throttled(seen: &Observation) -> bool {
    seen.result.as_ref().is_err_and(|trouble| trouble.kind == TroubleKind::Throttled)
}

fn gave_up() -> Trouble {
    let text = format!("no answer within {} s", PATIENCE.as_secs());
    Trouble { kind: TroubleKind::TimedOut, text, request_id: None }
}

/// A source that names something the workload does not declare.
fn undeclared(what: &str) -> Trouble {
    let text = format!("{what} is not declared in the config");
    Trouble { kind: TroubleKind::NotFound, text, request_id: None }
}
