//! The sampler: how often it asks, and that nothing that hangs delays anything else.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pointsman::model::reading::{Observation, Source};
use pointsman::sampler::{self, Meter, Pace};
use pointsman::sim::fault::Fault;
use tokio::sync::{mpsc, watch};

use super::Bench;

/// A sampler at work, with all it has told so far.
struct Watching {
    bench: Bench,
    meter: Meter,
    pace: watch::Sender<Pace>,
    told: mpsc::Receiver<Observation>,
}

impl Watching {
    fn start(bench: Bench) -> Self {
        let (out, told) = mpsc::channel(10_000);
        let (pace, steer) = watch::channel(Pace::Calm);
        let meter = sampler::spawn(bench.clients.clone(), bench.sim.clock().clone(), out, steer);
        Self { bench, meter, pace, told }
    }

    async fn pass(&mut self, span: Duration) -> Vec<Observation> {
        tokio::time::sleep(span).await;
        let mut told = Vec::new();
        while let Ok(observation) = self.told.try_recv() {
            told.push(observation);
        }
        told
    }

    /// When metrics were asked, by Region.
    fn metric_calls(&self) -> BTreeMap<String, Vec<Timestamp>> {
        let mut by_region: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        for call in self.bench.calls().into_iter().filter(|call| call.path.ends_with("GetMetricData")) {
            by_region.entry(call.region).or_default().push(call.at);
        }
        by_region
    }
}

fn asked(told: &[Observation], source: &Source) -> Vec<Timestamp> {
    told.iter().filter(|o| &o.source == source).map(|o| o.asked).collect()
}

