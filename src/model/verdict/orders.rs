//! Orders: each Region's rate against its own baseline, orders at risk, and headroom.
//!
//! A minute without orders is zero only for a metric that is published sparsely; else it was not measured.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::points::{self, Periods, Slot, metric_freshness};
use super::{Dated, Lamp, link, routing};
use crate::model::World;
use crate::model::reading::{Freshness, Series};
use crate::model::topology::{Metric, Region};

/// Under this part of the baseline a rate is worth a look,
const LOOK_SHARE: f64 = 0.8;

/// and under this part it is bad.
const BAD_SHARE: f64 = 0.5;

/// Fewer values than this are no baseline.
const BASELINE_MIN: usize = 5;

/// One Region's orders.
#[derive(Clone, Debug, PartialEq)]
pub struct OrdersVerdict {
    /// Which Region.
    pub region: Region,
    /// Orders a minute, of the newest closed minute. A minute without a point inside the known window is 0 only
    /// when its neighbours show the metric is published sparsely; otherwise it is absent.
    pub rate: Option<Dated<f64>>,
    /// Its own usual rate: the median of the older two thirds of the last hour.
    pub baseline: Option<f64>,
    /// Its lamp: `look` under 80 % of the baseline, `bad` under 50 %; `ok` in a Region that is drained on purpose.
    pub lamp: Lamp,
    /// The last hour, oldest first.
    pub trend: Vec<Option<f64>>,
}

/// Orders that would be lost if the writer were lost now: order rate × lag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtRisk {
    /// Orders.
    pub orders: f64,
    /// The rate it was taken from, orders a minute over all Regions.
    pub rate: f64,
    /// The lag it was taken from, seconds.
    pub lag: f64,
    /// The store whose lag it is.
    pub store: String,
    /// One of its inputs is stale.
    pub freshness: Freshness,
}

/// A Region's orders against its own baseline; `None` when no orders metric is declared.
#[must_use]
pub fn orders(world: &World, region: &Region, now: Timestamp) -> Option<OrdersVerdict> {
    let metric = metric(world, region)?;
    let view = Periods::of(world, metric);
    let sparse = Sparse::of(view);
    let rate = rate(view, &sparse, now);
    let values = minutes(view, &sparse).map(|(start, value)| (start, Some(value)));
    let trend = points::trend(values, view.period, now);
    let baseline = baseline(&trend);
    let lamp = judge(rate.as_ref(), baseline, || routing::drained(world, region, now));
    Some(OrdersVerdict { region: region.clone(), rate, baseline, lamp, trend })
}

/// Orders at risk now; `None` when rate or lag is not known.
#[must_use]
pub fn at_risk(world: &World, now: Timestamp) -> Option<AtRisk> {
    let spec = world.topology().orders.as_ref()?;
    let rate = total_rate(world, now)?;
    let of_orders = link::live_lags(world, now).into_iter().filter(|live| match &spec.store {
        Some(store) => &live.link.store == store,
        None => live.link.one_way,
    });
    let (link, lag) = link::worst(of_orders)?;
    Some(AtRisk {
        orders: rate.value / 60.0 * lag.value,
        rate: rate.value,
        lag: lag.value,
        store: link.store.clone(),
        freshness: rate.freshness.max(lag.freshness),
    })
}

/// Orders a minute over all Regions whose rate is not gone; stale when one is, or when one cannot be seen.
#[must_use]
pub fn total_rate(world: &World, now: Timestamp) -> Option<Dated<f64>> {
    let regions = world.topology().regions.iter();
    let mut total: Option<Dated<f64>> = None;
    let mut unseen = false;
    for region in regions {
        let Some(metric) = metric(world, &region.name) else { continue };
        let view = Periods::of(world, metric);
        let rate = rate(view, &Sparse::of(view), now).filter(|rate| rate.freshness != Freshness::Gone);
        let Some(rate) = rate else {
            unseen |= !points::answering(world, metric, now);
            continue;
        };
        total = Some(match total {
            None => rate,
            Some(sum) => Dated {
                value: sum.value + rate.value,
                at: sum.at.min(rate.at),
                freshness: sum.freshness.max(rate.freshness),
            },
        });
    }
    let total = total?;
    let freshness = if unseen { total.freshness.max(Freshness::Stale) } else { total.freshness };
    Some(Dated { freshness, ..total })
}

