//! DynamoDB global tables: replicas, their items, and items on the way between Regions.
//! It must never read an expression: the DynamoDB service module does, on one Region's items.

mod lag;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::World;
use super::error::ApiError;
use super::metric::StatSet;

/// An item in DynamoDB's own JSON (`{"pk": {"S": "…"}}`).
pub type Item = Map<String, Value>;

/// What `MultiRegionConsistency` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Consistency {
    /// Asynchronous; the last writer wins.
    Eventual,
    /// Synchronous; nothing is lost.
    Strong,
}

/// A link between two replicas.
#[derive(Clone, Debug, Serialize)]
pub struct TableLink {
    /// Index of the source Region.
    pub from: usize,
    /// Index of the receiving Region.
    pub to: usize,
    /// Seconds behind.
    pub lag: f64,
    /// Whether nothing gets through now.
    pub paused: bool,
    /// What was measured in this minute, milliseconds.
    #[serde(skip)]
    pub(super) minute: Option<StatSet>,
}

/// An item on its way to another Region.
#[derive(Clone, Debug, Serialize)]
struct Flight {
    from: usize,
    to: usize,
    written: Timestamp,
    key: String,
    item: Option<Item>,
}

/// What one Region has under a key; a deleted item leaves its time behind.
#[derive(Clone, Debug, Serialize)]
struct Slot {
    written: Timestamp,
    item: Option<Item>,
}

/// A table with all its replicas.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// Name.
    pub name: String,
    /// The word by which a person knows it.
    pub store: String,
    /// Partition key attribute (a string).
    pub hash_key: String,
    /// Sort key attribute (a string).
    pub range_key: Option<String>,
    /// Indexes of the Regions that have a replica.
    pub regions: Vec<usize>,
    /// A witness Region, of a strongly consistent table.
    pub witness: Option<String>,
    /// Consistency between the Regions.
    pub consistency: Consistency,
    /// When it was made.
    pub created: Timestamp,
    /// Lag when nothing is wrong, seconds.
    pub base_lag: f64,
    /// Links, both directions of each pair.
    pub links: Vec<TableLink>,
    slots: BTreeMap<usize, BTreeMap<String, Slot>>,
    flights: Vec<Flight>,
}

impl Table {
    /// A table without items.
    #[must_use]
    pub fn new(
        name: &str,
        store: &str,
        keys: (&str, Option<&str>),
        regions: Vec<usize>,
        at: Timestamp,
    ) -> Self {
        let pairs =
            regions.iter().flat_map(|a| regions.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
        let links =
            pairs.map(|(from, to)| TableLink { from, to, lag: 0.6, paused: false, minute: None }).collect();
        Self {
            name: name.to_owned(),
            store: store.to_owned(),
            hash_key: keys.0.to_owned(),
            range_key: keys.1.map(str::to_owned),
            regions,
            witness: None,
            consistency: Consistency::Eventual,
            created: at,
            base_lag: 0.6,
            links,
            slots: BTreeMap::new(),
            flights: Vec::new(),
        }
    }

    /// The key under which an item is stored, from its key attributes; `None` when one is missing.
    #[must_use]
    pub fn key_of(&self, item: &Item) -> Option<String> {
        let hash = item.get(&self.hash_key)?.to_string();
        let range = match &self.range_key {
            Some(name) => item.get(name)?.to_string(),
            None => String::new(),
        };
        Some(format!("{hash}\u{0}{range}"))
    }

    /// The item under a key, as this Region has it.
    #[must_use]
    pub fn item(&self, region: usize, key: &str) -> Option<&Item> {
        self.slots.get(&region)?.get(key)?.item.as_ref()
    }

    /// The items of this Region, in the order of their keys.
    pub fn items(&self, region: usize) -> impl Iterator<Item = &Item> {
        self.slots.get(&region).into_iter().flat_map(|slots| slots.values().filter_map(|s| s.item.as_ref()))
    }

    fn write(&mut self, region: usize, key: &str, item: Option<Item>, at: Timestamp) {
        let slots = self.slots.entry(region).or_default();
        if slots.get(key).is_none_or(|slot| slot.written <= at) {
            slots.insert(key.to_owned(), Slot { written: at, item });
        }
    }

    /// Lands what has been on its way for as long as its link is behind.
    fn replicate(&mut self, now: Timestamp) {
        if self.flights.is_empty() {
            return;
        }
        let links = &self.links;
        let landed = |f: &mut Flight| {
            let link = links.iter().find(|l| l.from == f.from && l.to == f.to);
            link.is_none_or(|l| !l.paused && now.duration_since(f.written).as_secs_f64() >= l.lag)
        };
        let arrived: Vec<Flight> = self.flights.extract_if(.., landed).collect();
        for flight in arrived {
            self.write(flight.to, &flight.key, flight.item, flight.written);
        }
    }
}

impl World {
    /// The table with this name, if it has a replica in the Region.
    #[must_use]
    pub fn table(&self, region: usize, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name && t.regions.contains(&region))
    }

    /// Writes an item (or, with `None`, deletes it) in one Region; the other replicas get it after the lag, or
    /// at once in a strongly consistent table. Conditions are checked before, on this Region's items.
    ///
    /// # Errors
    /// `ResourceNotFoundException`; of a strongly consistent table whose Region is cut off from all others,
    /// `InternalServerError`.
    pub fn write_item(
        &mut self,
        region: usize,
        table: &str,
        key: &str,
        item: Option<&Item>,
    ) -> Result<(), ApiError> {
        let now = self.now;
        let (lost, isolated) = (self.regions[region].now.lost, self.isolated(region));
        let Some(table) = self.tables.iter_mut().find(|t| t.name == table && t.regions.contains(&region))
        else {
            return Err(ApiError::new(400, "ResourceNotFoundException", "Requested resource not found"));
        };
        if table.consistency == Consistency::Strong {
            // A write needs one more of the three: another replica, or the witness.
            if lost || (isolated && table.witness.is_none()) {
                return Err(ApiError::new(
                    500,
                    "InternalServerError",
                    "The replica cannot reach another Region.",
                ));
            }
            for to in table.regions.clone() {
                table.write(to, key, item.cloned(), now);
            }
            return Ok(());
        }
        table.write(region, key, item.cloned(), now);
        for to in table.regions.clone().into_iter().filter(|r| *r != region) {
            let flight = Flight { from: region, to, written: now, key: key.to_owned(), item: item.cloned() };
            table.flights.push(flight);
        }
        Ok(())
    }
}
