//! DynamoDB: a global table and its replicas, as one Region tells them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{MultiRegionConsistency, TableDescription};

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::{TableReading, Trouble};
use crate::model::topology::Region;

impl Clients {
    /// The table of a store, as `region` tells it.
    pub(super) async fn table(&self, store: &str, region: &Region) -> Result<TableReading, Trouble> {
        let found = self.inner.topology.tables.iter().find(|table| table.store == store);
        let table = found.ok_or_else(|| undeclared(&format!("the table store {store}")))?;
        self.inner.tally.call();
        let request = self.inner.bound.dynamodb(region).describe_table().table_name(&table.table);
        let answer = request.send().await.map_err(trouble)?;
        answer.table().map(reading).ok_or_else(|| undeclared(&table.table))
    }
}

fn reading(table: &TableDescription) -> TableReading {
    let replicas = table.replicas().iter().filter_map(|replica| {
        let status = replica.replica_status().map(|s| s.as_str().to_owned()).unwrap_or_default();
        Some((Region::new(replica.region_name()?), status))
    });
    TableReading {
        status: table.table_status().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        replicas: replicas.collect::<BTreeMap<_, _>>(),
        strong: table.multi_region_consistency() == Some(&MultiRegionConsistency::Strong),
    }
}
