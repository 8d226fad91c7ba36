//! Proof of a scaling: as many tasks run as the service wants, and it wants what the step asked for.
//!
//! A count that is only desired proves nothing: tasks that are pending serve nobody.

use jiff::{SignedDuration, Timestamp};

use super::{Already, Prove, Shown, Sight};
use crate::model::World;
use crate::model::reading::{Reading, ServiceReading, Source};
use crate::plan::Rung;
use crate::plan::operation::EcsScale;

/// The service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(2);

impl Prove for EcsScale {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        vec![self.source()]
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        match self.seen(sight.world, |asked| asked >= sight.since) {
            None => Already::Unread(self.unread(sight.world)),
            Some(reading) if self.is_wanted(reading) && reading.is_steady() => Already::So(words(reading)),
            Some(reading) => Already::NotSo(words(reading)),
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let Some(reading) = self.seen(sight.world, |asked| asked > sight.since) else {
            return Shown::open(Rung::ReadBack, self.unread(sight.world));
        };
        if !self.is_wanted(reading) {
            let words = format!("{} tasks are wanted, not {}", reading.desired, self.desired);
            return Shown::open(Rung::ReadBack, words);
        }
        if reading.is_steady() {
            Shown::proved(Rung::ReadBack, format!("{}, steady", words(reading)))
        } else {
            Shown::open(Rung::ReadBack, words(reading))
        }
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        let from = sight.since.saturating_sub(SKEW).unwrap_or(sight.since);
        let Some(Reading::Service(reading)) = sight.world.seen(&self.source()).map(|(reading, _)| reading)
        else {
            return Vec::new();
        };
        let since = reading.events.iter().filter(|event| event.at >= from);
        since.map(|event| (event.at, event.message.clone())).collect()
    }
}

impl EcsScale {
    fn source(&self) -> Source {
        Source::Service(self.service.clone(), self.region.clone())
    }

    /// The newest reading, if it was asked for when it counts.
    fn seen<'w>(&self, world: &'w World, counts: impl Fn(Timestamp) -> bool) -> Option<&'w ServiceReading> {
        let feed = world.feed(&self.source())?;
        feed.asked().filter(|asked| counts(*asked))?;
        match feed.seen()? {
            (Reading::Service(reading), _) => Some(reading),
            _ => None,
        }
    }

    /// Whoever asked for more than a step that grows, such as auto scaling, is not brought down by it.
    fn is_wanted(&self, reading: &ServiceReading) -> bool {
        if self.grows() { reading.desired >= self.desired } else { reading.desired == self.desired }
    }

    fn unread(&self, world: &World) -> String {
        let source = self.source();
        let trouble = world.feed(&source).and_then(|feed| feed.trouble());
        trouble.map_or_else(
            || format!("no answer from {source} yet"),
            |(trouble, _)| format!("{source}: {trouble}"),
        )
    }
}

fn words(reading: &ServiceReading) -> String {
    let mut words = format!("{} of {} tasks run", reading.running, reading.desired);
    if reading.pending > 0 {
        words = format!("{words}, {} pending", reading.pending);
    }
    if reading.deployments > 1 {
        words = format!("{words}, {} deployments under way", reading.deployments);
    }
    words
}
