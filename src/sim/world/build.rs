//! Makes the resources of a scenario's world; every id is made from a name, so it is the same in every run.
//! It must never read the seed for what exists, only for what happens.

mod databases;
mod names;

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::alarm;
use super::arc::safety::RuleType;
use super::arc::{Cluster, Control, ControlState, Endpoint, Guard, Panel, SafetyRule};
use super::bucket::BucketLink;
use super::noise::{hex, uuid};
use super::region::{Condition, Region};
use super::table::{Consistency, Table};
use super::traffic::Group;
use super::{World, metric};
use crate::sim::scenario::Scenario;
use crate::sim::scenario::world as spec;

/// The Regions of the five cluster endpoints.
pub(super) const ENDPOINTS: [&str; 5] =
    ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

/// Hours that a world has behind it when its scenario begins.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn world(scenario: &Scenario, seed: u64, start: Timestamp) -> World {
    let w = &scenario.world;
    let made = start.saturating_sub(SignedDuration::from_hours(24 * 90)).unwrap_or(start);
    let regions: Vec<Region> = w.regions.iter().map(|r| region(r, made)).collect();
    let arc = cluster(w);
    let health_checks = names::checks(w, &regions, &arc, made);
    let before = start.saturating_sub(BEFORE).unwrap_or(start);
    let dns = names::dns(w, &regions, &health_checks);
    let aurora = databases::aurora(w, &regions, made);
    let of_checks = alarm::of_checks(&w.account, &health_checks, made);
    let mut alarms = alarm::usual(&w.account, &regions, &aurora, made);
    alarms.extend(of_checks);
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
        alarms,
        aurora,
        replicas: w.replicas.iter().map(|r| databases::replicated(w, r, &regions, made)).collect(),
        buckets: w.buckets.iter().flat_map(|b| BucketLink::of(b, &regions, &w.writer)).collect(),
        tables: w.tables.iter().map(|t| table(t, &regions, made)).collect(),
        automations: super::ssm::Automations::default(),
        metrics: metric::Metrics::default(),
        fis: super::fis::Fis::new(w, made),
        switch: super::switch::Switch::new(w, made),
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

fn region(spec: &spec::Region, made: Timestamp) -> Region {
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
        full: spec.full.unwrap_or(spec.tasks).max(1),
        alb,
        target_group: format!("targetgroup/retail-{}/{}", spec.short, hex(&format!("tg {}", spec.name), 16)),
        alb_dns: format!("internal-retail-{}-{number}.{}.elb.amazonaws.com", spec.short, spec.name),
        alb_zone: format!("Z{}", hex(&format!("alb zone {}", spec.name), 13).to_uppercase()),
        now: Condition::calm(spec.tasks),
        ecs: super::ecs::Service::calm(spec.tasks, made),
        hot: 0,
        cool: 0,
        no_targets: None,
        minute: super::region::Minute::default(),
    }
}

fn cluster(w: &spec::World) -> Cluster {
    let base = format!("arn:aws:route53-recovery-control::{}", w.account);
    let panel = format!("{base}:controlpanel/{}", hex("panel", 32));
    let mut names: Vec<&String> = w.regions.iter().filter(|_| w.arc).map(|r| &r.name).collect();
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
        rules: w.rules.iter().filter(|_| w.arc).map(rule).collect(),
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

fn table(spec: &spec::Table, regions: &[Region], made: Timestamp) -> Table {
    let keys = (spec.hash_key.as_str(), spec.range_key.as_deref());
    let has = |region: &Region| spec.regions.is_empty() || spec.regions.contains(&region.name);
    let regions = regions.iter().enumerate().filter(|(_, region)| has(region)).map(|(at, _)| at).collect();
    let mut table = Table::new(&spec.table, &spec.store, keys, regions, made);
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
