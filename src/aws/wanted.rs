//! Which metrics are asked, until the verdicts say so themselves.

use crate::model::topology::{Metric, Topology};

/// The metrics of signals and orders, each once.
pub(super) fn wanted_metrics(topology: &Topology) -> Vec<Metric> {
    let signals = topology.regions.iter().flat_map(|region| &region.signals);
    let orders = topology.orders.iter().flat_map(|orders| orders.series.values());
    let links = topology.lag_links.iter().map(|link| &link.metric);
    let mut all: Vec<Metric> =
        signals.flat_map(|signal| signal.formula.metrics()).chain(orders).chain(links).cloned().collect();
    all.sort();
    all.dedup();
    all
}
