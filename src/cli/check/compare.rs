//! Holds what was found against what is declared; every difference is one finding.

mod arc;

use std::net::IpAddr;

use super::{Finding, State};
use crate::aws::Clients;
use crate::aws::iam;
use crate::model::World;
use crate::model::reading::{
    AuroraReading, Identity, Reading, RecordReading, RecordRouting, ReplicaReading, Resolved, ServiceReading,
    SnapshotsReading, Source, TableReading, TroubleKind,
};
use crate::model::topology::{
    Aurora, DnsName, DnsRecord, Formula, Metric, Policy, Receive, Region, Replica, Runbook, Signal, Table,
    Topology,
};
use crate::model::verdict;

/// What the data planes show: identity, endpoints, databases, tables, records, metrics.
pub(super) fn world(world: &World) -> Vec<Finding> {
    let topology = world.topology();
    let mut findings = Vec::new();
    for (source, feed) in world.feeds() {
        match (feed.seen(), feed.trouble()) {
            (Some((reading, _)), _) => findings.extend(reading_of(topology, source, reading)),
            (None, Some((trouble, _))) => {
                findings.push(Finding::unseen(source.to_string(), trouble, iam::needs(source)));
            }
            (None, None) => {}
        }
    }
    for region in &topology.regions {
        findings.extend(region.signals.iter().map(|signal| signal_of(world, region.name.as_str(), signal)));
    }
    findings.extend(orders_of(world));
    findings.extend(own_of(world));
    if let Some(routing) = &topology.routing {
        let bare = routing.panels.iter().filter(|panel| routing.rules_in(panel).next().is_none());
        findings.extend(bare.map(|panel| {
            let name = panel.name.as_ref().filter(|_| routing.has_several_panels());
            let within = name.map_or_else(String::new, |name| format!(" in panel {name}"));
            let text = format!(
                "no safety rule is declared{within}: nothing but pointsman keeps every Region from being turned off"
            );
            Finding::new("safety rules", State::Note(text))
        }));
    }
    findings
}

/// What of this console goes with each Region.
fn own_of(world: &World) -> Vec<Finding> {
    let regions = world.topology().regions.iter();
    let mut findings: Vec<Finding> = regions
        .map(|region| {
            let what = format!("this console without {}", region.name);
            let lost: Vec<String> = world
                .own()
                .lost_with(&region.name)
                .map(|lean| format!("{} goes with it; {}", lean.name, lean.meaning()))
                .collect();
            if lost.is_empty() {
                let text = "nothing of it that is known; STS is asked in the other Regions by itself";
                Finding::new(what, State::Fine(text.to_owned()))
            } else {
                Finding::new(what, State::Note(lost.join("; ")))
            }
        })
        .collect();
    if world.topology().home.is_none() {
        let text = "workload.home does not say in which Region this host stands, so nobody is warned of that";
        findings.push(Finding::new("this host", State::Fine(text.to_owned())));
    }
    findings
}

/// Until when the credentials last, where they say so.
fn until(identity: &Identity) -> String {
    let end = identity.expires.map(|end| end.strftime(", until %Y-%m-%d %H:%M:%S UTC").to_string());
    end.unwrap_or_default()
}

fn reading_of(topology: &Topology, source: &Source, reading: &Reading) -> Vec<Finding> {
    let what = source.to_string();
    match (source, reading) {
        (Source::Identity(_), Reading::Identity(identity)) => {
            let state = match &topology.account {
                Some(account) if account != &identity.account => State::Wrong(format!(
                    "{} is in account {}, not {account}",
                    identity.arn, identity.account
                )),
                _ => State::Fine(match &identity.via {
                    Some(via) => format!("{}, by {via}{}", identity.arn, until(identity)),
                    None => identity.arn.clone(),
                }),
            };
            vec![Finding::new(what, state)]
        }
        (Source::Endpoint(_), Reading::Controls(states)) => {
            let controls = topology.routing.iter().flat_map(|routing| &routing.controls);
            let missing: Vec<&str> =
                controls.filter(|c| !states.contains_key(&c.name)).map(|c| c.name.as_str()).collect();
            let state = if missing.is_empty() {
                State::Fine(format!("{} controls", states.len()))
            } else {
                State::Wrong(format!("does not know the control {}", missing.join(", ")))
            };
            vec![Finding::new(what, state)]
        }
        (Source::Aurora(store, _), Reading::Aurora(found)) => {
            let declared = topology.auroras.iter().find(|aurora| &aurora.store == store);
            declared.map(|aurora| Finding::new(what, aurora_state(aurora, found))).into_iter().collect()
        }
        (Source::Replica(store, region), Reading::Replica(found)) => {
            let declared = topology.replicas.iter().find(|replica| &replica.store == store);
            let state = declared.map(|replica| replica_state(replica, region, found));
            state.map(|state| Finding::new(what, state)).into_iter().collect()
        }
        (Source::Snapshots(store, region), Reading::Snapshots(found)) => left_behind(store, region, found)
            .into_iter()
            .map(|state| Finding::new(what.clone(), state))
            .collect(),
        (Source::Table(store, region), Reading::Table(found)) => {
            let declared = topology.tables.iter().find(|table| &table.store == store);
            let state = declared.map(|table| table_state(table, region.as_str(), found));
            state.map(|state| Finding::new(what, state)).into_iter().collect()
        }
        (Source::Service(name, region), Reading::Service(found)) => {
            vec![Finding::new(what, service_state(topology, name, region, found))]
        }
        (Source::Records(name), Reading::Records(found)) => {
            let declared = topology.dns.iter().find(|dns| &dns.name == name);
            declared.map(|dns| records_of(dns, found)).unwrap_or_default()
        }
        (Source::Resolver(..), Reading::Resolved(found)) => vec![Finding::new(what, resolved(found))],
        _ => Vec::new(),
    }
}

