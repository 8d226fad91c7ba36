//! Which pane and row is not ok, and how many rows a pane has.
//!
//! Rows are counted as the panes draw them: signals, links, controls, Regions, steps, lines.

use std::collections::BTreeSet;

use super::{Facts, Pane};
use crate::model::verdict::{self, Lamp};

/// The pane and row of each thing that is not ok, in the order of the panes.
pub(super) fn list(facts: &Facts<'_>) -> Vec<(Pane, usize)> {
    let (world, now) = (facts.world, facts.now);
    let mut found = Vec::new();
    if world.topology().regions.iter().any(|r| verdict::region(world, &r.name, now).lamp != Lamp::Ok) {
        found.push((Pane::Regions, 0));
    }
    let links = verdict::links(world, now);
    found.extend(rows_where(Pane::Replication, &links, |link| link.lamp != Lamp::Ok));
    let controls = verdict::controls(world, now);
    found.extend(rows_where(Pane::Traffic, &controls, |control| control.split || control.state.is_none()));
    let orders: Vec<Lamp> = world
        .topology()
        .regions
        .iter()
        .filter_map(|r| verdict::orders(world, &r.name, now).map(|orders| orders.lamp))
        .collect();
    found.extend(rows_where(Pane::Orders, &orders, |lamp| *lamp != Lamp::Ok));
    if let Some(run) = facts.run.filter(|run| run.is_open()) {
        let held = run.held();
        found.extend(rows_where(Pane::Plan, &run.plan.steps, |step| held.contains(&step.id)));
    }
    found
}

fn rows_where<T>(pane: Pane, rows: &[T], is: impl Fn(&T) -> bool) -> Vec<(Pane, usize)> {
    rows.iter().enumerate().filter(|(_, row)| is(row)).map(|(at, _)| (pane, at)).collect()
}

/// How many rows can be selected in a pane.
pub(super) fn rows(facts: &Facts<'_>, pane: Pane) -> usize {
    let topology = facts.world.topology();
    match pane {
        Pane::Regions => {
            let names = topology.regions.iter().flat_map(|r| &r.signals).map(|s| &s.name);
            names.collect::<BTreeSet<_>>().len() + 1
        }
        Pane::Replication => verdict::links(facts.world, facts.now).len(),
        Pane::Traffic => topology.routing.as_ref().map_or(0, |r| r.controls.len()),
        Pane::Orders => topology.regions.len(),
        Pane::Plan => facts.run.map_or(0, |run| run.plan.steps.len()),
        Pane::Journal => facts.journal.len(),
    }
}
