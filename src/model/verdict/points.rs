//! A metric's points as periods: which have a value, which were silent, which may still come.
//!
//! CloudWatch shows a period 60 to 180 s after its end (aws-facts section 7), so silence counts only later.
//! Nothing here may take a period that can still be filled for an empty one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::World;
use super::super::reading::{Freshness, Point, Series, Source, Trouble};
use super::super::topology::Metric;
use super::Dated;

/// How long after its end a period without a point may still be filled.
const LATE: SignedDuration = SignedDuration::from_secs(120);

/// After this a period that should be visible is drawn as a gap.
const OVERDUE: i64 = 180;

/// How far back trends go.
const TREND: i64 = 3600;

/// How fresh a metric's value is: the age counts from the end of its period.
///
/// Fresh for a period and two minutes, stale for five periods and one.
#[must_use]
pub fn metric_freshness(end: Timestamp, period: u32, now: Timestamp) -> Freshness {
    let age = Duration::try_from(now.duration_since(end)).unwrap_or_default();
    let period = Duration::from_secs(u64::from(period));
    if age <= period + Duration::from_mins(2) {
        Freshness::Fresh
    } else if age <= period * 5 + Duration::from_mins(1) {
        Freshness::Stale
    } else {
        Freshness::Gone
    }
}

/// What is known of one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Slot {
    /// It was measured.
    Value(f64),
    /// It was asked for late enough, and nothing was there.
    Silent,
    /// It was not asked for, or its point may still come.
    Pending,
}

/// One metric of the world, seen as periods.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) series: Option<&'a Series>,
    pub(super) period: u32,
}

impl<'a> View<'a> {
    pub(super) fn of(world: &'a World, metric: &Metric) -> Self {
        Self { series: world.series(metric), period: metric.period.max(1) }
    }

    /// Its points, newest first.
    pub(super) fn newest_first(self) -> impl Iterator<Item = Point> + use<'a> {
        self.series.into_iter().flat_map(|series| series.points().iter().rev().copied())
    }

    pub(super) fn newest(self) -> Option<Point> {
        self.series.and_then(Series::newest)
    }

    /// The end of the period that starts at `start`.
    pub(super) fn end(self, start: Timestamp) -> Timestamp {
        plus(start, SignedDuration::from_secs(i64::from(self.period)))
    }

    /// The period before the one that starts at `start`.
    pub(super) fn before(self, start: Timestamp) -> Timestamp {
        plus(start, SignedDuration::from_secs(-i64::from(self.period)))
    }

    /// The value of the period that starts at `start`.
    pub(super) fn value(self, start: Timestamp) -> Option<f64> {
        let points = self.series?.points();
        let at = points.partition_point(|point| point.at < start);
        points.get(at).filter(|point| point.at < self.end(start)).map(|point| point.value)
    }

    /// What is known of the period that starts at `start`.
    pub(super) fn slot(self, start: Timestamp) -> Slot {
        if let Some(value) = self.value(start) {
            return Slot::Value(value);
        }
        let Some(from) = self.series.and_then(Series::known_from) else { return Slot::Pending };
        let silent = start >= from && self.settled().is_some_and(|until| self.end(start) <= until);
        if silent { Slot::Silent } else { Slot::Pending }
    }

    /// The period was inside a window that was asked; whether its point may still come is not judged.
    pub(super) fn asked(self, start: Timestamp) -> bool {
        let until = self.series.and_then(Series::known_until);
        until.is_some_and(|until| self.end(start) <= until)
    }

    /// Up to here silence is absence: asked for, and late enough; a point proves all before it.
    fn settled(self) -> Option<Timestamp> {
        let series = self.series?;
        let late = plus(series.answered()?, -LATE);
        let asked = series.known_until().map(|until| until.min(late));
        asked.max(series.newest().map(|newest| newest.at))
    }

    /// The newest period of which something is known, by a point or by settled silence.
    pub(super) fn newest_known(self) -> Option<Timestamp> {
        let settled = self.settled().map(|until| self.before(floor(until, self.period)));
        let from = self.series.and_then(Series::known_from);
        let settled = settled.filter(|start| from.is_some_and(|from| *start >= from));
        settled.max(self.newest().map(|newest| newest.at))
    }

    /// The newest point with its age; `None` when there never was one.
    pub(super) fn dated(self, now: Timestamp) -> Option<Dated<f64>> {
        let newest = self.newest()?;
        let at = self.end(newest.at);
        Some(Dated { value: newest.value, at, freshness: metric_freshness(at, self.period, now) })
    }
}

/// Values newest first, laid out over the last hour, oldest first; `None` where there is none.
///
/// It ends at the newest value, or at the newest period that should be visible by now if that is later.
pub(super) fn trend(
    values: impl Iterator<Item = (Timestamp, Option<f64>)>,
    period: u32,
    now: Timestamp,
) -> Vec<Option<f64>> {
    let step = i64::from(period.max(1));
    let overdue = (now.as_second() - OVERDUE).div_euclid(step) * step;
    let mut out = Vec::new();
    let mut end = overdue;
    for (start, value) in values {
        let start = start.as_second();
        if out.is_empty() {
            end = overdue.max(start + step);
            out = vec![None; usize::try_from(TREND / step).unwrap_or_default()];
        }
        let back = (end - 1 - start).div_euclid(step);
        let place = usize::try_from(back).ok().and_then(|back| out.len().checked_sub(back + 1));
        let Some(cell) = place.and_then(|place| out.get_mut(place)) else { break };
        *cell = value;
    }
    out
}

/// Why a metric cannot be seen: its own part of the answer failed, or its Region's CloudWatch does not answer.
pub(super) fn trouble(world: &World, metric: &Metric, series: Option<&Series>) -> Option<Trouble> {
    if let Some(own) = series.and_then(Series::trouble) {
        return Some(own.clone());
    }
    let feed = world.feed(&Source::Metrics(metric.region.clone()))?;
    feed.trouble().map(|(trouble, _)| trouble.clone())
}

/// The start of the period that holds `at`.
pub(super) fn floor(at: Timestamp, period: u32) -> Timestamp {
    let step = i64::from(period.max(1));
    Timestamp::from_second(at.as_second().div_euclid(step) * step).unwrap_or(at)
}

fn plus(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(at)
}

/// The metric's Region still answers, so that what has no points has none because nothing was measured.
pub(super) fn answering(world: &World, metric: &Metric, now: Timestamp) -> bool {
    let feed = world.feed(&Source::Metrics(metric.region.clone()));
    let own = world.series(metric).and_then(Series::trouble);
    own.is_none() && feed.is_some_and(|feed| feed.freshness(now) == Freshness::Fresh)
}
