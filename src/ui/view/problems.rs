//! Which pane and row is not ok.
//!
//! Rows are counted as the panes count them: links, controls, Regions, steps. The hint bar asks for this with every
//! frame, so it computes no more than it needs.

use super::{Facts, Pane};
use crate::model::verdict::{self, Lamp};

/// The pane and row of each thing that is not ok, in the order of the panes.
pub(super) fn list(facts: &Facts<'_>) -> Vec<(Pane, usize)> {
    let (world, now) = (facts.world, facts.now);
    let mut found = Vec::new();
    if verdict::regions(world, now).iter().any(|region| region.lamp != Lamp::Ok) {
        found.push((Pane::Regions, 0));
    }
    let links = verdict::links(world, now);
    found.extend(rows(Pane::Replication, &links, |link| link.live && link.lamp != Lamp::Ok));
    let controls = verdict::controls(world, now);
    found.extend(rows(Pane::Traffic, &controls, |control| control.split || control.state.is_none()));
    let regions = world.topology().regions.iter();
    let orders: Vec<_> = regions.filter_map(|region| verdict::orders(world, &region.name, now)).collect();
    found.extend(rows(Pane::Orders, &orders, |orders| orders.lamp != Lamp::Ok));
    if let Some(run) = facts.run.filter(|run| run.is_open()) {
        let held = run.held();
        found.extend(rows(Pane::Plan, &run.plan.steps, |step| held.contains(&step.id)));
    }
    found
}

fn rows<T>(pane: Pane, rows: &[T], is: impl Fn(&T) -> bool) -> Vec<(Pane, usize)> {
    rows.iter().enumerate().filter(|(_, row)| is(row)).map(|(at, _)| (pane, at)).collect()
}
