//! Replication: the lag of each direction against its RPO.
//!
//! Lag that was not measured is never zero: a link that stopped reporting is unknown, with the age of its last word.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::metrics::LinkSpec;
use super::points::{self, View};
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
    drawn.map(|(spec, live)| verdict(world, spec, *live == Live::Runs, now)).collect()
}

/// Seconds behind of one direction at the ends of their periods, newest first, by the metric that speaks for it now.
#[must_use]
pub fn lag_samples(world: &World, store: &str, from: &Region, to: &Region) -> Vec<(Timestamp, f64)> {
    let mut specs = world.index.links.iter();
    let spec = specs.find(|spec| spec.store == store && &spec.from == from && &spec.to == to);
    let Some(spec) = spec else { return Vec::new() };
    let samples = |metric| {
        let view = View::of(world, metric);
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
        if spec.negative_is_stopped && stopped_about(View::of(world, metric), at) {
            return None;
        }
        let mut then = View::of(world, metric).newest_first().filter(|point| point.at <= at);
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
    let freshness = spec.metrics.iter().filter_map(|metric| View::of(world, metric).dated(now));
    freshness.map(|lag| lag.freshness).any(|freshness| freshness == Freshness::Fresh)
}

fn verdict(world: &World, spec: &LinkSpec, live: bool, now: Timestamp) -> LinkVerdict {
    let Measure { at, lag, lamp, stopped } = measure(world, spec, now);
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
        let view = View::of(world, spec.metrics.get(at)?);
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
fn stopped_about(view: View<'_>, at: Timestamp) -> bool {
    let soon = at.saturating_add(NOTICED).unwrap_or(at);
    let told = view.newest_first().skip_while(|point| point.at > soon);
    let period = i64::from(view.period);
    let mut about = told.take_while(|point| at.as_second() - point.at.as_second() <= 2 * period);
    about.any(|point| point.value < 0.0)
}

/// The start of the run of periods, up to a newest that is not gone, in which the service says that nothing runs.
fn stopped(world: &World, spec: &LinkSpec, now: Timestamp) -> Option<Timestamp> {
    let view = View::of(world, spec.metrics.first().filter(|_| spec.negative_is_stopped)?);
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
    Some(value / spec.a_second?).filter(|seconds| *seconds >= 0.0)
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::{Source, TroubleKind};
    use crate::model::verdict::{aurora_lag_metric, aurora_replication_lag_metric, table_lag_metric};

    use super::*;

    /// Store, way, whether it runs, lamp and lag of every link.
    fn told(scene: &Scene) -> Vec<String> {
        let links = links(&scene.world, scene.now);
        let lag = |link: &LinkVerdict| match &link.lag {
            None => "none".to_owned(),
            Some(lag) => format!("{} {:?}", lag.value, lag.freshness),
        };
        let line = |link: &LinkVerdict| {
            let way = format!("{}→{}", link.from.short(), link.to.short());
            format!(
                "{} {way} {} {} {}",
                link.store,
                if link.live { "live" } else { "–" },
                link.lamp,
                lag(link)
            )
        };
        links.iter().map(line).collect()
    }

    fn of_orders(scene: &Scene) -> LinkVerdict {
        links(&scene.world, scene.now).into_iter().find(|link| link.store == "orders" && link.live).unwrap()
    }

    fn with_lag(ms: &[f64]) -> Scene {
        let mut scene = Scene::new(two_regions());
        scene.writer("orders", EAST, WEST);
        scene.lag("orders", ms);
        scene
    }

    #[test]
    fn both_directions_are_there_and_lag_is_only_on_the_live_one() {
        let mut scene = Scene::calm();
        scene.tail(&scene.world.topology().lag_links[0].metric.clone(), &[240.0]);
        let table = scene.world.topology().tables[0].clone();
        scene.tail(&table_lag_metric(&table, &west(), &east()), &[600.0]);
        assert_eq!(
            told(&scene),
            [
                "orders use1→usw2 live ok 0.4 Fresh",
                "orders usw2→use1 – unknown none",
                "catalog use1→usw2 live ok 0.4 Fresh",
                "catalog usw2→use1 – unknown none",
                "carts use1→usw2 live unknown none",
                "carts usw2→use1 live ok 0.6 Fresh",
                "assets use1→usw2 live look 240 Fresh",
            ]
        );
    }

    #[test]
    fn lag_follows_the_writer() {
        let mut scene = Scene::calm();
        scene.later(60);
        scene.writer("orders", WEST, WEST);
        assert_eq!(
            told(&scene)[..2],
            ["orders use1→usw2 – unknown none", "orders usw2→use1 live unknown none"]
        );
        let orders = scene.world.topology().auroras[0].clone();
        scene.tail(&aurora_lag_metric(&orders, &west(), &east()).unwrap(), &[700.0]);
        assert_eq!(
            told(&scene)[..2],
            ["orders use1→usw2 – unknown none", "orders usw2→use1 live ok 0.7 Fresh"]
        );
    }

    #[test]
    fn lag_against_rpo() {
        let cases = [
            (&[0.0][..], Lamp::Ok),
            (&[7_500.0], Lamp::Ok),
            (&[7_501.0], Lamp::Look),
            (&[30_000.0], Lamp::Look),
            (&[30_001.0], Lamp::Bad),
            (&[4_000.0, 4_500.0, 5_000.0, 5_500.0], Lamp::Look),
            (&[2_000.0, 3_000.0, 4_000.0, 4_900.0], Lamp::Ok),
            (&[4_500.0, 5_000.0, 5_500.0], Lamp::Ok),
            (&[4_500.0, 5_000.0, 5_000.0, 5_500.0], Lamp::Ok),
        ];
        for (ms, lamp) in cases {
            assert_eq!(of_orders(&with_lag(ms)).lamp, lamp, "{ms:?}");
        }
    }

    #[test]
    fn minutes_must_follow_each_other_to_rise() {
        let mut scene = with_lag(&[]);
        let orders = scene.world.topology().auroras[0].clone();
        let metric = aurora_lag_metric(&orders, &east(), &west()).unwrap();
        scene.minutes(&metric, &[Some(4_000.0), None, Some(4_500.0), Some(5_000.0), Some(5_500.0)]);
        assert_eq!(of_orders(&scene).lamp, Lamp::Ok);
    }

    #[test]
    fn lag_that_stopped_is_unknown_with_its_age() {
        let mut scene = with_lag(&[400.0]);
        let end = scene.minute(1);
        scene.later(360);
        scene.writer("orders", EAST, WEST);
        let link = of_orders(&scene);
        assert_eq!(link.lamp, Lamp::Unknown);
        assert_eq!(link.lag, Some(Dated { value: 0.4, at: end, freshness: Freshness::Gone }));
    }

    #[test]
    fn the_lag_of_older_engines_is_taken_where_there_is_no_better() {
        let mut scene = with_lag(&[]);
        let orders = scene.world.topology().auroras[0].clone();
        scene.tail(&aurora_replication_lag_metric(&orders, &east(), &west()).unwrap(), &[900.0]);
        assert_eq!(of_orders(&scene).lag.map(|lag| lag.value), Some(0.9));
        scene.lag("orders", &[400.0]);
        assert_eq!(of_orders(&scene).lag.map(|lag| lag.value), Some(0.4));
    }

    #[test]
    fn a_lag_below_zero_was_not_measured() {
        let link = of_orders(&with_lag(&[-1.0]));
        assert_eq!((link.lamp, link.lag), (Lamp::Unknown, None));
        assert_eq!(link.trend.last(), Some(&None));
    }

    #[test]
    fn without_a_known_writer_the_direction_that_reports_is_live() {
        let mut scene = Scene::new(two_regions());
        assert_eq!(told(&scene)[..2], ["orders use1→usw2 – unknown none", "orders usw2→use1 – unknown none"]);
        scene.lag("orders", &[400.0]);
        assert_eq!(
            told(&scene)[..2],
            ["orders use1→usw2 live ok 0.4 Fresh", "orders usw2→use1 – unknown none"]
        );
    }

    #[test]
    fn between_two_readers_nothing_is_drawn() {
        let mut topology = two_regions();
        let third = ("eu-west-1".into(), "arn:aws:rds:eu-west-1:111122223333:cluster:orders-3".to_owned());
        topology.auroras[0].clusters.insert(third.0, third.1);
        topology.auroras.truncate(1);
        let mut scene = Scene::new(topology);
        scene.writer("orders", EAST, WEST);
        let drawn = told(&scene);
        assert_eq!(
            drawn.iter().filter(|line| line.starts_with("orders")).collect::<Vec<_>>(),
            [
                "orders use1→usw2 live unknown none",
                "orders usw2→use1 – unknown none",
                "orders use1→euw1 live unknown none",
                "orders euw1→use1 – unknown none",
            ]
        );
    }

    #[test]
    fn troubles_of_the_publishing_region_are_told() {
        let mut scene = with_lag(&[400.0]);
        scene.fail(Source::Metrics(east()), TroubleKind::TimedOut);
        assert_eq!(of_orders(&scene).trouble, None);
        scene.fail(Source::Metrics(west()), TroubleKind::TimedOut);
        assert_eq!(of_orders(&scene).trouble.map(|trouble| trouble.kind), Some(TroubleKind::TimedOut));
    }

    fn with_replica() -> (Scene, crate::model::topology::Metric) {
        let mut topology = two_regions();
        topology.replicas.push(crate::model::topology::Replica {
            store: "ledger".to_owned(),
            engine: crate::model::topology::ReplicaEngine::AuroraBinlog,
            databases: [east(), west()].map(|r| (r.clone(), format!("arn:{r}:cluster:ledger-{r}"))).into(),
            rpo: Duration::from_secs(30),
        });
        let metric = super::super::replica_lag_metric(&topology.replicas[0], &west()).unwrap();
        let mut scene = Scene::new(topology);
        replica(&mut scene, WEST, Some(EAST));
        (scene, metric)
    }

    fn replica(scene: &mut Scene, region: &str, source: Option<&str>) {
        let reading = crate::model::reading::ReplicaReading {
            status: "available".to_owned(),
            source: source.map(|of| format!("arn:{of}:cluster:ledger-{of}")),
            replicas: Vec::new(),
            instances: 2,
            stream: None,
        };
        let of = Source::Replica("ledger".to_owned(), region.into());
        scene.see(of, Ok(crate::model::reading::Reading::Replica(reading)));
    }

    fn of_ledger(scene: &Scene) -> Vec<String> {
        told(scene).into_iter().filter(|line| line.starts_with("ledger")).collect()
    }

    #[test]
    fn a_replica_is_behind_its_source_until_each_stands_alone() {
        let (mut scene, metric) = with_replica();
        scene.tail(&metric, &[4.0]);
        assert_eq!(
            of_ledger(&scene),
            ["ledger use1→usw2 live ok 4 Fresh", "ledger usw2→use1 – unknown none"]
        );
        scene.later(1);
        replica(&mut scene, WEST, None);
        assert_eq!(of_ledger(&scene), ["ledger use1→usw2 – unknown none", "ledger usw2→use1 – unknown none"]);
        let writer = |scene: &Scene| writer(&scene.world, "ledger", scene.now).map(|w| w.value);
        assert_eq!(writer(&scene), Some(west()), "nobody else is seen");
        replica(&mut scene, EAST, None);
        assert_eq!(writer(&scene), None, "two stand alone");
        scene.later(1);
        replica(&mut scene, EAST, Some(WEST));
        assert_eq!(writer(&scene), Some(west()), "it was built anew the other way round");
    }

    #[test]
    fn a_stream_that_is_stopped_is_bad_and_its_lag_is_not_known_then_nor_just_before() {
        let (mut scene, metric) = with_replica();
        scene.tail(&metric, &[4.0, 3.0, 0.0, -1.0, -1.0]);
        let link =
            links(&scene.world, scene.now).into_iter().find(|l| l.store == "ledger" && l.live).unwrap();
        assert_eq!((link.lamp, link.lag, link.stopped), (Lamp::Bad, None, Some(scene.minute(3))));
        let at = |back| {
            lag_at(&scene.world, "ledger", (&east(), &west()), scene.minute(back), Duration::from_mins(3))
        };
        assert_eq!(at(2), None);
        assert_eq!(at(4), None, "a zero that was followed by nothing");
        assert_eq!(lag_samples(&scene.world, "ledger", &east(), &west()), []);
        scene.tail(&metric, &[4.0, 3.0]);
        scene.later(600);
        assert_eq!(
            links(&scene.world, scene.now).iter().find(|l| l.store == "ledger").unwrap().stopped,
            None
        );
    }
}
