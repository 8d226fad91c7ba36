//! Reads `[[services]]` and `[[runbooks]]`: the tasks that answer users, and the documents that a plan may start.
//!
//! A name is an identity in plans and on the screen; nothing here may give one name to two of a kind.

use std::collections::BTreeMap;

use super::context::{Context, Unique};
use super::cursor::{Cursor, Placed};
use super::problem::hint;
use crate::model::reading::ControlState;
use crate::model::topology::{EcsService, Receive, Region, Routing, Runbook, Service};

/// What stands for the name of each Region in a name of the config.
const HERE: &str = "{region}";

/// Every service of the file.
pub(super) fn services(root: &Cursor<'_>, context: &Context<'_>) -> Vec<Service> {
    let mut names = Unique::new(context.sink, "service");
    root.tables("services").iter().filter_map(|table| service(table, &mut names, context)).collect()
}

fn service(table: &Cursor<'_>, names: &mut Unique<'_>, context: &Context<'_>) -> Option<Service> {
    let name = table.text("name");
    if let Some(name) = &name {
        names.take(&name.value, &name.place);
    }
    let cluster = table.text("cluster");
    let called = table.text("service");
    let receive = receive(table);
    let regions = regions(table, context);
    let (name, cluster) = (name?.value, cluster?.value);
    let called = called.map_or_else(|| name.clone(), |called| called.value);
    let here = |region: Region| {
        let within = |text: &str| text.replace(HERE, region.as_str());
        let there = EcsService { cluster: within(&cluster), service: within(&called) };
        (region, there)
    };
    Some(Service { regions: regions.into_iter().map(here).collect(), name, receive })
}

/// The Regions of a service; all that serve when it names none.
fn regions(table: &Cursor<'_>, context: &Context<'_>) -> Vec<Region> {
    let Some(words) = table.texts("regions") else {
        return context.regions.iter().map(|name| Region::new(name)).collect();
    };
    if words.is_empty() {
        context.sink.miss(&table.place_of("regions"), "needs at least one Region");
    }
    let mut once = Unique::new(context.sink, "Region");
    let read = |word: &Placed<String>| {
        let first = once.take(&word.value, &word.place);
        context.serving(word).filter(|_| first)
    };
    words.iter().filter_map(read).collect()
}

/// `sum`, or a number of tasks.
fn receive(table: &Cursor<'_>) -> Option<Receive> {
    let word = table.text("receive")?;
    if word.value == "sum" {
        return Some(Receive::Sum);
    }
    let tasks = word.value.parse().ok().filter(|tasks| *tasks > 0);
    if tasks.is_none() {
        let what = format!("\"{}\" is neither \"sum\" nor a number of tasks such as \"8\"", word.value);
        table.sink.refuse(&word.place, what);
    }
    tasks.map(Receive::Tasks)
}

/// Every runbook of the file.
pub(super) fn runbooks(
    root: &Cursor<'_>,
    services: &[Service],
    routing: Option<&Routing>,
    context: &Context<'_>,
) -> Vec<Runbook> {
    let mut names = Unique::new(context.sink, "runbook");
    let mut read = |table: &Cursor<'_>| {
        let name = table.text("name");
        if let Some(name) = &name {
            names.take(&name.value, &name.place);
        }
        let (tasks, control) = (tasks(table, services), control(table, routing));
        let book = runbook(table, context)?;
        Some(Runbook { name: name?.value, tasks, control, ..book })
    };
    root.tables("runbooks").iter().filter_map(&mut read).collect()
}

/// A runbook without its name and what it must bring about.
fn runbook(table: &Cursor<'_>, context: &Context<'_>) -> Option<Runbook> {
    let document = table.text("document");
    let region = table.text("region").and_then(|region| context.watching(&region));
    let pairs = table.map("parameters").unwrap_or_default();
    let parameters: BTreeMap<String, String> =
        pairs.into_iter().map(|(key, value)| (key.value, value.value)).collect();
    Some(Runbook {
        name: String::new(),
        document: document?.value,
        region: region?,
        parameters,
        failover: table.flag("failover"),
        tasks: None,
        control: None,
    })
}

/// The service and its tasks that must run after a runbook; either key needs the other.
fn tasks(table: &Cursor<'_>, services: &[Service]) -> Option<(String, u32)> {
    paired(table, "service", "tasks");
    let (service, tasks) = (table.text("service"), table.whole("tasks"));
    if let Some(service) = &service
        && !services.iter().any(|known| known.name == service.value)
    {
        let near = hint(&service.value, services.iter().map(|known| known.name.as_str()));
        let what = format!("\"{}\" is no service under [[services]]{near}", service.value);
        table.sink.miss(&service.place, what);
    }
    Some((service?.value, u32::try_from(tasks?.value).ok()?))
}

/// The control and the state that it must be in after a runbook; either key needs the other.
fn control(table: &Cursor<'_>, routing: Option<&Routing>) -> Option<(String, ControlState)> {
    paired(table, "control", "state");
    let (control, state) = (table.text("control"), table.text("state"));
    let known = || routing.iter().flat_map(|routing| &routing.controls).map(|control| control.name.as_str());
    if let Some(control) = &control
        && !known().any(|name| name == control.value)
    {
        let near = hint(&control.value, known());
        let what = format!("\"{}\" is no control under [[routing.controls]]{near}", control.value);
        table.sink.miss(&control.place, what);
    }
    let state = if state?.value == "On" { ControlState::On } else { ControlState::Off };
    Some((control?.value, state))
}

fn paired(table: &Cursor<'_>, one: &str, other: &str) {
    for (here, missing) in [(one, other), (other, one)] {
        if table.has(here) && !table.has(missing) {
            table.refuse(here, format!("says nothing without {missing}"));
        }
    }
}