/// What a Region would have to carry if it received everything, and what it can: (needed, capacity) in orders a
/// minute. Needed is the usual rate of all Regions, or the rate now where that is higher: orders that fail now come
/// back with the traffic. `None` when no rate or its capacity is known.
#[must_use]
pub fn headroom(world: &World, region: &Region, now: Timestamp) -> Option<(f64, f64)> {
    let capacity = world.topology().region(region)?.capacity?;
    let total = total_rate(world, now)?.value;
    let regions = world.topology().regions.iter();
    let usual: f64 = regions.filter_map(|spec| orders(world, &spec.name, now)?.baseline).sum();
    Some((total.max(usual), capacity))
}

fn metric<'a>(world: &'a World, region: &Region) -> Option<&'a Metric> {
    world.topology().orders.as_ref()?.series.get(region)
}

fn judge(rate: Option<&Dated<f64>>, baseline: Option<f64>, drained: impl Fn() -> bool) -> Lamp {
    let Some(rate) = rate.filter(|rate| rate.freshness != Freshness::Gone) else { return Lamp::Unknown };
    let Some(baseline) = baseline else { return Lamp::Unknown };
    if rate.value >= baseline * LOOK_SHARE || drained() {
        Lamp::Ok
    } else if rate.value >= baseline * BAD_SHARE {
        Lamp::Look
    } else {
        Lamp::Bad
    }
}

/// The median of the older two thirds.
fn baseline(trend: &[Option<f64>]) -> Option<f64> {
    let mut older: Vec<f64> = trend.iter().take(trend.len() * 2 / 3).copied().flatten().collect();
    if older.len() < BASELINE_MIN {
        return None;
    }
    older.sort_by(f64::total_cmp);
    let middle = older.len() / 2;
    let upper = older.get(middle).copied()?;
    if older.len() % 2 == 1 {
        return Some(upper);
    }
    older.get(middle.checked_sub(1)?).map(|lower| f64::midpoint(*lower, upper))
}

/// The newest minute of which something is known.
fn rate(view: Periods<'_>, sparse: &Sparse, now: Timestamp) -> Option<Dated<f64>> {
    let (start, value) = minutes(view, sparse).next()?;
    let at = view.end(start);
    let answered = view.series.and_then(Series::answered);
    let silent = view.newest().is_none_or(|newest| newest.at < start);
    let renewed = answered.filter(|_| silent).unwrap_or(at);
    Some(Dated { value, at, freshness: metric_freshness(renewed, view.period, now) })
}

/// Orders a minute of each period that was measured, newest first.
fn minutes<'a>(view: Periods<'a>, sparse: &Sparse) -> impl Iterator<Item = (Timestamp, f64)> + use<'a> {
    let Sparse { publishes_zero, quiet_from } = *sparse;
    let a_minute = 60.0 / f64::from(view.period);
    std::iter::successors(view.newest_known(), move |start| Some(view.before(*start))).take(64).filter_map(
        move |start| {
            let value = match view.slot(start) {
                Slot::Value(value) => value,
                Slot::Silent if publishes_zero && quiet_from.is_none_or(|quiet| start < quiet) => 0.0,
                Slot::Silent | Slot::Pending => return None,
            };
            Some((start, value * a_minute))
        },
    )
}

/// How a metric that has no value for "none" is published.
#[derive(Clone, Copy, Debug, Default)]
struct Sparse {
    /// Its gaps are minutes without orders.
    publishes_zero: bool,
    /// From here on it is silent for longer than its gaps explain.
    quiet_from: Option<Timestamp>,
}

