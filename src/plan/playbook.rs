//! Playbooks: pure functions from the world and an intent to a plan.
//!
//! A playbook never sends, waits or reads a clock; what it cannot plan it says in words.
//! It never plans traffic before a writer: the routing step needs every writer step before it.

use std::time::Duration;

use jiff::Timestamp;

use super::operation::{AuroraTarget, ControlChange, Operation};
use super::rules::{self, States};
use super::{Action, Intent, Plan, Playbook, Rung, Step, StepId, Usual, proof};
use crate::model::World;
use crate::model::reading::ControlState;
use crate::model::topology::{Aurora, Control, Region, Routing, Topology};
use crate::model::verdict;

/// After this long a step holds; generous, because `late` is said long before.
const DEADLINE: Duration = Duration::from_mins(10);

/// Makes the plan of an intent; the error says in one sentence why there is none.
///
/// # Errors
/// When the intent names a Region that is not declared, the same Region twice, a store or control that is not in
/// the receiving Region, or nothing would change.
pub fn plan(world: &World, intent: &Intent, now: Timestamp) -> Result<Plan, String> {
    let topology = world.topology();
    regions(topology, intent)?;
    let mut steps = vec![record()];
    if intent.playbook != Playbook::Evacuate {
        writers(world, intent, now, &mut steps)?;
    }
    traffic(world, intent, now, &mut steps)?;
    if steps.len() == 1 {
        let what =
            if intent.playbook == Playbook::Evacuate { "traffic is" } else { "writers and traffic are" };
        return Err(format!(
            "nothing would change: {what} already out of {} and in {}",
            intent.from, intent.to
        ));
    }
    Ok(Plan { intent: intent.clone(), made: now, steps })
}

/// The states of the controls that a quorum of endpoints agrees on.
#[must_use]
pub fn states(world: &World, now: Timestamp) -> States {
    verdict::controls(world, now).into_iter().filter_map(|c| Some((c.name, c.state?))).collect()
}

fn regions(topology: &Topology, intent: &Intent) -> Result<(), String> {
    let declared = || topology.regions.iter().map(|r| r.name.as_str()).collect::<Vec<_>>().join(", ");
    for region in [&intent.from, &intent.to] {
        if topology.region(region).is_none() {
            return Err(format!("{region} is not a Region of {}; it has {}", topology.workload, declared()));
        }
    }
    if intent.from == intent.to {
        return Err(format!("{} cannot leave and receive at once", intent.from));
    }
    Ok(())
}

fn record() -> Step {
    Step {
        id: StepId(1),
        title: "record lag and orders at risk".to_owned(),
        action: Action::Record,
        needs: Vec::new(),
        rung: Rung::ReadBack,
        usual: Usual { p50: Duration::from_secs(1), p95: Duration::from_secs(5) },
        deadline: Duration::from_mins(1),
    }
}

/// One step for each store whose writer leaves, all at once.
fn writers(world: &World, intent: &Intent, now: Timestamp, steps: &mut Vec<Step>) -> Result<(), String> {
    for aurora in &world.topology().auroras {
        if leaves(world, aurora, &intent.from, now) {
            let target = target(aurora, intent)?;
            let step = promote(intent.playbook, target, next_id(steps));
            steps.push(step);
        }
    }
    Ok(())
}

/// The store's writer is in the Region that leaves, or must be taken to be there because it is not known.
fn leaves(world: &World, aurora: &Aurora, from: &Region, now: Timestamp) -> bool {
    let declared = aurora.clusters.contains_key(from);
    verdict::writer(world, &aurora.store, now).map_or(declared, |writer| &writer.value == from)
}

fn target(aurora: &Aurora, intent: &Intent) -> Result<AuroraTarget, String> {
    let cluster = aurora.clusters.get(&intent.to).ok_or_else(|| {
        format!("{} has its writer in {} and no cluster in {}", aurora.store, intent.from, intent.to)
    })?;
    Ok(AuroraTarget {
        store: aurora.store.clone(),
        global: aurora.global.clone(),
        from: intent.from.clone(),
        to: intent.to.clone(),
        cluster: cluster.clone(),
    })
}

fn promote(playbook: Playbook, target: AuroraTarget, id: StepId) -> Step {
    let title = format!("promote {}", target.store);
    let (operation, p50, p95) = match playbook {
        Playbook::Failover => (Operation::AuroraFailover(target), 75, 180),
        Playbook::Switchover | Playbook::Evacuate => (Operation::AuroraSwitchover(target), 40, 90),
    };
    Step {
        id,
        title,
        action: Action::Operate(operation),
        needs: vec![StepId(1)],
        rung: Rung::ReadBack,
        usual: Usual { p50: Duration::from_secs(p50), p95: Duration::from_secs(p95) },
        deadline: DEADLINE,
    }
}

/// One atomic update, off and on in one call, after every writer.
fn traffic(world: &World, intent: &Intent, now: Timestamp, steps: &mut Vec<Step>) -> Result<(), String> {
    let Some(routing) = &world.topology().routing else {
        return match intent.playbook {
            Playbook::Evacuate => {
                Err("no routing controls are declared, so no traffic can be moved".to_owned())
            }
            Playbook::Switchover | Playbook::Failover => Ok(()),
        };
    };
    let known = states(world, now);
    let entries = entries(routing, &known, intent)?;
    if entries.iter().all(|c| known.get(&c.control) == Some(&c.state)) {
        return Ok(());
    }
    let operation = Operation::RoutingSet { entries };
    let mut step = Step {
        id: next_id(steps),
        title: operation.to_string(),
        action: Action::Operate(operation),
        needs: steps.iter().map(|s| s.id).collect(),
        rung: Rung::ReadBack,
        usual: Usual { p50: Duration::from_secs(200), p95: Duration::from_mins(5) },
        deadline: DEADLINE,
    };
    step.rung = proof::highest(&step, world);
    steps.push(step);
    Ok(())
}

/// Off for the Region that leaves and On for the one that receives, also where it is On already: one call then
/// states the whole end, and nobody else's change in between can leave zero Regions on (law 6).
///
/// An entry that would change nothing is left out when a safety rule would refuse the call for it.
fn entries(routing: &Routing, known: &States, intent: &Intent) -> Result<Vec<ControlChange>, String> {
    let all = vec![
        change(control(routing, &intent.from)?, known, ControlState::Off),
        change(control(routing, &intent.to)?, known, ControlState::On),
    ];
    let needed: Vec<ControlChange> =
        all.iter().filter(|c| known.get(&c.control) != Some(&c.state)).cloned().collect();
    let freer = !rules::blockers(routing, known, &all).is_empty()
        && rules::blockers(routing, known, &needed).is_empty();
    Ok(if freer { needed } else { all })
}

fn control<'a>(routing: &'a Routing, region: &Region) -> Result<&'a Control, String> {
    routing.control_of(region).ok_or_else(|| format!("no routing control is declared for {region}"))
}

fn change(control: &Control, known: &States, state: ControlState) -> ControlChange {
    let opposite = match state {
        ControlState::On => ControlState::Off,
        ControlState::Off => ControlState::On,
    };
    ControlChange {
        control: control.name.clone(),
        arn: control.arn.clone(),
        state,
        was: known.get(&control.name).copied().unwrap_or(opposite),
    }
}

fn next_id(steps: &[Step]) -> StepId {
    StepId(u16::try_from(steps.len() + 1).unwrap_or(u16::MAX))
}
