//! The door without a socket: a request goes in, a response comes out, on whatever clock tokio has.
//!
//! It must never import the SDK: whoever tests with the SDK wraps [`Sim::call`] in its HTTP client seam.

use bytes::Bytes;

use crate::sim::{Answer, Sim};

/// The connection broke before an answer came; the call may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection was closed before an answer came")]
pub struct Dropped;

impl Sim {
    /// Sends one request; a hung endpoint never returns, so the caller's time-out decides.
    ///
    /// # Errors
    /// [`Dropped`] when the connection breaks before the answer.
    pub async fn call(&self, request: ::http::Request<Bytes>) -> Result<::http::Response<Bytes>, Dropped> {
        match self.handle(request).await {
            Answer::Response(response) => Ok(response),
            Answer::Dropped => Err(Dropped),
            Answer::Hung => std::future::pending().await,
        }
    }
}
