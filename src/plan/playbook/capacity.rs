//! Room for the users that come: a receiver with too few tasks is scaled before traffic moves to it, beside the
//! promotions; and the workload's own runbooks for a failover run with it.
//!
//! Counts are those that were last read, however old: the Region that leaves may not answer any more.

use std::time::Duration;

use super::{DEADLINE, next_id};
use crate::model::World;
use crate::model::reading::{Reading, ServiceReading, Source};
use crate::model::topology::{EcsService, Receive, Region, Runbook, Service};
use crate::plan::condition::Condition;
use crate::plan::operation::{EcsScale, Operation, SsmRun};
use crate::plan::{Action, Intent, Playbook, Rung, Step, StepId, Usual};

/// One step for each service that has too few tasks where users are to go.
pub(super) fn receiver(world: &World, intent: &Intent, steps: &mut Vec<Step>) {
    for service in &world.topology().services {
        let scale = service.regions.get(&intent.to).and_then(|here| scaled(world, service, here, intent));
        if let Some(scale) = scale {
            let title = format!("scale {} to {} tasks", scale.service, scale.desired);
            let usual = Usual { p50: Duration::from_secs(60), p95: Duration::from_secs(150) };
            let step = step(next_id(steps), title, Operation::EcsScale(scale), usual);
            steps.push(step);
        }
    }
}

/// The workload's runbooks for a failover to their Region.
pub(super) fn runbooks(world: &World, intent: &Intent, steps: &mut Vec<Step>) {
    let wanted = |book: &&Runbook| book.failover && book.region == intent.to;
    for book in world.topology().runbooks.iter().filter(wanted) {
        if intent.playbook != Playbook::Failover {
            continue;
        }
        let title = format!("run {}", book.name);
        let usual = Usual { p50: Duration::from_mins(2), p95: Duration::from_mins(10) };
        let deadline = Duration::from_mins(30);
        let step = step(next_id(steps), title, Operation::SsmRun(started(book)), usual);
        steps.push(Step { deadline, ..step });
    }
}

/// The write that starts a runbook of the config.
#[must_use]
pub fn started(book: &Runbook) -> SsmRun {
    let tasks = book.tasks.as_ref().map(|(service, least)| Condition::Tasks {
        service: service.clone(),
        region: book.region.clone(),
        least: *least,
    });
    let control = book
        .control
        .as_ref()
        .map(|(control, state)| Condition::Control { control: control.clone(), state: *state });
    SsmRun {
        runbook: book.name.clone(),
        document: book.document.clone(),
        region: book.region.clone(),
        parameters: book.parameters.clone(),
        check: tasks.or(control),
        again: 0,
    }
}

/// How many tasks a Region must have before it receives, as far as that can be known, and how the number came about.
#[must_use]
pub fn needed(world: &World, service: &Service, from: &Region, to: &Region) -> Option<(u32, Option<String>)> {
    match service.receive? {
        Receive::Tasks(tasks) => Some((tasks, None)),
        Receive::Sum => {
            let (leaving, receiving) = (seen(world, service, from)?, seen(world, service, to)?);
            let (there, here) = (leaving.desired, receiving.desired);
            Some((there + here, Some(format!("{there} of {from} + {here} of {to}"))))
        }
    }
}

/// The newest reading of a service, whatever its age.
#[must_use]
pub fn seen<'w>(world: &'w World, service: &Service, region: &Region) -> Option<&'w ServiceReading> {
    match world.seen(&Source::Service(service.name.clone(), region.clone()))? {
        (Reading::Service(reading), _) => Some(reading),
        _ => None,
    }
}

fn scaled(world: &World, service: &Service, here: &EcsService, intent: &Intent) -> Option<EcsScale> {
    let (wanted, sum) = needed(world, service, &intent.from, &intent.to)?;
    let reading = seen(world, service, &intent.to);
    if reading.is_some_and(|reading| reading.running >= wanted && reading.desired >= wanted) {
        return None;
    }
    // Whoever asked for more already, such as auto scaling, keeps it; a count that was never read is undone to this.
    let was = reading.map_or(wanted, |reading| reading.desired);
    Some(EcsScale {
        service: service.name.clone(),
        region: intent.to.clone(),
        cluster: here.cluster.clone(),
        ecs: here.service.clone(),
        desired: wanted.max(was),
        was,
        sum: sum.filter(|_| wanted >= was),
    })
}

fn step(id: StepId, title: String, operation: Operation, usual: Usual) -> Step {
    Step {
        id,
        title,
        action: Action::Operate(operation),
        needs: vec![StepId(1)],
        rung: Rung::ReadBack,
        usual,
        deadline: DEADLINE,
        interlocks: Vec::new(),
        advice: None,
    }
}
