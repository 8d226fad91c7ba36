//! `DescribeAlarms`: metric alarms and their state; there are no composite ones.
//!
//! It must never evaluate an alarm: the world does.

use super::bad_token;
use crate::sim::services::Call;
use crate::sim::services::page::{limit, page};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::alarm::Alarm;
use crate::sim::world::metric::Stat;

/// Answers `DescribeAlarms`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, Refusal> {
    let input = &call.input;
    let names = input.texts("AlarmNames");
    let types = input.texts("AlarmTypes");
    let metric_alarms = types.is_empty() || types.contains(&"MetricAlarm");
    let limit = limit(input.int("MaxRecords"), 50, 1..=100)
        .ok_or_else(|| super::validation_error("MaxRecords must be between 1 and 100."))?;
    let fits = |alarm: &&Alarm| {
        alarm.region == call.region
            && metric_alarms
            && (names.is_empty() || names.contains(&alarm.name.as_str()))
            && input.text("AlarmNamePrefix").is_none_or(|prefix| alarm.name.starts_with(prefix))
            && input.text("StateValue").is_none_or(|state| state == alarm.state.as_str())
    };
    let found: Vec<Record> = world.alarms.iter().filter(fits).map(record).collect();
    let page = page(found, input.text("NextToken"), limit).ok_or_else(bad_token)?;
    Ok(Record::new()
        .list("CompositeAlarms", "member", Vec::<Record>::new())
        .list("MetricAlarms", "member", page.items)
        .maybe("NextToken", page.next)
        .into())
}

fn record(alarm: &Alarm) -> Record {
    let record = Record::new()
        .with("AlarmName", alarm.name.as_str())
        .with("AlarmArn", alarm.arn.as_str())
        .with("AlarmConfigurationUpdatedTimestamp", alarm.since)
        .with("ActionsEnabled", true)
        .list("OKActions", "member", Vec::<Record>::new())
        .list("AlarmActions", "member", Vec::<Record>::new())
        .list("InsufficientDataActions", "member", Vec::<Record>::new())
        .with("StateValue", alarm.state.as_str())
        .with("StateReason", alarm.reason.as_str())
        .with("StateUpdatedTimestamp", alarm.since)
        .with("StateTransitionedTimestamp", alarm.since)
        .with("MetricName", alarm.id.name.as_str())
        .with("Namespace", alarm.id.namespace.as_str());
    let record = match alarm.stat {
        Stat::Percentile(percent) => record.with("ExtendedStatistic", format!("p{percent}")),
        Stat::SampleCount => record.with("Statistic", "SampleCount"),
        Stat::Sum => record.with("Statistic", "Sum"),
        Stat::Average => record.with("Statistic", "Average"),
        Stat::Minimum => record.with("Statistic", "Minimum"),
        Stat::Maximum => record.with("Statistic", "Maximum"),
    };
    record
        .list("Dimensions", "member", super::dimensions(&alarm.id))
        .with("Period", alarm.period)
        .with("EvaluationPeriods", alarm.periods)
        .with("DatapointsToAlarm", alarm.periods)
        .with("Threshold", alarm.threshold)
        .with("ComparisonOperator", alarm.comparison.as_str())
        .with("TreatMissingData", alarm.missing.as_str())
}
