//! Holds the replication of table items.

use serde_json::json;

use super::*;
use crate::sim::world::table::Item;

fn item(id: &str, n: u32) -> Item {
    let value =
        json!({ "id": { "S": id }, "pk": { "S": id }, "sk": { "S": "-" }, "n": { "N": n.to_string() } });
    value.as_object().unwrap().clone()
}

fn put(world: &mut World, region: usize, table: &str, id: &str, n: u32) -> Result<(), String> {
    let item = item(id, n);
    let key = world.table(region, table).unwrap().key_of(&item).unwrap();
    world.write_item(region, table, &key, Some(&item)).map_err(|e| e.code)
}

fn read(world: &World, region: usize, table: &str, id: &str) -> Option<String> {
    let table = world.table(region, table).unwrap();
    let key = table.key_of(&item(id, 0)).unwrap();
    table.item(region, &key).map(|i| i["n"]["N"].as_str().unwrap().to_owned())
}

#[test]
fn an_item_arrives_after_the_lag() {
    let mut world = calm();
    put(&mut world, 0, "cartsTable", "a", 1).unwrap();
    assert_eq!(read(&world, 0, "cartsTable", "a").as_deref(), Some("1"));
    assert_eq!(read(&world, 1, "cartsTable", "a"), None);
    at(&mut world, 2);
    assert_eq!(read(&world, 1, "cartsTable", "a").as_deref(), Some("1"));
}

#[test]
fn the_last_writer_wins_after_a_partition() {
    let mut world = calm();
    break_it(&mut world, r#"{"kind": "partition", "a": "us-east-1", "b": "us-west-2", "for": "60s"}"#);
    at(&mut world, 10);
    put(&mut world, 0, "cartsTable", "a", 1).unwrap();
    at(&mut world, 20);
    put(&mut world, 1, "cartsTable", "a", 2).unwrap();
    at(&mut world, 50);
    assert_eq!(read(&world, 0, "cartsTable", "a").as_deref(), Some("1"), "each has its own");
    assert_eq!(read(&world, 1, "cartsTable", "a").as_deref(), Some("2"));
    at(&mut world, 120);
    for region in [0, 1] {
        assert_eq!(read(&world, region, "cartsTable", "a").as_deref(), Some("2"));
    }
}

#[test]
fn a_strong_table_has_one_truth() {
    let mut world = calm();
    put(&mut world, 0, "pointsmanLock", "conch", 1).unwrap();
    assert_eq!(read(&world, 1, "pointsmanLock", "conch").as_deref(), Some("1"), "at once");
    break_it(&mut world, r#"{"kind": "region-lost", "region": "us-east-1"}"#);
    at(&mut world, 5);
    assert_eq!(put(&mut world, 1, "pointsmanLock", "conch", 2), Ok(()), "the witness makes a quorum");
    assert_eq!(put(&mut world, 0, "pointsmanLock", "conch", 3), Err("InternalServerError".into()));
    assert_eq!(read(&world, 1, "pointsmanLock", "conch").as_deref(), Some("2"));
}

#[test]
fn a_deletion_travels_too() {
    let mut world = calm();
    put(&mut world, 0, "cartsTable", "a", 1).unwrap();
    at(&mut world, 5);
    let key = world.table(1, "cartsTable").unwrap().key_of(&item("a", 0)).unwrap();
    world.write_item(1, "cartsTable", &key, None).unwrap();
    at(&mut world, 10);
    assert_eq!(read(&world, 0, "cartsTable", "a"), None);
    assert_eq!(world.table(0, "cartsTable").unwrap().items(0).count(), 0);
}
