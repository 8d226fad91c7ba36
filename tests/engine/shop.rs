//! The scripted AWS: two Regions, two Aurora globals, five cluster endpoints, and metrics that follow them late.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pointsman::clock::Clock;
use pointsman::config;
use pointsman::model::World;
use pointsman::model::reading::{
    AuroraMember, AuroraMove, AuroraReading, ControlState, Identity, MetricAnswer, MetricBatch, Observation,
    Point, RdsEvent, Reading, Source, Trouble, TroubleKind,
};
use pointsman::model::topology::{Aurora, Metric, Region, Topology};
use pointsman::model::verdict;
use pointsman::plan::event::Answer;
use pointsman::plan::operation::{AuroraTarget, Failover, Operation, RoutingSet, Switchover};
use pointsman::plan::run::{Actuator, Boxed, Receipt};

pub(crate) const EAST: &str = "us-east-1";
pub(crate) const WEST: &str = "us-west-2";

/// How long a call takes, and how long a promotion does.
const CALL: Duration = Duration::from_millis(80);
const PROMOTION: SignedDuration = SignedDuration::from_secs(50);

/// What one call meets.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// It takes effect and says so.
    Accept,
    /// The service says no.
    Refuse(TroubleKind),
    /// It does not leave.
    NotSent(TroubleKind),
    /// No answer comes; whether it took effect is here.
    Lose { took: bool },
    /// It says yes and nothing happens.
    Lie,
    /// It takes effect, no answer comes, and these sources fall silent.
    Dark(Vec<Source>),
    /// It never comes back at all.
    Hang,
}

/// The shop behind the actuator.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) topology: Arc<Topology>,
    pub(crate) clock: Clock,
    metrics: Arc<[Metric]>,
    state: Arc<Mutex<State>>,
}

struct State {
    controls: BTreeMap<String, ControlState>,
    writers: BTreeMap<String, Region>,
    moves: BTreeMap<String, (Region, Timestamp)>,
    events: Vec<(String, RdsEvent)>,
    replies: BTreeMap<&'static str, VecDeque<Reply>>,
    away: BTreeSet<Source>,
    written: Vec<Written>,
    history: BTreeMap<Metric, Vec<Point>>,
    late: BTreeMap<Region, SignedDuration>,
    ended: Option<u64>,
    expired: bool,
}

/// One write as the shop saw it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    pub(crate) at: Timestamp,
    pub(crate) operation: Operation,
    pub(crate) took: bool,
}

impl Shop {
    /// A shop that has served for an hour: us-east-1 writes, both Regions are On.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same with another declaration.
    pub(crate) fn with(change: impl FnOnce(&mut Topology)) -> Self {
        let topology = config::parse(include_str!("shop.toml"), "shop.toml").unwrap().topology;
        let mut topology = Arc::unwrap_or_clone(topology);
        change(&mut topology);
        let topology = Arc::new(topology);
        let clock = Clock::starting_at("2026-11-20T14:02:07Z".parse().unwrap(), 1);
        let on = |name: &str| (name.to_owned(), ControlState::On);
        let state = State {
            controls: BTreeMap::from([on(EAST), on(WEST)]),
            writers: topology.auroras.iter().map(|a| (a.store.clone(), Region::new(EAST))).collect(),
            moves: BTreeMap::new(),
            events: Vec::new(),
            replies: BTreeMap::new(),
            away: BTreeSet::new(),
            written: Vec::new(),
            history: BTreeMap::new(),
            late: BTreeMap::new(),
            ended: None,
            expired: false,
        };
        let metrics = verdict::wanted_metrics(&topology).into();
        let shop = Self { topology, clock, metrics, state: Arc::new(Mutex::new(state)) };
        for back in (1..=60).rev() {
            shop.measure(minute(shop.clock.now()) - SignedDuration::from_mins(back));
        }
        shop
    }

    /// What the next calls of an API action meet, in order; after them it accepts again.
    pub(crate) fn replies(&self, api: &'static str, replies: impl IntoIterator<Item = Reply>) {
        self.state().replies.entry(api).or_default().extend(replies);
    }

    /// This source does not answer any more.
    pub(crate) fn lose(&self, source: Source) {
        self.state().away.insert(source);
    }

    /// It answers again.
    pub(crate) fn find(&self, source: &Source) {
        self.state().away.remove(source);
    }

