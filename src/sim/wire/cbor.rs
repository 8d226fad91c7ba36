//! CBOR bodies, for rpc-v2-cbor.
//!
//! It must never accept what the protocol forbids: a moment is tag 1 over a number.

use ciborium::Value as Cbor;

use super::value::{seconds_to_time, time_to_seconds};
use super::{Record, Refusal, Value};

const EPOCH_TAG: u64 = 1;

/// Reads a CBOR map; an empty body is an empty record.
pub(super) fn read(body: &[u8]) -> Result<Value, Refusal> {
    let refused = || Refusal::new("SerializationException", "The body is not a CBOR map");
    if body.is_empty() {
        return Ok(Record::new().into());
    }
    let cbor: Cbor = ciborium::from_reader(body).map_err(|_| refused())?;
    from_cbor(cbor).filter(|value| value.as_record().is_some()).ok_or_else(refused)
}

fn from_cbor(cbor: Cbor) -> Option<Value> {
    Some(match cbor {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Integer(number) => Value::Int(number.try_into().ok()?),
        Cbor::Float(number) => Value::Float(number),
        Cbor::Text(text) => Value::Text(text),
        Cbor::Tag(EPOCH_TAG, inner) => Value::Time(moment(&inner)?),
        Cbor::Array(items) => {
            Value::List("member", items.into_iter().map(from_cbor).collect::<Option<Vec<_>>>()?)
        }
        Cbor::Map(members) => {
            let members = members.into_iter().map(|(key, value)| match key {
                Cbor::Text(key) => Some((key, from_cbor(value)?)),
                _ => None,
            });
            Value::Record(Record(members.collect::<Option<Vec<_>>>()?))
        }
        _ => return None,
    })
}

fn moment(inner: &Cbor) -> Option<jiff::Timestamp> {
    match inner {
        Cbor::Integer(seconds) => jiff::Timestamp::from_second((*seconds).try_into().ok()?).ok(),
        Cbor::Float(seconds) => seconds_to_time(*seconds),
        _ => None,
    }
}

/// The bytes of a tree.
pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A Vec takes every write, and our tree holds nothing CBOR cannot say.
    let _written = ciborium::into_writer(&to_cbor(value), &mut bytes);
    bytes
}

fn to_cbor(value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::Int(number) => Cbor::Integer((*number).into()),
        Value::Float(number) => Cbor::Float(*number),
        Value::Text(text) => Cbor::Text(text.clone()),
        Value::Time(time) => Cbor::Tag(EPOCH_TAG, Box::new(Cbor::Float(time_to_seconds(*time)))),
        Value::List(_, items) => Cbor::Array(items.iter().map(to_cbor).collect()),
        Value::Record(record) => {
            Cbor::Map(record.0.iter().map(|(key, value)| (Cbor::Text(key.clone()), to_cbor(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_survives_the_bytes() {
        let time: jiff::Timestamp = "2026-03-01T08:09:10.5Z".parse().unwrap();
        let tree: Value = Record::new()
            .with("Text", "é")
            .with("Int", -7)
            .with("Float", 1.25)
            .with("Time", time)
            .list("List", "member", [true, false])
            .into();
        assert_eq!(read(&write(&tree)), Ok(tree));
        assert!(read(&[0x01]).is_err());
        assert!(read(&[0xa1]).is_err());
    }
}
