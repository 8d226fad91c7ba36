//! `GetMetricData`: up to 500 series in one call, paged by data points.
//!
//! It must never compute an expression: metric math is refused in words.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{bad_token, metric_id, validation_error};
use crate::sim::services::{Call, Service};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::metric::{MetricId, Query, Stat};

const MOST_QUERIES: usize = 500;
const MOST_DATAPOINTS: i64 = 100_800;

/// One series asked for.
struct Series {
    id: String,
    label: String,
    metric: MetricId,
    period: Duration,
    stat: Stat,
    returned: bool,
}

/// The window and order of all series.
struct Window {
    start: Timestamp,
    end: Timestamp,
    ascending: bool,
}

/// Where a page starts, and the moment at which the first page was read, so that all pages see the same data.
#[derive(Clone, Copy)]
struct Place {
    seen: Timestamp,
    series: usize,
    point: usize,
}

/// Answers `GetMetricData`.
pub(super) fn get_metric_data(world: &World, call: &Call) -> Result<Value, Refusal> {
    let window = window_of(call)?;
    let series = series_of(call)?;
    let most = match call.input.int("MaxDatapoints") {
        None => MOST_DATAPOINTS,
        Some(most) if (1..=MOST_DATAPOINTS).contains(&most) => most,
        Some(_) => {
            return Err(validation_error(format!("MaxDatapoints must be between 1 and {MOST_DATAPOINTS}.")));
        }
    };
    let start = match call.input.text("NextToken") {
        None => Place { seen: world.now, series: 0, point: 0 },
        Some(token) => Place::parse(token).ok_or_else(bad_token)?,
    };
    let read = |wanted: &Series| points(world, call, wanted, &window, start.seen);
    let (results, next) = page(&series, start, usize::try_from(most).unwrap_or(usize::MAX), read);
    let next = next.map(Place::token);
    let results = Record::new().list("MetricDataResults", "member", results).maybe("NextToken", next);
    Ok(results.list("Messages", "member", Vec::<Record>::new()).into())
}

fn window_of(call: &Call) -> Result<Window, Refusal> {
    let time = |name| call.input.time(name).ok_or_else(|| call.service.missing(name));
    let (start, end) = (time("StartTime")?, time("EndTime")?);
    if start >= end {
        return Err(validation_error("The parameter StartTime must be less than the parameter EndTime."));
    }
    let ascending = match call.input.text("ScanBy") {
        None | Some("TimestampDescending") => false,
        Some("TimestampAscending") => true,
        Some(other) => return Err(validation_error(format!("ScanBy cannot be {other}."))),
    };
    Ok(Window { start, end, ascending })
}

fn series_of(call: &Call) -> Result<Vec<Series>, Refusal> {
    let queries = call.input.items("MetricDataQueries");
    if queries.is_empty() {
        return Err(call.service.missing("MetricDataQueries"));
    }
    if queries.len() > MOST_QUERIES {
        let words =
            format!("The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.");
        return Err(validation_error(words));
    }
    let series = queries.iter().map(one_series).collect::<Result<Vec<_>, _>>()?;
    let ids: BTreeSet<_> = series.iter().map(|one| one.id.as_str()).collect();
    if ids.len() < series.len() {
        return Err(validation_error("The values for parameter id in MetricDataQueries are not unique."));
    }
    Ok(series)
}

