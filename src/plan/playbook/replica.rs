//! Stores with read replicas in a plan: promoted at once when a Region is lost, and with nothing lost when it is not.
//!
//! It never plans a promotion of what copies nothing: two databases that stand alone hold different data.

use std::time::Duration;

use jiff::Timestamp;

use super::next_id;
use crate::model::World;
use crate::model::topology::{Replica, ReplicaEngine};
use crate::model::verdict;
use crate::plan::condition::Condition;
use crate::plan::operation::{Operation, Promote};
use crate::plan::{Action, Intent, Playbook, Rung, Step, StepId, Usual};

/// A promotion restarts a database and may take its first backup.
const DEADLINE: Duration = Duration::from_mins(20);

/// What a person does by hand, and a replica that has to catch up, may take so long.
const PATIENCE: Duration = Duration::from_hours(1);

/// Nothing must be behind for so long: a replica that is cut off says 0 too, for its first minute (aws-facts section
/// 4 and MySQL's `replica_net_timeout`).
const CAUGHT_UP: Duration = Duration::from_mins(3);

/// The steps that move each store's writer; all stores at once.
pub(super) fn promotions(
    world: &World,
    intent: &Intent,
    now: Timestamp,
    steps: &mut Vec<Step>,
) -> Result<(), String> {
    for replica in &world.topology().replicas {
        let Some(promote) = promotion(world, replica, intent, now)? else { continue };
        if promote.lossless {
            let quiet = quiet(&promote, next_id(steps));
            let stopped = quiet.id;
            steps.push(quiet);
            let mut even = even(&promote, next_id(steps));
            even.needs.push(stopped);
            let caught_up = even.id;
            steps.push(even);
            let mut step = step(promote, next_id(steps));
            step.needs.push(caught_up);
            steps.push(step);
        } else {
            let step = step(promote, next_id(steps));
            steps.push(step);
        }
    }
    Ok(())
}

/// The promotion of a store's replica, unless its writer is elsewhere already.
fn promotion(
    world: &World,
    replica: &Replica,
    Intent { playbook, from, to }: &Intent,
    now: Timestamp,
) -> Result<Option<Promote>, String> {
    let store = &replica.store;
    let claims = verdict::claims(world, store, now);
    if claims.len() > 1 {
        return Err(format!(
            "{store} stands alone in {}: they hold different data; build a replica of the one to keep first",
            claims.join(" and in ")
        ));
    }
    let declared = replica.databases.contains_key(from);
    if !verdict::writer(world, store, now).map_or(declared, |writer| writer.value == *from) {
        return Ok(None);
    }
    let database = replica.databases.get(to);
    let database =
        database.ok_or_else(|| format!("{store} has its writer in {from} and no database in {to}"))?;
    Ok(Some(Promote {
        store: store.clone(),
        engine: replica.engine,
        from: from.clone(),
        to: to.clone(),
        database: database.clone(),
        lossless: *playbook != Playbook::Failover,
    }))
}

/// Nothing that AWS offers stops the writers of such a store: a person does.
fn quiet(Promote { store, from, .. }: &Promote, id: StepId) -> Step {
    let text = format!("stop everything that writes to {store} in {from}, and keep it stopped");
    let usual = Usual { p50: Duration::from_mins(2), p95: Duration::from_mins(10) };
    bare(id, format!("stop writes to {store} in {from}"), Action::Note { text }, usual, PATIENCE)
}

fn even(Promote { store, from, to, .. }: &Promote, id: StepId) -> Step {
    let condition = Condition::Lag {
        store: store.clone(),
        from: from.clone(),
        to: to.clone(),
        below: Duration::ZERO,
        window: CAUGHT_UP,
    };
    let usual = Usual { p50: CAUGHT_UP + Duration::from_mins(1), p95: CAUGHT_UP + Duration::from_mins(3) };
    bare(id, format!("{store} caught up in {to}"), Action::Wait(condition), usual, PATIENCE)
}

