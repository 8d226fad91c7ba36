//! One full poll of thirty Regions with a hundred metrics each, every answer 80 ms away.
//!
//! What is asked at once takes as long as the slowest answer; the ratio says how near a poll comes to that.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_cloudwatch::types::MetricDatum;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use pointsman::aws::Clients;
use pointsman::clock::Clock;
use pointsman::config;
use pointsman::model::reading::{Observation, Reading, Source};
use pointsman::sampler;
use pointsman::sim::fault::{Fault, Injection};
use pointsman::sim::scenario::{self, Scenario};
use pointsman::sim::{Sim, handout};
use tokio::time::Instant;

use crate::support::{ByHand, InProcess, sdk_config};
use crate::virtually;

/// A loopback address, so that the clients sign as the simulated caller; no socket is ever opened.
const BASE_URL: &str = "http://127.0.0.1:4566";
/// How far away every answer is.
const LATENCY: u64 = 80;
const METRICS: usize = 100;

/// Thirty Regions of AWS.
const REGIONS: [&str; 30] = [
    "us-east-1",
    "us-west-2",
    "us-east-2",
    "us-west-1",
    "ca-central-1",
    "ca-west-1",
    "mx-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-south-1",
    "ap-south-2",
    "ap-east-1",
    "me-south-1",
    "me-central-1",
    "af-south-1",
];

/// Prints how long a poll takes beside its slowest call.
pub fn print() {
    let Polled { calls, metrics, took, slowest, last } =
        virtually(async { Polling::new().await.poll().await });
    let ratio = took.as_secs_f64() / slowest.as_secs_f64();
    println!(
        "one full poll of {} Regions × {METRICS} metrics, {LATENCY} ms away: {took:?} for {calls} calls and {metrics} \
         metrics, the slowest call {slowest:?}: ratio {ratio:.2}; the last was {last}",
        REGIONS.len(),
    );
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn thirty_regions() -> usize {
    virtually(async { Polling::new().await.poll().await.calls })
}

/// A poll that is over, in virtual time.
struct Polled {
    calls: usize,
    metrics: usize,
    took: Duration,
    slowest: Duration,
    /// The source that took longest.
    last: Source,
}

struct Polling {
    clients: Clients,
    clock: Clock,
    timed: Timed,
}

impl Polling {
    async fn new() -> Self {
        let sim = Sim::new(&many(), 7, Clock::starting_at("2026-03-02T09:00:17Z".parse().unwrap(), 1));
        publish(&sim).await;
        // The first two lines of a Region's own metrics become visible.
        sim.advance(Duration::from_mins(3));
        let latency = Fault::Latency { region: None, service: None, ms: LATENCY };
        sim.inject(&Injection { lasts: None, fault: latency });
        let text = declare(&sim.look(|world| handout::config(world, BASE_URL)));
        let config = config::parse(&text, "pointsman.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let clock = sim.clock().clone();
        let way = ByHand::way(&sim);
        let timed = Timed { inner: InProcess(sim), calls: Arc::default() };
        let transport = Some(SharedHttpClient::new(timed.clone()));
        let clients =
            Clients::new(&config.access, config.topology, clock.clone(), transport).resolving_by(way);
        Self { clients, clock, timed }
    }

    async fn poll(self) -> Polled {
        let seen = sampler::once(&self.clients, &self.clock).await;
        // Before it asks, it learns what time it is in a simulated world, which is no part of a poll.
        let asked = seen.iter().map(|seen| seen.asked).min().unwrap();
        let told = seen.iter().map(|seen| seen.at).max().unwrap();
        let took = told.duration_since(asked).unsigned_abs();
        let failed: Vec<&Observation> = seen.iter().filter(|o| o.result.is_err()).collect();
        assert!(failed.is_empty(), "{failed:?}");
        let metrics = seen.iter().map(answered).sum();
        assert!(metrics >= REGIONS.len() * METRICS, "{metrics} metrics have points");
        let last = seen.iter().max_by_key(|seen| seen.round_trip()).unwrap().source.clone();
        let calls = self.timed.calls.lock().unwrap();
        Polled { calls: calls.len(), metrics, took, slowest: calls.iter().max().copied().unwrap(), last }
    }
}

/// How many metrics of a reading have points.
fn answered(seen: &Observation) -> usize {
    match &seen.result {
        Ok(Reading::Metrics(batch)) => batch.series.iter().filter(|series| !series.points.is_empty()).count(),
        _ => 0,
    }
}

/// The world, in the words of a scenario.
fn many() -> Scenario {
    let mut text = "[scenario]\nname = \"many\"\nabout = \"Thirty Regions.\"\nlength = \"10m\"\n".to_owned();
    for (at, name) in REGIONS.iter().enumerate() {
        let region = format!("name = \"{name}\"\nshort = \"r{at:02}\"\norders = 100\ncapacity = 200\n");
        write!(text, "\n[[world.regions]]\n{region}").unwrap();
    }
    scenario::parse(&text).unwrap()
}

/// Declares the metrics of the bench as signals of their Regions.
fn declare(config: &str) -> String {
    let mut signals = String::new();
    for metric in 0..METRICS {
        let what =
            format!("name = \"bench {metric}\"\nnamespace = \"bench\"\nmetric = \"metric-{metric:02}\"");
        let how = "statistic = \"Average\"\nperiod = \"60s\"\nlook = \"> 1000\"\nbad = \"> 10000\"";
        write!(signals, "[[regions.signals]]\n{what}\n{how}\n\n").unwrap();
    }
    let mut regions = config.split("[[regions]]");
    let mut text = regions.next().unwrap().to_owned();
    for region in regions {
        let (own, rest) = region.split_once("[[regions.signals]]").unwrap();
        write!(text, "[[regions]]{own}{signals}[[regions.signals]]{rest}").unwrap();
    }
    text
}

/// Has the application of each Region publish a point of each metric.
async fn publish(sim: &Sim) {
    for region in REGIONS {
        let client = aws_sdk_cloudwatch::Client::new(&sdk_config(sim, region));
        let datum = |n| MetricDatum::builder().metric_name(format!("metric-{n:02}")).value(1.0).build();
        let data = (0..METRICS).map(datum).collect();
        client.put_metric_data().namespace("bench").set_metric_data(Some(data)).send().await.unwrap();
    }
}

/// The simulator's door, timing each call.
#[derive(Clone, Debug)]
struct Timed {
    inner: InProcess,
    calls: Arc<Mutex<Vec<Duration>>>,
}

impl HttpClient for Timed {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Timed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (call, calls) = (self.inner.call(request), Arc::clone(&self.calls));
        HttpConnectorFuture::new(async move {
            let began = Instant::now();
            let answer = call.await;
            calls.lock().unwrap().push(began.elapsed());
            answer
        })
    }
}
