//! The newest word of each source, with its age and the trouble since.
//!
//! An older answer must never replace a newer one, and a failure must never remove what was seen.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{MetricBatch, Observation, Reading, Trouble};

/// The newest of one source: its last answer, and the trouble since.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feed {
    last: Option<Seen>,
    trouble: Option<(Timestamp, Trouble)>,
    failed: Option<Timestamp>,
    every: Duration,
    calls: u64,
    failures: u32,
}

#[derive(Clone, Debug, PartialEq)]
struct Seen {
    reading: Reading,
    asked: Timestamp,
    at: Timestamp,
    round_trip: Duration,
}

impl Feed {
    pub(in crate::model) fn take(&mut self, observation: Observation) {
        self.calls += 1;
        self.every = observation.every;
        let round_trip = observation.round_trip();
        let Observation { asked, at, result, .. } = observation;
        if self.last.as_ref().is_some_and(|seen| seen.asked > asked) {
            return;
        }
        match result {
            Ok(reading) => {
                self.last = Some(Seen { reading, asked, at, round_trip });
                self.trouble = None;
                self.failures = 0;
            }
            Err(trouble) => {
                let since = self.trouble.as_ref().map_or(at, |(since, _)| *since);
                self.trouble = Some((since, trouble));
                self.failed = self.failed.max(Some(asked));
                self.failures += 1;
            }
        }
    }

    /// The same without the points of metrics, which are kept elsewhere.
    pub(in crate::model) fn without_points(&self) -> Self {
        let Some(Seen { reading: Reading::Metrics(batch), asked, at, round_trip }) = &self.last else {
            return self.clone();
        };
        let reading = Reading::Metrics(MetricBatch { until: batch.until, series: Vec::new() });
        let last = Some(Seen { reading, asked: *asked, at: *at, round_trip: *round_trip });
        Self { last, trouble: self.trouble.clone(), ..*self }
    }

    /// The newest answer and when it arrived.
    #[must_use]
    pub fn seen(&self) -> Option<(&Reading, Timestamp)> {
        self.last.as_ref().map(|seen| (&seen.reading, seen.at))
    }

    /// When the newest answer was asked for: what it shows is true of some moment after this.
    #[must_use]
    pub fn asked(&self) -> Option<Timestamp> {
        self.last.as_ref().map(|seen| seen.asked)
    }

    /// How long the newest answer took.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        self.last.as_ref().map(|seen| seen.round_trip)
    }

    /// When the newest request was made that failed, if its last word was a failure: one that was made before a
    /// write and failed after it tells nothing of what came after the write.
    #[must_use]
    pub fn failed(&self) -> Option<Timestamp> {
        self.trouble.as_ref().and(self.failed)
    }

    /// The trouble since the last answer, and when it began.
    #[must_use]
    pub fn trouble(&self) -> Option<(&Trouble, Timestamp)> {
        self.trouble.as_ref().map(|(since, trouble)| (trouble, *since))
    }

    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Calls so far, failed ones included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How fresh its newest answer is at `now`.
    #[must_use]
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        match &self.last {
            None => Freshness::Gone,
            Some(seen) => Freshness::of(now.duration_since(seen.at), self.every),
        }
    }
}

/// How far a value can be trusted to be of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Within two intervals: drawn as it is.
    Fresh,
    /// Within five: dimmed, with `~`.
    Stale,
    /// Older, or never seen: drawn as `--`, its lamp unknown.
    Gone,
}

impl Freshness {
    /// Judges an age against the interval at which the value is renewed.
    #[must_use]
    pub fn of(age: SignedDuration, every: Duration) -> Self {
        let age = Duration::try_from(age).unwrap_or_default();
        if age <= every * 2 {
            Self::Fresh
        } else if age <= every * 5 {
            Self::Stale
        } else {
            Self::Gone
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reading::{Source, TroubleKind};
    use crate::model::topology::Region;

    #[test]
    fn a_failure_is_of_the_time_it_was_asked_at() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let trouble = Trouble { kind: TroubleKind::TimedOut, text: String::new(), request_id: None };
        let mut feed = Feed::default();
        for (asked, arrived) in [(100, 120), (90, 130)] {
            feed.take(Observation {
                source: Source::Endpoint(Region::new("us-east-1")),
                asked: at(asked),
                at: at(arrived),
                every: Duration::from_secs(5),
                result: Err(trouble.clone()),
            });
        }
        assert_eq!(feed.failed(), Some(at(100)));
    }
}