fn one_series(query: &Value) -> Result<Series, Refusal> {
    let missing = |name| Service::CloudWatch.missing(name);
    let id = query.text("Id").ok_or_else(|| missing("MetricDataQueries.member.Id"))?;
    let well_formed = id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !well_formed {
        return Err(validation_error(format!(
            "The value {id} for parameter MetricDataQueries.member.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )));
    }
    if query.get("Expression").is_some() {
        return Err(validation_error(format!(
            "Error in expression '{id}': the simulator has no metric math; ask for a MetricStat."
        )));
    }
    let stat = query.get("MetricStat").ok_or_else(|| missing("MetricDataQueries.member.MetricStat"))?;
    let metric = stat.get("Metric").ok_or_else(|| missing("MetricDataQueries.member.MetricStat.Metric"))?;
    let namespace = metric.text("Namespace").ok_or_else(|| missing("Namespace"))?;
    let metric = metric_id(namespace, metric)?;
    let word = stat.text("Stat").ok_or_else(|| missing("MetricDataQueries.member.MetricStat.Stat"))?;
    let stat_word = Stat::parse(word)
        .ok_or_else(|| validation_error(format!("The value {word} for parameter Stat is not supported.")))?;
    Ok(Series {
        id: id.to_owned(),
        label: query.text("Label").map_or_else(|| metric.name.clone(), str::to_owned),
        metric,
        period: period_of(
            stat.int("Period").ok_or_else(|| missing("MetricDataQueries.member.MetricStat.Period"))?,
        )?,
        stat: stat_word,
        returned: query.flag("ReturnData").unwrap_or(true),
    })
}

/// 1, 5, 10, 20, 30 or a multiple of 60 seconds.
fn period_of(seconds: i64) -> Result<Duration, Refusal> {
    let allowed = matches!(seconds, 1 | 5 | 10 | 20 | 30) || (seconds > 0 && seconds % 60 == 0);
    match u64::try_from(seconds) {
        Ok(seconds) if allowed => Ok(Duration::from_secs(seconds)),
        _ => Err(validation_error("Period must be 1, 5, 10, 20, 30 or a multiple of 60.")),
    }
}

fn points(
    world: &World,
    call: &Call,
    series: &Series,
    window: &Window,
    seen: Timestamp,
) -> Vec<(Timestamp, f64)> {
    let query = Query {
        region: &call.region,
        id: &series.metric,
        start: window.start,
        end: window.end,
        period: series.period,
        stat: series.stat,
    };
    let mut points = world.metrics.series(&query, seen);
    if !window.ascending {
        points.reverse();
    }
    points
}

/// The results from `start` on, of at most `most` points in all, and where the next page starts.
fn page(
    series: &[Series],
    start: Place,
    most: usize,
    read: impl Fn(&Series) -> Vec<(Timestamp, f64)>,
) -> (Vec<Record>, Option<Place>) {
    let mut results = Vec::new();
    let mut left = most;
    for (at, one) in series.iter().enumerate().skip(start.series).filter(|(_, one)| one.returned) {
        let from = if at == start.series { start.point } else { 0 };
        let points = read(one);
        let rest = points.get(from..).unwrap_or_default();
        let taken = rest.len().min(left);
        if taken == 0 && !rest.is_empty() {
            return (results, Some(Place { series: at, point: from, ..start }));
        }
        let complete = taken == rest.len();
        results.push(result(one, &rest[..taken], complete));
        left -= taken;
        if !complete {
            return (results, Some(Place { series: at, point: from + taken, ..start }));
        }
    }
    (results, None)
}

fn result(series: &Series, points: &[(Timestamp, f64)], complete: bool) -> Record {
    Record::new()
        .with("Id", series.id.as_str())
        .with("Label", series.label.as_str())
        .list("Timestamps", "member", points.iter().map(|(time, _)| *time))
        .list("Values", "member", points.iter().map(|(_, value)| *value))
        .with("StatusCode", if complete { "Complete" } else { "PartialData" })
}

impl Place {
    fn token(self) -> String {
        format!("{:x}.{:x}.{:x}", self.seen.as_millisecond(), self.series, self.point)
    }

    fn parse(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let seen = i64::from_str_radix(parts.next()?, 16).ok()?;
        let series = usize::from_str_radix(parts.next()?, 16).ok()?;
        let point = usize::from_str_radix(parts.next()?, 16).ok()?;
        let seen = Timestamp::from_millisecond(seen).ok()?;
        parts.next().is_none().then_some(Self { seen, series, point })
    }
}