fn aurora_state(declared: &Aurora, found: &AuroraReading) -> State {
    let is_found = |arn: &String| found.members.iter().any(|member| &member.arn == arn);
    let missing: Vec<&str> =
        declared.clusters.values().filter(|arn| !is_found(arn)).map(String::as_str).collect();
    if !missing.is_empty() {
        return State::Wrong(format!("{} has no member {}", declared.global, missing.join(", ")));
    }
    let headless = found.members.iter().find(|member| member.instances == Some(0));
    match (headless, found.writer()) {
        (Some(member), _) => {
            State::Note(format!("{} has no instance: it cannot serve if promoted", member.arn))
        }
        (None, Some(writer)) => State::Fine(format!("{}, writer {writer}", found.status)),
        (None, None) => State::Wrong(format!("{} shows no single writer", declared.global)),
    }
}

/// A database that copies one which is not declared, or nothing at all, is told.
fn replica_state(declared: &Replica, region: &Region, found: &ReplicaReading) -> State {
    let id = declared.id(region).unwrap_or_default();
    if found.instances == 0 {
        return State::Note(format!("{id} has no instance: it cannot serve if promoted"));
    }
    if let Some(source) = &found.source {
        return match declared.region_of(source) {
            Some(of) => State::Fine(format!("{}, a replica of {of}", found.status)),
            None => State::Wrong(format!("{id} copies {source}, which is not declared")),
        };
    }
    let copied = found.replicas.iter().any(|replica| declared.region_of(replica).is_some());
    if copied {
        State::Fine(format!("{}, the source", found.status))
    } else {
        State::Note(format!("{id} stands alone: no declared database copies it"))
    }
}

/// Snapshots that a failover left behind, that will expire, and that nobody has copied.
fn left_behind(store: &str, region: &Region, found: &SnapshotsReading) -> Vec<State> {
    let copied = |arn: &str| found.snapshots.iter().any(|s| s.manual && s.source.as_deref() == Some(arn));
    let left = found.snapshots.iter().filter(|s| s.is_left_behind() && !copied(&s.arn));
    left.map(|snapshot| {
        State::Note(format!(
            "{} holds what a failover of {store} lost, in {region}, and expires with the backup retention: copy it",
            snapshot.id
        ))
    })
    .collect()
}

fn table_state(declared: &Table, region: &str, found: &TableReading) -> State {
    let others = declared.regions.iter().filter(|r| r.as_str() != region);
    let missing: Vec<&str> =
        others.filter(|r| !found.replicas.contains_key(*r)).map(Region::as_str).collect();
    if missing.is_empty() {
        let kind = if found.strong { "strongly consistent" } else { "eventually consistent" };
        State::Fine(format!("{}, {kind}", found.status))
    } else {
        State::Wrong(format!("{} has no replica in {}", declared.table, missing.join(", ")))
    }
}

fn service_state(topology: &Topology, name: &str, region: &Region, found: &ServiceReading) -> State {
    let counts = format!("{} of {} tasks run", found.running, found.desired);
    let receive = topology.service(name).and_then(|service| service.receive);
    match receive {
        _ if found.status != "ACTIVE" => State::Wrong(format!("the service is {}", found.status)),
        Some(Receive::Tasks(tasks)) if found.running < tasks => {
            State::Note(format!("{counts}: {region} is scaled to {tasks} before it receives"))
        }
        _ if !found.is_steady() => State::Note(format!("{counts}: not steady")),
        _ => State::Fine(counts),
    }
}

/// A resolver must know the name and answer what stands behind a record, or nothing is proved by it.
fn resolved(found: &Resolved) -> State {
    let behind =
        |(_, addresses): &(&Region, &Vec<IpAddr>)| addresses.iter().any(|a| found.addresses.contains(a));
    match found.behind.iter().find(behind) {
        _ if found.addresses.is_empty() => State::Wrong("it knows no such name".to_owned()),
        Some((region, _)) => {
            State::Fine(format!("answers {region}, {} of TTL left", verdict::span(found.ttl)))
        }
        None if found.behind.values().all(Vec::is_empty) => {
            State::Note("no target is declared, so its answer proves nothing".to_owned())
        }
        None => State::Note("it answers what stands behind no declared record".to_owned()),
    }
}

