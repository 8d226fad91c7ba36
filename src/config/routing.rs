//! Reads `[routing]`: the cluster's endpoints, the controls and the safety rules.
//!
//! All of it is literal and must be right before an event, so what contradicts itself is refused here.

use std::collections::BTreeSet;

use super::arn::Arn;
use super::context::{Context, Unique};
use super::cursor::{Cursor, Placed};
use super::problem::{Place, hint};
use super::value;
use crate::model::topology::{Control, Endpoint, Region, Routing, Rule, RuleKind, RuleLogic};

/// Endpoints of a real cluster.
const ENDPOINTS: usize = 5;

pub(super) fn read(cursor: &Cursor<'_>, context: &Context<'_>) -> Option<Routing> {
    let cluster = cursor.arn("cluster");
    let panel = cursor.arn("panel");
    if let (Some(cluster), Some(account)) = (&cluster, &context.account)
        && cluster.value.account != *account
    {
        let owner = &cluster.value.account;
        context
            .sink
            .warn(&cluster.place, format!("in account {owner}, not {account}; right only if it is shared"));
    }
    if let Some(panel) = &panel {
        context.own(panel);
    }
    let panel_of = panel.as_ref().map(|panel| &panel.value);
    let endpoints = endpoints(cursor, context);
    let read = controls(cursor, panel_of, context);
    let tables = cursor.tables("rules");
    let rules = rules(&tables, panel_of, &names(cursor), context);
    if rules.len() == tables.len() {
        gates(&read, &rules, context);
    }
    movable(&read, context);
    Some(Routing {
        cluster: cluster?.value.text,
        panel: panel?.value.text,
        endpoints,
        controls: read.into_iter().map(|control| control.value).collect(),
        rules,
    })
}

fn endpoints(cursor: &Cursor<'_>, context: &Context<'_>) -> Vec<Endpoint> {
    let mut regions = Unique::new(context.sink, "endpoint Region");
    let mut urls = Unique::new(context.sink, "endpoint URL");
    let mut told = false;
    let tables = cursor.tables("endpoints");
    let place = cursor.place_of("endpoints");
    if cursor.has("endpoints") && tables.is_empty() {
        context.sink.refuse(&place, "needs at least one endpoint");
    } else if !tables.is_empty() && tables.len() != ENDPOINTS && context.simulated == Some(false) {
        context.sink.warn(&place, format!("has {} endpoints; a cluster has {ENDPOINTS}", tables.len()));
    }
    let read = |table: &Cursor<'_>| {
        let (region, url) = (table.text("region"), table.text("url"));
        if let Some(region) = &region {
            regions.take(&region.value, &region.place);
            context.sink.doubt(&region.place, &region.value);
        }
        if let Some(url) = &url {
            urls.take(&url.value, &url.place);
            half_real(url, &mut told, context);
        }
        Some(Endpoint { region: Region::new(&region?.value), url: url?.value })
    };
    tables.iter().filter_map(read).collect()
}

/// Said of the first endpoint only, as it is most often true of all.
fn half_real(url: &Placed<String>, told: &mut bool, context: &Context<'_>) {
    if let Some(simulated) = context.simulated
        && let Some(what) = value::half_real(simulated, &url.value)
        && !std::mem::replace(told, true)
    {
        context.sink.refuse(&url.place, what);
    }
}

fn controls(cursor: &Cursor<'_>, panel: Option<&Arn>, context: &Context<'_>) -> Vec<Placed<Control>> {
    let mut names = Unique::new(context.sink, "control name");
    let mut arns = Unique::new(context.sink, "control ARN");
    let mut regions = Unique::new(context.sink, "Region");
    let tables = cursor.tables("controls");
    if cursor.has("controls") && tables.is_empty() {
        context.sink.refuse(&cursor.place_of("controls"), "needs at least one control");
    }
    let read = |table: &Cursor<'_>| {
        let name = table.text("name");
        let arn = table.arn("arn");
        let region = table.text("region");
        let health_check = table.text("health_check").map(|id| id.value);
        if let Some(name) = &name {
            names.take(&name.value, &name.place);
        }
        if let Some(arn) = &arn {
            arns.take(&arn.value.text, &arn.place);
            in_panel(arn, panel, context);
        }
        if let Some(region) = &region {
            regions.take(&region.value, &region.place);
        }
        let region =
            region.and_then(|region| context.serving(&region).or_else(|| Some(Region::new(&region.value))));
        let name = name?;
        let control = Control { name: name.value, arn: arn.map(|arn| arn.value.text)?, region, health_check };
        Some(Placed::new(control, table.place.clone()))
    };
    tables.iter().filter_map(read).collect()
}

fn in_panel(arn: &Placed<Arn>, panel: Option<&Arn>, context: &Context<'_>) {
    context.own(arn);
    let Some(panel) = panel else { return };
    let inside = arn.value.resource.strip_prefix(&panel.resource).is_some_and(|rest| rest.starts_with('/'));
    if !inside {
        context.sink.refuse(&arn.place, "is not in routing.panel");
    }
}

/// Every control's name, also of one that is wrong otherwise.
fn names(cursor: &Cursor<'_>) -> Vec<String> {
    cursor.tables("controls").iter().filter_map(|table| table.text("name")).map(|name| name.value).collect()
}

