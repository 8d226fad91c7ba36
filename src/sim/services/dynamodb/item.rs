//! One item: read, put, updated, deleted, each under its condition.
//!
//! It must never write when the condition does not hold, nor look at another Region's copy.

use serde_json::Value as Json;

use super::condition::Condition;
use super::expression::{Bindings, Path};
use super::update::Update;
use super::{attribute, invalid, query, table};
use crate::sim::services::Call;
use crate::sim::wire::{Record, Refusal, Value, from_json, to_json};
use crate::sim::world::World;
use crate::sim::world::table::{Consistency, Item, Table};

/// Parameters from before there were expressions.
const LEGACY: [&str; 6] = [
    "Expected",
    "AttributeUpdates",
    "AttributesToGet",
    "ConditionalOperator",
    "KeyConditions",
    "QueryFilter",
];

/// Refuses the parameters that expressions have replaced.
pub(super) fn no_legacy(call: &Call) -> Result<(), Refusal> {
    match LEGACY.into_iter().find(|name| call.input.get(name).is_some()) {
        Some(name) => {
            Err(invalid(format!("The simulator has expressions only; {name} is from before them.")))
        }
        None => Ok(()),
    }
}

/// A map member of the request as an item, every attribute checked.
fn item_of(call: &Call, name: &str) -> Result<Item, Refusal> {
    let json = call.input.get(name).map(to_json).ok_or_else(|| call.service.missing(name))?;
    let Json::Object(item) = json else { return Err(call.service.missing(name)) };
    attribute::check_item(&item)?;
    Ok(item)
}

/// Refuses a strong read of a strongly consistent table in a Region that reaches neither another one nor a witness.
pub(super) fn readable(world: &World, call: &Call, table: &Table, region: usize) -> Result<(), Refusal> {
    let strong =
        call.input.flag("ConsistentRead").unwrap_or(false) && table.consistency == Consistency::Strong;
    if strong && table.witness.is_none() && world.isolated(region) {
        let words = "The replica cannot reach another Region, so a strongly consistent read is not possible.";
        return Err(Refusal::new("InternalServerError", words).status(500));
    }
    Ok(())
}

/// The names of the key attributes.
fn key_names(table: &Table) -> impl Iterator<Item = &str> {
    std::iter::once(table.hash_key.as_str()).chain(table.range_key.as_deref())
}

/// The `Key` of the request: exactly the key attributes, all of them strings.
pub(super) fn key_of(call: &Call, table: &Table, name: &str) -> Result<Item, Refusal> {
    let key = item_of(call, name)?;
    let fits = key.len() == key_names(table).count()
        && key_names(table).all(|name| key.get(name).is_some_and(|value| value.get("S").is_some()));
    if fits { Ok(key) } else { Err(invalid("The provided key element does not match the schema")) }
}

/// What is stored under the key, and the place of it.
fn stored(table: &Table, region: usize, key: &Item) -> Result<(String, Option<Item>), Refusal> {
    let place =
        table.key_of(key).ok_or_else(|| invalid("The provided key element does not match the schema"))?;
    let item = table.item(region, &place).cloned();
    Ok((place, item))
}

/// Answers `GetItem`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, Refusal> {
    no_legacy(call)?;
    let (table, region) = table(world, call)?;
    readable(world, call, table, region)?;
    let key = key_of(call, table, "Key")?;
    let mut bindings = Bindings::of(call)?;
    let projection = query::projection(call, &mut bindings)?;
    bindings.all_used()?;
    let (_, item) = stored(table, region, &key)?;
    let item = item.map(|item| query::project(&item, projection.as_deref()));
    let answer = Record::new().maybe("Item", item.map(|item| from_json(Json::Object(item))));
    Ok(capacity(answer, call, table, 0.5).into())
}

/// With the capacity it took, if the caller asks.
pub(super) fn capacity(answer: Record, call: &Call, table: &Table, units: f64) -> Record {
    match call.input.text("ReturnConsumedCapacity") {
        None | Some("NONE") => answer,
        Some(_) => {
            let used = Record::new().with("TableName", table.name.as_str()).with("CapacityUnits", units);
            answer.with("ConsumedCapacity", used)
        }
    }
}

/// The condition of a write; none holds always.
fn condition(call: &Call, bindings: &mut Bindings) -> Result<Option<Condition>, Refusal> {
    let text = call.input.text("ConditionExpression");
    text.map(|text| Condition::read("ConditionExpression", text, bindings)).transpose()
}

/// Refuses the write if its condition does not hold for what is stored.
fn holds(call: &Call, condition: Option<&Condition>, stored: Option<&Item>) -> Result<(), Refusal> {
    let nothing = Item::new();
    if condition.is_none_or(|condition| condition.holds(stored.unwrap_or(&nothing))) {
        return Ok(());
    }
    let refusal = Refusal::new("ConditionalCheckFailedException", "The conditional request failed");
    let shown = call.input.text("ReturnValuesOnConditionCheckFailure") == Some("ALL_OLD");
    match stored.filter(|_| shown) {
        Some(item) => Err(refusal.member("Item", from_json(Json::Object(item.clone())))),
        None => Err(refusal),
    }
}

