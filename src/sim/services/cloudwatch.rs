//! `CloudWatch`: metrics that are late and sometimes absent, and the alarms on them.
//!
//! It must never fill a gap: a period without samples has no point.

mod alarm;
mod data;

use std::time::Duration;

use jiff::Timestamp;

use super::page::page;
use super::{Call, Service};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::metric::{MetricId, StatSet};

const LIST_PAGE: usize = 500;
const RECENT: Duration = Duration::from_hours(3);
/// The most metrics and bytes of one `PutMetricData` call.
const PUT_LIMIT: usize = 1000;

/// Performs a `CloudWatch` operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "GetMetricData" => data::get_metric_data(world, call),
        "ListMetrics" => list_metrics(world, call),
        "DescribeAlarms" => alarm::describe(world, call),
        "PutMetricData" => put_metric_data(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

/// A rule of the request as a whole is broken: the query protocol's common `ValidationError`.
pub(super) fn validation_error(words: impl Into<String>) -> Refusal {
    Refusal::new("ValidationError", words).query_code("ValidationError")
}

fn bad_token() -> Refusal {
    Refusal::new("InvalidNextToken", "The NextToken is not valid.").query_code("InvalidNextToken")
}

/// The metric that `Metric` or a datum names.
fn metric_id(namespace: &str, metric: &Value) -> Result<MetricId, Refusal> {
    let name = metric.text("MetricName").ok_or_else(|| Service::CloudWatch.missing("MetricName"))?;
    let mut dimensions = Vec::new();
    for dimension in metric.items("Dimensions") {
        let (Some(name), Some(value)) = (dimension.text("Name"), dimension.text("Value")) else {
            return Err(Service::CloudWatch.missing("Dimensions.member.Value"));
        };
        dimensions.push((name, value));
    }
    Ok(MetricId::new(namespace, name, &dimensions))
}

/// A metric as it is listed.
fn metric_record(id: &MetricId) -> Record {
    Record::new().with("Namespace", id.namespace.as_str()).with("MetricName", id.name.as_str()).list(
        "Dimensions",
        "member",
        dimensions(id),
    )
}

fn dimensions(id: &MetricId) -> impl Iterator<Item = Record> + '_ {
    id.dimensions
        .iter()
        .map(|(name, value)| Record::new().with("Name", name.as_str()).with("Value", value.as_str()))
}

fn list_metrics(world: &World, call: &Call) -> Result<Value, Refusal> {
    let input = &call.input;
    let recent = match input.text("RecentlyActive") {
        None => None,
        Some("PT3H") => Some(world.now.saturating_sub(RECENT).unwrap_or(Timestamp::MIN).as_second()),
        Some(_) => return Err(call.service.invalid("RecentlyActive can only be PT3H.")),
    };
    let active = |id: &MetricId| {
        recent
            .is_none_or(|since| world.metrics.samples(&call.region, id, world.now).any(|s| s.minute >= since))
    };
    let found: Vec<Record> = world
        .metrics
        .list(&call.region, world.now)
        .filter(|id| fits(id, input) && active(id))
        .map(metric_record)
        .collect();
    let page = page(found, input.text("NextToken"), LIST_PAGE)
        .ok_or_else(|| call.service.invalid("The NextToken is not valid."))?;
    Ok(Record::new().list("Metrics", "member", page.items).maybe("NextToken", page.next).into())
}

fn fits(id: &MetricId, filter: &Value) -> bool {
    filter.text("Namespace").is_none_or(|namespace| namespace == id.namespace)
        && filter.text("MetricName").is_none_or(|name| name == id.name)
        && filter.items("Dimensions").iter().all(|wanted| {
            id.dimensions.iter().any(|(name, value)| {
                wanted.text("Name") == Some(name) && wanted.text("Value").is_none_or(|wanted| wanted == value)
            })
        })
}

fn put_metric_data(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let namespace = call.required("Namespace")?;
    if namespace.starts_with("AWS/") {
        return Err(call.service.invalid("The value AWS/ for parameter Namespace is invalid."));
    }
    let data = call.input.items("MetricData");
    if data.is_empty() {
        return Err(call.service.missing("MetricData"));
    }
    if data.len() > PUT_LIMIT {
        return Err(validation_error("The collection MetricData must not have a size greater than 1000."));
    }
    let mut points = Vec::new();
    for datum in data {
        let at = datum.time("Timestamp").unwrap_or(world.now);
        points.push((metric_id(namespace, datum)?, at, stats_of(datum)?));
    }
    for (id, at, stats) in points {
        world.put_metric(&call.region, &id, at, stats);
    }
    Ok(Value::Null)
}

/// A datum's values: one, a list with counts, or a ready set; exactly one of the three.
fn stats_of(datum: &Value) -> Result<StatSet, Refusal> {
    let number = |value: &Value| {
        value.as_float().filter(|number| number.is_finite()).ok_or_else(|| {
            Service::CloudWatch.invalid("The value for parameter MetricData.member.Value is not a number.")
        })
    };
    let set = datum.get("StatisticValues");
    let values = datum.items("Values");
    match (datum.get("Value"), set, values) {
        (Some(value), None, []) => Ok(StatSet::one(number(value)?)),
        (None, Some(set), []) => {
            let member =
                |name| set.get(name).ok_or_else(|| Service::CloudWatch.missing(name)).and_then(number);
            Ok(StatSet {
                count: member("SampleCount")?,
                sum: member("Sum")?,
                min: member("Minimum")?,
                max: member("Maximum")?,
            })
        }
        (None, None, [first, rest @ ..]) => {
            let counts = datum.items("Counts");
            let count = |at: usize| counts.get(at).map_or(Ok(1.0), number);
            let mut all = StatSet::evenly(count(0)?, number(first)?);
            for (at, value) in rest.iter().enumerate() {
                all.merge(&StatSet::evenly(count(at + 1)?, number(value)?));
            }
            Ok(all)
        }
        (None, None, []) => Err(Service::CloudWatch.missing("MetricData.member.Value")),
        _ => Err(Refusal::new(
            "InvalidParameterCombinationException",
            "The parameters Value, Values and StatisticValues are mutually exclusive.",
        )
        .query_code("InvalidParameterCombination")),
    }
}
