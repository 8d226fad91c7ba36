//! What is known of the world: the topology (what exists) and the newest readings (what was seen, with age).
//!
//! [`World::apply`] is its only mutator, and what follows from it ([`verdict`]) is derived and never stored.
//! This module must never read a clock, wait, or know of AWS clients and screens.

#[cfg(test)]
pub(crate) mod fixture;
pub mod own;
pub mod past;
pub mod reading;
pub mod recipe;
pub mod topology;
pub mod verdict;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use own::Own;
use reading::{Feed, Observation, Reading, Series, Source, Turns};
use topology::{Metric, Region, Topology};
use verdict::Index;

/// Everything the console knows; a value that is rebuilt by applying observations in order.
#[derive(Clone, Debug)]
pub struct World {
    topology: Arc<Topology>,
    index: Arc<Index>,
    feeds: BTreeMap<Source, Feed>,
    series: Known,
    reached: BTreeMap<Region, Timestamp>,
    own: Arc<Own>,
    turns: Turns,
}

/// What is known of each metric.
type Known = HashMap<Metric, Series>;

/// Services that publish through a Region without running in it: they say nothing of how late that Region is.
const ELSEWHERE: [&str; 2] = ["AWS/Route53", "AWS/CloudFront"];

/// How far it has come tells how far the CloudWatch of its Region has.
fn speaks_for_its_region(metric: &Metric) -> bool {
    !ELSEWHERE.contains(&&*metric.namespace)
}

impl World {
    /// How much of each metric is asked for at first.
    pub const KEEP: Duration = Duration::from_mins(65);

    /// How much of each metric is kept: the hour before any moment of the last hour can be drawn.
    pub const HOLD: Duration = Duration::from_mins(125);

    /// A world of which nothing has been seen yet.
    #[must_use]
    pub fn new(topology: Arc<Topology>) -> Self {
        let index = Arc::new(Index::of(&topology));
        Self {
            topology,
            index,
            feeds: BTreeMap::new(),
            series: Known::new(),
            reached: BTreeMap::new(),
            turns: Turns::default(),
            own: Arc::default(),
        }
    }

    /// The same as seen by a console that leans on this.
    #[must_use]
    pub fn leaning_on(self, own: Own) -> Self {
        Self { own: Arc::new(own), ..self }
    }

    /// What the console itself leans on.
    #[must_use]
    pub fn own(&self) -> &Own {
        &self.own
    }

    /// The same world as another declaration sees it. What was read stays where its source is still declared, by
    /// `sources`; of the rest nothing is known any more.
    #[must_use]
    pub fn redeclared(mut self, topology: Arc<Topology>, sources: &[Source]) -> Self {
        self.index = Arc::new(Index::of(&topology));
        self.topology = topology;
        self.feeds.retain(|source, _| sources.contains(source));
        self
    }

    /// Takes in one observation; an older one than what is known of its source changes nothing but counts.
    pub fn apply(&mut self, observation: Observation) {
        let Observation { source, at, result, .. } = &observation;
        if let Ok(Reading::Metrics(batch)) = result {
            for answered in &batch.series {
                let series = self.series.entry(answered.metric.clone()).or_default();
                let until = answered.trouble.is_none().then_some(batch.until);
                series.merge(&answered.points, until, Self::HOLD);
                series.note(*at, answered.trouble.clone());
                let newest = series.newest().filter(|_| speaks_for_its_region(&answered.metric));
                if let Some(newest) = newest {
                    let reached = self.reached.entry(answered.metric.region.clone()).or_insert(newest.at);
                    *reached = newest.at.max(*reached);
                }
            }
        }
        self.turns.take(&observation);
        self.feeds.entry(source.clone()).or_default().take(observation);
    }

    /// What exists, as the operator declared it.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The shared handle to the same topology, for whoever outlives a borrow.
    #[must_use]
    pub fn topology_handle(&self) -> Arc<Topology> {
        Arc::clone(&self.topology)
    }

    /// One source's newest reading and troubles; `None` before it was first asked.
    #[must_use]
    pub fn feed(&self, source: &Source) -> Option<&Feed> {
        self.feeds.get(source)
    }

    /// Every source that was asked so far.
    pub fn feeds(&self) -> impl Iterator<Item = (&Source, &Feed)> {
        self.feeds.iter()
    }

    /// The kept points of a metric; `None` before it was first answered.
    #[must_use]
    pub fn series(&self, metric: &Metric) -> Option<&Series> {
        self.series.get(metric)
    }

