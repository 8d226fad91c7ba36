//! Worlds for frames: made by applying observations, so that the verdicts on them really compute.
//!
//! The tests of the screen and the benchmarks share it; it knows nothing of either.
#![allow(dead_code, reason = "each binary that includes it uses its own part")]

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pointsman::model::World;
use pointsman::model::reading::{
    AuroraMember, AuroraReading, ControlState, Identity, Lead, MetricAnswer, MetricBatch, Observation, Point,
    Reading, RecordReading, RecordRouting, Resolved, Source, TableReading, Trouble, TroubleKind,
};
use pointsman::model::topology::{
    Aurora, Control, DnsName, DnsRecord, Endpoint, Formula, LagLink, Metric, Missing, Objectives, OrdersSpec,
    Panel, Policy, Region, RegionSpec, Resolver, Routing, Rule, RuleKind, RuleLogic, Signal, Table,
    Threshold, Topology, Unit,
};
use pointsman::model::verdict;

/// The account of every fixture.
pub(crate) const ACCOUNT: &str = "111122223333";

/// The five Regions of an ARC cluster.
const ENDPOINTS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

/// Minutes of history.
const MINUTES: i64 = 60;

/// How the world stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Everything is well.
    Calm,
    /// The first Region has been going bad for three minutes, lag grows, orders fall.
    Degraded,
    /// Nothing was read for four minutes.
    Stale,
    /// The first Region's CloudWatch and two endpoints have not answered for twelve minutes.
    Unreachable,
    /// Nothing was read yet.
    Empty,
}

/// The time of every fixture: a frame shows it as 14:02:07.
pub(crate) fn now() -> Timestamp {
    "2026-03-14T14:02:07Z".parse().unwrap()
}

/// A metric without a Region's own dimensions.
fn metric(region: &str, namespace: &str, name: &str, dimensions: &[(&str, &str)], statistic: &str) -> Metric {
    Metric {
        region: Region::new(region),
        namespace: namespace.into(),
        name: name.into(),
        dimensions: Arc::new(dimensions.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()),
        statistic: statistic.into(),
        period: 60,
    }
}

fn signal(name: &str, family: &str, formula: Formula, unit: Unit, limits: (Threshold, Threshold)) -> Signal {
    let missing = if family == "alb" { Missing::Zero } else { Missing::Unknown };
    let (look, bad) = limits;
    Signal {
        name: name.to_owned(),
        family: family.to_owned(),
        formula,
        look: Some(look),
        bad: Some(bad),
        missing,
        unit,
    }
}

fn canary(name: &str, published_in: &str, canary: &str) -> Signal {
    let metric =
        metric(published_in, "CloudWatchSynthetics", "SuccessPercent", &[("CanaryName", canary)], "Average");
    let limits = (Threshold::Below(95.0), Threshold::Below(80.0));
    signal(name, "canary", Formula::Value(metric), Unit::Percent, limits)
}

fn retail_region(name: &str, other: &str, short: &str) -> RegionSpec {
    let balancer = format!("app/retail-{short}/50dc6c495c0c9188");
    let alb =
        |name_of: &str| metric(name, "AWS/ApplicationELB", name_of, &[("LoadBalancer", &balancer)], "Sum");
    let service = [("ClusterName", "mr-app-ecs-cluster"), ("ServiceName", "ui")];
    let tasks = |name_of: &str| metric(name, "ECS/ContainerInsights", name_of, &service, "Average");
    let errors = Formula::Share { part: alb("HTTPCode_Target_5XX_Count"), whole: alb("RequestCount") };
    let running = Formula::Of { part: tasks("RunningTaskCount"), whole: tasks("DesiredTaskCount") };
    RegionSpec {
        name: Region::new(name),
        short: short.to_owned(),
        capacity: Some(if short == "use1" { 700.0 } else { 320.0 }),
        signals: vec![
            canary("canary local", name, "lcl-rgnl-home"),
            canary("canary remote", other, "rmt-rgnl-home"),
            canary("canary global", name, "global-home"),
            signal(
                "5xx/requests",
                "alb",
                errors,
                Unit::Percent,
                (Threshold::Above(1.0), Threshold::Above(5.0)),
            ),
            signal("tasks", "ecs", running, Unit::Percent, (Threshold::Below(100.0), Threshold::Below(50.0))),
        ],
    }
}

