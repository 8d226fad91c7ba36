//! `Query`: the items of one partition, in the order of their sort key; and projections.
//!
//! It must never scan: the partition key has to be given.

use serde_json::{Map, Value as Json, json};

use super::attribute::order;
use super::condition::{Comparator, Condition};
use super::expression::{Bindings, Cursor, Operand, Path};
use super::{invalid, item, table};
use crate::sim::services::Call;
use crate::sim::wire::{Record, Refusal, Value, from_json, to_json};
use crate::sim::world::World;
use crate::sim::world::table::{Item, Table};

/// The paths of the `ProjectionExpression`, if there is one.
pub(super) fn projection(call: &Call, bindings: &mut Bindings) -> Result<Option<Vec<Path>>, Refusal> {
    let Some(text) = call.input.text("ProjectionExpression") else { return Ok(None) };
    let mut cursor = Cursor::new("ProjectionExpression", text, bindings)?;
    let mut paths = vec![cursor.path()?];
    while cursor.take(",") {
        paths.push(cursor.path()?);
    }
    cursor.end()?;
    Ok(Some(paths))
}

/// The item with only what is at these paths, or all of it.
pub(super) fn project(item: &Item, paths: Option<&[Path]>) -> Item {
    let Some(paths) = paths else { return item.clone() };
    let mut out = Item::new();
    for path in paths {
        let Some(value) = path.find(item) else { continue };
        for depth in 1..path.0.len() {
            let above = Path(path.0.iter().take(depth).cloned().collect());
            if above.find(&out).is_none() {
                above.put(&mut out, Some(json!({ "M": Map::new() })));
            }
        }
        path.put(&mut out, Some(value.clone()));
    }
    out
}

/// The key condition, once it is known to be one: `hash = :v`, alone or with one condition on the sort key.
fn key_condition(call: &Call, table: &Table, bindings: &mut Bindings) -> Result<Condition, Refusal> {
    let Some(text) = call.input.text("KeyConditionExpression") else {
        return Err(invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ));
    };
    let condition = Condition::read("KeyConditionExpression", text, bindings)?;
    let (one, other) = match &condition {
        Condition::And(one, other) => (one.as_ref(), Some(other.as_ref())),
        single => (single, None),
    };
    let is_hash = |condition: &Condition| matches!(condition, Condition::Compare(Operand::Path(path), Comparator::Equal, Operand::Value(_)) if path.0 == [table.hash_key.clone()]);
    let rest = match (is_hash(one), other) {
        (true, rest) => rest,
        (false, Some(other)) if is_hash(other) => Some(one),
        _ => {
            let words = format!("Query condition missed key schema element: {}", table.hash_key);
            return Err(invalid(words));
        }
    };
    if rest.is_some_and(|rest| !is_range(rest, table)) {
        return Err(invalid("Query key condition not supported"));
    }
    Ok(condition)
}

fn is_range(condition: &Condition, table: &Table) -> bool {
    let path = match condition {
        Condition::Compare(Operand::Path(path), how, Operand::Value(_)) if *how != Comparator::NotEqual => {
            path
        }
        Condition::Between(Operand::Path(path), Operand::Value(_), Operand::Value(_))
        | Condition::BeginsWith(Operand::Path(path), Operand::Value(_)) => path,
        _ => return false,
    };
    table.range_key.as_ref().is_some_and(|range| path.0 == [range.clone()])
}

/// Answers `Query`.
pub(super) fn query(world: &World, call: &Call) -> Result<Value, Refusal> {
    item::no_legacy(call)?;
    let (table, region) = table(world, call)?;
    item::readable(world, call, table, region)?;
    if let Some(index) = call.input.text("IndexName") {
        return Err(invalid(format!("The table does not have the specified index: {index}")));
    }
    let mut bindings = Bindings::of(call)?;
    let key = key_condition(call, table, &mut bindings)?;
    let filter = call.input.text("FilterExpression");
    let filter = filter.map(|text| Condition::read("FilterExpression", text, &mut bindings)).transpose()?;
    let paths = projection(call, &mut bindings)?;
    bindings.all_used()?;
    let (scanned, last) = scanned(call, table, table.items(region).filter(|item| key.holds(item)).collect())?;
    let found: Vec<Item> = scanned
        .iter()
        .filter(|item| filter.as_ref().is_none_or(|filter| filter.holds(item)))
        .map(|item| project(item, paths.as_deref()))
        .collect();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let counts = (count(found.len()), count(scanned.len()));
    let answer = match call.input.text("Select") {
        Some("COUNT") => Record::new(),
        _ => {
            Record::new().list("Items", "member", found.into_iter().map(|item| from_json(Json::Object(item))))
        }
    };
    let last = last.map(|item| from_json(Json::Object(key_part(table, item))));
    let answer =
        answer.with("Count", counts.0).with("ScannedCount", counts.1).maybe("LastEvaluatedKey", last);
    Ok(item::capacity(answer, call, table, 0.5).into())
}

/// The items of the page in their order, and the last of them if more follow.
fn scanned<'a>(
    call: &Call,
    table: &Table,
    mut items: Vec<&'a Item>,
) -> Result<(Vec<&'a Item>, Option<&'a Item>), Refusal> {
    let forward = call.input.flag("ScanIndexForward").unwrap_or(true);
    let place = |item: &Item| table.range_key.as_ref().and_then(|range| item.get(range)).cloned();
    let compare = |one: &Item, other: &Item| {
        let ordering = place(one).zip(place(other)).and_then(|(one, other)| order(&one, &other));
        let ordering = ordering.unwrap_or(std::cmp::Ordering::Equal);
        if forward { ordering } else { ordering.reverse() }
    };
    items.sort_by(|one, other| compare(one, other));
    if let Some(Json::Object(start)) = call.input.get("ExclusiveStartKey").map(to_json) {
        if start.keys().any(|name| key_part(table, &start).get(name).is_none()) {
            return Err(invalid("The provided starting key is invalid"));
        }
        items.retain(|item| compare(item, &start).is_gt());
    }
    let limit = match call.input.int("Limit") {
        None => usize::MAX,
        Some(limit) if limit > 0 => usize::try_from(limit).unwrap_or(usize::MAX),
        Some(_) => return Err(invalid("Limit must be greater than or equal to 1")),
    };
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().copied().filter(|_| more);
    Ok((items, last))
}

fn key_part(table: &Table, item: &Item) -> Item {
    let names = std::iter::once(&table.hash_key).chain(&table.range_key);
    names.filter_map(|name| Some((name.clone(), item.get(name)?.clone()))).collect()
}
