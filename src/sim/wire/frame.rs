//! From a result to an HTTP answer, in each protocol's frame.
//!
//! It must never choose a status or a code: the [`Refusal`] brings them.

use std::io::Read;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use jiff::Timestamp;

use super::{Record, Refusal, Value, cbor, to_json, xml};

/// How a service frames its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON over POST with a target header.
    AwsJson {
        /// `1.0` or `1.1`, in the content type.
        version: &'static str,
        /// What stands before `#` in an error's `__type`; none if empty.
        namespace: &'static str,
        /// Whether answers carry `x-amz-crc32` (DynamoDB does).
        crc32: bool,
    },
    /// Form in, XML out.
    Query {
        /// The XML namespace of the service's version.
        namespace: &'static str,
    },
    /// CBOR over POST with the operation in the path.
    Cbor {
        /// What stands before `#` in an error's `__type`.
        namespace: &'static str,
    },
    /// XML with methods and paths.
    RestXml {
        /// The XML namespace of the service's version.
        namespace: &'static str,
    },
    /// JSON with methods and paths.
    RestJson,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");
const CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");
const SMITHY_PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");

/// The HTTP answer for one operation's result; `Value::Null` is an operation without output.
pub(crate) fn answer(
    protocol: Protocol,
    operation: &str,
    result: &Result<Value, Refusal>,
    request_id: &str,
    now: Timestamp,
) -> http::Response<Bytes> {
    let status = result.as_ref().map_or_else(|refusal| refusal.status, |_| 200);
    let body = match result {
        Ok(value) => success(protocol, operation, value, request_id),
        Err(refusal) => failure(protocol, refusal, request_id),
    };
    let mut response = http::Response::new(Bytes::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::BAD_REQUEST);
    let content_type = content_type(protocol);
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    set(&mut response, CONTENT_TYPE, content_type);
    set(&mut response, DATE, &date);
    set(&mut response, REQUEST_ID, request_id);
    decorate(&mut response, protocol, result.as_ref().err());
    response
}

fn decorate(response: &mut http::Response<Bytes>, protocol: Protocol, refusal: Option<&Refusal>) {
    match protocol {
        Protocol::AwsJson { crc32: true, .. } => {
            let sum = crc32fast::hash(response.body()).to_string();
            set(response, CRC32, &sum);
        }
        Protocol::Cbor { .. } => set(response, SMITHY_PROTOCOL, "rpc-v2-cbor"),
        _ => {}
    }
    let Some(refusal) = refusal else { return };
    match (protocol, refusal.query_code.as_deref()) {
        (Protocol::RestJson, _) => set(response, ERROR_TYPE, &refusal.code),
        (Protocol::AwsJson { .. } | Protocol::Cbor { .. }, Some(code)) => {
            set(response, QUERY_ERROR, &format!("{code};{}", refusal.side()));
        }
        _ => {}
    }
}

fn set(response: &mut http::Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn content_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AwsJson { version: "1.1", .. } => "application/x-amz-json-1.1",
        Protocol::AwsJson { .. } => "application/x-amz-json-1.0",
        Protocol::Query { .. } | Protocol::RestXml { .. } => "text/xml",
        Protocol::Cbor { .. } => "application/cbor",
        Protocol::RestJson => "application/json",
    }
}

fn success(protocol: Protocol, operation: &str, value: &Value, request_id: &str) -> Vec<u8> {
    let or_empty = || match value {
        Value::Null => Record::new().into(),
        value => value.clone(),
    };
    match protocol {
        Protocol::AwsJson { .. } if *value == Value::Null => Vec::new(),
        Protocol::AwsJson { .. } | Protocol::RestJson => to_json(&or_empty()).to_string().into_bytes(),
        Protocol::Cbor { .. } => cbor::write(&or_empty()),
        Protocol::RestXml { namespace } => xml::write(&format!("{operation}Response"), namespace, value),
        Protocol::Query { namespace } => {
            let result = match value {
                Value::Null => Record::new(),
                value => Record::new().with(format!("{operation}Result"), value.clone()),
            };
            let metadata = Record::new().with("RequestId", request_id);
            let document = result.with("ResponseMetadata", metadata).into();
            xml::write(&format!("{operation}Response"), namespace, &document)
        }
    }
}

fn failure(protocol: Protocol, refusal: &Refusal, request_id: &str) -> Vec<u8> {
    match protocol {
        Protocol::AwsJson { namespace, .. } => to_json(&typed(namespace, refusal)).to_string().into_bytes(),
        Protocol::Cbor { namespace } => cbor::write(&typed(namespace, refusal)),
        Protocol::RestJson => {
            to_json(&with_extra(Record::new().with("message", refusal.message.as_str()), refusal))
                .to_string()
                .into_bytes()
        }
        Protocol::Query { namespace } | Protocol::RestXml { namespace } => {
            let error = Record::new()
                .with("Type", refusal.side())
                .with("Code", refusal.query_code.as_deref().unwrap_or(&refusal.code))
                .with("Message", refusal.message.as_str());
            let document =
                Record::new().with("Error", with_extra(error, refusal)).with("RequestId", request_id).into();
            xml::write("ErrorResponse", namespace, &document)
        }
    }
}

fn typed(namespace: &str, refusal: &Refusal) -> Value {
    let code = match namespace {
        "" => refusal.code.clone(),
        namespace => format!("{namespace}#{}", refusal.code),
    };
    let error = Record::new().with("__type", code);
    // A model that spells it with a capital letter brings it along.
    let error = match refusal.extra.get("Message") {
        Some(_) => error,
        None => error.with("message", refusal.message.as_str()),
    };
    with_extra(error, refusal)
}

fn with_extra(mut record: Record, refusal: &Refusal) -> Value {
    record.0.extend(refusal.extra.0.iter().cloned());
    record.into()
}

/// The most bytes a compressed body may unfold to.
const BODY_LIMIT: u64 = 16 * 1024 * 1024;

/// The body as it was before compression; `CloudWatch` clients gzip large `PutMetricData` calls.
pub(crate) fn body_of(request: &http::Request<Bytes>) -> Result<Bytes, Refusal> {
    let encoding = request.headers().get(http::header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
    match encoding {
        None | Some(b"identity") => Ok(request.body().clone()),
        Some(b"gzip") => {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(request.body().as_ref())
                .take(BODY_LIMIT)
                .read_to_end(&mut plain)
                .map_err(|_| Refusal::new("SerializationException", "The gzip body cannot be read"))?;
            Ok(plain.into())
        }
        Some(_) => {
            Err(Refusal::new("SerializationException", "The content encoding is not supported").status(415))
        }
    }
}
