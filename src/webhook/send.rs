//! One body over HTTP: bounded tries, each with its own time-out, and longer waits between them.
//!
//! What it says of a failure names the host and never the rest of the URL, which may be a secret.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// The longest one try may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The waits before the second try and those after it; then it is given up.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(9)];

/// Where bodies go.
#[derive(Clone)]
pub(super) struct Sender {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    uri: Uri,
    host: String,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Why one try came to nothing.
enum Failed {
    /// Another may do better.
    Again(String),
    /// It will not.
    ForGood(String),
}

impl Sender {
    /// A sender to this URL.
    pub(super) fn to(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "the webhook's URL cannot be read".to_owned())?;
        let host = uri.host().ok_or_else(|| "the webhook's URL has no host".to_owned())?.to_owned();
        let roots = HttpsConnectorBuilder::new().with_native_roots();
        let roots = roots.map_err(|e| format!("no root certificates for the webhook: {e}"))?;
        let client =
            Client::builder(TokioExecutor::new()).build(roots.https_or_http().enable_http1().build());
        Ok(Self { client, uri, host })
    }

    /// Delivers a body, or says in words why it could not.
    pub(super) async fn send(&self, body: &str) -> Result<(), String> {
        let mut waits = WAITS.into_iter();
        loop {
            let why = match self.try_once(body).await {
                Ok(()) => return Ok(()),
                Err(Failed::ForGood(why)) => return Err(why),
                Err(Failed::Again(why)) => why,
            };
            let Some(wait) = waits.next() else {
                return Err(format!("{why}, {} times", WAITS.len() + 1));
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn try_once(&self, body: &str) -> Result<(), Failed> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.uri)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())));
        let request = request.map_err(|e| Failed::ForGood(e.to_string()))?;
        let answer = tokio::time::timeout(PATIENCE, self.client.request(request)).await;
        let host = &self.host;
        match answer {
            Err(_) => Err(Failed::Again(format!("{host} did not answer in {} s", PATIENCE.as_secs()))),
            Ok(Err(error)) => Err(Failed::Again(format!("{host} cannot be reached: {}", deepest(&error)))),
            Ok(Ok(answer)) => judge(host, answer.status()),
        }
    }
}

fn judge(host: &str, status: StatusCode) -> Result<(), Failed> {
    let why = || format!("{host} answered {status}");
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Err(Failed::Again(why())),
        status if status.is_server_error() => Err(Failed::Again(why())),
        _ => Err(Failed::ForGood(why())),
    }
}

/// The words of the first cause.
fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |e| (*e).source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}
