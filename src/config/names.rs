//! Reads `[[dns]]` and `[orders]`: what users resolve and what comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::{Context, Unique};
use super::cursor::Cursor;
use super::metric;
use super::problem::{Place, hint};
use super::stores::Stores;
use super::value;
use crate::model::topology::{DnsName, DnsRecord, Metric, OrdersSpec, Policy, Region, Resolver, Routing};

/// The store that orders are in when the file does not say.
const USUAL_STORE: &str = "orders";

/// Reads the names; `routing` tells which health check a record should have.
pub(super) fn dns(root: &Cursor<'_>, routing: Option<&Routing>, context: &Context<'_>) -> Vec<DnsName> {
    let mut names = Unique::new(context.sink, "DNS name");
    let mut read = |table: &Cursor<'_>| {
        let name = name(table, &mut names, context);
        for (record, place) in table.tables("records").iter().map(|record| (record, &record.place)) {
            follows_control(record, place, routing, context);
        }
        name
    };
    root.tables("dns").iter().filter_map(&mut read).collect()
}

/// A record whose health check is not its control's does not move when the control does.
fn follows_control(record: &Cursor<'_>, place: &Place, routing: Option<&Routing>, context: &Context<'_>) {
    let Some(region) = record.text("region").map(|region| Region::new(&region.value)) else { return };
    let controls = || routing.into_iter().flat_map(|routing| routing.controls_of(&region));
    if controls().next().is_none() {
        return;
    }
    let mut followers = controls().filter_map(|control| control.health_check.as_ref()).peekable();
    match record.text("health_check") {
        None if !record.has("health_check") => {
            context
                .sink
                .warn(place, format!("no health_check, so it does not follow the control of {region}"));
        }
        Some(own) if followers.peek().is_some() && followers.all(|follower| *follower != own.value) => {
            let what = format!("is not the health check of the control of {region}, so it may not follow it");
            context.sink.warn(&own.place, what);
        }
        _ => {}
    }
}

fn name(table: &Cursor<'_>, names: &mut Unique<'_>, context: &Context<'_>) -> Option<DnsName> {
    let name = table.text("name");
    let zone = table.text("zone");
    let kind = table.text("type");
    let policy = table.text("policy");
    let ttl = table.span("ttl");
    if let (Some(name), Some(kind)) = (&name, &kind) {
        names.take(&format!("{} {}", name.value, kind.value), &name.place);
    }
    let records = records(table, context);
    let policy = policy?;
    let count = table.tables("records").len();
    let fits = match policy.value.as_str() {
        "simple" => count == 1,
        "failover" => count == 2,
        _ => count >= 1,
    };
    if table.has("records") && !fits {
        let needs = match policy.value.as_str() {
            "simple" => "exactly one record",
            "failover" => "exactly two records",
            _ => "at least one record",
        };
        context.sink.refuse(&table.place_of("records"), format!("policy {} needs {needs}", policy.value));
    }
    Some(DnsName {
        name: name?.value,
        zone: zone?.value,
        kind: kind?.value,
        policy: known_policy(&policy.value),
        ttl: ttl?.value,
        records,
    })
}

fn known_policy(word: &str) -> Policy {
    match word {
        "weighted" => Policy::Weighted,
        "failover" => Policy::Failover,
        "geolocation" => Policy::Geolocation,
        "simple" => Policy::Simple,
        _ => Policy::Latency,
    }
}

fn records(table: &Cursor<'_>, context: &Context<'_>) -> Vec<DnsRecord> {
    let mut ids = Unique::new(context.sink, "record id");
    let read = |record: &Cursor<'_>| {
        let id = record.text("id");
        if let Some(id) = &id {
            ids.take(&id.value, &id.place);
        }
        let region = record.text("region").and_then(|region| context.serving(&region));
        let health_check = record.text("health_check").map(|id| id.value);
        let target = record.text("target").map(|name| name.value);
        let target_zone = record.text("target_zone").map(|zone| zone.value);
        Some(DnsRecord { id: id?.value, region: region?, health_check, target, target_zone })
    };
    table.tables("records").iter().filter_map(read).collect()
}

/// The declared resolvers; without any the host's own, where there is a name to ask it for.
pub(super) fn resolvers(root: &Cursor<'_>, names: bool, context: &Context<'_>) -> Vec<Resolver> {
    if !root.has("resolvers") {
        let own = Resolver { name: "system".to_owned(), address: None };
        return if names && context.simulated == Some(false) { vec![own] } else { Vec::new() };
    }
    let mut once = Unique::new(context.sink, "resolver");
    let mut read = |table: &Cursor<'_>| {
        let (name, address) = (table.text("name")?, table.text("address")?);
        once.take(&name.value, &name.place);
        let address = value::resolver(&address.value).ok()?;
        Some(Resolver { name: name.value, address })
    };
    root.tables("resolvers").iter().filter_map(&mut read).collect()
}

pub(super) fn orders(table: &Cursor<'_>, stores: &Stores, context: &Context<'_>) -> Option<OrdersSpec> {
    let namespace = table.text("namespace");
    let metric_name = table.text("metric");
    let statistic = table.text("statistic");
    let period = table.period("period");
    let dimensions = metric::plain_dimensions(table);
    let store = store(table, stores, context);
    let (namespace, name): (Arc<str>, Arc<str>) = (namespace?.value.into(), metric_name?.value.into());
    let (statistic, period): (Arc<str>, u32) = (statistic?.value.into(), period?);
    let series = |here: &String| {
        let region = Region::new(here);
        let own: BTreeMap<String, String> =
            dimensions.iter().map(|(key, value)| (key.clone(), value.replace("{region}", here))).collect();
        let metric = Metric {
            region: region.clone(),
            namespace: Arc::clone(&namespace),
            name: Arc::clone(&name),
            dimensions: Arc::new(own),
            statistic: Arc::clone(&statistic),
            period,
        };
        (region, metric)
    };
    Some(OrdersSpec { series: context.regions.iter().map(series).collect(), store })
}

fn store(table: &Cursor<'_>, stores: &Stores, context: &Context<'_>) -> Option<String> {
    let known = || {
        let auroras = stores.auroras.iter().map(|aurora| aurora.store.as_str());
        auroras.chain(stores.replicas.iter().map(|replica| replica.store.as_str()))
    };
    let Some(store) = table.text("store") else {
        return known().find(|store| *store == USUAL_STORE).map(str::to_owned);
    };
    if !known().any(|known| known == store.value) {
        let what = format!(
            "\"{}\" is no store under [[aurora]] or [[replicas]]{}",
            store.value,
            hint(&store.value, known())
        );
        context.sink.miss(&store.place, what);
    }
    Some(store.value)
}
