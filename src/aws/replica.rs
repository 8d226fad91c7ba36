//! RDS: one database of a store with read replicas, as the RDS of its Region tells it.

use aws_sdk_rds::types::{DbCluster, DbInstance, SourceType};

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::{ReplicaReading, Trouble};
use crate::model::topology::{Region, Replica, ReplicaEngine};

/// How `StatusInfos` names the stream of a read replica.
const STREAM: &str = "read replication";

impl Clients {
    /// The database of a store in a Region.
    pub(super) async fn replica(&self, store: &str, region: &Region) -> Result<ReplicaReading, Trouble> {
        let found = self.inner.topology.replicas.iter().find(|replica| replica.store == store);
        let replica = found.ok_or_else(|| undeclared(&format!("the store {store}")))?;
        let id = database(replica, region)?;
        match replica.engine {
            ReplicaEngine::AuroraBinlog => self.db_cluster(id, region).await.map(|db| of_cluster(&db)),
            ReplicaEngine::Rds => self.db_instance(id, region).await.map(|db| of_instance(&db)),
        }
    }

    /// Whose events tell of a promotion: the writer instance of a cluster, or the instance itself.
    pub(super) async fn instance(
        &self,
        replica: &Replica,
        region: &Region,
    ) -> Result<(SourceType, String), Trouble> {
        let id = database(replica, region)?;
        if replica.engine == ReplicaEngine::Rds {
            return Ok((SourceType::DbInstance, id.to_owned()));
        }
        let cluster = self.db_cluster(id, region).await?;
        let members = cluster.db_cluster_members();
        let writer = members.iter().find(|m| m.is_cluster_writer() == Some(true)).or(members.first());
        let instance = writer.and_then(|member| member.db_instance_identifier());
        let instance = instance.ok_or_else(|| undeclared(&format!("an instance of {id}")))?;
        Ok((SourceType::DbInstance, instance.to_owned()))
    }

    async fn db_cluster(&self, id: &str, region: &Region) -> Result<DbCluster, Trouble> {
        self.inner.tally.call();
        let request = self.inner.bound.rds(region).describe_db_clusters().db_cluster_identifier(id);
        let answer = request.send().await.map_err(trouble)?;
        answer.db_clusters.unwrap_or_default().into_iter().next().ok_or_else(|| undeclared(id))
    }

    async fn db_instance(&self, id: &str, region: &Region) -> Result<DbInstance, Trouble> {
        self.inner.tally.call();
        let request = self.inner.bound.rds(region).describe_db_instances().db_instance_identifier(id);
        let answer = request.send().await.map_err(trouble)?;
        answer.db_instances.unwrap_or_default().into_iter().next().ok_or_else(|| undeclared(id))
    }
}

fn database<'a>(replica: &'a Replica, region: &Region) -> Result<&'a str, Trouble> {
    replica.id(region).ok_or_else(|| undeclared(&format!("a database of {} in {region}", replica.store)))
}

fn of_cluster(db: &DbCluster) -> ReplicaReading {
    ReplicaReading {
        status: db.status().unwrap_or_default().to_owned(),
        source: db.replication_source_identifier().filter(|source| !source.is_empty()).map(str::to_owned),
        replicas: db.read_replica_identifiers().to_vec(),
        instances: db.db_cluster_members().len(),
        stream: None,
    }
}

fn of_instance(db: &DbInstance) -> ReplicaReading {
    let stream = db.status_infos().iter().find(|info| info.status_type() == Some(STREAM));
    let source = db.read_replica_source_db_instance_identifier();
    ReplicaReading {
        status: db.db_instance_status().unwrap_or_default().to_owned(),
        source: source.filter(|source| !source.is_empty()).map(str::to_owned),
        replicas: db.read_replica_db_instance_identifiers().to_vec(),
        instances: 1,
        stream: stream.and_then(|info| info.status()).map(str::to_owned),
    }
}
