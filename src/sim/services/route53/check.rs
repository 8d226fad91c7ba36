//! Health checks: what they look at, and how they are changed.
//!
//! It must never say whether one is healthy: `status` and `CloudWatch` do.

use super::{by_marker, not_found};
use crate::sim::services::Call;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::health::{HealthCheck, HealthCheckUpdate, Probe, WithoutData};
use crate::sim::world::metric::Stat;

/// Answers `ListHealthChecks`.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, Refusal> {
    let checks = world.health_checks.iter().map(|check| (check.id.clone(), record(check)));
    by_marker(call, "HealthChecks", "HealthCheck", checks.collect())
}

/// Answers `GetHealthCheck`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, Refusal> {
    Ok(Record::new().with("HealthCheck", record(find(world, call)?)).into())
}

/// The health check that the path names.
pub(super) fn find<'a>(world: &'a World, call: &Call) -> Result<&'a HealthCheck, Refusal> {
    let id = call.required("HealthCheckId")?;
    let found = world.health_checks.iter().find(|check| check.id == id);
    found
        .ok_or_else(|| not_found("NoSuchHealthCheck", format!("A health check with id {id} does not exist.")))
}

/// Answers `UpdateHealthCheck`.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let id = find(world, call)?.id.clone();
    let input = &call.input;
    let fixed = [
        "IPAddress",
        "Port",
        "ResourcePath",
        "FullyQualifiedDomainName",
        "SearchString",
        "EnableSNI",
        "Regions",
        "AlarmIdentifier",
        "InsufficientDataHealthStatus",
        "ResetElements",
    ];
    if let Some(name) = fixed.into_iter().find(|name| input.get(name).is_some()) {
        return Err(call.service.invalid(format!("The simulator does not change {name} of a health check.")));
    }
    let threshold = input.int("FailureThreshold").or_else(|| input.int("HealthThreshold"));
    let update = HealthCheckUpdate {
        version: input.int("HealthCheckVersion"),
        inverted: input.flag("Inverted"),
        disabled: input.flag("Disabled"),
        threshold: threshold.and_then(|threshold| u32::try_from(threshold).ok()),
        children: input.get("ChildHealthChecks").map(|children| {
            children.as_items().iter().filter_map(Value::as_text).map(str::to_owned).collect()
        }),
    };
    let check = world.update_health_check(&id, &update).map_err(|error| call.service.refusal(error))?;
    Ok(Record::new().with("HealthCheck", record(&check)).into())
}

fn record(check: &HealthCheck) -> Record {
    let config = match &check.probe {
        Probe::RecoveryControl { control } => switches(check, Record::new().with("Type", "RECOVERY_CONTROL"))
            .with("RoutingControlArn", control.as_str()),
        Probe::Endpoint { host, path, search, interval, failures, .. } => {
            let config = Record::new()
                .with("Port", 443)
                .with("Type", if search.is_some() { "HTTPS_STR_MATCH" } else { "HTTPS" })
                .with("ResourcePath", path.as_str())
                .with("FullyQualifiedDomainName", host.as_str())
                .maybe("SearchString", search.as_deref())
                .with("RequestInterval", *interval)
                .with("FailureThreshold", *failures)
                .with("MeasureLatency", false);
            switches(check, config).with("EnableSNI", true)
        }
        Probe::Metric { region, without_data, .. } => {
            let alarm = Record::new().with("Region", region.as_str()).with("Name", check.name.as_str());
            switches(check, Record::new().with("Type", "CLOUDWATCH_METRIC"))
                .with("AlarmIdentifier", alarm)
                .with("InsufficientDataHealthStatus", without_data_word(*without_data))
        }
        Probe::Calculated { children, threshold } => {
            switches(check, Record::new().with("Type", "CALCULATED"))
                .with("HealthThreshold", *threshold)
                .list("ChildHealthChecks", "ChildHealthCheck", children.iter().map(String::as_str))
        }
    };
    Record::new()
        .with("Id", check.id.as_str())
        .with("CallerReference", check.name.as_str())
        .with("HealthCheckConfig", config)
        .with("HealthCheckVersion", check.version)
        .maybe("CloudWatchAlarmConfiguration", alarm_record(&check.probe))
}

fn switches(check: &HealthCheck, config: Record) -> Record {
    config.with("Inverted", check.inverted).with("Disabled", check.disabled)
}

fn without_data_word(word: WithoutData) -> &'static str {
    match word {
        WithoutData::Healthy => "Healthy",
        WithoutData::Unhealthy => "Unhealthy",
        WithoutData::LastKnownStatus => "LastKnownStatus",
    }
}

fn alarm_record(probe: &Probe) -> Option<Record> {
    let Probe::Metric { id, stat, period, periods, threshold, comparison, .. } = probe else { return None };
    let stat = match stat {
        Stat::SampleCount => "SampleCount",
        Stat::Sum => "Sum",
        Stat::Minimum => "Minimum",
        Stat::Maximum => "Maximum",
        Stat::Average | Stat::Percentile(_) => "Average",
    };
    let dimensions = id
        .dimensions
        .iter()
        .map(|(name, value)| Record::new().with("Name", name.as_str()).with("Value", value.as_str()));
    Some(
        Record::new()
            .with("EvaluationPeriods", *periods)
            .with("Threshold", *threshold)
            .with("ComparisonOperator", comparison.as_str())
            .with("Period", *period)
            .with("MetricName", id.name.as_str())
            .with("Namespace", id.namespace.as_str())
            .with("Statistic", stat)
            .list("Dimensions", "Dimension", dimensions),
    )
}
