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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, west};
    use crate::model::reading::ServiceEvent;
    use crate::plan::event::RungState;

    fn scale(desired: u32, was: u32) -> EcsScale {
        EcsScale {
            service: "ui".to_owned(),
            region: west(),
            cluster: "shop".to_owned(),
            ecs: "ui".to_owned(),
            desired,
            was,
            sum: None,
        }
    }

    fn see(scene: &mut Scene, [desired, running, pending]: [u32; 3], deployments: usize) {
        let event = ServiceEvent { at: scene.now, message: "has reached a steady state.".to_owned() };
        let reading = ServiceReading {
            status: "ACTIVE".to_owned(),
            desired,
            running,
            pending,
            deployments,
            events: vec![event],
        };
        scene.see(Source::Service("ui".to_owned(), west()), Ok(Reading::Service(reading)));
    }

    fn sight(scene: &Scene, since: Timestamp) -> Sight<'_> {
        Sight { world: &scene.world, since, now: scene.now, handle: None }
    }

    #[test]
    fn only_tasks_that_run_prove_it() {
        let mut scene = Scene::calm();
        let since = scene.now;
        let shown = |scene: &Scene, scale: &EcsScale| {
            let shown = scale.read_back(&sight(scene, since));
            (shown.state, shown.evidence)
        };
        let (open, proved) = (RungState::Open, RungState::Proved);
        see(&mut scene, [8, 8, 0], 1);
        assert_eq!(shown(&scene, &scale(8, 2)).0, open, "a reading from before the write proves nothing");
        for (counts, deployments, state, words) in [
            ([2, 2, 0], 1, open, "2 tasks are wanted, not 8"),
            ([8, 2, 6], 1, open, "2 of 8 tasks run, 6 pending"),
            ([8, 8, 0], 2, open, "8 of 8 tasks run, 2 deployments under way"),
            ([8, 8, 0], 1, proved, "8 of 8 tasks run, steady"),
            ([10, 10, 0], 1, proved, "10 of 10 tasks run, steady"),
        ] {
            scene.later(1);
            see(&mut scene, counts, deployments);
            assert_eq!(shown(&scene, &scale(8, 2)), (state, words.to_owned()));
        }
        assert_eq!(shown(&scene, &scale(2, 8)).0, open, "an undo wants exactly what was");
        assert_eq!(scale(8, 2).told(&sight(&scene, since)).len(), 1);
    }

    #[test]
    fn what_runs_already_is_not_asked_for_again() {
        let mut scene = Scene::calm();
        let since = scene.now;
        assert!(matches!(scale(8, 2).already(&sight(&scene, since)), Already::Unread(_)));
        scene.later(1);
        see(&mut scene, [8, 5, 3], 1);
        assert!(matches!(scale(8, 2).already(&sight(&scene, since)), Already::NotSo(_)));
        see(&mut scene, [9, 9, 0], 1);
        assert!(matches!(scale(8, 2).already(&sight(&scene, since)), Already::So(_)));
    }
}
