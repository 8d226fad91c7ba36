//! Makes the resources of a scenario's world; every id is made from a name, so it is the same in every run.
//! It must never read the seed for what exists, only for what happens.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::alarm;
use super::arc::safety::RuleType;
use super::arc::{Cluster, Control, ControlState, Endpoint, Guard, Panel, SafetyRule};
use super::aurora::{Aurora, DbCluster, DbInstance, GlobalCluster, Member, Sync};
use super::bucket::BucketLink;
use super::dns::{Alias, Dns, Geo, Record, Routing, Zone};
use super::health::{HealthCheck, Probe};
use super::noise::{hex, uuid};
use super::region::{Condition, Region};
use super::replica::{End, Engine, Replicated};
use super::table::{Consistency, Table};
use super::traffic::Group;
use super::{World, metric};
use crate::sim::scenario::Scenario;
use crate::sim::scenario::world::{self as spec, Policy};

/// The Regions of the five cluster endpoints.
pub(super) const ENDPOINTS: [&str; 5] =
    ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

/// Hours that a world has behind it when its scenario begins.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn world(scenario: &Scenario, seed: u64, start: Timestamp) -> World {
    let w = &scenario.world;
    let regions: Vec<Region> = w.regions.iter().map(region).collect();
    let made = start.saturating_sub(SignedDuration::from_hours(24 * 90)).unwrap_or(start);
    let arc = cluster(w);
    let health_checks: Vec<HealthCheck> = regions.iter().map(|r| check(r, &arc, made)).collect();
    let dns = dns(w, &regions, &health_checks);
    let before = start.saturating_sub(BEFORE).unwrap_or(start);
    let aurora = aurora(w, &regions, made);
    let mut world = World {
        scenario: scenario.clone(),
        seed,
        account: w.account.clone(),
        start,
        now: before,
        ticked: before.as_second(),
        groups: (0..regions.len()).map(|near| Group::new(near, &regions, dns.ttl)).collect(),
        arc,
        health_checks,
        dns,
        alarms: alarm::usual(&w.account, &regions, &aurora, made),
        aurora,
        replicas: w.replicas.iter().map(|r| replicated(w, r, &regions, made)).collect(),
        buckets: w.buckets.iter().flat_map(|b| BucketLink::of(b, &regions, &w.writer)).collect(),
        tables: w.tables.iter().map(|t| table(t, regions.len(), made)).collect(),
        metrics: metric::Metrics::default(),
        faults: Vec::new(),
        log: Vec::new(),
        upcoming: Vec::new(),
        order_history: VecDeque::new(),
        gates: super::gate::Counters::default(),
        next_fault: 0,
        regions,
    };
    world.settle_clients();
    world.run_to(start);
    world.upcoming = scenario.timeline.iter().map(|m| (world.moment(m.at), m.fault.clone())).collect();
    world.upcoming.sort_by_key(|(at, _)| *at);
    world
}

fn region(spec: &spec::Region) -> Region {
    let alb = format!("app/retail-{}/{}", spec.short, hex(&format!("alb {}", spec.name), 16));
    let number = u64::from_str_radix(&hex(&spec.name, 8), 16).unwrap_or_default();
    Region {
        name: spec.name.clone(),
        short: spec.short.clone(),
        country: spec.country.clone(),
        continent: spec.continent.clone(),
        baseline: spec.orders,
        capacity: spec.capacity,
        tasks: spec.tasks,
        alb,
        target_group: format!("targetgroup/retail-{}/{}", spec.short, hex(&format!("tg {}", spec.name), 16)),
        alb_dns: format!("internal-retail-{}-{number}.{}.elb.amazonaws.com", spec.short, spec.name),
        alb_zone: format!("Z{}", hex(&format!("alb zone {}", spec.name), 13).to_uppercase()),
        now: Condition::calm(spec.tasks),
        up: spec.tasks,
        scaling: None,
        hot: 0,
        cool: 0,
        no_targets: None,
        minute: super::region::Minute::default(),
    }
}

