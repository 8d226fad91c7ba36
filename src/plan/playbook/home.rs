//! The two ways home: `failback` after a failover, and `restore` of a Region that was drained.
//!
//! Neither hurries: both wait for proof that the Region they lead to is as it should be, and nothing starts them but
//! a person.

use std::time::Duration;

use jiff::Timestamp;

use super::{capacity, change, control, leaves, moved, next_id, route, states, traffic, writers};
use crate::model::World;
use crate::model::reading::ControlState;
use crate::model::topology::{Aurora, Region};
use crate::model::verdict::{self, CANARY};
use crate::plan::condition::Condition;
use crate::plan::operation::{Operation, SnapshotCopy};
use crate::plan::{Action, Intent, Rung, Step, Usual};

/// A waiting step that is not met by then holds; a replica that was cut off for hours needs this long.
const PATIENCE: Duration = Duration::from_hours(1);

/// A replica that is at most this far behind has caught up: a global database is never at zero while it is written.
const CAUGHT_UP: Duration = Duration::from_secs(1);

/// Canaries must have succeeded for so long before a Region takes users again.
const WELL: Duration = Duration::from_mins(3);

/// Writers go home once their replicas there have caught up for a while, and then traffic does.
pub(super) fn failback(
    world: &World,
    intent: &Intent,
    now: Timestamp,
    steps: &mut Vec<Step>,
) -> Result<(), String> {
    let settled = world.topology().failback.settled;
    let before = steps.len();
    for aurora in world.topology().auroras.iter().filter(|aurora| leaves(world, aurora, &intent.from, now)) {
        let step = caught_up(aurora, intent, settled, next_id(steps));
        steps.push(step);
    }
    for (store, region, id) in verdict::left_behind(world, now) {
        let step = keep(&store, &region, &id, next_id(steps));
        steps.push(step);
    }
    steps.extend(well(world, &intent.to, steps));
    let waits: Vec<_> = steps.iter().skip(before).map(|step| step.id).collect();
    let promotions = steps.len();
    writers(world, intent, now, steps)?;
    for step in steps.iter_mut().skip(promotions) {
        step.needs.extend(&waits);
    }
    capacity::receiver(world, intent, steps);
    traffic(world, intent, now, steps)
}

/// The Region that was drained takes traffic again; the one that served meanwhile goes on.
pub(super) fn restore(
    world: &World,
    intent: &Intent,
    now: Timestamp,
    steps: &mut Vec<Step>,
) -> Result<(), String> {
    let Some(routing) = &world.topology().routing else {
        steps.extend(well(world, &intent.to, steps));
        return traffic(world, intent, now, steps);
    };
    let known = states(world, now);
    let mut sets = Vec::new();
    for panel in moved(routing, intent)? {
        let on = |region| Ok::<_, String>(change(control(routing, panel, region)?, &known, ControlState::On));
        sets.push((panel, vec![on(&intent.to)?, on(&intent.from)?]));
    }
    steps.extend(well(world, &intent.to, steps));
    route(world, sets, &known, steps);
    Ok(())
}

fn caught_up(aurora: &Aurora, intent: &Intent, window: Duration, id: crate::plan::StepId) -> Step {
    let condition = Condition::Lag {
        store: aurora.store.clone(),
        from: intent.from.clone(),
        to: intent.to.clone(),
        below: CAUGHT_UP,
        window,
    };
    let usual = Usual { p50: Duration::from_secs(5), p95: window + Duration::from_mins(2) };
    wait(id, format!("{} caught up in {}", aurora.store, intent.to), condition, usual)
}

/// The snapshot of what a failover lost is copied before anything else is done to its cluster: it expires.
fn keep(store: &str, region: &Region, id: &str, step: crate::plan::StepId) -> Step {
    let copy = SnapshotCopy::of(store, region, id);
    let usual = Usual { p50: Duration::from_mins(2), p95: Duration::from_mins(6) };
    Step {
        action: Action::Operate(Operation::SnapshotCopy(copy)),
        id: step,
        title: format!("keep the snapshot of {store} in {region}"),
        needs: vec![crate::plan::StepId(1)],
        rung: Rung::ReadBack,
        usual,
        deadline: PATIENCE,
        interlocks: Vec::new(),
        advice: None,
    }
}

/// A step that waits until the canaries of a Region succeed; none where none is declared.
fn well(world: &World, region: &Region, steps: &[Step]) -> Option<Step> {
    let spec = world.topology().region(region)?;
    spec.signals.iter().find(|signal| signal.family == CANARY)?;
    let condition = Condition::Canary { region: region.clone(), window: WELL };
    let usual = Usual { p50: Duration::from_secs(5), p95: WELL + Duration::from_mins(2) };
    Some(wait(next_id(steps), format!("canaries of {region} succeed"), condition, usual))
}

fn wait(id: crate::plan::StepId, title: String, condition: Condition, usual: Usual) -> Step {
    Step {
        id,
        title,
        action: Action::Wait(condition),
        needs: vec![crate::plan::StepId(1)],
        rung: Rung::ReadBack,
        usual,
        deadline: PATIENCE,
        interlocks: Vec::new(),
        advice: None,
    }
}
