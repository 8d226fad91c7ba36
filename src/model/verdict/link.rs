//! Replication: the lag of each direction against its RPO.
//!
//! Lag that was not measured is never zero: a link that stopped reporting is unknown, with the age of its last word.

use std::time::Duration;

use jiff::Timestamp;

use super::metrics::LinkSpec;
use super::points::{self, View};
use super::role::writer;
use super::{Dated, Lamp};
use crate::model::World;
use crate::model::reading::{Freshness, Point, Trouble};
use crate::model::topology::Region;

/// The part of the RPO above which a lag is worth a look.
const LOOK_SHARE: f64 = 0.25;

/// A lag that rises so many minutes in a row is worth a look,
const RISES: usize = 3;

/// when it is above this many seconds.
const RISING_FROM: f64 = 5.0;

/// One direction of replication of one store.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkVerdict {
    /// Which store.
    pub store: String,
    /// Where data comes from.
    pub from: Region,
    /// Where it goes.
    pub to: Region,
    /// Replication runs this way now; the other way round is drawn and is no problem.
    pub live: bool,
    /// Its lamp against the RPO.
    pub lamp: Lamp,
    /// Seconds behind; `None` when nothing was measured, which is not zero.
    pub lag: Option<Dated<f64>>,
    /// The limit.
    pub rpo: Duration,
    /// The last hour in seconds, oldest first; `None` where nothing was measured.
    pub trend: Vec<Option<f64>>,
    /// Why it cannot be seen, if it cannot.
    pub trouble: Option<Trouble>,
}

/// Every link of every store in both directions, in the order of the config; lag follows the writer.
///
/// Of an Aurora store these are the writer's links with each reader; while the writer is not known, every pair.
#[must_use]
pub fn links(world: &World, now: Timestamp) -> Vec<LinkVerdict> {
    let lives = lives(world, now);
    let drawn = lives.iter().filter(|(_, live)| *live != Live::Aside);
    drawn.map(|(spec, live)| verdict(world, spec, *live == Live::Runs, now)).collect()
}

/// The lag of each direction that runs now, without what only a screen needs.
pub(super) fn live_lags(world: &World, now: Timestamp) -> Vec<(&LinkSpec, Lamp, Option<Dated<f64>>)> {
    let runs = lives(world, now).into_iter().filter(|(_, live)| *live == Live::Runs);
    runs.map(|(spec, _)| {
        let Measure { lag, lamp, .. } = measure(world, spec, now);
        (spec, lamp, lag)
    })
    .collect()
}

/// The longest of some lags that are not gone; the first of equals, in the order of the config.
pub(super) fn worst<'a>(
    lags: impl Iterator<Item = (&'a LinkSpec, Lamp, Option<Dated<f64>>)>,
) -> Option<(&'a LinkSpec, Dated<f64>)> {
    let known = lags.filter_map(|(link, _, lag)| Some((link, lag?)));
    let known = known.filter(|(_, lag)| lag.freshness != Freshness::Gone);
    known.reduce(|worst, next| if next.1.value > worst.1.value { next } else { worst })
}

/// Whether a direction is the one that replication takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Live {
    Runs,
    Waits,
    /// Between two readers: nothing runs there, nor would after one move.
    Aside,
}

fn lives(world: &World, now: Timestamp) -> Vec<(&LinkSpec, Live)> {
    let stores = world.topology().auroras.iter();
    let known =
        stores.map(|aurora| writer(world, &aurora.store, now).filter(|w| w.freshness != Freshness::Gone));
    let writers: Vec<Option<Region>> = known.map(|writer| writer.map(|writer| writer.value)).collect();
    let live = |spec: &LinkSpec| match spec.aurora.map(|at| writers.get(at).and_then(Option::as_ref)) {
        None => Live::Runs,
        Some(Some(writer)) if writer == &spec.from => Live::Runs,
        Some(Some(writer)) if writer == &spec.to => Live::Waits,
        Some(Some(_)) => Live::Aside,
        Some(None) if measured_now(world, spec, now) => Live::Runs,
        Some(None) => Live::Waits,
    };
    world.index.links.iter().map(|spec| (spec, live(spec))).collect()
}

