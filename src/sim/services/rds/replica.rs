//! Read replicas as RDS shows them, and their promotion.
//!
//! It must never promote by itself: the world takes the minutes that takes.

use super::describe;
use crate::sim::services::Call;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::aurora::DbCluster;
use crate::sim::world::replica::{End, Engine, Replicated};

/// The databases of this Region that are Aurora clusters.
pub(super) fn clusters<'a>(world: &'a World, call: &Call) -> impl Iterator<Item = &'a DbCluster> + use<'a> {
    let region = world.region_ix(&call.region);
    let stores = world.replicas.iter().filter(|store| store.engine == Engine::AuroraBinlog);
    stores.flat_map(|store| &store.ends).map(|end| &end.db).filter(move |db| Some(db.region) == region)
}

/// All databases of this Region.
pub(super) fn all<'a>(world: &'a World, call: &Call) -> impl Iterator<Item = &'a DbCluster> + use<'a> {
    let region = world.region_ix(&call.region);
    let ends = world.replicas.iter().flat_map(|store| &store.ends);
    ends.map(|end| &end.db).filter(move |db| Some(db.region) == region)
}

/// The store that a database is of.
pub(super) fn of<'a>(world: &'a World, db: &DbCluster) -> Option<(&'a Replicated, &'a End)> {
    world.replicas.iter().find_map(|store| Some((store, store.ends.iter().find(|e| e.db.arn == db.arn)?)))
}

/// What an instance that replicates by itself shows beside the rest.
pub(super) fn of_instance(record: Record, store: &Replicated, end: &End) -> Record {
    let stream = end.source.as_ref().map(|_| {
        let broken = end.told();
        Record::new()
            .with("StatusType", "read replication")
            .with("Normal", !broken)
            .with("Status", if broken { "error" } else { "replicating" })
    });
    record
        .maybe("ReadReplicaSourceDBInstanceIdentifier", end.source.as_deref())
        .list("ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBInstanceIdentifier", store.replicas_of(end))
        .list("StatusInfos", "DBInstanceStatusInfo", stream)
}

/// Answers `PromoteReadReplicaDBCluster`.
pub(super) fn promote_cluster(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = call.required("DBClusterIdentifier")?;
    let db = promoted(world, call, Engine::AuroraBinlog, id)?;
    Ok(Record::new().with("DBCluster", describe::cluster_record(world, &db)).into())
}

/// Answers `PromoteReadReplica`.
pub(super) fn promote_instance(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = call.required("DBInstanceIdentifier")?;
    let db = promoted(world, call, Engine::Rds, id)?;
    let record = db.instances.first().map(|instance| describe::instance_record(world, &db, instance));
    Ok(Record::new().maybe("DBInstance", record).into())
}

fn promoted(world: &mut World, call: &Call, engine: Engine, id: &str) -> Result<DbCluster, Refusal> {
    world.promote_replica(&call.region, engine, id).map_err(|error| call.service.refusal(error))?;
    let mut here = all(world, call);
    let found = here.find(|db| db.arn == id || db.id.eq_ignore_ascii_case(id)).cloned();
    found.ok_or_else(|| call.service.invalid(format!("{id} is not found.")))
}
