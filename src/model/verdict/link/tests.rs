//! Lag, its lamp and its direction, by what each end publishes.

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
        format!("{} {way} {} {} {}", link.store, if link.live { "live" } else { "–" }, link.lamp, lag(link))
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
    assert_eq!(told(&scene)[..2], ["orders use1→usw2 – unknown none", "orders usw2→use1 live unknown none"]);
    let orders = scene.world.topology().auroras[0].clone();
    scene.tail(&aurora_lag_metric(&orders, &west(), &east()).unwrap(), &[700.0]);
    assert_eq!(told(&scene)[..2], ["orders use1→usw2 – unknown none", "orders usw2→use1 live ok 0.7 Fresh"]);
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
    assert_eq!(told(&scene)[..2], ["orders use1→usw2 live ok 0.4 Fresh", "orders usw2→use1 – unknown none"]);
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
    assert_eq!(of_ledger(&scene), ["ledger use1→usw2 live ok 4 Fresh", "ledger usw2→use1 – unknown none"]);
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
    let link = links(&scene.world, scene.now).into_iter().find(|l| l.store == "ledger" && l.live).unwrap();
    assert_eq!((link.lamp, link.lag, link.stopped), (Lamp::Bad, None, Some(scene.minute(3))));
    let at =
        |back| lag_at(&scene.world, "ledger", (&east(), &west()), scene.minute(back), Duration::from_mins(3));
    assert_eq!(at(2), None);
    assert_eq!(at(4), None, "a zero that was followed by nothing");
    assert_eq!(lag_samples(&scene.world, "ledger", &east(), &west()), []);
    scene.tail(&metric, &[4.0, 3.0]);
    scene.later(600);
    assert_eq!(links(&scene.world, scene.now).iter().find(|l| l.store == "ledger").unwrap().stopped, None);
}
