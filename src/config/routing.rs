//! Reads `[routing]`: the cluster's endpoints, the controls and the safety rules.
//!
//! All of it is literal and must be right before an event, so what contradicts itself is refused here.

mod panel;

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Unique};
use super::cursor::{Cursor, Placed};
use super::problem::hint;
use super::value;
use crate::model::topology::{Control, Endpoint, Region, Routing, Rule, RuleKind, RuleLogic};
use panel::Panels;

/// Endpoints of a real cluster.
const ENDPOINTS: usize = 5;

pub(super) fn read(cursor: &Cursor<'_>, context: &Context<'_>) -> Option<Routing> {
    let cluster = cursor.arn("cluster");
    let panels = Panels::read(cursor, context);
    if let (Some(cluster), Some(account)) = (&cluster, &context.account)
        && cluster.value.account != *account
    {
        let owner = &cluster.value.account;
        context
            .sink
            .warn(&cluster.place, format!("in account {owner}, not {account}; right only if it is shared"));
    }
    let endpoints = endpoints(cursor, context);
    let mut read = controls(cursor, &panels, context);
    let tables = cursor.tables("rules");
    let mut rules = rules(&tables, &panels, &names(cursor, &panels), context);
    if rules.len() == tables.len() {
        gates(&read, &rules, context);
    }
    panels.movable(&read, context);
    // Panel by panel, so that they are drawn and told together.
    read.sort_by_key(|control| panels.find_text(&control.value.arn));
    rules.sort_by_key(|rule| panels.find_text(&rule.arn));
    Some(Routing {
        cluster: cluster?.value.text,
        panels: panels.declared()?,
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

fn controls(cursor: &Cursor<'_>, panels: &Panels, context: &Context<'_>) -> Vec<Placed<Control>> {
    let mut arns = Unique::new(context.sink, "control ARN");
    let mut uniques: BTreeMap<Option<usize>, [Unique<'_>; 2]> = BTreeMap::new();
    let tables = cursor.tables("controls");
    if cursor.has("controls") && tables.is_empty() {
        context.sink.refuse(&cursor.place_of("controls"), "needs at least one control");
    }
    let read = |table: &Cursor<'_>| {
        let name = table.text("name");
        let arn = table.arn("arn");
        let region = table.text("region");
        let health_check = table.text("health_check").map(|id| id.value);
        let at = arn.as_ref().and_then(|arn| panels.find(&arn.value));
        let [names, regions] = uniques
            .entry(at)
            .or_insert_with(|| ["control name", "Region"].map(|noun| Unique::new(context.sink, noun)));
        if let Some(name) = &name {
            names.take(&name.value, &name.place);
        }
        if let Some(arn) = &arn {
            arns.take(&arn.value.text, &arn.place);
            panels.must_hold(arn, context);
        }
        if let Some(region) = &region {
            regions.take(&region.value, &region.place);
        }
        let region =
            region.and_then(|region| context.serving(&region).or_else(|| Some(Region::new(&region.value))));
        let name = panels.unique(at, &name?.value);
        let control = Control { name, arn: arn.map(|arn| arn.value.text)?, region, health_check };
        Some(Placed::new(control, table.place.clone()))
    };
    tables.iter().filter_map(read).collect()
}

/// Every control's panel and name, also of one that is wrong otherwise.
fn names(cursor: &Cursor<'_>, panels: &Panels) -> Vec<(Option<usize>, String)> {
    let tables = cursor.tables("controls");
    let read = |table: &Cursor<'_>| {
        let at = table.arn("arn").and_then(|arn| panels.find(&arn.value));
        Some((at, table.text("name")?.value))
    };
    tables.iter().filter_map(read).collect()
}

fn rules(
    tables: &[Cursor<'_>],
    panels: &Panels,
    controls: &[(Option<usize>, String)],
    context: &Context<'_>,
) -> Vec<Rule> {
    let mut uniques: BTreeMap<Option<usize>, Unique<'_>> = BTreeMap::new();
    let mut arns = Unique::new(context.sink, "rule ARN");
    let read = |table: &Cursor<'_>| {
        let (name, arn) = (table.text("name"), table.arn("arn"));
        let at = arn.as_ref().and_then(|arn| panels.find(&arn.value));
        let names = uniques.entry(at).or_insert_with(|| Unique::new(context.sink, "rule name"));
        if let Some(name) = &name {
            names.take(&name.value, &name.place);
        }
        if let Some(arn) = &arn {
            arns.take(&arn.value.text, &arn.place);
            panels.must_hold(arn, context);
        }
        let kind = kind(table, &Reach { panels, at, controls }, context);
        let logic = logic(table, kind.as_ref(), context);
        let wait = table.span("wait");
        let inverted = table.flag("inverted");
        let (name, arn) = (panels.unique(at, &name?.value), arn?.value.text);
        Some(Rule { name, arn, kind: kind?, logic: logic?, inverted, wait: wait?.value })
    };
    tables.iter().filter_map(read).collect()
}

/// The controls that a rule may name: those of its own panel, as ARC has it.
struct Reach<'a> {
    panels: &'a Panels,
    at: Option<usize>,
    controls: &'a [(Option<usize>, String)],
}

impl Reach<'_> {
    /// Names in the rule's panel; a control or rule whose panel is not known may be in any.
    fn names(&self) -> impl Iterator<Item = &str> {
        let near = |at: &Option<usize>| at.is_none() || self.at.is_none() || *at == self.at;
        self.controls.iter().filter(move |(at, _)| near(at)).map(|(_, name)| name.as_str())
    }

    fn stranger(&self, word: &str) -> String {
        if self.controls.iter().any(|(_, name)| name == word) {
            return format!("\"{word}\" is a control of another panel, and a rule knows only its own");
        }
        let near = hint(word, self.names());
        format!("\"{word}\" is none of the controls under [[routing.controls]]{near}")
    }
}

fn kind(table: &Cursor<'_>, known: &Reach<'_>, context: &Context<'_>) -> Option<RuleKind> {
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
    known: &Reach<'_>,
    context: &Context<'_>,
) -> Option<Vec<String>> {
    let words = table.texts(key)?;
    if words.is_empty() {
        context.sink.refuse(&table.place_of(key), "needs at least one control");
    }
    let mut once = Unique::new(context.sink, "control");
    for word in &words {
        if !known.names().any(|name| name == word.value) {
            context.sink.miss(&word.place, known.stranger(&word.value));
        }
        once.take(&word.value, &word.place);
    }
    Some(words.into_iter().map(|word| known.panels.unique(known.at, &word.value)).collect())
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
