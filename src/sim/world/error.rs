//! What a refused call gets back, as data: the service modules only put it on the wire.
//! It must never know a protocol.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// An AWS error: the HTTP status, the code as the service sends it, the sentence, and the members beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ApiError {
    /// HTTP status of the answer.
    pub status: u16,
    /// The code on the wire, without a namespace (`ConflictException`, `DBClusterNotFoundFault`).
    pub code: String,
    /// The sentence for a person.
    pub message: String,
    /// Further members of the error shape, by their wire name (`resourceId`, `retryAfterSeconds`).
    pub members: Map<String, Value>,
}

impl ApiError {
    /// An error with no members beside its message.
    #[must_use]
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), members: Map::new() }
    }

    /// The same error with one more member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// An ARC `ValidationException` about one field.
    #[must_use]
    pub fn invalid_field(field: &str, message: &str) -> Self {
        Self::new(400, "ValidationException", message)
            .with("reason", "fieldValidationFailed")
            .with("fields", json!([{ "name": field, "message": message }]))
    }

    /// Whether the fault lies with the service (status 500 and up) and not with the caller.
    #[must_use]
    pub fn is_server_fault(&self) -> bool {
        self.status >= 500
    }
}
