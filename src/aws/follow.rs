//! The clock of a simulated world: a simulator says its time and speed in the head of every answer, and the console's
//! clock follows, so that `pointsman sim --speed 10` and its jumps are the console's too.
//!
//! It must never be put in front of the real AWS: there the host's own clock counts.

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use futures::future::select_all;

use super::Clients;
use crate::clock::Clock;
use crate::model::reading::Source;

/// The world's time, as RFC 3339.
const NOW: &str = "x-sim-now";
/// Virtual seconds a real second.
const SPEED: &str = "x-sim-speed";

impl Clients {
    /// Learns the time of a simulated world from the first answer of any Region, so that nothing is asked for the
    /// wrong time; sends nothing to the real AWS.
    pub async fn learn_time(&self) {
        if !self.inner.simulated {
            return;
        }
        let regions = self.inner.topology.regions.iter();
        let sources: Vec<Source> = regions.map(|region| Source::Identity(region.name.clone())).collect();
        if !sources.is_empty() {
            let _first = select_all(sources.iter().map(|source| Box::pin(self.look(source)))).await;
        }
    }
}

/// A transport whose answers set a clock.
#[derive(Clone, Debug)]
pub(super) struct Following {
    inner: SharedHttpClient,
    clock: Clock,
}

impl Following {
    pub(super) fn new(inner: SharedHttpClient, clock: &Clock) -> Self {
        Self { inner, clock: clock.clone() }
    }
}

impl HttpClient for Following {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, clock: self.clock.clone() })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    clock: Clock,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (answer, clock) = (self.inner.call(request), self.clock.clone());
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            if let Ok(answer) = &answer {
                follow(answer, &clock);
            }
            answer
        })
    }
}

/// An emulator that says nothing of its time lives in the host's.
fn follow(answer: &HttpResponse, clock: &Clock) {
    let told = |name| answer.headers().get(name);
    let at = told(NOW).and_then(|at| at.parse().ok());
    let speed = told(SPEED).and_then(|speed| speed.parse().ok());
    if let (Some(at), Some(speed)) = (at, speed) {
        clock.follow(at, speed);
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;
    use jiff::Timestamp;

    use super::*;

    fn answer(heads: &[(&'static str, &'static str)]) -> HttpResponse {
        let mut answer = HttpResponse::new(500.try_into().unwrap(), SdkBody::empty());
        for (name, value) in heads {
            answer.headers_mut().insert(*name, *value);
        }
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn any_answer_of_a_simulator_sets_the_clock() {
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH, 1);
        follow(&answer(&[(NOW, "2026-03-01T14:00:00.5Z"), (SPEED, "10")]), &clock);
        assert_eq!((clock.now().to_string().as_str(), clock.speed()), ("2026-03-01T14:00:00.5Z", 10));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_said_or_is_nonsense_changes_nothing() {
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH, 1);
        for heads in [
            vec![],
            vec![(NOW, "2026-03-01T14:00:00Z")],
            vec![(SPEED, "10")],
            vec![(NOW, "noon"), (SPEED, "10")],
            vec![(NOW, "2026-03-01T14:00:00Z"), (SPEED, "fast")],
        ] {
            follow(&answer(&heads), &clock);
            assert_eq!((clock.now(), clock.speed()), (Timestamp::UNIX_EPOCH, 1), "{heads:?}");
        }
    }
}
