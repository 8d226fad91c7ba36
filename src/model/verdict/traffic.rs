//! Who carries the traffic: each Region's share of what was counted.
//!
//! A share is of one and the same minute in every Region; a Region that was not measured makes it unknown.

use jiff::Timestamp;

use super::Dated;
use super::points::{Periods, Slot, metric_freshness};
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
    let counters: Vec<(&Region, Vec<Periods<'_>>)> = world
        .index
        .traffic
        .iter()
        .map(|(region, metrics)| (region, metrics.iter().map(|metric| Periods::of(world, metric)).collect()))
        .collect();
    let views = || counters.iter().flat_map(|(_, views)| views.iter().copied());
    let (Some(first), Some(newest)) = (views().next(), views().filter_map(Periods::newest_known).max())
    else {
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
fn count(views: &[Periods<'_>], start: Timestamp) -> Option<f64> {
    views.iter().try_fold(0.0, |sum, view| match view.slot(start) {
        Slot::Value(value) => Some(sum + value),
        Slot::Silent => Some(sum),
        Slot::Pending => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{EAST, Scene, WEST, created, east, requests, two_regions};
    use crate::model::reading::{Freshness, Source, TroubleKind};

    use super::*;

    fn told(scene: &Scene) -> Vec<(f64, Freshness)> {
        shares(&scene.world, scene.now).into_iter().map(|(_, share)| (share.value, share.freshness)).collect()
    }

    #[test]
    fn shares_are_of_what_the_load_balancers_counted() {
        let mut scene = Scene::new(two_regions());
        assert!(told(&scene).is_empty());
        scene.tail(&requests(EAST), &[610.0]);
        assert!(told(&scene).is_empty(), "us-west-2 was not measured");
        scene.tail(&requests(WEST), &[390.0]);
        assert_eq!(told(&scene), [(0.61, Freshness::Fresh), (0.39, Freshness::Fresh)]);
    }

    #[test]
    fn both_are_of_one_minute() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&requests(EAST), &[100.0, 900.0]);
        scene.minutes(&requests(WEST), &[Some(300.0), None]);
        assert_eq!(told(&scene), [(0.25, Freshness::Fresh), (0.75, Freshness::Fresh)]);
    }

    #[test]
    fn a_silent_counter_counted_nothing() {
        let mut scene = Scene::new(two_regions());
        scene.minutes(&requests(EAST), &[Some(50.0), None, None]);
        scene.tail(&requests(WEST), &[50.0, 100.0, 100.0]);
        assert_eq!(told(&scene), [(0.5, Freshness::Stale); 2], "us-east-1 may only be late");
        scene.tail(&created(EAST), &[1.0; 3]);
        assert_eq!(told(&scene), [(0.0, Freshness::Fresh), (1.0, Freshness::Fresh)]);
    }

    #[test]
    fn a_region_that_cannot_be_seen_makes_all_shares_old() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&requests(EAST), &[50.0]);
        scene.tail(&requests(WEST), &[50.0]);
        for minute in 1..=10 {
            scene.later(60);
            scene.fail(Source::Metrics(east()), TroubleKind::TimedOut);
            scene.tail(&requests(WEST), &[80.0]);
            let expected = match minute {
                0..=1 => Freshness::Fresh,
                2..=4 => Freshness::Stale,
                _ => Freshness::Gone,
            };
            match told(&scene).first() {
                Some(share) => assert_eq!(*share, (0.5, expected), "after {minute} minutes"),
                None => assert_eq!(minute, 10),
            }
        }
    }

    #[test]
    fn nothing_counted_is_no_share() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&requests(EAST), &[0.0]);
        scene.tail(&requests(WEST), &[0.0]);
        assert!(told(&scene).is_empty());
    }
}
