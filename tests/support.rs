//! What tests share: the real SDK's HTTP seam in front of the simulator, without a socket.
//!
//! The simulator must not see the SDK, and the SDK's owner (`aws`) must not see the simulator, so the two meet
//! here. The demo uses the loopback HTTP door instead.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use pointsman::clock::Clock;
use pointsman::config::Config;
use pointsman::dns::{Letter, Post, Way};
use pointsman::runtime::Headless;
use pointsman::sim::door::dns::usual_address;
use pointsman::sim::{Sim, handout};
use tempfile::TempDir;

/// The base URL of the simulator behind the in-process door; no name is ever resolved.
pub(crate) const BASE_URL: &str = "http://sim.local";

/// The simulator as the SDK's HTTP client.
#[derive(Clone)]
pub(crate) struct InProcess(pub(crate) Sim);

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("in-process", None))
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sim = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|problem| ConnectorError::user(problem.into()))?;
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
            let response = sim
                .call(http::Request::from_parts(parts, body))
                .await
                .map_err(|dropped| ConnectorError::io(dropped.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from))
                .map_err(|problem| ConnectorError::other(problem.into(), None))
        })
    }
}

/// The simulator's resolvers, found at their usual addresses without a socket.
#[derive(Clone)]
pub(crate) struct ByHand(pub(crate) Sim);

impl ByHand {
    /// The way of clients that ask them.
    pub(crate) fn way(sim: &Sim) -> Way {
        Way::by_hand(Arc::new(Self(sim.clone())))
    }
}

impl Post for ByHand {
    fn ask(&self, to: SocketAddr, question: &[u8]) -> Letter {
        let resolver = (0..self.0.resolvers()).find(|resolver| usual_address(*resolver) == to);
        let answer = resolver.and_then(|resolver| self.0.ask_dns(resolver, question));
        Box::pin(async move {
            // As on a network, what does not answer is not told from what is not there.
            match answer {
                Some(answer) => Some(answer),
                None => std::future::pending().await,
            }
        })
    }
}

/// The SDK's time source on the simulator's clock.
#[derive(Clone, Debug)]
pub(crate) struct SimTime(pub(crate) Clock);

impl TimeSource for SimTime {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}

/// An SDK configuration for `region`, wired to the simulator and its clock.
pub(crate) fn sdk_config(sim: &Sim, region: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIDSIMULATED", "secret", None, None, "simulator");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(BASE_URL)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(InProcess(sim.clone()))
        .time_source(SharedTimeSource::new(SimTime(sim.clock().clone())))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build()
}

/// The same for the ARC cluster endpoint of `endpoint`, whose signature is for the endpoint's own Region.
pub(crate) fn cluster_config(sim: &Sim, endpoint: &str) -> SdkConfig {
    let url = format!("{BASE_URL}/cluster/{endpoint}");
    sdk_config(sim, endpoint).into_builder().endpoint_url(url).build()
}

/// The AWS files of a world in which people sign in, laid out in a folder of their own, to which the config leads then.
pub(crate) fn sign_in_files(sim: &Sim, config: &mut Config) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in sim.look(handout::files) {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    if let Some(own) = &mut config.access.folder {
        folder.path().clone_into(own);
    }
    folder
}

/// Lets things happen at a console for a while; `second` is done with it each second.
pub(crate) async fn pass(console: &mut Headless, span: Duration, mut second: impl FnMut(&mut Headless)) {
    let until = tokio::time::Instant::now() + span;
    while tokio::time::Instant::now() < until {
        let tick = until.min(tokio::time::Instant::now() + Duration::from_secs(1));
        while tokio::time::Instant::now() < tick {
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(tick) => break,
                _left = console.turn() => {}
            }
        }
        second(console);
    }
}