fn cluster(w: &spec::World) -> Cluster {
    let base = format!("arn:aws:route53-recovery-control::{}", w.account);
    let panel = format!("{base}:controlpanel/{}", hex("panel", 32));
    let mut names: Vec<&String> = w.regions.iter().map(|r| &r.name).collect();
    names.extend(w.controls.keys().filter(|name| !w.regions.iter().any(|r| r.name == **name)));
    let arn = |name: &str| format!("{panel}/routingcontrol/{}", hex(&format!("control {name}"), 16));
    let control = |name: &String| {
        let state = w.controls.get(name).copied().unwrap_or(ControlState::On);
        Control {
            name: name.clone(),
            arn: arn(name),
            panel: panel.clone(),
            state,
            before: state,
            changed: None,
            changed_at: None,
        }
    };
    let arns = |names: &[String]| names.iter().map(|n| arn(n)).collect::<Vec<_>>();
    let rule = |r: &spec::Rule| SafetyRule {
        name: r.name.clone(),
        arn: format!("{panel}/safetyrule/{}", hex(&format!("rule {}", r.name), 16)),
        panel: panel.clone(),
        guard: if r.target.is_empty() {
            Guard::Assertion { asserted: arns(&r.assert) }
        } else {
            Guard::Gating { gates: arns(&r.gating), targets: arns(&r.target) }
        },
        rule: r.kind,
        threshold: threshold(r),
        inverted: r.inverted,
        wait: r.wait,
    };
    Cluster {
        name: "retail-store".to_owned(),
        arn: format!("{base}:cluster/{}", uuid("cluster")),
        panels: vec![Panel { name: "retail-store-panel".to_owned(), arn: panel.clone(), default: false }],
        controls: names.into_iter().map(control).collect(),
        rules: w.rules.iter().map(rule).collect(),
        endpoints: ENDPOINTS.iter().map(|r| Endpoint::new(r)).collect(),
        rotation: w.rotation,
    }
}

/// The threshold of an `AND` or an `OR` follows from what it counts.
fn threshold(rule: &spec::Rule) -> u32 {
    let counted = if rule.target.is_empty() { &rule.assert } else { &rule.gating };
    match rule.kind {
        RuleType::AtLeast => rule.threshold,
        RuleType::And => u32::try_from(counted.len()).unwrap_or(u32::MAX),
        RuleType::Or => 1,
    }
}

fn check(region: &Region, arc: &Cluster, since: Timestamp) -> HealthCheck {
    let control = arc.control_named(&region.name);
    HealthCheck {
        id: uuid(&format!("health check {}", region.name)),
        name: format!("retail-{}", region.short),
        version: 1,
        probe: Probe::RecoveryControl { control: control.map(|c| c.arn.clone()).unwrap_or_default() },
        inverted: false,
        disabled: false,
        healthy: control.is_none_or(|c| c.state == ControlState::On),
        turning: None,
        since,
        minute: None,
    }
}

fn dns(w: &spec::World, regions: &[Region], checks: &[HealthCheck]) -> Dns {
    let name = format!("{}.", w.dns.name);
    let zone = w.dns.name.split_once('.').map_or(name.clone(), |(_, parent)| format!("{parent}."));
    let ttl = u32::try_from(w.dns.ttl.as_secs()).unwrap_or(u32::MAX).max(1);
    let mut records = own_records(&zone);
    for (at, region) in regions.iter().enumerate() {
        if w.dns.policy == Policy::Simple && region.name != w.writer {
            continue;
        }
        let routing = match w.dns.policy {
            Policy::Simple => Routing::Simple,
            Policy::Latency => Routing::Latency(region.name.clone()),
            Policy::Weighted => Routing::Weighted(w.dns.weights.get(&region.name).copied().unwrap_or(100)),
            Policy::Failover => Routing::Failover(region.name == w.writer),
            Policy::Geolocation => Routing::Geolocation(place(w.dns.places.get(&region.name))),
        };
        let simple = routing == Routing::Simple;
        records.push(Record {
            name: name.clone(),
            kind: "A".to_owned(),
            set_id: (!simple).then(|| region.name.clone()),
            routing,
            ttl: None,
            values: Vec::new(),
            alias: Some(Alias {
                dns_name: format!("{}.", region.alb_dns),
                zone: region.alb_zone.clone(),
                evaluate: true,
            }),
            health_check: (!simple).then(|| checks[at].id.clone()),
        });
    }
    let zone = Zone { id: w.dns.zone.clone(), name: zone, private: true, live: records.clone(), records };
    Dns { zones: vec![zone], changes: Vec::new(), name, ttl }
}

fn place(word: Option<&String>) -> Geo {
    const CONTINENTS: [&str; 7] = ["AF", "AN", "AS", "EU", "NA", "OC", "SA"];
    match word.map(String::as_str) {
        None | Some("*") => Geo::Default,
        Some(code) if CONTINENTS.contains(&code) => Geo::Continent(code.to_owned()),
        Some(code) => Geo::Country(code.to_owned()),
    }
}

fn own_records(zone: &str) -> Vec<Record> {
    let record = |kind: &str, ttl, values: Vec<String>| Record {
        name: zone.to_owned(),
        kind: kind.to_owned(),
        set_id: None,
        routing: Routing::Simple,
        ttl: Some(ttl),
        values,
        alias: None,
        health_check: None,
    };
    let servers = ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."].map(str::to_owned).to_vec();
    let start = "ns-1.awsdns-01.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400".to_owned();
    vec![record("NS", 172_800, servers), record("SOA", 900, vec![start])]
}

