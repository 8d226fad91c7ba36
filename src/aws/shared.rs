//! The table that several bastions share, through DynamoDB: reads here, its writes in [`gate`].
//!
//! Its Regions are tried in turn, beginning with the one that answered last; a Region that refuses has answered, and
//! no other is asked then. Reads are strongly consistent.

mod attribute;
pub mod gate;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::types::{AttributeValue, KeySchemaElement, MultiRegionConsistency, TableDescription};
use futures::TryFutureExt;

use super::Clients;
use super::error::{Fault, fault, trouble};
use crate::ledger::shared::fit::Shape;
use crate::ledger::shared::{Answered, Expect, Item, Key, Put, Range, Table};
use crate::model::reading::{Trouble, TroubleKind};
use crate::model::topology::{Region, SharedTable};
use crate::plan::run::Boxed;

/// A table on the clients that also read the workload.
#[derive(Debug)]
pub struct Shared {
    clients: Clients,
    declared: SharedTable,
    /// The Region that answered last, by its place among the declared ones.
    last: AtomicUsize,
}

impl Shared {
    /// The declared table; nothing is asked yet.
    #[must_use]
    pub fn new(clients: Clients, declared: SharedTable) -> Self {
        Self { clients, declared, last: AtomicUsize::new(0) }
    }

    /// What is declared.
    #[must_use]
    pub fn declared(&self) -> &SharedTable {
        &self.declared
    }

    fn client(&self, region: &Region) -> aws_sdk_dynamodb::Client {
        self.clients.inner.tally.call();
        self.clients.inner.bound.shared_table(region)
    }

    /// Asks one Region after the other until one answers.
    async fn ask<T, F>(&self, call: impl Fn(aws_sdk_dynamodb::Client) -> F) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        self.clients.signer().await?;
        let (count, first) = (self.declared.regions.len(), self.last.load(Ordering::Relaxed));
        let mut said = Vec::new();
        let mut worst = TroubleKind::Unreachable;
        for turn in 0..count {
            let at = (first + turn) % count;
            let Some(region) = self.declared.regions.get(at) else { continue };
            match call(self.client(region)).await {
                Ok(answer) => {
                    self.last.store(at, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(fault) => {
                    let Fault { trouble, .. } = fault;
                    if trouble.kind == TroubleKind::Expired {
                        self.clients.inner.wallet.forget();
                    }
                    said.push(format!("{} in {region}: {}", self.declared.table, trouble.text));
                    worst = trouble.kind;
                    if !is_away(trouble.kind) {
                        break;
                    }
                }
            }
        }
        Err(Trouble { kind: worst, text: said.join("; "), request_id: None })
    }

    async fn read(&self, key: &Key) -> Result<Option<Item>, Trouble> {
        self.ask(|client| {
            let (pk, sk) = attribute::key(key);
            let request = client.get_item().table_name(&self.declared.table).key("pk", pk).key("sk", sk);
            request.consistent_read(true).send().map_err(|e| fault(&e))
        })
        .await?
        .item
        .map(|item| attribute::read(&item))
        .transpose()
    }

    async fn page(
        &self,
        range: &Range,
        after: Option<HashMap<String, AttributeValue>>,
    ) -> Result<(Vec<Item>, Option<HashMap<String, AttributeValue>>), Trouble> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let answer = self
            .ask(|client| {
                let request = client.query().table_name(&self.declared.table).consistent_read(true);
                let request = request.key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to");
                let request = request
                    .expression_attribute_names("#pk", "pk")
                    .expression_attribute_names("#sk", "sk")
                    .expression_attribute_values(":pk", text(&range.pk))
                    .expression_attribute_values(":from", text(&range.from))
                    .expression_attribute_values(":to", text(&range.to));
                request.set_exclusive_start_key(after.clone()).send().map_err(|e| fault(&e))
            })
            .await?;
        let items = answer.items().iter().map(attribute::read).collect::<Result<_, _>>()?;
        Ok((items, answer.last_evaluated_key))
    }

    async fn all(&self, range: &Range) -> Result<Vec<Item>, Trouble> {
        let (mut items, mut more) = self.page(range, None).await?;
        while more.is_some() {
            let (page, rest) = self.page(range, more).await?;
            items.extend(page);
            more = rest;
        }
        Ok(items)
    }

    /// Every declared Region is asked: each must be fit to be the one that is left.
    async fn shapes(&self) -> Result<Vec<Shape>, Trouble> {
        self.clients.signer().await?;
        let mut shapes = Vec::new();
        for region in &self.declared.regions {
            let answer = self.client(region).describe_table().table_name(&self.declared.table).send().await;
            let answer = answer.map_err(trouble)?;
            shapes.extend(answer.table().map(|table| shape(region, table)));
        }
        Ok(shapes)
    }
}

impl Table for Shared {
    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, Result<Option<Item>, Trouble>> {
        Box::pin(self.read(key))
    }

    fn put<'a>(&'a self, item: &'a Item, expect: &'a Expect) -> Boxed<'a, Result<Put, Trouble>> {
        Box::pin(self.write(item, expect))
    }

    fn forget<'a>(&'a self, answered: &'a Answered) -> Boxed<'a, Result<(), Trouble>> {
        Box::pin(self.delete(answered))
    }

    fn query<'a>(&'a self, range: &'a Range) -> Boxed<'a, Result<Vec<Item>, Trouble>> {
        Box::pin(self.all(range))
    }

    fn describe(&self) -> Boxed<'_, Result<Vec<Shape>, Trouble>> {
        Box::pin(self.shapes())
    }
}

/// The Region may be gone; another one may answer.
fn is_away(kind: TroubleKind) -> bool {
    matches!(kind, TroubleKind::TimedOut | TroubleKind::Unreachable | TroubleKind::Faulty)
}

fn shape(region: &Region, table: &TableDescription) -> Shape {
    let kind = |name: &str| {
        let definitions = table.attribute_definitions().iter();
        let found = definitions.clone().find(|attribute| attribute.attribute_name() == name);
        found.map_or("?", |attribute| attribute.attribute_type().as_str()).to_owned()
    };
    let key = |key: &KeySchemaElement| {
        let name = key.attribute_name();
        format!("{name} {} {}", key.key_type().as_str(), kind(name))
    };
    Shape {
        region: region.clone(),
        status: table.table_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        keys: table.key_schema().iter().map(key).collect(),
        replicas: table
            .replicas()
            .iter()
            .filter_map(|replica| replica.region_name().map(Region::new))
            .collect::<BTreeSet<_>>(),
        strong: table.multi_region_consistency() == Some(&MultiRegionConsistency::Strong),
    }
}
