//! One reading of each source against what the config declares of it; a pure function.

use std::collections::BTreeMap;

use super::{Finding, State, finding, judged, unseen};
use crate::model::reading::{
    AuroraReading, ControlState, Identity, MetricBatch, Observation, Reading, RecordReading, Source,
    TableReading,
};
use crate::model::topology::{DnsName, DnsRecord, Formula, Metric, Region, Signal, Topology};

/// What the readings tell of the topology.
pub(super) fn findings(topology: &Topology, seen: &[Observation]) -> Vec<Finding> {
    let mut ordered: Vec<&Observation> = seen.iter().collect();
    ordered.sort_by(|a, b| a.source.cmp(&b.source));
    let mut findings: Vec<Finding> = ordered.into_iter().filter_map(|o| of_source(topology, o)).collect();
    findings.extend(measured(topology, seen));
    findings
}

fn of_source(topology: &Topology, observation: &Observation) -> Option<Finding> {
    let what = observation.source.to_string();
    let reading = match &observation.result {
        Ok(reading) => reading,
        Err(trouble) => return Some(finding(what, unseen(trouble))),
    };
    let took = format!("{} ms", observation.round_trip().as_millis());
    let differences = match (&observation.source, reading) {
        (Source::Endpoint(_), Reading::Controls(states)) => controls(topology, states),
        (Source::Aurora(store, _), Reading::Aurora(aurora)) => members(topology, store, aurora),
        (Source::Table(store, region), Reading::Table(table)) => replicas(topology, store, region, table),
        (Source::Records(name), Reading::Records(found)) => topology
            .dns
            .iter()
            .find(|dns| &dns.name == name)
            .map(|dns| records(dns, found))
            .unwrap_or_default(),
        (Source::Identity(_), Reading::Identity(identity)) => account(topology, identity),
        (Source::Alarms(region), Reading::Alarms(states)) => {
            let absent = alarms(topology, region).filter(|name| !states.contains_key(*name));
            absent.map(|name| format!("no alarm is called {name}")).collect()
        }
        (Source::AuroraEvents(..), Reading::AuroraEvents(_)) => Vec::new(),
        // Each of its metrics is a finding of its own.
        _ => return None,
    };
    Some(finding(what, judged(&differences, took)))
}

fn controls(topology: &Topology, states: &BTreeMap<String, ControlState>) -> Vec<String> {
    let declared = topology.routing.iter().flat_map(|routing| &routing.controls);
    let absent = declared.filter(|control| !states.contains_key(&control.name));
    absent.map(|control| format!("the panel has no control {} ({})", control.name, control.arn)).collect()
}

fn members(topology: &Topology, store: &str, found: &AuroraReading) -> Vec<String> {
    let Some(aurora) = topology.auroras.iter().find(|aurora| aurora.store == store) else {
        return Vec::new();
    };
    let absent =
        aurora.clusters.values().filter(|arn| !found.members.iter().any(|member| &member.arn == *arn));
    let new = found.members.iter().filter(|member| !aurora.clusters.values().any(|arn| arn == &member.arn));
    let headless = found.members.iter().filter(|member| member.instances == Some(0));
    absent
        .map(|arn| format!("{arn} is no member of {}", aurora.global))
        .chain(new.map(|member| format!("its member {} is not declared", member.arn)))
        .chain(headless.map(|member| format!("{} has no instances and could not serve", member.arn)))
        .collect()
}

fn replicas(topology: &Topology, store: &str, asked: &Region, found: &TableReading) -> Vec<String> {
    let Some(table) = topology.tables.iter().find(|table| table.store == store) else { return Vec::new() };
    let others = table.regions.iter().filter(|region| *region != asked);
    let absent = others.filter(|region| !found.replicas.contains_key(region));
    let idle = found.replicas.iter().filter(|(_, status)| *status != "ACTIVE");
    absent
        .map(|region| format!("{} has no replica in {region}", table.table))
        .chain(idle.map(|(region, status)| format!("its replica in {region} is {status}")))
        .collect()
}

