//! Reads a whole file: syntax first, then every section, with one sink for all that is wrong.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use toml::de::DeTable;

use super::context::{Context, Unique};
use super::cursor::Cursor;
use super::problem::{Problems, Sink};
use super::schema::ROOT;
use super::{Access, Config, Screen, names, routing, signal, stores, value};
use crate::model::topology::{Objectives, Region, RegionSpec, Topology};

/// Reads the text of a file that is called `file` in problems.
pub(super) fn read(text: &str, file: &str) -> Result<Config, Problems> {
    let sink = Sink::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        sink.syntax(error.span(), error.message());
    }
    let config = whole(&Cursor::root(table.get_ref(), &ROOT, &sink), &sink);
    let warnings = sink.finish()?;
    config.map(|config| Config { warnings, ..config }).ok_or_else(|| Problems::unforeseen(file))
}

fn whole(root: &Cursor<'_>, sink: &Sink<'_>) -> Option<Config> {
    let workload = root.table("workload");
    let objectives = root.table("objectives").map(|table| (table.span("rto"), table.span("rpo")));
    let access = workload.as_ref().map(access).unwrap_or_default();
    let (rto, rpo) = objectives.unwrap_or_default();
    let tables = root.tables("regions");
    let (regions, complete) = declared(root, &tables, sink);
    let observers = workload.as_ref().map_or_else(|| Some(Vec::new()), observers);
    // A URL that cannot be read says nothing about where it leads.
    let unread = access.endpoint_url.is_none()
        && workload.as_ref().is_some_and(|workload| workload.has("endpoint_url"));
    let simulated = (!unread).then(|| access.endpoint_url.as_deref().is_some_and(value::is_loopback));
    let context = Context {
        sink,
        regions,
        complete: complete && observers.is_some(),
        observers: observers.unwrap_or_default(),
        account: workload
            .as_ref()
            .and_then(|workload| workload.read("account", value::account))
            .map(|a| a.value),
        rpo: rpo.as_ref().map_or(Duration::ZERO, |rpo| rpo.value),
        simulated,
    };
    if let Some(role) = workload.as_ref().and_then(|workload| workload.arn("assume_role")) {
        context.own(&role);
    }
    let regions = region_specs(&tables, &context);
    let routing = root.table("routing").and_then(|table| routing::read(&table, &context));
    let stores = stores::read(root, &context);
    let dns = names::dns(root, routing.as_ref(), &context);
    let orders = root.table("orders").and_then(|table| names::orders(&table, &stores.auroras, &context));
    let screen =
        root.table("screen").map(|table| Screen { theme: table.text("theme").map(|theme| theme.value) });
    let workload = workload?;
    let home = workload.region("home");
    if let Some(home) = &home {
        sink.doubt(&home.place, &home.value);
    }
    let topology = Topology {
        workload: workload.text("name")?.value,
        environment: workload.text("environment")?.value,
        account: context.account,
        home: home.map(|home| Region::new(&home.value)),
        objectives: Objectives { rto: rto?.value, rpo: rpo?.value },
        regions,
        routing,
        auroras: stores.auroras,
        tables: stores.tables,
        lag_links: stores.lag_links,
        dns,
        orders,
    };
    let simulated = context.simulated.unwrap_or_default();
    let screen = screen.unwrap_or_default();
    Some(Config { topology: Arc::new(topology), access, screen, simulated, warnings: Vec::new() })
}

fn access(workload: &Cursor<'_>) -> Access {
    Access {
        endpoint_url: workload.read("endpoint_url", value::url).map(|url| url.value),
        profile: workload.text("profile").map(|profile| profile.value),
        assume_role: workload.arn("assume_role").map(|role| role.value.text),
    }
}

/// The Regions that only observe; `None` when they cannot be read.
fn observers(workload: &Cursor<'_>) -> Option<Vec<String>> {
    if !workload.has("observers") {
        return Some(Vec::new());
    }
    let mut once = Unique::new(workload.sink(), "Region");
    let mut observers = Vec::new();
    for word in workload.texts("observers")? {
        if let Err(what) = value::region(&word.value) {
            workload.sink().refuse(&word.place, what);
        } else if once.take(&word.value, &word.place) {
            workload.sink().doubt(&word.place, &word.value);
        }
        observers.push(word.value);
    }
    Some(observers)
}

/// The names under `[[regions]]`, and whether all of them could be read.
fn declared(root: &Cursor<'_>, tables: &[Cursor<'_>], sink: &Sink<'_>) -> (Vec<String>, bool) {
    let mut once = Unique::new(sink, "Region");
    let mut names = Vec::new();
    for table in tables {
        let Some(name) = table.region("name") else { continue };
        sink.doubt(&name.place, &name.value);
        if once.take(&name.value, &name.place) {
            names.push(name.value);
        }
    }
    if root.has("regions") && tables.len() < 2 {
        sink.miss(&root.place_of("regions"), "needs at least two Regions; with one there is nowhere to go");
    }
    let complete = !tables.is_empty() && names.len() == tables.len();
    (names, complete)
}

fn region_specs(tables: &[Cursor<'_>], context: &Context<'_>) -> Vec<RegionSpec> {
    let mut shorts = Unique::new(context.sink, "short name");
    let mut seen = BTreeSet::new();
    let read = |table: &Cursor<'_>| {
        let name = table.region("name").map(|name| Region::new(&name.value));
        let short = table.text("short");
        let capacity = table.number("capacity").map(|capacity| capacity.value);
        let here = name.clone().unwrap_or_else(|| Region::new("unknown"));
        let mut rows = Unique::new(context.sink, "signal");
        let mut signals = Vec::new();
        for read in table.tables("signals").iter().flat_map(|table| signal::read(table, &here, context)) {
            rows.take(&read.value.name, &read.place);
            signals.push(read.value);
        }
        let name = name?;
        let short = short.map_or_else(|| name.short(), |short| short.value);
        if seen.insert(name.clone()) {
            shorts.take(&short, &table.place_of("short"));
        }
        Some(RegionSpec { name, short, capacity, signals })
    };
    tables.iter().filter_map(read).collect()
}
