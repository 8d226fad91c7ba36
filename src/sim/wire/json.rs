//! JSON bodies, for awsJson and restJson.
//!
//! It must never guess types: a number stays a number, a moment is epoch seconds.

use serde_json::{Map, Number};

use super::value::time_to_seconds;
use super::{Record, Refusal, Value};

/// Reads a JSON object; an empty body is an empty record.
pub(super) fn read(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Record::new().into());
    }
    match serde_json::from_slice(body) {
        Ok(json @ serde_json::Value::Object(_)) => Ok(from_json(json)),
        _ => Err(Refusal::new("SerializationException", "The body is not a JSON object")),
    }
}

/// The tree of a JSON value.
pub(crate) fn from_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Bool(flag),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => Value::List("member", items.into_iter().map(from_json).collect()),
        serde_json::Value::Object(members) => {
            Value::Record(Record(members.into_iter().map(|(key, value)| (key, from_json(value))).collect()))
        }
    }
}

/// The JSON value of a tree.
pub(crate) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => number_of(*number),
        Value::Text(text) => text.as_str().into(),
        Value::Time(time) => number_of(time_to_seconds(*time)),
        Value::List(_, items) => items.iter().map(to_json).collect(),
        Value::Record(record) => {
            let members = record.0.iter().map(|(key, value)| (key.clone(), to_json(value)));
            serde_json::Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

fn number_of(number: f64) -> serde_json::Value {
    Number::from_f64(number).map_or(serde_json::Value::Null, serde_json::Value::Number)
}