fn records(dns: &DnsName, found: &[RecordReading]) -> Vec<String> {
    let mut differences: Vec<String> =
        dns.records.iter().flat_map(|declared| record(dns, declared, found)).collect();
    let new = found.iter().filter_map(|record| record.id.as_ref());
    let new = new.filter(|id| !dns.records.iter().any(|declared| &&declared.id == id));
    differences.extend(new.map(|id| format!("its record {id} is not declared")));
    let slow = found.iter().filter_map(|record| record.ttl).filter(|ttl| *ttl > dns.ttl.as_secs());
    differences.extend(slow.map(|ttl| format!("a TTL is {ttl} s, declared {} s", dns.ttl.as_secs())));
    differences
}

fn record(dns: &DnsName, declared: &DnsRecord, found: &[RecordReading]) -> Vec<String> {
    let of = |record: &&RecordReading| record.id.as_deref().unwrap_or_default() == declared.id;
    let Some(record) = found.iter().find(of).or_else(|| found.first().filter(|r| r.id.is_none())) else {
        return vec![format!("there is no record {}", declared.id)];
    };
    let mut differences = Vec::new();
    let policy = policy(&record.routing);
    if policy != dns.policy.to_string() {
        differences
            .push(format!("record {} has routing policy {policy}, declared {}", declared.id, dns.policy));
    }
    if declared.health_check.is_some() && declared.health_check != record.health_check {
        let now = record.health_check.as_deref().unwrap_or("none");
        differences.push(format!("record {} has health check {now}", declared.id));
    }
    differences
}

/// The policy behind a record's routing in words, such as `latency us-east-1`.
fn policy(routing: &str) -> &str {
    match routing.split(' ').next().unwrap_or_default() {
        "weight" => "weighted",
        "PRIMARY" | "SECONDARY" => "failover",
        word => word,
    }
}

fn account(topology: &Topology, identity: &Identity) -> Vec<String> {
    let Some(declared) = topology.account.as_ref().filter(|account| *account != &identity.account) else {
        return Vec::new();
    };
    vec![format!("the credentials are of account {}, declared {declared}", identity.account)]
}

fn alarms<'a>(topology: &'a Topology, asked: &'a Region) -> impl Iterator<Item = &'a String> {
    let signals = topology.regions.iter().flat_map(|region| &region.signals);
    signals.filter_map(move |signal| match &signal.formula {
        Formula::Alarm { region, name } if region == asked => Some(name),
        _ => None,
    })
}

/// Whether the metrics behind signals, orders and links of other stores were ever published.
fn measured(topology: &Topology, seen: &[Observation]) -> Vec<Finding> {
    let batches: Vec<&MetricBatch> = seen
        .iter()
        .filter_map(|observation| match &observation.result {
            Ok(Reading::Metrics(batch)) => Some(batch),
            _ => None,
        })
        .collect();
    let signals = topology.regions.iter().flat_map(|region| {
        region
            .signals
            .iter()
            .filter_map(move |signal| Some((format!("{} {}", region.name, signal.name), basis(signal)?)))
    });
    let orders = topology.orders.iter().flat_map(|orders| &orders.series);
    let orders = orders.map(|(region, metric)| (format!("{region} orders"), metric));
    let links = topology.lag_links.iter();
    let links = links.map(|link| (format!("{} {} to {}", link.store, link.from, link.to), &link.metric));
    signals
        .chain(orders)
        .chain(links)
        .filter_map(|(what, metric)| published(&what, metric, &batches))
        .collect()
}

/// The metric that must be there: a counted part may be absent when it is zero, the whole may not.
fn basis(signal: &Signal) -> Option<&Metric> {
    match &signal.formula {
        Formula::Value(metric) => Some(metric),
        Formula::Share { whole, .. } | Formula::Of { whole, .. } => Some(whole),
        Formula::Alarm { .. } => None,
    }
}

fn published(what: &str, metric: &Metric, batches: &[&MetricBatch]) -> Option<Finding> {
    let answer = batches.iter().flat_map(|batch| &batch.series).find(|answer| &answer.metric == metric)?;
    let state = match &answer.trouble {
        Some(trouble) => State::Blind(trouble.clone()),
        None if answer.points.is_empty() => {
            State::Noted(format!("{} {} has no data in the last hour", metric.namespace, metric.name))
        }
        None => State::Fine(format!("{} points in the last hour", answer.points.len())),
    };
    Some(finding(what, state))
}