    /// The newest period of which any metric of a Region has a point: so far its CloudWatch has come.
    #[must_use]
    pub fn reached(&self, region: &Region) -> Option<Timestamp> {
        self.reached.get(region).copied()
    }

    /// When each routing control and the records of each name last changed, as far as was seen.
    #[must_use]
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// The newest successful reading of a source with the time it was taken.
    #[must_use]
    pub fn seen(&self, source: &Source) -> Option<(&Reading, Timestamp)> {
        self.feeds.get(source).and_then(Feed::seen)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::fixture::{EAST, Scene, created, east, two_regions, west};
    use super::reading::{Freshness, TroubleKind};
    use super::*;

    fn source() -> Source {
        Source::Endpoint(east())
    }

    #[test]
    fn a_failure_keeps_what_was_seen_and_says_since_when() {
        let mut scene = Scene::new(two_regions());
        let first = scene.now;
        scene.controls(EAST, [reading::ControlState::On; 2]);
        for _ in 0..2 {
            scene.later(10);
            scene.fail(source(), TroubleKind::TimedOut);
        }
        let feed = scene.world.feed(&source()).unwrap();
        assert_eq!(feed.seen().map(|(_, at)| at), Some(first));
        let (trouble, since) = feed.trouble().unwrap();
        assert_eq!((trouble.kind, since), (TroubleKind::TimedOut, first + SignedDuration::from_secs(10)));
        assert_eq!((feed.failures(), feed.calls()), (2, 3));
        scene.controls(EAST, [reading::ControlState::On; 2]);
        let feed = scene.world.feed(&source()).unwrap();
        assert_eq!((feed.trouble(), feed.failures()), (None, 0));
    }

    #[test]
    fn an_answer_that_was_asked_for_earlier_changes_nothing_but_counts() {
        let mut scene = Scene::new(two_regions());
        let early = scene.now;
        scene.later(10);
        scene.writer("orders", "us-west-2", EAST);
        let late = scene.now;
        scene.now = early;
        scene.writer("orders", EAST, EAST);
        scene.fail(Source::Aurora("orders".to_owned(), east()), TroubleKind::TimedOut);
        let feed = scene.world.feed(&Source::Aurora("orders".to_owned(), east())).unwrap();
        assert_eq!(feed.seen().map(|(_, at)| at), Some(late));
        assert_eq!((feed.calls(), feed.trouble()), (3, None));
        assert_eq!(verdict::writer(&scene.world, "orders", late).map(|writer| writer.value), Some(west()));
    }

    #[test]
    fn a_feed_grows_old_against_its_own_interval() {
        let mut scene = Scene::new(two_regions());
        scene.controls(EAST, [reading::ControlState::On; 2]);
        let freshness = |scene: &Scene| scene.world.feed(&source()).unwrap().freshness(scene.now);
        for (seconds, expected) in [
            (0, Freshness::Fresh),
            (20, Freshness::Fresh),
            (1, Freshness::Stale),
            (29, Freshness::Stale),
            (1, Freshness::Gone),
        ] {
            scene.later(seconds);
            assert_eq!(freshness(&scene), expected);
        }
    }

    #[test]
    fn points_are_merged_corrected_and_let_go() {
        let mut scene = Scene::new(two_regions());
        let metric = created(EAST);
        scene.tail(&metric, &[1.0, 2.0, 3.0]);
        scene.later(60);
        scene.tail(&metric, &[2.0, 7.0, 8.0]);
        let values = |scene: &Scene| {
            let points = scene.world.series(&metric).unwrap().points();
            points.iter().map(|point| point.value).collect::<Vec<_>>()
        };
        assert_eq!(values(&scene), [1.0, 2.0, 7.0, 8.0], "the newer answer corrects");
        scene.later(125 * 60);
        scene.tail(&metric, &[9.0]);
        assert_eq!(values(&scene), [8.0, 9.0]);
    }

    #[test]
    fn a_failed_part_says_nothing_about_its_window() {
        let mut scene = Scene::new(two_regions());
        let metric = created(EAST);
        scene.tail(&metric, &[1.0]);
        let known = scene.world.series(&metric).unwrap().clone();
        scene.later(60);
        scene.forbidden(&metric);
        let series = scene.world.series(&metric).unwrap();
        assert_eq!((series.known_until(), series.answered()), (known.known_until(), known.answered()));
        assert_eq!(series.trouble().map(|trouble| trouble.kind), Some(TroubleKind::Denied));
        scene.silent(&metric);
        let series = scene.world.series(&metric).unwrap();
        assert_eq!((series.trouble(), series.known_until()), (None, Some(scene.minute(0))));
    }
}
