//! RDS: a global cluster with its members, and the events that tell how a switchover goes.

use std::time::Duration;

use aws_sdk_rds::types::{DbCluster, GlobalCluster, GlobalClusterMember, SourceType};

use super::error::trouble;
use super::time::{from_sdk, patience};
use super::{Clients, undeclared};
use crate::model::reading::{AuroraMember, AuroraMove, AuroraReading, RdsEvent, Trouble, TroubleKind};
use crate::model::topology::{Aurora, Region};

/// How far back events are read, minutes.
const EVENTS_MINUTES: i32 = 60;
/// How long the member's own status may hold back the global cluster's answer.
const GRACE: Duration = Duration::from_millis(250);

impl Clients {
    /// The global cluster as the RDS of `region` tells it, with the status of the member in that Region if RDS
    /// tells that too: other Regions' members are told by their own Regions only.
    pub(super) async fn aurora(&self, store: &str, region: &Region) -> Result<AuroraReading, Trouble> {
        let aurora = self.aurora_of(store)?;
        let member = aurora.clusters.get(region);
        let own = async {
            match member {
                Some(arn) => self.member(arn, region).await,
                None => None,
            }
        };
        let mut own = Box::pin(own);
        let mut global = Box::pin(self.global_cluster(&aurora.global, region));
        let mut seen = None;
        let global = tokio::select! {
            biased;
            global = &mut global => global,
            cluster = &mut own => { seen = Some(cluster); global.await }
        };
        let global = match global {
            Ok(global) => global,
            Err(trouble) if trouble.kind == TroubleKind::NotFound => {
                let own = match seen {
                    Some(own) => own,
                    None => own.await,
                };
                return own.as_ref().and_then(|own| detached(own, region)).ok_or(trouble);
            }
            Err(trouble) => return Err(trouble),
        };
        let clock = &self.inner.clock;
        let own = if let Some(cluster) = seen {
            cluster
        } else {
            tokio::select! {
                biased;
                cluster = own => cluster,
                () = tokio::time::sleep(patience(clock, GRACE)) => None,
            }
        };
        Ok(reading(&global, own.as_ref()))
    }

    async fn global_cluster(&self, id: &str, region: &Region) -> Result<GlobalCluster, Trouble> {
        self.inner.tally.call();
        let request = self.inner.bound.rds(region).describe_global_clusters().global_cluster_identifier(id);
        let answer = request.send().await.map_err(trouble)?;
        answer.global_clusters.unwrap_or_default().into_iter().next().ok_or_else(|| {
            let text = format!("global cluster {id} is not known in {region}");
            Trouble { kind: TroubleKind::NotFound, text, request_id: None }
        })
    }

    /// A member's own status; nothing is said when it cannot be read, since the global cluster tells the roles.
    async fn member(&self, arn: &str, region: &Region) -> Option<DbCluster> {
        self.inner.tally.call();
        let id = arn.rsplit(':').next().unwrap_or(arn);
        let request = self.inner.bound.rds(region).describe_db_clusters().db_cluster_identifier(id);
        request.send().await.ok()?.db_clusters.unwrap_or_default().into_iter().next()
    }

    /// The last hour's events of the store's cluster in `region`, oldest first.
    pub(super) async fn aurora_events(&self, store: &str, region: &Region) -> Result<Vec<RdsEvent>, Trouble> {
        let (kind, id) = match self.inner.topology.replicas.iter().find(|replica| replica.store == store) {
            Some(replica) => self.instance(replica, region).await?,
            None => (SourceType::DbCluster, self.cluster_id(store, region)?),
        };
        let id = id.as_str();
        let client = self.inner.bound.rds(region);
        let mut events = Vec::new();
        let mut marker = None;
        loop {
            self.inner.tally.call();
            let page = client
                .describe_events()
                .source_type(kind.clone())
                .source_identifier(id)
                .duration(EVENTS_MINUTES)
                .set_marker(marker)
                .send()
                .await
                .map_err(trouble)?;
            events.extend(page.events().iter().filter_map(|event| {
                let at = from_sdk(event.date()?)?;
                let cluster = event.source_identifier().unwrap_or(id).to_owned();
                Some(RdsEvent { at, cluster, message: event.message().unwrap_or_default().to_owned() })
            }));
            marker = page.marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
            if marker.is_none() {
                events.sort_by_key(|event| event.at);
                return Ok(events);
            }
        }
    }

    /// The identifier of an Aurora store's cluster in a Region.
    pub(super) fn cluster_id(&self, store: &str, region: &Region) -> Result<String, Trouble> {
        let arn = self.aurora_of(store)?.clusters.get(region);
        let arn = arn.ok_or_else(|| undeclared(&format!("a cluster of {store} in {region}")))?;
        Ok(arn.rsplit(':').next().unwrap_or(arn).to_owned())
    }

    fn aurora_of(&self, store: &str) -> Result<&Aurora, Trouble> {
        let found = self.inner.topology.auroras.iter().find(|aurora| aurora.store == store);
        found.ok_or_else(|| undeclared(&format!("the Aurora store {store}")))
    }
}

/// A cluster that no global cluster knows any more: it stands alone and writes.
fn detached(own: &DbCluster, region: &Region) -> Option<AuroraReading> {
    let stands = own.global_cluster_identifier().is_none() && own.replication_source_identifier().is_none();
    let member = AuroraMember {
        region: region.clone(),
        arn: own.db_cluster_arn().filter(|_| stands)?.to_owned(),
        writer: own.status() == Some("available"),
        status: own.status().map(str::to_owned),
        sync: None,
        instances: Some(own.db_cluster_members().len()),
    };
    Some(AuroraReading { status: AuroraReading::DETACHED.to_owned(), members: vec![member], moving: None })
}

fn reading(global: &GlobalCluster, own: Option<&DbCluster>) -> AuroraReading {
    let moving = global.failover_state().map(|state| AuroraMove {
        status: state.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        from: state.from_db_cluster_arn().unwrap_or_default().to_owned(),
        to: state.to_db_cluster_arn().unwrap_or_default().to_owned(),
        data_loss_allowed: state.is_data_loss_allowed().unwrap_or(false),
    });
    AuroraReading {
        status: global.status().unwrap_or_default().to_owned(),
        members: global.global_cluster_members().iter().filter_map(|m| member(m, own)).collect(),
        moving,
    }
}

fn member(member: &GlobalClusterMember, own: Option<&DbCluster>) -> Option<AuroraMember> {
    let arn = member.db_cluster_arn()?;
    let region = arn.split(':').nth(3)?;
    let own = own.filter(|cluster| cluster.db_cluster_arn() == Some(arn));
    Some(AuroraMember {
        region: Region::new(region),
        arn: arn.to_owned(),
        writer: member.is_writer().unwrap_or(false),
        status: own.and_then(|cluster| cluster.status()).map(str::to_owned),
        sync: member.synchronization_status().map(|status| status.as_str().to_owned()),
        instances: own.map(|cluster| cluster.db_cluster_members().len()),
    })
}
