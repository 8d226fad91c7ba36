//! How often each kind of source is asked at each pace.

use std::time::Duration;

use jiff::Timestamp;

use crate::aws::{Window, exists_at};
use crate::model::reading::Source;
use crate::sampler::Pace;

/// How much rarer metrics are asked in the background.
const BACKGROUND_PERIODS: u32 = 3;
/// How far a request may slip behind its slot before the slot is skipped instead.
const SLIP: Duration = Duration::from_secs(5);

/// How often a source that is read whole is asked.
pub(super) fn of(source: &Source, pace: Pace) -> Duration {
    let (calm, run, background) = match source {
        Source::Endpoint(_) => (15, 3, 30),
        Source::Aurora(..) | Source::Replica(..) => (20, 3, 60),
        Source::Snapshots(..) => (300, 10, 600),
        Source::Service(..) | Source::AuroraEvents(..) => (60, 5, 180),
        Source::Automation(..) => (15, 3, 60),
        Source::Table(..) => (60, 30, 180),
        // Only a run reads these.
        Source::Experiments(..) | Source::Lever(_) | Source::Executions(..) => (60, 3, 180),
        Source::Records(_) => (120, 30, 300),
        Source::RecordChange(_) | Source::HealthCheck(_) => (300, 30, 600),
        Source::Resolver(..) => (30, 5, 180),
        Source::Alarms(_) | Source::Metrics(_) => (60, 60, 180),
        Source::Identity(_) => (60, 60, 300),
    };
    Duration::from_secs(match pace {
        Pace::Calm => calm,
        Pace::Run => run,
        Pace::Background => background,
    })
}

/// How many requests one reading takes; an endpoint is asked for each of so many control panels.
pub(super) fn calls(source: &Source, panels: usize) -> usize {
    match source {
        Source::Endpoint(_) => panels,
        Source::Experiments(..) => 4,
        Source::Executions(..) => 3,
        Source::Aurora(..) | Source::Snapshots(..) => 2,
        // A resolver is not AWS.
        Source::Resolver(..) => 0,
        _ => 1,
    }
}

/// How often metrics of a period are asked: once a period, and more rarely in the background.
pub(super) fn of_metrics(period: u32, pace: Pace) -> Duration {
    let periods = if pace == Pace::Background { BACKGROUND_PERIODS } else { 1 };
    Duration::from_secs(u64::from(period)) * periods
}

/// When metrics that were asked at `asked` are asked again: just after a new period's data can exist, and not
/// within the interval.
pub(super) fn next_slot(asked: Timestamp, period: u32, pace: Pace) -> Timestamp {
    let every = of_metrics(period, pace);
    let earliest = asked.saturating_add(every).unwrap_or(Timestamp::MAX);
    let slot = exists_at(Window::end(earliest, period));
    let late = earliest.duration_since(slot).unsigned_abs();
    if late <= SLIP {
        return earliest;
    }
    slot.saturating_add(Duration::from_secs(u64::from(period))).unwrap_or(Timestamp::MAX)
}
