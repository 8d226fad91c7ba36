//! The last hour, a minute apart, so that it can be looked at again.
//!
//! What sources said is kept as it was; metrics are kept once, in the world, and cut off at the moment that is looked
//! at, so that a minute shows what is known of it by now. It must never be taken for what is so now.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::World;
use super::reading::{Feed, Source, Turns};

/// The looks at the world that are kept, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Past {
    kept: VecDeque<Look>,
}

/// What sources had said at a moment.
#[derive(Clone, Debug)]
struct Look {
    at: Timestamp,
    feeds: BTreeMap<Source, Feed>,
    turns: Turns,
}

impl Past {
    /// How far back they go.
    pub const REACH: Duration = Duration::from_hours(1);

    /// Keeps a look in each minute of the world's clock.
    pub fn note(&mut self, world: &World, now: Timestamp) {
        let since = |at: Timestamp| now.duration_since(at);
        // A clock that was set back begins a new past.
        if self.kept.back().is_some_and(|look| look.at > now) {
            self.kept.clear();
        }
        let minute = |at: Timestamp| at.as_second().div_euclid(60);
        if self.kept.back().is_some_and(|look| minute(look.at) == minute(now)) {
            return;
        }
        while self.kept.front().is_some_and(|look| since(look.at).unsigned_abs() > Self::REACH) {
            self.kept.pop_front();
        }
        let feeds = world.feeds.iter().map(|(source, feed)| (source.clone(), feed.without_points()));
        self.kept.push_back(Look { at: now, feeds: feeds.collect(), turns: world.turns.clone() });
    }

    /// The moment of the oldest look.
    #[must_use]
    pub fn oldest(&self) -> Option<Timestamp> {
        self.kept.front().map(|look| look.at)
    }

    /// The world as it was at the newest look that is not after `at`, and when that was.
    #[must_use]
    pub fn world(&self, now: &World, at: Timestamp) -> Option<(World, Timestamp)> {
        let after = self.kept.partition_point(|look| look.at <= at);
        let look = self.kept.get(after.checked_sub(1)?)?;
        let series: super::Known = now
            .series
            .iter()
            .map(|(metric, series)| (metric.clone(), series.until(look.at, metric.period)))
            .collect();
        let mut reached = BTreeMap::new();
        for (metric, series) in series.iter().filter(|(metric, _)| super::speaks_for_its_region(metric)) {
            let Some(newest) = series.newest() else { continue };
            let known = reached.entry(metric.region.clone()).or_insert(newest.at);
            *known = newest.at.max(*known);
        }
        let (feeds, turns) = (look.feeds.clone(), look.turns.clone());
        Some((World { feeds, series, reached, turns, ..now.clone() }, look.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, created, east, two_regions};
    use crate::model::reading::{ControlState, Freshness};
    use crate::model::verdict;

    #[test]
    fn a_minute_is_looked_at_again_as_it_was() {
        let mut scene = Scene::new(two_regions());
        let mut past = Past::default();
        assert!(past.world(&scene.world, scene.now).is_none());
        scene.controls_everywhere([ControlState::On; 2]);
        scene.tail(&created(EAST), &[5.0, 6.0, 7.0]);
        past.note(&scene.world, scene.now);
        let first = scene.now;
        scene.later(30);
        past.note(&scene.world, scene.now);
        scene.later(90);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        scene.tail(&created(EAST), &[8.0]);
        past.note(&scene.world, scene.now);

        let state = |world: &World, at| verdict::controls(world, at)[0].state;
        assert_eq!(state(&scene.world, scene.now), Some(ControlState::Off));
        let (then, at) = past.world(&scene.world, scene.now - jiff::SignedDuration::from_secs(40)).unwrap();
        assert_eq!(at, first, "half a minute later nothing was kept");
        assert_eq!(state(&then, at), Some(ControlState::On));
        let newest = |world: &World| world.series(&created(EAST)).unwrap().newest().unwrap().value;
        assert_eq!((newest(&then), newest(&scene.world)), (7.0, 8.0));
        assert!(then.reached(&east()) < scene.world.reached(&east()));
        let feed = then.feed(&Source::Metrics(east())).unwrap();
        assert_eq!((feed.freshness(at), past.oldest()), (Freshness::Fresh, Some(first)));
    }

    #[test]
    fn it_goes_back_an_hour_and_no_further() {
        let mut scene = Scene::new(two_regions());
        let mut past = Past::default();
        for _ in 0..100 {
            past.note(&scene.world, scene.now);
            scene.later(60);
        }
        let reach = scene.now.duration_since(past.oldest().unwrap()).unsigned_abs();
        assert!(reach >= Past::REACH && reach <= Past::REACH + Duration::from_mins(2), "{reach:?}");
        scene.now -= jiff::SignedDuration::from_hours(3);
        past.note(&scene.world, scene.now);
        assert_eq!(past.oldest(), Some(scene.now));
    }
}
