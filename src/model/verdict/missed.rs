//! What an incident cost, by the orders that were measured: those that did not come, and those that were written where
//! they may be lost.
//!
//! The two are different orders: the first were never taken, the second were taken and had not replicated. Neither is
//! guessed: without enough minutes to compare with there is no number.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::link;
use super::points::{self, Periods, Slot};
use super::{AtRisk, routing};
use crate::model::World;
use crate::model::reading::Freshness;
use crate::model::topology::{Metric, Region};

/// Under this part of the usual rate a minute belongs to the incident.
const ILL: f64 = 0.8;

/// Fewer minutes than this are no usual rate.
const USUAL_MIN: usize = 5;

/// How far back the minutes are laid out.
const BACK: i64 = 60;

/// A lag that was measured longer ago than this says nothing of the moment.
const LAG_AGE: Duration = Duration::from_mins(10);

/// Orders that did not come while the workload was ill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missed {
    /// How many fewer than usual.
    pub orders: f64,
    /// The usual rate, orders a minute over all Regions.
    pub usual: f64,
    /// The start of the first minute that is counted.
    pub from: Timestamp,
    /// The end of the last one.
    pub until: Timestamp,
    /// Orders were back by then; else they were not yet, or it cannot be seen.
    pub recovered: bool,
    /// Regions whose orders could not be seen: the number is then the most that it can be.
    pub blind: Vec<Region>,
}

/// What is missing against the usual rate, from the first ill minute that reaches up to `began` until orders were back.
///
/// `None` when no orders metric is declared, or too few minutes before it are known.
#[must_use]
pub fn missed(world: &World, began: Timestamp, now: Timestamp) -> Option<Missed> {
    let minutes = Minutes::of(world, began, now)?;
    let start = points::floor(began, minutes.step);
    let usual = usual(&minutes.totals, start)?;
    let is_ill = |total: f64| total < usual * ILL;
    let from = first_ill(&minutes.totals, start, is_ill);
    let counted: Vec<(Timestamp, f64)> =
        minutes.totals.iter().copied().filter(|(at, _)| *at >= from).collect();
    let last_ill = counted.iter().rposition(|(_, total)| is_ill(*total));
    let until = last_ill.map_or(0, |at| at + 1);
    let orders = counted.iter().take(until).map(|(_, total)| (usual - total).max(0.0)).sum::<f64>();
    let end = counted.get(until.saturating_sub(1)).map_or(from, |(at, _)| *at);
    Some(Missed {
        orders: orders * f64::from(minutes.step) / 60.0,
        usual,
        from,
        until: plus(end, minutes.step),
        recovered: until < counted.len(),
        blind: minutes.blind,
    })
}

/// Orders that were written before a writer moved and had not replicated then: the rate of that minute × the lag.
#[must_use]
pub fn behind(world: &World, store: &str, (from, to): (&Region, &Region), at: Timestamp) -> Option<AtRisk> {
    let lag = link::lag_at(world, store, (from, to), at, LAG_AGE)?;
    let minutes = Minutes::of(world, at, at)?;
    let (_, rate) = minutes.totals.iter().rev().find(|(start, _)| *start <= at)?;
    Some(AtRisk {
        orders: rate / 60.0 * lag,
        rate: *rate,
        lag,
        store: store.to_owned(),
        freshness: Freshness::Fresh,
    })
}

/// Orders a minute over all Regions, oldest first, as far as they are known.
struct Minutes {
    totals: Vec<(Timestamp, f64)>,
    /// Seconds from one to the next.
    step: u32,
    blind: Vec<Region>,
}

