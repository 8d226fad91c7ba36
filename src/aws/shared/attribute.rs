//! Items as DynamoDB's attributes, and back.
//!
//! An attribute of another type than text and whole number is another program's and makes the item unreadable.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::ledger::shared::{Item, Key, Value};
use crate::model::reading::{Trouble, TroubleKind};

pub(super) fn key(key: &Key) -> (AttributeValue, AttributeValue) {
    (AttributeValue::S(key.pk.clone()), AttributeValue::S(key.sk.clone()))
}

pub(super) fn value(value: &Value) -> AttributeValue {
    match value {
        Value::Text(text) => AttributeValue::S(text.clone()),
        Value::Number(number) => AttributeValue::N(number.to_string()),
    }
}

pub(super) fn write(item: &Item) -> HashMap<String, AttributeValue> {
    let (pk, sk) = key(&item.key);
    let values = item.values.iter().map(|(name, of)| (name.clone(), value(of)));
    values.chain([("pk".to_owned(), pk), ("sk".to_owned(), sk)]).collect()
}

pub(super) fn read(item: &HashMap<String, AttributeValue>) -> Result<Item, Trouble> {
    let mut read = Item::new(Key::new("", ""));
    for (name, value) in item {
        let value = match value {
            AttributeValue::S(text) => Value::Text(text.clone()),
            AttributeValue::N(number) => Value::Number(number.parse().map_err(|_| strange(name))?),
            _ => return Err(strange(name)),
        };
        match (name.as_str(), value) {
            ("pk", Value::Text(pk)) => read.key.pk = pk,
            ("sk", Value::Text(sk)) => read.key.sk = sk,
            (_, value) => drop(read.values.insert(name.clone(), value)),
        }
    }
    Ok(read)
}

fn strange(name: &str) -> Trouble {
    let text = format!("an item of the shared table has an attribute `{name}` that is not pointsman's");
    Trouble { kind: TroubleKind::Faulty, text, request_id: None }
}
