//! Which pane and row is not ok.
//!
//! Rows are counted as the panes count them: links, controls and names, Regions, steps. It judges nothing of its own.

use super::Digest;
use crate::model::topology::Topology;
use crate::model::verdict::Lamp;
use crate::plan::progress::Progress;
use crate::ui::panes::traffic_rows;
use crate::ui::view::Pane;

/// The pane and row of each thing in the world that is not ok, in the order of the panes.
pub(super) fn of_world(topology: &Topology, digest: &Digest<'_>) -> Vec<(Pane, usize)> {
    let mut found = Vec::new();
    if digest.regions.iter().any(|region| region.verdict.lamp != Lamp::Ok) {
        found.push((Pane::Regions, 0));
    }
    found.extend(rows(Pane::Replication, &digest.links, |link| link.live && link.lamp != Lamp::Ok));
    found.extend(rows(Pane::Traffic, &traffic_rows(topology, digest), |wrong| *wrong));
    let orders: Vec<Lamp> = digest.regions.iter().filter_map(|r| Some(r.orders.as_ref()?.lamp)).collect();
    found.extend(rows(Pane::Orders, &orders, |lamp| *lamp != Lamp::Ok));
    found
}

/// The steps of an open run that a person must decide about.
pub(super) fn of_run(run: Option<&Progress>) -> Vec<(Pane, usize)> {
    let Some(run) = run.filter(|run| run.is_open()) else { return Vec::new() };
    let held = run.held();
    rows(Pane::Plan, &run.plan.steps, |step| held.contains(&step.id))
}

fn rows<T>(pane: Pane, rows: &[T], is: impl Fn(&T) -> bool) -> Vec<(Pane, usize)> {
    rows.iter().enumerate().filter(|(_, row)| is(row)).map(|(at, _)| (pane, at)).collect()
}