    /// The credentials end, or are renewed.
    pub(crate) fn expire(&self, expired: bool) {
        self.state().expired = expired;
    }

    pub(crate) fn lose_endpoints(&self, regions: &[&str]) {
        for region in regions {
            self.lose(Source::Endpoint(Region::new(region)));
        }
    }

    /// From this journal line on nothing takes effect: the process that sends is gone.
    pub(crate) fn end_at(&self, seq: Option<u64>) {
        self.state().ended = seq;
    }

    /// The host's clock is set back; the shop's own past goes with it.
    pub(crate) fn set_back(&mut self, by: SignedDuration) {
        self.clock = Clock::starting_at(self.clock.now() - by, 1);
        let mut state = self.state();
        state.moves.values_mut().for_each(|(_, done)| *done -= by);
        state.events.iter_mut().for_each(|(_, event)| event.at -= by);
        state.history.values_mut().flatten().for_each(|point| point.at -= by);
    }

    /// From now on a Region's metrics are seen so much later.
    pub(crate) fn delay(&self, region: &str, by: SignedDuration) {
        self.state().late.insert(Region::new(region), by);
    }

    /// Somebody else changes a control.
    pub(crate) fn set(&self, control: &str, state: ControlState) {
        self.state().controls.insert(control.to_owned(), state);
    }

    pub(crate) fn controls(&self) -> BTreeMap<String, ControlState> {
        self.state().controls.clone()
    }

    pub(crate) fn writer(&self, store: &str) -> Region {
        let mut state = self.state();
        state.settle(self.clock.now());
        state.writers[store].clone()
    }

