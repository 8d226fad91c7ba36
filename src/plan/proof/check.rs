//! Proof of a health check that is turned round: its settings, then its status, then what it does.

use jiff::Timestamp;

use super::shift::Shift;
use super::{Already, Prove, Shown, Sight, effect};
use crate::model::World;
use crate::model::reading::{Feed, HealthCheckReading, Reading, Source};
use crate::plan::Rung;
use crate::plan::operation::HealthCheckInvert;

impl Prove for HealthCheckInvert {
    fn sources(&self, world: &World, _: Option<&str>) -> Vec<Source> {
        let mut sources = vec![self.source()];
        sources.extend(effect::sources(&Shift::of_check(self, world), world));
        sources
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        match self.settings(sight.world, |asked| asked >= sight.since) {
            None => Already::Unread(self.unread(sight.world)),
            Some(check) if check.disabled => {
                Already::Moving(format!("{}, so it counts as healthy whatever it is set to", said(check)))
            }
            Some(check) if check.inverted == self.inverted => Already::So(said(check)),
            Some(check) if check.version != self.version => {
                Already::Moving(format!("{}, and the plan was made on version {}", said(check), self.version))
            }
            Some(check) => Already::NotSo(said(check)),
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        match self.settings(sight.world, |asked| asked > sight.since) {
            None => Shown::open(Rung::ReadBack, self.unread(sight.world)),
            Some(check) if check.inverted == self.inverted => Shown::proved(Rung::ReadBack, said(check)),
            Some(check) => Shown::open(Rung::ReadBack, said(check)),
        }
    }

    fn above(&self, world: &World) -> Vec<Rung> {
        effect::declared(&Shift::of_check(self, world), world)
    }

    fn effect(&self, rung: Rung, sight: &Sight<'_>) -> Shown {
        effect::shown(rung, &Shift::of_check(self, sight.world), sight)
    }
}

impl HealthCheckInvert {
    fn source(&self) -> Source {
        Source::HealthCheck(self.check.clone())
    }

    fn settings<'a>(
        &self,
        world: &'a World,
        fresh: impl Fn(Timestamp) -> bool,
    ) -> Option<&'a HealthCheckReading> {
        let feed = world.feed(&self.source())?;
        match feed.seen().filter(|_| feed.asked().is_some_and(fresh))? {
            (Reading::HealthCheck(check), _) => Some(check),
            _ => None,
        }
    }

    fn unread(&self, world: &World) -> String {
        let source = self.source();
        match world.feed(&source).and_then(Feed::trouble) {
            Some((trouble, _)) => format!("{source}: {trouble}"),
            None => format!("{source} not read yet"),
        }
    }
}

fn said(check: &HealthCheckReading) -> String {
    let inverted = if check.inverted { "inverted" } else { "not inverted" };
    let disabled = if check.disabled { ", disabled" } else { "" };
    format!("{inverted}{disabled}, version {}", check.version)
}