fn aurora(store: &str) -> Aurora {
    let arn = |region: &str, number: u8| {
        (
            Region::new(region),
            format!("arn:aws:rds:{region}:{ACCOUNT}:cluster:{store}-dbcluster-0{number}-{region}"),
        )
    };
    Aurora {
        store: store.to_owned(),
        global: format!("{store}-global-db-cluster"),
        clusters: [arn("us-east-1", 1), arn("us-west-2", 2)].into(),
        rpo: Duration::from_secs(30),
    }
}

fn routing(regions: &[&str]) -> Routing {
    let arc = format!("arn:aws:route53-recovery-control::{ACCOUNT}");
    let panel = format!("{arc}:controlpanel/0123456789abcdef0123456789abcdef");
    let controls = regions.iter().enumerate().map(|(at, region)| Control {
        name: (*region).to_owned(),
        arn: format!("{panel}/routingcontrol/{at:016x}"),
        region: Some(Region::new(region)),
        health_check: Some(health_check(at)),
    });
    let endpoints = ENDPOINTS.iter().map(|region| Endpoint {
        region: Region::new(region),
        url: format!("http://127.0.0.1:4566/cluster/{region}"),
    });
    Routing {
        cluster: format!("{arc}:cluster/0f5a3c1e-8d2b-4e6f-9a7c-1b2d3e4f5a6b"),
        endpoints: endpoints.collect(),
        controls: controls.collect(),
        rules: vec![Rule {
            name: "at-least-one-on".to_owned(),
            arn: format!("{panel}/safetyrule/00000000000000aa"),
            kind: RuleKind::Assertion { asserted: regions.iter().map(|r| (*r).to_owned()).collect() },
            logic: RuleLogic::AtLeast(1),
            inverted: false,
            wait: Duration::from_secs(5),
        }],
        panels: vec![Panel { name: None, arn: panel }],
    }
}

fn health_check(at: usize) -> String {
    format!("{at:08x}-1111-4222-8333-444455556666")
}

fn dns(regions: &[&str]) -> DnsName {
    let records = regions.iter().enumerate().map(|(at, region)| DnsRecord {
        id: (*region).to_owned(),
        region: Region::new(region),
        health_check: Some(health_check(at)),
        target: None,
        target_zone: None,
    });
    DnsName {
        name: "store.example.com".to_owned(),
        zone: "Z0RETAILSTORE".to_owned(),
        kind: "A".to_owned(),
        policy: Policy::Latency,
        ttl: Duration::from_mins(1),
        records: records.collect(),
    }
}

fn orders(regions: &[&str]) -> OrdersSpec {
    let series =
        regions.iter().map(|r| (Region::new(r), metric(r, "ecommerce", "OrdersCreated", &[], "Sum")));
    OrdersSpec { series: series.collect(), store: Some("orders".to_owned()) }
}

/// The two-Region shop of the AWS guidance.
pub(crate) fn retail() -> Topology {
    let names = ["us-east-1", "us-west-2"];
    let bucket = [
        ("DestinationBucket", "retail-assets-usw2"),
        ("RuleId", "all"),
        ("SourceBucket", "retail-assets-use1"),
    ];
    Topology {
        workload: "retail-store".to_owned(),
        environment: "production".to_owned(),
        account: Some(ACCOUNT.to_owned()),
        home: Some(Region::new("us-west-2")),
        objectives: Objectives { rto: Duration::from_mins(10), rpo: Duration::from_secs(30) },
        regions: vec![
            retail_region("us-east-1", "us-west-2", "use1"),
            retail_region("us-west-2", "us-east-1", "usw2"),
        ],
        routing: Some(routing(&names)),
        auroras: vec![aurora("orders"), aurora("catalog")],
        replicas: Vec::new(),
        tables: vec![Table {
            store: "carts".to_owned(),
            table: "cartsTable".to_owned(),
            regions: names.iter().map(|r| Region::new(r)).collect(),
            rpo: Duration::from_secs(30),
        }],
        experiments: Vec::new(),
        plans: Vec::new(),
        services: Vec::new(),
        runbooks: Vec::new(),
        lag_links: vec![LagLink {
            store: "assets".to_owned(),
            from: Region::new("us-east-1"),
            to: Region::new("us-west-2"),
            metric: metric("us-east-1", "AWS/S3", "ReplicationLatency", &bucket, "Maximum"),
            unit: Unit::Seconds,
            rpo: Duration::from_mins(15),
        }],
        dns: vec![dns(&names)],
        resolvers: Vec::new(),
        orders: Some(orders(&names)),
        ..Topology::default()
    }
}

