//! A small builder of worlds for the unit tests of this crate: the two-Region shop and what was seen of it.
//!
//! It goes through [`World::apply`] like everything else and must never set a field of the world.

pub(crate) mod panels;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::World;
use super::reading::{
    AuroraMember, AuroraMove, AuroraReading, ControlState, MetricAnswer, MetricBatch, Observation, Point,
    Reading, Resolved, Source, Trouble, TroubleKind,
};
use super::topology::{
    Aurora, Control, DnsName, DnsRecord, Endpoint, Formula, LagLink, Metric, Missing, Objectives, OrdersSpec,
    Panel, Policy, Region, RegionSpec, Resolver, Routing, Rule, RuleKind, RuleLogic, Signal, Table,
    Threshold, Topology, Unit,
};
use super::verdict::aurora_lag_metric;

pub(crate) const EAST: &str = "us-east-1";
pub(crate) const WEST: &str = "us-west-2";
const ENDPOINTS: [&str; 5] = [EAST, WEST, "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

pub(crate) fn east() -> Region {
    Region::new(EAST)
}

pub(crate) fn west() -> Region {
    Region::new(WEST)
}

/// A metric of one minute with one dimension.
pub(crate) fn metric(region: &str, name: &str, dimension: (&str, &str), statistic: &str) -> Metric {
    Metric {
        region: Region::new(region),
        namespace: "Test".into(),
        name: name.into(),
        dimensions: Arc::new(BTreeMap::from([(dimension.0.to_owned(), dimension.1.to_owned())])),
        statistic: statistic.into(),
        period: 60,
    }
}

pub(crate) fn canary(from: &str, name: &str, label: &str) -> Signal {
    Signal {
        name: label.to_owned(),
        family: "canary".to_owned(),
        formula: Formula::Value(metric(from, "SuccessPercent", ("CanaryName", name), "Average")),
        look: Some(Threshold::Below(95.0)),
        bad: Some(Threshold::Below(80.0)),
        missing: Missing::Unknown,
        unit: Unit::Percent,
    }
}

pub(crate) fn requests(region: &str) -> Metric {
    metric(region, "RequestCount", ("LoadBalancer", region), "Sum")
}

pub(crate) fn errors(region: &str) -> Metric {
    metric(region, "HTTPCode_Target_5XX_Count", ("LoadBalancer", region), "Sum")
}

pub(crate) fn alb(region: &str) -> Signal {
    Signal {
        name: "5xx / requests".to_owned(),
        family: "alb".to_owned(),
        formula: Formula::Share { part: errors(region), whole: requests(region) },
        look: Some(Threshold::Above(1.0)),
        bad: Some(Threshold::Above(5.0)),
        missing: Missing::Zero,
        unit: Unit::Percent,
    }
}

pub(crate) fn tasks(region: &str) -> Signal {
    let count = |name| metric(region, name, ("ServiceName", "ui"), "Average");
    Signal {
        name: "tasks".to_owned(),
        family: "ecs".to_owned(),
        formula: Formula::Of { part: count("RunningTaskCount"), whole: count("DesiredTaskCount") },
        look: Some(Threshold::Below(100.0)),
        bad: Some(Threshold::Below(50.0)),
        missing: Missing::Unknown,
        unit: Unit::Percent,
    }
}

pub(crate) fn created(region: &str) -> Metric {
    metric(region, "OrdersCreated", ("Shop", "retail"), "Sum")
}

fn region(name: &str, other: &str, short: &str, capacity: f64) -> RegionSpec {
    let signals = vec![
        canary(name, "lcl-rgnl-home", "canary local"),
        canary(other, "rmt-rgnl-home", "canary remote"),
        alb(name),
        tasks(name),
    ];
    RegionSpec { name: Region::new(name), short: short.to_owned(), capacity: Some(capacity), signals }
}

fn aurora(store: &str) -> Aurora {
    let arn = |region: &str, at: u8| {
        let cluster = format!("{store}-dbcluster-0{at}-{region}");
        (Region::new(region), format!("arn:aws:rds:{region}:111122223333:cluster:{cluster}"))
    };
    Aurora {
        store: store.to_owned(),
        global: format!("{store}-global-db-cluster"),
        clusters: BTreeMap::from([arn(EAST, 1), arn(WEST, 2)]),
        rpo: Duration::from_secs(30),
    }
}

fn routing() -> Routing {
    let control = |region: &str| Control {
        name: region.to_owned(),
        arn: format!("arn:aws:route53-recovery-control::111122223333:controlpanel/c/routingcontrol/{region}"),
        region: Some(Region::new(region)),
        health_check: Some(format!("check-{region}")),
    };
    let endpoint = |region: &&str| Endpoint {
        region: Region::new(region),
        url: format!("http://127.0.0.1:4566/cluster/{region}"),
    };
    let rule = Rule {
        name: "at-least-one-on".to_owned(),
        arn: "arn:aws:route53-recovery-control::111122223333:controlpanel/c/safetyrule/r".to_owned(),
        kind: RuleKind::Assertion { asserted: vec![EAST.to_owned(), WEST.to_owned()] },
        logic: RuleLogic::AtLeast(1),
        inverted: false,
        wait: Duration::from_secs(5),
    };
    Routing {
        cluster: "arn:aws:route53-recovery-control::111122223333:cluster/c".to_owned(),
        panels: vec![Panel {
            name: None,
            arn: "arn:aws:route53-recovery-control::111122223333:controlpanel/c".to_owned(),
        }],
        endpoints: ENDPOINTS.iter().map(endpoint).collect(),
        controls: vec![control(EAST), control(WEST)],
        rules: vec![rule],
    }
}

fn dns() -> DnsName {
    let record = |region: &str| DnsRecord {
        id: region.to_owned(),
        region: Region::new(region),
        health_check: Some(format!("check-{region}")),
        target: None,
        target_zone: None,
    };
    DnsName {
        name: "store.example.com".to_owned(),
        zone: "Z0RETAILSTORE".to_owned(),
        kind: "A".to_owned(),
        policy: Policy::Latency,
        ttl: Duration::from_mins(1),
        records: vec![record(WEST), record(EAST)],
    }
}

/// The same shop with three resolvers, and what stands behind each record declared.
pub(crate) fn resolved_names() -> Topology {
    let mut topology = two_regions();
    for record in &mut topology.dns[0].records {
        record.target = Some(format!("alb.{}.example", record.region));
        record.target_zone = Some("ZALB".to_owned());
    }
    let resolver = |name: &str| Resolver { name: name.to_owned(), address: None };
    topology.resolvers = ["one", "two", "three"].map(resolver).to_vec();
    topology
}

/// An address that stands in a Region.
fn address(region: &str) -> IpAddr {
    let number = region.bytes().fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, number))
}