fn step(promote: Promote, id: StepId) -> Step {
    let (p50, p95) = match promote.engine {
        ReplicaEngine::AuroraBinlog => (120, 240),
        ReplicaEngine::Rds => (180, 360),
    };
    let usual = Usual { p50: Duration::from_secs(p50), p95: Duration::from_secs(p95) };
    let title = format!("promote {}", promote.store);
    bare(id, title, Action::Operate(Operation::ReplicaPromote(promote)), usual, DEADLINE)
}

fn bare(id: StepId, title: String, action: Action, usual: Usual, deadline: Duration) -> Step {
    Step {
        id,
        title,
        action,
        needs: vec![StepId(1)],
        rung: Rung::ReadBack,
        usual,
        deadline,
        interlocks: Vec::new(),
        advice: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::{Reading, ReplicaReading, Source};
    use crate::plan::playbook::plan;

    fn arn(region: &str) -> String {
        format!("arn:aws:rds:{region}:111122223333:cluster:ledger-{region}")
    }

    fn scene() -> Scene {
        let mut topology = two_regions();
        topology.auroras.clear();
        topology.replicas.push(Replica {
            store: "ledger".to_owned(),
            engine: ReplicaEngine::AuroraBinlog,
            databases: [east(), west()].map(|r| (r.clone(), arn(r.as_str()))).into(),
            rpo: Duration::from_secs(30),
        });
        Scene::new(topology)
    }

    fn see(scene: &mut Scene, region: &str, source: Option<&str>) {
        let reading = ReplicaReading {
            status: "available".to_owned(),
            source: source.map(arn),
            replicas: Vec::new(),
            instances: 2,
            stream: None,
        };
        scene.see(Source::Replica("ledger".to_owned(), region.into()), Ok(Reading::Replica(reading)));
    }

    fn drawn(scene: &Scene, playbook: Playbook) -> Result<Vec<String>, String> {
        let intent = Intent { playbook, from: east(), to: west() };
        let plan = plan(&scene.world, &intent, scene.now)?;
        let step = |s: &Step| {
            let needs: Vec<String> = s.needs.iter().map(ToString::to_string).collect();
            format!("{} {} after [{}]", s.id, s.title, needs.join(" "))
        };
        Ok(plan.steps.iter().map(step).collect())
    }

    #[test]
    fn a_failover_promotes_at_once_and_a_switchover_when_nothing_is_behind() {
        let mut scene = scene();
        see(&mut scene, WEST, Some(EAST));
        assert_eq!(
            drawn(&scene, Playbook::Failover).unwrap(),
            [
                "1 record lag and orders at risk after []",
                "2 promote ledger after [1]",
                "3 routing us-east-1 Off + us-west-2 On after [1 2]",
            ]
        );
        assert_eq!(
            drawn(&scene, Playbook::Switchover).unwrap(),
            [
                "1 record lag and orders at risk after []",
                "2 stop writes to ledger in us-east-1 after [1]",
                "3 ledger caught up in us-west-2 after [1 2]",
                "4 promote ledger after [1 3]",
                "5 routing us-east-1 Off + us-west-2 On after [1 2 3 4]",
            ]
        );
    }

    #[test]
    fn what_is_parted_is_not_promoted_and_what_has_moved_is_left_alone() {
        let mut scene = scene();
        see(&mut scene, WEST, None);
        see(&mut scene, EAST, None);
        let why = drawn(&scene, Playbook::Failover).unwrap_err();
        assert_eq!(
            why,
            "ledger stands alone in us-east-1 and in us-west-2: they hold different data; build a replica of the one to keep first"
        );
        scene.later(51);
        see(&mut scene, WEST, None);
        let drawn = drawn(&scene, Playbook::Failover).unwrap();
        assert!(!drawn.iter().any(|step| step.contains("promote")), "{drawn:?}");
    }
}
