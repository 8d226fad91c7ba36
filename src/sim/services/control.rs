//! The ARC configuration: what clusters, panels, controls and safety rules there are. Its home is us-west-2.
//!
//! It must never say the state of a control: the data plane does.

use super::Call;
use super::page::{limit, page};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::arc::{Cluster, Control, Guard, Panel, SafetyRule};
use crate::sim::world::health::Probe;

const LIST_PAGE: usize = 1000;

/// Performs an ARC configuration operation.
pub(super) fn perform(world: &World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "ListClusters" => {
            let clusters = std::iter::once(&world.arc).map(|cluster| cluster_record(world, call, cluster));
            listed(call, "Clusters", clusters.collect())
        }
        "DescribeCluster" => {
            let arn = call.required("ClusterArn")?;
            let found = Some(&world.arc).filter(|cluster| cluster.arn == arn);
            let cluster = found.ok_or_else(|| not_found("cluster", arn))?;
            Ok(Record::new().with("Cluster", cluster_record(world, call, cluster)).into())
        }
        "ListControlPanels" => list_panels(world, call),
        "DescribeControlPanel" => {
            let panel = panel(world, call)?;
            Ok(Record::new().with("ControlPanel", panel_record(world, panel)).into())
        }
        "ListRoutingControls" => {
            let panel = panel(world, call)?;
            let controls = world.arc.controls.iter().filter(|control| control.panel == panel.arn);
            listed(call, "RoutingControls", controls.map(|control| control_record(world, control)).collect())
        }
        "DescribeRoutingControl" => {
            let control = control(world, call)?;
            Ok(Record::new().with("RoutingControl", control_record(world, control)).into())
        }
        "ListSafetyRules" => {
            let panel = panel(world, call)?;
            let rules = world.arc.rules.iter().filter(|rule| rule.panel == panel.arn);
            listed(call, "SafetyRules", rules.map(|rule| rule_record(world, rule).into()).collect())
        }
        "ListAssociatedRoute53HealthChecks" => list_health_checks(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

fn not_found(kind: &str, arn: &str) -> Refusal {
    Refusal::new("ResourceNotFoundException", format!("There is no {kind} {arn}.")).status(404)
}

/// One page of a list, by `MaxResults` and `NextToken`.
fn listed(call: &Call, name: &str, all: Vec<Value>) -> Result<Value, Refusal> {
    let limit = limit(call.input.int("MaxResults"), LIST_PAGE, 1..=1000)
        .ok_or_else(|| call.service.invalid("MaxResults must be between 1 and 1000."))?;
    let page = page(all, call.input.text("NextToken"), limit)
        .ok_or_else(|| call.service.invalid("The NextToken is not valid."))?;
    Ok(Record::new().list(name, "member", page.items).maybe("NextToken", page.next).into())
}

fn panel<'a>(world: &'a World, call: &Call) -> Result<&'a Panel, Refusal> {
    let arn = call.required("ControlPanelArn")?;
    world.arc.panel(arn).ok_or_else(|| not_found("control panel", arn))
}

fn control<'a>(world: &'a World, call: &Call) -> Result<&'a Control, Refusal> {
    let arn = call.required("RoutingControlArn")?;
    world.arc.control(arn).ok_or_else(|| not_found("routing control", arn))
}

fn list_panels(world: &World, call: &Call) -> Result<Value, Refusal> {
    if let Some(arn) = call.input.text("ClusterArn").filter(|arn| *arn != world.arc.arn) {
        return Err(not_found("cluster", arn));
    }
    let panels = world.arc.panels.iter().map(|panel| panel_record(world, panel));
    listed(call, "ControlPanels", panels.collect())
}

fn list_health_checks(world: &World, call: &Call) -> Result<Value, Refusal> {
    let control = control(world, call)?;
    let of_control =
        |probe: &Probe| matches!(probe, Probe::RecoveryControl { control: arn } if *arn == control.arn);
    let ids = world.health_checks.iter().filter(|check| of_control(&check.probe));
    listed(call, "HealthCheckIds", ids.map(|check| check.id.as_str().into()).collect())
}

fn cluster_record(world: &World, call: &Call, cluster: &Cluster) -> Value {
    let endpoints = cluster.endpoints.iter().map(|endpoint| {
        let url = format!("{}/cluster/{}", call.base, endpoint.region);
        Record::new().with("Endpoint", url).with("Region", endpoint.region.as_str())
    });
    Record::new()
        .with("ClusterArn", cluster.arn.as_str())
        .list("ClusterEndpoints", "member", endpoints)
        .with("Name", cluster.name.as_str())
        .with("Status", "DEPLOYED")
        .with("Owner", world.account.as_str())
        .with("NetworkType", "IPV4")
        .into()
}

fn panel_record(world: &World, panel: &Panel) -> Value {
    let controls = world.arc.controls.iter().filter(|control| control.panel == panel.arn).count();
    Record::new()
        .with("ClusterArn", world.arc.arn.as_str())
        .with("ControlPanelArn", panel.arn.as_str())
        .with("DefaultControlPanel", panel.default)
        .with("Name", panel.name.as_str())
        .with("RoutingControlCount", i64::try_from(controls).unwrap_or(i64::MAX))
        .with("Status", "DEPLOYED")
        .with("Owner", world.account.as_str())
        .into()
}

fn control_record(world: &World, control: &Control) -> Value {
    Record::new()
        .with("ControlPanelArn", control.panel.as_str())
        .with("Name", control.name.as_str())
        .with("RoutingControlArn", control.arn.as_str())
        .with("Status", "DEPLOYED")
        .with("Owner", world.account.as_str())
        .into()
}

/// `ASSERTION` or `GATING`, exactly one of them.
fn rule_record(world: &World, rule: &SafetyRule) -> Record {
    let texts = |arns: &[String]| arns.iter().map(|arn| Value::from(arn.as_str())).collect::<Vec<_>>();
    let config = Record::new()
        .with("Inverted", rule.inverted)
        .with("Threshold", rule.threshold)
        .with("Type", rule.rule.as_str());
    let common = Record::new()
        .with("ControlPanelArn", rule.panel.as_str())
        .with("Name", rule.name.as_str())
        .with("RuleConfig", config)
        .with("SafetyRuleArn", rule.arn.as_str())
        .with("Status", "DEPLOYED")
        .with("WaitPeriodMs", i64::try_from(rule.wait.as_millis()).unwrap_or(i64::MAX))
        .with("Owner", world.account.as_str());
    match &rule.guard {
        Guard::Assertion { asserted } => {
            Record::new().with("ASSERTION", common.list("AssertedControls", "member", texts(asserted)))
        }
        Guard::Gating { gates, targets } => Record::new().with(
            "GATING",
            common.list("GatingControls", "member", texts(gates)).list(
                "TargetControls",
                "member",
                texts(targets),
            ),
        ),
    }
}
