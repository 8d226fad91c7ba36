//! `DynamoDB`: global tables, and the item operations with conditions that a lock needs.
//!
//! A condition sees one Region's copy only, as in the real service.
//! It must never carry an item to another Region: the world does, after its lag.

mod attribute;
mod condition;
mod expression;
mod item;
mod query;
mod reserved;
mod update;

use std::fmt::Write as _;

use super::page::limit;
use super::{Call, Service};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::table::{Consistency, Table};

/// Performs a `DynamoDB` operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "DescribeTable" => describe(world, call),
        "ListTables" => list(world, call),
        "GetItem" => item::get(world, call),
        "PutItem" => item::put(world, call),
        "UpdateItem" => item::update(world, call),
        "DeleteItem" => item::delete(world, call),
        "Query" => query::query(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

/// The service's answer to nearly everything that is wrong with a request.
fn invalid(words: impl Into<String>) -> Refusal {
    Service::DynamoDb.invalid(words)
}

/// The table of the request in the called Region, by name or ARN, and the Region's index.
fn table<'a>(world: &'a World, call: &Call) -> Result<(&'a Table, usize), Refusal> {
    let name = call.required("TableName")?;
    let name = name.rsplit_once(":table/").map_or(name, |(_, name)| name);
    let region = world.region_ix(&call.region);
    region.and_then(|region| Some((world.table(region, name)?, region))).ok_or_else(|| {
        let words = format!("Requested resource not found: Table: {name} not found");
        Refusal::new("ResourceNotFoundException", words)
    })
}

fn list(world: &World, call: &Call) -> Result<Value, Refusal> {
    let limit = limit(call.input.int("Limit"), 100, 1..=100)
        .ok_or_else(|| invalid("Limit must be between 1 and 100."))?;
    let region = world.region_ix(&call.region);
    let mut names: Vec<&str> = world
        .tables
        .iter()
        .filter(|table| region.is_some_and(|region| table.regions.contains(&region)))
        .map(|table| table.name.as_str())
        .collect();
    names.sort_unstable();
    let after = call.input.text("ExclusiveStartTableName").unwrap_or_default();
    let rest: Vec<&str> = names.into_iter().filter(|name| *name > after).collect();
    let last = rest.get(limit.saturating_sub(1)).filter(|_| rest.len() > limit).copied();
    Ok(Record::new()
        .list("TableNames", "member", rest.into_iter().take(limit))
        .maybe("LastEvaluatedTableName", last)
        .into())
}

fn describe(world: &World, call: &Call) -> Result<Value, Refusal> {
    let (table, region) = table(world, call)?;
    let keys =
        std::iter::once((&table.hash_key, "HASH")).chain(table.range_key.iter().map(|key| (key, "RANGE")));
    let schema = keys
        .clone()
        .map(|(name, kind)| Record::new().with("AttributeName", name.as_str()).with("KeyType", kind));
    let definitions =
        keys.map(|(name, _)| Record::new().with("AttributeName", name.as_str()).with("AttributeType", "S"));
    let arn = |region: &str| format!("arn:aws:dynamodb:{region}:{}:table/{}", world.account, table.name);
    let replicas = table.regions.iter().filter_map(|replica| world.regions.get(*replica)).map(|replica| {
        Record::new()
            .with("RegionName", replica.name.as_str())
            .with("ReplicaStatus", "ACTIVE")
            .with("ReplicaArn", arn(&replica.name))
    });
    let billing = Record::new().with("BillingMode", "PAY_PER_REQUEST");
    let description = Record::new()
        .list("AttributeDefinitions", "member", definitions)
        .with("TableName", table.name.as_str())
        .list("KeySchema", "member", schema)
        .with("TableStatus", "ACTIVE")
        .with("CreationDateTime", table.created)
        .with("TableSizeBytes", 0)
        .with("ItemCount", i64::try_from(table.items(region).count()).unwrap_or(i64::MAX))
        .with("TableArn", arn(&call.region))
        .with("TableId", table_id(&table.name))
        .with("BillingModeSummary", billing);
    // A table of one Region is no global table and has neither replicas nor a consistency between them.
    let description = if table.regions.len() < 2 {
        description
    } else {
        let global =
            description.with("GlobalTableVersion", "2019.11.21").list("Replicas", "member", replicas);
        consistency(global, table)
    };
    Ok(Record::new().with("Table", description.with("DeletionProtectionEnabled", true)).into())
}

fn consistency(description: Record, table: &Table) -> Record {
    let witness = table
        .witness
        .as_deref()
        .map(|region| Record::new().with("RegionName", region).with("WitnessStatus", "ACTIVE"));
    let description = match witness {
        Some(witness) => description.list("GlobalTableWitnesses", "member", [witness]),
        None => description,
    };
    match table.consistency {
        Consistency::Eventual => description.with("MultiRegionConsistency", "EVENTUAL"),
        Consistency::Strong => description.with("MultiRegionConsistency", "STRONG"),
    }
}

/// A UUID that is the same for the same name.
fn table_id(name: &str) -> String {
    let mut hex = String::new();
    for byte in name.bytes().cycle().take(16) {
        let _written = write!(hex, "{byte:02x}");
    }
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default().to_owned();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}
