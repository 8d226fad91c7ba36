//! Replication: the lag of each direction against its RPO.
//!
//! Lag that was not measured is never zero: a link that stopped reporting is unknown, with the age of its last word.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::member::{MemberRole, Members};
use super::metrics::LinkSpec;
use super::points::{self, Periods};
use super::replica;
use super::role::writer;
use super::{Dated, Lamp};
use crate::model::World;
use crate::model::reading::{Freshness, Point, Trouble};
use crate::model::topology::Region;

/// The part of the RPO above which a lag is worth a look.
const LOOK_SHARE: f64 = 0.25;

/// So long after a stream broke its replica tells (MySQL's `replica_net_timeout` is a minute, and a period another).
const NOTICED: Duration = Duration::from_mins(3);

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
    /// What the member at each end does now, as far as is known: where data comes from, where it goes.
    pub ends: [MemberRole; 2],
    /// Replication runs this way now; the other way round is drawn and is no problem.
    pub live: bool,
    /// Its lamp against the RPO.
    pub lamp: Lamp,
    /// Seconds behind; `None` when nothing was measured, which is not zero.
    pub lag: Option<Dated<f64>>,
    /// Its newest word is that replication is stopped, and since when at least: what is lost grows unseen.
    pub stopped: Option<Timestamp>,
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
    let mut members = Members::of(world, now);
    drawn.map(|(spec, live)| verdict(world, (spec, *live == Live::Runs), &mut members, now)).collect()
}

/// Seconds behind of one direction at the ends of their periods, newest first, by the metric that speaks for it now.
#[must_use]
pub fn lag_samples(world: &World, store: &str, from: &Region, to: &Region) -> Vec<(Timestamp, f64)> {
    let mut specs = world.index.links.iter();
    let spec = specs.find(|spec| spec.store == store && &spec.from == from && &spec.to == to);
    let Some(spec) = spec else { return Vec::new() };
    let samples = |metric| {
        let view = Periods::of(world, metric);
        // What was measured before replication stopped says nothing of how far behind it is now.
        if spec.negative_is_stopped && view.newest().is_some_and(|point| point.value < 0.0) {
            return Vec::new();
        }
        let sample = |point: Point| Some((view.end(point.at), seconds(spec, point.value)?));
        view.newest_first().filter_map(sample).collect::<Vec<_>>()
    };
    let best = spec.metrics.iter().map(samples).max_by_key(|samples| samples.first().map(|(at, _)| *at));
    best.unwrap_or_default()
}

/// The lag of each direction that runs now, without what only a screen needs.
pub(super) fn live_lags(world: &World, now: Timestamp) -> Vec<LiveLag<'_>> {
    let runs = lives(world, now).into_iter().filter(|(_, live)| *live == Live::Runs);
    runs.map(|(link, _)| {
        let Measure { lag, lamp, stopped, .. } = measure(world, link, now);
        LiveLag { link, lamp, lag, stopped }
    })
    .collect()
}

/// A direction that runs, or that the service says is stopped.
pub(super) struct LiveLag<'a> {
    pub(super) link: &'a LinkSpec,
    pub(super) lamp: Lamp,
    pub(super) lag: Option<Dated<f64>>,
    pub(super) stopped: Option<Timestamp>,
}

/// How far a direction was behind at a moment, in seconds: the newest of its best metric from then, if it was measured
/// within `age` before.
pub(super) fn lag_at(
    world: &World,
    store: &str,
    (from, to): (&Region, &Region),
    at: Timestamp,
    age: Duration,
) -> Option<f64> {
    let mut links = world.index.links.iter();
    let spec = links.find(|spec| spec.store == store && &spec.from == from && &spec.to == to)?;
    spec.metrics.iter().find_map(|metric| {
        if spec.negative_is_stopped && stopped_about(Periods::of(world, metric), at) {
            return None;
        }
        let mut then = Periods::of(world, metric).newest_first().filter(|point| point.at <= at);
        let newest = then.find_map(|point| Some((point.at, seconds(spec, point.value)?)))?;
        (super::age(newest.0, at) <= age).then_some(newest.1)
    })
}