/// The shop in us-east-1 and us-west-2.
pub(crate) fn two_regions() -> Topology {
    Topology {
        workload: "retail-store".to_owned(),
        environment: "simulated".to_owned(),
        account: Some("111122223333".to_owned()),
        home: None,
        objectives: Objectives { rto: Duration::from_mins(10), rpo: Duration::from_secs(30) },
        regions: vec![region(EAST, WEST, "use1", 600.0), region(WEST, EAST, "usw2", 600.0)],
        routing: Some(routing()),
        auroras: vec![aurora("orders"), aurora("catalog")],
        replicas: Vec::new(),
        tables: vec![Table {
            store: "carts".to_owned(),
            table: "cartsTable".to_owned(),
            regions: vec![east(), west()],
            rpo: Duration::from_secs(30),
        }],
        experiments: Vec::new(),
        plans: Vec::new(),
        services: Vec::new(),
        runbooks: Vec::new(),
        lag_links: vec![LagLink {
            store: "assets".to_owned(),
            from: east(),
            to: west(),
            metric: metric(WEST, "ReplicationLatency", ("RuleId", "all"), "Maximum"),
            unit: Unit::Seconds,
            rpo: Duration::from_mins(15),
        }],
        dns: vec![dns()],
        resolvers: Vec::new(),
        orders: Some(OrdersSpec {
            series: BTreeMap::from([(east(), created(EAST)), (west(), created(WEST))]),
            store: Some("orders".to_owned()),
        }),
        ..Topology::default()
    }
}

