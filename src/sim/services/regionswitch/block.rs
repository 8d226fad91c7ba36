//! The configuration of each execution block, as a plan shows it.
//! It must never say what an execution did.

use std::time::Duration;

use crate::sim::scenario::world::{Block, Step};
use crate::sim::wire::{Record, Value};
use crate::sim::world::World;
use crate::sim::world::arc::Control;
use crate::sim::world::switch::Plan;

/// A step of a workflow.
pub(super) fn step(world: &World, plan: &Plan, step: &Step) -> Record {
    let (member, config) = config(world, plan, step);
    Record::new()
        .with("name", step.name.as_str())
        .with("executionBlockConfiguration", Record::new().with(member, config))
        .with("executionBlockType", step.block.kind())
}

fn config(world: &World, plan: &Plan, step: &Step) -> (&'static str, Record) {
    let timeout = Record::new().with("timeoutMinutes", minutes(step.timeout));
    match &step.block {
        Block::Aurora { store, failover, ungraceful } => {
            let global = world.aurora.globals.iter().find(|g| g.store == *store);
            let arns = global.into_iter().flat_map(|g| &g.members).map(|m| m.cluster.as_str());
            let behavior = if *failover { "failover" } else { "switchoverOnly" };
            let record = timeout
                .with("behavior", behavior)
                .with("globalClusterIdentifier", global.map_or("", |g| g.id.as_str()))
                .list("databaseClusterArns", "member", arns);
            let lossy = ungraceful.then(|| Record::new().with("ungraceful", "failover"));
            ("globalAuroraConfig", record.maybe("ungraceful", lossy))
        }
        Block::RoutingControls {} => {
            ("arcRoutingControlConfig", timeout.with("regionAndRoutingControls", controls(world, plan)))
        }
        Block::EcsScaling { percent } => {
            let record = timeout
                .with("targetPercent", *percent)
                .with("capacityMonitoringApproach", "sampledMaxInLast24Hours")
                .list("services", "member", plan.regions.iter().map(|r| service(world, r)));
            ("ecsCapacityIncreaseConfig", record)
        }
        Block::Approval {} => {
            let role = format!("arn:aws:iam::{}:role/approvers", world.account);
            ("executionApprovalConfig", timeout.with("approvalRole", role))
        }
        Block::Custom { ungraceful, .. } => {
            let lambda = |region: &String| {
                let arn = format!("arn:aws:lambda:{region}:{}:function:{}", world.account, step.name);
                Record::new().with("arn", arn)
            };
            let record = timeout
                .list("lambdas", "member", plan.regions.iter().map(lambda))
                .with("retryIntervalMinutes", 1.0)
                .with("regionToRun", "activatingRegion");
            let skips = ungraceful.then(|| Record::new().with("behavior", "skip"));
            ("customActionLambdaConfig", record.maybe("ungraceful", skips))
        }
        Block::Parallel { steps } => {
            let steps = steps.iter().map(|s| self::step(world, plan, s));
            ("parallelConfig", Record::new().list("steps", "member", steps))
        }
    }
}

/// For each Region that is activated, what its routing controls come to.
fn controls(world: &World, plan: &Plan) -> Record {
    let state = |region: &String, on: bool| {
        let word = if on { "On" } else { "Off" };
        let of = |control: &Control| {
            Record::new().with("routingControlArn", control.arn.as_str()).with("state", word)
        };
        world.arc.controls_of(region).map(of).collect::<Vec<_>>()
    };
    let of = |active: &String| -> Value {
        let states = plan.regions.iter().flat_map(|r| state(r, r == active));
        Value::List("member", states.map(Value::from).collect())
    };
    Record(plan.regions.iter().map(|r| (r.clone(), of(r))).collect())
}

fn service(world: &World, region: &str) -> Record {
    let base = format!("arn:aws:ecs:{region}:{}", world.account);
    Record::new()
        .with("clusterArn", format!("{base}:cluster/mr-app-ecs-cluster"))
        .with("serviceArn", format!("{base}:service/mr-app-ecs-cluster/ui"))
}

fn minutes(timeout: Duration) -> i64 {
    i64::try_from(timeout.as_secs().div_ceil(60)).unwrap_or(i64::MAX)
}