impl Minutes {
    fn of(world: &World, began: Timestamp, now: Timestamp) -> Option<Self> {
        let series = &world.topology().orders.as_ref()?.series;
        let views: Vec<(&Region, &Metric, Periods<'_>)> =
            series.iter().map(|(region, metric)| (region, metric, Periods::of(world, metric))).collect();
        let step = views.iter().map(|(_, _, view)| view.period).max()?;
        let seen = |metric: &Metric| points::answering(world, metric, now);
        let blind = views.iter().filter(|(_, metric, _)| !seen(metric)).map(|(region, ..)| (*region).clone());
        // A Region that was taken out on purpose publishes nothing any more, and nothing is to be waited for.
        let ends =
            views.iter().filter(|(region, metric, _)| seen(metric) && !routing::drained(world, region, now));
        let end = ends
            .filter_map(|(_, _, view)| view.newest_known())
            .min()
            .or_else(|| views.iter().filter_map(|(_, _, view)| view.newest_known()).max())?;
        let back = SignedDuration::from_secs(i64::from(step) * BACK);
        let first = points::floor(began, step).saturating_sub(back).ok()?;
        let starts = std::iter::successors(Some(first), |start| Some(plus(*start, step)));
        let starts = starts.take_while(|start| *start <= end);
        let totals = starts.filter_map(|start| {
            let known: Vec<f64> = views.iter().filter_map(|(_, _, view)| rate(*view, start)).collect();
            (!known.is_empty()).then(|| (start, known.iter().sum::<f64>()))
        });
        Some(Self { totals: totals.collect(), step, blind: blind.collect() })
    }
}

/// Orders a minute in the period that holds `at`.
fn rate(view: Periods<'_>, at: Timestamp) -> Option<f64> {
    match view.slot(points::floor(at, view.period)) {
        Slot::Value(value) => Some(value * 60.0 / f64::from(view.period)),
        Slot::Silent => Some(0.0),
        Slot::Pending => None,
    }
}

/// The median of the older two thirds of the minutes before `start`: the newest may be ill already.
fn usual(totals: &[(Timestamp, f64)], start: Timestamp) -> Option<f64> {
    let before: Vec<f64> = totals.iter().filter(|(at, _)| *at < start).map(|(_, total)| *total).collect();
    let mut older: Vec<f64> = before.iter().take(before.len() * 2 / 3).copied().collect();
    if older.len() < USUAL_MIN {
        return None;
    }
    older.sort_by(f64::total_cmp);
    older.get(older.len() / 2).copied().filter(|usual| *usual > 0.0)
}

/// The first of the ill minutes that follow each other up to `start`; `start` itself where the last one was well.
fn first_ill(totals: &[(Timestamp, f64)], start: Timestamp, is_ill: impl Fn(f64) -> bool) -> Timestamp {
    let before = totals.iter().rev().filter(|(at, _)| *at < start);
    before.take_while(|(_, total)| is_ill(*total)).last().map_or(start, |(at, _)| *at)
}

fn plus(at: Timestamp, seconds: u32) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, created, east, two_regions, west};
    use crate::model::reading::{ControlState, Source, TroubleKind};

    /// Minutes of both Regions, oldest first, the last one closed just now; it was noticed so many minutes ago.
    fn after(east: &[f64], west: &[f64]) -> Scene {
        let mut scene = Scene::new(two_regions());
        let some = |values: &[f64]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
        scene.minutes(&created(EAST), &some(east));
        scene.minutes(&created(WEST), &some(west));
        scene.controls_everywhere([ControlState::On, ControlState::On]);
        scene
    }

    fn ago(scene: &Scene, minutes: i64) -> Timestamp {
        scene.now - SignedDuration::from_mins(minutes)
    }

    #[test]
    fn what_is_missing_is_counted_from_the_first_ill_minute_to_the_last() {
        let mut east = vec![390.0; 40];
        east.extend([100.0, 50.0, 0.0, 0.0, 390.0, 390.0]);
        let mut west = vec![196.0; 40];
        west.extend([196.0, 196.0, 196.0, 396.0, 196.0, 196.0]);
        let scene = after(&east, &west);
        let missed = missed(&scene.world, ago(&scene, 4), scene.now).unwrap();
        assert!((missed.usual - 586.0).abs() < 1e-6);
        assert!((missed.orders - (290.0 + 340.0 + 390.0 + 190.0)).abs() < 1e-6, "{missed:?}");
        assert!(missed.recovered && missed.blind.is_empty(), "{missed:?}");
        assert_eq!(missed.until.duration_since(missed.from), SignedDuration::from_mins(4));
    }

    #[test]
    fn a_switch_in_calm_misses_nothing() {
        let scene = after(&[390.0; 46], &[196.0; 46]);
        let missed = missed(&scene.world, ago(&scene, 4), scene.now).unwrap();
        assert!(missed.orders.abs() < 1e-9, "{missed:?}");
    }

    #[test]
    fn what_is_not_back_yet_is_said_so() {
        let mut east = vec![390.0; 40];
        east.extend([0.0; 5]);
        let scene = after(&east, &[196.0; 45]);
        let missed = missed(&scene.world, ago(&scene, 3), scene.now).unwrap();
        assert!(!missed.recovered);
        assert!((missed.orders - 390.0 * 5.0).abs() < 1e-6, "{missed:?}");
    }

    #[test]
    fn too_few_minutes_are_nothing_to_compare_with() {
        let scene = after(&[390.0; 6], &[196.0; 6]);
        assert_eq!(missed(&scene.world, ago(&scene, 3), scene.now), None);
        let mut topology = two_regions();
        topology.orders = None;
        let scene = Scene::new(topology);
        assert_eq!(missed(&scene.world, scene.now, scene.now), None);
    }

    #[test]
    fn a_region_that_cannot_be_seen_is_named() {
        let mut east_orders = vec![390.0; 40];
        east_orders.extend([0.0; 5]);
        let mut scene = after(&east_orders, &[196.0; 45]);
        scene.later(400);
        scene.fail(Source::Metrics(east()), TroubleKind::Unreachable);
        let missed = missed(&scene.world, ago(&scene, 12), scene.now).unwrap();
        assert!(missed.blind.contains(&east()), "{missed:?}");
    }

    #[test]
    fn what_had_not_replicated_is_the_rate_times_the_lag_of_that_minute() {
        let mut scene = after(&[390.0; 46], &[196.0; 46]);
        scene.lag("orders", &[400.0, 8_900.0]);
        let risk = behind(&scene.world, "orders", (&east(), &west()), scene.now).unwrap();
        assert!((risk.lag - 8.9).abs() < 1e-9 && (risk.orders - 586.0 / 60.0 * 8.9).abs() < 1e-6, "{risk:?}");
        assert_eq!(behind(&scene.world, "orders", (&west(), &east()), scene.now), None);
    }
}
