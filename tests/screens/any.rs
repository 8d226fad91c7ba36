//! Any world at any size: a frame never panics and never leaves its buffer.

use jiff::{SignedDuration, Timestamp};
use pointsman::model::World;
use pointsman::model::reading::{
    ControlState, MetricAnswer, MetricBatch, Observation, Point, Reading, Source, Trouble, TroubleKind,
};
use pointsman::model::topology::{Policy, Region, Rule, RuleKind, RuleLogic, Topology};
use pointsman::model::verdict;
use pointsman::ui::theme::Glyphs;
use pointsman::ui::view::Pane;
use proptest::prelude::*;

use super::show::{self, Show};
use super::story::Until;
use crate::fixture::{self, State};

/// What a random world is grown from.
#[derive(Clone, Debug)]
struct Seed {
    regions: usize,
    signals: usize,
    words: Vec<String>,
    values: Vec<f64>,
    age: i64,
    broken: u8,
    rules: usize,
}

fn seeds() -> impl Strategy<Value = Seed> {
    let value = prop_oneof![
        -1e9..1e12_f64,
        Just(0.0),
        Just(100.0),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
        0.0..100.0_f64
    ];
    let word = prop_oneof![
        "\\PC{0,40}",
        "[a-z -]{0,60}",
        Just("日本語の店".to_owned()),
        Just("\u{1b}[31mred\n".to_owned())
    ];
    (
        (0..32_usize, 0..12_usize, 0..4_usize),
        prop::collection::vec(word, 4),
        prop::collection::vec(value, 1..8),
        -100..100_000_i64,
        any::<u8>(),
    )
        .prop_map(|((regions, signals, rules), words, values, age, broken)| Seed {
            regions,
            signals,
            words,
            values,
            age,
            broken,
            rules,
        })
}

fn topology(seed: &Seed) -> Topology {
    let mut topology = fixture::many(seed.regions, seed.signals);
    topology.workload.clone_from(&seed.words[0]);
    topology.environment.clone_from(&seed.words[1]);
    for (at, region) in topology.regions.iter_mut().enumerate() {
        if at % 3 == 1 {
            region.short.clone_from(&seed.words[2]);
        }
        if let Some(signal) = region.signals.first_mut() {
            signal.name.clone_from(&seed.words[3]);
        }
    }
    if let Some(routing) = &mut topology.routing {
        let names: Vec<String> = routing.controls.iter().map(|c| c.name.clone()).collect();
        let rule = |n: usize| Rule {
            name: seed.words[n % 4].clone(),
            arn: String::new(),
            kind: RuleKind::Gating { gating: names.clone(), targets: names.clone() },
            logic: RuleLogic::AtLeast(n),
            inverted: n.is_multiple_of(2),
            wait: std::time::Duration::MAX,
        };
        routing.rules = (0..seed.rules).map(rule).collect();
    }
    for dns in &mut topology.dns {
        dns.policy = Policy::Geolocation;
    }
    if seed.broken & 1 == 1 {
        topology.auroras = fixture::retail().auroras;
    }
    if seed.broken & 2 == 2 {
        topology.routing = None;
    }
    topology
}

fn world(seed: &Seed) -> World {
    let mut world = World::new(topology(seed).into());
    let at = fixture::now() - SignedDuration::from_secs(seed.age);
    for observation in fixture::observations(world.topology(), State::Degraded, at) {
        world.apply(observation);
    }
    let metrics = verdict::wanted_metrics(world.topology());
    let series = metrics.into_iter().enumerate().map(|(n, metric)| MetricAnswer {
        trouble: (n % 7 == 3).then(|| trouble(seed)),
        points: points(seed, n, at),
        metric,
    });
    let batch = MetricBatch { until: at, series: series.collect() };
    let every = std::time::Duration::from_mins(1);
    let source = Source::Metrics(Region::new("us-east-1"));
    world.apply(Observation { source, asked: at, at, every, result: Ok(Reading::Metrics(batch)) });
    for (n, source) in
        [Source::Endpoint("us-east-1".into()), Source::Metrics("us-west-1".into())].into_iter().enumerate()
    {
        let result = if seed.broken & (4 << n) == 0 { Err(trouble(seed)) } else { Ok(off(&world)) };
        world.apply(Observation { source, asked: at, at, every, result });
    }
    world
}

fn off(world: &World) -> Reading {
    let controls = world.topology().routing.iter().flat_map(|r| &r.controls);
    Reading::Controls(controls.map(|c| (c.name.clone(), ControlState::Off)).collect())
}

fn trouble(seed: &Seed) -> Trouble {
    Trouble { kind: TroubleKind::Throttled, text: seed.words[2].clone(), request_id: None }
}

fn points(seed: &Seed, n: usize, at: Timestamp) -> Vec<Point> {
    let minute = |back: i64| Timestamp::from_second(at.as_second().div_euclid(60) * 60 - back * 60).unwrap();
    let value = |back: i64| seed.values[(n + usize::try_from(back).unwrap()) % seed.values.len()];
    let there = |back: &i64| (back * 7 + i64::try_from(n).unwrap()) % 5 != 0;
    (0..62).rev().filter(there).map(|back| Point { at: minute(back), value: value(back) }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_world_at_any_size(
        seed in seeds(),
        width in 0..=250_u16,
        height in 0..=80_u16,
        pane in 0..6_usize,
        row in prop_oneof![0..40_usize, Just(usize::MAX)],
        zoomed: bool,
        ascii: bool,
        run: bool,
    ) {
        let mut show = if run { Show::running(Until::Unknown) } else { Show::with(world(&seed), true) };
        if run && seed.broken & 8 == 8 {
            show.world = world(&seed);
        }
        let pane = Pane::ALL[pane];
        (show.view.pane, show.view.zoomed) = (pane, zoomed);
        show.view.rows.insert(pane, row);
        let glyphs = if ascii { Glyphs::ascii() } else { Glyphs::unicode() };
        let frame = show.frame_in(width, height, &show::dark(), &glyphs);
        prop_assert_eq!(frame.content().len(), usize::from(width) * usize::from(height));
        show.press(&["enter"]);
        show.frame_in(width, height, &show::dark(), &glyphs);
    }
}

#[test]
fn every_size_of_one_world() {
    let show = Show::running(Until::Unknown);
    let calm = Show::of(State::Degraded);
    for width in (0..=250).step_by(11) {
        for height in (0..=80).step_by(7) {
            show.frame(width, height);
            calm.frame(width, height);
        }
    }
}