/// The `ReturnValues` of the request, one of those this operation knows.
fn return_values<'a>(call: &'a Call, known: &[&str]) -> Result<&'a str, Refusal> {
    let asked = call.input.text("ReturnValues").unwrap_or("NONE");
    if known.contains(&asked) {
        return Ok(asked);
    }
    Err(invalid(format!(
        "Return values set to invalid value; {} can be {}.",
        call.operation,
        known.join(", ")
    )))
}

fn attributes(answer: Record, item: Option<Item>) -> Record {
    answer.maybe("Attributes", item.filter(|item| !item.is_empty()).map(|item| from_json(Json::Object(item))))
}

/// Writes and answers.
fn write(world: &mut World, call: &Call, place: &str, item: Option<&Item>) -> Result<(), Refusal> {
    let (table, region) = table(world, call)?;
    let name = table.name.clone();
    world.write_item(region, &name, place, item).map_err(|error| call.service.refusal(error))
}

/// Answers `PutItem`.
pub(super) fn put(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    no_legacy(call)?;
    let returns = return_values(call, &["NONE", "ALL_OLD"])?;
    let (table, region) = table(world, call)?;
    let item = item_of(call, "Item")?;
    if let Some(name) = key_names(table).find(|name| !item.contains_key(*name)) {
        let words = format!("One or more parameter values were invalid: Missing the key {name} in the item");
        return Err(invalid(words));
    }
    if let Some(name) =
        key_names(table).find(|name| item.get(*name).is_none_or(|value| value.get("S").is_none()))
    {
        let words =
            format!("One or more parameter values were invalid: Type mismatch for key {name} expected: S");
        return Err(invalid(words));
    }
    let mut bindings = Bindings::of(call)?;
    let condition = condition(call, &mut bindings)?;
    bindings.all_used()?;
    let (place, old) = stored(table, region, &item)?;
    holds(call, condition.as_ref(), old.as_ref())?;
    let answer = attributes(Record::new(), old.filter(|_| returns == "ALL_OLD"));
    let answer = capacity(answer, call, table, 1.0);
    write(world, call, &place, Some(&item))?;
    Ok(answer.into())
}

/// Answers `DeleteItem`; an item that is not there is deleted as well.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    no_legacy(call)?;
    let returns = return_values(call, &["NONE", "ALL_OLD"])?;
    let (table, region) = table(world, call)?;
    let key = key_of(call, table, "Key")?;
    let mut bindings = Bindings::of(call)?;
    let condition = condition(call, &mut bindings)?;
    bindings.all_used()?;
    let (place, old) = stored(table, region, &key)?;
    holds(call, condition.as_ref(), old.as_ref())?;
    let answer = attributes(Record::new(), old.filter(|_| returns == "ALL_OLD"));
    let answer = capacity(answer, call, table, 1.0);
    write(world, call, &place, None)?;
    Ok(answer.into())
}

/// Answers `UpdateItem`; an item that is not there is made from its key.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    no_legacy(call)?;
    let returns = return_values(call, &["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"])?;
    let (table, region) = table(world, call)?;
    let key = key_of(call, table, "Key")?;
    let mut bindings = Bindings::of(call)?;
    let text = call.input.text("UpdateExpression");
    let update = text.map(|text| Update::read(text, &mut bindings)).transpose()?;
    let condition = condition(call, &mut bindings)?;
    bindings.all_used()?;
    let touched = update.as_ref().map(Update::touched).unwrap_or_default();
    if let Some(name) = key_names(table).find(|name| touched.contains(name)) {
        let words = format!("Cannot update attribute {name}. This attribute is part of the key");
        return Err(invalid(format!("One or more parameter values were invalid: {words}")));
    }
    let (place, old) = stored(table, region, &key)?;
    holds(call, condition.as_ref(), old.as_ref())?;
    let before = old.clone().unwrap_or(key);
    let new = update.as_ref().map_or_else(|| Ok(before.clone()), |update| update.apply(&before))?;
    attribute::check_item(&new)?;
    let paths: Vec<Path> = touched.iter().map(|name| Path(vec![(*name).to_owned()])).collect();
    let shown = match returns {
        "ALL_OLD" => old,
        "ALL_NEW" => Some(new.clone()),
        "UPDATED_OLD" => old.map(|old| query::project(&old, Some(&paths))),
        "UPDATED_NEW" => Some(query::project(&new, Some(&paths))),
        _ => None,
    };
    let answer = capacity(attributes(Record::new(), shown), call, table, 1.0);
    write(world, call, &place, Some(&new))?;
    Ok(answer.into())
}