fn aurora(w: &spec::World, regions: &[Region], made: Timestamp) -> Aurora {
    let retention = w.aurora.iter().map(|store| store.retention).min().unwrap_or_default();
    let mut all = Aurora { retention, ..Aurora::default() };
    for store in &w.aurora {
        let id = format!("{}-global-db-cluster", store.store);
        let mut members = Vec::new();
        for (at, region) in regions.iter().enumerate() {
            let count = if store.headless.contains(&region.name) { 0 } else { 2 };
            let mut cluster = db_cluster(w, &store.store, (at, region), count, made);
            cluster.global = Some(id.clone());
            let writer = region.name == w.writer;
            let base_lag = store.lag.as_secs_f64();
            members.push(Member {
                cluster: cluster.arn.clone(),
                region: at,
                writer,
                sync: Sync::Connected,
                forwarding: !writer,
                lag: if writer { 0.0 } else { base_lag },
                base_lag,
                resync_until: None,
                minute: None,
            });
            all.clusters.push(cluster);
        }
        let resource_id = format!("cluster-{}", hex(&id, 16));
        all.globals.push(GlobalCluster {
            store: store.store.clone(),
            arn: format!("arn:aws:rds::{}:global-cluster:{id}", w.account),
            endpoint: format!("{id}.global-{}.global.rds.amazonaws.com", hex(&id, 12)),
            resource_id,
            status: "available".to_owned(),
            engine: "aurora-mysql".to_owned(),
            engine_version: "8.0.mysql_aurora.3.08.0".to_owned(),
            members,
            change: None,
            orders: store.orders,
            losses: Vec::new(),
            id,
        });
    }
    all
}

fn db_cluster(
    w: &spec::World,
    store: &str,
    (at, region): (usize, &Region),
    count: usize,
    created: Timestamp,
) -> DbCluster {
    let id = format!("{store}-dbcluster-{:02}-{}", at + 1, region.name);
    let instance = |n: usize| {
        let instance = format!("{store}-dbinstance-{n:02}-{}", region.name);
        db_instance(w, region, instance, n)
    };
    DbCluster {
        arn: format!("arn:aws:rds:{}:{}:cluster:{id}", region.name, w.account),
        resource_id: format!("cluster-{}", hex(&id, 26).to_uppercase()),
        region: at,
        status: "available".to_owned(),
        instances: (1..=count).map(instance).collect(),
        global: None,
        writable: region.name == w.writer,
        created,
        id,
    }
}

fn db_instance(w: &spec::World, region: &Region, id: String, n: usize) -> DbInstance {
    DbInstance {
        arn: format!("arn:aws:rds:{}:{}:db:{id}", region.name, w.account),
        id,
        zone: format!("{}{}", region.name, ['a', 'b'][(n - 1) % 2]),
        status: "available".to_owned(),
        writer: n == 1,
    }
}

/// A database in the writer's Region and its replicas; an RDS instance stands for itself.
fn replicated(w: &spec::World, spec: &spec::Replica, regions: &[Region], made: Timestamp) -> Replicated {
    let db = |at: usize, region: &Region| match spec.kind {
        Engine::AuroraBinlog => db_cluster(w, &spec.store, (at, region), 2, made),
        Engine::Rds => {
            let instance = db_instance(w, region, format!("{}-db-{}", spec.store, region.name), 1);
            let mut db = db_cluster(w, &spec.store, (at, region), 0, made);
            db.id.clone_from(&instance.id);
            db.arn.clone_from(&instance.arn);
            db.instances = vec![instance];
            db
        }
    };
    let all: Vec<DbCluster> = regions.iter().enumerate().map(|(at, region)| db(at, region)).collect();
    let source = all.iter().find(|db| db.writable).map(|db| db.arn.clone());
    let base_lag = spec.lag.as_secs_f64();
    let ends = all.into_iter().map(|db| {
        let source = source.clone().filter(|arn| *arn != db.arn);
        End::new(db, source, base_lag)
    });
    Replicated {
        store: spec.store.clone(),
        engine: spec.kind,
        orders: spec.orders,
        base_lag,
        ends: ends.collect(),
        losses: Vec::new(),
    }
}

fn table(spec: &spec::Table, regions: usize, made: Timestamp) -> Table {
    let keys = (spec.hash_key.as_str(), spec.range_key.as_deref());
    let mut table = Table::new(&spec.table, &spec.store, keys, (0..regions).collect(), made);
    table.base_lag = spec.lag.as_secs_f64();
    for link in &mut table.links {
        link.lag = table.base_lag;
    }
    if spec.witness.is_some() {
        table.consistency = Consistency::Strong;
        table.witness.clone_from(&spec.witness);
    }
    table
}