/// A workload of so many Regions with so many signals each; beyond the real Regions the names go on counting.
pub(crate) fn many(regions: usize, signals: usize) -> Topology {
    const AREAS: [&str; 6] = ["us-east", "us-west", "eu-west", "eu-central", "ap-southeast", "ap-northeast"];
    let names: Vec<String> = (0..regions).map(|n| format!("{}-{}", AREAS[n % 6], n / 6 + 1)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let spec = |name: &&str| RegionSpec {
        name: Region::new(name),
        short: Region::new(name).short(),
        capacity: Some(600.0),
        signals: (0..signals)
            .map(|n| canary(&format!("canary {n:02}"), name, &format!("canary-{n:02}")))
            .collect(),
    };
    Topology {
        workload: "many".to_owned(),
        environment: "staging".to_owned(),
        regions: names.iter().map(spec).collect(),
        routing: Some(routing(&names)),
        auroras: Vec::new(),
        replicas: Vec::new(),
        tables: vec![Table {
            store: "carts".to_owned(),
            table: "cartsTable".to_owned(),
            regions: names.iter().take(6).map(|r| Region::new(r)).collect(),
            rpo: Duration::from_secs(30),
        }],
        experiments: Vec::new(),
        plans: Vec::new(),
        services: Vec::new(),
        runbooks: Vec::new(),
        lag_links: Vec::new(),
        dns: vec![dns(&names)],
        orders: Some(orders(&names)),
        ..retail()
    }
}

/// A world of that topology in that state, as it is at [`now`].
pub(crate) fn world(topology: Topology, state: State) -> World {
    world_but(topology, state, &|_| false)
}

/// The same without what some sources say.
pub(crate) fn world_but(topology: Topology, state: State, silent: &dyn Fn(&Source) -> bool) -> World {
    let mut world = World::new(Arc::new(topology));
    let now = now();
    let read = match state {
        State::Calm | State::Degraded => now,
        State::Stale => ago(now, 240),
        State::Unreachable => ago(now, 720),
        State::Empty => return world,
    };
    let all = observations(world.topology(), state, read);
    for observation in all.into_iter().filter(|observation| !silent(&observation.source)) {
        world.apply(observation);
    }
    if state == State::Unreachable {
        let dead = ["us-east-1", "eu-west-1"];
        for observation in observations(world.topology(), state, now) {
            let observation =
                if is_dead(&observation.source, &dead) { failed(observation) } else { observation };
            world.apply(observation);
        }
    }
    world
}

/// The first of the dead loses everything, the others their endpoint alone.
fn is_dead(source: &Source, dead: &[&str]) -> bool {
    match source {
        Source::Metrics(region) | Source::Aurora(_, region) | Source::Table(_, region) => {
            region.as_str() == dead[0]
        }
        Source::Endpoint(region) => dead.contains(&region.as_str()),
        _ => false,
    }
}

fn failed(observation: Observation) -> Observation {
    let text = "connection timed out after 3 s".to_owned();
    let trouble = Trouble { kind: TroubleKind::Unreachable, text, request_id: None };
    Observation { result: Err(trouble), ..observation }
}

fn ago(now: Timestamp, seconds: i64) -> Timestamp {
    now - SignedDuration::from_secs(seconds)
}

/// The shop without routing controls: weighted records, and five resolvers of which one keeps what it has.
pub(crate) fn weighted() -> World {
    let mut topology = retail();
    topology.routing = None;
    topology.dns[0].policy = Policy::Weighted;
    for record in &mut topology.dns[0].records {
        record.health_check = None;
    }
    let mut world = world(with_resolvers(topology), State::Degraded);
    let name = "store.example.com".to_owned();
    let record = |region: &str, weight| RecordReading {
        id: Some(region.to_owned()),
        routing: RecordRouting::Weight(weight),
        lead: Lead::Alias { name: format!("alb.{region}.example."), zone: "ZALB".to_owned(), evaluate: true },
        health_check: None,
    };
    let records = vec![record("us-east-1", 0), record("us-west-2", 70)];
    for at in [ago(now(), 300), now()] {
        world.apply(observed(Source::Records(name.clone()), at, 120, Reading::Records(records.clone())));
    }
    answered(&mut world);
    world
}

/// The same with what stands behind the records, and five resolvers.
pub(crate) fn with_resolvers(mut topology: Topology) -> Topology {
    for record in &mut topology.dns[0].records {
        record.target = Some(format!("alb.{}.example", record.region));
    }
    let resolvers = ["east-public", "west-public", "office", "mobile", "vpc-use1"];
    topology.resolvers = resolvers.map(|name| Resolver { name: name.to_owned(), address: None }).to_vec();
    topology
}

/// Three of the resolvers answer the second Region, one keeps the first, and one is gone.
pub(crate) fn answered(world: &mut World) {
    let name = "store.example.com".to_owned();
    let behind = [("us-east-1", 1), ("us-west-2", 2)];
    let address = |last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last));
    for (resolver, last, ttl) in
        [("east-public", 2, 12), ("west-public", 2, 57), ("office", 1, 377), ("mobile", 2, 41)]
    {
        let resolved = Resolved {
            addresses: vec![address(last)],
            chain: Vec::new(),
            ttl: Duration::from_secs(ttl),
            behind: behind.map(|(region, last)| (Region::new(region), vec![address(last)])).into(),
        };
        let source = Source::Resolver(name.clone(), resolver.to_owned());
        world.apply(observed(source, now(), 30, Reading::Resolved(resolved)));
    }
    let gone = Source::Resolver(name, "vpc-use1".to_owned());
    world.apply(failed(observed(gone, now(), 30, Reading::Resolved(Resolved::default()))));
}

