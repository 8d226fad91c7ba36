//! The credential scope of a signed request: which service and Region it is for.
//!
//! It must never check a signature: the simulator has no secrets, any key is good.

use http::HeaderMap;

/// What the signature says a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The access key id.
    pub(crate) key: String,
    /// The Region that was signed for.
    pub(crate) region: String,
    /// The signing name of the service.
    pub(crate) service: String,
}

/// Why a request has no usable scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsigned {
    /// There is no Authorization header.
    Missing,
    /// The header is there and cannot be read.
    Garbled,
}

/// Reads the scope from `Authorization: AWS4-HMAC-SHA256 Credential=key/date/region/service/aws4_request, …`.
pub(crate) fn scope_of(headers: &HeaderMap) -> Result<Scope, Unsigned> {
    let header = headers.get(http::header::AUTHORIZATION).ok_or(Unsigned::Missing)?;
    let header = header.to_str().map_err(|_| Unsigned::Garbled)?;
    let fields = header.strip_prefix("AWS4-HMAC-SHA256").ok_or(Unsigned::Garbled)?;
    let field =
        |name: &str| fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
    let complete = field("SignedHeaders").is_some() && field("Signature").is_some();
    let credential = field("Credential").filter(|_| complete).ok_or(Unsigned::Garbled)?;
    match credential.split('/').collect::<Vec<_>>().as_slice() {
        [key, _date, region, service, "aws4_request"] if !key.is_empty() => {
            Ok(Scope { key: (*key).to_owned(), region: (*region).to_owned(), service: (*service).to_owned() })
        }
        _ => Err(Unsigned::Garbled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(http::header::AUTHORIZATION, http::HeaderValue::from_static(value))])
    }

    #[test]
    fn the_scope_is_read_from_the_credential() {
        let scope = scope_of(&headers(
            "AWS4-HMAC-SHA256 Credential=AKID/20260301/us-west-2/rds/aws4_request, SignedHeaders=host, Signature=00",
        ));
        let expected = Scope { key: "AKID".into(), region: "us-west-2".into(), service: "rds".into() };
        assert_eq!(scope, Ok(expected));
    }

    #[test]
    fn what_is_not_a_full_scope_is_garbled() {
        for value in [
            "Bearer x",
            "AWS4-HMAC-SHA256 Credential=AKID/20260301/us-west-2/aws4_request, SignedHeaders=host, Signature=00",
            "AWS4-HMAC-SHA256 Credential=AKID/20260301/us-west-2/rds/aws4_request",
        ] {
            assert_eq!(scope_of(&headers(value)), Err(Unsigned::Garbled), "{value}");
        }
        assert_eq!(scope_of(&HeaderMap::new()), Err(Unsigned::Missing));
    }
}