/// A world at a moment; each call is one more observation of it.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
}

impl Scene {
    /// Nothing was seen yet; it is 14:02:07 UTC.
    pub(crate) fn new(topology: Topology) -> Self {
        let now = "2026-11-20T14:02:07Z".parse().unwrap();
        Self { world: World::new(Arc::new(topology)), now }
    }

    /// An hour of health everywhere: us-east-1 writes and has 390 orders a minute, us-west-2 has 196.
    pub(crate) fn calm() -> Self {
        let mut scene = Self::new(two_regions());
        for (name, orders) in [(EAST, 390.0), (WEST, 196.0)] {
            for label in ["lcl-rgnl-home", "rmt-rgnl-home"] {
                let Formula::Value(canary) = canary(name, label, label).formula else { unreachable!() };
                scene.steady(&canary, 100.0);
            }
            let Formula::Of { part, whole } = tasks(name).formula else { unreachable!() };
            scene.steady(&part, 6.0);
            scene.steady(&whole, 6.0);
            scene.steady(&requests(name), orders * 10.0);
            scene.silent(&errors(name));
            scene.steady(&created(name), orders);
        }
        for store in ["orders", "catalog"] {
            scene.steady_lag(store, 400.0);
            for asked in [EAST, WEST] {
                scene.writer(store, EAST, asked);
            }
        }
        for endpoint in ENDPOINTS {
            scene.controls(endpoint, [ControlState::On, ControlState::On]);
        }
        scene
    }

    fn steady_lag(&mut self, store: &str, ms: f64) {
        let lag = aurora_lag_metric(&aurora(store), &east(), &west()).unwrap();
        self.steady(&lag, ms);
    }

    pub(crate) fn lag(&mut self, store: &str, ms: &[f64]) {
        let lag = aurora_lag_metric(&aurora(store), &east(), &west()).unwrap();
        self.tail(&lag, ms);
    }

    /// The same value for the last hour.
    pub(crate) fn steady(&mut self, metric: &Metric, value: f64) {
        self.tail(metric, &[value; 60]);
    }

    /// Values of the newest minutes, oldest first; the last one is of the minute before the running one's.
    pub(crate) fn tail(&mut self, metric: &Metric, values: &[f64]) {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        self.minutes(metric, &values);
    }

    /// As [`Scene::tail`], with minutes in which nothing was measured.
    pub(crate) fn minutes(&mut self, metric: &Metric, values: &[Option<f64>]) {
        let newest = self.minute(2);
        let points = values.iter().rev().zip(0..).filter_map(|(value, back)| {
            let at = newest - SignedDuration::from_mins(back);
            value.map(|value| Point { at, value })
        });
        let mut points: Vec<Point> = points.collect();
        points.reverse();
        self.answer(metric, points, None);
    }

    /// It was asked for and had no points.
    pub(crate) fn silent(&mut self, metric: &Metric) {
        self.answer(metric, Vec::new(), None);
    }

    /// Its part of the answer failed.
    pub(crate) fn forbidden(&mut self, metric: &Metric) {
        self.answer(metric, Vec::new(), Some(trouble(TroubleKind::Denied)));
    }

    fn answer(&mut self, metric: &Metric, points: Vec<Point>, trouble: Option<Trouble>) {
        let series = vec![MetricAnswer { metric: metric.clone(), points, trouble }];
        let batch = MetricBatch { until: self.minute(0), series };
        self.see(Source::Metrics(metric.region.clone()), Ok(Reading::Metrics(batch)));
    }

    /// The start of the minute so many before the running one.
    pub(crate) fn minute(&self, back: i64) -> Timestamp {
        let running = self.now.as_second().div_euclid(60) * 60;
        Timestamp::from_second(running - back * 60).unwrap()
    }

