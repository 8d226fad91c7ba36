//! Makes the resources of a scenario's world; every id is made from a name, so it is the same in every run.
//! It must never read the seed for what exists, only for what happens.

mod cluster;
mod databases;
mod names;

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::alarm;
use super::bucket::BucketLink;
use super::noise::hex;
use super::region::{Condition, Region};
use super::table::{Consistency, Table};
use super::traffic::Group;
use super::{World, metric};
use crate::sim::scenario::Scenario;
use crate::sim::scenario::world as spec;

/// Hours that a world has behind it when its scenario begins.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn world(scenario: &Scenario, seed: u64, start: Timestamp) -> World {
    let w = &scenario.world;
    let made = start.saturating_sub(SignedDuration::from_hours(24 * 90)).unwrap_or(start);
    let regions: Vec<Region> = w.regions.iter().map(|r| region(r, made)).collect();
    let arc = cluster::cluster(w);
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
        groups: Group::all(&regions, &dns),
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
