//! What an SDK error means: one mapping for all services, to a [`Trouble`] and to whether a request was served.
//!
//! It must never turn "it may have happened" into "it did not".

use std::error::Error;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use hyper_util::client::legacy::Error as ClientError;

use super::wallet::NoCredentials;
use crate::model::reading::{Trouble, TroubleKind};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What the operator is told.
    pub(super) trouble: Trouble,
    /// How far the request came.
    pub(super) reach: Reach,
    /// The service's error code, if it gave one.
    pub(super) code: Option<String>,
}

/// How far a request came, which decides whether a write may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It never left.
    Never,
    /// It left, or may have; nothing tells what came of it.
    Perhaps,
    /// The service answered that it did not do it.
    Answered,
}

/// Reads an SDK error.
pub(super) fn fault<E>(error: &SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            answered(context.err(), status, error.request_id().map(str::to_owned))
        }
        SdkError::TimeoutError(_) => {
            without_answer(TroubleKind::TimedOut, Reach::Perhaps, "no answer in time")
        }
        SdkError::DispatchFailure(failure) => {
            unsent(error).unwrap_or_else(|| broken(error, failure.is_timeout()))
        }
        SdkError::ResponseError(context) => {
            let status = context.raw().status().as_u16();
            let text = format!("HTTP {status} with an answer that cannot be read: {}", deepest(error));
            let trouble = Trouble {
                kind: TroubleKind::Faulty,
                text,
                request_id: error.request_id().map(str::to_owned),
            };
            Fault { trouble, reach: Reach::Perhaps, code: None }
        }
        _ => unsent(error)
            .unwrap_or_else(|| without_answer(TroubleKind::Refused, Reach::Never, &deepest(error))),
    }
}

/// The same for a read, of which only the trouble matters.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(super) fn trouble<E>(error: SdkError<E, HttpResponse>) -> Trouble
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fault(&error).trouble
}

fn answered(error: &impl ProvideErrorMetadata, status: u16, request_id: Option<String>) -> Fault {
    let code = error.code().unwrap_or_default();
    let kind = kind_of(code, status);
    let text = match (code, error.message()) {
        ("", message) => format!("HTTP {status} {}", message.unwrap_or_default()).trim_end().to_owned(),
        (code, Some(message)) => format!("{code}: {message}"),
        (code, None) => code.to_owned(),
    };
    // A service that failed on its own may have failed after it did the work.
    let reach = if kind == TroubleKind::Faulty { Reach::Perhaps } else { Reach::Answered };
    let code = (!code.is_empty()).then(|| code.to_owned());
    Fault { trouble: Trouble { kind, text, request_id }, reach, code }
}

/// The kind of a service's answer, by its code and, for an unknown one, by its HTTP status.
fn kind_of(code: &str, status: u16) -> TroubleKind {
    match code {
        "EndpointTemporarilyUnavailableException" => TroubleKind::EndpointAway,
        "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "ProvisionedThroughputExceededException"
        | "BandwidthLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException" => TroubleKind::Throttled,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => {
            TroubleKind::Expired
        }
        "UnauthorizedOperation"
        | "UnauthorizedAccess"
        | "NotAuthorized"
        | "AuthFailure"
        | "OptInRequired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => TroubleKind::Denied,
        code if code.starts_with("Throttl") => TroubleKind::Throttled,
        code if code.starts_with("AccessDenied") => TroubleKind::Denied,
        code if code.starts_with("Internal") || code.starts_with("ServiceUnavailable") => TroubleKind::Faulty,
        code if code.contains("NotFound") || code.starts_with("NoSuch") => TroubleKind::NotFound,
        _ => kind_of_status(status),
    }
}

fn kind_of_status(status: u16) -> TroubleKind {
    match status {
        401 | 403 => TroubleKind::Denied,
        404 => TroubleKind::NotFound,
        429 => TroubleKind::Throttled,
        400..=499 => TroubleKind::Refused,
        _ => TroubleKind::Faulty,
    }
}

/// A call that never left because there is nobody to sign it.
fn unsent(error: &(dyn Error + 'static)) -> Option<Fault> {
    let none = find::<NoCredentials>(error)?;
    Some(without_answer(none.kind, Reach::Never, &none.text))
}

fn broken(error: &(dyn Error + 'static), timed_out: bool) -> Fault {
    if find::<ClientError>(error).is_some_and(ClientError::is_connect) {
        return without_answer(TroubleKind::Unreachable, Reach::Never, &deepest(error));
    }
    let kind = if timed_out { TroubleKind::TimedOut } else { TroubleKind::Unreachable };
    without_answer(kind, Reach::Perhaps, &deepest(error))
}

fn without_answer(kind: TroubleKind, reach: Reach, text: &str) -> Fault {
    Fault { trouble: Trouble { kind, text: text.to_owned(), request_id: None }, reach, code: None }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    std::iter::successors(Some(error), |e| (*e).source()).find_map(|e| e.downcast_ref())
}

/// The words of the first cause; what wraps it only says that something failed.
fn deepest(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |e| (*e).source()).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_every_protocol_are_told_apart() {
        use TroubleKind::{Denied, EndpointAway, Expired, Faulty, NotFound, Refused, Throttled};
        for (code, status, kind) in [
            ("Throttling", 400, Throttled),
            ("ThrottlingException", 400, Throttled),
            ("ThrottledException", 429, Throttled),
            ("RequestLimitExceeded", 503, Throttled),
            ("PriorRequestNotComplete", 400, Throttled),
            ("AccessDenied", 403, Denied),
            ("AccessDeniedException", 400, Denied),
            ("UnrecognizedClientException", 400, Denied),
            ("InvalidClientTokenId", 403, Denied),
            ("ExpiredToken", 403, Expired),
            ("ExpiredTokenException", 400, Expired),
            ("EndpointTemporarilyUnavailableException", 503, EndpointAway),
            ("ResourceNotFoundException", 400, NotFound),
            ("GlobalClusterNotFoundFault", 404, NotFound),
            ("NoSuchHostedZone", 404, NotFound),
            ("ConflictException", 409, Refused),
            ("ValidationException", 400, Refused),
            ("InvalidGlobalClusterStateFault", 400, Refused),
            ("InternalServerException", 500, Faulty),
            ("InternalServerException", 400, Faulty),
            ("ServiceUnavailable", 503, Faulty),
            ("SomethingNew", 503, Faulty),
            ("SomethingNew", 429, Throttled),
            ("SomethingNew", 401, Denied),
            ("SomethingNew", 418, Refused),
            ("", 404, NotFound),
        ] {
            assert_eq!(kind_of(code, status), kind, "{code} {status}");
        }
    }

    #[test]
    fn a_service_that_broke_may_have_done_it() {
        let error =
            aws_sdk_sts::error::ErrorMetadata::builder().code("InternalFailure").message("oh").build();
        assert_eq!(answered(&error, 500, None).reach, Reach::Perhaps);
        let error = aws_sdk_sts::error::ErrorMetadata::builder().code("ConflictException").build();
        assert_eq!(answered(&error, 409, None).reach, Reach::Answered);
    }
}
