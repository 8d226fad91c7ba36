//! Reads a whole file: syntax first, then every section, with one sink for all that is wrong.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use toml::de::DeTable;

use super::context::{Context, Unique};
use super::cursor::Cursor;
use super::problem::{Problems, Sink};
use super::schema::ROOT;
use super::{Access, Config, check, compute, drill, names, routing, screen, signal, stores, value, webhook};
use crate::model::topology::{Failback, Objectives, Region, RegionSpec, Topology};

/// Reads the text of a file that is called `file` in problems.
pub(super) fn read(text: &str, file: &str) -> Result<Config, Problems> {
    let sink = Sink::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        sink.syntax(error.span(), error.message());
    }
    let root = Cursor::root(table.get_ref(), &ROOT, &sink);
    check::check(&root);
    let config = whole(&root, file);
    let warnings = sink.finish()?;
    config.map(|config| Config { warnings, ..config }).ok_or_else(|| Problems::unforeseen(file))
}

fn whole(root: &Cursor<'_>, file: &str) -> Option<Config> {
    // A section that is missing has been told of; what the others say is looked at all the same.
    let workload = root.table("workload");
    let objectives = root.table("objectives").and_then(|table| objectives(&table));
    let regions = root.tables("regions");
    let context = context(root, workload.as_ref(), &regions, objectives);
    let regions = region_specs(&regions, &context);
    let routing = root.table("routing").and_then(|table| routing::read(&table, &context));
    let stores = stores::read(root, &context);
    let (experiments, plans) = (drill::experiments(root, &context), drill::plans(root, &context));
    let services = compute::services(root, &context);
    let runbooks = compute::runbooks(root, &services, routing.as_ref(), &context);
    let dns = names::dns(root, routing.as_ref(), &context);
    let resolvers = names::resolvers(root, !dns.is_empty(), &context);
    let orders = root.table("orders").and_then(|table| names::orders(&table, &stores, &context));
    let shared = root.table("shared").and_then(|table| stores::shared(&table));
    let webhook = root.table("webhook").and_then(|table| webhook::webhook(&table, file));
    let (screen, production) = (screen::screen(root), screen::production(root));
    let workload = workload?;
    let topology = Topology {
        workload: workload.text("name")?.value,
        environment: workload.text("environment")?.value,
        account: context.account,
        home: workload.text("home").map(|home| Region::new(&home.value)),
        objectives: objectives?,
        regions,
        routing,
        auroras: stores.auroras,
        replicas: stores.replicas,
        tables: stores.tables,
        services,
        runbooks,
        lag_links: stores.lag_links,
        experiments,
        plans,
        dns,
        resolvers,
        orders,
        failback: root.table("failback").map_or_else(Failback::default, |table| failback(&table)),
        production,
        playbooks: Vec::new(),
    };
    Some(Config {
        topology: Arc::new(topology),
        access: access(&workload),
        screen,
        shared,
        webhook,
        simulated: context.simulated.unwrap_or_default(),
        warnings: Vec::new(),
    })
}

fn objectives(table: &Cursor<'_>) -> Option<Objectives> {
    Some(Objectives { rto: table.span("rto")?.value, rpo: table.span("rpo")?.value })
}

fn failback(table: &Cursor<'_>) -> Failback {
    let usual = Failback::default();
    Failback {
        locked: table.span("locked").map_or(usual.locked, |span| span.value),
        settled: table.span("settled").map_or(usual.settled, |span| span.value),
        flaps: table.whole("flaps").map_or(usual.flaps, |flaps| flaps.value),
    }
}

fn access(workload: &Cursor<'_>) -> Access {
    let text = |key: &str| workload.text(key).map(|text| text.value);
    Access {
        endpoint_url: text("endpoint_url"),
        profile: text("profile"),
        assume_role: text("assume_role"),
        instance_role: workload.flag("instance_role"),
        folder: text("aws_folder").map(Into::into),
    }
}

/// What the sections must know of each other.
fn context<'a>(
    root: &Cursor<'a>,
    workload: Option<&Cursor<'_>>,
    tables: &[Cursor<'_>],
    objectives: Option<Objectives>,
) -> Context<'a> {
    let (regions, complete) = declared(root, tables);
    let observers = workload.map_or_else(|| Some(Vec::new()), observers);
    let endpoint_url = workload.and_then(|workload| workload.text("endpoint_url"));
    // A URL that cannot be read says nothing about where it leads.
    let unread = endpoint_url.is_none() && workload.is_some_and(|workload| workload.has("endpoint_url"));
    let simulated = endpoint_url.is_some_and(|url| value::is_loopback(&url.value));
    let context = Context {
        sink: root.sink,
        regions,
        complete: complete && observers.is_some(),
        observers: observers.unwrap_or_default(),
        account: workload.and_then(|workload| workload.text("account")).map(|account| account.value),
        rpo: objectives.map_or(Duration::ZERO, |objectives| objectives.rpo),
        simulated: (!unread).then_some(simulated),
    };
    if let Some(role) = workload.and_then(|workload| workload.arn("assume_role")) {
        context.own(&role);
    }
    if let Some(home) = workload.and_then(|workload| workload.text("home")) {
        root.sink.doubt(&home.place, &home.value);
    }
    context
}

/// The Regions that only observe; `None` when they cannot be read.
fn observers(workload: &Cursor<'_>) -> Option<Vec<String>> {
    if !workload.has("observers") {
        return Some(Vec::new());
    }
    let mut once = Unique::new(workload.sink, "Region");
    let words = workload.texts("observers")?;
    for word in words.iter().filter(|word| value::region(&word.value).is_ok()) {
        if once.take(&word.value, &word.place) {
            workload.sink.doubt(&word.place, &word.value);
        }
    }
    Some(words.into_iter().map(|word| word.value).collect())
}

/// The names under `[[regions]]`, and whether all of them could be read.
fn declared(root: &Cursor<'_>, tables: &[Cursor<'_>]) -> (Vec<String>, bool) {
    let sink = root.sink;
    let mut once = Unique::new(sink, "Region");
    let mut names = Vec::new();
    for table in tables {
        let Some(name) = table.text("name") else { continue };
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
        let name = table.text("name").map(|name| Region::new(&name.value));
        let short = table.text("short");
        let capacity = table.number("capacity");
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