/// Only the direction that runs has a lag, so a fresh one tells where the writer is.
fn measured_now(world: &World, spec: &LinkSpec, now: Timestamp) -> bool {
    let freshness = spec.metrics.iter().filter_map(|metric| View::of(world, metric).dated(now));
    freshness.map(|lag| lag.freshness).any(|freshness| freshness == Freshness::Fresh)
}

fn verdict(world: &World, spec: &LinkSpec, live: bool, now: Timestamp) -> LinkVerdict {
    let Measure { at, lag, lamp } = measure(world, spec, now);
    let metric = spec.metrics.get(at);
    let trend = metric.map(|metric| {
        let view = View::of(world, metric);
        let values = view.newest_first().map(|point| (point.at, seconds(spec, point.value)));
        points::trend(values, view.period, now)
    });
    let trouble = metric.and_then(|metric| points::trouble(world, metric, world.series(metric)));
    LinkVerdict {
        store: spec.store.clone(),
        from: spec.from.clone(),
        to: spec.to.clone(),
        live,
        lamp: if live { lamp } else { Lamp::Unknown },
        lag: lag.filter(|_| live),
        rpo: spec.rpo,
        trend: trend.unwrap_or_default(),
        trouble: trouble.filter(|_| live),
    }
}

/// What the best of a link's metrics says.
struct Measure {
    /// Its place among the link's metrics.
    at: usize,
    lag: Option<Dated<f64>>,
    lamp: Lamp,
}

/// The first metric that is not gone speaks; when all are, the one that spoke last.
fn measure(world: &World, spec: &LinkSpec, now: Timestamp) -> Measure {
    let lag = |at: usize| {
        let view = View::of(world, spec.metrics.get(at)?);
        let newest = view.newest_first().find_map(|p| Some((p.at, seconds(spec, p.value)?)))?;
        let end = view.end(newest.0);
        let freshness = points::metric_freshness(end, view.period, now);
        Some((at, Dated { value: newest.1, at: end, freshness }))
    };
    let lags = || (0..spec.metrics.len()).filter_map(lag);
    let found = lags().find(|(_, lag)| lag.freshness != Freshness::Gone);
    let Some((at, lag)) = found.or_else(|| lags().max_by_key(|(_, lag)| lag.at)) else {
        return Measure { at: 0, lag: None, lamp: Lamp::Unknown };
    };
    let lamp = judge(world, spec, at, &lag);
    Measure { at, lag: Some(lag), lamp }
}

fn judge(world: &World, spec: &LinkSpec, at: usize, lag: &Dated<f64>) -> Lamp {
    let rpo = spec.rpo.as_secs_f64();
    if lag.freshness == Freshness::Gone {
        return Lamp::Unknown;
    }
    if lag.value > rpo {
        return Lamp::Bad;
    }
    let rising =
        || lag.value > RISING_FROM && spec.metrics.get(at).is_some_and(|m| rises(View::of(world, m)));
    if lag.value > rpo * LOOK_SHARE || rising() { Lamp::Look } else { Lamp::Ok }
}

/// The newest periods follow each other without a gap and each is above the one before.
fn rises(view: View<'_>) -> bool {
    let newest: Vec<_> = view.newest_first().take(RISES + 1).collect();
    let up = |pair: &[Point]| match pair {
        [later, earlier] => later.value > earlier.value && view.before(later.at) <= earlier.at,
        _ => false,
    };
    newest.len() == RISES + 1 && newest.windows(2).all(up)
}

/// A lag in seconds; below zero the engine says that it cannot tell (aws-facts section 4).
fn seconds(spec: &LinkSpec, value: f64) -> Option<f64> {
    Some(value * spec.scale?).filter(|seconds| *seconds >= 0.0)
}