/// What an endpoint says of the controls now, the first Off and the second On; or that it does not answer.
pub(crate) fn endpoint(world: &mut World, region: &str, answers: bool) {
    let controls = world.topology().routing.iter().flat_map(|r| &r.controls).enumerate();
    let state = |at| if at == 0 { ControlState::Off } else { ControlState::On };
    let states = controls.map(|(at, control)| (control.name.clone(), state(at))).collect();
    let seen = observed(Source::Endpoint(region.into()), now(), 5, Reading::Controls(states));
    world.apply(if answers { seen } else { failed(seen) });
}

/// One observation of every source, all as of `at`.
pub(crate) fn observations(topology: &Topology, state: State, at: Timestamp) -> Vec<Observation> {
    let mut all = metrics(topology, state, at);
    for endpoint in topology.routing.iter().flat_map(|r| &r.endpoints) {
        let controls = topology.routing.iter().flat_map(|r| &r.controls);
        let states = controls.map(|c| (c.name.clone(), ControlState::On)).collect();
        let source = Source::Endpoint(endpoint.region.clone());
        all.push(observed(source, at, 5, Reading::Controls(states)));
    }
    if let Some(region) = topology.home.clone() {
        all.push(observed(Source::Identity(region), at, 300, Reading::Identity(identity())));
    }
    for aurora in &topology.auroras {
        for region in aurora.clusters.keys() {
            let source = Source::Aurora(aurora.store.clone(), region.clone());
            all.push(observed(source, at, 15, Reading::Aurora(global(aurora))));
        }
    }
    for table in &topology.tables {
        for region in &table.regions {
            let others = table.regions.iter().filter(|other| *other != region);
            let reading = TableReading {
                status: "ACTIVE".to_owned(),
                replicas: others.map(|other| (other.clone(), "ACTIVE".to_owned())).collect(),
                strong: false,
            };
            let source = Source::Table(table.store.clone(), region.clone());
            all.push(observed(source, at, 60, Reading::Table(reading)));
        }
    }
    all
}

fn observed(source: Source, at: Timestamp, every: u64, reading: Reading) -> Observation {
    let asked = at - SignedDuration::from_millis(80);
    Observation { source, asked, at, every: Duration::from_secs(every), result: Ok(reading) }
}

