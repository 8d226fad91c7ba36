//! A metric's points as periods: which have a value, which were silent, which may still come.
//!
//! CloudWatch shows a period 60 to 180 s after its end (aws-facts section 7), and an impaired Region later still, so
//! silence counts only when another metric of the Region has gone past it.
//! Nothing here may take a period that can still be filled for an empty one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Dated;
use crate::model::World;
use crate::model::reading::{Freshness, Point, Series, Source, Trouble};
use crate::model::topology::Metric;

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
pub(super) struct Periods<'a> {
    pub(super) series: Option<&'a Series>,
    pub(super) period: u32,
    /// So far the CloudWatch of the metric's Region has come.
    reached: Option<Timestamp>,
}

impl<'a> Periods<'a> {
    pub(super) fn of(world: &'a World, metric: &Metric) -> Self {
        let series = world.series(metric);
        Self { series, period: metric.period.max(1), reached: world.reached(&metric.region) }
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

    /// The same in whole seconds, which is cheap where every point is asked.
    fn end_second(self, start: Timestamp) -> i64 {
        start.as_second().saturating_add(i64::from(self.period))
    }

    /// The period before the one that starts at `start`.
    pub(super) fn before(self, start: Timestamp) -> Timestamp {
        plus(start, SignedDuration::from_secs(-i64::from(self.period)))
    }

    /// The value of the period that starts at `start`.
    pub(super) fn value(self, start: Timestamp) -> Option<f64> {
        let points = self.series?.points();
        let at = points.partition_point(|point| point.at < start);
        points.get(at).filter(|point| point.at.as_second() < self.end_second(start)).map(|point| point.value)
    }

    /// What is known of the period that starts at `start`.
    pub(super) fn slot(self, start: Timestamp) -> Slot {
        if let Some(value) = self.value(start) {
            return Slot::Value(value);
        }
        let Some(from) = self.series.and_then(Series::known_from) else { return Slot::Pending };
        let settled = self.settled().is_some_and(|until| self.end_second(start) <= until.as_second());
        let silent = start >= from && settled;
        if silent { Slot::Silent } else { Slot::Pending }
    }

    /// The period was inside a window that was asked; whether its point may still come is not judged.
    pub(super) fn asked(self, start: Timestamp) -> bool {
        let until = self.series.and_then(Series::known_until);
        until.is_some_and(|until| self.end_second(start) <= until.as_second())
    }

    /// Up to here silence is absence: asked for, late enough, and the Region has gone past it; a point of the metric
    /// itself proves all before it.
    fn settled(self) -> Option<Timestamp> {
        let series = self.series?;
        let proved = || {
            let late = plus(series.answered()?, -LATE);
            Some(series.known_until()?.min(late).min(self.reached?))
        };
        proved().max(series.newest().map(|newest| newest.at))
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

#[cfg(test)]
mod tests {
    use crate::model::fixture::{EAST, Scene, WEST, created, requests, two_regions};
    use crate::model::verdict::health_check_metric;

    use super::*;

    #[test]
    fn freshness_counts_from_the_end_of_the_period() {
        let end: Timestamp = "2026-11-20T14:00:00Z".parse().unwrap();
        let at = |age: i64, period| metric_freshness(end, period, end + SignedDuration::from_secs(age));
        let cases = [
            (-5, 60, Freshness::Fresh),
            (180, 60, Freshness::Fresh),
            (181, 60, Freshness::Stale),
            (360, 60, Freshness::Stale),
            (361, 60, Freshness::Gone),
            (420, 300, Freshness::Fresh),
            (421, 300, Freshness::Stale),
            (1_560, 300, Freshness::Stale),
            (1_561, 300, Freshness::Gone),
        ];
        for (age, period, freshness) in cases {
            assert_eq!(at(age, period), freshness, "{age} s after the end of {period} s");
        }
    }

    #[test]
    fn a_minute_without_a_point_is_silent_only_when_it_cannot_come_any_more() {
        let mut scene = Scene::new(two_regions());
        let metric = created(EAST);
        scene.minutes(&metric, &[Some(5.0), None, Some(7.0), None, None]);
        scene.tail(&requests(EAST), &[1.0; 5]);
        let view = Periods::of(&scene.world, &metric);
        assert_eq!(view.slot(scene.minute(6)), Slot::Value(5.0));
        assert_eq!(view.slot(scene.minute(5)), Slot::Silent);
        assert_eq!(view.slot(scene.minute(4)), Slot::Value(7.0));
        assert_eq!(view.slot(scene.minute(3)), Slot::Silent, "ended two minutes before it was asked for");
        assert_eq!(view.slot(scene.minute(2)), Slot::Pending, "ended one minute before");
        assert_eq!(view.slot(scene.minute(7)), Slot::Pending, "before anything was asked for");
        assert_eq!(view.newest_known(), Some(scene.minute(3)));
    }

    #[test]
    fn a_region_that_is_late_proves_no_silence() {
        let mut scene = Scene::new(two_regions());
        let metric = created(EAST);
        scene.minutes(&metric, &[Some(5.0), None, None, None]);
        scene.tail(&requests(WEST), &[1.0; 4]);
        scene.tail(&health_check_metric("check-us-east-1"), &[1.0; 4]);
        let slot = |scene: &Scene| Periods::of(&scene.world, &metric).slot(scene.minute(3));
        assert_eq!(slot(&scene), Slot::Pending, "neither another Region nor a global service tells");
        scene.minutes(&requests(EAST), &[Some(1.0), Some(1.0), None]);
        assert_eq!(slot(&scene), Slot::Pending, "the Region has come as far as this minute, not past it");
        scene.tail(&requests(EAST), &[1.0]);
        assert_eq!(slot(&scene), Slot::Silent);
    }

    #[test]
    fn a_failed_answer_proves_no_silence() {
        let mut scene = Scene::new(two_regions());
        let metric = created(EAST);
        scene.tail(&metric, &[5.0]);
        let newest = scene.minute(2);
        scene.later(600);
        scene.forbidden(&metric);
        let view = Periods::of(&scene.world, &metric);
        assert_eq!(view.newest_known(), Some(newest));
        assert_eq!(view.slot(scene.minute(8)), Slot::Pending);
    }

    #[test]
    fn a_trend_is_an_hour_and_moves_on_without_points() {
        let mut scene = Scene::new(two_regions());
        let metric = created(EAST);
        scene.minutes(&metric, &[Some(1.0), None, Some(3.0)]);
        let trend_at = |scene: &Scene| {
            let view = Periods::of(&scene.world, &metric);
            trend(view.newest_first().map(|p| (p.at, Some(p.value))), 60, scene.now)
        };
        let trend = trend_at(&scene);
        assert_eq!(trend.len(), 60);
        assert_eq!(trend[57..], [Some(1.0), None, Some(3.0)]);
        assert!(trend[..57].iter().all(Option::is_none));

        scene.later(300);
        assert_eq!(trend_at(&scene)[54..], [Some(1.0), None, Some(3.0), None, None, None]);
        scene.later(7_200);
        assert!(trend_at(&scene).iter().all(Option::is_none));
    }

    #[test]
    fn no_point_no_trend() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(trend(std::iter::empty(), 60, now).is_empty());
    }
}
