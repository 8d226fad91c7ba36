//! The same clients over a real socket, as the demo has them.

use std::sync::Arc;

use pointsman::aws::Clients;
use pointsman::clock::Clock;
use pointsman::config;
use pointsman::model::reading::Source;
use pointsman::sampler;
use pointsman::sim::door::http::serve;
use pointsman::sim::{Sim, door, handout, scenario};

#[tokio::test(flavor = "multi_thread")]
async fn every_source_answers_over_loopback() {
    let clock = Clock::wall();
    let sim = Sim::new(&scenario::find("calm").unwrap(), 7, clock.clone());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async { drop(stopped.await) };
    let (at, server) = serve(sim.clone(), "127.0.0.1:0".parse().unwrap(), stopped).await.unwrap();
    let server = tokio::spawn(server);
    let (resolvers, names) = door::dns::serve(sim.clone(), std::future::pending()).await.unwrap();
    let names = tokio::spawn(names);
    let text = sim.look(|world| handout::config_at(world, &format!("http://{at}"), &resolvers));
    let config = config::parse(&text, "pointsman.toml").unwrap();
    assert!(config.simulated);
    let clients = Clients::new(&config.access, Arc::clone(&config.topology), clock.clone(), None);
    let seen = sampler::once(&clients, &clock).await;
    assert!(seen.iter().all(|observation| observation.result.is_ok()), "{seen:#?}");
    assert!(seen.iter().any(|observation| observation.source == Source::Endpoint("ap-southeast-2".into())));
    let near = Source::Resolver("store.example.com".into(), "near usw2".into());
    assert!(seen.iter().any(|observation| observation.source == near));
    drop(clients);
    stop.send(()).unwrap();
    server.await.unwrap();
    names.abort();
}
