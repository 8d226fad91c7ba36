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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::fixture::{Scene, east, two_regions, west};
    use crate::plan::{Plan, playbook};

    fn scene(receive: Receive) -> Scene {
        let mut topology = two_regions();
        let here = || EcsService { cluster: "shop".to_owned(), service: "ui".to_owned() };
        let regions = BTreeMap::from([(east(), here()), (west(), here())]);
        topology.services.push(Service { name: "ui".to_owned(), regions, receive: Some(receive) });
        topology.runbooks.push(Runbook {
            name: "warm up".to_owned(),
            document: "retail-WarmUp".to_owned(),
            region: west(),
            parameters: BTreeMap::new(),
            failover: true,
            tasks: Some(("ui".to_owned(), 8)),
            control: None,
        });
        Scene::new(topology)
    }

    fn see(scene: &mut Scene, region: Region, [desired, running]: [u32; 2]) {
        let reading = ServiceReading {
            status: "ACTIVE".to_owned(),
            desired,
            running,
            pending: desired.saturating_sub(running),
            deployments: 1,
            events: Vec::new(),
        };
        scene.see(Source::Service("ui".to_owned(), region), Ok(Reading::Service(reading)));
    }

    fn planned(scene: &Scene, playbook: Playbook) -> Plan {
        playbook::plan(&scene.world, &Intent { playbook, from: east(), to: west() }, scene.now).unwrap()
    }

    fn scalings(plan: &Plan) -> Vec<String> {
        let operations = plan.steps.iter().filter_map(Step::operation);
        operations.filter(|o| o.kind() == "ecs.scale").map(ToString::to_string).collect()
    }

    #[test]
    fn the_receiver_is_scaled_beside_the_promotions_and_traffic_waits() {
        let mut scene = scene(Receive::Sum);
        see(&mut scene, east(), [6, 6]);
        see(&mut scene, west(), [2, 2]);
        let plan = planned(&scene, Playbook::Failover);
        assert_eq!(scalings(&plan), ["scale ui in us-west-2 to 8 tasks (6 of us-east-1 + 2 of us-west-2)"]);
        let waves: Vec<usize> = plan.waves().iter().map(Vec::len).collect();
        assert_eq!(waves, [1, 4, 1], "two promotions, the scaling and the runbook at once, then traffic");
        let undo = plan.steps.iter().filter_map(Step::operation).find(|o| o.kind() == "ecs.scale").unwrap();
        assert_eq!(undo.inverse().unwrap().to_string(), "scale ui in us-west-2 to 2 tasks");
        let kinds = |plan: &Plan| -> Vec<&str> {
            plan.steps.iter().filter_map(|s| Some(s.operation()?.kind())).collect()
        };
        assert_eq!(kinds(&planned(&scene, Playbook::Evacuate)), ["ecs.scale", "routing.set"]);
    }

    #[test]
    fn enough_is_left_alone_and_more_is_never_taken_back() {
        let mut scene = scene(Receive::Tasks(8));
        assert_eq!(scalings(&planned(&scene, Playbook::Failover)), ["scale ui in us-west-2 to 8 tasks"]);
        see(&mut scene, west(), [8, 8]);
        assert_eq!(scalings(&planned(&scene, Playbook::Failover)), [""; 0]);
        see(&mut scene, west(), [10, 4]);
        assert_eq!(scalings(&planned(&scene, Playbook::Failover)), ["scale ui in us-west-2 to 10 tasks"]);
    }

    #[test]
    fn a_sum_of_what_was_never_read_is_not_guessed() {
        let mut scene = scene(Receive::Sum);
        see(&mut scene, west(), [2, 2]);
        assert_eq!(scalings(&planned(&scene, Playbook::Failover)), [""; 0]);
    }
}
