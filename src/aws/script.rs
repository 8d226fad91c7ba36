//! A transport for tests that answers by the book: what each URL says is a function, and what was sent is kept.

use std::fmt;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// What becomes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// An answer with this status and body.
    Says(u16, String),
    /// No answer ever.
    Hangs,
    /// The connection breaks after the request was sent.
    Breaks,
}

/// What was sent: where to, signed for which Region with which key, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) url: String,
    pub(crate) region: String,
    pub(crate) key: String,
    pub(crate) body: String,
}

type Book = dyn Fn(&Sent) -> Reply + Send + Sync;

/// The transport.
#[derive(Clone)]
pub(crate) struct Script {
    book: Arc<Book>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Script {
    pub(crate) fn new(book: impl Fn(&Sent) -> Reply + Send + Sync + 'static) -> Self {
        Self { book: Arc::new(book), sent: Arc::default() }
    }

    /// What it says to a request, which is not kept.
    pub(crate) fn reply(&self, sent: &Sent) -> Reply {
        (self.book)(sent)
    }

    /// Everything that was sent so far, in order.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl HttpClient for Script {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let signature = request.headers().get("authorization").unwrap_or_default();
        let mut scope = signature.split_once("Credential=").unwrap_or_default().1.split('/');
        let key = scope.next().unwrap_or_default().to_owned();
        let region = scope.nth(1).unwrap_or_default().to_owned();
        let sent = Sent { url: request.uri().to_owned(), region, key, body };
        let reply = (self.book)(&sent);
        self.sent.lock().unwrap().push(sent);
        HttpConnectorFuture::new(async move {
            match reply {
                Reply::Says(status, body) => {
                    let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
                    answer.headers_mut().insert("x-amzn-requestid", "request-1");
                    Ok(answer)
                }
                Reply::Hangs => std::future::pending().await,
                Reply::Breaks => Err(ConnectorError::io("connection reset".into())),
            }
        })
    }
}

/// The SDK's name of a call: `DescribeDBClusters` is `describe_db_clusters`.
pub(crate) fn snake(api: &str) -> String {
    let letters: Vec<char> = api.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        // `DBCluster` is `db_cluster`: a word begins where the one before ended, or where the next letter is small.
        let after_small = at > 0 && letters[at - 1].is_lowercase();
        let before_small = at > 0 && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_small || before_small) {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}