/// The longest of some lags that are not gone; the first of equals, in the order of the config.
pub(super) fn worst<'a>(lags: impl Iterator<Item = LiveLag<'a>>) -> Option<(&'a LinkSpec, Dated<f64>)> {
    let known = lags.filter_map(|live| Some((live.link, live.lag?)));
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
    let mut writers: BTreeMap<&str, Option<Region>> = BTreeMap::new();
    for spec in world.index.links.iter().filter(|spec| spec.one_way) {
        let known = || writer(world, &spec.store, now).filter(|w| w.freshness != Freshness::Gone);
        writers.entry(spec.store.as_str()).or_insert_with(|| known().map(|writer| writer.value));
    }
    let live = |spec: &LinkSpec| match writers.get(spec.store.as_str()).map(Option::as_ref) {
        // Databases that stand alone copy nothing from each other, whoever of them writes.
        Some(_) if replica::parted(world, spec, now) => Live::Waits,
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
    let freshness = spec.metrics.iter().filter_map(|metric| Periods::of(world, metric).dated(now));
    freshness.map(|lag| lag.freshness).any(|freshness| freshness == Freshness::Fresh)
}

fn verdict<'a>(
    world: &'a World,
    (spec, live): (&'a LinkSpec, bool),
    members: &mut Members<'a>,
    now: Timestamp,
) -> LinkVerdict {
    let Measure { at, lag, lamp, stopped } = measure(world, spec, now);
    let metric = spec.metrics.get(at);
    let trend = metric.map(|metric| {
        let view = Periods::of(world, metric);
        let values = view.newest_first().map(|point| (point.at, seconds(spec, point.value)));
        points::trend(values, view.period, now)
    });
    let trouble = metric.and_then(|metric| points::trouble(world, metric, world.series(metric)));
    LinkVerdict {
        store: spec.store.clone(),
        from: spec.from.clone(),
        to: spec.to.clone(),
        ends: members.ends(spec),
        live,
        lamp: if live { lamp } else { Lamp::Unknown },
        lag: lag.filter(|_| live),
        stopped: stopped.filter(|_| live),
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
    stopped: Option<Timestamp>,
}

/// The first metric that is not gone speaks; when all are, the one that spoke last.
fn measure(world: &World, spec: &LinkSpec, now: Timestamp) -> Measure {
    let lag = |at: usize| {
        let view = Periods::of(world, spec.metrics.get(at)?);
        let newest = view.newest_first().find_map(|p| Some((p.at, seconds(spec, p.value)?)))?;
        let end = view.end(newest.0);
        let freshness = points::metric_freshness(end, view.period, now);
        Some((at, Dated { value: newest.1, at: end, freshness }))
    };
    if let Some(since) = stopped(world, spec, now) {
        return Measure { at: 0, lag: None, lamp: Lamp::Bad, stopped: Some(since) };
    }
    let lags = || (0..spec.metrics.len()).filter_map(lag);
    let found = lags().find(|(_, lag)| lag.freshness != Freshness::Gone);
    let Some((at, lag)) = found.or_else(|| lags().max_by_key(|(_, lag)| lag.at)) else {
        return Measure { at: 0, lag: None, lamp: Lamp::Unknown, stopped: None };
    };
    let lamp = judge(world, spec, at, &lag);
    Measure { at, lag: Some(lag), lamp, stopped: None }
}

/// Replication was stopped at that moment, or is told to be so soon after: what was measured just before, when the end
/// of the stream had been applied, is a comfortable zero and says nothing.
fn stopped_about(view: Periods<'_>, at: Timestamp) -> bool {
    let soon = at.saturating_add(NOTICED).unwrap_or(at);
    let told = view.newest_first().skip_while(|point| point.at > soon);
    let period = i64::from(view.period);
    let mut about = told.take_while(|point| at.as_second() - point.at.as_second() <= 2 * period);
    about.any(|point| point.value < 0.0)
}

/// The start of the run of periods, up to a newest that is not gone, in which the service says that nothing runs.
fn stopped(world: &World, spec: &LinkSpec, now: Timestamp) -> Option<Timestamp> {
    let view = Periods::of(world, spec.metrics.first().filter(|_| spec.negative_is_stopped)?);
    let newest = view.newest()?;
    if points::metric_freshness(view.end(newest.at), view.period, now) == Freshness::Gone {
        return None;
    }
    view.newest_first().take_while(|point| point.value < 0.0).last().map(|point| point.at)
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
        || lag.value > RISING_FROM && spec.metrics.get(at).is_some_and(|m| rises(Periods::of(world, m)));
    if lag.value > rpo * LOOK_SHARE || rising() { Lamp::Look } else { Lamp::Ok }
}

/// The newest periods follow each other without a gap and each is above the one before.
fn rises(view: Periods<'_>) -> bool {
    let newest: Vec<_> = view.newest_first().take(RISES + 1).collect();
    let up = |pair: &[Point]| match pair {
        [later, earlier] => later.value > earlier.value && view.before(later.at) <= earlier.at,
        _ => false,
    };
    newest.len() == RISES + 1 && newest.windows(2).all(up)
}

/// A lag in seconds; below zero the engine says that it cannot tell (aws-facts section 4).
fn seconds(spec: &LinkSpec, value: f64) -> Option<f64> {
    Some(value / spec.a_second?).filter(|seconds| *seconds >= 0.0)
}

#[cfg(test)]
mod tests;