fn global(aurora: &Aurora) -> AuroraReading {
    let members = aurora.clusters.iter().map(|(region, arn)| {
        let writer = region.as_str() == "us-east-1";
        AuroraMember {
            region: region.clone(),
            arn: arn.clone(),
            writer,
            status: Some("available".to_owned()),
            sync: (!writer).then(|| "connected".to_owned()),
            instances: Some(2),
        }
    });
    AuroraReading { status: "available".to_owned(), members: members.collect(), moving: None }
}

fn metrics(topology: &Topology, state: State, at: Timestamp) -> Vec<Observation> {
    let mut batches: BTreeMap<Region, Vec<MetricAnswer>> = BTreeMap::new();
    for metric in verdict::wanted_metrics(topology) {
        let points = points(&metric, state, at);
        batches.entry(metric.region.clone()).or_default().push(MetricAnswer {
            metric,
            points,
            trouble: None,
        });
    }
    let batch = |(region, series)| {
        let seen = ago(at, 8);
        observed(
            Source::Metrics(region),
            seen,
            60,
            Reading::Metrics(MetricBatch { until: minute(at, 0), series }),
        )
    };
    batches.into_iter().map(batch).collect()
}

fn minute(at: Timestamp, back: i64) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60 - back * 60).unwrap()
}

/// The last hour of a metric; its newest minute is the one that ended a minute ago.
fn points(metric: &Metric, state: State, at: Timestamp) -> Vec<Point> {
    let back = (2..MINUTES + 2).rev();
    let point = |back: i64| Some(Point { at: minute(at, back), value: value(metric, state, back)? });
    back.filter_map(point).collect()
}

/// What was measured so many minutes ago.
fn value(metric: &Metric, state: State, back: i64) -> Option<f64> {
    let bad = state == State::Degraded && back < 6;
    let home = metric.region.as_str() == "us-east-1";
    let dimension = |name: &str| metric.dimensions.get(name).map(String::as_str);
    let wave = f64::from(
        u8::try_from((back * 37 + i64::try_from(metric.region.as_str().len()).unwrap() * 11) % 17).unwrap(),
    );
    let falling = if bad { 1.0 - f64::from(u8::try_from(6 - back).unwrap()) * 0.155 } else { 1.0 };
    Some(match &*metric.name {
        "SuccessPercent" if bad && dimension("CanaryName") == Some("rmt-rgnl-home") => {
            if home {
                100.0
            } else {
                39.0
            }
        }
        "SuccessPercent" if bad && home && dimension("CanaryName") == Some("global-home") => 74.0,
        "SuccessPercent" if bad && home => 41.0,
        "SuccessPercent" => 100.0,
        "RequestCount" if home => (400.0 + wave) * falling,
        "RequestCount" => 180.0 + wave,
        "HTTPCode_Target_5XX_Count" => (bad && home).then_some(50.0)?,
        "RunningTaskCount" if bad && home => 4.0,
        "RunningTaskCount" | "DesiredTaskCount" => 6.0,
        "OrdersCreated" if home => ((380.0 + wave) * falling).round(),
        "OrdersCreated" => 188.0 + wave,
        "AuroraGlobalDBRPOLag" | "AuroraGlobalDBReplicationLag" => {
            (dimension("SourceRegion") == Some("us-east-1")).then_some(())?;
            let orders = dimension("DBClusterIdentifier").is_some_and(|id| id.starts_with("orders"));
            if bad && orders {
                8900.0 - f64::from(u8::try_from(back - 2).unwrap()) * 2000.0
            } else {
                400.0 + wave
            }
        }
        "ReplicationLatency" if &*metric.namespace == "AWS/S3" => 40.0 + wave,
        "ReplicationLatency" if bad && home => 8100.0,
        "ReplicationLatency" => 600.0 + wave,
        _ => 1.0,
    })
}

/// The credentials of the operator, with 52 minutes left.
pub(crate) fn identity() -> Identity {
    Identity {
        account: ACCOUNT.to_owned(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/ops-read/maria"),
        expires: Some(now() + SignedDuration::from_secs(52 * 60 + 20)),
        via: None,
    }
}
