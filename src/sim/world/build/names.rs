//! Makes the records of the clients' name, their health checks, and the resolvers between.
//! It must never read the seed: what exists is the same in every run.

use jiff::Timestamp;

use crate::sim::scenario::world::{self as spec, Form, Policy};
use crate::sim::world::arc::{Cluster, ControlState};
use crate::sim::world::dns::resolver::Resolver;
use crate::sim::world::dns::{Alias, Dns, Geo, Record, Routing, Zone};
use crate::sim::world::health::{Comparison, HealthCheck, Probe};
use crate::sim::world::metric::publish::ROUTE53;
use crate::sim::world::metric::{MetricId, Stat};
use crate::sim::world::noise::uuid;
use crate::sim::world::region::Region;

/// Those that follow a routing control first, then those that the scenario adds.
pub(super) fn checks(
    w: &spec::World,
    regions: &[Region],
    arc: &Cluster,
    since: Timestamp,
) -> Vec<HealthCheck> {
    let mut all = Vec::new();
    let panels = arc.panels.iter().enumerate().filter(|_| w.arc);
    for ((at, panel), region) in panels.flat_map(|panel| regions.iter().map(move |region| (panel, region))) {
        let control = arc.controls_of(&region.name).find(|control| control.panel == panel.arn);
        let of = if at == 0 { "retail" } else { &panel.name };
        let name = format!("{of}-{}", region.short);
        let control_arn = control.map(|c| c.arn.clone()).unwrap_or_default();
        let probe = Probe::RecoveryControl { control: control_arn };
        let made = check(&name, &follower((at, &panel.name), region), probe, since);
        let healthy = control.is_none_or(|c| c.state == ControlState::On);
        all.push(HealthCheck { healthy, ..made });
    }
    let added = w.checks.iter().map(|c| check(&c.name, &c.name, probe(&c.probe, regions), since));
    all.extend(added);
    all
}

fn check(name: &str, key: &str, probe: Probe, since: Timestamp) -> HealthCheck {
    HealthCheck {
        id: id(key),
        name: name.to_owned(),
        version: 1,
        probe,
        inverted: false,
        disabled: false,
        healthy: true,
        turning: None,
        since,
        minute: None,
    }
}

fn id(key: &str) -> String {
    uuid(&format!("health check {key}"))
}

fn probe(spec: &spec::Probe, regions: &[Region]) -> Probe {
    match spec {
        spec::Probe::Endpoint { region, search, interval, failures } => {
            let at = regions.iter().position(|r| r.name == *region).unwrap_or_default();
            Probe::Endpoint {
                region: at,
                host: regions.get(at).map(|r| r.alb_dns.clone()).unwrap_or_default(),
                path: "/home".to_owned(),
                search: search.clone(),
                interval: *interval,
                failures: *failures,
            }
        }
        spec::Probe::Alarm { of, points, without_data } => Probe::Metric {
            region: ROUTE53.to_owned(),
            id: MetricId::new("AWS/Route53", "HealthCheckStatus", &[("HealthCheckId", &id(of))]),
            stat: Stat::Minimum,
            period: 60,
            periods: *points,
            threshold: 1.0,
            comparison: Comparison::LessThanThreshold,
            without_data: *without_data,
        },
        spec::Probe::Calculated { children, threshold } => Probe::Calculated {
            children: children.iter().map(|name| id(name)).collect(),
            threshold: *threshold,
        },
    }
}

/// What the id of the check is made from that follows a Region's control in a panel.
fn follower((at, panel): (usize, &str), region: &Region) -> String {
    if at == 0 { region.name.clone() } else { format!("{panel} {}", region.name) }
}

/// The check that decides on a Region's record of the name of a panel: of the first panel's one that the scenario
/// names, else the one that follows the Region's control.
fn deciding<'a>(
    w: &spec::World,
    checks: &'a [HealthCheck],
    panel: (usize, &str),
    region: &Region,
) -> Option<&'a HealthCheck> {
    let own = w.checks.iter().find(|c| panel.0 == 0 && c.decides.as_ref() == Some(&region.name));
    let id = id(&own.map_or_else(|| follower(panel, region), |c| c.name.clone()));
    checks.iter().find(|c| c.id == id)
}

pub(super) fn dns(w: &spec::World, regions: &[Region], checks: &[HealthCheck]) -> Dns {
    let name = format!("{}.", w.dns.name);
    let zone = w.dns.name.split_once('.').map_or(name.clone(), |(_, parent)| format!("{parent}."));
    let panels = w.panels();
    let others = panels.iter().skip(1).map(|panel| format!("{}.{zone}", panel.name));
    let names: Vec<String> = std::iter::once(name).chain(others).collect();
    let ttl = u32::try_from(w.dns.ttl.as_secs()).unwrap_or(u32::MAX).max(1);
    let mut records = own_records(&zone);
    let all = names.iter().zip(&panels).enumerate();
    for ((at, (name, panel)), region) in all.flat_map(|name| regions.iter().map(move |region| (name, region)))
    {
        if w.dns.policy == Policy::Simple && region.name != w.writer {
            continue;
        }
        let routing = routing(w, region);
        let simple = routing == Routing::Simple;
        let alias = w.dns.form == Form::Alias;
        let target = format!("{}.", region.alb_dns);
        records.push(Record {
            name: name.clone(),
            kind: if alias { "A" } else { "CNAME" }.to_owned(),
            set_id: (!simple).then(|| region.name.clone()),
            routing,
            ttl: (!alias).then_some(ttl),
            values: if alias { Vec::new() } else { vec![target.clone()] },
            alias: alias.then(|| Alias { dns_name: target, zone: region.alb_zone.clone(), evaluate: true }),
            health_check: deciding(w, checks, (at, &panel.name), region)
                .filter(|_| !simple)
                .map(|check| check.id.clone()),
        });
    }
    let zone = Zone { id: w.dns.zone.clone(), name: zone, private: true, live: records.clone(), records };
    Dns { zones: vec![zone], changes: Vec::new(), names, ttl, resolvers: resolvers(w, regions) }
}

fn routing(w: &spec::World, region: &Region) -> Routing {
    match w.dns.policy {
        Policy::Simple => Routing::Simple,
        Policy::Latency => Routing::Latency(region.name.clone()),
        Policy::Weighted => Routing::Weighted(w.dns.weights.get(&region.name).copied().unwrap_or(100)),
        Policy::Failover => Routing::Failover(region.name == w.writer),
        Policy::Geolocation => Routing::Geolocation(place(w.dns.places.get(&region.name))),
    }
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

/// Those the scenario names, else one near each Region.
fn resolvers(w: &spec::World, regions: &[Region]) -> Vec<Resolver> {
    if w.resolvers.is_empty() {
        let near = |(at, region): (usize, &Region)| Resolver::new(&format!("near {}", region.short), at);
        return regions.iter().enumerate().map(near).collect();
    }
    let made = w.resolvers.iter().map(|spec| {
        let near = regions.iter().position(|r| r.name == spec.near).unwrap_or_default();
        let holds = spec.holds.map_or(0, |holds| u32::try_from(holds.as_secs()).unwrap_or(u32::MAX));
        let mut made = Resolver::new(&spec.name, near);
        (made.inside, made.holds) = (spec.inside, holds);
        made
    });
    made.collect()
}
