//! The wire protocols of AWS: a request becomes an operation with its input, an answer becomes bytes.
//!
//! Every service speaks in one tree, [`Value`]; this module frames that tree as awsJson, awsQuery, restXml,
//! restJson or rpc-v2-cbor.
//! It must never know what an operation means, touch the world, or share code with the SDK it is read by.

mod auth;
mod cbor;
mod frame;
mod json;
mod query;
mod refusal;
mod value;
mod xml;

pub(crate) use auth::{Scope, Unsigned, scope_of};
pub(crate) use frame::{Protocol, answer, body_of};
pub(crate) use json::{from_json, to_json};
pub(crate) use refusal::Refusal;
pub(crate) use value::{Record, Value};

/// Reads a JSON body; an empty one is an empty record.
pub(crate) fn read_json(body: &[u8]) -> Result<Value, Refusal> {
    json::read(body)
}

/// Reads a CBOR body; an empty one is an empty record.
pub(crate) fn read_cbor(body: &[u8]) -> Result<Value, Refusal> {
    cbor::read(body)
}

/// Reads a form-encoded query body into a tree; `Action` and `Version` are in it.
pub(crate) fn read_query(body: &[u8]) -> Value {
    query::read(body)
}

/// Reads an XML body; the root element's children are the members of the record.
pub(crate) fn read_xml(body: &[u8]) -> Result<Value, Refusal> {
    xml::read(body)
}