    pub(crate) fn controls(&mut self, endpoint: &str, states: [ControlState; 2]) {
        let [east, west] = states;
        let states = BTreeMap::from([(EAST.to_owned(), east), (WEST.to_owned(), west)]);
        self.see(Source::Endpoint(Region::new(endpoint)), Ok(Reading::Controls(states)));
    }

    /// All five endpoints say the same.
    pub(crate) fn controls_everywhere(&mut self, states: [ControlState; 2]) {
        for endpoint in ENDPOINTS {
            self.controls(endpoint, states);
        }
    }

    pub(crate) fn writer(&mut self, store: &str, writer: &str, asked: &str) {
        let reading = AuroraReading {
            status: "available".to_owned(),
            members: members(store, &[writer]),
            moving: None,
        };
        self.aurora(store, asked, reading);
    }

    /// A move to us-west-2 while these say they write.
    pub(crate) fn moving(&mut self, store: &str, writers: &[&str]) {
        let arn = |region: Region| aurora(store).clusters.get(&region).cloned().unwrap();
        let moving = AuroraMove {
            status: "failing-over".to_owned(),
            from: arn(east()),
            to: arn(west()),
            data_loss_allowed: true,
        };
        let members = members(store, writers);
        self.aurora(
            store,
            WEST,
            AuroraReading { status: "failing-over".to_owned(), members, moving: Some(moving) },
        );
    }

    pub(crate) fn aurora(&mut self, store: &str, asked: &str, reading: AuroraReading) {
        self.see(Source::Aurora(store.to_owned(), Region::new(asked)), Ok(Reading::Aurora(reading)));
    }

    /// A resolver answers the shop's name with addresses in these Regions, for so many seconds.
    pub(crate) fn resolves(&mut self, resolver: &str, regions: &[&str], ttl: u64) {
        let resolved = Resolved {
            addresses: regions.iter().map(|region| address(region)).collect(),
            chain: Vec::new(),
            ttl: Duration::from_secs(ttl),
            behind: [EAST, WEST].map(|region| (Region::new(region), vec![address(region)])).into(),
        };
        let source = Source::Resolver("store.example.com".to_owned(), resolver.to_owned());
        self.see(source, Ok(Reading::Resolved(resolved)));
    }

    pub(crate) fn fail(&mut self, source: Source, kind: TroubleKind) {
        self.see(source, Err(trouble(kind)));
    }

    /// An answer of this moment; metrics are asked each minute, the rest every 10 s.
    pub(crate) fn see(&mut self, source: Source, result: Result<Reading, Trouble>) {
        let every = match source {
            Source::Metrics(_) => Duration::from_mins(1),
            _ => Duration::from_secs(10),
        };
        let asked = self.now - SignedDuration::from_millis(80);
        self.world.apply(Observation { source, asked, at: self.now, every, result });
    }

    pub(crate) fn later(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// us-east-1 fails for its last three minutes: canaries, errors, orders.
    pub(crate) fn region_loss() -> Self {
        let mut scene = Self::calm();
        for from in [(EAST, "lcl-rgnl-home"), (WEST, "rmt-rgnl-home")] {
            let Formula::Value(canary) = canary(from.0, from.1, "").formula else { unreachable!() };
            scene.tail(&canary, &[55.0, 48.0, 41.0]);
        }
        scene.tail(&requests(EAST), &[900.0, 500.0, 412.0]);
        scene.tail(&errors(EAST), &[80.0, 60.0, 49.852]);
        scene.tail(&created(EAST), &[300.0, 200.0, 148.0]);
        scene.lag("orders", &[1_000.0, 4_000.0, 8_900.0]);
        scene
    }
}

pub(crate) fn trouble(kind: TroubleKind) -> Trouble {
    Trouble { kind, text: "no answer in 3 s".to_owned(), request_id: None }
}

fn members(store: &str, writers: &[&str]) -> Vec<AuroraMember> {
    let clusters = aurora(store).clusters;
    let member = |(region, arn): (Region, String)| AuroraMember {
        writer: writers.contains(&region.as_str()),
        arn,
        status: Some("available".to_owned()),
        sync: Some("connected".to_owned()),
        instances: Some(1),
        region,
    };
    clusters.into_iter().map(member).collect()
}