fn records_of(declared: &DnsName, found: &[RecordReading]) -> Vec<Finding> {
    let record = |wanted: &DnsRecord| found.iter().find(|one| verdict::is_record(declared, wanted, one));
    let finding = |wanted: &DnsRecord| {
        let what = format!("record {} {}", declared.name, wanted.id);
        let state = match record(wanted) {
            None => State::Wrong("there is no record with this identifier".to_owned()),
            Some(found) if found.health_check != wanted.health_check => State::Wrong(format!(
                "its health check is {}, not {}: it would not follow its control",
                found.health_check.as_deref().unwrap_or("none"),
                wanted.health_check.as_deref().unwrap_or("none")
            )),
            Some(found) if !fits(declared, found) => {
                State::Wrong(format!("its routing is {}, not {}", found.routing, declared.policy))
            }
            Some(found) => match (verdict::record_region(declared, found), &wanted.target) {
                (Some(region), Some(_)) if *region != wanted.region => State::Note(format!(
                    "{} leads to {region}, not to {}: it was made to, or the config is wrong",
                    found.routing, wanted.region
                )),
                (None, Some(target)) => {
                    State::Wrong(format!("it leads to {}, and no declared record to {target}", found.lead))
                }
                _ => State::Fine(format!("{} → {}", found.routing, found.lead)),
            },
        };
        Finding::new(what, state)
    };
    declared.records.iter().map(finding).collect()
}

fn fits(declared: &DnsName, found: &RecordReading) -> bool {
    match declared.policy {
        Policy::Simple => found.routing == RecordRouting::Simple,
        Policy::Weighted => matches!(found.routing, RecordRouting::Weight(_)),
        Policy::Latency => matches!(found.routing, RecordRouting::Latency(_)),
        Policy::Failover => matches!(found.routing, RecordRouting::First | RecordRouting::Second),
        Policy::Geolocation => matches!(found.routing, RecordRouting::Place { .. }),
    }
}

fn signal_of(world: &World, region: &str, signal: &Signal) -> Finding {
    let what = format!("signal {region} {}", signal.name);
    if let Formula::Alarm { .. } = signal.formula {
        return Finding::new(what, State::Fine("an alarm".to_owned()));
    }
    let silent = |metric: &&&Metric| world.series(metric).is_none_or(|series| series.points().is_empty());
    let metrics = signal.formula.metrics();
    match metrics.last().filter(silent) {
        Some(metric) => {
            let text =
                format!("no point of {} {} in an hour: is it published?", metric.namespace, metric.name);
            Finding::new(what, State::Note(text))
        }
        None => Finding::new(what, State::Fine(String::new())),
    }
}

fn orders_of(world: &World) -> Vec<Finding> {
    let Some(orders) = &world.topology().orders else {
        let text =
            "no orders metric is declared: orders at risk cannot be shown, runs are proved by canaries";
        return vec![Finding::new("orders", State::Note(text.to_owned()))];
    };
    let finding = |(region, metric): (&Region, _)| {
        let seen = world.series(metric).is_some_and(|series| !series.points().is_empty());
        let state = if seen {
            State::Fine(String::new())
        } else {
            State::Note("no point in an hour: is it published?".to_owned())
        };
        Finding::new(format!("orders {region}"), state)
    };
    orders.series.iter().map(finding).collect()
}

/// What the control planes of ARC, Route 53 and Systems Manager say of endpoints, controls, rules, health checks and
/// documents.
pub(super) async fn control_planes(clients: &Clients) -> Vec<Finding> {
    if clients.topology().routing.is_none() {
        return documents(clients).await;
    }
    let (arc, documents) = tokio::join!(arc::all(clients), documents(clients));
    [arc, documents].concat()
}

async fn documents(clients: &Clients) -> Vec<Finding> {
    let books = clients.topology().runbooks.iter().map(|book| document(clients, book));
    futures::future::join_all(books).await
}

async fn document(clients: &Clients, book: &Runbook) -> Finding {
    let what = format!("runbook {} in {}", book.name, book.region);
    let found = match clients.found_document(book).await {
        Ok(found) => found,
        Err(trouble) if trouble.kind == TroubleKind::NotFound => {
            return Finding::new(what, State::Wrong(trouble.text));
        }
        Err(trouble) => return Finding::unseen(what, &trouble, &["ssm:DescribeDocument"]),
    };
    let strange = book.parameters.keys().find(|name| !found.parameters.contains_key(*name));
    let missing = found
        .parameters
        .iter()
        .find(|(name, has_default)| !**has_default && !book.parameters.contains_key(*name));
    let state = match (strange, missing) {
        _ if !found.is_automation => State::Wrong(format!("{} is not an Automation document", book.document)),
        (Some(name), _) => State::Wrong(format!("{} has no parameter {name}", book.document)),
        (None, Some((name, _))) => State::Wrong(format!("{} needs the parameter {name}", book.document)),
        (None, None) => State::Fine(format!("{}, version {}", book.document, found.version)),
    };
    Finding::new(what, state)
}
