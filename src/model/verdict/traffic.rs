//! Who carries the traffic: each Region's share of what was counted.
//!
//! A share is of one and the same minute in every Region; a Region that was not measured makes it unknown.

use jiff::Timestamp;

use super::Dated;
use super::points::{Slot, View, metric_freshness};
use crate::model::World;
use crate::model::topology::Region;

/// How many minutes back a minute is looked for that every Region has.
const BACK: usize = 10;

/// The share of each Region, in the order of the config: of the requests at the load balancers where every
/// Region counts them, else of the orders. Empty when no minute of the last ten was measured everywhere.
///
/// A Region whose counter is proved silent carried nothing.
#[must_use]
pub fn shares(world: &World, now: Timestamp) -> Vec<(Region, Dated<f64>)> {
    let counters: Vec<(&Region, Vec<View<'_>>)> = world
        .index
        .traffic
        .iter()
        .map(|(region, metrics)| (region, metrics.iter().map(|metric| View::of(world, metric)).collect()))
        .collect();
    let views = || counters.iter().flat_map(|(_, views)| views.iter().copied());
    let (Some(first), Some(newest)) = (views().next(), views().filter_map(View::newest_known).max()) else {
        return Vec::new();
    };
    let minutes = std::iter::successors(Some(newest), |start| Some(first.before(*start))).take(BACK);
    let found = minutes.filter_map(|start| {
        let counts: Option<Vec<f64>> = counters.iter().map(|(_, views)| count(views, start)).collect();
        counts.map(|counts| (start, counts))
    });
    let Some((start, counts)) = found.into_iter().find(|(_, counts)| counts.iter().sum::<f64>() > 0.0) else {
        return Vec::new();
    };
    let at = first.end(start);
    let freshness = metric_freshness(at, first.period, now);
    let total: f64 = counts.iter().sum();
    let share = |count: f64| Dated { value: count / total, at, freshness };
    counters.iter().zip(counts).map(|((region, _), count)| ((*region).clone(), share(count))).collect()
}

/// What a Region counted in a period; `None` while one of its counters may still show something.
fn count(views: &[View<'_>], start: Timestamp) -> Option<f64> {
    views.iter().try_fold(0.0, |sum, view| match view.slot(start) {
        Slot::Value(value) => Some(sum + value),
        Slot::Silent => Some(sum),
        Slot::Pending => None,
    })
}