fn rules(tables: &[Cursor<'_>], panel: Option<&Arn>, known: &[String], context: &Context<'_>) -> Vec<Rule> {
    let mut names = Unique::new(context.sink, "rule name");
    let mut arns = Unique::new(context.sink, "rule ARN");
    let read = |table: &Cursor<'_>| {
        let (name, arn) = (table.text("name"), table.arn("arn"));
        if let Some(name) = &name {
            names.take(&name.value, &name.place);
        }
        if let Some(arn) = &arn {
            arns.take(&arn.value.text, &arn.place);
            in_panel(arn, panel, context);
        }
        let kind = kind(table, known, context);
        let logic = logic(table, kind.as_ref(), context);
        let wait = table.span("wait");
        let inverted = table.flag("inverted");
        let (name, arn) = (name?.value, arn?.value.text);
        Some(Rule { name, arn, kind: kind?, logic: logic?, inverted, wait: wait?.value })
    };
    tables.iter().filter_map(read).collect()
}

fn kind(table: &Cursor<'_>, known: &[String], context: &Context<'_>) -> Option<RuleKind> {
    let asserted = control_names(table, "assert", known, context);
    let gating = control_names(table, "gating", known, context);
    let targets = control_names(table, "target", known, context);
    match (table.has("assert"), table.has("gating"), table.has("target")) {
        (true, false, false) => return Some(RuleKind::Assertion { asserted: asserted? }),
        (false, true, true) => return Some(RuleKind::Gating { gating: gating?, targets: targets? }),
        (false, false, false) => table.miss("needs assert, or gating and target"),
        (true, true, _) => table.refuse("gating", "goes not together with assert"),
        (true, false, true) => table.refuse("target", "goes not together with assert"),
        (false, true, false) => table.miss("\"target\" is missing: a gate needs gating and target"),
        (false, false, true) => table.miss("\"gating\" is missing: a gate needs gating and target"),
    }
    None
}

fn control_names(
    table: &Cursor<'_>,
    key: &str,
    known: &[String],
    context: &Context<'_>,
) -> Option<Vec<String>> {
    let words = table.texts(key)?;
    if words.is_empty() {
        context.sink.refuse(&table.place_of(key), "needs at least one control");
    }
    let mut once = Unique::new(context.sink, "control");
    for word in &words {
        if !known.contains(&word.value) {
            let near = hint(&word.value, known.iter().map(String::as_str));
            let what = format!("\"{}\" is none of the controls under [[routing.controls]]{near}", word.value);
            context.sink.miss(&word.place, what);
        }
        once.take(&word.value, &word.place);
    }
    Some(words.into_iter().map(|word| word.value).collect())
}

fn logic(table: &Cursor<'_>, kind: Option<&RuleKind>, context: &Context<'_>) -> Option<RuleLogic> {
    let word = table.text("type")?;
    // AWS wants a threshold of every rule and reads it for ATLEAST only, so elsewhere any number is right.
    let threshold = table.whole("threshold");
    match word.value.as_str() {
        "AND" => return Some(RuleLogic::And),
        "OR" => return Some(RuleLogic::Or),
        _ if !table.has("threshold") => {
            context.sink.miss(&table.place, "\"threshold\" is missing: ATLEAST needs to know how many");
        }
        _ => {}
    }
    let threshold = threshold?;
    let watched = match kind? {
        RuleKind::Assertion { asserted } => asserted.len(),
        RuleKind::Gating { gating, .. } => gating.len(),
    };
    if !(1..=watched.max(1)).contains(&threshold.value) {
        let what = format!("must be from 1 to {watched}, the number of watched controls");
        context.sink.refuse(&threshold.place, what);
    }
    Some(RuleLogic::AtLeast(threshold.value))
}

/// A control carries a Region's traffic, or it does nothing but open a gate.
fn gates(controls: &[Placed<Control>], rules: &[Rule], context: &Context<'_>) {
    let mut gates = BTreeSet::new();
    let mut guarded = BTreeSet::new();
    for rule in rules {
        match &rule.kind {
            RuleKind::Assertion { asserted } => guarded.extend(asserted),
            RuleKind::Gating { gating, targets } => {
                gates.extend(gating);
                guarded.extend(targets);
            }
        }
    }
    for control in controls.iter().filter(|control| control.value.region.is_none()) {
        let name = &control.value.name;
        if !gates.contains(name) || guarded.contains(name) {
            let what = "\"region\" is missing: only a control that does nothing but open a gate has none";
            context.sink.miss(&control.place, what);
        }
    }
}

/// A Region without control cannot be left.
fn movable(controls: &[Placed<Control>], context: &Context<'_>) {
    let carries =
        |region: &str| controls.iter().any(|c| c.value.region.as_ref().is_some_and(|r| r.as_str() == region));
    for region in context.regions.iter().filter(|region| !carries(region)) {
        let place =
            Place { key: "routing.controls".to_owned(), at: controls.first().map_or(0, |c| c.place.at) };
        context.sink.warn(&place, format!("no control for {region}: its traffic cannot be moved"));
    }
}
