//! RDS: the snapshots of a store's cluster in a Region, and what RDS told of them.

use aws_sdk_rds::types::{DbClusterSnapshot, SourceType};
use jiff::Timestamp;

use super::Clients;
use super::error::trouble;
use super::time::from_sdk;
use crate::model::reading::{SnapshotReading, SnapshotsReading, Trouble};
use crate::model::topology::Region;

/// How far back events are read, minutes.
const EVENTS_MINUTES: i32 = 60;

impl Clients {
    /// The snapshots of a store's cluster; what RDS told of them is left out when it cannot be read.
    pub(super) async fn snapshots(&self, store: &str, region: &Region) -> Result<SnapshotsReading, Trouble> {
        let id = self.cluster_id(store, region)?;
        let (snapshots, told) = tokio::join!(self.listed(&id, region), self.told_of(&id, region));
        Ok(SnapshotsReading { snapshots: snapshots?, told: told.unwrap_or_default() })
    }

    async fn listed(&self, id: &str, region: &Region) -> Result<Vec<SnapshotReading>, Trouble> {
        let client = self.inner.bound.rds(region);
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            self.inner.tally.call();
            let request = client.describe_db_cluster_snapshots().db_cluster_identifier(id);
            let page = request.set_marker(marker).send().await.map_err(trouble)?;
            found.extend(page.db_cluster_snapshots().iter().filter_map(reading));
            marker = page.marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
            if marker.is_none() {
                found.sort_by_key(|snapshot| snapshot.created);
                return Ok(found);
            }
        }
    }

    /// The events of snapshots whose names hold the cluster's.
    async fn told_of(&self, id: &str, region: &Region) -> Result<Vec<(Timestamp, String, String)>, Trouble> {
        self.inner.tally.call();
        let client = self.inner.bound.rds(region);
        let request = client.describe_events().source_type(SourceType::DbClusterSnapshot);
        let page = request.duration(EVENTS_MINUTES).send().await.map_err(trouble)?;
        let event = |event: &aws_sdk_rds::types::Event| {
            let of = event.source_identifier().filter(|of| of.contains(id))?;
            let at = from_sdk(event.date()?)?;
            Some((at, of.to_owned(), event.message().unwrap_or_default().to_owned()))
        };
        let mut told: Vec<_> = page.events().iter().filter_map(event).collect();
        told.sort();
        Ok(told)
    }
}

fn reading(snapshot: &DbClusterSnapshot) -> Option<SnapshotReading> {
    Some(SnapshotReading {
        id: snapshot.db_cluster_snapshot_identifier()?.to_owned(),
        arn: snapshot.db_cluster_snapshot_arn().unwrap_or_default().to_owned(),
        manual: snapshot.snapshot_type() == Some("manual"),
        status: snapshot.status().unwrap_or_default().to_owned(),
        percent: snapshot.percent_progress(),
        created: snapshot.snapshot_create_time().and_then(from_sdk),
        source: snapshot.source_db_cluster_snapshot_arn().map(str::to_owned),
    })
}
