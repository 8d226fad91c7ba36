//! Which pane and row is not ok.
//!
//! Rows are counted as the panes count them: links, controls, Regions, steps.

use super::{Facts, Pane};
use crate::model::verdict::Lamp;
use crate::ui::digest::Digest;

/// The pane and row of each thing that is not ok, in the order of the panes.
pub(super) fn list(facts: &Facts<'_>) -> Vec<(Pane, usize)> {
    let digest = Digest::of(facts.world, facts.now);
    let mut found = Vec::new();
    if digest.regions.iter().any(|region| region.verdict.lamp != Lamp::Ok) {
        found.push((Pane::Regions, 0));
    }
    found.extend(rows(Pane::Replication, &digest.links, |link| link.live && link.lamp != Lamp::Ok));
    found.extend(rows(Pane::Traffic, &digest.controls, |control| control.split || control.state.is_none()));
    let orders: Vec<_> = digest.regions.iter().filter_map(|region| region.orders.as_ref()).collect();
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