impl Sparse {
    /// At least two gaps, and one minute in ten: fewer are lost points of a busy metric.
    fn of(view: Periods<'_>) -> Self {
        let step = i64::from(view.period);
        let starts: Vec<i64> = view.newest_first().map(|point| point.at.as_second()).collect();
        let gaps = starts.windows(2).map(|pair| match pair {
            [later, earlier] => (later - earlier) / step - 1,
            _ => 0,
        });
        let (mut missing, mut longest, mut count) = (0, 0, 0);
        for gap in gaps.filter(|gap| *gap > 0) {
            missing += gap;
            longest = longest.max(gap);
            count += 1;
        }
        let (Some(newest), Some(oldest)) = (starts.first(), starts.last()) else { return Self::default() };
        let span = (newest - oldest) / step + 1;
        let publishes_zero = count >= 2 && missing * 10 >= span;
        let quiet = Timestamp::from_second(newest + step * (longest * 2 + 1)).ok();
        Self { publishes_zero, quiet_from: quiet }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{EAST, Scene, WEST, created, east, requests, two_regions, west};
    use crate::model::reading::{ControlState, Source, TroubleKind};

    use super::*;

    fn seen(values: &[Option<f64>]) -> Scene {
        let mut scene = Scene::new(two_regions());
        scene.minutes(&created(EAST), values);
        scene
    }

    fn of_east(scene: &Scene) -> OrdersVerdict {
        orders(&scene.world, &east(), scene.now).unwrap()
    }

    fn hour(usual: f64, newest: f64) -> Vec<Option<f64>> {
        let mut values = vec![Some(usual); 59];
        values.push(Some(newest));
        values
    }

    #[test]
    fn a_rate_is_judged_by_its_own_baseline() {
        let cases = [
            (500.0, Lamp::Ok),
            (312.0, Lamp::Ok),
            (311.0, Lamp::Look),
            (195.0, Lamp::Look),
            (194.0, Lamp::Bad),
        ];
        for (rate, lamp) in cases {
            let verdict = of_east(&seen(&hour(390.0, rate)));
            assert_eq!((verdict.lamp, verdict.baseline), (lamp, Some(390.0)), "{rate}");
            assert_eq!(verdict.rate.map(|rate| rate.value), Some(rate));
        }
    }

    #[test]
    fn the_newest_third_is_no_baseline() {
        let values: Vec<_> = (0..60).map(|minute| Some(if minute < 40 { 100.0 } else { 900.0 })).collect();
        assert_eq!(of_east(&seen(&values)).baseline, Some(100.0));
        let values: Vec<_> = (0..60).map(|minute| Some(f64::from(minute))).collect();
        assert_eq!(of_east(&seen(&values)).baseline, Some(19.5), "the median of 0 to 39");
    }

    #[test]
    fn without_a_baseline_nothing_is_judged() {
        let verdict = of_east(&seen(&[Some(100.0); 20]));
        assert_eq!((verdict.baseline, verdict.lamp), (None, Lamp::Unknown));
        assert_eq!(verdict.rate.map(|rate| rate.value), Some(100.0));
    }

    #[test]
    fn a_busy_metric_that_falls_silent_is_not_zero() {
        let mut values = vec![Some(390.0); 57];
        values.extend([None; 3]);
        let verdict = of_east(&seen(&values));
        assert_eq!(verdict.rate.map(|rate| (rate.value, rate.freshness)), Some((390.0, Freshness::Stale)));
        assert_eq!(verdict.trend[58..], [Some(390.0), None]);
    }

    #[test]
    fn a_sparse_metric_that_is_silent_is_zero_for_as_long_as_its_gaps_explain() {
        let pattern = [Some(2.0), None, Some(1.0)];
        let mut values: Vec<_> = pattern.into_iter().cycle().take(57).collect();
        values.extend([None; 3]);
        let mut scene = seen(&values);
        scene.tail(&requests(EAST), &[1.0]);
        let verdict = of_east(&scene);
        let rate = verdict.rate.unwrap();
        assert_eq!((rate.value, rate.at), (0.0, scene.minute(2)), "the newest minute may still come");
        assert!(verdict.trend[1..].iter().all(Option::is_some));

        let mut values: Vec<_> = pattern.into_iter().cycle().take(54).collect();
        values.extend([None; 6]);
        let mut scene = seen(&values);
        scene.tail(&requests(EAST), &[1.0]);
        let verdict = of_east(&scene);
        assert_eq!(verdict.trend[55..], [Some(1.0), Some(0.0), Some(0.0), None, None]);
    }

    #[test]
    fn a_drained_region_is_not_expected_to_have_orders() {
        let mut scene = seen(&hour(390.0, 10.0));
        assert_eq!(of_east(&scene).lamp, Lamp::Bad);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        assert_eq!(of_east(&scene).lamp, Lamp::Ok);
    }

    #[test]
    fn nothing_is_told_without_a_declared_metric() {
        let mut topology = two_regions();
        topology.orders = None;
        let scene = Scene::new(topology);
        assert_eq!(orders(&scene.world, &east(), scene.now), None);
        assert_eq!(total_rate(&scene.world, scene.now), None);
        assert_eq!(at_risk(&scene.world, scene.now), None);
    }

    #[test]
    fn rates_are_by_the_minute_whatever_the_period() {
        let mut topology = two_regions();
        let series = &mut topology.orders.as_mut().unwrap().series;
        series.get_mut(&east()).unwrap().period = 300;
        let metric = series[&east()].clone();
        let mut scene = Scene::new(topology);
        scene.tail(&metric, &[500.0]);
        assert_eq!(of_east(&scene).rate.map(|rate| rate.value), Some(100.0));
    }

    #[test]
    fn the_total_is_stale_when_a_region_cannot_be_seen() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&created(WEST), &[196.0]);
        let total =
            |scene: &Scene| total_rate(&scene.world, scene.now).map(|rate| (rate.value, rate.freshness));
        assert_eq!(total(&scene), Some((196.0, Freshness::Stale)), "us-east-1 was not read yet");
        scene.silent(&created(EAST));
        assert_eq!(total(&scene), Some((196.0, Freshness::Fresh)), "it was, and has none");
        scene.tail(&created(EAST), &[390.0]);
        assert_eq!(total(&scene), Some((586.0, Freshness::Fresh)));
        scene.later(600);
        scene.tail(&created(WEST), &[500.0]);
        scene.fail(Source::Metrics(east()), TroubleKind::TimedOut);
        assert_eq!(total(&scene), Some((500.0, Freshness::Stale)), "us-east-1 is gone");
        scene.later(600);
        assert_eq!(total(&scene), None);
    }

    #[test]
    fn risk_is_rate_times_the_lag_of_the_orders_store() {
        let mut scene = Scene::calm();
        scene.lag("catalog", &[20_000.0]);
        scene.lag("orders", &[9_000.0]);
        let risk = at_risk(&scene.world, scene.now).unwrap();
        assert_eq!((risk.store.as_str(), risk.rate, risk.lag), ("orders", 586.0, 9.0));
        assert!((risk.orders - 87.9).abs() < 1e-9, "{}", risk.orders);
        assert_eq!(risk.freshness, Freshness::Fresh);
        scene.later(360);
        assert_eq!(at_risk(&scene.world, scene.now), None);
    }

    #[test]
    fn without_a_declared_store_the_worst_aurora_counts() {
        let mut topology = two_regions();
        topology.orders.as_mut().unwrap().store = None;
        let mut scene = Scene::new(topology);
        let table = scene.world.topology().tables[0].clone();
        scene.tail(&crate::model::verdict::table_lag_metric(&table, &east(), &west()), &[90_000.0]);
        scene.tail(&created(EAST), &[60.0]);
        scene.silent(&created(WEST));
        for store in ["orders", "catalog"] {
            scene.writer(store, EAST, EAST);
        }
        scene.lag("orders", &[2_000.0]);
        scene.lag("catalog", &[3_000.0]);
        let risk = at_risk(&scene.world, scene.now).unwrap();
        assert_eq!((risk.store.as_str(), risk.orders), ("catalog", 3.0));
    }

    #[test]
    fn headroom_is_the_usual_load_of_all_against_the_capacity() {
        let scene = Scene::calm();
        let (needed, capacity) = headroom(&scene.world, &west(), scene.now).unwrap();
        assert!((needed - 586.0).abs() < 1e-9 && (capacity - 600.0).abs() < 1e-9, "{needed} of {capacity}");
        let mut topology = two_regions();
        topology.regions[1].capacity = None;
        assert_eq!(headroom(&Scene::new(topology).world, &west(), scene.now), None);
        let mut failing = Scene::calm();
        failing.tail(&created(WEST), &[0.0]);
        let (needed, _) = headroom(&failing.world, &west(), failing.now).unwrap();
        assert!((needed - 586.0).abs() < 1e-9, "orders that fail now come back with the traffic: {needed}");
    }
}
