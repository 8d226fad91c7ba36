//! `DescribeEvents`: the timeline of a Region's databases.
//!
//! It must never show an event of another Region, however much it concerns this one.

use std::time::Duration;

use jiff::Timestamp;

use super::{filter, listed};
use crate::sim::services::Call;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::aurora::RdsEvent;

/// What is shown when the caller gives neither a start nor a duration.
const DEFAULT_MINUTES: i64 = 60;
/// RDS keeps events for two weeks.
const MOST_MINUTES: i64 = 14 * 24 * 60;

/// Answers `DescribeEvents`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, Refusal> {
    filter::check(call, &[])?;
    let (start, end) = window(world, call)?;
    let source = call.input.text("SourceIdentifier");
    let kind = call.input.text("SourceType");
    if source.is_some() && kind.is_none() {
        let words = "The parameter SourceType must be given with SourceIdentifier.";
        return Err(Refusal::new("InvalidParameterCombination", words));
    }
    let categories = call.input.texts("EventCategories");
    let here = world.region_ix(&call.region);
    let fits = |event: &&RdsEvent| {
        Some(event.region) == here
            && event.at >= start
            && event.at <= end
            && source.is_none_or(|source| source == event.source)
            && kind.is_none_or(|kind| kind == event.source_type)
            && (categories.is_empty() || event.categories.iter().any(|own| categories.contains(own)))
    };
    let found = world.aurora.events.iter().filter(fits).map(record).collect();
    listed(call, "Events", "Event", found)
}

fn window(world: &World, call: &Call) -> Result<(Timestamp, Timestamp), Refusal> {
    let end = call.input.time("EndTime").unwrap_or(world.now);
    let minutes = call.input.int("Duration").unwrap_or(DEFAULT_MINUTES);
    let minutes = u64::try_from(minutes)
        .ok()
        .filter(|_| minutes <= MOST_MINUTES)
        .ok_or_else(|| call.service.invalid("Duration must be between 0 and 20160 minutes."))?;
    let back = end.saturating_sub(Duration::from_secs(60 * minutes)).unwrap_or(Timestamp::MIN);
    let start = call.input.time("StartTime").unwrap_or(back);
    if start > end {
        return Err(Refusal::new("InvalidParameterCombination", "The StartTime is after the EndTime."));
    }
    Ok((start, end))
}

fn record(event: &RdsEvent) -> Record {
    Record::new()
        .with("SourceIdentifier", event.source.as_str())
        .with("SourceType", event.source_type)
        .with("Message", event.message.as_str())
        .list("EventCategories", "EventCategory", event.categories.iter().copied())
        .with("Date", event.at)
        .with("SourceArn", event.arn.as_str())
}
