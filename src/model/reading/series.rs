//! The points of each metric, and the window of which silence says something.
//!
//! A point that was not there must never become a number here.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use super::{Point, Trouble};

/// The kept points of one metric, oldest first, one a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    points: VecDeque<Point>,
    known_from: Option<Timestamp>,
    known_until: Option<Timestamp>,
    answered: Option<Timestamp>,
    trouble: Option<Trouble>,
}

impl Series {
    /// Takes in the points of one answer; `until` is `None` when the answer failed, as then silence says nothing.
    ///
    /// CloudWatch takes no NaN and no infinity, so a point that is one was not measured.
    pub(in crate::model) fn merge(&mut self, points: &[Point], until: Option<Timestamp>, keep: Duration) {
        for point in points.iter().filter(|point| point.value.is_finite()) {
            let at = self.points.partition_point(|p| p.at < point.at);
            match self.points.get_mut(at) {
                Some(known) if known.at == point.at => *known = *point,
                _ => self.points.insert(at, *point),
            }
        }
        self.known_until = self.known_until.max(until);
        let oldest = points.iter().map(|point| point.at).min();
        self.known_from = [self.known_from, oldest.or(until)].into_iter().flatten().min();
        let Some(newest) = self.points.back().map(|p| p.at) else { return };
        while self.points.front().is_some_and(|p| newest.duration_since(p.at).unsigned_abs() > keep) {
            self.points.pop_front();
        }
    }

    pub(in crate::model) fn note(&mut self, at: Timestamp, trouble: Option<Trouble>) {
        if trouble.is_none() {
            self.answered = self.answered.max(Some(at));
        }
        self.trouble = trouble;
    }

    /// What it was at a moment, as far as is known by now: the periods of so many seconds that had ended.
    #[must_use]
    pub(in crate::model) fn until(&self, at: Timestamp, period: u32) -> Self {
        let ended = |start: Timestamp| start.as_second().saturating_add(period.into()) <= at.as_second();
        Self {
            points: self.points.iter().take_while(|point| ended(point.at)).copied().collect(),
            known_from: self.known_from.filter(|from| *from <= at),
            known_until: self.known_until.map(|until| until.min(at)),
            answered: self.answered.map(|answered| answered.min(at)),
            trouble: None,
        }
    }

    /// All kept points, oldest first.
    #[must_use]
    pub fn points(&self) -> &VecDeque<Point> {
        &self.points
    }

    /// The newest point.
    #[must_use]
    pub fn newest(&self) -> Option<Point> {
        self.points.back().copied()
    }

    /// Up to here (exclusive) CloudWatch was asked: a period before it without a point had nothing measured.
    #[must_use]
    pub fn known_until(&self) -> Option<Timestamp> {
        self.known_until
    }

    /// From here on silence can be told from not having asked.
    #[must_use]
    pub fn known_from(&self) -> Option<Timestamp> {
        self.known_from
    }

    /// When it was last answered without trouble.
    #[must_use]
    pub fn answered(&self) -> Option<Timestamp> {
        self.answered
    }

    /// This metric's own trouble, if its part of the answer failed.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }
}