#[tokio::test(start_paused = true)]
async fn metrics_are_asked_once_a_period_whatever_the_pace_does() {
    let mut watching = Watching::start(Bench::new("calm"));
    for pace in [Pace::Calm, Pace::Run, Pace::Background, Pace::Run, Pace::Calm, Pace::Run] {
        watching.pass(Duration::from_secs(100)).await;
        watching.pace.send(pace).unwrap();
    }
    watching.pass(Duration::from_secs(100)).await;
    let calls = watching.metric_calls();
    assert_eq!(calls.keys().collect::<Vec<_>>(), ["us-east-1", "us-west-2"]);
    for (region, times) in calls {
        assert!(times.len() >= 6, "{region} was asked {} times in 700 s", times.len());
        for pair in times.windows(2) {
            assert!(pair[1].duration_since(pair[0]) >= SignedDuration::from_secs(60), "{region}: {pair:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn metrics_are_asked_just_after_their_data_can_exist() {
    let mut watching = Watching::start(Bench::new("calm"));
    watching.pass(Duration::from_mins(6)).await;
    for times in watching.metric_calls().values() {
        assert!(
            times.iter().skip(1).all(|at| (20..23).contains(&at.as_second().rem_euclid(60))),
            "{times:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_source_has_its_cadence() {
    let mut watching = Watching::start(Bench::new("calm"));
    let endpoint = Source::Endpoint("eu-west-1".into());
    let aurora = Source::Aurora("orders".into(), "us-west-2".into());
    let told = watching.pass(Duration::from_mins(2)).await;
    assert_eq!(asked(&told, &endpoint).len(), 8);
    assert_eq!(asked(&told, &aurora).len(), 6);
    watching.pace.send(Pace::Run).unwrap();
    let told = watching.pass(Duration::from_mins(2)).await;
    assert_eq!(asked(&told, &endpoint).len(), 40);
    assert_eq!(asked(&told, &aurora).len(), 40);
    watching.pace.send(Pace::Background).unwrap();
    let told = watching.pass(Duration::from_mins(2)).await;
    assert_eq!(asked(&told, &endpoint).len(), 4);
}

#[tokio::test(start_paused = true)]
async fn every_source_is_asked_at_once_at_the_start() {
    let mut watching = Watching::start(Bench::new("calm"));
    let told = watching.pass(Duration::from_secs(1)).await;
    let sources: std::collections::BTreeSet<_> = told.iter().map(|o| o.source.to_string()).collect();
    // Two Regions' metrics and identities, five endpoints, two stores in two Regions with their events, a table in
    // two Regions, a service in two Regions, one name with two resolvers.
    assert_eq!(sources.len(), 2 + 2 + 5 + 4 + 4 + 2 + 2 + 1 + 2, "{sources:#?}");
    assert!(told.iter().all(|o| o.result.is_ok()), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_dead_region_and_a_hanging_endpoint_delay_nothing_else() {
    let bench = Bench::new("calm");
    bench.inject(Fault::EndpointHang { endpoint: "eu-west-1".into() });
    bench.inject(Fault::RegionLost { region: "us-east-1".into() });
    let mut watching = Watching::start(bench);
    watching.pace.send(Pace::Run).unwrap();
    let told = watching.pass(Duration::from_mins(2)).await;
    for source in
        [Source::Endpoint("ap-northeast-1".into()), Source::Aurora("orders".into(), "us-west-2".into())]
    {
        let times = asked(&told, &source);
        assert_eq!(times.len(), 40, "{source}");
        assert!(told.iter().filter(|o| o.source == source).all(|o| o.result.is_ok()), "{source}");
    }
    for source in [Source::Endpoint("eu-west-1".into()), Source::Aurora("orders".into(), "us-east-1".into())]
    {
        let tries = told.iter().filter(|o| o.source == source).collect::<Vec<_>>();
        assert!((5..20).contains(&tries.len()), "{source} was tried {} times", tries.len());
        assert!(tries.iter().all(|o| o.result.is_err()), "{source}");
        assert!(tries.windows(2).all(|pair| pair[0].at <= pair[1].asked), "{source}: one at a time");
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_is_soon_seen() {
    let bench = Bench::new("calm");
    let fault = bench.inject(Fault::RegionLost { region: "us-east-1".into() });
    let mut watching = Watching::start(bench);
    watching.pass(Duration::from_mins(5)).await;
    watching.bench.inject(Fault::Clear { id: Some(fault), of: None });
    let back = watching.bench.sim.now();
    let told = watching.pass(Duration::from_mins(2)).await;
    let first =
        told.iter().find(|o| o.source == Source::Endpoint("us-east-1".into()) && o.result.is_ok()).unwrap();
    assert!(first.at.duration_since(back) <= SignedDuration::from_secs(75), "{first:?}");
    assert!(
        told.iter().rev().find(|o| o.source == Source::Metrics("us-east-1".into())).unwrap().result.is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn the_meter_says_what_is_really_asked() {
    let mut watching = Watching::start(Bench::new("calm"));
    watching.pass(Duration::from_secs(30)).await;
    let before = watching.meter.counted();
    watching.pass(Duration::from_mins(20)).await;
    let after = watching.meter.counted();
    let budget = watching.meter.budget();
    let calls = f64::from(u32::try_from(after.calls - before.calls).unwrap()) * 3.0;
    assert!((calls / budget.calls_per_hour - 1.0).abs() < 0.03, "{calls} calls, {budget:?}");
    assert_eq!(after.calls, watching.bench.calls().len() as u64);
    let metrics = f64::from(u32::try_from(after.metrics - before.metrics).unwrap()) * 3.0;
    let dollars = metrics * 730.0 / 100_000.0;
    assert!((dollars / budget.dollars_per_month - 1.0).abs() < 0.03, "{dollars} dollars, {budget:?}");

    let calm = watching.meter.budget();
    watching.pace.send(Pace::Run).unwrap();
    watching.pass(Duration::from_secs(1)).await;
    let run = watching.meter.budget();
    assert!(run.calls_per_hour > calm.calls_per_hour * 2.0);
    assert!((run.dollars_per_month - calm.dollars_per_month).abs() < 1e-9, "a run costs no more metrics");
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_nobody_listens() {
    let mut watching = Watching::start(Bench::new("calm"));
    watching.pass(Duration::from_mins(1)).await;
    drop(watching.told);
    tokio::time::sleep(Duration::from_mins(1)).await;
    let before = watching.bench.clients.tally().counted();
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(watching.bench.clients.tally().counted(), before);
}
