//! Makes a scenario's databases: global databases with their members, and sources with their read replicas.
//! It must never make two writers.

use jiff::Timestamp;

use crate::sim::scenario::world as spec;
use crate::sim::world::aurora::{Aurora, DbCluster, DbInstance, GlobalCluster, Member, Sync};
use crate::sim::world::noise::hex;
use crate::sim::world::region::Region;
use crate::sim::world::replica::{End, Engine, Replicated};

pub(super) fn aurora(w: &spec::World, regions: &[Region], made: Timestamp) -> Aurora {
    let retention = w.aurora.iter().map(|store| store.retention).min().unwrap_or_default();
    let mut all = Aurora { retention, ..Aurora::default() };
    for store in &w.aurora {
        let id = format!("{}-global-db-cluster", store.store);
        let mut members = Vec::new();
        for (at, region) in regions.iter().enumerate() {
            let count = if store.headless.contains(&region.name) { 0 } else { 2 };
            let mut cluster = db_cluster(w, &store.store, (at, region), count, made);
            cluster.global = Some(id.clone());
            let writer = region.name == w.writer;
            let base_lag = store.lag.as_secs_f64();
            members.push(Member {
                cluster: cluster.arn.clone(),
                region: at,
                writer,
                sync: Sync::Connected,
                forwarding: !writer,
                lag: if writer { 0.0 } else { base_lag },
                base_lag,
                resync_until: None,
                minute: None,
            });
            all.clusters.push(cluster);
        }
        let resource_id = format!("cluster-{}", hex(&id, 16));
        all.globals.push(GlobalCluster {
            store: store.store.clone(),
            arn: format!("arn:aws:rds::{}:global-cluster:{id}", w.account),
            endpoint: format!("{id}.global-{}.global.rds.amazonaws.com", hex(&id, 12)),
            resource_id,
            status: "available".to_owned(),
            engine: "aurora-mysql".to_owned(),
            engine_version: "8.0.mysql_aurora.3.08.0".to_owned(),
            members,
            change: None,
            orders: store.orders,
            losses: Vec::new(),
            id,
        });
    }
    all
}

fn db_cluster(
    w: &spec::World,
    store: &str,
    (at, region): (usize, &Region),
    count: usize,
    created: Timestamp,
) -> DbCluster {
    let id = format!("{store}-dbcluster-{:02}-{}", at + 1, region.name);
    let instance = |n: usize| {
        let instance = format!("{store}-dbinstance-{n:02}-{}", region.name);
        db_instance(w, region, instance, n)
    };
    DbCluster {
        arn: format!("arn:aws:rds:{}:{}:cluster:{id}", region.name, w.account),
        resource_id: format!("cluster-{}", hex(&id, 26).to_uppercase()),
        region: at,
        status: "available".to_owned(),
        instances: (1..=count).map(instance).collect(),
        global: None,
        writable: region.name == w.writer,
        created,
        id,
    }
}

fn db_instance(w: &spec::World, region: &Region, id: String, n: usize) -> DbInstance {
    DbInstance {
        arn: format!("arn:aws:rds:{}:{}:db:{id}", region.name, w.account),
        id,
        zone: format!("{}{}", region.name, ['a', 'b'][(n - 1) % 2]),
        status: "available".to_owned(),
        writer: n == 1,
    }
}

/// A database in the writer's Region and its replicas; an RDS instance stands for itself.
pub(super) fn replicated(
    w: &spec::World,
    spec: &spec::Replica,
    regions: &[Region],
    made: Timestamp,
) -> Replicated {
    let db = |at: usize, region: &Region| match spec.kind {
        Engine::AuroraBinlog => db_cluster(w, &spec.store, (at, region), 2, made),
        Engine::Rds => {
            let instance = db_instance(w, region, format!("{}-db-{}", spec.store, region.name), 1);
            let mut db = db_cluster(w, &spec.store, (at, region), 0, made);
            db.id.clone_from(&instance.id);
            db.arn.clone_from(&instance.arn);
            db.instances = vec![instance];
            db
        }
    };
    let all: Vec<DbCluster> = regions.iter().enumerate().map(|(at, region)| db(at, region)).collect();
    let source = all.iter().find(|db| db.writable).map(|db| db.arn.clone());
    let base_lag = spec.lag.as_secs_f64();
    let ends = all.into_iter().map(|db| {
        let source = source.clone().filter(|arn| *arn != db.arn);
        End::new(db, source, base_lag)
    });
    Replicated {
        store: spec.store.clone(),
        engine: spec.kind,
        orders: spec.orders,
        base_lag,
        ends: ends.collect(),
        losses: Vec::new(),
    }
}
