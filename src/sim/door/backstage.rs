//! Behind the scenes: the truth, faults and time of the simulated world, as JSON under `/_sim/`.
//!
//! It must never be reachable from another machine; the HTTP door sees to that.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

use crate::sim::Sim;
use crate::sim::fault::Injection;

/// The most one call may advance: a day of virtual time.
const LONGEST_ADVANCE: f64 = 86_400.0;

/// Whether the request is for this part and not for a service.
pub(super) fn is_for(request: &Request<Bytes>) -> bool {
    request.uri().path().starts_with("/_sim/")
}

/// The answer for a caller on another machine.
pub(super) fn not_from_here() -> Response<Bytes> {
    error(StatusCode::FORBIDDEN, "/_sim answers on loopback only.")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

impl Sim {
    /// Answers `GET /_sim/state`, `GET /_sim/writes`, `POST /_sim/inject` and `POST /_sim/advance`; none of another path.
    pub(in crate::sim) fn backstage(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        if !is_for(request) {
            return None;
        }
        Some(match (request.method(), request.uri().path()) {
            (&Method::GET, "/_sim/state") => self.state_answer(),
            (&Method::POST, "/_sim/inject") => self.inject_answer(request.body()),
            (&Method::POST, "/_sim/advance") => self.advance_answer(request.body()),
            (&Method::GET, "/_sim/writes") => answer(StatusCode::OK, &json!(self.writes())),
            (_, "/_sim/state" | "/_sim/writes" | "/_sim/inject" | "/_sim/advance") => error(
                StatusCode::METHOD_NOT_ALLOWED,
                "state and writes are read with GET; inject and advance take POST.",
            ),
            _ => error(
                StatusCode::NOT_FOUND,
                "There are /_sim/state, /_sim/writes, /_sim/inject and /_sim/advance.",
            ),
        })
    }

    fn state_answer(&self) -> Response<Bytes> {
        answer(StatusCode::OK, &self.truth())
    }

    fn inject_answer(&self, body: &[u8]) -> Response<Bytes> {
        let injection: Injection = match serde_json::from_slice(body) {
            Ok(injection) => injection,
            Err(problem) => {
                return error(StatusCode::BAD_REQUEST, &format!("This is not a fault: {problem}."));
            }
        };
        if let Err(problem) = self.look(|world| world.understands(&injection.fault)) {
            return error(StatusCode::BAD_REQUEST, &format!("This fault cannot be: {problem}."));
        }
        answer(StatusCode::OK, &json!({ "id": self.inject(&injection) }))
    }

    fn advance_answer(&self, body: &[u8]) -> Response<Bytes> {
        match serde_json::from_slice::<Advance>(body) {
            Ok(Advance { seconds }) if (0.0..=LONGEST_ADVANCE).contains(&seconds) => {
                self.advance(Duration::from_secs_f64(seconds));
                answer(StatusCode::OK, &json!({ "now": self.now().to_string() }))
            }
            Ok(_) => error(StatusCode::BAD_REQUEST, "seconds must be between 0 and 86400."),
            Err(problem) => error(StatusCode::BAD_REQUEST, &format!("Send {{\"seconds\": N}}: {problem}.")),
        }
    }
}

fn error(status: StatusCode, words: &str) -> Response<Bytes> {
    answer(status, &json!({ "error": words }))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}
