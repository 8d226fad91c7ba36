//! Drills: plans that start an experiment, or that have Region switch do the work.

use std::time::Duration;

use pointsman::model::topology::Region;
use pointsman::plan::operation::{ExperimentRef, FisStart, FisStop, Operation, SwitchAction, SwitchRun};
use pointsman::plan::{Action, Plan, Playbook, Rung, Step, StepId, Usual};
use pointsman::sim::scenario;
use pointsman::sim::world::World;

/// The plan of a drill in place of the playbook's: a game day is a failover, a Region switch is a switchover.
pub(super) fn plan(plan: &mut Plan) {
    match plan.intent.playbook {
        Playbook::Failover => game_day(plan),
        _ => region_switch(plan),
    }
}

fn step(id: u16, title: &str, operation: Operation, (needs, rung): (Vec<StepId>, Rung)) -> Step {
    Step {
        id: StepId(id),
        title: title.to_owned(),
        action: Action::Operate(operation),
        needs,
        rung,
        usual: Usual { p50: Duration::from_secs(10), p95: Duration::from_secs(40) },
        deadline: Duration::from_mins(20),
        interlocks: Vec::new(),
        advice: None,
    }
}

/// The world of a scenario, only to know what its ids are: they are made from names.
fn world(name: &str) -> World {
    World::new(&scenario::find(name).unwrap(), 7, "2026-03-02T09:00:17Z".parse().unwrap())
}

/// The experiment first, then the failover as it was planned, then the experiment's end.
fn game_day(plan: &mut Plan) {
    let template = &world("game-day").fis.templates[0];
    let of = ExperimentRef {
        experiment: template.spec.name.clone(),
        region: Region::new(&template.spec.region),
        template: template.id.clone(),
    };
    for step in &mut plan.steps {
        step.id.0 += 1;
        step.needs.iter_mut().for_each(|need| need.0 += 1);
        if step.needs.is_empty() {
            step.needs.push(StepId(1));
        }
    }
    let start = Operation::FisStart(FisStart(of.clone()));
    plan.steps.insert(0, step(1, "start the experiment", start, (Vec::new(), Rung::ReadBack)));
    let last = plan.steps.last().unwrap().id;
    let stop = Operation::FisStop(FisStop(of));
    plan.steps.push(step(last.0 + 1, "stop the experiment", stop, (vec![last], Rung::ReadBack)));
}

/// One step: the plan of Region switch does the rest, and is proved by what users see.
fn region_switch(plan: &mut Plan) {
    let arn = world("region-switch").switch.plans[0].arn.clone();
    let run = SwitchRun {
        plan: "retail".to_owned(),
        arn,
        from: plan.intent.from.clone(),
        to: plan.intent.to.clone(),
        action: SwitchAction::Activate,
        ungraceful: false,
    };
    plan.steps.truncate(1);
    let needs = vec![plan.steps[0].id];
    plan.steps.push(step(2, "run the plan retail", Operation::SwitchRun(run), (needs, Rung::Orders)));
}
