//! The database writes that a step of the operators' own playbook names: detachments, promotions, kept snapshots.
//!
//! It makes no step and no order: those are the playbook's. What it cannot name it says in words.

use jiff::Timestamp;

use crate::model::World;
use crate::model::recipe::Params;
use crate::model::topology::{Aurora, Region, Replica};
use crate::model::verdict;
use crate::plan::Intent;
use crate::plan::operation::{AuroraTarget, Detach, Operation, Promote, SnapshotCopy};

/// The writes of such a step, by its kind and keys; `None` for a kind that is not about them. A `snapshot.copy` may be
/// several, or none where nothing was left behind.
///
/// # Errors
/// When the step names a store of another kind, or a Region in which the store has no database.
#[must_use]
pub fn of_recipe(
    kind: &str,
    with: &Params,
    world: &World,
    (intent, now): (&Intent, Timestamp),
) -> Option<Result<Vec<Operation>, String>> {
    let Intent { from, to, .. } = intent;
    let store = with.text("store").unwrap_or_default();
    let region = |key: &str| with.region(key, from, to).unwrap_or_else(|| to.clone());
    let one = |operation: Result<Operation, String>| Some(operation.map(|operation| vec![operation]));
    match kind {
        "aurora.detach" => one(detach(world, store, &region("to"), (from, now))),
        "replica.promote" => {
            let lossless = with.whole("lossless") == Some(1);
            one(promote(world, store, &region("to"), (from, now), lossless))
        }
        "snapshot.copy" => Some(Ok(kept(world, store, &region("region"), now))),
        _ => None,
    }
}

fn detach(
    world: &World,
    store: &str,
    to: &Region,
    (from, now): (&Region, Timestamp),
) -> Result<Operation, String> {
    let aurora: Option<&Aurora> = world.topology().auroras.iter().find(|aurora| aurora.store == store);
    let aurora = aurora.ok_or_else(|| format!("{store} is no global database"))?;
    let cluster = aurora.clusters.get(to).ok_or_else(|| format!("{store} has no cluster in {to}"))?;
    Ok(Operation::AuroraDetach(Detach(AuroraTarget {
        store: store.to_owned(),
        global: aurora.global.clone(),
        from: source(world, store, from, now),
        to: to.clone(),
        cluster: cluster.clone(),
    })))
}

fn promote(
    world: &World,
    store: &str,
    to: &Region,
    (from, now): (&Region, Timestamp),
    lossless: bool,
) -> Result<Operation, String> {
    let replica: Option<&Replica> = world.topology().replicas.iter().find(|replica| replica.store == store);
    let replica = replica.ok_or_else(|| format!("{store} has no read replicas"))?;
    let database = replica.databases.get(to).ok_or_else(|| format!("{store} has no database in {to}"))?;
    Ok(Operation::ReplicaPromote(Promote {
        store: store.to_owned(),
        engine: replica.engine,
        from: source(world, store, from, now),
        to: to.clone(),
        database: database.clone(),
        lossless,
    }))
}

/// The Region that writes now, or the one that is left where that is not known.
fn source(world: &World, store: &str, from: &Region, now: Timestamp) -> Region {
    verdict::writer(world, store, now).map_or_else(|| from.clone(), |writer| writer.value)
}

fn kept(world: &World, store: &str, region: &Region, now: Timestamp) -> Vec<Operation> {
    let left = verdict::left_behind(world, now).into_iter();
    let ours = left.filter(|(of, at, _)| of == store && at == region);
    ours.map(|(of, at, id)| Operation::SnapshotCopy(SnapshotCopy::of(&of, &at, &id))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::{Reading, SnapshotReading, SnapshotsReading, Source};
    use crate::model::recipe::Param;
    use crate::model::topology::ReplicaEngine;
    use crate::plan::Playbook;

    fn scene() -> Scene {
        let mut topology = two_regions();
        let arn = |region: &str| format!("arn:aws:rds:{region}:111122223333:db:ledger-{region}");
        topology.replicas.push(Replica {
            store: "ledger".to_owned(),
            engine: ReplicaEngine::Rds,
            databases: [east(), west()].map(|r| (r.clone(), arn(r.as_str()))).into(),
            rpo: std::time::Duration::from_secs(30),
        });
        Scene::new(topology)
    }

    fn written(scene: &Scene, kind: &str, keys: &[(&str, &str)]) -> Option<Result<Vec<String>, String>> {
        let mut with = Params::default();
        for (key, text) in keys {
            with.set(key, Param::Text((*text).to_owned()));
        }
        let intent = Intent { playbook: Playbook::Own("mine".to_owned()), from: east(), to: west() };
        let operations = of_recipe(kind, &with, &scene.world, (&intent, scene.now))?;
        Some(operations.map(|all| all.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn a_step_names_the_database_of_the_region_it_means() {
        let scene = scene();
        let told = |kind, store| written(&scene, kind, &[("store", store), ("to", "to")]);
        assert_eq!(
            told("replica.promote", "ledger"),
            Some(Ok(vec!["promote ledger in us-west-2".to_owned()]))
        );
        let detach = "detach orders in us-west-2 from its global database".to_owned();
        assert_eq!(told("aurora.detach", "orders"), Some(Ok(vec![detach])));
        assert_eq!(told("replica.promote", "orders"), Some(Err("orders has no read replicas".to_owned())));
        assert_eq!(told("aurora.detach", "ledger"), Some(Err("ledger is no global database".to_owned())));
        assert_eq!(told("ecs.scale", "ledger"), None);
        let nowhere = written(&scene, "replica.promote", &[("store", "ledger"), ("to", "eu-west-1")]);
        assert_eq!(nowhere, Some(Err("ledger has no database in eu-west-1".to_owned())));
    }

    #[test]
    fn only_what_was_left_behind_there_is_kept() {
        let mut scene = scene();
        let keep = |scene: &Scene, region| {
            written(scene, "snapshot.copy", &[("store", "orders"), ("region", region)]).unwrap().unwrap()
        };
        assert_eq!(keep(&scene, "from"), Vec::<String>::new());
        let snapshot = SnapshotReading {
            id: "rds:unplanned-global-failover-orders-dbcluster-01-us-east-1-2026-11-20-13-40".to_owned(),
            arn: "arn:left".to_owned(),
            manual: false,
            status: "available".to_owned(),
            percent: Some(100),
            created: None,
            source: None,
        };
        let reading = SnapshotsReading { snapshots: vec![snapshot], told: Vec::new() };
        scene.see(Source::Snapshots("orders".to_owned(), east()), Ok(Reading::Snapshots(reading)));
        assert_eq!(keep(&scene, EAST), ["keep the orders snapshot of us-east-1"]);
        assert_eq!(keep(&scene, WEST), Vec::<String>::new());
    }
}
