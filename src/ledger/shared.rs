//! What several bastions share through one table: who may act, what was done, and what is asked of a run.
//!
//! It speaks to the table only through [`Table`], reads no clock and decides by whole items: what it writes holds
//! only if the item is still the one that was read. It never takes silence for a yes.

pub mod adopt;
pub mod asks;
pub mod fit;
pub mod lease;
pub mod mirror;

use std::collections::BTreeMap;

use crate::model::reading::{Trouble, TroubleKind};
use crate::plan::run::Boxed;

/// Where an item is: its partition and its place in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The partition, the attribute `pk`.
    pub pk: String,
    /// The place, the attribute `sk`.
    pub sk: String,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
}

/// One item of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it is.
    pub key: Key,
    /// Its other attributes.
    pub values: BTreeMap<String, Value>,
}

/// What must be so for an item to be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// There is none at this key.
    Absent,
    /// The one that is there has these values.
    Same(Vec<(&'static str, Value)>),
    /// There is none, or its number of this name is not above this one.
    NotAbove(&'static str, i64),
}

/// What came of putting an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there.
    Done,
    /// What must be so was not; this is what is there.
    Beaten(Option<Item>),
}

/// An ask that has its reply: the only kind of item that is ever taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Where it is.
    pub key: Key,
    /// What was asked.
    pub ask: String,
    /// What became of it.
    pub reply: String,
}

/// Part of a partition, by the order of its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The partition.
    pub pk: String,
    /// The first place.
    pub from: String,
    /// The last place.
    pub to: String,
}

/// The table, as whoever shares through it sees it. Reads are strongly consistent.
pub trait Table: Send + Sync {
    /// The item at a key.
    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, Result<Option<Item>, Trouble>>;

    /// Puts an item in place of the one that is there, if what is expected is so. An answer that is lost is a
    /// trouble: the item may be there.
    fn put<'a>(&'a self, item: &'a Item, expect: &'a Expect) -> Boxed<'a, Result<Put, Trouble>>;

    /// Takes an ask away that has this reply; nothing else can be taken away. One that is gone already is as good.
    fn forget<'a>(&'a self, answered: &'a Answered) -> Boxed<'a, Result<(), Trouble>>;

    /// Every item of a range, in order.
    fn query<'a>(&'a self, range: &'a Range) -> Boxed<'a, Result<Vec<Item>, Trouble>>;

    /// What the table is, in each of its Regions.
    fn describe(&self) -> Boxed<'_, Result<Vec<fit::Shape>, Trouble>>;
}

impl Key {
    /// A key.
    #[must_use]
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }
}

impl Item {
    /// An item without attributes yet.
    #[must_use]
    pub fn new(key: Key) -> Self {
        Self { key, values: BTreeMap::new() }
    }

    /// With a text.
    #[must_use]
    pub fn text(mut self, name: &str, text: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), Value::Text(text.into()));
        self
    }

    /// With a number.
    #[must_use]
    pub fn number(mut self, name: &str, number: u64) -> Self {
        self.values.insert(name.to_owned(), Value::number(number));
        self
    }

    /// The text of an attribute.
    ///
    /// # Errors
    /// In words, when there is none.
    pub fn get_text(&self, name: &str) -> Result<&str, String> {
        match self.values.get(name) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(format!("the item {} {} has no text `{name}`", self.key.pk, self.key.sk)),
        }
    }

    /// The number of an attribute, which counts from zero.
    ///
    /// # Errors
    /// In words, when there is none.
    pub fn get_number(&self, name: &str) -> Result<u64, String> {
        match self.values.get(name) {
            Some(Value::Number(number)) if *number >= 0 => Ok(number.unsigned_abs()),
            _ => Err(format!("the item {} {} has no number `{name}`", self.key.pk, self.key.sk)),
        }
    }
}

impl Value {
    /// A number that counts from zero.
    #[must_use]
    pub fn number(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// The partition of a workload.
#[must_use]
pub fn partition(workload: &str, environment: &str) -> String {
    format!("{workload}#{environment}")
}

/// Puts an item, and takes it for done when it is there already: an answer that was lost may have been a yes.
///
/// # Errors
/// When the table gives no answer.
pub async fn put(table: &dyn Table, item: &Item, expect: &Expect) -> Result<Put, Trouble> {
    match table.put(item, expect).await? {
        Put::Beaten(Some(there)) if there == *item => Ok(Put::Done),
        put => Ok(put),
    }
}

/// An item that another program wrote, or that was changed by hand.
fn unreadable(why: &str) -> Trouble {
    Trouble { kind: TroubleKind::Faulty, text: why.to_owned(), request_id: None }
}