    pub(crate) fn written(&self) -> Vec<Written> {
        self.state().written.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A world that has just read everything once.
    pub(crate) async fn world(&self) -> World {
        let mut world = World::new(Arc::clone(&self.topology));
        for source in self.sources() {
            world.apply(self.look(&source).await);
        }
        world
    }

    /// Reads metrics and identity as a sampler would, until it is dropped.
    pub(crate) async fn sample(self, to: tokio::sync::mpsc::Sender<Observation>) {
        loop {
            self.clock.sleep(Duration::from_secs(20)).await;
            let metrics = self.sources().into_iter().filter(|s| matches!(s, Source::Metrics(_)));
            for source in metrics {
                if to.send(self.look(&source).await).await.is_err() {
                    return;
                }
            }
        }
    }

    fn sources(&self) -> Vec<Source> {
        let regions = || self.topology.regions.iter().map(|r| r.name.clone());
        let stores = || self.topology.auroras.iter().map(|a| a.store.clone());
        let endpoints = self.topology.routing.iter().flat_map(|r| &r.endpoints);
        let mut all: Vec<Source> = regions().map(Source::Metrics).collect();
        all.extend(endpoints.map(|e| Source::Endpoint(e.region.clone())));
        all.extend(stores().flat_map(|s| regions().map(move |r| Source::Aurora(s.clone(), r))));
        all.push(Source::Identity(Region::new(WEST)));
        all
    }

    /// Closes every minute up to now, as the services measure it.
    fn measure_until(&self, now: Timestamp) {
        loop {
            let newest = self.state().history.values().filter_map(|p| p.last()).map(|p| p.at).max();
            let Some(next) = newest.map(|at| at + SignedDuration::from_mins(1)) else { return };
            if next + SignedDuration::from_mins(1) > now {
                return;
            }
            self.measure(next);
        }
    }

    fn measure(&self, at: Timestamp) {
        for metric in self.metrics.iter() {
            let mut state = self.state();
            let value = state.value(metric);
            state.history.entry(metric.clone()).or_default().extend(value.map(|value| Point { at, value }));
        }
    }

    fn read(&self, source: &Source) -> Result<Reading, Trouble> {
        let now = self.clock.now();
        self.measure_until(now);
        let mut state = self.state();
        state.settle(now);
        if state.expired {
            return Err(trouble(TroubleKind::Expired));
        }
        if state.away.contains(source) {
            return Err(trouble(TroubleKind::Unreachable));
        }
        Ok(match source {
            Source::Metrics(region) => Reading::Metrics(state.metrics(region, now)),
            Source::Endpoint(_) => Reading::Controls(state.controls.clone()),
            Source::Aurora(store, _) => Reading::Aurora(state.aurora(self.aurora(store))),
            Source::AuroraEvents(store, region) => {
                let cluster = self.aurora(store).clusters[region].rsplit(':').next().unwrap().to_owned();
                let of =
                    state.events.iter().filter(|(s, e)| s == store && e.cluster == cluster && e.at <= now);
                Reading::AuroraEvents(of.map(|(_, e)| e.clone()).collect())
            }
            Source::Identity(_) => Reading::Identity(Identity {
                account: "111122223333".to_owned(),
                arn: "arn:aws:sts::111122223333:assumed-role/ops-failover/maria".to_owned(),
                ..Identity::default()
            }),
            other => panic!("the shop has no {other}"),
        })
    }

    fn aurora(&self, store: &str) -> &Aurora {
        self.topology.auroras.iter().find(|a| a.store == store).unwrap()
    }

    fn hangs(&self, operation: &Operation) -> bool {
        let mut state = self.state();
        let replies = state.replies.entry(operation.api()).or_default();
        let hangs = matches!(replies.front(), Some(Reply::Hang));
        if hangs {
            replies.pop_front();
        }
        hangs
    }

    fn answer(&self, operation: &Operation, seq: u64) -> Answer {
        let now = self.clock.now();
        let mut state = self.state();
        state.settle(now);
        let gone = state.ended.is_some_and(|ended| seq >= ended);
        let planned = state.replies.get_mut(operation.api()).and_then(VecDeque::pop_front);
        let planned = if state.expired { Some(Reply::NotSent(TroubleKind::Expired)) } else { planned };
        let reply = if gone { Reply::Lose { took: false } } else { planned.unwrap_or(Reply::Accept) };
        let took = matches!(reply, Reply::Accept | Reply::Lose { took: true } | Reply::Dark(_));
        let conflict = took && state.conflicts(operation);
        let took = took && !conflict;
        state.written.push(Written { at: now, operation: operation.clone(), took });
        if took {
            state.perform(operation, self, now);
        }
        if conflict {
            return refusal("InvalidGlobalClusterStateFault", TroubleKind::Refused);
        }
        match reply {
            Reply::Accept | Reply::Lie => Answer::Accepted {
                endpoint: self.endpoint(operation, 1),
                request_id: Some(format!("request-{seq}")),
                handle: None,
            },
            Reply::Refuse(kind) => refusal("Code", kind),
            Reply::NotSent(kind) => Answer::NotSent { trouble: trouble(kind) },
            Reply::Dark(sources) => {
                state.away.extend(sources);
                Answer::Lost { trouble: trouble(TroubleKind::TimedOut) }
            }
            Reply::Lose { .. } | Reply::Hang => Answer::Lost { trouble: trouble(TroubleKind::TimedOut) },
        }
    }
}

impl State {
    /// Promotions that are over by now.
    fn settle(&mut self, now: Timestamp) {
        let over: Vec<String> =
            self.moves.iter().filter(|(_, (_, done))| *done <= now).map(|(s, _)| s.clone()).collect();
        for store in over {
            let (to, _) = self.moves.remove(&store).unwrap();
            self.writers.insert(store, to);
        }
    }

    fn conflicts(&self, operation: &Operation) -> bool {
        match operation {
            Operation::AuroraSwitchover(Switchover(t)) | Operation::AuroraFailover(Failover(t)) => {
                self.moves.contains_key(&t.store) || self.writers[&t.store] == t.to
            }
            _ => false,
        }
    }

    fn perform(&mut self, operation: &Operation, shop: &Shop, now: Timestamp) {
        match operation {
            Operation::RoutingSet(RoutingSet { entries, .. }) => {
                self.controls.extend(entries.iter().map(|c| (c.control.clone(), c.state)));
            }
            Operation::AuroraSwitchover(Switchover(t)) | Operation::AuroraFailover(Failover(t)) => {
                self.moves.insert(t.store.clone(), (t.to.clone(), now + PROMOTION));
                self.tell(shop, t, now, "failover started");
                self.tell(shop, t, now + PROMOTION, "failover completed");
            }
            other => unreachable!("the shop has no hands for {other}"),
        }
    }

    fn tell(&mut self, shop: &Shop, target: &AuroraTarget, at: Timestamp, message: &str) {
        let cluster = shop.aurora(&target.store).clusters[&target.to].rsplit(':').next().unwrap();
        let event = RdsEvent { at, cluster: cluster.to_owned(), message: message.to_owned() };
        self.events.push((target.store.clone(), event));
    }

    fn aurora(&self, aurora: &Aurora) -> AuroraReading {
        let moving = self.moves.get(&aurora.store).map(|(to, _)| AuroraMove {
            status: "failing-over".to_owned(),
            from: aurora.clusters[&self.writers[&aurora.store]].clone(),
            to: aurora.clusters[to].clone(),
            data_loss_allowed: true,
        });
        let member = |(region, arn): (&Region, &String)| AuroraMember {
            region: region.clone(),
            arn: arn.clone(),
            writer: self.writers[&aurora.store] == *region,
            status: Some("available".to_owned()),
            sync: Some("connected".to_owned()),
            instances: Some(2),
        };
        AuroraReading {
            status: if moving.is_some() { "failing-over" } else { "available" }.to_owned(),
            members: aurora.clusters.iter().map(member).collect(),
            moving,
        }
    }

    /// What a service measures in this minute: traffic and orders go where controls are On, canaries succeed.
    fn value(&self, metric: &Metric) -> Option<f64> {
        if metric.name.as_ref() == "SuccessPercent" {
            return Some(100.0);
        }
        let on = |region: &str| self.controls[region] == ControlState::On;
        let region = metric.region.as_str();
        let own = if region == EAST { 390.0 } else { 196.0 };
        let share = match (on(EAST), on(WEST)) {
            (true, false) if region == EAST => 586.0,
            (false, true) if region == WEST => 586.0,
            _ if on(region) => own,
            _ => return (metric.name.as_ref() == "HealthCheckStatus").then(|| self.healthy(metric)),
        };
        match metric.name.as_ref() {
            "OrdersCreated" => Some(share),
            "RequestCount" => Some(share * 10.0),
            "HealthCheckStatus" => Some(self.healthy(metric)),
            "AuroraGlobalDBRPOLag" => Some(400.0),
            _ => None,
        }
    }

    fn healthy(&self, metric: &Metric) -> f64 {
        let id = &metric.dimensions["HealthCheckId"];
        let control = if id.starts_with("aaaa") { EAST } else { WEST };
        f64::from(u8::from(self.controls[control] == ControlState::On))
    }

    /// Points are seen a minute after their end.
    fn metrics(&self, region: &Region, now: Timestamp) -> MetricBatch {
        let late = self.late.get(region).copied().unwrap_or_default();
        let seen = |p: &&Point| now.duration_since(p.at) >= SignedDuration::from_mins(2) + late;
        let of = self.history.iter().filter(|(metric, _)| metric.region == *region);
        let series = of.map(|(metric, points)| MetricAnswer {
            metric: metric.clone(),
            points: points.iter().filter(seen).copied().collect(),
            trouble: None,
        });
        MetricBatch { until: minute(now), series: series.collect() }
    }
}

impl Actuator for Shop {
    fn endpoint(&self, operation: &Operation, _: u32) -> String {
        match operation {
            Operation::RoutingSet(_) => "cluster endpoint eu-west-1".to_owned(),
            Operation::AuroraSwitchover(Switchover(t)) => t.from.to_string(),
            Operation::AuroraFailover(Failover(t)) => t.to.to_string(),
            other => other.plane().to_string(),
        }
    }

    fn send<'a>(&'a self, operation: &'a Operation, receipt: &'a Receipt) -> Boxed<'a, Answer> {
        Box::pin(async move {
            self.clock.sleep(CALL).await;
            if self.hangs(operation) {
                std::future::pending::<()>().await;
            }
            self.answer(operation, receipt.entry().seq)
        })
    }

    fn look<'a>(&'a self, source: &'a Source) -> Boxed<'a, Observation> {
        Box::pin(async move {
            let asked = self.clock.now();
            self.clock.sleep(CALL / 2).await;
            let result = self.read(source);
            self.clock.sleep(CALL / 2).await;
            let every = Duration::from_secs(if matches!(source, Source::Metrics(_)) { 60 } else { 5 });
            Observation { source: source.clone(), asked, at: self.clock.now(), every, result }
        })
    }
}

fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap()
}

fn trouble(kind: TroubleKind) -> Trouble {
    Trouble { kind, text: "as scripted".to_owned(), request_id: None }
}

fn refusal(code: &str, kind: TroubleKind) -> Answer {
    Answer::Refused { code: code.to_owned(), trouble: trouble(kind) }
}
